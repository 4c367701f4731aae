using Nurture.Templating.Syntax;

namespace Nurture.Templating.Compilation;

/// <summary>
/// Where a mail prints what is not escaped: calls of <c>raw</c>, and texts that are run as templates. What only repeats the author's own
/// markup, a literal, is none of it.
/// </summary>
internal sealed partial class Binder
{
    private static readonly Dictionary<string, string[]> RawFamilies = new(StringComparer.Ordinal) { ["html"] = ["raw"], ["object"] = ["eval_template"] };

    private readonly List<SourceSpan> _raws = [];

    // Of a family, known by the member that is taken from it.
    private Expression? _known;

    // The callee of a call that prints literals alone.
    private Expression? _harmless;

    public IReadOnlyList<SourceSpan> Raws => _raws;

    private void NoteRawName(Expression.Name name)
    {
        if (options.IsMail && !ReferenceEquals(name, _known) && !ReferenceEquals(name, _harmless) && (name.Identifier == "raw" || RawFamilies.ContainsKey(name.Identifier)) && !_bound.Contains(name.Identifier))
        {
            _raws.Add(name.Span);
        }
    }

    private void NoteRawMember(Expression.Member member)
    {
        if (!options.IsMail || member.Target is not Expression.Name { Identifier: var family } || !RawFamilies.TryGetValue(family, out var functions))
        {
            return;
        }

        _known = member.Target;
        if (functions.Contains(member.Identifier) && !ReferenceEquals(member, _harmless) && !_bound.Contains(family))
        {
            _raws.Add(member.Span);
        }
    }

    private void NoteRawCall(Expression.Call call)
    {
        if (PathOf(call.Function) is "raw" or "html.raw" && call.Arguments.All(argument => IsAuthors(argument.Value)))
        {
            _harmless = call.Function;
        }
    }

    /// <summary>What stands in the template itself.</summary>
    private static bool IsAuthors(Expression expression) => expression switch
    {
        Expression.Literal => true,
        Expression.Group group => IsAuthors(group.Inner),
        Expression.Binary binary => IsAuthors(binary.Left) && IsAuthors(binary.Right),
        _ => false,
    };
}
