using System.Text;
using System.Text.Json;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Scenarios;
using Nurture.Scenarios.Testing;

namespace Nurture.Simulation;

/// <summary>One thing that happened or was decided, in words: <c>send</c>, <c>setup-help to ann</c>.</summary>
/// <param name="Mail">The mail that left, where this is one.</param>
public sealed record TraceLine(DateTimeOffset At, string Verb, string Text, SimulatedSend? Mail = null)
{
    /// <summary>The step it speaks of; null where it speaks of none.</summary>
    public string? Step { get; init; }

    /// <summary>The decision that it tells; null for what came from outside and for a wait that begins.</summary>
    public JournalEntry? Decision { get; init; }

    /// <summary>The lines as a CSM reads them: <c>day 3 09:00  send  setup-help to ann</c>, in columns.</summary>
    public static IReadOnlyList<string> Columns(IReadOnlyList<TraceLine> lines, VirtualTime time)
    {
        if (lines.Count == 0) return [];
        var moments = lines.Select(line => time.Text(line.At)).ToList();
        var (wide, verb) = (moments.Max(moment => moment.Length), lines.Max(line => line.Verb.Length));
        return [.. lines.Select((line, i) => $"{moments[i].PadLeft(wide)}  {line.Verb.PadRight(verb)}  {line.Text}".TrimEnd())];
    }
}

/// <summary>Writes a rehearsal down: what came from outside, and what the engine made of it.</summary>
internal sealed class Trace(Rehearsal rehearsal)
{
    private readonly List<TraceLine> lines = [];
    private readonly HashSet<(long EnrollmentId, string Step, DateTimeOffset At)> stood = [];
    private readonly HashSet<long> live = [];
    private int followed;

    // By moment alone: what was written first stays first.
    public IReadOnlyList<TraceLine> Lines => [.. lines.OrderBy(line => line.At)];

    public void Add(TraceLine line) => lines.Add(line);

    public void Add(TestAction action) => lines.Add(action switch
    {
        TestAction.Event happened => new(action.At, happened.IsImported ? "import" : "event", $"{happened.Name}{By(happened.Contact)}{Properties(happened.Properties)}"),
        TestAction.Set set => new(action.At, set.IsImported ? "import" : "change", $"{string.Join(", ", set.Attributes.Select(pair => $"{pair.Key} = {pair.Value}"))} of {set.Contact ?? "the account"}"),
        TestAction.Click click => new(action.At, "click", $"in {click.Template} by {click.Contact}"),
        TestAction.Open open => new(action.At, "open", $"{open.Template} by {open.Contact}"),
        TestAction.Answer answer => new(action.At, "answer", $"{answer.With} to {answer.Asked} by {answer.Contact}{(answer.Comment.Length > 0 ? $": {answer.Comment}" : "")}"),
        TestAction.Refuse refuse => new(action.At, "refuse", $"{(refuse.Topic == "*" ? "all mails" : refuse.Topic)} by {refuse.Contact}"),
        TestAction.Work { Act: Escalations.EscalationAct.Close } work => new(action.At, "close", $"{work.Type} as {work.Outcome}"),
        TestAction.Work work => new(action.At, "take", work.Type),
        TestAction.Decide decide => new(action.At, decide.IsApproved ? "approve" : "decline", $"{decide.Asked}{(decide.To is null ? "" : $" to {decide.To}")}"),
        TestAction.Join join => new(action.At, "join", $"{join.Contact}{(join.Roles.Count > 0 ? $" as {string.Join(", ", join.Roles)}" : "")}"),
        TestAction.Pause pause => new(action.At, pause.IsPaused ? "pause" : "resume", "the scenario"),
        TestAction.Respond { IsAnswered: true } answer => new(action.At, "answer", $"by {answer.Endpoint}"),
        TestAction.Respond answer => new(action.At, "fail", answer.Endpoint),
        TestAction.Register register => new(action.At, "register", $"{register.Contact} for {register.Session}{(register.IsCancelling ? ": cancelled" : "")}"),
        TestAction.ChangeSession { MovedTo: { } start } moved => new(action.At, "session", $"{moved.Session} moves to {start:u}"),
        TestAction.ChangeSession { IsCancelled: true } cancelled => new(action.At, "session", $"{cancelled.Session} is cancelled"),
        TestAction.ChangeSession came => new(action.At, "session", $"{came.Session} was attended by {(came.Attended!.Count == 0 ? "nobody" : string.Join(", ", came.Attended))}"),
        TestAction.Done done => new(action.At, "do", $"{done.Task}{(done.Outcome == Step.Task.Done ? "" : $" as {done.Outcome}")}"),
        TestAction.Reply reply => new(action.At, "reply", reply.IsAutomatic ? $"{reply.Contact} (automatic)" : reply.Contact),
        TestAction.Hooked hooked => new(action.At, "hook", $"{hooked.Hook}: {(hooked.Items.Select(one => one.Item).OfType<Intake.IntakeItem.Occurred>().Select(happened => happened.Name).ToList() is { Count: > 0 } made ? string.Join(", ", made) : "nothing")}"),
        TestAction.Start start => new(action.At, "start", $"{start.Contact ?? "the account"}{(start.Row is null ? "" : $" in {start.Row}")} by hand{Properties(start.With)}"),
        TestAction.Leave leave => new(action.At, "leave", leave.Contact),
        _ => throw new InvalidOperationException($"No words for {action.GetType().Name}."),
    });

