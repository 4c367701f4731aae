using Nurture.Calls;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Escalations;
using Nurture.Scenarios;
using Nurture.Sends;

namespace Nurture.Simulation;

/// <summary>
/// The engine on states in memory and a clock of its own: what tests and previews run. It does what the slot worker does
/// against a database, through the same <see cref="Batch"/>, so what it shows is what production does.
/// </summary>
public sealed class Simulator(Catalog catalog, DateTimeOffset start)
{
    private readonly Dictionary<SubjectKey, (PackedState State, DateTimeOffset? DueAt)> states = [];
    private readonly Dictionary<(short Slot, long ContactId), Tombstone> tombstones = [];
    private readonly Dictionary<(short Slot, long ContactId), List<StoredEvent>> kept = [];
    private readonly Dictionary<long, (short Slot, int Hop)> routes = [];
    private readonly List<StoredEvent> queue = [];
    private readonly Dictionary<long, StoredEvent> log = [];
    private readonly List<JournalEntry> journal = [];
    private readonly List<SimulatedSend> sends = [];
    private readonly List<SimulatedCall> calls = [];
    private readonly List<Effect> carried = [];
    private readonly HashSet<long> suppressed = [];

    // Who waits at throttled sends, in the order of their coming, and when somebody's turn was.
    private readonly List<Effect.InLine> line = [];
    // Cases that were asked for, and those that a budget let through.
    private readonly HashSet<(long EnrollmentId, string Step, int Occurrence)> asked = [];
    private readonly List<(string Taker, string Type, DateTimeOffset At)> cases = [];
    // Who waits to know which of the tested subjects a mail leaves with, in the order of asking; how far each test has come; and what was clicked.
    private readonly List<(Effect.ArmAsked Asked, short Slot, DateTimeOffset At)> armsAsked = [];
    private readonly Dictionary<(string Scenario, int Version, string Step), SubjectTestState> subjectTests = [];
    private readonly HashSet<Guid> clicked = [];
    // When the last one was let in of those who wait to enter, by scenario.
    private readonly Dictionary<string, DateTimeOffset> given = [];
    private readonly List<(string Scenario, string Step, DateTimeOffset At)> turns = [];
    private readonly Dictionary<SubjectKey, List<long>> missed = [];
    private long lastId;

    public Catalog Catalog { get; set; } = catalog;

    public DateTimeOffset Now { get; private set; } = start.Truncate();

    public IReadOnlyList<JournalEntry> Journal => journal;

    /// <summary>In the order of their planning. A mail leaves at once here, unless it is cancelled in the very batch that planned it.</summary>
    public IReadOnlyList<SimulatedSend> Sends => sends;

    /// <summary>In the order of their planning. A call is answered by <see cref="Answer"/>, or not at all.</summary>
    public IReadOnlyList<SimulatedCall> Calls => calls;

    /// <summary>The endpoint answers a call, or fails it for good.</summary>
    public void Answer(SimulatedCall call, CallEnd end)
    {
        call.IsOver = true;
        var (draft, subject) = (call.Draft, call.Draft.Subject);
        Tell(new Signal.CallEnded(subject, draft.EnrollmentId, draft.Id, draft.Step, draft.Endpoint, end, Now),
            subject.Kind == SubjectKind.Contact ? subject.Id : 0, subject.Kind == SubjectKind.Account ? subject.Id : 0);
    }

    /// <summary>All that was asked for, in its order.</summary>
    public IReadOnlyList<Effect> Carried => carried;

    /// <summary>Subjects on which the engine stumbled, which a published scenario must never cause.</summary>
    public List<Poisoned> Poisoned { get; } = [];

    public IEnumerable<(SubjectKey Key, SubjectState State)> States => states.Select(pair => (pair.Key, Unpack(pair.Key, pair.Value.State)));

    /// <summary>How a signal about this contact is addressed now.</summary>
    public (short Slot, int Hop) RouteOf(long contactId) => routes.GetValueOrDefault(contactId, (Slots.OfContact(contactId), 0));

    public void Suppress(long contactId) => suppressed.Add(contactId);

    /// <summary>Makes a state what it would be if its past had been another one.</summary>
    internal void Change(SubjectKey key, Action<SubjectState> change)
    {
        var (packed, due) = states[key];
        var state = Unpack(key, packed);
        change(state);
        states[key] = (StateCodec.Pack(state), due);
    }

