using System.Globalization;
using System.Text.Json;
using Nurture.Conditions;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Scenarios;

namespace Nurture.Simulation;

/// <summary>What was decided, in plain words: an entry of the journal as a sentence that a marketer can read aloud.</summary>
public static partial class Explanation
{
    /// <summary>In English, with the scenario's name as its author types it.</summary>
    /// <param name="scenario">The version that the entry speaks of; null where it is no longer known.</param>
    public static string Sentence(JournalEntry entry, Scenario? scenario) =>
        English(entry, scenario, entry.Scenario.Length > 0 ? entry.Scenario : "the scenario");

    /// <summary>For a page: in the reader's language, with the scenario's title.</summary>
    /// <param name="scenario">The version that the entry speaks of; null where it is no longer known.</param>
    public static string Sentence(JournalEntry entry, Scenario? scenario, Language language)
    {
        var title = Title(scenario, entry.Scenario);
        return language switch
        {
            Language.English => English(entry, scenario, title.Length > 0 ? $"“{title}”" : "the scenario"),
            Language.Japanese => Japanese(entry, scenario, title.Length > 0 ? $"「{title}」" : "シナリオ"),
        };
    }

    /// <summary>What people call a scenario: its title, else its name.</summary>
    public static string Title(Scenario? scenario, string name) => scenario?.Title is { Length: > 0 } title ? title : name;

    private static string Held(JournalEntry entry) => entry.Subject.Kind == SubjectKind.Contact ? "person" : "account";

