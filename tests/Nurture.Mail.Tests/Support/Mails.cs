using System.Buffers;
using Nurture.Mail.Mime;

namespace Nurture.Mail.Tests.Support;

internal static class Mails
{
    public static EmailMessage Simple { get; } = new()
    {
        From = new("Ann Smith", "ann", "example.com"),
        To = new(null, "bob", "example.net"),
        Subject = "Hello",
        TextBody = "Hi Bob.\n",
        Date = new DateTimeOffset(2026, 3, 1, 9, 5, 7, TimeSpan.FromHours(9)),
        MessageId = "s1@example.com",
        BoundarySeed = 42,
    };

    public static EmailMessage Japanese { get; } = Simple with
    {
        From = new("株式会社サンプル サポート", "support", "example.com"),
        To = new("山田 太郎", "taro", "example.jp"),
        ReplyTo = new("返信先", "reply", "example.com"),
        Subject = "【重要】トライアル終了まであと3日です。ご利用状況とお手続きについてのご案内",
        TextBody = "山田様\n\nいつもご利用いただきありがとうございます。\n",
        HtmlBody = "<!doctype html><html lang=\"ja\"><body><p>山田様</p>\n<p>いつもご利用いただきありがとうございます。</p></body></html>\n",
    };

    /// <summary>What a marketing mail must carry (RFC 8058, RFC 2919).</summary>
    public static EmailMessage Bulk(EmailMessage message) => message with
    {
        Headers =
        [
            .. ListUnsubscribe.Headers(new Uri("https://t.example.com/u/AbCdEf0123456789-_AbCdEf0123456789-_AbCdEf0123456789")),
            new(HeaderNames.ListId, "導入支援シナリオ <onboarding.example.com>"),
            new(HeaderNames.FeedbackId, "trial:welcome:default:nurture"),
            new(HeaderNames.Send, "01J9ZX"),
        ],
    };

    public static byte[] Bytes(EmailMessage message)
    {
        var output = new ArrayBufferWriter<byte>();
        MimeWriter.Write(message, output);
        return output.WrittenSpan.ToArray();
    }
}
