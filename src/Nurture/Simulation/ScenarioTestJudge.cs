using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Health;
using Nurture.Scenarios;
using Nurture.Scenarios.Testing;
using Nurture.Templates;
using Nurture.Templating;
using Nurture.Templating.Syntax;

namespace Nurture.Simulation;

/// <summary>Compares what a test expects with what its rehearsal did. Moments agree to the minute, as tests write them.</summary>
internal sealed class ScenarioTestJudge(ScenarioTest test, Rehearsal rehearsal, VirtualTime time, MailTemplateLibrary? templates)
{
    private const string NoMail = "no such mail had left by then";

    private readonly List<ScenarioTestFailure> failures = [];
    private readonly List<JournalEntry> journal = [.. rehearsal.Simulator.Journal.Where(entry => entry.Scenario.Length > 0)];
    private readonly List<SimulatedSend> mails = [.. rehearsal.Simulator.Sends.Where(send => send.LeftAt is not null)];
    private readonly HashSet<SimulatedSend> answered = [];

    public IReadOnlyList<ScenarioTestFailure> Judge()
    {
        foreach (var poisoned in rehearsal.Simulator.Poisoned)
            failures.Add(new(test.Span, "every step runs", $"{poisoned.Step ?? rehearsal.NameOf(poisoned.Key.Subject)} broke: {poisoned.Error.Split('\n')[0].Trim()}"));
        foreach (var action in rehearsal.Impossible)
        {
            var (what, but) = action switch
            {
                TestAction.Click click => ($"click  in {click.Template} by {click.Contact}", NoMail),
                TestAction.Open open => ($"open  {open.Template} by {open.Contact}", NoMail),
                TestAction.Answer answer => ($"answer  {answer.With} to {answer.Asked} by {answer.Contact}", "no mail that may be answered so had left by then"),
                TestAction.Decide decide => ($"{(decide.IsApproved ? "approve" : "decline")}  {decide.Asked}", "no such mail waited for approval then"),
                TestAction.Done done => ($"do  {done.Task}{(done.Outcome == Scenarios.Step.Task.Done ? "" : $" as {done.Outcome}")}", "no task that may be done so was open then"),
                TestAction.Respond answer => ($"answer  by {answer.Endpoint}", "it had not been called by then"),
                TestAction.Register { IsCancelling: true } register => ($"cancel  {register.Contact} for {register.Session}", "there was no registration to cancel"),
                TestAction.Register register => ($"register  {register.Contact} for {register.Session}", "nobody can register any more"),
                TestAction.Start start => ($"start  {start.Contact ?? "the account"}", rehearsal.Scenario.Rows.Count > 0 ? "a row of the scenario is started: say which, row:" : $"the scenario is about {(rehearsal.Scenario.Subject == SubjectKind.Contact ? "a contact" : "the account")}"),
                TestAction.Work work => ($"work  on {work.Type}", "no such case was open then"),
                _ => throw new InvalidOperationException($"{action.GetType().Name} is always possible."),
            };
            failures.Add(new(action.Span, $"{time.Text(action.At)}  {what}", but));
        }

        // Those with a moment choose their mails first, so that an expectation at any time takes one that is left.
        foreach (var expected in test.Expect.OfType<Expectation.Send>().OrderBy(send => send.At is null).ThenBy(send => send.To is null).ThenBy(send => send.Arm is null)) Ask(expected);
        foreach (var expected in test.Expect.Where(expected => expected is not Expectation.Send)) Ask(expected);
        AskNothingAfter();
        foreach (var mail in mails) Render(mail);
        return [.. failures.OrderBy(failure => failure.Span.Line)];
    }

    private void Ask(Expectation expectation)
    {
        switch (expectation)
        {
            case Expectation.Send send: AskSend(send); break;
            case Expectation.NotSent notSent: AskNotSent(notSent); break;
            case Expectation.Step step: AskStep(step); break;
            case Expectation.Ends ends: AskEnds(ends); break;
            case Expectation.Entered entered: AskEntered(entered); break;
            case Expectation.Escalated escalated: AskEscalated(escalated); break;
            case Expectation.Band band: AskBand(band); break;
            case Expectation.Called called: AskCalled(called); break;
            case Expectation.Notified notified: AskNotified(notified); break;
            default: throw new InvalidOperationException($"No judgment of {expectation.GetType().Name}.");
        }
    }

    private void AskSend(Expectation.Send expected)
    {
        var fitting = mails.Find(mail => !answered.Contains(mail) && IsOf(mail, expected.Template, expected.To) && (expected.Arm is null || mail.Draft.Arm == expected.Arm) && Agrees(expected.At, mail.LeftAt!.Value));
        if (fitting is not null)
        {
            answered.Add(fitting);
            return;
        }

        Fail(expected, "send", Named(expected.Template, expected.To, expected.Arm), WhatBecameOf(expected.Template));
    }

