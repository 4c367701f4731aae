namespace Nurture.Web.Tests;

/// <summary>The way in, as people go it.</summary>
public sealed class EntranceTests(OneBrowser browser, OneServer one) : IClassFixture<OneServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("en", "E-mail address", "Your name", "Choose a password", "Begin", "Settings")]
    [InlineData("ja", "メールアドレス", "お名前", "新しいパスワード", "はじめる", "設定")]
    public async Task The_printed_link_leads_to_the_settings_within_a_minute(string language, string email, string name, string password, string begin, string settings)
    {
        await using var server = await WebServer.StartAsync(browser.Browser, Cancel);
        var page = await server.NewPageAsync(new(language));

        await page.GotoAsync(await server.SetUpLinkAsync(Cancel));
        await page.GetByLabel(email).FillAsync("ann@example.com");
        await page.GetByLabel(name).FillAsync("Ann Example");
        await page.GetByLabel(password).First.FillAsync(WebServer.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = begin }).ClickAsync();
        await page.GetByRole(AriaRole.Navigation).GetByRole(AriaRole.Link, new() { Name = settings }).ClickAsync();

        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1, Name = settings })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Who_opens_a_page_without_a_session_signs_in_and_comes_back_to_it()
    {
        var server = one.Server;
        var (email, _) = await server.UserAsync("admin", "en", Cancel);
        var page = await server.NewPageAsync(new());

        await page.GotoAsync("/profile");
        await page.GetByLabel("E-mail address").FillAsync("ann@example.com");
        await page.GetByLabel("Password").First.FillAsync("not the password");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("The address or the password is wrong.");
        await page.GetByLabel("E-mail address").FillAsync(email);
        await page.GetByLabel("Password").First.FillAsync(WebServer.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();

        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1, Name = "My profile" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_second_factor_is_enrolled_by_its_key_and_asked_for_when_signing_in()
    {
        var server = one.Server;
        var (email, _) = await server.UserAsync("csm", "en", Cancel);
        var page = await server.NewPageAsync(new());
        await SignInAsync(page, email, "/profile");

        await page.GetByRole(AriaRole.Button, new() { Name = "Switch it on" }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await dialog.GetByLabel("Present password").First.FillAsync(WebServer.Password);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Confirm" }).ClickAsync();
        await Assertions.Expect(dialog.GetByRole(AriaRole.Img, new() { Name = "QR code" })).ToBeVisibleAsync();
        var key = (await dialog.Locator("pre").InnerTextAsync()).Replace(" ", "", StringComparison.Ordinal);
        await page.ShotAsync("second-factor");
        await dialog.GetByLabel("Then type the code").FillAsync(Totp.Code(key));
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Confirm" }).ClickAsync();
        await Assertions.Expect(dialog.GetByText("Your recovery codes")).ToBeVisibleAsync();
        await page.ShotAsync("recovery-codes");
        var recovery = (await dialog.Locator("pre").InnerTextAsync()).Split('\n')[0];
        await dialog.GetByRole(AriaRole.Button, new() { Name = "I have kept them" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Profile and sign-out" }).ClickAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "Sign out" }).ClickAsync();
        await SignInAsync(page, email, null);
        await page.GetByLabel("Code of your authenticator").FillAsync(recovery);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();

        await Assertions.Expect(page.GetByRole(AriaRole.Navigation)).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_form_of_another_site_changes_nothing()
    {
        var server = one.Server;
        var page = await server.SignedInAsync("admin", new(), Cancel);
        await page.GotoAsync("/profile");
        // The same machine by another name is another site to the browser, and the cookie must not be sent along, nor heeded.
        var elsewhere = server.Address.ToString().Replace("127.0.0.1", "localhost", StringComparison.Ordinal);
        await page.RouteAsync($"{elsewhere}trap", route => route.FulfillAsync(new()
        {
            ContentType = "text/html",
            Body = $"""<form method="post" enctype="text/plain" action="{server.Address}api/v1/sending/stop"><input name='{"{\"a\":\""}' value='"{"}"}'><button>Win a prize</button></form>""",
        }));

        await page.GotoAsync($"{elsewhere}trap");
        var fetched = await page.EvaluateAsync<string>($"fetch('{server.Address}api/v1/sending/stop', {{ method: 'POST', credentials: 'include', mode: 'no-cors' }}).then(r => r.type, e => 'refused')");
        var answer = await page.RunAndWaitForResponseAsync(() => page.GetByRole(AriaRole.Button).ClickAsync(), response => response.Url.EndsWith("/sending/stop", StringComparison.Ordinal));
        Assert.True(answer.Status is 401 or 403, $"{answer.Status}");

        Assert.Contains(fetched, (string[])["opaque", "refused"]);
        Assert.Null((await server.Client.GetAsync("/api/v1/status", Cancel))["sending_stopped"]);
    }

    [Fact]
    public async Task Who_gets_another_role_is_signed_out_of_an_open_page()
    {
        var server = one.Server;
        var (email, session) = await server.UserAsync("csm", "en", Cancel);
        var page = await server.NewPageAsync(new());
        await page.Context.AddCookiesAsync([session]);
        await page.GotoAsync("/profile");
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToBeVisibleAsync();

        var id = (await server.Client.GetAsync("/api/v1/users?role=csm", Cancel))["items"]!.AsArray().Single(user => user!["email"]!.GetValue<string>() == email)!["id"]!.GetValue<long>();
        await server.Client.CallAsync(HttpMethod.Patch, $"/api/v1/users/{id}", new System.Text.Json.Nodes.JsonObject { ["role"] = "viewer" }, Cancel);
        await page.GetByLabel("Name").FillAsync("Carla");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();

        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1, Name = "Sign in" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Everything_is_reached_and_worked_by_the_keyboard_alone()
    {
        var server = one.Server;
        var (email, _) = await server.UserAsync("admin", "en", Cancel);
        var page = await server.NewPageAsync(new());

        await page.GotoAsync("/sign-in");
        await Assertions.Expect(page.GetByLabel("E-mail address")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync(email);
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.TypeAsync(WebServer.Password);
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.GetByRole(AriaRole.Navigation)).ToBeVisibleAsync();

        // The first stop skips the navigation; the next ones are seen, and one of them is the settings.
        await page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "Skip to the content" })).ToBeFocusedAsync();
        await TabToAsync(page, "Settings");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1, Name = "Settings" })).ToBeVisibleAsync();
        await TabToAsync(page, "API keys");
        await page.Keyboard.PressAsync("Enter");
        await TabToAsync(page, "New key");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByLabel("Name")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("crm");
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.GetByRole(AriaRole.Dialog)).ToBeHiddenAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "New key" })).ToBeFocusedAsync();
    }

    private static async Task TabToAsync(IPage page, string name)
    {
        for (var i = 0; i < 60; i++)
        {
            var (text, outline) = (await page.EvaluateAsync<string>("document.activeElement.innerText ?? ''"), await page.EvaluateAsync<string>("getComputedStyle(document.activeElement).outlineStyle"));
            if (text.Trim() == name)
            {
                Assert.NotEqual("none", outline);
                return;
            }
            await page.Keyboard.PressAsync("Tab");
        }
        Assert.Fail($"Tab does not come to \"{name}\".");
    }

    private static async Task SignInAsync(IPage page, string email, string? path)
    {
        if (path is not null) await page.GotoAsync(path);
        await page.GetByLabel("E-mail address").FillAsync(email);
        await page.GetByLabel("Password").First.FillAsync(WebServer.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
    }

}
