using System.Net;
using System.Text;

namespace Nurture.Server.Delivery;

/// <summary>
/// A mail's HTML with its web links led through the server and a pixel near the top. Everything else stays as the author
/// wrote it, character by character: mail programs depend on comments, quirks and half-closed tables that a parser would mend.
/// </summary>
public static class TrackedHtml
{
    private static readonly string[] RawText = ["style", "script", "title", "textarea"];

    private readonly record struct Edit(int Start, int End, string Text);

    /// <param name="track">Gets a link's number, from 0, and where it leads, entities decoded; answers the address to put there, or null to leave it.</param>
    /// <param name="pixel">The address of the pixel; null for none.</param>
    public static string Rewrite(string html, Func<int, string, string?> track, string? pixel)
    {
        var edits = new List<Edit>();
        var (links, bodyAt, headEnd) = (0, -1, -1);
        for (var at = html.IndexOf('<'); at >= 0 && at + 1 < html.Length; at = at < html.Length ? html.IndexOf('<', at) : -1)
        {
            var rest = html.AsSpan(at);
            if (rest.StartsWith("<!--", StringComparison.Ordinal))
            {
                at = After(html, "-->", at + 4);
                continue;
            }
            if (!char.IsAsciiLetter(rest[1]))
            {
                if (rest.StartsWith("</head>", StringComparison.OrdinalIgnoreCase)) headEnd = at + "</head>".Length;
                at++;
                continue;
            }

            var tag = Tag.Read(html, at);
            at = tag.End;
            if (tag.Name == "body" && bodyAt < 0) bodyAt = tag.End;
            else if (Array.IndexOf(RawText, tag.Name) >= 0) at = After(html, $"</{tag.Name}", at);
            else if (tag is { Name: "a" or "area", Href: { } href, IsNotTracked: false }
                && track(links, WebUtility.HtmlDecode(href.Value).Trim()) is { } instead)
            {
                edits.Add(new(href.Start, href.End, $"\"{WebUtility.HtmlEncode(instead)}\""));
                links++;
            }
        }

        if (pixel is not null)
        {
            // Gmail cuts mails after 102 kB, so the end is no place for it.
            var image = $"<img src=\"{WebUtility.HtmlEncode(pixel)}\" width=\"1\" height=\"1\" alt=\"\" style=\"display:block;width:1px;height:1px;border:0\">";
            var pixelAt = Math.Max(0, bodyAt >= 0 ? bodyAt : headEnd);
            edits.Insert(edits.FindIndex(edit => edit.Start >= pixelAt) is var i && i >= 0 ? i : edits.Count, new(pixelAt, pixelAt, image));
        }

        return Apply(html, edits);
    }

    private static string Apply(string html, List<Edit> edits)
    {
        var result = new StringBuilder(html.Length + edits.Sum(edit => edit.Text.Length));
        var copied = 0;
        foreach (var edit in edits)
        {
            result.Append(html, copied, edit.Start - copied).Append(edit.Text);
            copied = edit.End;
        }
        return result.Append(html, copied, html.Length - copied).ToString();
    }

    private static int After(string html, string end, int from) =>
        html.IndexOf(end, Math.Min(from, html.Length), StringComparison.OrdinalIgnoreCase) is var found && found >= 0 ? found + end.Length : html.Length;

    /// <param name="Start">Inclusive, with the quote where there is one.</param>
    /// <param name="End">Exclusive.</param>
    private readonly record struct Href(int Start, int End, string Value);

    /// <summary>A start tag as HTML's tokenizer reads it (HTML Standard §13.2.5.6 to 39).</summary>
    private readonly record struct Tag(string Name, int End, Href? Href, bool IsNotTracked)
    {
        public static Tag Read(string html, int open)
        {
            var at = open + 1;
            while (at < html.Length && !IsSpace(html[at]) && html[at] is not ('>' or '/')) at++;
            var name = html[(open + 1)..at].ToLowerInvariant();

            Href? href = null;
            var isNotTracked = false;
            while (true)
            {
                while (at < html.Length && (IsSpace(html[at]) || html[at] == '/')) at++;
                if (at >= html.Length) return new(name, at, href, isNotTracked);
                if (html[at] == '>') return new(name, at + 1, href, isNotTracked);

                var attribute = at++;
                while (at < html.Length && !IsSpace(html[at]) && html[at] is not ('=' or '>' or '/')) at++;
                var key = html.AsSpan(attribute, at - attribute);
                isNotTracked |= key.Equals("data-notrack", StringComparison.OrdinalIgnoreCase);

                var equals = at;
                while (equals < html.Length && IsSpace(html[equals])) equals++;
                if (equals >= html.Length || html[equals] != '=') continue;
                var value = ReadValue(html, equals + 1);
                // Of two attributes of one name the first counts.
                if (key.Equals("href", StringComparison.OrdinalIgnoreCase)) href ??= value;
                at = value.End;
            }
        }

        private static Href ReadValue(string html, int at)
        {
            while (at < html.Length && IsSpace(html[at])) at++;
            if (at >= html.Length) return new(at, at, "");
            if (html[at] is '"' or '\'')
            {
                var close = html.IndexOf(html[at], at + 1);
                return close < 0 ? new(at, html.Length, "") : new(at, close + 1, html[(at + 1)..close]);
            }
            var start = at;
            while (at < html.Length && !IsSpace(html[at]) && html[at] != '>') at++;
            return new(start, at, html[start..at]);
        }

        private static bool IsSpace(char c) => c is ' ' or '\t' or '\n' or '\r' or '\f';
    }
}
