using System.Text.RegularExpressions;

namespace Nurture.Web.Tests;

/// <summary>What holds for every page, whoever made it.</summary>
public sealed partial class EveryPageTests(OneServer one) : IClassFixture<OneServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string> All => [.. Routes.All];

    private static readonly Viewer[] Viewers = [new("en"), new("ja"), new("en", IsPhone: true), new("ja", IsPhone: true)];

    [Theory, MemberData(nameof(All))]
    public async Task A_page_opens_under_one_heading_without_errors_and_fits_its_width_in_both_languages(string route)
    {
        foreach (var viewer in Viewers)
        {
            var (page, errors) = await one.PageOfAsync(viewer, Cancel);
            await page.GotoAsync(Routes.Filled(route));
            var heading = page.GetByRole(AriaRole.Heading, new() { Level = 1 });
            // Where what the address names is not there, the page says so.
            await Assertions.Expect(heading.Or(page.GetByRole(AriaRole.Alert)).First).ToBeVisibleAsync();
            await page.SettleAsync();

            await page.ShotAsync($"{Name(route)}.{viewer.Language}{(viewer.IsPhone ? ".phone" : "")}");
            Assert.True(errors.Count == 0, $"{route} for {viewer}: {string.Join('\n', errors)}");
            Assert.InRange(await heading.CountAsync(), route.Contains('$', StringComparison.Ordinal) ? 0 : 1, 1);
            var wide = await page.EvaluateAsync<int>("document.documentElement.scrollWidth");
            var window = viewer.IsPhone ? Viewer.PhoneWidth : await page.EvaluateAsync<int>("window.innerWidth");
            Assert.True(wide <= window, $"{route} is {wide} wide in a window of {window} for {viewer}.");
            Assert.Equal(viewer.Language, await page.EvaluateAsync<string>("document.documentElement.lang"));
            Assert.Empty(Missing.Matches(await page.Locator("body").InnerTextAsync()).Select(match => match.Value));
        }
    }

    /// <summary>A word that is not there is shown as its key: <c>contacts.timeline.title</c>.</summary>

    [GeneratedRegex($@"(?<![\w./@-])({Namespaces})\.[a-z_]+(\.[a-z_]+)*(?![\w@/.-])")]
    private static partial Regex Missing { get; }

    private const string Namespaces = "common|overview|contacts|accounts|mail|scenarios|escalations|broadcasts|settings|profile|entrance|flow|editing|check";

    private static string Name(string route) => route == "/" ? "start" : route.Trim('/').Replace('/', '-').Replace("$", "", StringComparison.Ordinal);
}
