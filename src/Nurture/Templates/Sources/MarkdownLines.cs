using System.Text;
using System.Text.RegularExpressions;
using Nurture.Templating.Syntax;

namespace Nurture.Templates.Sources;

/// <summary>
/// Markdown with code, made ready for a reader of Markdown. Code inside a line is a word of it. Code that prints nothing and has
/// lines of its own stands around paragraphs, between the items of a list, or between the rows of a table: wherever the whole of
/// its block does.
/// </summary>
internal sealed partial class MarkdownLines
{
    private const string Before = "B", After = "A";

    private readonly MadeBody made;
    private readonly IReadOnlyList<CodePart> parts;
    private readonly string[] words;
    private readonly List<Line> lines;

    private MarkdownLines(MadeBody made, string text, IReadOnlyList<CodePart> parts, Func<int, SourceSpan> at)
    {
        this.made = made;
        this.parts = parts;
        words = [.. parts.Select(part => made.Hold(text.Substring(part.Span.Start, part.Span.Length), offset => at(part.Span.Start + offset)))];
        lines = Read(text);
    }

    /// <summary>Markdown with neutral words.</summary>
    public static string Prepare(MadeBody made, string text, Func<int, SourceSpan> at)
    {
        var parts = CodePart.In(text);
        return new MarkdownLines(made, text, parts, at).Written();
    }

    /// <summary>The code that stood between items and rows is put there, once Markdown has made them.</summary>
    public static string Placed(MadeBody made, string html)
    {
        var (before, after) = ($"(?<code>(?:{made.Pattern(Before)})+)", $"(?<code>(?:{made.Pattern(After)})+)");
        html = Regex.Replace(html, $@"(?<open><li>\s*(?:<p>\s*)?|<tr>\s*<t[dh][^>]*>\s*){before}", "${code}${open}");
        html = Regex.Replace(html, $@"{after}(?<close>\s*(?:</p>\s*)?</li>|\s*</t[dh]>\s*</tr>)", "${close}${code}");
        return Regex.Replace(html, $"{made.Pattern(Before)}|{made.Pattern(After)}", match => made.Pattern().Replace("(?<piece>[0-9]+)", match.Groups["piece"].Value, StringComparison.Ordinal));
    }

    private enum Kind { Blank, Text, Item, Row, Apart, Code }

    private sealed class Line(string text, Kind kind)
    {
        public string Text { get; set; } = text;

        public Kind Kind { get; } = kind;

        /// <summary>Of a line of code: its pieces.</summary>
        public List<int> Pieces { get; } = [];

        /// <summary>Which line before and after it, in the same chunk, is text.</summary>
        public Line? Above { get; set; }

        public Line? Below { get; set; }

        /// <summary>An item of a list, or what belongs to one; a row.</summary>
        public bool IsInList { get; set; }

        public bool IsGone { get; set; }
    }

    private List<Line> Read(string text)
    {
        var masked = new StringBuilder(text.Length);
        var from = 0;
        for (var i = 0; i < parts.Count; i++)
        {
            masked.Append(text, from, parts[i].Span.Start - from).Append(words[i]);
            from = parts[i].Span.End;
        }

        masked.Append(text, from, text.Length - from);
        var read = new List<Line>();
        string? fence = null;
        foreach (var line in masked.ToString().Split('\n'))
        {
            var isFence = FencePattern().Match(line) is { Success: true } mark ? mark.Groups["mark"].Value : null;
            if (fence is not null || isFence is not null)
            {
                fence = fence is null ? isFence![..3] : isFence?.StartsWith(fence, StringComparison.Ordinal) == true ? null : fence;
                read.Add(new(line, Kind.Text));
                continue;
            }

            var pieces = Regex.Matches(line, made.Pattern()).Select(match => int.Parse(match.Groups["piece"].ValueSpan, System.Globalization.CultureInfo.InvariantCulture)).ToList();
            pieces = [.. pieces.Select(piece => piece - FirstPiece)];
            var isCode = pieces.Count > 0 && Regex.Replace(line, made.Pattern(), "").AsSpan().IsWhiteSpace() && pieces.TrueForAll(piece => !parts[piece].Prints);
            var kind = string.IsNullOrWhiteSpace(line) ? Kind.Blank : isCode ? Kind.Code : ItemPattern().IsMatch(line) ? Kind.Item
                : line.AsSpan().TrimStart().StartsWith("|") ? Kind.Row : line.AsSpan().TrimStart().StartsWith("#") ? Kind.Apart : Kind.Text;
            var added = new Line(line, kind);
            if (isCode) added.Pieces.AddRange(pieces);
            read.Add(added);
        }

        // Within a chunk of lines, each line of code sees the text around it.
        Line? above = null;
        foreach (var line in read)
        {
            if (line.Kind is Kind.Blank or Kind.Apart) above = null;
            else if (line.Kind == Kind.Code) line.Above = above;
            else
            {
                line.IsInList = line.Kind is Kind.Item or Kind.Row || line.Kind == Kind.Text && above is { IsInList: true, Kind: not Kind.Row } && char.IsWhiteSpace(line.Text[0]);
                above = line;
            }
        }

        Line? below = null;
        foreach (var line in Enumerable.Reverse(read))
        {
            if (line.Kind is Kind.Blank or Kind.Apart) below = null;
            else if (line.Kind == Kind.Code) line.Below = below;
            else below = line;
        }

        return read;
    }