    /// <summary>Takes down what the simulator did since.</summary>
    public void Follow()
    {
        foreach (var effect in rehearsal.Simulator.Carried.Skip(followed))
        {
            if (effect is Effect.Journal { Entry: { Scenario.Length: > 0 } entry }) lines.Add(Line(entry));
            if (effect is Effect.Journal { Entry: { Scenario.Length: 0, Reason: Reason.BandChanged or Reason.HoldStarted or Reason.HoldEnded } change }) lines.Add(OfAccount(change));
            if (effect is Effect.Positioned position) Stand(position);
        }

        followed = rehearsal.Simulator.Carried.Count;
    }

    private static TraceLine OfAccount(JournalEntry entry) => entry.Reason switch
    {
        Reason.BandChanged => new(entry.At, "health", $"{entry.Member("from")} to {entry.Member("to")}{(entry.Member("score") is { Length: > 0 } score ? $", {score}" : "")}"),
        Reason.HoldStarted => new(entry.At, "hold", $"mails of the account: {entry.Member("because")}"),
        _ => new(entry.At, "hold", "over"),
    };

    private void Stand(Effect.Positioned position)
    {
        if (position.Step is null) live.Remove(position.EnrollmentId);
        else live.Add(position.EnrollmentId);
        // A contact that moves to its account's slot stands where it stood.
        if (position.Step is null || !stood.Add((position.EnrollmentId, position.Step, position.At))) return;
        var words = StepOf(position.Scenario, position.Step) switch
        {
            Step.WaitFor { UpTo: { } upTo } wait => $"for {wait.For.Text}, up to {Length(new(upTo))}",
            Step.WaitFor { UpToDuration: { } upTo } wait => $"for {wait.For.Text}, up to {Length(upTo)}",
            Step.WaitFor { Until: { } until } wait => $"for {wait.For.Text}, until {until.Date.Text}",
            Step.WaitFor wait => $"for {wait.For.Text}",
            Step.WaitLength wait => Length(wait.Length),
            Step.WaitUntilDate wait => $"until {wait.Until.Date.Text}",
            Step.Escalate { WaitsForOutcome: true } or Step.Task { WaitsForOutcome: true } => "for the outcome",
            Step.Webhook { Waits: true } webhook => $"for {webhook.Endpoint}, up to {Length(new(webhook.Expires ?? Engine.CallTimes.Standard))}",
            Step.WaitUntil wait => $"until {wait.Time.ToString("HH:mm", null)}{(wait.Days == Days.All ? "" : $" on a {wait.Days.ToString().ToLowerInvariant()} day")}",
            _ => null,
        };
        if (words is not null) lines.Add(new(position.At, "wait", words + Whose(position.Subject) + Row(position.Scenario)) { Step = position.Step });
    }

    private TraceLine Line(JournalEntry entry)
    {
        var (verb, text, mail) = Words(entry);
        return new(entry.At, verb, text + Row(entry.Scenario), mail) { Step = entry.Step.Length > 0 ? entry.Step : null, Decision = entry };
    }

