using Nurture.Scenarios.Yaml;

namespace Nurture.Scenarios;

/// <summary>An address as authors write one: by itself, without a name.</summary>
internal static class MailAddress
{
    public static string? Read(YamlSource source, YamlNode? node)
    {
        if (source.Text(node, "an address") is not { } written) return null;
        var at = written.LastIndexOf('@');
        if (at > 0 && at < written.Length - 1 && !written.AsSpan().ContainsAny(' ', '<', '>')) return written;
        source.Error(DiagnosticCodes.BadValue, node!.Span, $"\"{written}\" is not a mail address", "The address alone, without a name: hello@example.com.");
        return null;
    }
}