    private int FirstPiece => words.Length == 0 ? 0 : int.Parse(Regex.Match(words[0], made.Pattern()).Groups["piece"].ValueSpan, System.Globalization.CultureInfo.InvariantCulture);

    private string Written()
    {
        var lineOf = lines.SelectMany(line => line.Pieces.Select(piece => (piece, line))).ToDictionary(pair => pair.piece, pair => pair.line);
        var around = new HashSet<Line>();
        var between = new HashSet<Line>();
        var inline = new HashSet<Line>();
        var betweenItems = new List<List<int>>();
        foreach (var block in Blocks())
        {
            var isInside = betweenItems.Exists(outer => outer[0] < block[0] && block[^1] < outer[^1]);
            var own = block.Select(lineOf.GetValueOrDefault).ToList();
            var set = own.Contains(null) ? inline
                : (parts[block[0]].IsLoop || isInside) && own.TrueForAll(IsBetweenItems) ? between
                : own.Where((_, i) => !parts[block[i]].IsBetween).All(line => line!.Above is null || line.Below is null) ? around
                : own.TrueForAll(IsBetweenItems) ? between
                : inline;
            set.UnionWith(own.OfType<Line>());
            if (set == between) betweenItems.Add(block);
        }

        foreach (var line in lines.Where(line => line.Kind == Kind.Code && !inline.Contains(line)))
        {
            var pieces = line.Pieces.Select(piece => words[piece]);
            if (between.Contains(line) && !around.Contains(line)) PutBetween(line);
            else if (around.Contains(line) || line.Above is null || line.Below is null) line.Text = string.Concat(pieces.Select(piece => $"<!--{piece}-->"));
        }

        return string.Join('\n', lines.Where(line => !line.IsGone).Select(line => line.Text));

        static bool IsBetweenItems(Line? line) => line!.Below is { Kind: Kind.Item or Kind.Row } || line.Below is null && line.Above is { IsInList: true };
    }

    private void PutBetween(Line line)
    {
        line.IsGone = true;
        if (line.Below is { Kind: Kind.Item or Kind.Row } below)
        {
            // Several lines of code stand before it in their own order.
            var head = (below.Kind == Kind.Item ? ItemPattern() : RowPattern()).Match(below.Text);
            var rest = below.Text[head.Length..];
            var already = Regex.Match(rest, $"^(?:{made.Pattern(Before)})*").Length;
            below.Text = head.Value + rest[..already] + string.Concat(line.Pieces.Select(piece => made.Marked(words[piece], Before))) + rest[already..];
            return;
        }

        var above = line.Above!;
        var text = above.Text.TrimEnd();
        var isClosedRow = above.Kind == Kind.Row && text.EndsWith('|');
        above.Text = (isClosedRow ? text[..^1].TrimEnd() : text) + string.Concat(line.Pieces.Select(piece => made.Marked(words[piece], After))) + (isClosedRow ? " |" : "");
    }

    /// <summary>The pieces of each block of code, its first one first.</summary>
    private IEnumerable<List<int>> Blocks()
    {
        var open = new Stack<List<int>>();
        var all = new List<List<int>>();
        for (var i = 0; i < parts.Count; i++)
        {
            for (var n = 0; n < parts[i].Closes && open.TryPop(out var closed); n++) closed.Add(i);
            if (parts[i].IsBetween && open.TryPeek(out var outer)) outer.Add(i);
            for (var n = 0; n < parts[i].Opens; n++)
            {
                open.Push([i]);
                all.Add(open.Peek());
            }
        }

        return all;
    }

    [GeneratedRegex(@"^\s*(?:[-*+]|[0-9]{1,9}[.)])\s+")]
    private static partial Regex ItemPattern();

    [GeneratedRegex(@"^\s*\|\s*")]
    private static partial Regex RowPattern();

    [GeneratedRegex(@"^\s{0,3}(?<mark>`{3,}|~{3,})")]
    private static partial Regex FencePattern();
}