    private void AskNotSent(Expectation.NotSent expected)
    {
        var left = mails.Where(mail => IsOf(mail, expected.Template, expected.To) && Agrees(expected.At, mail.LeftAt!.Value)).ToList();
        if (left.Count > 0) Fail(expected, "not sent", Named(expected.Template, expected.To), string.Join("; ", left.Select(Said)));
        else if (expected.Because is { } reason && !journal.Exists(entry => entry.Reason == reason && Concerns(entry, expected)))
            Fail(expected, "not sent", $"{Named(expected.Template, expected.To)} because of {reason.Code()}", WhatBecameOf(expected.Template));
    }

    private void AskStep(Expectation.Step expected)
    {
        var positions = rehearsal.Simulator.Carried.OfType<Effect.Positioned>().Where(position => IsOf(expected, position.Scenario)).ToList();
        if (expected.At is not { } moment)
        {
            if (!positions.Exists(position => position.Step == expected.Id)) Fail(expected, "step", expected.Id, "nobody came there");
            return;
        }

        var standing = positions.Where(position => position.At <= moment).GroupBy(position => position.EnrollmentId).Select(group => group.Last().Step).ToList();
        if (!standing.Contains(expected.Id))
            Fail(expected, "step", expected.Id, standing.OfType<string>().ToList() is { Count: > 0 } others ? $"they stand on {string.Join(", ", others)}" : standing.Count > 0 ? "the enrollment is over" : "nobody had entered");
    }

    private void AskEnds(Expectation.Ends expected)
    {
        var ends = rehearsal.Simulator.Carried.OfType<Effect.Positioned>().Where(position => position.Step is null && IsOf(expected, position.Scenario)).Select(position => (position.EnrollmentId, position.At)).ToHashSet();
        var ended = journal.Where(entry => ends.Contains((entry.EnrollmentId, entry.At)) && IsEnd(entry)).ToList();
        if (ended.Exists(entry => entry.Reason == expected.Because && Agrees(expected.At, entry.At))) return;
        Fail(expected, "end", expected.Because.Code(), ended.Count > 0
            ? $"it ended {string.Join("; ", ended.Select(entry => $"{time.Text(entry.At)} by {entry.Reason.Code()}"))}"
            : journal.Exists(entry => entry.Reason == Reason.Entered) ? "the enrollment did not end" : NobodyEntered());
    }

    private void AskEntered(Expectation.Entered expected)
    {
        var entries = journal.Where(entry => entry.Reason == Reason.Entered && IsOf(expected, entry.Scenario) && Agrees(expected.At, entry.At)).ToList();
        if (expected.IsEntered)
        {
            if (entries.Count == 0) Fail(expected, "enter", "", journal.Find(entry => entry.Reason == Reason.Entered) is { } other ? $"the entry was at {time.Text(other.At)}" : NobodyEntered());
            return;
        }

        if (entries.Count > 0) Fail(expected, "no entry", "", $"{rehearsal.NameOf(entries[0].Subject)} entered at {time.Text(entries[0].At)}");
        else if (expected.Because is { } reason && !journal.Exists(entry => entry.Reason == reason && IsOf(expected, entry.Scenario) && Agrees(expected.At, entry.At)))
            Fail(expected, "no entry", $"because of {reason.Code()}", NobodyEntered());
    }

    private void AskEscalated(Expectation.Escalated expected)
    {
        var calls = journal.Where(entry => entry.Reason is Reason.EscalationOpened or Reason.EscalationJoined or Reason.EscalationNotOpened && entry.Member("type") == expected.Type).ToList();
        if (calls.Exists(entry => entry.Reason != Reason.EscalationNotOpened && Agrees(expected.At, entry.At))) return;
        Fail(expected, "escalate", expected.Type, calls.Count > 0 ? string.Join("; ", calls.Select(entry => $"{time.Text(entry.At)}  {entry.Reason.Code()}")) : "nobody was called");
    }

    private void AskCalled(Expectation.Called expected)
    {
        var calls = rehearsal.Simulator.Calls.Where(call => call.Draft.Endpoint == expected.Endpoint).ToList();
        if (calls.Exists(call => Agrees(expected.At, call.Draft.PlannedAt))) return;
        Fail(expected, "call", expected.Endpoint, calls.Count > 0 ? string.Join("; ", calls.Select(call => $"{time.Text(call.Draft.PlannedAt)}  call  {call.Draft.Endpoint}")) : "it was not called");
    }

    private void AskNotified(Expectation.Notified expected)
    {
        var told = journal.Where(entry => entry.Reason == Reason.ColleagueNotified).ToList();
        if (told.Exists(entry => entry.Member("who") == expected.Who && Agrees(expected.At, entry.At))) return;
        Fail(expected, "notify", expected.Who, told.Count > 0 ? string.Join("; ", told.Select(entry => $"{time.Text(entry.At)}  notify  {entry.Member("who")}")) : "nobody was told");
    }