    /// <summary>Appends a signal as intake would: to the slot where its contact is known to be.</summary>
    public void Tell(Signal signal, long contactId = 0, long accountId = 0)
    {
        var (slot, hop) = contactId != 0 ? RouteOf(contactId) : (Slots.OfAccount(accountId), 0);
        if (signal is Signal.Hit { IsClick: true, IsMachine: false } hit) clicked.Add(hit.SendId);
        if (signal is Signal.Answered answered) clicked.Add(answered.SendId);
        Append(SignalCodec.Store(signal, slot, new StoredAbout(Now, Hop: hop)));
    }

    /// <summary>Appends a row addressed by the caller: for tests that shuffle arrivals.</summary>
    public void Append(StoredEvent row) => queue.Add(log[++lastId] = row with { Id = lastId });

    public IEnumerable<short> WaitingSlots => queue.Select(row => row.Slot).Distinct();

    /// <summary>Hears everything that was told, and what that led to.</summary>
    public void Drain()
    {
        do
        {
            while (queue.Count > 0)
            {
                var rows = queue.ToList();
                queue.Clear();
                Decide(rows, []);
            }

            Admit();
            AnswerArms();
        }
        while (queue.Count > 0);
    }

    /// <summary>Lets those through whose turn it is at throttled sends, and to enter, as the server does.</summary>
    private void Admit()
    {
        AdmitEntries();
        foreach (var one in AtSends().ToList())
        {
            if (one.OpenUntil <= Now || !StandsThere(one))
            {
                line.Remove(one);
                continue;
            }

            if (PaceOf(one) is { } pace)
            {
                if (TurnAt(one, pace) > Now) continue;
                turns.Add((one.Scenario, one.Step, Now));
            }

            Admit(one, Now + (PaceOf(one) is { } known ? Throttle.LeewayOf(known) : TimeSpan.FromHours(1)));
        }
    }

    /// <summary>While its scenario is paused nobody's turn comes.</summary>
    private IEnumerable<Effect.InLine> AtSends() => line.Where(one => one.Step.Length > 0 && Catalog.Live.GetValueOrDefault(one.Scenario) is not { IsPaused: true });

    private void Admit(Effect.InLine one, DateTimeOffset until)
    {
        line.Remove(one);
        var (slot, hop) = one.Subject.Kind == SubjectKind.Contact ? RouteOf(one.Subject.Id) : (one.Slot, 0);
        Append(SignalCodec.Store(new Signal.Admitted(one.Subject, one.EnrollmentId, one.Step, one.Occurrence, until, Now), slot, new StoredAbout(Now, Hop: hop)));
    }

    /// <summary>Of those that are asked for at one moment the more urgent go first.</summary>
    private void AnswerAsks(IEnumerable<Effect.CaseAsked> asks)
    {
        foreach (var ask in asks.OrderByDescending(one => Catalog.Escalations.PriorityOf(one.Type)).Where(one => asked.Add((one.EnrollmentId, one.Step, one.Occurrence))))
        {
            var (slot, hop) = ask.Subject.Kind == SubjectKind.Contact ? RouteOf(ask.Subject.Id) : (ask.Slot, 0);
            Append(SignalCodec.Store(new Signal.CaseAnswered(ask.Subject, ask.EnrollmentId, ask.Step, ask.Occurrence, IsWithinBudget(ask), Now), slot, new StoredAbout(Now, Hop: hop)));
        }
    }

    private bool IsWithinBudget(Effect.CaseAsked ask)
    {
        var type = Catalog.Escalations.Find(ask.Type);
        var isWithin = (type?.Budget is not { } own || CaseBudget.IsLeft(own, Now, cases.Where(one => one.Taker == ask.Taker && one.Type == ask.Type).Select(one => one.At)))
            && (Catalog.Escalations.Budget is not { } whole || CaseBudget.IsLeft(whole, Now, cases.Where(one => one.Taker == ask.Taker).Select(one => one.At)));
        if (isWithin) cases.Add((ask.Taker, ask.Type, Now));
        return isWithin;
    }

