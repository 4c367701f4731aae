using Nurture.Calls;
using Nurture.Contacts;
using Nurture.Escalations;
using Nurture.Sessions;

namespace Nurture.Engine;

/// <summary>
/// What the engine is told. Everything that changes a state is one of these, in the event log or a due moment. The kinds'
/// numbers are stored with the events (<see cref="SignalKind"/>).
/// </summary>
public abstract record Signal
{
    private Signal() { }

    /// <summary>A contact or an account did something: track, page, screen, or a product fact.</summary>
    /// <param name="CountsOnly">History or import: updates state, starts nothing (SEMANTICS.md 20).</param>
    public sealed record Occurred(OccurredEvent Event, bool CountsOnly = false) : Signal
    {
        /// <summary>Somebody of another account did it for the account that it names, which is told without them.</summary>
        public bool IsOfStranger { get; init; }
    }

    /// <summary>Attributes of a contact were said. Values are typed by the tracking plan already; null clears.</summary>
    public sealed record Described(
        long ContactId, IReadOnlyDictionary<string, AttributeValue> Attributes, DateTimeOffset At, bool IsKnown, ConsentBasis Basis, bool CountsOnly = false) : Signal;

    /// <summary>Attributes of an account were said.</summary>
    public sealed record AccountDescribed(
        long AccountId, IReadOnlyDictionary<string, AttributeValue> Attributes, DateTimeOffset At, bool CountsOnly = false) : Signal;

    /// <summary>
    /// A contact belongs to an account, with roles. The first account becomes the primary one; account 0 is the primary
    /// one, whichever that is or will be.
    /// </summary>
    public sealed record Grouped(long ContactId, long AccountId, short AccountSlot, IReadOnlyList<string> Roles, DateTimeOffset At, bool CountsOnly = false) : Signal;

    /// <summary>The contact is another one too: its state goes there. Intake has pointed its identities there already.</summary>
    /// <param name="TargetHop">How often the other one had moved when its slot was looked up.</param>
    public sealed record MergedInto(long ContactId, long TargetId, short TargetSlot, int TargetHop, DateTimeOffset At) : Signal;

    /// <summary>The state of a contact that moved here from another slot.</summary>
    public sealed record Adopted(long ContactId, int Hop, ReadOnlyMemory<byte> State) : Signal;

    /// <summary>The state of a contact that turned out to be this one.</summary>
    public sealed record Absorbed(long ContactId, long FromId, ReadOnlyMemory<byte> State) : Signal;

    /// <summary>The account is another one too: it and its people go there.</summary>
    public sealed record AccountMergedInto(long AccountId, long TargetId, short TargetSlot, DateTimeOffset At) : Signal;

    /// <summary>The state of an account that turned out to be this one. Its people follow, each by themselves.</summary>
    public sealed record AccountAbsorbed(long AccountId, long FromId, ReadOnlyMemory<byte> State) : Signal;

    /// <summary>All people of an account that turned out to be this one are here.</summary>
    public sealed record AccountGathered(long AccountId) : Signal;

    /// <summary>A send did not simply leave: skipped at the claim, failed, expired, uncertain, bounced.</summary>
    /// <remarks>Withdrawn by the engine itself it is only told where it counted, with <see cref="Reason.Cancelled"/>.</remarks>
    public sealed record SendEnded(SubjectRef Subject, long EnrollmentId, Guid SendId, string Step, long RecipientId, Reason Reason, DateTimeOffset At) : Signal
    {
        /// <summary>When it was planned, where it counted for caps and surely did not leave, so that the cap is returned; else null.</summary>
        public DateTimeOffset? CountedAt { get; init; }

        /// <summary>What came back, where something did: the passage may be over by then.</summary>
        public Bounce? Bounce { get; init; }
    }

    /// <summary>A mail was opened or a link in it followed, by a person or a machine.</summary>
    /// <param name="IsMachine">Surely no person: a HEAD request, a prefetch. Recorded, and moves nothing.</param>
    public sealed record Hit(SubjectRef Subject, long EnrollmentId, Guid SendId, string Step, long RecipientId, bool IsClick, DateTimeOffset At, bool IsMachine = false) : Signal;

    /// <summary>A question in a mail was answered, and confirmed on the page behind its links.</summary>
    /// <param name="IsScore">Of a scale: the answer is a number.</param>
    /// <param name="Sets">The attribute that the answer is written to, <c>contact.plan</c>; empty for none.</param>
    /// <param name="Comment">In the person's own words; empty for none.</param>
    public sealed record Answered(
        SubjectRef Subject, long EnrollmentId, Guid SendId, string Scenario, string Step, string Template, long RecipientId, string Answer, bool IsScore, string Sets, string Comment, DateTimeOffset At) : Signal;

