using System.Text;
using Nurture.Mail.Tests.Support;

namespace Nurture.Mail.Tests.Mime;

public sealed class MimeWriterTests
{
    [Fact]
    public void A_plain_message_is_written_in_full()
    {
        var bytes = Mails.Bytes(Mails.Simple);

        Assert.Equal(
            """
            From: Ann Smith <ann@example.com>
            To: bob@example.net
            Subject: Hello
            Date: Sun, 01 Mar 2026 09:05:07 +0900
            Message-ID: <s1@example.com>
            MIME-Version: 1.0
            Content-Type: text/plain; charset=utf-8
            Content-Transfer-Encoding: 7bit

            Hi Bob.

            """.ReplaceLineEndings("\r\n"),
            Encoding.ASCII.GetString(bytes));
    }

    [Fact]
    public void A_message_with_html_has_the_plain_text_first()
    {
        var read = new MailReader(Mails.Bytes(Mails.Japanese));

        Assert.StartsWith("multipart/alternative", read.Header("Content-Type"));
        Assert.Equal(["text/plain; charset=utf-8", "text/html; charset=utf-8"], read.Parts.Select(p => p.Header("Content-Type")));
        Assert.Equal(Mails.Japanese.TextBody.ReplaceLineEndings("\r\n"), read.Parts[0].Body);
        Assert.Equal(Mails.Japanese.HtmlBody!.ReplaceLineEndings("\r\n"), read.Parts[1].Body);
        Assert.Equal(Mails.Japanese.Subject, read.Text("Subject"));
        Assert.Equal("山田 太郎", read.DisplayName("To"));
    }

    [Theory]
    [InlineData("Hello there.", "7bit")]
    [InlineData("日本語の本文です。とても長いので。", "base64")]
    [InlineData("Mostly ASCII with one é in it.", "quoted-printable")]
    [InlineData(".starts with a dot", "quoted-printable")]
    [InlineData("From the start", "quoted-printable")]
    [InlineData("a\0b and some more text so that quoting is short", "quoted-printable")]
    public void A_body_takes_the_smallest_encoding_that_carries_it_unchanged(string text, string encoding)
    {
        var read = new MailReader(Mails.Bytes(Mails.Simple with { TextBody = text + "\r\n" }));

        Assert.Equal(encoding, read.Header("Content-Transfer-Encoding"));
        Assert.Equal(text + "\r\n", read.Body);
    }

    [Fact]
    public void A_line_longer_than_998_octets_is_never_sent_as_it_is()
    {
        var longest = Mails.Simple with { TextBody = new string('x', 998) + "\n" };
        var tooLong = Mails.Simple with { TextBody = new string('x', 999) + "\n" };

        Assert.Equal("7bit", new MailReader(Mails.Bytes(longest)).Header("Content-Transfer-Encoding"));
        Assert.Equal("quoted-printable", new MailReader(Mails.Bytes(tooLong)).Header("Content-Transfer-Encoding"));
    }

    [Fact]
    public void Text_that_holds_the_boundary_is_encoded_so_that_it_cannot_end_the_part()
    {
        var message = Mails.Simple with { HtmlBody = "<p>Hi</p>" };
        var boundary = new MailReader(Mails.Bytes(message)).Header("Content-Type").Split('"')[1];

        var read = new MailReader(Mails.Bytes(message with { TextBody = $"--{boundary}--\r\n" }));

        Assert.Equal(2, read.Parts.Count);
        Assert.Equal($"--{boundary}--\r\n", read.Parts[0].Body);
    }

    [Theory]
    [InlineData("\n.\n")]
    [InlineData("\r.\r")]
    [InlineData("\n.\r\n")]
    [InlineData("\r\n.\n")]
    [InlineData("\r\n.\r\nMAIL FROM:<evil@example.com>\r\n")]
    public void Bare_line_ends_in_a_body_cannot_smuggle_a_second_mail(string ending)
    {
        foreach (var html in new[] { null, $"<p>a{ending}b" })
        {
            var bytes = Encoding.Latin1.GetString(Mails.Bytes(Mails.Simple with { TextBody = $"a{ending}b", HtmlBody = html }));

            Assert.DoesNotMatch("(?<!\r)\n|\r(?!\n)", bytes);
            Assert.DoesNotContain("\r\n.", bytes);
        }
    }