    /// <summary>Decides the tests of subjects whose time has come, and tells those who wait what their mails leave with.</summary>
    private void AnswerArms()
    {
        foreach (var key in subjectTests.Keys.Concat(armsAsked.Select(KeyOf)).Distinct().ToList())
        {
            if (TestOf(key) is not { } test) continue;
            var state = subjectTests.GetValueOrDefault(key, SubjectTestState.NotBegun);
            if (state is { Winner: null, DecideAt: { } decide } && decide <= Now) state = SubjectTests.Decided(test, state, ResultsOf(key), Now);
            var asked = armsAsked.FindAll(one => KeyOf(one) == key);
            if (state is { Winner: null, BeganAt: null } && asked.Exists(one => one.Asked.Arm is not null)) state = SubjectTests.Begun(test, Now);
            subjectTests[key] = state;
            foreach (var one in asked)
            {
                if (SubjectTests.Answer(test, state, one.Asked.Arm, one.At, Now) is not var (arm, ground)) continue;
                armsAsked.Remove(one);
                var (slot, hop) = one.Asked.Subject.Kind == SubjectKind.Contact ? RouteOf(one.Asked.Subject.Id) : (one.Slot, 0);
                Append(SignalCodec.Store(new Signal.ArmAnswered(one.Asked.Subject, one.Asked.EnrollmentId, one.Asked.Step, one.Asked.Occurrence, arm, ground, Now), slot, new StoredAbout(Now, Hop: hop)));
            }
        }
    }

    private static (string Scenario, int Version, string Step) KeyOf((Effect.ArmAsked Asked, short Slot, DateTimeOffset At) one) => (one.Asked.Scenario, one.Asked.Version, one.Asked.Step);

    private SubjectTest? TestOf((string Scenario, int Version, string Step) key) =>
        (Catalog.Versions.GetValueOrDefault((key.Scenario, key.Version))?.Program.Nodes.GetValueOrDefault(key.Step)?.Step as Step.Send)?.SubjectTest;

    private IReadOnlyList<ArmResult> ResultsOf((string Scenario, int Version, string Step) key) =>
        [.. sends.Where(send => send is { LeftAt: not null, Draft: { IsTested: true, IsCounted: true } } && (send.Draft.Scenario, send.Draft.Version, send.Draft.Step) == key)
            .GroupBy(send => send.Draft.Arm!).Select(group => new ArmResult(group.Key, group.Count(), group.Count(send => clicked.Contains(send.Draft.Id))))];

    /// <summary>When a test is decided, or somebody has waited for it long enough. One that could not be decided is asked again when somebody waits.</summary>
    private DateTimeOffset? NextArm()
    {
        DateTimeOffset? next = null;
        foreach (var (key, state) in subjectTests)
        {
            if (state.Winner is not null || TestOf(key) is not { } test) continue;
            if (SubjectTests.IsRunning(test, state)) Sooner(state.DecideAt!.Value);
            foreach (var one in armsAsked.Where(one => KeyOf(one) == key)) Sooner(SubjectTests.WaitsUntil(test, state, one.At));
        }

        return next;

        void Sooner(DateTimeOffset at)
        {
            if (at > Now && at < DateTimeOffset.MaxValue && !(next <= at)) next = at;
        }
    }

    private void AdmitEntries()
    {
        foreach (var (scenario, waiting) in Entering())
        {
            var (spread, hours, clock) = SpreadOf(scenario);
            var come = waiting.FindAll(one => one.CameAt <= Now);
            if (come.Count == 0) continue;
            var ofThem = LineOf(scenario, come);
            var due = ofThem.DueAt(Now, come.Count, spread, hours, clock);
            if (due == 0) continue;
            given[scenario] = ofThem.TurnOf(due - 1, spread, hours, clock);
            foreach (var one in come.Take(due)) Admit(one, Now);
        }
    }

    /// <summary>Who waits to enter by triggers that are spread, in the order of coming.</summary>
    private IEnumerable<(string Scenario, List<Effect.InLine> Waiting)> Entering() => line
        .Where(one => one.Step.Length == 0 && Catalog.Live.GetValueOrDefault(one.Scenario) is { IsPaused: false } live && live.Scenario.Trigger.Spread > TimeSpan.Zero)
        .GroupBy(one => one.Scenario).Select(group => (group.Key, group.OrderBy(one => one.CameAt).ToList())).ToList();

    private EntryLine LineOf(string scenario, List<Effect.InLine> come) => new(come.Count, come[0].CameAt, come[^1].CameAt, given.TryGetValue(scenario, out var last) ? last : null);

