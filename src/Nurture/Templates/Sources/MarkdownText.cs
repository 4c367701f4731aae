using Markdig;
using Markdig.Parsers;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;
using Nurture.Templating.Syntax;
using SourceSpan = Nurture.Templating.Syntax.SourceSpan;

namespace Nurture.Templates.Sources;

/// <summary>Markdown to HTML: CommonMark with tables, <c>{.button}</c> behind what gets a class, and bare addresses as links.</summary>
internal static class MarkdownText
{
    private static readonly MarkdownPipeline Whole = Extended().Build();

    private static readonly MarkdownPipeline Line = OfOneLine().Build();

    /// <param name="at">Where a character of the text stands in the author's file.</param>
    /// <param name="takesHtml">Tags are tags; else they are text.</param>
    /// <returns>HTML with neutral words.</returns>
    public static string ToHtml(MadeBody made, string text, Func<int, SourceSpan> at, bool takesHtml)
    {
        if (!takesHtml) (text, at) = WithoutTags(text, at);
        var document = Markdown.Parse(MarkdownLines.Prepare(made, text, at), Whole);
        JoinLines(document);
        return MarkdownLines.Placed(made, document.ToHtml(Whole));
    }

    /// <summary>One line, without a paragraph around it: a heading, an item, the words on a button.</summary>
    public static string LineToHtml(MadeBody made, string text, Func<int, SourceSpan> at)
    {
        (text, at) = WithoutTags(text, at);
        var document = Markdown.Parse(Masked(made, text, at).Trim(), Line);
        JoinLines(document);
        var html = document.ToHtml(Line).Trim();
        return html.StartsWith("<p>", StringComparison.Ordinal) && html.EndsWith("</p>", StringComparison.Ordinal) ? html["<p>".Length..^"</p>".Length] : html;
    }

    /// <summary>The text with a neutral word for each piece of code.</summary>
    public static string Masked(MadeBody made, string text, Func<int, SourceSpan> at)
    {
        var masked = new System.Text.StringBuilder();
        var from = 0;
        foreach (var part in CodePart.In(text))
        {
            masked.Append(text, from, part.Span.Start - from).Append(made.Hold(text.Substring(part.Span.Start, part.Span.Length), offset => at(part.Span.Start + offset)));
            from = part.Span.End;
        }

        return masked.Append(text, from, text.Length - from).ToString();
    }

    /// <summary>What would be a tag is text; code stays code.</summary>
    private static (string Text, Func<int, SourceSpan> At) WithoutTags(string text, Func<int, SourceSpan> at)
    {
        const string Escaped = "&lt;";
        var parts = CodePart.In(text);
        var made = new System.Text.StringBuilder(text.Length);
        var origin = new List<int>(text.Length + 1);
        var next = 0;
        for (var i = 0; i < text.Length; i++)
        {
            while (next < parts.Count && i >= parts[next].Span.End) next++;
            var shown = text[i] == '<' && !(next < parts.Count && i >= parts[next].Span.Start) ? Escaped : text[i].ToString();
            made.Append(shown);
            origin.AddRange(Enumerable.Repeat(i, shown.Length));
        }

        origin.Add(text.Length);
        return (made.ToString(), offset => at(origin[Math.Clamp(offset, 0, origin.Count - 1)]));
    }

    /// <summary>Scripts without spaces between words have none at a line's end either (CSS Text 3 §4.1.3).</summary>
    private static void JoinLines(MarkdownDocument document)
    {
        foreach (var end in document.Descendants<LineBreakInline>().Where(end => !end.IsHard).ToList())
        {
            if (end.PreviousSibling is LiteralInline { Content.Length: > 0 } before && end.NextSibling is LiteralInline { Content.Length: > 0 } after
                && IsUnspaced(before.Content.ToString()[^1]) && IsUnspaced(after.Content.ToString()[0])) end.Remove();
        }
    }

    private static bool IsUnspaced(char c) => c is >= '\u2e80' and <= '\u9fff' or >= '\uf900' and <= '\ufaff' or >= '\uff00' and <= '\uffef';

    private static MarkdownPipelineBuilder Extended() => new MarkdownPipelineBuilder().UsePipeTables().UseAutoLinks().UseGenericAttributes();

    private static MarkdownPipelineBuilder OfOneLine()
    {
        var builder = new MarkdownPipelineBuilder().UseAutoLinks();
        builder.BlockParsers.Clear();
        builder.BlockParsers.Add(new ParagraphBlockParser());
        return builder;
    }
}