    private static string English(JournalEntry entry, Scenario? scenario, string name)
    {
        var detail = new Detail(entry.Detail);
        var step = scenario is null ? null : Step.All(scenario.Steps).FirstOrDefault(s => s.Id == entry.Step);
        var here = Name(step, entry.Step);
        var mail = Mail(step, detail, entry.Step);
        return entry.Reason switch
        {
            Reason.Entered => $"Entered {name}{By(detail)}{Because(detail)}{(detail["holdout"] is null ? "" : ", in the holdout group: mails are withheld, the goal is measured")}.",
            Reason.AlreadyEnrolled => $"Did not enter {name} again: is in it already.",
            Reason.ReentryOnce => $"Did not enter {name}: has been through it, and it lets everybody in once.",
            Reason.ReentryTooSoon => $"Did not enter {name}: has been through it too recently{(scenario is { Reentry.IsOnce: false } s ? $"; it lets in again after {Length.Write(s.Reentry.After)}" : "")}.",
            Reason.AudienceFalse => $"Did not enter {name}: is not in its audience{Text(scenario?.Audience)}.",
            Reason.AudienceUnknown => $"Did not enter {name}: whether it is in the audience{Text(scenario?.Audience)} could not be known.",
            Reason.GoalAlreadyReached => $"Did not enter {name}: its goal{Text(scenario?.Goal?.When)} was reached already.",
            Reason.ExitAlreadyTrue => $"Did not enter {name}: an exit of it was true already.",
            Reason.Late => $"Did not enter {name}: what starts it arrived later than it accepts.{(detail["would"] is not { } would ? "" : would == "entered" ? " In time, it would have." : " In time, it would not have either.")}",
            Reason.ScenarioPaused => $"Did not enter {name}: it was paused.",
            Reason.NoAccount when detail["attribute"] is { } attribute => $"The step {entry.Step} could not set {attribute}: there is no account.",
            Reason.NoAccount when entry.EnrollmentId != 0 => $"Did nothing at {here}: there is no account.",
            Reason.NoAccount => $"Did not enter {name}: it is about accounts, and none became known in time.",
            Reason.NobodyMatches => $"Nobody of the account entered {name}: no one has the roles that it asks for.",
            Reason.ColleagueEnrolled => $"Did not enter {name}: a colleague of the same account is in it.",
            Reason.ContactLeft when entry is { EnrollmentId: not 0, Subject.Kind: SubjectKind.Account } => $"Did not send {mail}: the person has left or was forgotten.",
            Reason.ContactLeft when entry.EnrollmentId != 0 => $"Stopped in {name}{At(entry)}: the person has left or was forgotten.",
            Reason.ContactLeft => $"Did not enter {name}: the person has left or was forgotten.",
            Reason.Restarted => $"Began {name} anew: it was started again while it ran.",
            Reason.Refreshed when detail["waits"] is not null => $"Still waits to enter {name}, with the new starting event.",
            Reason.Refreshed => $"Stayed in {name} where it stood, with the new starting event.",
            Reason.KeyMissing => $"Did not enter {name}: the starting event does not carry the key that tells passages apart{(scenario?.Key is { } key ? $" ({key.Root}.{key.Path})" : "")}.",
            Reason.Imported => $"Did not enter {name}: what would have started it came by an import.",
            Reason.WaitingToSettle => $"Waits to enter {name}: something that its audience asks is not known yet.",

            Reason.StepReached => $"Came to {here}.",
            Reason.AlreadyTrue => $"Passed {here} at once: what it waits for had happened already.",
            Reason.Heard => $"Went on from {here}: what it waits for happened.",
            Reason.TimedOut => $"Went on from {here} by its time-out: what it waits for did not happen in time.",
            Reason.WaitOver => $"Went on from {here}: the wait is over.",
            Reason.BranchTaken => detail["if"] is { } arm and not "else" ? $"Took the way at {here} where {Quote(arm)}." : $"Took the way at {here} for everybody else.",
            Reason.NoBranchTaken => $"Took no way at {here}: none of its conditions was true.",
            Reason.AttributeSet => $"Set {detail["attribute"] ?? "an attribute"}{On(step)}.",
            Reason.Released => $"Released {mail}{Arm(detail)}.",
            Reason.Waiting => $"Waits at {here}.",

            Reason.Suppressed => $"Did not send {mail}: the address is suppressed.",
            Reason.NoConsent => $"Did not send {mail}: the person has given no ground for marketing mail.",
            Reason.NoContract => $"Did not send {mail}: the account has neither a live trial nor a live contract.",
            Reason.Unsubscribed => $"Did not send {mail}: the person has unsubscribed from everything.",
            Reason.TopicRefused => $"Did not send {mail}: the person refuses {(step is Step.Send { Topic: { } topic } ? $"the topic {topic}" : "its topic")}.",
            Reason.NoAddress => $"Did not send {mail} yet, or at all: no address is known.",
            Reason.CapReached => $"Held {mail} back: the person has had as many mails as the policy allows.",
            Reason.QuietHours => $"Held {mail} back until the allowed hours of the recipient.",
            Reason.HeldOut when detail["attribute"] is { } withheld => $"Did not set {withheld}: the passage is in the holdout group.",
            Reason.HeldOut when detail["endpoint"] is { } uncalled => $"Did not call the endpoint {uncalled}: the passage is in the holdout group.",
            Reason.HeldOut when detail["others"] is { } unstopped => $"Did not stop {unstopped}: the passage is in the holdout group.",
            Reason.HeldOut when detail["forgets"] is not null => "Did not forget the person: the passage is in the holdout group.",
            Reason.HeldOut => $"Withheld {mail}: the passage is in the holdout group.",
            Reason.ConditionFalse => $"Skipped {mail}: its condition{Text((step as Step.Send)?.If)} was not true.",
            Reason.NoRecipient => $"Did not send {mail}: nobody of the account is its recipient.",
            Reason.Expired => $"Did not send {mail}: it could not leave before it expired.",
            Reason.Paused when step is Step.Escalate or Step.Task or Step.Notify => $"Waits at {here}: the scenario is paused, and calls nobody.",
            Reason.Paused => $"Held {mail} back: the scenario is paused.",
            Reason.SendingStopped => $"Held {mail} back: all sending is stopped.",
            Reason.NotAllowListed => $"Did not send {mail}: this deployment mails listed addresses only.",
            Reason.CaseTaken => $"Did not send {mail}: by then the case was taken, or another's.",
            Reason.CaseClosed => $"Did not send {mail}: by then the case was closed.",
            Reason.CaseMailsOff => $"Did not send {mail}: the colleague has turned mails about cases off.",
            Reason.LinkOver => $"Did not send {mail}: by then its link was used, replaced or over.",
            Reason.ColleagueLeft => $"Did not send {mail}: the colleague may not come in any more.",
            Reason.Cancelled => $"Withdrew {mail} before it left.",
            Reason.RenderFailed => $"Did not send {mail}: its template failed for this person.",
            Reason.Refused => $"Could not deliver {mail}: the other side refused it.",
            Reason.Uncertain => $"Cannot know whether {mail} arrived: it was under way, and no answer is known.",
            Reason.Internal => $"Did not send {mail}: Nurture itself failed; operators find it in the log.",

            Reason.EntryDelayed when Day(detail["latest"]) is { } latest => $"Waits to enter {name} with all who came before, by {latest.ToString("d MMM yyyy HH:mm", CultureInfo.InvariantCulture)} UTC at the latest: its trigger is spread.",
            Reason.EntryDelayed => $"Enters {name} later{(Day(detail["until"]) is { } later ? $", on {later.ToString("d MMM yyyy HH:mm", CultureInfo.InvariantCulture)} UTC" : "")}: its trigger has a delay.",
            Reason.SplitTaken => $"Took {(detail["arm"] is { } drawn ? $"the way {drawn}" : "a way")} at {here}, as drawn for it once and for all.",
            Reason.RepeatBegun => $"Began {here}{(detail["turn"] is { } turn ? $", turn {turn}" : "")}.",
            Reason.RepeatOver => $"Went on from {here}{(detail["times"] is { } times ? $", after {times} turns" : "")}.",
            Reason.OwnerAssigned => $"Gave the account to {detail["owner"] ?? "a colleague"}.",
            Reason.NoOwnerFound => $"Gave the account to nobody: nobody is in the pool{(detail["pool"] is { } pool ? $" {pool}" : "")}.",
            Reason.TopicTaken => $"Takes {(detail["topic"] is { } refused ? $"the topic {refused}" : "its topic")} for refused{Because(detail)}.",
            Reason.Enlisted => $"Was written into {(detail["segment"] is { } list ? $"the segment {list}" : "a segment")}.",
            Reason.StruckOut => $"Was struck out of {(detail["segment"] is { } left ? $"the segment {left}" : "a segment")}.",
            Reason.OtherStarted => $"Started {(detail["other"] is { } started ? $"the scenario {started}" : "another scenario")}, which decides itself who enters.",
            Reason.OtherNotStarted => $"Did not start {(detail["other"] is { } unstarted ? $"the scenario {unstarted}" : "another scenario")}: it is not live, or nobody could enter.",
            Reason.OthersStopped => $"Stopped what runs of {detail["others"] ?? "other scenarios"}.",
            Reason.StreamBusy => $"Held {mail} back: {(detail["first"] is { } first ? $"the scenario {first}" : "another scenario")} of the same stream goes first.",
            Reason.WaitSkipped => $"Went on from {here} without waiting any longer{By(detail)}{Because(detail)}.",
            Reason.MovedByHand => $"Was taken from {here} to another step{By(detail)}{Because(detail)}.",
            Reason.MomentGone => $"Left {here} out: its moment had gone by.",
            Reason.AlreadySent => $"Did not send {here} again: it was sent before.",
            Reason.StoppedBy => $"Was taken out of {name} by {(detail["by"] is { } stopping ? $"the scenario {stopping}" : "another scenario")}.",
            Reason.Churned => $"Left {name}: the account is a customer no more.",

            Reason.GoalReached when detail["late"] is not null => $"Reached the goal of {name}{Text(scenario?.Goal?.When)} in time: that was told only after the time was over.",
            Reason.GoalReached => $"Reached the goal of {name}{Text(scenario?.Goal?.When)}.",
            Reason.GoalMissed => $"Missed the goal of {name}{Text(scenario?.Goal?.When)}: its time is over.",
            Reason.ExitTrue => $"Left {name}: {(detail["exit"] is { } exit ? Quote(exit) : "an exit")} turned true.",
            Reason.AudienceLost => $"Left {name}: is no longer in its audience{Text(scenario?.Audience)}.",
            Reason.Completed => $"Came to the end of {name}.",
            Reason.Ended => detail["reason"] switch
            {
                "skipped" => $"Ended {name}{At(entry)}, because its mail was skipped.",
                { Length: > 0 } reason => $"Ended {name}{At(entry)}: {reason}.",
                _ => $"Ended {name}{At(entry)}.",
            },
            Reason.Merged when detail["before"] is not null => $"This passage through {name} ended when two turned out to be one: the other had been through it already.",
            Reason.Merged => $"This passage through {name} went on in the other one, when two contacts turned out to be one person.",
            Reason.Erased => "Everything ended: the person was forgotten.",
            Reason.Stopped => $"Was taken out of {name}{By(detail)}{Because(detail)}.",

            Reason.ContactMerged => detail["into"] is { } into ? $"Turned out to be {into}, and lives on there." : $"Turned out to be {detail["from"] ?? "another contact"} too.",
            Reason.AccountMerged => detail["into"] is { } into ? $"Turned out to be {into}, and goes on there with its people." : $"Turned out to be {detail["from"] ?? "another account"} too, whose people and open cases came along.",
            Reason.AccountJoined => $"Became one of the people of {detail["account"] ?? "an account"}.",
            Reason.MembershipAdded => $"Belongs to {detail["account"] ?? "an account"} too.",
            Reason.MovedSlot => "Moved to where the people of its account are processed.",
            Reason.Hit => $"Opened {mail}, or followed a link in it.",
            Reason.Bounced => $"{char.ToUpperInvariant(mail[0])}{mail[1..]} came back.",
            Reason.LateEvent when detail["would"] == "heard" => $"{detail["event"] ?? "An event"} arrived late: in time, it would have been heard at {here}. It counts, and changed nothing that was done.",
            Reason.LateEvent => $"An event arrived late; it counts, and changed nothing that was done{At(entry)}.",
            Reason.Parked => "Stands still: a step failed, and somebody has to look.",
            Reason.Resumed => "Was taken up again after standing still.",
            Reason.Prepared => "Was prepared for a new version.",

            Reason.BandChanged => $"The health {(detail["from"] is { } from ? $"went from {Band(from)} to {Band(detail["to"])}" : $"is {Band(detail["to"])} now")}.",
            Reason.EscalationOpened => $"An escalation was opened{Of(detail["type"])}: a person looks after it from here.",
            Reason.EscalationJoined => $"Was added as evidence to the escalation that is open{Of(detail["type"])}.",
            Reason.EscalationNotOpened => detail["because"] switch
            {
                "no_account" => $"No escalation was opened{Of(detail["type"])}: there is no account.",
                "unknown_type" => $"No escalation was opened{Of(detail["type"])}: its type is not declared any more.",
                "internal" => $"No escalation was opened{Of(detail["type"])}: it is about people of our own, or a test.",
                "off" => $"No escalation was opened{Of(detail["type"])}: its type is switched off.",
                "cool_down" => $"No escalation was opened{Of(detail["type"])}: one was closed a short time ago.",
                "budget" => $"No escalation was opened{Of(detail["type"])}: whoever would have got it has got as many as the budget lets through.",
                _ => $"No escalation was opened{Of(detail["type"])}.",
            },
            Reason.EscalationClosed => $"The escalation was closed{Of(detail["type"])}{(detail["outcome"] is { } outcome ? $" with the outcome {Words(outcome)}" : "")}.",
            Reason.OutcomeHeard => $"Went on from {here}: the escalation's outcome is {Words(detail["outcome"])}.",
            Reason.OnHold => $"Held {mail} back: automatic mail is on hold{Because(detail)}.",
            Reason.HoldStarted => $"Automatic mail to the {Held(entry)} is on hold{(Day(detail["until"]) is { } until ? $" until {until.ToString("d MMM yyyy", CultureInfo.InvariantCulture)}" : "")}{Because(detail)}.",
            Reason.HoldEnded => $"Automatic mail to the {Held(entry)} goes on: the hold is over.",
            Reason.Throttled => $"Waits to send {mail}: so many leave in a time, and those who came before go first.",
            Reason.SubjectTested => $"Waits to send {mail} until it is known which of its subjects more people click on.",
            Reason.SourceSilent => $"Waits at {here}: a source of the events that it rests on is silent, so nobody is called for that.",
            Reason.Replied when entry.EnrollmentId != 0 => $"Left {name}: the person replied, and a human goes on from here.",
            Reason.Replied => $"Replied{(detail["template"] is { } answered ? $" to the mail {answered}" : " to a mail")}: a human goes on from here.",
            Reason.AnsweredByMachine => $"The mailbox answered{(detail["template"] is { } absent ? $" the mail {absent}" : "")} by itself, which moves nothing.",
            Reason.InternalContact => $"Did not start {name}: what people of our own do in a customer's account counts for nothing there.",
            Reason.CallPlanned => $"Calls the endpoint {detail["endpoint"] ?? "of a webhook"}.",
            Reason.CallAnswered => $"The endpoint {detail["endpoint"] ?? "of a webhook"} answered with {detail["status"] ?? "success"}.",
            Reason.CallFailed => $"The endpoint {detail["endpoint"] ?? "of a webhook"} was not reached: {CallProblem(detail["because"], detail["status"])}.",
            Reason.ColleagueNotified => $"Told {detail["who"] ?? "a colleague"}.",
            Reason.NobodyToNotify => $"Told nobody: {detail["who"] ?? "the step"} names nobody.",
            Reason.Answered => $"Was answered: {detail["answer"] ?? "a question"} ({mail}).",
            Reason.AnswerChanged => $"Was answered otherwise: {detail["answer"] ?? "a question"}{(detail["before"] is { } before ? $", before {before}" : "")} ({mail}). The last answer counts; what had gone on was not undone.",
            Reason.ApprovalAsked => $"Held {mail} back: {(detail["assignee"] is { Length: > 0 } approver ? approver : "a colleague")} is asked to approve it.",
            Reason.Approved => $"Approved {mail}{By(detail)}.",
            Reason.NotApproved => $"Did not send {mail}: it was not approved.",
            Reason.ApprovalOver => detail["otherwise"] == "send" ? $"Nobody answered for {mail} in time: it leaves as it is." : $"Did not send {mail}: nobody approved it in time.",
            Reason.OwnerChanged => $"The account went from {detail["from"] ?? "its owner"} to {(detail["to"] is { Length: > 0 } next ? next : "nobody")}, with what was open.",
            Reason.TaskDone => $"Went on from {here}: the task was done{(detail["outcome"] is { } how and not Step.Task.Done ? $" ({Words(how)})" : "")}{By(detail)}.",
            Reason.TriggerNotTrue => $"Did not enter {name}{By(detail)}: what starts it was not true any more.",
            Reason.TaskOpened => $"A task was opened for a person{Of(detail["task"])}.",

            Reason.SessionCancelled => $"Left {name}: {(detail["session"] is { } session ? $"the session {session}" : "its session")} does not take place.",
        };
    }

