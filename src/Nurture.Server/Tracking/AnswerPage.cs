using System.Net;
using System.Text;

namespace Nurture.Server.Tracking;

/// <summary>
/// The page behind an answer in a mail, in the mail's language: the answer as chosen, and a button that gives it. Opening it
/// changes nothing, so that a program which follows links answers nothing. It works without scripts.
/// </summary>
public static class AnswerPage
{
    public const int MostCommentChars = 2000;

    private sealed record Words(
        string Title, string Choose, string Comment, string Confirm, string Thanks, string Given, string Changed, string Change, string Save, string OverTitle, string Over, string Wrong);

    private static readonly Dictionary<string, Words> ByLanguage = new(StringComparer.Ordinal)
    {
        ["en"] = new(
            "Your answer", "You can still choose another answer.", "Would you like to tell us more? (optional)", "Send this answer", "Thank you",
            "We have received your answer: {0}", "The last answer you send is the one that counts.", "Change my answer or add a few words", "Send again", "This question is closed",
            "It can no longer be answered here. If you would like to tell us something, please answer the mail itself.", "Please choose one of the answers."),
        ["ja"] = new(
            "ご回答の確認", "別の回答を選び直すこともできます。", "よろしければ、理由やご意見をお聞かせください(任意)", "この内容で回答する", "ご回答ありがとうございました",
            "次の回答を受け付けました:{0}", "もう一度回答された場合は、最後の回答が有効になります。", "回答を変更する・ひとことを添える", "もう一度送る", "この質問の受付は終了しました",
            "こちらからはご回答いただけません。お伝えになりたいことがありましたら、お手数ですがメールにそのままご返信ください。", "回答をひとつお選びください。"),
    };

    /// <param name="isIncomplete">It comes again because what was sent is no answer.</param>
    /// <param name="refusal">Why the answer that was sent cannot be given any more; null where nothing was refused.</param>
    public static IResult Ask(string locale, AskedQuestion question, string? chosen, string comment = "", bool isIncomplete = false, string? refusal = null)
    {
        var words = Of(locale);
        var note = isIncomplete || refusal is not null ? $"<p role=\"alert\">{refusal ?? words.Wrong}</p>" : "";
        return PublicPage.Show(locale, question.Text is { } text ? Encode(text) : words.Title, note + Form(words, question, chosen, comment, words.Choose, words.Confirm),
            isIncomplete ? StatusCodes.Status400BadRequest : refusal is not null ? StatusCodes.Status409Conflict : StatusCodes.Status200OK);
    }

    /// <param name="seat">What the answer did beside, as a sentence; null for nothing.</param>
    public static IResult Thanks(string locale, AskedQuestion question, string given, string comment, string? seat = null)
    {
        var words = Of(locale);
        var label = question.Answers.FirstOrDefault(answer => answer.Value == given)?.Label ?? given;
        return PublicPage.Show(locale, words.Thanks,
            $"<p role=\"status\">{words.Given.Replace("{0}", $"<span class=\"answer\">{Encode(label)}</span>", StringComparison.Ordinal)}</p>"
            + (seat is null ? "" : $"<p role=\"status\">{seat}</p>")
            + $"<details><summary>{words.Change}</summary>{Form(words, question, given, comment, words.Changed, words.Save)}</details>");
    }

    public static IResult Over(string locale)
    {
        var words = Of(locale);
        return PublicPage.Show(locale, words.OverTitle, $"<p>{words.Over}</p>", StatusCodes.Status410Gone);
    }

    // Without an action the form goes where the page came from.
    private static string Form(Words words, AskedQuestion question, string? chosen, string comment, string legend, string button)
    {
        var form = new StringBuilder("<form method=\"post\"><fieldset>").Append($"<legend class=\"quiet\">{legend}</legend>");
        if (question.IsScale) form.Append("<div class=\"scale\">");
        foreach (var answer in question.Answers)
        {
            var radio = $"<input type=\"radio\" name=\"answer\" value=\"{Encode(answer.Value)}\" required{(answer.Value == chosen ? " checked" : "")}>";
            form.Append(question.IsScale ? $"<label><span>{Encode(answer.Label)}</span>{radio}</label>" : $"<label>{radio}<span>{Encode(answer.Label)}</span></label>");
        }

        if (question.IsScale) form.Append("</div>");
        form.Append("</fieldset>");
        if (question.TakesComment) form.Append($"<p><label for=\"comment\">{words.Comment}</label><textarea id=\"comment\" name=\"comment\" maxlength=\"{MostCommentChars}\">{Encode(comment)}</textarea></p>");
        return form.Append($"<button class=\"primary\">{button}</button></form>").ToString();
    }

    private static Words Of(string locale) => ByLanguage[PublicPage.LanguageOf(locale)];

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
