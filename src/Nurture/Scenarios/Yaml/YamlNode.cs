using Nurture.Templating.Syntax;

namespace Nurture.Scenarios.Yaml;

/// <summary>What stands in a file, before anybody asks what it means. Numbers and booleans are text here: no reading of YAML's own.</summary>
internal abstract record YamlNode(SourceSpan Span)
{
    /// <param name="IsPlain">Written without quotes and not as a block.</param>
    public sealed record Scalar(string Value, bool IsPlain, SourceSpan Span) : YamlNode(Span)
    {
        /// <summary>What was written where the value came from a row: <c>row.template</c>.</summary>
        public string? Written { get; init; }

        /// <summary>Nothing stands there: <c>key:</c> and no more.</summary>
        public bool IsEmpty => IsPlain && (Value.Length == 0 || Value is "~" or "null");
    }

    /// <param name="IsFlow">Written in braces.</param>
    public sealed record Mapping(IReadOnlyList<Entry> Entries, bool IsFlow, SourceSpan Span) : YamlNode(Span);

    public sealed record Sequence(IReadOnlyList<YamlNode> Items, SourceSpan Span) : YamlNode(Span);

    public sealed record Entry(Scalar Key, YamlNode Value);
}