    private (TimeSpan Spread, AllowedHours? Hours, LocalClock Clock) SpreadOf(string scenario)
    {
        var its = Catalog.Live[scenario].Scenario;
        return (its.Trigger.Spread, Catalog.Policy.AllowedHours.GetValueOrDefault(its.Class), LocalClock.Of(Catalog.Policy));
    }

    private DateTimeOffset? NextEntry() => Entering().Select(group =>
    {
        var (spread, hours, clock) = SpreadOf(group.Scenario);
        var come = group.Waiting.FindAll(one => one.CameAt <= Now);
        return come.Count > 0 ? LineOf(group.Scenario, come).NextAt(Now, spread, hours, clock) : group.Waiting[0].CameAt;
    }).Select(at => (DateTimeOffset?)at).Min();

    /// <summary>Who stands elsewhere by now has left the line.</summary>
    private bool StandsThere(Effect.InLine one)
    {
        var key = new SubjectKey(one.Subject.Kind == SubjectKind.Contact ? RouteOf(one.Subject.Id).Slot : one.Slot, one.Subject);
        return states.TryGetValue(key, out var state) && Unpack(key, state.State).Enrollments.Exists(e => e.Id == one.EnrollmentId && e.Step == one.Step && e.Status == EnrollmentStatus.Live);
    }

    private DateTimeOffset TurnAt(Effect.InLine one, Pace pace)
    {
        var counting = turns.FindAll(turn => turn.Scenario == one.Scenario && turn.Step == one.Step && turn.At > Throttle.CountsSince(pace, Now));
        return counting.Count < pace.Count ? Now : Throttle.FreeAgain(pace, counting[^pace.Count].At);
    }

    private Pace? PaceOf(Effect.InLine one) =>
        (Catalog.Live.GetValueOrDefault(one.Scenario)?.Program.Nodes.GetValueOrDefault(one.Step)?.Step as Step.Send)?.Throttle;

    private DateTimeOffset? NextTurn() => AtSends().Where(one => PaceOf(one) is not null).Select(one => (DateTimeOffset?)TurnAt(one, PaceOf(one)!)).Append(NextEntry()).Append(NextArm()).Min();

    /// <summary>Hears the first waiting row of one slot, as if only that slot's worker had run; false where none waits.</summary>
    public bool DrainOne(short slot)
    {
        var i = queue.FindIndex(row => row.Slot == slot);
        if (i < 0) return false;
        var row = queue[i];
        queue.RemoveAt(i);
        Decide([row], []);
        return true;
    }

    /// <summary>Moves the clock, stopping at every due moment on the way.</summary>
    public void AdvanceTo(DateTimeOffset moment)
    {
        Drain();
        while (NextMoment() is { } due && due <= moment)
        {
            if (due > Now) Now = due;
            Decide([], [.. Awake.Where(pair => pair.Value.DueAt <= Now).Select(pair => pair.Key).OrderBy(key => key.Subject.Kind).ThenBy(key => key.Subject.Id)]);
            Drain();
        }

        if (moment > Now) Now = moment.Truncate();
    }

    /// <summary>Moves the clock too, and leaves what is due at the moment itself: an event exactly at a deadline is in time (SEMANTICS.md 25).</summary>
    public void AdvanceBefore(DateTimeOffset moment)
    {
        AdvanceTo(moment.Truncate().AddMilliseconds(-1));
        if (moment > Now) Now = moment.Truncate();
    }

    /// <summary>Moves the clock and looks at nothing: due moments wait for the next signal or <see cref="AdvanceTo"/>.</summary>
    public void AdvanceClock(DateTimeOffset moment)
    {
        if (moment > Now) Now = moment.Truncate();
    }

    private DateTimeOffset? NextMoment() => (NextDue(), NextTurn()) switch
    {
        (null, var turn) => turn,
        (var due, null) => due,
        ({ } due, { } turn) => due < turn ? due : turn,
    };

    public DateTimeOffset? NextDue() => Awake.Min(pair => pair.Value.DueAt);

    // Nothing is due for who is parked.
    private IEnumerable<KeyValuePair<SubjectKey, (PackedState State, DateTimeOffset? DueAt)>> Awake =>
        states.Where(pair => !Poisoned.Exists(poisoned => poisoned.Key == pair.Key));

    /// <summary>Takes a subject up again that the engine had stumbled on, with all that it missed.</summary>
    public void Resume(SubjectKey key)
    {
        Poisoned.RemoveAll(poisoned => poisoned.Key == key);
        missed.Remove(key, out var ids);
        Append(SignalCodec.Store(new Signal.Resumed(key.Subject, ids ?? [], [], Now), key.Slot, new StoredAbout(Now)));
        Drain();
    }

