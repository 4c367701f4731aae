using Nurture.Templating.Runtime;
using Nurture.Templating.Syntax;

namespace Nurture.Templating.Compilation;

/// <summary>
/// Prints the value that an <c>href</c> or <c>src</c> of a mail begins with. It may come from anybody, so one that would run code
/// or lead to where mails do not lead (<c>javascript:</c>, <c>data:</c>) is an error, also where the author prints it raw.
/// </summary>
internal sealed class AddressNode(ExpressionNode value, SourceSpan span) : StatementNode(span)
{
    public override Flow Execute(RenderContext context)
    {
        var printed = value.Evaluate(context);
        if (Addresses.SchemeOf(context.Print(printed, Span)) is { } scheme && !Addresses.Schemes.Contains(scheme))
        {
            throw context.Error(Span, $"This address begins with `{scheme}:`, which no link or image of a mail may.", "Addresses begin with https, http, mailto, tel or cid.");
        }

        PrintNode.Write(context, printed, isEscaped: true, Span);
        return Flow.Next;
    }
}

/// <summary>Where addresses stand in a page, and what they may be.</summary>
internal static class Addresses
{
    public static readonly HashSet<string> Schemes = new(["https", "http", "mailto", "tel", "cid"], StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a text ends with the beginning of an <c>href</c> or <c>src</c>, in quotes or without.</summary>
    public static bool BeginBehind(ReadOnlySpan<char> text)
    {
        text = text.TrimEnd();
        text = text.EndsWith("\"") || text.EndsWith("'") ? text[..^1].TrimEnd() : text;
        if (!text.EndsWith("="))
        {
            return false;
        }

        text = text[..^1].TrimEnd();
        var name = text.EndsWith("href", StringComparison.OrdinalIgnoreCase) ? 4 : text.EndsWith("src", StringComparison.OrdinalIgnoreCase) ? 3 : 0;
        return name > 0 && text.Length > name && (char.IsWhiteSpace(text[^(name + 1)]) || text[^(name + 1)] is '"' or '\'' or '/');
    }

    /// <summary>As browsers read it, who skip blanks and control characters in front and lines and tabs within; null where it has none.</summary>
    public static string? SchemeOf(string address)
    {
        if (address.StartsWith("https://", StringComparison.Ordinal))
        {
            return "https";
        }

        var read = string.Concat(address.SkipWhile(c => c <= ' ').Where(c => c is not ('\t' or '\n' or '\r')).TakeWhile(c => c is not ('/' or '?' or '#')));
        var end = read.IndexOf(':', StringComparison.Ordinal);
        return end > 0 && char.IsAsciiLetter(read[0]) && read.Take(end).All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '-' or '.') ? read[..end] : null;
    }
}