    /// <summary>The step for people, in the reader's language.</summary>
    public static string Name(Step? step, string id, Language language) => language switch
    {
        Language.English => Name(step, id),
        Language.Japanese => JapaneseName(step, id),
    };

    /// <summary>The step for people: <c>the wait setup (for event("setup_completed"), 3d at most)</c>.</summary>
    public static string Name(Step? step, string id) => step switch
    {
        null => id.Length > 0 ? $"the step {id}" : "a step",
        Step.Send send => $"the mail {send.Template}",
        Step.WaitFor wait => $"the wait for {Quote(wait.For.Text)}{(wait.UpTo is { } most ? $" ({Length.Write(most)} at most)" : "")}",
        Step.WaitLength { Length: { IsExact: true } length } => $"the wait of {Conditions.Length.Write(length.Exact)}",
        Step.WaitLength => $"the wait {id}",
        Step.WaitUntil until => $"the wait until {until.Time.ToString("HH:mm", CultureInfo.InvariantCulture)}",
        Step.WaitUntilDate until => $"the wait until {Moment(until.Until)}",
        Step.Branch => $"the branch {id}",
        Step.Split => $"the split {id}",
        Step.Repeat => $"the repeat {id}",
        Step.Assign => "the step that gives the account an owner",
        Step.Unsubscribe unsubscribe => $"the unsubscription from {unsubscribe.Topic}",
        Step.Forget => "the step that forgets the person",
        Step.Enlist { IsStruckOut: false } enlist => $"the step that writes into the segment {enlist.Segment}",
        Step.Enlist enlist => $"the step that strikes out of the segment {enlist.Segment}",
        Step.Start start => $"the start of {start.Scenario}",
        Step.Stop stop => $"the step that stops {string.Join(", ", stop.Scenarios)}",
        Step.Set set => $"the step that sets {set.Attribute}",
        Step.End => "the end",
        Step.Escalate escalate => $"the escalation {escalate.Type}",
        Step.Webhook webhook => $"the webhook to {webhook.Endpoint}",
        Step.Notify notify => $"the notice to {notify.Who?.ToString() ?? notify.Channel}",
        Step.Task task => $"the task {task.Title}",
        _ => throw new InvalidOperationException($"No name for {step.GetType().Name}."),
    };