    /// <summary>The person refuses a topic, or <c>*</c>; or takes the refusal back.</summary>
    public sealed record Refused(long ContactId, string Topic, bool IsRefused, DateTimeOffset At) : Signal;

    /// <summary>Somebody of ours records on what ground the person may be mailed, whatever it was before. The way back is <see cref="Refused"/>.</summary>
    public sealed record ConsentSaid(long ContactId, ConsentBasis Basis, DateTimeOffset At) : Signal;

    /// <summary>The person answered a mail with one of their own, or their mailbox did by itself.</summary>
    /// <param name="IsAutomatic">An absence note or the like: recorded, and moves nothing (SEMANTICS.md 41).</param>
    /// <param name="Scenario">Whose mail was answered; empty where nobody knows, as <paramref name="Step"/> and <paramref name="Template"/>.</param>
    public sealed record Replied(long ContactId, bool IsAutomatic, string Scenario, string Step, string Template, DateTimeOffset At) : Signal;

    /// <summary>The contact is forgotten: everything ends, the state goes.</summary>
    public sealed record Erased(long ContactId, DateTimeOffset At) : Signal;

    /// <summary>The contact works there no more (SEMANTICS.md 10).</summary>
    public sealed record Left(long ContactId, DateTimeOffset At) : Signal;

    /// <summary>A person or program asks to enroll a subject by hand.</summary>
    public sealed record EnrollRequested(SubjectRef Subject, string Scenario, bool IsForced, string By, string Because, DateTimeOffset At) : Signal
    {
        /// <summary>The scenario whose step asks; empty for a person or program.</summary>
        public string ByScenario { get; init; } = "";

        /// <summary>What is read as <c>trigger.…</c>: UTF-8 JSON, an object; empty for nothing.</summary>
        public ReadOnlyMemory<byte> Values { get; init; }
    }

    /// <summary>A moment of a scenario's schedule came, and this subject is asked.</summary>
    /// <param name="Moment">The scheduled one; <paramref name="At"/> is when the walk over all subjects came to this one.</param>
    public sealed record Scheduled(SubjectRef Subject, string Scenario, DateTimeOffset Moment, DateTimeOffset At) : Signal;

    /// <summary>One of many whom somebody of ours starts at once (SEMANTICS.md 12, 20).</summary>
    /// <param name="IsBackfill">Because what starts the scenario is true of the subject already; asked again now.</param>
    /// <param name="Since">When that began: asked twice, somebody enters once.</param>
    public sealed record StartAsked(SubjectRef Subject, string Scenario, bool IsBackfill, bool IsForced, string By, string Because, DateTimeOffset Since, DateTimeOffset At) : Signal;

    /// <summary>The subject's turn has come at a throttled send, or to enter.</summary>
    /// <param name="EnrollmentId">Of who waits to enter, the id of the place in line; <paramref name="Step"/> is empty then.</param>
    /// <param name="Occurrence">The iteration of a repeat in which it stands there.</param>
    /// <param name="Until">What has not left by then asks anew.</param>
    public sealed record Admitted(SubjectRef Subject, long EnrollmentId, string Step, int Occurrence, DateTimeOffset Until, DateTimeOffset At) : Signal;

    /// <summary>Whether the budget lets the case be opened that a step asks for.</summary>
    /// <param name="Occurrence">The iteration of a repeat in which the passage stands there.</param>
    public sealed record CaseAnswered(SubjectRef Subject, long EnrollmentId, string Step, int Occurrence, bool IsWithinBudget, DateTimeOffset At) : Signal;

    /// <summary>Which of the tested subjects the mail of a step leaves with.</summary>
    /// <param name="Occurrence">The iteration of a repeat in which the passage stands there.</param>
    public sealed record ArmAnswered(SubjectRef Subject, long EnrollmentId, string Step, int Occurrence, string Arm, ArmGround Ground, DateTimeOffset At) : Signal;

    /// <summary>An enrollment is taken out by hand.</summary>
    public sealed record StopRequested(SubjectRef Subject, long EnrollmentId, string By, DateTimeOffset At) : Signal
    {
        /// <summary>Why, of a human; empty where nobody said.</summary>
        public string Because { get; init; } = "";

        /// <summary>All passages through this scenario instead of the one enrollment; empty for that one.</summary>
        public string Scenario { get; init; } = "";

        /// <summary>The scenario whose step asks.</summary>
        public string ByScenario { get; init; } = "";
    }

    /// <summary>Somebody of ours does something to one enrollment by hand.</summary>
    /// <param name="Step">Where to, when moving; empty otherwise.</param>
    public sealed record EnrollmentWorked(SubjectRef Subject, long EnrollmentId, EnrollmentAct Act, string Step, string By, string Because, DateTimeOffset At) : Signal
    {
        /// <summary>Only where it still stands on this step; wherever it stands where empty.</summary>
        public string OnStep { get; init; } = "";
    }

