namespace Nurture.Web.Tests;

/// <summary>The pages of people and their mail, as a CSM and a marketer use them.</summary>
public sealed class PeopleTests(OneServer one) : IClassFixture<OneServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_contact_is_found_by_search_and_says_what_happened_and_why_a_mail_arrived()
    {
        var page = await OpenAsync("/contacts", "ja");

        await page.GetByRole(AriaRole.Searchbox, new() { Name = "氏名・アドレス・IDで検索" }).FillAsync("山田");
        await page.GetByRole(AriaRole.Link, new() { Name = "山田 花子" }).ClickAsync();

        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1, Name = "山田 花子" })).ToBeVisibleAsync();
        var timeline = page.GetByRole(AriaRole.Region, new() { Name = "タイムライン" });
        await Assertions.Expect(timeline.GetByText("シナリオ「Trial onboarding」に参加しました。")).ToBeVisibleAsync();
        await Assertions.Expect(timeline.GetByText("山田 花子 様、トライアルへのお申し込みありがとうございます")).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Combobox, new() { Name = "メールまたはシナリオを選択" }).ClickAsync();
        await page.GetByRole(AriaRole.Option, new() { Name = "welcome", Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByText("相手のメールサーバーが受け取りました")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Unsubscribing_by_hand_asks_first_and_shows_at_once()
    {
        await one.Server.Client.SendAsync("/v1/identify", new()
        {
            ["userId"] = "taro", ["messageId"] = "taro-1", ["traits"] = new System.Text.Json.Nodes.JsonObject { ["email"] = "taro@acme.example", ["name"] = "Taro" },
        }, Cancel);
        await one.Server.Client.CallAsync(HttpMethod.Post, "/dev/clock/advance?by=1m", null, Cancel);
        var page = await OpenAsync("/contacts?query=taro", "en");
        await page.GetByRole(AriaRole.Link, new() { Name = "Taro" }).ClickAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Unsubscribe" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Unsubscribe" }).ClickAsync();

        await Assertions.Expect(page.GetByText("Unsubscribed from everything.")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Take back" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_preview_shows_the_Japanese_mail_as_a_contact_would_get_it_on_a_phone_and_as_text()
    {
        var page = await OpenAsync("/mail/templates/welcome.ja", "ja");

        await page.GetByLabel("表示する相手").FillAsync("山田");
        await page.GetByRole(AriaRole.Option, new() { Name = "山田 花子" }).ClickAsync();

        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "山田 花子 様、トライアルへのお申し込みありがとうございます" })).ToBeVisibleAsync();
        var mail = page.FrameLocator("iframe");
        await Assertions.Expect(mail.GetByText("ご利用の準備が整いました。")).ToBeVisibleAsync();
        await Assertions.Expect(mail.GetByText("Acme")).ToBeVisibleAsync();
        await page.GetByText("スマートフォン").ClickAsync();
        Assert.Equal(375, await page.Locator("iframe").EvaluateAsync<int>("frame => frame.clientWidth"));
        await page.GetByRole(AriaRole.Tab, new() { Name = "テキスト" }).ClickAsync();
        await Assertions.Expect(page.GetByText("山田 花子 様").Last).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_mistake_in_a_template_is_said_at_its_line_and_keeps_it_from_being_published()
    {
        var page = await OpenAsync("/mail/templates/welcome.en", "en");
        await page.GetByRole(AriaRole.Button, new() { Name = "Edit" }).ClickAsync();
        var editor = page.GetByRole(AriaRole.Textbox, new() { Name = "Source of welcome.en" });

        await editor.PressAsync("Control+End");
        await page.Keyboard.TypeAsync("{{ contact.nam }}");

        await Assertions.Expect(page.GetByRole(AriaRole.Alert).Filter(new() { HasText = "Did you mean \"name\"?" })).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Publish" })).ToBeDisabledAsync();
    }

    [Fact]
    public async Task A_mail_is_found_by_its_subject_and_what_is_written_is_not_lost_without_a_question()
    {
        var page = await OpenAsync("/mail", "ja");

        await page.GetByRole(AriaRole.Searchbox, new() { Name = "名前・件名で検索" }).FillAsync("お時間をいただき");
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "welcome", Exact = true })).ToHaveCountAsync(0);
        await page.GetByRole(AriaRole.Link, new() { Name = "good-to-see-you", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "編集" }).ClickAsync();
        var subject = page.GetByRole(AriaRole.Textbox, new() { Name = "件名" });
        await subject.FillAsync("書きかけの件名");
        await page.GetByRole(AriaRole.Link, new() { Name = "コンタクト", Exact = true }).ClickAsync();

        var question = page.GetByRole(AriaRole.Dialog, new() { Name = "変更を破棄しますか?" });
        await question.GetByRole(AriaRole.Button, new() { Name = "キャンセル" }).ClickAsync();
        await Assertions.Expect(subject).ToHaveValueAsync("書きかけの件名");
        await page.GetByRole(AriaRole.Link, new() { Name = "コンタクト", Exact = true }).ClickAsync();
        await question.GetByRole(AriaRole.Button, new() { Name = "破棄する" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1, Name = "コンタクト" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_mail_is_begun_in_a_language_that_it_lacks_and_not_in_one_that_it_has()
    {
        var page = await OpenAsync("/mail", "en");
        await page.GetByRole(AriaRole.Button, new() { Name = "New mail" }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog, new() { Name = "New mail" });
        await dialog.GetByLabel("Name").FillAsync("welcome");
        await dialog.GetByLabel("Subject").FillAsync("Spring");
        await Assertions.Expect(dialog.GetByText("There is a mail of this name in English already.")).ToBeVisibleAsync();
        await Assertions.Expect(dialog.GetByRole(AriaRole.Button, new() { Name = "Begin" })).ToBeDisabledAsync();

        await dialog.GetByLabel("Name").FillAsync("spring");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Begin" }).ClickAsync();
        await PublishAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Add it in Japanese" }).ClickAsync();
        await PublishAsync();

        await page.GotoAsync("/mail?q=spring");
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "Japanese", Exact = true })).ToBeVisibleAsync();

        async Task PublishAsync()
        {
            await page.GetByRole(AriaRole.Button, new() { Name = "Publish" }).ClickAsync();
            await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Publish" }).ClickAsync();
            await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Edit" })).ToBeVisibleAsync();
        }
    }

    [Fact]
    public async Task A_test_mail_arrives_in_the_inbox_and_is_looked_at_there()
    {
        var page = await OpenAsync("/mail/templates/welcome.ja", "en");

        await page.GetByRole(AriaRole.Button, new() { Name = "Send me a test" }).ClickAsync();
        await Assertions.Expect(page.GetByText("The test is on its way to")).ToBeVisibleAsync();
        await page.GotoAsync("/mail/inbox");
        await page.GetByRole(AriaRole.Link, new() { Name = "【テスト】 山田 花子 様" }).First.ClickAsync();

        await Assertions.Expect(page.FrameLocator("iframe").GetByText("初期設定ガイドを開く")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Tab, new() { Name = "Headers" }).ClickAsync();
        await Assertions.Expect(page.GetByText("auto-generated")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Tab, new() { Name = "Source" }).ClickAsync();
        await Assertions.Expect(page.GetByText("MIME-Version: 1.0")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_number_of_the_overview_leads_to_the_list_that_shows_exactly_those()
    {
        var page = await OpenAsync("/overview", "en");

        await page.GetByRole(AriaRole.Link, new() { Name = "Mails sent" }).ClickAsync();

        var rows = page.GetByRole(AriaRole.Table, new() { Name = "Sends" }).GetByRole(AriaRole.Row);
        await Assertions.Expect(rows.Filter(new() { HasText = "山田 花子" })).ToHaveCountAsync(1);
        await page.GetByRole(AriaRole.Link, new() { NameRegex = new("トライアルへのお申し込み") }).ClickAsync();
        await Assertions.Expect(page.GetByText("The mail server took it over")).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData("en", "Merge into…", "The account that stays", "Merge into Kita KK", "Kita: 1 person, 0 open cases, in 0 scenarios", "This cannot be undone.")]
    [InlineData("ja", "別の企業に統合…", "統合先の契約企業", "Kita KK に統合する", "Kita:コンタクト1名、対応中のエスカレーション0件、進行中のシナリオ0件", "この操作は取り消せません。")]
    public async Task An_account_is_merged_into_another_one_after_a_look_at_what_comes_together(string language, string open, string stays, string act, string brings, string warning)
    {
        foreach (var (company, name) in new[] { ($"kita-{language}", "Kita"), ($"kita-kk-{language}", "Kita KK") })
        {
            await one.Server.Client.SendAsync("/v1/identify", new() { ["userId"] = company, ["messageId"] = $"{company}-1", ["traits"] = new System.Text.Json.Nodes.JsonObject { ["email"] = $"{company}@kita.example" } }, Cancel);
            await one.Server.Client.SendAsync("/v1/group", new() { ["userId"] = company, ["messageId"] = $"{company}-2", ["groupId"] = company, ["traits"] = new System.Text.Json.Nodes.JsonObject { ["name"] = name } }, Cancel);
        }

        await one.Server.Client.CallAsync(HttpMethod.Post, "/dev/clock/advance?by=1m", null, Cancel);
        var page = await OpenAsync($"/accounts?query=kita-{language}", language);
        await page.GetByRole(AriaRole.Link, new() { Name = "Kita", Exact = true }).First.ClickAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = open }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await dialog.GetByLabel(stays).FillAsync($"kita-kk-{language}");
        await page.GetByRole(AriaRole.Option, new() { Name = $"Kita KK kita-kk-{language}" }).ClickAsync();

        await Assertions.Expect(dialog.GetByText(brings)).ToBeVisibleAsync();
        await Assertions.Expect(dialog.GetByRole(AriaRole.Alert).Filter(new() { HasText = warning })).ToBeVisibleAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = act }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1, Name = "Kita KK" })).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData("en", "On hold", "because A person has replied", "End the hold")]
    [InlineData("ja", "自動配信の保留中", "理由:A person has replied", "保留を解除")]
    public async Task A_person_without_an_account_who_has_replied_is_shown_on_hold_and_released(string language, string title, string because, string release)
    {
        await one.Server.Client.SendAsync("/v1/identify", new()
        {
            ["userId"] = $"sora-{language}", ["messageId"] = $"sora-{language}-1", ["traits"] = new System.Text.Json.Nodes.JsonObject { ["email"] = $"sora-{language}@sora.example", ["name"] = $"Sora {language}" },
        }, Cancel);
        await one.Server.Client.CallAsync(HttpMethod.Post, "/dev/clock/advance?by=1m", null, Cancel);
        await one.Server.Client.CallAsync(HttpMethod.Post, "/api/v1/replies", new System.Text.Json.Nodes.JsonObject { ["email"] = $"sora-{language}@sora.example", ["kind"] = "human" }, Cancel);
        await one.Server.Client.CallAsync(HttpMethod.Post, "/dev/clock/advance?by=1m", null, Cancel);
        var page = await OpenAsync($"/contacts?query=sora-{language}", language);
        await page.GetByRole(AriaRole.Link, new() { Name = $"Sora {language}" }).ClickAsync();

        var alert = page.GetByRole(AriaRole.Alert).Filter(new() { HasText = because });
        await Assertions.Expect(alert.GetByText(title)).ToBeVisibleAsync();
        await alert.GetByRole(AriaRole.Button, new() { Name = release }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = release }).ClickAsync();

        await Assertions.Expect(alert).ToHaveCountAsync(0);
    }

    private async Task<IPage> OpenAsync(string address, string language)
    {
        var page = await one.AdminPageAsync(new(language), Cancel);
        await page.GotoAsync(address);
        return page;
    }
}
