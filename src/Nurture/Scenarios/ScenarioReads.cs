using System.Text.RegularExpressions;
using Nurture.Templates;

namespace Nurture.Scenarios;

/// <summary>What a scenario reads of the event that started it.</summary>
internal static partial class ScenarioReads
{
    // What every start has: whose it is, what it is called, when it was.
    private static readonly string[] Always = ["contact", "name", "occurred_at"];

    /// <summary>
    /// Fields of <c>trigger.…</c> that its key, its conditions, its waits for dates and its mails read, in the order of their names. A trigger's own
    /// <c>where</c> is not asked of who is started, and what a mail has another word for need not be there.
    /// </summary>
    /// <param name="mails">Null where they are not at hand.</param>
    public static IReadOnlyList<string> OfTrigger(Scenario scenario, MailTemplateLibrary? mails)
    {
        var steps = Step.All(scenario.Steps).ToList();
        var texts = new[] { scenario.Audience, scenario.Goal?.When }.Concat(scenario.Exits.Select(exit => exit.When)).Concat(steps.SelectMany(step => step.Conditions)).Select(condition => condition?.Text)
            .Concat(steps.Select(step => step switch { Step.WaitUntilDate until => until.Until.Date.Text, Step.WaitFor { Until: { } until } => until.Date.Text, _ => null }))
            .Append(scenario.Key is { Root: "trigger" } key ? $"trigger.{key.Path}" : null);
        var read = texts.OfType<string>().SelectMany(text => Read().Matches(Quoted().Replace(text, ""))).Select(match => match.Groups[1].Value);
        var sent = steps.OfType<Step.Send>().Select(send => send.Template).ToHashSet(StringComparer.Ordinal);
        var printed = mails?.All.Where(mail => sent.Contains(mail.Name)).SelectMany(mail => MailReads.Unprovided(mail, "trigger")) ?? [];
        return [.. read.Concat(printed).Except(Always).Order(StringComparer.Ordinal)];
    }

    [GeneratedRegex("\"[^\"]*\"")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"(?<![\w.])trigger\.([A-Za-z_]\w*)")]
    private static partial Regex Read();
}
