using Microsoft.Playwright;

namespace Nurture.Chromium;

/// <summary>The system's Chromium, driven by Playwright. One for a whole run; each page has a context, and so cookies, of its own.</summary>
public sealed class ChromiumBrowser : IAsyncDisposable
{
    private const string Executable = "/usr/bin/chromium";

    private readonly IPlaywright playwright;
    private readonly IBrowser browser;

    private ChromiumBrowser(IPlaywright playwright, IBrowser browser) => (this.playwright, this.browser) = (playwright, browser);

    public static async Task<ChromiumBrowser> LaunchAsync()
    {
        if (!File.Exists(Executable)) throw new FileNotFoundException("Chromium is not installed: apt-get install chromium fonts-noto-cjk", Executable);
        // A machine that builds and tests at once is slow, and a page that comes late is no fault of the page.
        Assertions.SetDefaultExpectTimeout(30_000);
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Executable,
            Headless = true,
            ChromiumSandbox = false,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"],
        });
        return new(playwright, browser);
    }

    /// <summary>A page that belongs to nobody yet.</summary>
    public async Task<IPage> NewPageAsync(Viewer viewer, Uri address)
    {
        var context = await browser.NewContextAsync(new()
        {
            BaseURL = address.ToString(),
            Locale = viewer.Language == "ja" ? "ja-JP" : "en-GB",
            TimezoneId = "Asia/Tokyo",
            ViewportSize = viewer.IsPhone ? new() { Width = Viewer.PhoneWidth, Height = 844 } : new() { Width = 1280, Height = 860 },
            DeviceScaleFactor = viewer.IsPhone ? 2 : 1,
            IsMobile = viewer.IsPhone,
            HasTouch = viewer.IsPhone,
            ColorScheme = viewer.IsDark ? ColorScheme.Dark : ColorScheme.Light,
            ReducedMotion = ReducedMotion.Reduce,
        });
        context.SetDefaultTimeout(30_000);
        return await context.NewPageAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await browser.DisposeAsync();
        playwright.Dispose();
    }
}

/// <summary>Who looks: in which language, on what.</summary>
public sealed record Viewer(string Language = "en", bool IsPhone = false, bool IsDark = false)
{
    public const int PhoneWidth = 390;
}

public static class Screenshots
{
    private static readonly string? Folder = Environment.GetEnvironmentVariable("NURTURE_SCREENSHOTS");

    /// <summary>Where <c>NURTURE_SCREENSHOTS</c> names a folder, the whole page as <c>name.png</c> in it; else nothing.</summary>
    public static async Task ShotAsync(this IPage page, string name)
    {
        if (string.IsNullOrEmpty(Folder)) return;
        await page.SettleAsync();
        await page.ScreenshotAsync(new() { Path = Path.Combine(Folder, $"{name}.png"), FullPage = true });
    }

    /// <summary>Nothing says that it loads, and nothing has come from the server for a while.</summary>
    // Not LoadState.NetworkIdle: with a frame whose document is written into the page it sometimes never comes.
    public static async Task SettleAsync(this IPage page)
    {
        await page.WaitForLoadStateAsync(LoadState.Load);
        await page.WaitForFunctionAsync("""
            () => document.querySelector('[aria-busy=true], [data-loading=true]') === null
                && performance.getEntriesByType('resource').every(entry => performance.now() - entry.responseEnd > 300)
            """);
    }
}