    /// <summary><c>90d before account.contract_end</c>.</summary>
    private static string Moment(DateMoment until) => Far(until.Offset) is var (far, isBefore) ? $"{far} {(isBefore ? "before" : "after")} {until.Date.Text}" : until.Date.Text;

    /// <summary>How far from a date, and whether before it; null on it.</summary>
    private static (string Length, bool IsBefore)? Far(Scenarios.Duration offset) => offset switch
    {
        { BusinessDays: not 0 } => ($"{Math.Abs(offset.BusinessDays)}bd", offset.BusinessDays < 0),
        { Months: not 0 } => ($"{Math.Abs(offset.Months)}mo", offset.Months < 0),
        { Exact.Ticks: 0 } => null,
        _ => (Length.Write(offset.Exact.Duration()), offset.Exact < TimeSpan.Zero),
    };

    internal static string Quote(string condition) => $"`{condition.Trim()}`";

    /// <summary>As its author wrote it, and what the segments that it names ask now.</summary>
    internal static string Text(Condition? condition) =>
        condition is null ? "" : $" ({Quote(condition.Text)}{string.Concat(condition.Segments.Select(segment => $"; the segment “{segment.Title}” is {Quote(segment.Is.Text)}"))})";

    private static string Mail(Step? step, Detail detail, string id) =>
        detail["template"] is { } template ? $"the mail {template}" : step is Step.Send send ? $"the mail {send.Template}" : id.Length > 0 ? $"the mail of step {id}" : "the mail";