    [Theory]
    [InlineData("X-A", "one\r\nBcc: x@y.z")]
    [InlineData("X-A", "one\nBcc: x@y.z")]
    [InlineData("X-A", "one\rtwo")]
    [InlineData("X-A", "\0")]
    [InlineData("X-A\r\nBcc", "x@y.z")]
    [InlineData("X A", "x")]
    [InlineData("X:A", "x")]
    [InlineData("", "x")]
    [InlineData("Bcc", "x@y.z")]
    [InlineData("subject", "twice")]
    [InlineData("DKIM-Signature", "v=1")]
    public void A_header_that_would_break_the_message_is_refused(string name, string value)
    {
        var message = Mails.Simple with { Headers = [new(name, value)] };

        Assert.Throws<MailFormatException>(() => Mails.Bytes(message));
    }

    [Fact]
    public void Subjects_and_message_ids_with_line_ends_are_refused()
    {
        Assert.Throws<MailFormatException>(() => Mails.Bytes(Mails.Simple with { Subject = "a\r\nBcc: x@y.z" }));
        Assert.Throws<MailFormatException>(() => Mails.Bytes(Mails.Simple with { MessageId = "a@b>\r\nBcc: x" }));
        Assert.Throws<MailFormatException>(() => Mails.Bytes(Mails.Simple with { MessageId = "no-at" }));
    }

    [Fact]
    public void A_header_given_twice_is_refused()
    {
        var message = Mails.Simple with { Headers = [new("X-A", "1"), new("x-a", "2")] };

        Assert.Throws<MailFormatException>(() => Mails.Bytes(message));
    }

    [Fact]
    public void A_sender_whose_name_shows_another_address_is_refused()
    {
        var misleading = Mails.Simple with { From = new("ceo@bank.example", "ann", "example.com") };
        var plain = Mails.Simple with { From = new("ann@example.com", "ann", "example.com") };

        Assert.Throws<MailFormatException>(() => Mails.Bytes(misleading));
        Assert.Equal("ann@example.com", new MailReader(Mails.Bytes(plain)).DisplayName("From"));
    }

    [Fact]
    public void A_list_unsubscribe_header_folds_between_its_addresses_and_never_inside()
    {
        var headers = ListUnsubscribe.Headers(
            new Uri("https://t.example.com/u/" + new string('k', 80)), EmailAddress.Parse("u+token@bounce.example.com"));

        var bytes = Encoding.ASCII.GetString(Mails.Bytes(Mails.Simple with { Headers = headers }));

        Assert.Contains($"\r\nList-Unsubscribe: <https://t.example.com/u/{new string('k', 80)}>,\r\n <mailto:u%2Btoken@bounce.example.com>\r\n", bytes);
        Assert.Contains("\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n", bytes);
        Assert.Throws<MailFormatException>(() => ListUnsubscribe.Headers(new Uri("http://t.example.com/u/1")));
    }

    [Fact]
    public void A_header_word_that_cannot_be_folded_below_998_octets_is_refused()
    {
        var message = Mails.Simple with { Headers = [new("X-A", new string('x', 1000))] };

        Assert.Throws<MailFormatException>(() => Mails.Bytes(message));
    }

    [Fact]
    public void The_same_message_gives_the_same_bytes_and_the_seed_decides_only_the_boundary()
    {
        var bytes = Mails.Bytes(Mails.Japanese);
        var again = Mails.Bytes(Mails.Japanese with { });
        var reseeded = Mails.Bytes(Mails.Japanese with { BoundarySeed = 43 });

        Assert.Equal(bytes, again);
        Assert.NotEqual(bytes, reseeded);
        Assert.Equal(new MailReader(bytes).Parts.Select(p => p.Body), new MailReader(reseeded).Parts.Select(p => p.Body));
    }
}
