using Nurture.Simulation;

namespace Nurture.Server.Api;

/// <summary>How a mail stands, as a sentence. That the other side took it over is all that can be known: none says "delivered".</summary>
internal static class MailSentences
{
    public static string Of(ShownSend send, Language language) => language == Language.Japanese ? Japanese(send) : English(send);

    private static string English(ShownSend send)
    {
        var mail = $"the mail {send.Template}";
        return send.Standing switch
        {
            "scheduled" => $"Scheduled {mail}.",
            "retrying" => $"Waits to try {mail} again: the other side did not take it yet.",
            "sending" => $"Is sending {mail}.",
            "sent" => $"Sent {mail}{(send.ClickedAt is not null ? "; a link in it was clicked" : send.OpenedAt is not null ? "; it was opened" : "")}.",
            "bounced" => $"The mail {send.Template} bounced: the other side refused it.",
            "unclear" => $"Cannot know whether {mail} arrived: it was under way, and no answer is known.",
            _ => send.Sentence ?? $"Did not send {mail}.",
        };
    }

    private static string Japanese(ShownSend send)
    {
        var mail = $"メール「{send.Template}」";
        return send.Standing switch
        {
            "scheduled" => $"{mail}の送信を予定しています。",
            "retrying" => $"相手のサーバーがまだ受け取らないため、{mail}の再送を待っています。",
            "sending" => $"{mail}を送信中です。",
            "sent" => $"{mail}を送信しました{(send.ClickedAt is not null ? "(リンクのクリックあり)" : send.OpenedAt is not null ? "(開封あり)" : "")}。",
            "bounced" => $"{mail}は相手のサーバーに拒否され、不達となりました。",
            "unclear" => $"応答の記録がないため、{mail}が届いたかどうか分かりません。",
            _ => send.Sentence ?? $"{mail}を送りませんでした。",
        };
    }
}
