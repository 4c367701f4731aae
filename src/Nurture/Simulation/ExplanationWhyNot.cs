using System.Globalization;
using Nurture.Conditions;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Scenarios;

namespace Nurture.Simulation;

/// <summary>An event of a subject's past, as the log has it.</summary>
/// <param name="CountsOnly">It came by an import, which starts nothing.</param>
public readonly record struct PastEvent(OccurredEvent Event, bool CountsOnly);

/// <summary>Why nothing happened: a stable code and a sentence.</summary>
public sealed record WhyNot(string Code, string Sentence);

/// <summary>
/// Why somebody never entered a scenario, asked of what is known now (DESIGN.md §7: every "why not" that is no decision is
/// answered on demand). It reads states and changes nothing.
/// </summary>
public sealed class WhyNotEntered(Catalog catalog, DateTimeOffset now)
{
    /// <param name="scenario">Its name.</param>
    /// <param name="past">Of the subject: events that the scenario's trigger names, in their order.</param>
    /// <param name="account">The contact's primary one, where it has one.</param>
    /// <returns>What stands in the way, the first first; never empty.</returns>
    public IReadOnlyList<WhyNot> Ask(string scenario, ContactState? contact, AccountState? account, IReadOnlyList<PastEvent> past)
    {
        if (!catalog.Live.TryGetValue(scenario, out var published))
        {
            return [catalog.Versions.Keys.Any(version => version.Scenario == scenario)
                ? new("not_live", $"{scenario} is published but not live yet: its counters are still being filled from history.")
                : new("not_published", $"No scenario named {scenario} was ever published.")];
        }

        SubjectState? subject = published.Scenario.Subject == SubjectKind.Contact ? contact : account;
        if (subject is null)
        {
            return [published.Scenario.Subject == SubjectKind.Account
                ? new("no_account", $"{scenario} is about accounts, and the contact belongs to none.")
                : new("nothing_known", "Nothing is known of this contact yet: what it did has not been read, or it was forgotten.")];
        }

        if (subject.Enrollments.Exists(enrollment => enrollment.Scenario == scenario && enrollment.Status == EnrollmentStatus.Live))
            return [new("is_enrolled", $"It is in {scenario} now.")];

        var context = new ConditionContext { Catalog = catalog, At = now, Contact = subject as ContactState, Account = account };
        var why = published.Scenario.Trigger switch
        {
            Trigger.Event trigger => NotTriggered(trigger, published, ref context, past),
            Trigger.Inactivity trigger => NotSilent(trigger, subject, published, context),
            Trigger.DateAttribute trigger => NotTheDay(trigger, contact, account),
            _ => throw new InvalidOperationException($"No explanation of {published.Scenario.Trigger.GetType().Name}."),
        };
        return [.. why, .. Doors(published, subject, context)];
    }

    /// <summary>Takes the latest event that would have started it as the trigger of everything asked after it.</summary>
    private List<WhyNot> NotTriggered(Trigger.Event trigger, PublishedScenario published, ref ConditionContext context, IReadOnlyList<PastEvent> past)
    {
        var names = string.Join(" or ", trigger.Names);
        if (past.Count == 0) return [new("never_triggered", $"It was never triggered: no {names} is on record.")];
        var matching = new List<PastEvent>();
        foreach (var happened in past)
        {
            if (trigger.Where is null || trigger.Where.Evaluate(context with { Trigger = happened.Event, Event = happened.Event }) == Truth.True) matching.Add(happened);
        }

        var latest = (matching.Count > 0 ? matching : past)[^1];
        context = context with { Trigger = latest.Event };
        if (matching.Count == 0)
        {
            return [new("trigger_where_false",
                $"It was never triggered: {names} happened {Times(past.Count)}, the last time on {Show(latest.Event.OccurredAt)}, and never with{Explanation.Text(trigger.Where)}.")];
        }

        if (matching.TrueForAll(happened => happened.CountsOnly))
            return [new(Reason.Imported.Code(), $"{latest.Event.Name} of {Show(latest.Event.OccurredAt)} came by an import, and imports start nothing.")];
        var live = matching.FindAll(happened => happened is { CountsOnly: false } && happened.Event.ReceivedAt >= published.LiveSince);
        return live.Count == 0
            ? [new("before_live", $"{latest.Event.Name} of {Show(latest.Event.OccurredAt)} arrived before this version of the scenario went live ({Show(published.LiveSince)}).")]
            : [new("not_decided", $"{live[^1].Event.Name} of {Show(live[^1].Event.OccurredAt)} starts it, and no decision about it is on record: it waits to be read, or the subject stands still.")];
    }

