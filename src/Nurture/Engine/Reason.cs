namespace Nurture.Engine;

/// <summary>
/// Why something was decided: the closed list behind every journal entry. Codes are shown and stored by name in
/// snake_case (<see cref="Reasons"/>); numbers are stored and never reused.
/// </summary>
public enum Reason : short
{
    // Entering.
    Entered = 1,
    AlreadyEnrolled = 2,
    ReentryOnce = 3,
    ReentryTooSoon = 4,
    AudienceFalse = 5,
    AudienceUnknown = 6,
    GoalAlreadyReached = 7,
    ExitAlreadyTrue = 8,
    Late = 9,
    ScenarioPaused = 10,
    NoAccount = 11,
    NobodyMatches = 12,
    ColleagueEnrolled = 13,
    ContactLeft = 14,
    Restarted = 15,
    Refreshed = 16,
    KeyMissing = 17,
    Imported = 18,
    WaitingToSettle = 19,
    EntryDelayed = 20,

    // Inside.
    StepReached = 30,
    AlreadyTrue = 31,
    Heard = 32,
    TimedOut = 33,
    WaitOver = 34,
    BranchTaken = 35,
    NoBranchTaken = 36,
    AttributeSet = 37,
    Released = 38,
    Waiting = 39,
    SplitTaken = 40,
    RepeatBegun = 41,
    RepeatOver = 42,
    OwnerAssigned = 43,
    NoOwnerFound = 44,
    TopicTaken = 45,
    Enlisted = 46,
    StruckOut = 47,
    OtherStarted = 48,
    OtherNotStarted = 49,

    // A send that did not leave, or not yet.
    Suppressed = 50,
    NoConsent = 51,
    Unsubscribed = 52,
    TopicRefused = 53,
    NoAddress = 54,
    CapReached = 55,
    QuietHours = 56,
    HeldOut = 57,
    ConditionFalse = 58,
    NoRecipient = 59,
    Expired = 60,
    Paused = 61,
    SendingStopped = 62,
    NotAllowListed = 63,
    Cancelled = 64,
    RenderFailed = 65,
    Refused = 66,
    Uncertain = 67,
    Internal = 68,
    CaseTaken = 69,
    CaseClosed = 70,
    CaseMailsOff = 71,
    LinkOver = 72,
    ColleagueLeft = 73,
    MomentGone = 74,
    StreamBusy = 75,
    AlreadySent = 76,
    NoContract = 77,

    // Ending.
    GoalReached = 80,
    GoalMissed = 81,
    ExitTrue = 82,
    AudienceLost = 83,
    Completed = 84,
    Ended = 85,
    Merged = 86,
    Erased = 87,
    Stopped = 88,
    StoppedBy = 89,
    Churned = 90,
    OthersStopped = 91,
    WaitSkipped = 92,
    MovedByHand = 93,

    // What happened to the subject.
    ContactMerged = 100,
    AccountJoined = 101,
    MembershipAdded = 102,
    MovedSlot = 103,
    Hit = 104,
    Bounced = 105,
    LateEvent = 106,
    Parked = 107,
    Resumed = 108,
    Prepared = 109,
    AccountMerged = 110,

    // Health and the humans who look after an account.
    BandChanged = 120,
    EscalationOpened = 121,
    EscalationJoined = 122,
    EscalationNotOpened = 123,
    EscalationClosed = 124,
    OutcomeHeard = 125,
    OnHold = 126,
    HoldStarted = 127,
    HoldEnded = 128,
    TaskOpened = 129,

    // What others outside are told.
    CallPlanned = 160,
    CallAnswered = 161,
    CallFailed = 162,
    ColleagueNotified = 163,
    NobodyToNotify = 164,
    // Answers.
    Answered = 140,
    AnswerChanged = 141,
    TaskDone = 142,
    ApprovalAsked = 143,
    Approved = 144,
    NotApproved = 145,
    ApprovalOver = 146,
    OwnerChanged = 147,

    // Sessions.
    SessionCancelled = 170,

    // Working on many at once, and what protects from too much.
    TriggerNotTrue = 180,
    SourceSilent = 181,
    Throttled = 182,
    SubjectTested = 183,

    // Ours, and not a customer's.
    InternalContact = 190,

    // What came back.
    Replied = 191,
    AnsweredByMachine = 192,
}

public static class Reasons
{
    private static readonly Dictionary<Reason, string> Codes = Enum.GetValues<Reason>().ToDictionary(reason => reason, reason =>
        string.Concat(reason.ToString().Select((c, i) => char.IsUpper(c) ? (i == 0 ? "" : "_") + char.ToLowerInvariant(c) : c.ToString())));

    private static readonly Dictionary<string, Reason> ByCode = Codes.ToDictionary(pair => pair.Value, pair => pair.Key);

    /// <summary><c>goal_already_reached</c>.</summary>
    public static string Code(this Reason reason) => Codes[reason];

    public static bool TryParse(string code, out Reason reason) => ByCode.TryGetValue(code, out reason);

    public static IEnumerable<string> All => ByCode.Keys;
}
