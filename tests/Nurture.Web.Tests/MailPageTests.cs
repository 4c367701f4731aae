namespace Nurture.Web.Tests;

/// <summary>A mail of blocks, written by somebody who writes no HTML.</summary>
public sealed class MailPageTests(OneBrowser browser)
{
    private const string Words = "Your plan has more than that.";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("en", "Edit", "Add a block", "Text", "Block {0}: Text", "Show only if…", "Condition of block {0}", "Move up", "Source", "Form", "Publish", "Published", "Version 2", "Did you mean \"account\"?", "they do not compare")]
    [InlineData("ja", "編集", "ブロックを追加", "文章", "ブロック{0}:文章", "表示する条件を追加", "ブロック{0}の表示条件", "上へ移動", "ソース", "フォーム", "公開", "公開しました", "バージョン2", "もしかして \"account\" ですか。", "比較できません")]
    public async Task A_block_is_added_moved_shown_to_some_only_and_published(
        string language, string edit, string add, string kind, string block, string condition, string label, string up, string source, string form, string publish, string published, string version, string meant, string incomparable)
    {
        await using var server = await WebServer.StartAsync(browser.Browser, Cancel);
        var page = await server.SignedInAsync("marketer", new() { Language = language }, Cancel);
        var mail = page.FrameLocator("iframe");
        ILocator Block(int number) => page.GetByRole(AriaRole.Group, new() { Name = string.Format(System.Globalization.CultureInfo.InvariantCulture, block, number), Exact = true });
        ILocator Condition(int number) => page.GetByRole(AriaRole.Textbox, new() { Name = string.Format(System.Globalization.CultureInfo.InvariantCulture, label, number), Exact = true });

        // Added at the end, and seen at once.
        await page.GotoAsync("/mail/templates/good-to-see-you.en");
        await page.GetByRole(AriaRole.Button, new() { Name = edit, Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = add, Exact = true }).Last.ClickAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { Name = kind, Exact = true }).ClickAsync();
        await Block(7).GetByRole(AriaRole.Textbox).FillAsync(Words);
        await Assertions.Expect(mail.GetByText(Words)).ToBeVisibleAsync();

        // A mistake in its condition is said at the block, and names are offered.
        await Block(7).GetByRole(AriaRole.Button, new() { Name = condition, Exact = true }).ClickAsync();
        await Assertions.Expect(Condition(7)).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("acount.plan == 3");
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(Block(7).GetByText(meant)).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Control+a");
        await page.Keyboard.TypeAsync("account.pl");
        await Assertions.Expect(page.GetByRole(AriaRole.Option, new() { Name = "plan" })).ToBeVisibleAsync();
        await page.ShotAsync($"mail-block-condition-{language}");
        await page.Keyboard.PressAsync("Enter");
        await page.Keyboard.TypeAsync(" == 3");
        await Assertions.Expect(Block(7).GetByText(incomparable)).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Backspace");
        await page.Keyboard.TypeAsync("\"pro");
        await Assertions.Expect(mail.GetByText(Words)).ToBeHiddenAsync();
        await Assertions.Expect(Block(7).GetByText(incomparable)).ToBeHiddenAsync();

        // Moved with its condition, which the made-up account then fulfills.
        await Block(7).GetByRole(AriaRole.Button, new() { Name = up, Exact = true }).ClickAsync();
        await Assertions.Expect(Condition(6)).ToHaveTextAsync("account.plan == \"pro\"");
        await Assertions.Expect(Block(7).GetByRole(AriaRole.Button, new() { Name = condition, Exact = true })).ToBeVisibleAsync();
        await Condition(6).ClickAsync();
        await page.Keyboard.PressAsync("Control+a");
        await page.Keyboard.TypeAsync("account.name");
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(mail.GetByText(Words)).ToBeVisibleAsync();
        await page.ShotAsync($"mail-blocks-{language}");

        // What the form changed is the text, and is published as such.
        await page.GetByText(source, new() { Exact = true }).First.ClickAsync();
        await Assertions.Expect(page.Locator(".cm-content").First).ToContainTextAsync("- if: account.name");
        await page.ShotAsync($"mail-source-{language}");
        await page.GetByText(form, new() { Exact = true }).First.ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = publish, Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = publish, Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByText(published, new() { Exact = true }).First).ToBeVisibleAsync();
        await page.ReloadAsync();
        await Assertions.Expect(page.GetByText(version).First).ToBeVisibleAsync();
        await Assertions.Expect(mail.GetByText(Words)).ToBeVisibleAsync();
        var text = (await server.Client.GetAsync("/api/v1/templates/good-to-see-you.en", Cancel))["text"]!.GetValue<string>();
        Assert.Contains("  - if: account.name\n    text: " + Words, text);
    }

    [Fact]
    public async Task Markdown_and_the_code_in_it_are_colored()
    {
        await using var server = await WebServer.StartAsync(browser.Browser, Cancel);
        var page = await server.SignedInAsync("marketer", new(), Cancel);

        await page.GotoAsync("/mail/templates/setup-help.en");
        await page.GetByRole(AriaRole.Button, new() { Name = "Edit", Exact = true }).ClickAsync();
        var line = page.Locator(".cm-line", new() { HasTextString = "A hand with the set-up?" });

        await Assertions.Expect(line.Locator("span").First).ToBeVisibleAsync();
        Assert.Equal("700", await line.Locator("span").Last.EvaluateAsync<string>("span => getComputedStyle(span).fontWeight"));
        await Assertions.Expect(page.Locator(".cm-template-code").First).ToContainTextAsync("{{ name.salutation contact");
        await page.ShotAsync("mail-markdown");
    }
}