    private static List<WhyNot> NotSilent(Trigger.Inactivity trigger, SubjectState subject, PublishedScenario published, ConditionContext context)
    {
        var names = string.Join(" or ", trigger.Names);
        switch (trigger.IsSilent.Evaluate(context))
        {
            case Truth.False:
                var at = trigger.IsSilent.NextChange(context);
                return [new("not_silent", $"It has not been silent long enough: {names} happened too recently.{(at is { } moment ? $" If nothing more happens, it is on {Show(moment)}." : "")}")];
            case Truth.Unknown:
                return [new("silence_unknown", $"Whether it has been silent cannot be known: {names} has not been counted that far back.")];
            default:
                return [subject.TriggerMemory.GetValueOrDefault(published.Scenario.Name)
                    ? new("already_silent", "It is silent, and was when the scenario went live: publishing enrolls nobody for whom the trigger is true already.")
                    : new("silent", "It has been silent long enough and enters at its next due moment.")];
        }
    }

    private List<WhyNot> NotTheDay(Trigger.DateAttribute trigger, ContactState? contact, AccountState? account)
    {
        SubjectState? of = trigger.Of == SubjectKind.Contact ? contact : account;
        var attribute = $"{trigger.Of.ToString().ToLowerInvariant()}.{trigger.Attribute}";
        DateTimeOffset? day = of?[trigger.Attribute] switch
        {
            { Kind: ValueKind.Date } date => new DateTimeOffset(date.AsDate.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero),
            { Kind: ValueKind.Instant } instant => instant.AsInstant,
            _ => null,
        };
        if (day is not { } when) return [new("date_missing", $"It was never triggered: {attribute} holds no date.")];
        return [when > now
            ? new("date_ahead", $"{attribute} is {Show(when)}: its day has not come.")
            : new("date_passed", $"{attribute} is {Show(when)}: its day was before the scenario went live, or longer ago than it catches up.")];
    }

    /// <summary>What an entry asks beside the trigger, in its order (SEMANTICS.md 14 to 19), as if it were now.</summary>
    private IEnumerable<WhyNot> Doors(PublishedScenario published, SubjectState subject, ConditionContext context)
    {
        var scenario = published.Scenario;
        if (published.IsPaused) yield return new(Reason.ScenarioPaused.Code(), "The scenario is paused: nobody enters.");
        if (subject is ContactState { Status: not ContactStatus.Active }) yield return new(Reason.ContactLeft.Code(), "The person has left or was forgotten.");
        if (subject.Passages.FindLast(passage => passage.Scenario == scenario.Name) is { } passage && scenario.Key is null)
        {
            if (scenario.Reentry.IsOnce) yield return new(Reason.ReentryOnce.Code(), $"It has been through it (until {Show(passage.EndedAt)}), and the scenario lets everybody in once.");
            else if (now - passage.EndedAt < scenario.Reentry.After)
                yield return new(Reason.ReentryTooSoon.Code(), $"It has been through it until {Show(passage.EndedAt)}, and may enter again on {Show(passage.EndedAt + scenario.Reentry.After)}.");
        }

        switch (scenario.Audience?.Evaluate(context))
        {
            case Truth.False:
                yield return new(Reason.AudienceFalse.Code(), $"Asked now, it is not in the audience{Explanation.Text(scenario.Audience)}.");
                break;
            case Truth.Unknown:
                yield return new(Reason.AudienceUnknown.Code(), $"Asked now, whether it is in the audience{Explanation.Text(scenario.Audience)} is unknown: {Missing(scenario.Audience!, context)}.");
                break;
        }

        if (scenario.Goal?.When.Evaluate(context) == Truth.True)
            yield return new(Reason.GoalAlreadyReached.Code(), $"The goal{Explanation.Text(scenario.Goal.When)} is reached already.");
        foreach (var exit in scenario.Exits)
        {
            if (exit.When?.Evaluate(context) == Truth.True) yield return new(Reason.ExitAlreadyTrue.Code(), $"The exit{Explanation.Text(exit.When)} is true already.");
        }
    }

    private string Missing(Condition condition, ConditionContext context)
    {
        if (condition.ReadsAccount && context.Account is null) return "there is no account yet";
        return condition.Criteria.FirstOrDefault(criterion => !catalog.CoveredSince.ContainsKey(criterion.Key)) is { } criterion
            ? $"{criterion.EventName} is not counted yet"
            : "it asks for something that is not known, or reaches further back than what is counted";
    }

    private static string Times(int count) => count == 1 ? "once" : string.Create(CultureInfo.InvariantCulture, $"{count} times");

    private static string Show(DateTimeOffset at) => at.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
