using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using Nurture.Mail.Html;

namespace Nurture.Cli.Tests;

/// <summary>Every mail that ships, in each language, for somebody of whom much is known and for somebody of whom nothing is, as readers get it.</summary>
public sealed partial class ShippedMailsTests : IDisposable
{
    private const double LeastContrast = 4.5; // WCAG 2.2, success criterion 1.4.3

    private readonly string folder = Directory.CreateTempSubdirectory("mails").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_mail_reads_well_whatever_is_known_of_its_reader(bool isBare)
    {
        foreach (var mail in await RenderAsync(isBare))
        {
            Assert.True(Encoding.UTF8.GetByteCount(mail.Html) < 102 << 10, $"{mail.Name} is larger than Gmail shows");
            var odd = Artefact().Match($"{mail.Subject}\n{mail.Preheader}\n{mail.Text}");
            Assert.False(odd.Success, $"{mail.Name} says \"{odd.Value}\"");
            Assert.Single(Regex.Matches(mail.Text, "Example Inc\\."));
            Assert.InRange(Regex.Matches(mail.Text, "/u/preview").Count, 0, 1);
            Assert.NotEqual("", mail.Subject);
            Assert.NotEqual(mail.Subject, mail.Preheader);
            foreach (var element in mail.Page.QuerySelectorAll("p, li, h1, h2, a"))
                Assert.False(string.IsNullOrWhiteSpace(element.TextContent), $"{mail.Name} has an empty {element.LocalName}");
            foreach (var link in mail.Page.QuerySelectorAll("a"))
                Assert.True(link.GetAttribute("href") is { Length: > 0 } address && (address.StartsWith("https://", StringComparison.Ordinal) || address.StartsWith("mailto:", StringComparison.Ordinal)), $"{mail.Name}: {link.OuterHtml}");
        }
    }

    [Fact]
    public async Task What_is_written_can_be_told_from_what_is_behind_it_in_light_and_dark()
    {
        foreach (var mail in await RenderAsync(isBare: false))
        {
            AssertContrast(mail.Name, mail.Page);
            // What holds in the dark, written to the elements as the rest is.
            var dark = DarkRules().Match(mail.Html) is { Success: true } block ? $"<style>{block.Groups["rules"].Value}</style>" : "";
            var page = Regex.Replace(mail.Html, "<style>.*?</style>", dark, RegexOptions.Singleline);
            AssertContrast($"{mail.Name} in the dark", Parse(CssInliner.Plan(page, page).Reverse().Aggregate(page, (text, insertion) => text.Insert(insertion.At, insertion.Text))));
        }
    }

    private sealed record Rendered(string Name, string Html, string Text, IDocument Page)
    {
        public string Subject => Page.Title ?? "";

        public string Preheader => Page.QuerySelector("body > div[style*='display:none']")?.TextContent.TrimEnd('\u034f', '\u200c', '\u00a0') ?? "";
    }

    private async Task<List<Rendered>> RenderAsync(bool isBare)
    {
        var said = await Terminal.TypeAsync(["render", "--out", folder, "--scenarios", Terminal.Scenarios, .. isBare ? new[] { "--bare" } : []]);
        Assert.True(said.Exit == 0, string.Join('\n', said.Output) + said.Error);
        var mails = Directory.GetFiles(folder, "*.html").Order(StringComparer.Ordinal)
            .Select(file => (File: file, Html: File.ReadAllText(file)))
            .Select(read => new Rendered(Path.GetFileNameWithoutExtension(read.File), read.Html, File.ReadAllText(Path.ChangeExtension(read.File, ".txt")), Parse(read.Html))).ToList();
        Assert.NotEmpty(mails);
        return mails;
    }

    private static IDocument Parse(string html) => new HtmlParser().ParseDocument(html);

    private static void AssertContrast(string name, IDocument page)
    {
        foreach (var text in page.Body!.Descendants<IText>().Where(text => !string.IsNullOrWhiteSpace(text.Data)))
        {
            var above = text.ParentElement!;
            if (Set(above, "display") == "none") continue;
            var (ink, paper) = (Set(above, "color") ?? "#000000", Set(above, "background", "background-color") ?? "#ffffff");
            Assert.True(Contrast(ink, paper) >= LeastContrast, $"{name}: \"{text.Data.Trim()}\" is {ink} on {paper}, {Contrast(ink, paper):0.0}:1");
        }
    }

    /// <summary>What an element or the nearest one around it says of a property; of two that it says, the important one, else the last.</summary>
    private static string? Set(IElement element, params string[] properties) =>
        element.GetAncestors().OfType<IElement>().Prepend(element).Select(at => Own(at, properties)).FirstOrDefault(value => value is not null);

    private static string? Own(IElement element, string[] properties) => (element.GetAttribute("style") ?? "").Split(';')
        .Select(declaration => declaration.Split(':', 2)).Where(pair => pair.Length == 2 && properties.Contains(pair[0].Trim()))
        .Select(pair => pair[1].Trim()).OrderBy(value => value.EndsWith("!important", StringComparison.Ordinal)).LastOrDefault()?.Replace("!important", "", StringComparison.Ordinal).Trim();

    private static double Contrast(string one, string other)
    {
        var (a, b) = (Luminance(one), Luminance(other));
        return (Math.Max(a, b) + 0.05) / (Math.Min(a, b) + 0.05);
    }

    private static double Luminance(string color)
    {
        Assert.Matches("^#[0-9a-f]{6}$", color);
        var channels = Enumerable.Range(0, 3).Select(i => int.Parse(color.AsSpan(1 + i * 2, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 255.0)
            .Select(c => c <= 0.04045 ? c / 12.92 : Math.Pow((c + 0.055) / 1.055, 2.4)).ToArray();
        return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2];
    }

    // Words of programs, and what is left where a name, a number or a date is missing.
    [GeneratedRegex(@"\bnull\b|undefined|\{\{|\}\}|%[-a-zA-Z]|（）|「」|“”|\(\)|^様|^ 様|\b(Dear|with|at|of|for) ?[,.]|\w [,.]|、、|。。|,,", RegexOptions.Multiline)]
    private static partial Regex Artefact();

    [GeneratedRegex(@"@media \(prefers-color-scheme: dark\) \{(?<rules>(?:[^{}]*\{[^{}]*\})*)\s*\}")]
    private static partial Regex DarkRules();
}
