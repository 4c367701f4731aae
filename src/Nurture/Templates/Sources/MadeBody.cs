using System.Text;
using System.Text.RegularExpressions;
using Nurture.Templating.Syntax;

namespace Nurture.Templates.Sources;

/// <summary>
/// A body that is made of another text. While its text is turned into HTML, a neutral word stands for each piece of code, so
/// that nothing reads code as text; and of each piece it is known where its author wrote it.
/// </summary>
internal sealed partial class MadeBody
{
    private readonly List<(string Code, Func<int, SourceSpan> At)> pieces = [];
    private readonly string word;

    /// <param name="source">All that the author wrote: the neutral words do not occur in it.</param>
    public MadeBody(string source)
    {
        word = "xqz";
        while (source.Contains(word, StringComparison.OrdinalIgnoreCase)) word += "q";
    }

    /// <returns>What stands for the code until <see cref="Finish"/>.</returns>
    /// <param name="at">Where a character of the code stands in the author's file.</param>
    public string Hold(string code, Func<int, SourceSpan> at)
    {
        pieces.Add((code, at));
        return $"{word}{pieces.Count - 1}z";
    }

    /// <summary>What stands for code, as a pattern.</summary>
    /// <param name="mark">Of words that <see cref="Marked"/> made.</param>
    public string Pattern(string mark = "") => $"{word}{mark}(?<piece>[0-9]+)z";

    /// <summary>A neutral word that says more than its place does.</summary>
    /// <param name="held">As <see cref="Hold"/> gave it.</param>
    public string Marked(string held, string mark) => word + mark + held[word.Length..];

    /// <param name="html">With neutral words.</param>
    /// <returns>The template, and for each piece of code in it, where a character of it stands in the author's file.</returns>
    public (string Template, IReadOnlyList<Func<int, SourceSpan>> Places) Finish(string html)
    {
        // What only now looks like code was text.
        html = html.Replace("{{", "{&#123;", StringComparison.Ordinal).Replace("{%", "{&#37;", StringComparison.Ordinal);
        var places = new List<Func<int, SourceSpan>>();
        var made = new StringBuilder(html.Length * 2);
        var from = 0;
        foreach (Match match in Regex.Matches(html, $"<!--{Pattern()}-->|{Pattern()}"))
        {
            var (code, at) = pieces[int.Parse(match.Groups["piece"].ValueSpan, System.Globalization.CultureInfo.InvariantCulture)];
            made.Append(html, from, match.Index - from).Append(code);
            places.Add(at);
            from = match.Index + match.Length;
        }

        return (made.Append(html, from, html.Length - from).ToString(), places);
    }
}
