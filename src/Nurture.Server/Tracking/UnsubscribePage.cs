using System.Net;

namespace Nurture.Server.Tracking;

/// <summary>
/// The page behind a mail's unsubscribe link, in the mail's language. Opening it changes nothing; its buttons do, and offer
/// the way back.
/// </summary>
public static class UnsubscribePage
{
    public const string RefuseTopic = "refuse";
    public const string RefuseAll = "refuse-all";
    public const string UndoTopic = "undo";
    public const string UndoAll = "undo-all";

    private sealed record Words(
        string Title, string AskTopic, string AskAll, string ButtonTopic, string ButtonAll, string DoneTopic, string DoneAll,
        string Undo, string BackTopic, string BackAll, string NotFoundTitle, string NotFound, string Necessary);

    private static readonly Dictionary<string, Words> ByLanguage = new(StringComparer.Ordinal)
    {
        ["en"] = new(
            "Unsubscribe", "Do you want no more mails about “{0}”?", "Do you want no more mails from us?", "Unsubscribe from “{0}”", "Unsubscribe from all mails",
            "You will get no more mails about “{0}”.", "You will get no more mails from us.", "That was a mistake: keep me subscribed",
            "You are subscribed to “{0}” again.", "You are subscribed again.", "This link does not work",
            "It is incomplete, or is not one of ours. Please use the link in the mail itself.",
            "Mails that something you do depends on, such as receipts and password changes, still reach you."),
        ["ja"] = new(
            "配信停止", "「{0}」のメール配信を停止しますか?", "メールの配信を停止しますか?", "「{0}」の配信を停止する", "すべてのメールの配信を停止する",
            "「{0}」のメール配信を停止しました。", "メールの配信を停止しました。", "間違えたので、配信を再開する",
            "「{0}」のメール配信を再開しました。", "メールの配信を再開しました。", "このリンクは無効です",
            "リンクが途中で切れているか、当社のものではありません。お手数ですが、メール内のリンクをもう一度お使いください。",
            "領収書やパスワード変更など、お手続きに必要なメールは引き続きお届けします。"),
    };

    public static IResult Ask(string locale, string topic, int status = StatusCodes.Status200OK)
    {
        var words = Of(locale);
        var question = topic == "*" ? words.AskAll : With(words.AskTopic, topic);
        var topicButton = topic == "*" ? "" : Button(RefuseTopic, With(words.ButtonTopic, topic));
        return Page(locale, words.Title, $"<p>{question}</p>{topicButton}{Button(RefuseAll, words.ButtonAll)}<p>{words.Necessary}</p>", status);
    }

    public static IResult Refused(string locale, string topic)
    {
        var words = Of(locale);
        return Page(locale, words.Title, topic == "*"
            ? $"<p role=\"status\">{words.DoneAll}</p>{Button(UndoAll, words.Undo)}"
            : $"<p role=\"status\">{With(words.DoneTopic, topic)}</p>{Button(UndoTopic, words.Undo)}{Button(RefuseAll, words.ButtonAll)}");
    }

    public static IResult TakenBack(string locale, string topic)
    {
        var words = Of(locale);
        return Page(locale, words.Title, topic == "*"
            ? $"<p role=\"status\">{words.BackAll}</p>{Button(RefuseAll, words.ButtonAll)}"
            : $"<p role=\"status\">{With(words.BackTopic, topic)}</p>{Button(RefuseTopic, With(words.ButtonTopic, topic))}");
    }

    public static IResult NotFound(string locale)
    {
        var words = Of(locale);
        return Page(locale, words.NotFoundTitle, $"<p>{words.NotFound}</p>", StatusCodes.Status404NotFound);
    }

    private static Words Of(string locale) => ByLanguage[PublicPage.LanguageOf(locale)];

    private static string With(string text, string topic) => text.Replace("{0}", WebUtility.HtmlEncode(topic), StringComparison.Ordinal);

    // Without an action the form goes where the page came from.
    internal static string Button(string answer, string text) => $"<form method=\"post\"><button name=\"answer\" value=\"{answer}\">{text}</button></form>";

    private static IResult Page(string locale, string title, string body, int status = StatusCodes.Status200OK) => PublicPage.Show(locale, title, body, status);
}
