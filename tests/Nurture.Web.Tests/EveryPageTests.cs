namespace Nurture.Web.Tests;

/// <summary>What holds for every page, whoever made it.</summary>
public sealed class EveryPageTests(OneServer one) : IClassFixture<OneServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string, string, bool> Views()
    {
        var views = new TheoryData<string, string, bool>();
        foreach (var language in (string[])["en", "ja"])
        {
            foreach (var isPhone in (bool[])[false, true])
            {
                foreach (var route in Routes.All) views.Add(route, language, isPhone);
            }
        }
        return views;
    }

    [Theory, MemberData(nameof(Views))]
    public async Task A_page_opens_with_a_heading_without_errors_and_fits_its_width(string route, string language, bool isPhone)
    {
        var page = await one.AdminPageAsync(new(language, isPhone), Cancel);
        var errors = new List<string>();
        page.PageError += (_, error) => errors.Add(error);
        page.Console += (_, message) =>
        {
            // What the server refuses is the page's to show; the browser notes it too.
            if (message.Type == "error" && !message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal)) errors.Add(message.Text);
        };

        await page.GotoAsync(Routes.Filled(route));
        await page.SettleAsync();

        await page.ShotAsync($"{Name(route)}.{language}{(isPhone ? ".phone" : "")}");
        Assert.Empty(errors);
        Assert.Equal(1, await page.GetByRole(AriaRole.Heading, new() { Level = 1 }).CountAsync());
        var (wide, narrow) = (await page.EvaluateAsync<int>("document.documentElement.scrollWidth"), await page.EvaluateAsync<int>("window.innerWidth"));
        Assert.True(wide <= narrow, $"{route} is {wide} wide in a window of {narrow}.");
        Assert.Equal(language, await page.EvaluateAsync<string>("document.documentElement.lang"));
        var text = await page.Locator("body").InnerTextAsync();
        Assert.DoesNotMatch(@"\b[a-z_]+\.[a-z_]+(\.[a-z_]+)+\b", string.Join('\n', text.Split('\n').Where(line => !line.Contains('@') && !line.Contains('/'))).Replace("example.com", "", StringComparison.Ordinal));
        await page.Context.CloseAsync();
    }

    private static string Name(string route) => route == "/" ? "start" : route.Trim('/').Replace('/', '-').Replace("$", "", StringComparison.Ordinal);
}