    /// <summary>
    /// A version is being prepared or the catalog changed for this subject: fill its new criteria from history, remember
    /// what its triggers on state are now without firing them, and look at sends that wait.
    /// </summary>
    public sealed record Prepared(SubjectRef Subject, IReadOnlyList<long> Criteria, IReadOnlyList<OccurredEvent> History, DateTimeOffset At) : Signal;

    /// <summary>A parked subject is taken up again: what it missed, for it alone.</summary>
    public sealed record Resumed(SubjectRef Subject, IReadOnlyList<long> EventIds, IReadOnlyList<StoredEvent> Missed, DateTimeOffset At) : Signal;

    /// <summary>A webhook's call is over.</summary>
    public sealed record CallEnded(SubjectRef Subject, long EnrollmentId, Guid CallId, string Step, string Endpoint, CallEnd End, DateTimeOffset At) : Signal;

    /// <summary>A human worked on an account's case.</summary>
    /// <param name="By">The address of the user.</param>
    /// <param name="Text">A note, the reason of a snooze; empty where there is none.</param>
    /// <param name="Outcome">When closing.</param>
    /// <param name="Assignee">When assigning; empty gives it back to its queue.</param>
    /// <param name="Until">When snoozing.</param>
    /// <param name="ContactId">Who is written to, when replying: <paramref name="Text"/> is the mail then.</param>
    /// <param name="Subject">The mail's.</param>
    public sealed record EscalationWorked(
        long AccountId, long EscalationId, EscalationAct Act, string By, string Text, string Outcome, string Assignee, DateTimeOffset? Until, DateTimeOffset At, long ContactId = 0, string Subject = "") : Signal;

    /// <summary>A human did a task; told to whoever waits for it, wherever they live by now.</summary>
    /// <param name="Subject">Whose passage the task is of.</param>
    public sealed record TaskDone(SubjectRef Subject, long TaskId, string Outcome, string By, DateTimeOffset At) : Signal;

    /// <summary>A human approved a mail, perhaps with words of their own, or declined it.</summary>
    /// <param name="Subject">Whose passage it is of.</param>
    /// <param name="MailSubject">The human's own; empty to leave it as it is, as <paramref name="Text"/>.</param>
    public sealed record ApprovalGiven(SubjectRef Subject, long RecipientId, long ApprovalId, bool IsApproved, string MailSubject, string Text, string By, DateTimeOffset At) : Signal;

    /// <summary>A human holds the account's mails back until a moment.</summary>
    public sealed record HoldRequested(long AccountId, DateTimeOffset Until, string Because, string By, DateTimeOffset At) : Signal;

    /// <summary>A human lets the account's mails go again, or those of a person who has none, whoever held them.</summary>
    public sealed record HoldReleased(long AccountId, string By, DateTimeOffset At) : Signal
    {
        /// <summary>The person; 0 where it is an account.</summary>
        public long ContactId { get; init; }
    }

    /// <summary>A session is otherwise than it was; whom it concerns takes note, once a version.</summary>
    public sealed record SessionChanged(long ContactId, string Session, int Version, SessionNews News, DateTimeOffset At) : Signal;
}

/// <summary>The numbers are stored.</summary>
public enum EnrollmentAct : byte
{
    /// <summary>What it waits for is not waited for any longer.</summary>
    SkipWait = 1,

    /// <summary>On to a step of its version. A mail that it has sent is not sent again.</summary>
    Move = 2,

    /// <summary>Ends, and a new passage begins with the same trigger, whatever re-entry says.</summary>
    StartAgain = 3,
}

/// <summary>The numbers are stored with every event.</summary>
public enum SignalKind : short
{
    Occurred = 1,
    Described = 2,
    AccountDescribed = 3,
    Grouped = 4,
    MergedInto = 5,
    Adopted = 6,
    Absorbed = 7,
    SendEnded = 8,
    Hit = 9,
    Refused = 10,
    Erased = 11,
    Left = 12,
    EnrollRequested = 13,
    StopRequested = 14,
    Prepared = 15,
    Resumed = 16,
    AccountMergedInto = 17,
    AccountAbsorbed = 18,
    AccountGathered = 19,
    EscalationWorked = 20,
    HoldRequested = 21,
    HoldReleased = 22,
    ConsentSaid = 30,
    Scheduled = 40,
    EnrollmentWorked = 41,
    CallEnded = 62,
    Answered = 50,
    TaskDone = 51,
    ApprovalGiven = 52,
    SessionChanged = 64,
    StartAsked = 110,
    Admitted = 111,
    CaseAnswered = 112,
    ArmAnswered = 113,
    Replied = 190,
}

/// <summary>A mail that the other side gave back.</summary>
/// <param name="IsHard">There is no such address; else its mailbox takes nothing at present.</param>
public sealed record Bounce(string Scenario, string Template, bool IsHard);