    private void AskBand(Expectation.Band expected)
    {
        var points = rehearsal.Simulator.Carried.OfType<Effect.HealthNoted>().ToList();
        if (points.Exists(point => point.Band == expected.Into && Agrees(expected.At, point.At))) return;
        Fail(expected, "band", HealthBands.Word(expected.Into), points.Count > 0
            ? string.Join("; ", points.Select(point => $"{time.Text(point.At)}  {HealthBands.Word(point.Band)} at {point.Score?.ToString("0", System.Globalization.CultureInfo.InvariantCulture) ?? "no score"}"))
            : "the account is not scored");
    }

    private void AskNothingAfter()
    {
        if (test.NothingAfter is not { } end) return;
        // To the minute here as well: what leaves within it is still in time.
        foreach (var mail in mails.Where(mail => mail.LeftAt >= end + TimeSpan.FromMinutes(1)))
            failures.Add(new(test.Span, $"nothing after {time.Text(end)}", Said(mail)));
    }

    private void Render(SimulatedSend mail)
    {
        if (templates is null) return;
        try
        {
            MailPreview.Render(mail, templates, rehearsal.Simulator.Catalog.Policy.Sender);
        }
        catch (TemplateException e)
        {
            failures.Add(new(test.Span, $"{mail.Draft.Template} to {rehearsal.NameOf(mail.Draft.RecipientId)} can be rendered", e.Message));
        }
    }

    private void Fail(Expectation expected, string verb, string what, string but) =>
        failures.Add(new(expected.Span, $"{(expected.At is { } at ? $"{time.Text(at)}{(expected.Zone is { } zone ? $" ({new VirtualTime(test.Start, zone).Date(at)} {zone})" : "")}" : "at any time")}  {verb}  {what}".TrimEnd(), but));

    private static bool Agrees(DateTimeOffset? expected, DateTimeOffset at) => expected is not { } moment || (at >= moment && at < moment + TimeSpan.FromMinutes(1));

    /// <summary>Whether it speaks of the row that is meant, where one is.</summary>
    private static bool IsOf(Expectation expected, string scenario) => expected.Row is not { } row || scenario.EndsWith($"{ScenarioRow.Mark}{row}", StringComparison.Ordinal);

    private bool IsOf(SimulatedSend mail, string template, string? to) =>
        mail.Draft.Template == template && (to is null || mail.Draft.RecipientId == rehearsal.IdOf(to));

    private static bool IsEnd(JournalEntry entry) =>
        entry.Reason is not (Reason.GoalMissed or Reason.Released or Reason.BranchTaken or Reason.NoBranchTaken or Reason.WaitOver or Reason.TimedOut or Reason.Heard or Reason.AlreadyTrue or Reason.AttributeSet or Reason.Entered
            or Reason.EscalationOpened or Reason.EscalationJoined or Reason.EscalationNotOpened or Reason.OutcomeHeard or Reason.TaskOpened
            or Reason.CallPlanned or Reason.CallAnswered or Reason.CallFailed or Reason.ColleagueNotified or Reason.NobodyToNotify)
        && entry.Member("template") is null;

    /// <summary>Whether the entry says something of the mail: at its own step, or before it was reached.</summary>
    private bool Concerns(JournalEntry entry, Expectation.NotSent expected) =>
        (StepOf(entry) is not { } send || send.Template == expected.Template)
        && (expected.To is null || entry.ContactId == 0 || entry.ContactId == rehearsal.IdOf(expected.To))
        && Agrees(expected.At, entry.At);

    private Step.Send? StepOf(JournalEntry entry) =>
        Step.All(rehearsal.ScenarioOf(entry.Scenario).Steps).OfType<Step.Send>().FirstOrDefault(step => step.Id == entry.Step);

    private string WhatBecameOf(string template)
    {
        var said = mails.Where(mail => mail.Draft.Template == template).Select(Said)
            .Concat(journal.Where(entry => entry.Reason != Reason.Released && StepOf(entry)?.Template == template).Select(entry => $"{time.Text(entry.At)}  {entry.Reason.Code()}"))
            .ToList();
        if (said.Count > 0) return string.Join("; ", said);
        return journal.Exists(entry => entry.Reason == Reason.Entered) ? "its step was never reached" : NobodyEntered();
    }

    private string NobodyEntered() =>
        journal.Where(entry => entry.EnrollmentId == 0 && entry.Reason != Reason.WaitingToSettle).Select(entry => entry.Reason.Code()).Distinct().ToList() is { Count: > 0 } reasons
            ? $"nobody entered: {string.Join(", ", reasons)}"
            : "nobody entered: the trigger did not fire";

    private string Said(SimulatedSend mail) => $"{time.Text(mail.LeftAt!.Value)}  send  {Named(mail.Draft.Template, rehearsal.NameOf(mail.Draft.RecipientId), mail.Draft.Arm)}";

    private static string Named(string template, string? to, string? arm = null) => $"{template}{(to is null ? "" : $" to {to}")}{(arm is null ? "" : $" with subject {arm}")}";
}