    private void Decide(IReadOnlyList<StoredEvent> rows, IReadOnlyList<SubjectKey> due)
    {
        var batch = new Batch(rows, due, Catalog, Now);
        foreach (var row in batch.RowsWithHistory) batch.AddHistory(row.Id, HistoryOf(row));
        while (batch.Outcome is null)
        {
            foreach (var (subject, asked) in batch.NeedsPasts) batch.AddPast(subject, asked with { Events = PastOf(subject.Subject, asked) });
            batch.Add(batch.Needs.Select(Load).ToList());
        }

        Save(batch.Outcome!);
    }

    private IReadOnlyList<StoredEvent> HistoryOf(StoredEvent row) => SignalCodec.Read(row) switch
    {
        Signal.Resumed resumed => [.. resumed.EventIds.Select(id => log[id])],
        Signal.Prepared prepared => [.. HeardOf(prepared.Subject).Where(past => past.Id < row.Id)],
        _ => [],
    };

    private IReadOnlyList<StoredEvent> PastOf(SubjectRef subject, Past asked) =>
        [.. HeardOf(subject).Where(past => past.OccurredAt >= asked.Since && asked.Names.Contains(past.Name)).OrderBy(past => past.OccurredAt).ThenBy(past => past.Id)];

    /// <summary>What a subject did as the log has it: under all the names that a person had, and of an account what its people did for no other one.</summary>
    private IEnumerable<StoredEvent> HeardOf(SubjectRef subject)
    {
        var account = subject.Kind == SubjectKind.Account && states.TryGetValue(new SubjectKey(Slots.OfAccount(subject.Id), subject), out var state) ? StateCodec.UnpackAccount(state.State.Doc, state.State.Rest) : null;
        HashSet<long> people = subject.Kind == SubjectKind.Contact ? [subject.Id] : account is null ? [] : [.. account.Members.Keys];
        while (tombstones.Where(gone => gone.Value.ToContactId != gone.Key.ContactId && people.Contains(gone.Value.ToContactId)).Select(gone => gone.Key.ContactId).Except(people).ToList() is { Count: > 0 } merged) people.UnionWith(merged);
        return log.Values.Where(past => past.Kind == SignalKind.Occurred && !SignalCodec.IsSentOn(past)
            && (subject.Kind == SubjectKind.Contact ? people.Contains(past.ContactId) : past.AccountId == subject.Id || account?.Is(past.AccountId) == true || (past.AccountId == 0 && people.Contains(past.ContactId))));
    }

    private LoadedSubject Load(SubjectKey key)
    {
        var isContact = key.Subject.Kind == SubjectKind.Contact;
        var at = (key.Slot, isContact ? key.Subject.Id : -1);
        return new LoadedSubject(
            key,
            states.TryGetValue(key, out var state) ? state.State : null,
            state.DueAt,
            0,
            tombstones.GetValueOrDefault(at),
            kept.TryGetValue(at, out var rows) ? rows : [],
            Poisoned.Exists(poisoned => poisoned.Key == key),
            isContact && suppressed.Contains(key.Subject.Id));
    }

    private void Save(Decided decided)
    {
        foreach (var (key, state) in decided.Set.Changed) states[key] = (StateCodec.Pack(state), state.DueAt);
        foreach (var key in decided.Set.Removed) states.Remove(key);
        foreach (var (slot, contactId, tombstone) in decided.Set.ChangedTombstones)
        {
            if (tombstone is null) tombstones.Remove((slot, contactId));
            else tombstones[(slot, contactId)] = tombstone;
        }

        foreach (var (slot, contactId, rows) in decided.Set.Kept) kept[(slot, contactId)] = [.. rows];
        foreach (var poisoned in decided.Poisoned)
        {
            if (!Poisoned.Exists(known => known.Key == poisoned.Key)) Poisoned.Add(poisoned);
            if (states.TryGetValue(poisoned.Key, out var parked)) states[poisoned.Key] = (parked.State, null);
        }

        foreach (var (key, row) in decided.Set.Missed)
        {
            if (!missed.TryGetValue(key, out var ids)) missed[key] = ids = [];
            ids.Add(row.Id);
        }

        var planned = new List<SimulatedSend>();
        foreach (var effect in decided.Effects) Carry(effect, planned);
        AnswerAsks(decided.Effects.OfType<Effect.CaseAsked>());
        foreach (var send in planned.Where(send => !send.IsCancelled)) send.LeftAt = Now;
    }