    private static string Arm(Detail detail) => detail["arm"] is not { } arm ? "" : detail["ground"] switch
    {
        "tested" => $" with its subject {arm}, to find out which of them more people click on",
        "won" => $" with its subject {arm}, which won the test",
        _ => $" with its subject {arm}, the first one, since the test had nothing to compare in time",
    };

    private static string On(Step? step) => step is Step.Set set ? $" of the {set.On.ToString().ToLowerInvariant()} to {(set.Value.IsNull ? "nothing" : set.Value)}" : "";

    private static string Band(string? band) => band switch
    {
        "healthy" => "healthy",
        "watch" => "watch",
        "at_risk" => "at risk",
        _ => "not enough data",
    };

    private static string CallProblem(string? because, string? status) => because switch
    {
        "expired" => status is null or "0" ? "nobody answered in time" : $"it still answered with {status} when the time was over",
        "gone" => "it says that it is gone (410), and was switched off",
        "refused_address" => "its address is one that this server does not call",
        "no_endpoint" => "there is no endpoint of that name",
        "disabled" => "it is switched off",
        _ => because ?? "the call failed",
    };

    private static DateTimeOffset? Day(string? instant) => DateTimeOffset.TryParse(instant, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null;

    private static string Words(string? code) => code?.Replace('_', ' ') ?? "unknown";

    private static string Of(string? type) => type is null ? "" : $" ({Words(type)})";

    private static string Because(Detail detail) => detail["because"] is { Length: > 0 } because ? $", because {Words(because).TrimEnd('.')}" : "";

    private static string At(JournalEntry entry) => entry.Step.Length > 0 ? $" at the step {entry.Step}" : "";

    private static string By(Detail detail) => detail["by"] is { } by ? $" by hand ({by})" : detail["by_scenario"] is { } other ? $" by the scenario {other}" : "";

    /// <summary>The text members of an entry's detail.</summary>
    private readonly struct Detail(string json)
    {
        private readonly Dictionary<string, string> members = Read(json);

        public string? this[string name] => members.GetValueOrDefault(name);

        private static Dictionary<string, string> Read(string json)
        {
            var read = new Dictionary<string, string>(StringComparer.Ordinal);
            if (json.Length == 0) return read;
            using var document = JsonDocument.Parse(json);
            foreach (var member in document.RootElement.EnumerateObject()) read[member.Name] = member.Value.ToString();
            return read;
        }
    }
}