    private (string Verb, string Text, SimulatedSend? Mail) Words(JournalEntry entry)
    {
        var whose = Whose(entry.Subject);
        switch (entry.Reason)
        {
            case Reason.Entered: return ("enter", rehearsal.NameOf(entry.Subject), null);
            case Reason.Released: return Released(entry);
            case Reason.AlreadyTrue: return ("go on", $"{ConditionOf(entry)} is true already{whose}", null);
            case Reason.Heard: return ("hear", $"{ConditionOf(entry)}{(entry.ContactId == 0 ? "" : $" by {rehearsal.NameOf(entry.ContactId)}")}", null);
            case Reason.TimedOut: return ("time out", $"{ConditionOf(entry)} did not come{whose}", null);
            case Reason.WaitOver: return ("go on", $"after {entry.Step}{whose}", null);
            case Reason.BranchTaken: return ("branch", $"{Member(entry, "if")}{whose}", null);
            case Reason.NoBranchTaken: return ("branch", $"none of {entry.Step} is true{whose}", null);
            case Reason.EscalationOpened: return ("escalate", $"{Member(entry, "type")}{whose}", null);
            case Reason.EscalationJoined: return ("escalate", $"{Member(entry, "type")}, added to the open case{whose}", null);
            case Reason.EscalationNotOpened: return ("escalate", $"{Member(entry, "type")}: not opened, {Member(entry, "because")}{whose}", null);
            case Reason.OutcomeHeard: return ("hear", $"outcome {Member(entry, "outcome")}{whose}", null);
            case Reason.CallPlanned: return ("call", $"{Member(entry, "endpoint")}{whose}", null);
            case Reason.CallAnswered: return ("hear", $"{Member(entry, "endpoint")} answered {entry.Member("status")}{whose}", null);
            case Reason.CallFailed: return ("hear", $"{Member(entry, "endpoint")} failed: {entry.Member("because")}{whose}", null);
            case Reason.ColleagueNotified: return ("notify", $"{Member(entry, "who")}: {entry.Member("about")}{whose}", null);
            case Reason.NobodyToNotify: return ("notify", $"nobody: {Member(entry, "who")}{whose}", null);
            case Reason.Answered: return ("hear", $"the answer {Member(entry, "answer")}{whose}", null);
            case Reason.AnswerChanged: return ("hear", $"the answer {Member(entry, "answer")} instead of {Member(entry, "before")}{whose}", null);
            case Reason.Approved: return ("approve", $"{Member(entry, "template")}{whose}", null);
            case Reason.TaskDone: return ("hear", $"{Member(entry, "task")} is {Member(entry, "outcome")}{whose}", null);
            case Reason.TaskOpened: return ("task", $"{Member(entry, "task")}{whose}", null);
            case Reason.AttributeSet: return ("set", $"{Member(entry, "attribute")}{whose}", null);
            case Reason.GoalMissed: return ("goal", $"missed{whose}", null);
            case Reason.GoalReached when rehearsal.Scenario.Goal is { EndsEnrollment: false } || !live.Contains(entry.EnrollmentId): return ("goal", $"reached{whose}", null);
            case Reason.SessionCancelled or Reason.Completed or Reason.GoalReached or Reason.ExitTrue or Reason.AudienceLost or Reason.Ended or Reason.Merged or Reason.Erased or Reason.Stopped
                or Reason.NoRecipient when entry.Member("template") is null:
                return ("end", $"{entry.Reason.Code()}{((entry.Member("exit") ?? entry.Member("reason")) is { } why ? $": {why}" : "")}{whose}", null);
            case Reason.Replied when entry.EnrollmentId != 0: return ("end", $"{entry.Reason.Code()}{whose}", null);
            case Reason.ContactLeft when entry.EnrollmentId != 0 && StepOf(entry.Scenario, entry.Step) is not Step.Send: return ("end", $"{entry.Reason.Code()}{whose}", null);
        }

        if (StepOf(entry.Scenario, entry.Step) is Step.Send send)
        {
            var to = entry.ContactId == 0 || (entry.Subject.Kind == SubjectKind.Contact && rehearsal.ContactCount == 1) ? "" : $" to {rehearsal.NameOf(entry.ContactId)}";
            return (entry.Member("template") is null ? "hold" : "skip", $"{send.Template}{to}: {entry.Reason.Code()}", null);
        }

        return (entry.EnrollmentId == 0 ? "no entry" : "note", $"{rehearsal.NameOf(entry.Subject)}: {entry.Reason.Code()}", null);
    }

    private (string, string, SimulatedSend?) Released(JournalEntry entry)
    {
        var send = rehearsal.Simulator.Sends.First(s => s.Draft.EnrollmentId == entry.EnrollmentId && s.Draft.Step == entry.Step && s.Draft.RecipientId == entry.ContactId);
        var words = $"{send.Draft.Template} to {rehearsal.NameOf(entry.ContactId)}{(send.Draft.Arm is { } arm ? $" with subject {arm}" : "")}";
        return send.IsCancelled ? ("cancel", words, null) : ("send", words, send);
    }

    private string ConditionOf(JournalEntry entry) => StepOf(entry.Scenario, entry.Step) is Step.WaitFor wait ? wait.For.Text : entry.Step;

    private static string Member(JournalEntry entry, string name) => entry.Member(name) ?? entry.Step;

    private Step? StepOf(string scenario, string id) => Step.All(rehearsal.ScenarioOf(scenario).Steps).FirstOrDefault(step => step.Id == id);

    /// <summary>Which row it speaks of, of a scenario that has rows.</summary>
    private string Row(string scenario) => rehearsal.ScenarioOf(scenario).Row is { } row ? $" [{row.Id}]" : "";

    private string Whose(SubjectRef subject) => subject.Kind == SubjectKind.Contact && rehearsal.ContactCount > 1 ? $" ({rehearsal.NameOf(subject)})" : "";

    private static string By(string? contact) => contact is null ? "" : $" by {contact}";

    private static string Properties(ReadOnlyMemory<byte> json) => json.Length <= 2 ? "" : $" {Encoding.UTF8.GetString(json.Span)}";

    private static string Length(Duration length) => length switch
    {
        { BusinessDays: > 0 } => $"{length.BusinessDays}bd",
        { Months: > 0 } => $"{length.Months}mo",
        _ => Conditions.Length.Write(length.Exact),
    };
}

internal static class JournalDetails
{
    /// <summary>A member of the entry's detail; null where it has none of that name.</summary>
    public static string? Member(this JournalEntry entry, string name)
    {
        if (entry.Detail.Length == 0) return null;
        using var detail = JsonDocument.Parse(entry.Detail);
        return detail.RootElement.TryGetProperty(name, out var value) ? value.ToString() : null;
    }
}