    private void Carry(Effect effect, List<SimulatedSend> planned)
    {
        carried.Add(effect);
        switch (effect)
        {
            case Effect.Journal said: journal.Add(said.Entry); break;
            case Effect.Append append: Append(append.Event with { ReceivedAt = Now }); break;
            case Effect.PlanSend plan when !sends.Exists(send => send.Draft.Id == plan.Draft.Id):
                var send = new SimulatedSend(plan.Draft);
                sends.Add(send);
                planned.Add(send);
                break;
            case Effect.CancelSends cancel:
                calls.RemoveAll(call => call.Draft.EnrollmentId == cancel.EnrollmentId && !call.IsOver && call.At == Now);
                foreach (var withdrawn in planned.Where(p => p.Draft.EnrollmentId == cancel.EnrollmentId && !p.IsCancelled))
                {
                    withdrawn.IsCancelled = true;
                    if (withdrawn.Draft.IsCounted) Append(SignalCodec.Store(withdrawn.Draft.Ended(Reason.Cancelled, Now), effect.Slot, new StoredAbout(Now, Correlation: withdrawn.Draft.Correlation)));
                }

                break;
            case Effect.PlanCall call when !calls.Exists(known => known.Draft.Id == call.Draft.Id): calls.Add(new SimulatedCall(call.Draft, Now)); break;
            case Effect.Forget forget:
                var (home, hop) = routes.GetValueOrDefault(forget.ContactId, (effect.Slot, 0));
                Append(SignalCodec.Store(new Signal.Erased(forget.ContactId, Now), home, new StoredAbout(Now, Hop: hop)));
                break;
            case Effect.Moved moved: routes[moved.ContactId] = (moved.ToSlot, moved.Hop); break;
            case Effect.InLine asked:
                // Who comes again keeps the old place in line.
                var place = line.FindIndex(one => one.EnrollmentId == asked.EnrollmentId && one.Step == asked.Step && one.Occurrence == asked.Occurrence);
                if (place < 0) line.Add(asked);
                else line[place] = asked with { CameAt = line[place].CameAt };
                break;
            case Effect.ArmAsked asked:
                var since = armsAsked.FindIndex(one => one.Asked.EnrollmentId == asked.EnrollmentId && one.Asked.Step == asked.Step && one.Asked.Occurrence == asked.Occurrence);
                if (since < 0) armsAsked.Add((asked, effect.Slot, Now));
                else armsAsked[since] = (asked, effect.Slot, armsAsked[since].At);
                break;
            case Effect.LeftLine left: line.RemoveAll(one => one.Step.Length == 0 && one.EnrollmentId == left.PlaceId); break;
            case Effect.PlanCall or Effect.PlanSend or Effect.Positioned or Effect.MembershipAdded or Effect.CaseAsked: break;
            case Effect.HealthNoted or Effect.EscalationOpened or Effect.EscalationChanged or Effect.EscalationMerged or Effect.EscalationNoted or Effect.TaskOpened or Effect.HoldsChanged or Effect.AccountMerged or Effect.ColleaguesTold or Effect.ApprovalAsked or Effect.ApprovalEnded or Effect.OwnerChanged: break;
            default: throw new InvalidOperationException($"The simulator does not carry {effect.GetType().Name}.");
        }
    }

    private static SubjectState Unpack(SubjectKey key, PackedState packed) => key.Subject.Kind == SubjectKind.Contact
        ? StateCodec.UnpackContact(packed.Doc, packed.Rest)
        : StateCodec.UnpackAccount(packed.Doc, packed.Rest);
}

/// <summary>A call that the simulator planned.</summary>
public sealed class SimulatedCall(CallDraft draft, DateTimeOffset at)
{
    public CallDraft Draft { get; } = draft;

    public DateTimeOffset At { get; } = at;

    public bool IsOver { get; set; }
}

/// <summary>A mail that the simulator planned.</summary>
public sealed class SimulatedSend(SendDraft draft)
{
    public SendDraft Draft { get; } = draft;

    public DateTimeOffset? LeftAt { get; set; }

    public bool IsCancelled { get; set; }
}
