using System.Text;
using Nurture.Escalations;
using Nurture.Mail;
using Nurture.Scenarios;
using Nurture.Server.Inbox;
using Nurture.Server.Tests.Delivery;

namespace Nurture.Server.Tests.Inbox;

public sealed class InboxTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_japanese_mail_arrives_as_it_was_meant()
    {
        await using var rig = await DeliveryRig.StartAsync();
        var id = await rig.PlanAsync("hanako@example.jp", locale: "ja", name: "山田 花子", token: "step-1");

        await rig.DrainAsync();

        var mail = Assert.Single((await rig.InboxAsync()).EnumerateArray());
        Assert.Equal("hanako@example.jp", mail.GetProperty("to").GetString());
        Assert.Equal("【重要】山田 花子様、トライアルのご案内です。ご利用開始までの三つの手順をお知らせいたします [step-1]", mail.GetProperty("subject").GetString());
        Assert.Contains("いつもご利用ありがとうございます。", mail.GetProperty("html").GetString(), StringComparison.Ordinal);
        Assert.Contains("山田 花子様", mail.GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Contains("配信停止", mail.GetProperty("text").GetString(), StringComparison.Ordinal);
        var headers = mail.GetProperty("headers");
        Assert.Equal("株式会社サンプル <hello@sender.example>", headers.GetProperty("From").GetString());
        Assert.Equal("山田 花子 <hanako@example.jp>", headers.GetProperty("To").GetString());
        Assert.Equal("株式会社サンプル <support@sender.example>", headers.GetProperty("Reply-To").GetString());
        Assert.Equal($"<{id:N}@sender.example>", headers.GetProperty("Message-ID").GetString());
        Assert.Equal($"{id:N}", headers.GetProperty("X-Nurture-Send").GetString());
        Assert.Equal("List-Unsubscribe=One-Click", headers.GetProperty("List-Unsubscribe-Post").GetString());
        Assert.StartsWith($"<{rig.Server.Http.BaseAddress}u/", headers.GetProperty("List-Unsubscribe").GetString(), StringComparison.Ordinal);
        Assert.Equal("<trial.sender.example>", headers.GetProperty("List-Id").GetString());
    }

    [Fact]
    public async Task The_inbox_can_be_emptied()
    {
        await using var rig = await DeliveryRig.StartAsync();
        await rig.PlanAsync("a@example.com");
        await rig.PlanAsync("b@example.com");
        await rig.DrainAsync();
        Assert.Equal(2, (await rig.InboxAsync()).GetArrayLength());

        await rig.Server.Http.DeleteAsync("/dev/inbox", Cancel);

        Assert.Equal(0, (await rig.InboxAsync()).GetArrayLength());
    }

    [Fact]
    public async Task A_transactional_mail_says_that_no_person_wrote_it_and_has_no_list()
    {
        await using var rig = await DeliveryRig.StartAsync();
        await rig.PlanAsync("a@example.com", SendClass.Transactional);

        await rig.DrainAsync();

        var headers = Assert.Single((await rig.InboxAsync()).EnumerateArray()).GetProperty("headers");
        Assert.Equal("auto-generated", headers.GetProperty("Auto-Submitted").GetString());
        Assert.False(headers.TryGetProperty("List-Unsubscribe", out _));
        Assert.False(headers.TryGetProperty("List-Id", out _));
    }

    [Fact]
    public async Task What_a_human_wrote_in_a_case_says_of_itself_neither_that_a_machine_did_nor_that_it_is_a_lists()
    {
        await using var rig = await DeliveryRig.StartAsync();
        await rig.PlanAsync("bob@example.com", SendClass.Transactional, scenario: EscalationTypes.MailScenario);

        await rig.DrainAsync();

        var names = Assert.Single((await rig.InboxAsync()).EnumerateArray()).GetProperty("headers").EnumerateObject().Select(header => header.Name).ToList();
        Assert.Contains("Message-ID", names);
        Assert.DoesNotContain(names, name => name.StartsWith("List-", StringComparison.OrdinalIgnoreCase) || name is "Auto-Submitted" or "Precedence");
    }

    [Fact]
    public void What_our_writer_writes_is_read_back()
    {
        var random = new Random(5);
        string[] words = ["hello", "日本語のとても長い文", "=20", "é", "👩‍👩‍👧", ".", "From x", "_?=", " ", "\n", "http://example.com/a?b=c&d=" + new string('x', 90)];
        for (var i = 0; i < 500; i++)
        {
            var (subject, text, html) = (Text(6).Replace('\n', ' ').Trim(), Text(40), Text(40));
            var message = new EmailMessage
            {
                From = new("株式会社 サンプル", "a", "example.com"),
                To = new(null, "b", "example.com"),
                Subject = subject,
                TextBody = text,
                HtmlBody = i % 3 == 0 ? null : html,
                Date = DateTimeOffset.UnixEpoch,
                MessageId = "x@example.com",
                BoundarySeed = (ulong)i,
            };
            var written = new System.Buffers.ArrayBufferWriter<byte>();
            Nurture.Mail.Mime.MimeWriter.Write(message, written);

            var read = MimeReader.Read(written.WrittenSpan);

            Assert.Equal(subject, read["subject"]?.Trim());
            Assert.Equal(Normal(text), Normal(read.Text!));
            if (message.HtmlBody is not null) Assert.Equal(Normal(html), Normal(read.Html!));
        }

        string Text(int most)
        {
            var builder = new StringBuilder();
            for (var n = random.Next(most); n >= 0; n--) builder.Append(words[random.Next(words.Length)]);
            return builder.ToString();
        }

        static string Normal(string text) => text.Replace("\r\n", "\n", StringComparison.Ordinal).TrimEnd('\n');
    }
}
