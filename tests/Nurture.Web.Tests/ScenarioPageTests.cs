using System.Text.RegularExpressions;

namespace Nurture.Web.Tests;

/// <summary>A marketer's way from nothing to a live scenario and a scheduled broadcast.</summary>
public sealed partial class ScenarioPageTests(OneBrowser browser)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_scenario_of_the_gallery_is_changed_by_form_and_by_text_checked_and_published()
    {
        await using var server = await WebServer.StartAsync(browser.Browser, Cancel);
        var page = await server.SignedInAsync("marketer", new(), Cancel);
        var text = page.GetByRole(AriaRole.Textbox, new() { Name = "Text", Exact = true });
        var mistakes = page.GetByTestId("mistakes");

        // From the gallery.
        await page.GotoAsync("/scenarios");
        await page.GetByRole(AriaRole.Link, new() { Name = "New scenario" }).ClickAsync();
        await page.GetByTestId("gallery-first-week").ClickAsync();
        await page.GetByLabel("Title").FillAsync("Welcome to the beta");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create draft" }).ClickAsync();
        await Assertions.Expect(mistakes).ToContainTextAsync("No mistakes found.");

        // A step's form changes its line, and the drawing follows.
        await page.Locator("[data-step='wait-login']").ClickAsync();
        var form = page.GetByTestId("step-form");
        await form.GetByLabel("At most").FillAsync("5d");
        await form.GetByLabel("At most").PressAsync("Enter");
        await Assertions.Expect(text).ToContainTextAsync("up_to: 5d");
        await Assertions.Expect(page.GetByText("not within 5 days")).ToBeVisibleAsync();

        // A mistake is said at its line while it is typed, and what was typed is there after a reload.
        await text.ClickAsync();
        await page.Keyboard.PressAsync("Control+End");
        await page.Keyboard.TypeAsync("  - send: nxt-steps");
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(mistakes).ToContainTextAsync("Did you mean \"next-steps\"?");
        await Assertions.Expect(page.GetByTestId("saved")).ToBeVisibleAsync();
        await page.ReloadAsync();
        await Assertions.Expect(mistakes).ToContainTextAsync("nxt-steps");
        await page.GetByTestId("check").ClickAsync();
        await Assertions.Expect(page.GetByTestId("publish")).ToBeDisabledAsync();
        await page.Keyboard.PressAsync("Escape");

        // Mended, checked, live.
        await text.ClickAsync();
        await page.Keyboard.PressAsync("Control+End");
        for (var n = 0; n < "nxt-steps".Length; n++) await page.Keyboard.PressAsync("Backspace");
        await page.Keyboard.TypeAsync("next-steps");
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(mistakes).ToContainTextAsync("No mistakes found.");
        await page.GetByTestId("check").ClickAsync();
        await Assertions.Expect(page.GetByText("The mail “setup-help” leaves")).ToBeVisibleAsync();
        await page.ShotAsync("scenario-check");
        await page.GetByTestId("publish").ClickAsync();

        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1, Name = "Welcome to the beta" })).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText("Live", new() { Exact = true }).First).ToBeVisibleAsync();
        await page.ShotAsync("scenario-live");
    }

    [Fact]
    public async Task Who_stands_on_a_step_is_shown_by_a_click_on_it_and_a_pause_says_why()
    {
        await using var server = await WebServer.StartAsync(browser.Browser, Cancel);
        await server.Client.SendAsync("/v1/identify", new() { ["userId"] = "ann", ["messageId"] = "1", ["traits"] = new System.Text.Json.Nodes.JsonObject { ["email"] = "ann@acme.example", ["name"] = "Ann" } }, Cancel);
        await server.Client.SendAsync("/v1/group", new() { ["userId"] = "ann", ["messageId"] = "2", ["groupId"] = "acme", ["traits"] = new System.Text.Json.Nodes.JsonObject { ["name"] = "Acme" } }, Cancel);
        await server.Client.SendAsync("/v1/track", new() { ["userId"] = "ann", ["messageId"] = "3", ["event"] = "signed_up", ["properties"] = new System.Text.Json.Nodes.JsonObject { ["plan"] = "trial" } }, Cancel);
        await server.Client.CallAsync(HttpMethod.Post, "/dev/clock/advance?by=1m", null, Cancel);
        var page = await server.SignedInAsync("marketer", new(), Cancel);

        await page.GotoAsync("/scenarios/trial-onboarding");
        await page.Locator("[data-step='wait-setup_completed']").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Show who stands here (1)" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "Acme", Exact = true })).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await dialog.GetByLabel("Why?").FillAsync("The mail has a typo.");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await Assertions.Expect(page.GetByText("The mail has a typo.")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task An_event_that_the_plan_does_not_know_is_shown_at_once_and_adopted()
    {
        await using var server = await WebServer.StartAsync(browser.Browser, Cancel);
        await server.Client.SendAsync("/v1/track", new() { ["userId"] = "ann", ["messageId"] = "1", ["event"] = "ordered", ["properties"] = new System.Text.Json.Nodes.JsonObject { ["total"] = 3 } }, Cancel);
        var page = await server.SignedInAsync("marketer", new(), Cancel);

        await page.GotoAsync("/events");
        await Assertions.Expect(page.GetByText("Not in the plan")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Add to the plan" }).ClickAsync();

        await Assertions.Expect(page.GetByText("“ordered” is in the plan.")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText("Not in the plan")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_newsletter_is_chosen_counted_and_scheduled_without_a_line_of_yaml()
    {
        await using var server = await WebServer.StartAsync(browser.Browser, Cancel);
        await server.Client.SendAsync("/v1/identify", new() { ["userId"] = "ann", ["messageId"] = "1", ["traits"] = new System.Text.Json.Nodes.JsonObject { ["email"] = "ann@acme.example", ["locale"] = "en" } }, Cancel);
        await server.Client.CallAsync(HttpMethod.Post, "/dev/clock/advance?by=1m", null, Cancel);
        var page = await server.SignedInAsync("marketer", new(), Cancel);

        await page.GotoAsync("/broadcasts");
        await page.GetByRole(AriaRole.Button, new() { Name = "New broadcast" }).First.ClickAsync();
        await page.GetByLabel("Title").FillAsync("News of March");
        await page.GetByRole(AriaRole.Combobox, new() { Name = "Template" }).ClickAsync();
        await page.GetByRole(AriaRole.Option, new() { Name = "whats-new" }).ClickAsync();
        await page.GetByRole(AriaRole.Combobox, new() { Name = "Topic" }).FillAsync("newsletter");
        await page.Keyboard.PressAsync("Tab");
        await page.GetByText("Choose", new() { Exact = true }).ClickAsync();
        await page.GetByTestId("count").ClickAsync();
        await Assertions.Expect(page.GetByText("All 1 asked.")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByTestId("schedule")).ToBeDisabledAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Time", Exact = true }).ClickAsync();
        var calendar = page.GetByRole(AriaRole.Dialog);
        await calendar.Locator("button[data-direction='next']").ClickAsync();
        await calendar.GetByRole(AriaRole.Button, new() { NameRegex = FifteenthDay }).ClickAsync();
        await page.Keyboard.PressAsync("Escape");
        await page.GetByTestId("schedule").ClickAsync();
        await page.ShotAsync("broadcast-schedule");
        await page.GetByTestId("confirm-schedule").ClickAsync();

        await Assertions.Expect(page.GetByText("Scheduled", new() { Exact = true }).First).ToBeVisibleAsync();
        await page.ShotAsync("broadcast-scheduled");
    }

    [Theory]
    [InlineData("en", "New broadcast", "Title", "Template", "Test its subjects", "With 50% of the readers", "Decide after", "2 hours", "Purpose", "Service", "Time", "Subject test", "Won")]
    [InlineData("ja", "一斉配信を作成", "タイトル", "テンプレート", "件名をテストする", "受信者の50%でテスト", "結果を決めるまで", "2時間", "種別", "サービス案内", "日時", "件名テスト", "採用")]
    public async Task A_broadcast_tests_its_subjects_and_shows_how_each_came_off(
        string language, string create, string title, string template, string test, string share, string after, string hours, string kind, string service, string time, string shown, string won)
    {
        await using var server = await WebServer.StartAsync(browser.Browser, Cancel);
        var letter = new System.Text.Json.Nodes.JsonObject
        {
            ["form"] = "markdown",
            ["text"] = "---\nsubjects: { a: Three things to try, b: What is new }\npreheader: For this week.\n---\nHello.\n\n[Start](https://app.example.com/start)\n",
        };
        await server.Client.CallAsync(HttpMethod.Put, "/api/v1/templates/letter.en", letter, Cancel);
        for (var i = 0; i < 12; i++)
            await server.Client.SendAsync("/v1/identify", new() { ["userId"] = $"p{i}", ["messageId"] = $"{i}", ["traits"] = new System.Text.Json.Nodes.JsonObject { ["email"] = $"p{i}@acme.example", ["locale"] = "en" } }, Cancel);
        await server.Client.CallAsync(HttpMethod.Post, "/dev/clock/advance?by=1m", null, Cancel);
        var page = await server.SignedInAsync("marketer", new() { Language = language }, Cancel);

        await page.GotoAsync("/broadcasts");
        await page.GetByRole(AriaRole.Button, new() { Name = create }).First.ClickAsync();
        await page.GetByLabel(title).FillAsync("News of March");
        await page.GetByRole(AriaRole.Combobox, new() { Name = template }).ClickAsync();
        await page.GetByRole(AriaRole.Option, new() { Name = "letter", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Combobox, new() { Name = test }).ClickAsync();
        await page.GetByRole(AriaRole.Option, new() { Name = share }).ClickAsync();
        await page.GetByRole(AriaRole.Combobox, new() { Name = after }).ClickAsync();
        await page.GetByRole(AriaRole.Option, new() { Name = hours, Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Combobox, new() { Name = kind, Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Option, new() { Name = service, Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = time, Exact = true }).ClickAsync();
        var calendar = page.GetByRole(AriaRole.Dialog);
        await calendar.Locator("button[data-direction='next']").ClickAsync();
        await calendar.Locator("button:not([data-outside])").Filter(new() { HasTextRegex = FifteenthOnly }).ClickAsync();
        await page.Keyboard.PressAsync("Escape");
        await page.ShotAsync($"broadcast-subject-test-{language}");
        await page.GetByTestId("schedule").ClickAsync();
        await page.GetByTestId("confirm-schedule").ClickAsync();

        await Assertions.Expect(page.GetByTestId("subject-test")).ToBeVisibleAsync();
        await server.Client.CallAsync(HttpMethod.Post, "/dev/clock/advance?by=62d", null, Cancel);
        var figures = page.GetByRole(AriaRole.Region, new() { Name = shown });
        await Assertions.Expect(figures.GetByText("Three things to try")).ToBeVisibleAsync();
        await Assertions.Expect(figures.GetByText(won)).ToBeVisibleAsync(new() { Timeout = 30_000 });
        await page.ShotAsync($"broadcast-subject-decided-{language}");
    }

    [GeneratedRegex("^15$")]
    private static partial Regex FifteenthOnly { get; }

    [GeneratedRegex("^15 ")]
    private static partial Regex FifteenthDay { get; }
}
