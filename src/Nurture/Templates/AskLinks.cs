using Nurture.Scenarios;
using Nurture.Templating;

namespace Nurture.Templates;

/// <summary>The answers of a mail's question with the addresses that choose them: <c>ask.answers</c>, each with <c>value</c>, <c>label</c> and <c>url</c>.</summary>
public static class AskLinks
{
    private static readonly Question Example = new([.. Enumerable.Range(0, 11).Select(number => new Answer(number.ToString(System.Globalization.CultureInfo.InvariantCulture), Titles.None))], true);

    /// <summary>Changes nothing in a mail that asks nothing.</summary>
    public static void Fill(TemplateObject inputs, Func<string, string> urlOf)
    {
        if (!inputs["ask"].TryGetObject(out var ask) || !ask["answers"].TryGetList(out var answers)) return;
        foreach (var item in answers)
        {
            if (item.TryGetObject(out var answer)) answer["url"] = urlOf(answer["value"].ToString());
        }
    }

    /// <summary>Of a mail that nobody gets: the step's question, else one from 0 to 10.</summary>
    public static TemplateObject Invent(Question? question, string locale, string otherwise)
    {
        question ??= Example;
        var answers = question.Answers.Select(answer => (TemplateValue)new TemplateObject { ["value"] = answer.Value, ["label"] = answer.Titles.In(locale, otherwise) ?? answer.Value });
        return new()
        {
            ["question"] = question.Text.In(locale, otherwise) is { } text ? text : TemplateValue.Null,
            ["is_scale"] = question.IsScale,
            ["answers"] = new TemplateList(answers),
        };
    }
}
