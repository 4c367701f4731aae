using Nurture.Conditions;
using Nurture.Contacts;
using Nurture.Scenarios;
using Nurture.Sessions;

namespace Nurture.Engine;

/// <summary>Who enters which scenario, and why not (SEMANTICS.md 12 to 22).</summary>
internal sealed partial class Advance
{
    // What is said at once is settled at once; a sign-up whose identify and group are still under way gets longer.
    private static readonly TimeSpan ShortSettle = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongSettle = TimeSpan.FromMinutes(5);

    // So often a delayed entry asks whether its scenario is still paused.
    private static readonly TimeSpan PausedLook = TimeSpan.FromHours(1);

    /// <param name="isOfStranger">Whoever did it belongs to another account, and enters there.</param>
    private void Trigger(OccurredEvent happened, ContactState? contact, AccountState? account, DateTimeOffset at, bool isOfStranger = false)
    {
        if (!catalog.Index.ByTriggerEvent.TryGetValue(happened.Name, out var scenarios)) return;
        foreach (var published in scenarios)
        {
            var trigger = (Scenarios.Trigger.Event)published.Scenario.Trigger;
            var asked = IsMeant(trigger, happened, contact, account, at, isSettling: trigger.Settle != TimeSpan.Zero);
            if (asked == Truth.Unknown && contact is not null) Pend(contact, published, trigger, happened, at);
            if (asked != Truth.True || isOfStranger && published.Scenario.Subject == SubjectKind.Contact) continue;
            foreach (var (subject, isWaiting) in Subjects(published, trigger, happened, contact, account, at))
            {
                var isOther = !ReferenceEquals(subject, contact) && !ReferenceEquals(subject, account);
                if (isOther) CatchUp(subject, at, isInclusive: false);
                if (isWaiting) Pend((ContactState)subject, published, trigger, happened, at);
                else Begin(subject, published, happened, at, trigger.Late, trigger.Settle);
                if (isOther) Rest(subject, at);
            }
        }
    }

    /// <param name="isSettling">Whether an address and an account may still come.</param>
    private Truth IsMeant(Scenarios.Trigger.Event trigger, OccurredEvent happened, ContactState? contact, AccountState? account, DateTimeOffset at, bool isSettling) =>
        trigger.Where?.Evaluate(new ConditionContext { Catalog = catalog, At = at, Contact = contact, Account = account, Trigger = happened, Event = happened, IsSettling = isSettling }) ?? Truth.True;

    /// <summary>Whom the event enrolls; a contact that has no account yet waits for one in an account scenario.</summary>
    private IEnumerable<(SubjectState Subject, bool IsWaiting)> Subjects(
        PublishedScenario published, Scenarios.Trigger trigger, OccurredEvent? happened, ContactState? contact, AccountState? account, DateTimeOffset at)
    {
        if (published.Scenario.Subject == SubjectKind.Account)
        {
            if (account is not null) return [(account, false)];
            if (contact is not null && AccountOf(contact)?.LeavesOut(contact.Id) == true) Note(contact.Ref, published.Scenario.Name, published.Scenario.Version, 0, "", Reason.InternalContact, at, 0, "");
            return contact is not null && happened?.AccountId == 0 ? [(contact, true)] : [];
        }

        if (contact is not null) return [(contact, false)];
        if (account is null) return [];
        var people = trigger.ForRole is { } rule
            ? Recipients.Choose(rule, account, new Enrollment { Id = 0, Scenario = "", Version = 0, Trigger = happened })
            : [];
        if (people.Count == 0) Note(account.Ref, published.Scenario.Name, published.Scenario.Version, 0, "", Reason.NobodyMatches, at, 0, "");
        return people.Select(id => set.Contact(slot, id)).OfType<ContactState>().Select(person => ((SubjectState)person, false));
    }

    private void Pend(ContactState contact, PublishedScenario published, Scenarios.Trigger.Event trigger, OccurredEvent happened, DateTimeOffset at)
    {
        var scenario = published.Scenario;
        if (IsPending(contact, scenario, happened, isDelayed: false)) return;
        contact.PendingEntries.Add(new PendingEntry(scenario.Name, happened, at + (trigger.Settle ?? SettleOf(contact))));
        Note(contact.Ref, scenario.Name, scenario.Version, 0, "", Reason.WaitingToSettle, at, 0, "");
    }

    /// <summary>Whether an entry of the same key waits already.</summary>
    private bool IsPending(SubjectState subject, Scenario scenario, OccurredEvent? trigger, bool isDelayed) => WaitingOf(subject, scenario, trigger, isDelayed) is not null;

    private PendingEntry? WaitingOf(SubjectState subject, Scenario scenario, OccurredEvent? trigger, bool isDelayed) =>
        subject.PendingEntries.Find(entry => entry.Scenario == scenario.Name && entry.IsDelayed == isDelayed && KeyOf(scenario, subject, entry.Trigger) == KeyOf(scenario, subject, trigger));

    private static TimeSpan SettleOf(SubjectState subject) =>
        subject is ContactState contact && (!contact.IsKnown || contact.AccountId == 0 || contact.Email is null) ? LongSettle : ShortSettle;

    /// <summary>Enters now, or after the trigger's delay, or when its turn has come in a spread.</summary>
    private void Begin(SubjectState subject, PublishedScenario published, OccurredEvent? happened, DateTimeOffset at, TimeSpan late, TimeSpan? settle = null, bool isBehind = false)
    {
        var (scenario, trigger) = (published.Scenario, published.Scenario.Trigger);
        if (trigger.Delay == default && trigger.Spread == default)
        {
            TryEnter(subject, published, happened, at, late, settle, isBehind: isBehind);
            return;
        }

        var waiting = WaitingOf(subject, scenario, happened, isDelayed: true);
        var refusal = published.IsPaused ? Reason.ScenarioPaused
            : now - at > late ? Reason.Late
            : waiting is not null && (scenario.WhileLive == WhileLive.Ignore || happened?.OccurredAt < waiting.Trigger?.OccurredAt) ? Reason.AlreadyEnrolled
            : (Reason?)null;
        if (refusal is not null)
        {
            Note(subject.Ref, scenario.Name, scenario.Version, 0, "", refusal.Value, at, happened?.ContactId ?? 0, "");
            return;
        }

        // As of a passage that has begun: a delay begins again, a place in line stays.
        if (waiting is not null && (scenario.WhileLive == WhileLive.Refresh || trigger.Delay == default))
        {
            subject.PendingEntries[subject.PendingEntries.IndexOf(waiting)] = waiting with { Trigger = happened };
            Note(subject.Ref, scenario.Name, scenario.Version, 0, "", Reason.Refreshed, at, happened?.ContactId ?? 0, Detail(("waits", "true")));
            return;
        }

        if (waiting is not null) Unqueue(subject, waiting);
        var entry = Queue(subject, scenario, new PendingEntry(scenario.Name, happened, default, IsDelayed: true, isBehind), at + trigger.Delay);
        Note(subject.Ref, scenario.Name, scenario.Version, 0, "", Reason.EntryDelayed, at, happened?.ContactId ?? 0,
            Detail((trigger.Spread > TimeSpan.Zero ? "latest" : "until", entry.Until.ToString("O", System.Globalization.CultureInfo.InvariantCulture))));
    }

    /// <summary>Puts an entry among those who wait; where the trigger is spread it gets a turn in the order of coming, and at the latest enters without.</summary>
    /// <param name="cameAt">Not before then.</param>
    private PendingEntry Queue(SubjectState subject, Scenario scenario, PendingEntry entry, DateTimeOffset cameAt)
    {
        cameAt = Instants.FromMilliseconds(cameAt.ToMilliseconds());
        var until = EntryLine.LatestOf(cameAt, scenario.Trigger.Spread, catalog.Policy.AllowedHours.GetValueOrDefault(scenario.Class), LocalClock.Of(catalog.Policy));
        entry = entry with { Until = Instants.FromMilliseconds(until.ToMilliseconds()), Place = Draws.PlaceId(subject.Ref, scenario.Name, KeyOf(scenario, subject, entry.Trigger), cameAt) };
        subject.PendingEntries.Add(entry);
        Do(new Effect.InLine(subject.Ref, entry.Place, scenario.Name, scenario.Version, "", 0, DateTimeOffset.MaxValue, cameAt));
        return entry;
    }

    private void Unqueue(SubjectState subject, PendingEntry entry)
    {
        subject.PendingEntries.Remove(entry);
        if (entry.Place != 0) Do(new Effect.LeftLine(entry.Place));
    }

    /// <summary>What waited to enter for the one waits for the other, unless the same waits already.</summary>
    private void MergePending(SubjectState into, SubjectState from, Func<PendingEntry, bool> isKnown)
    {
        foreach (var entry in from.PendingEntries)
        {
            var isNew = !isKnown(entry);
            if (isNew) into.PendingEntries.Add(entry);
            if (entry.Place == 0) continue;
            // Its place in line stays the one that it had.
            Do(!isNew ? new Effect.LeftLine(entry.Place) : new Effect.InLine(into.Ref, entry.Place, entry.Scenario, 0, "", 0, DateTimeOffset.MaxValue, entry.Until));
        }
    }

    private void LetIn(SubjectState subject, Signal.Admitted signal)
    {
        var waiting = subject.PendingEntries.FindIndex(entry => entry.Place == signal.EnrollmentId);
        if (waiting < 0) return;
        subject.PendingEntries[waiting] = subject.PendingEntries[waiting] with { Until = signal.At };
        Settle(subject, signal.At);
    }

    private void TryPending(SubjectState subject, DateTimeOffset at)
    {
        foreach (var entry in subject.PendingEntries.ToList())
        {
            // What entered before it at this moment may have stopped it.
            if (!subject.PendingEntries.Contains(entry)) continue;
            if (!catalog.Live.TryGetValue(entry.Scenario, out var published)) Unqueue(subject, entry);
            else if (entry.IsDelayed) TryDelayed(subject, entry, published, at);
            else if (subject is ContactState contact && published.Scenario.Trigger is Scenarios.Trigger.Event trigger) TryUnsettled(contact, entry, published, trigger, at);
            else subject.PendingEntries.Remove(entry);
        }
    }

    private void TryDelayed(SubjectState subject, PendingEntry entry, PublishedScenario published, DateTimeOffset at)
    {
        if (at < entry.Until) return;
        Unqueue(subject, entry);
        if (published.IsPaused)
        {
            // Paused, it comes no nearer, and enters when it goes on.
            Queue(subject, published.Scenario, entry, published.Scenario.Trigger.Spread > TimeSpan.Zero ? at : at + PausedLook);
            return;
        }

        var (scenario, settle) = (published.Scenario, (published.Scenario.Trigger as Scenarios.Trigger.Event)?.Settle);
        if (scenario.Trigger.Delay > TimeSpan.Zero && entry.Trigger is { } happened)
        {
            // What would have ended the passage, had it begun at once, keeps it from beginning.
            var passage = new Enrollment { Id = 0, Scenario = scenario.Name, Version = scenario.Version, Key = KeyOf(scenario, subject, happened), EnteredAt = happened.OccurredAt, Trigger = happened };
            RememberPast(subject, passage);
            var context = Context(subject, passage, at);
            Reason? over = scenario.Goal?.When.Evaluate(context) == Truth.True ? Reason.GoalAlreadyReached
                : scenario.Exits.Any(exit => exit.When?.Evaluate(context) == Truth.True) ? Reason.ExitAlreadyTrue : null;
            if (over is { } reason)
            {
                Note(subject.Ref, scenario.Name, scenario.Version, 0, "", reason, at, happened.ContactId, "");
                return;
            }
        }

        TryEnter(subject, published, entry.Trigger, entry.Until, TimeSpan.MaxValue, settle, isBehind: entry.IsBehind);
        PassOnUnlessTaken(subject, scenario, at);
    }

    private void TryUnsettled(ContactState contact, PendingEntry entry, PublishedScenario published, Scenarios.Trigger.Event trigger, DateTimeOffset at)
    {
        var scenario = published.Scenario;
        SubjectState? subject = scenario.Subject == SubjectKind.Account ? AccountOf(contact) : contact;
        var happened = subject is AccountState account ? entry.Trigger! with { AccountId = account.Id } : entry.Trigger!;
        var isSettling = at < entry.Until;
        // What it asks is of the moment at which it happened, but for what has become known since.
        var asked = IsMeant(trigger, happened, contact, AccountOf(contact), happened.OccurredAt, isSettling);
        var isKnown = subject is not null && asked != Truth.Unknown && scenario.Audience?.Evaluate(Context(subject, null, at, happened) with { IsSettling = isSettling }) != Truth.Unknown;
        if (isSettling && !isKnown && asked != Truth.False) return;
        contact.PendingEntries.Remove(entry);
        if (subject is null || asked != Truth.True)
        {
            var reason = asked == Truth.False ? Reason.TriggerNotTrue : subject is null ? Reason.NoAccount : Reason.AudienceUnknown;
            Note(contact.Ref, scenario.Name, scenario.Version, 0, "", reason, at, 0, "");
            return;
        }

        if (scenario.Trigger.Delay == default && scenario.Trigger.Spread == default) TryEnter(subject, published, happened, at, trigger.Late, TimeSpan.Zero);
        else Begin(subject, published, happened, happened.OccurredAt, trigger.Late);
        Rest(subject, at);
    }

    /// <summary>Enrolls the subject, or journals the first reason why not.</summary>
    private void TryEnter(
        SubjectState subject, PublishedScenario published, OccurredEvent? trigger, DateTimeOffset at, TimeSpan late, TimeSpan? settle = null, bool isForced = false, (string, string)? by = null, bool isBehind = false, string because = "")
    {
        var scenario = published.Scenario;
        if (scenario.OwnDate is not null) MoveDates(subject, at);
        var key = KeyOf(scenario, subject, trigger);
        var passage = subject.Passages.Find(p => p.Scenario == scenario.Name && p.Key == key);
        var live = subject.Enrollments.Find(e => e.Scenario == scenario.Name && e.Key == key && e.Status == EnrollmentStatus.Live);
        var context = Context(subject, null, at, trigger);
        if (Refusal() is { } reason)
        {
            // What came too late is said with what it would have done in time.
            var detail = by is { } asker ? Asked(asker) : reason == Reason.Late ? Detail(("would", (Refusal(isTried: true) ?? Reason.Entered).Code())) : "";
            Note(subject.Ref, scenario.Name, scenario.Version, live?.Id ?? 0, "", reason, at, trigger?.ContactId ?? 0, detail);
            return;
        }

        if (live is not null && scenario.WhileLive == WhileLive.Refresh)
        {
            live.Trigger = trigger;
            ForgetOfOther(subject, live, scenario);
            Note(subject, live, Reason.Refreshed, at);
            AskGoalAndExit(subject, live, Later(at, subject.LivedUntil));
            Continue(subject, live, Later(at, subject.LivedUntil));
            return;
        }

        if (live is not null) End(subject, live, Reason.Restarted, at);
        var ordinal = subject.Passages.Find(p => p.Scenario == scenario.Name && p.Key == key)?.Count ?? 0;
        var enrollment = new Enrollment
        {
            Id = Draws.EnrollmentId(subject.Ref, scenario.Name, key, ordinal),
            Scenario = scenario.Name,
            Version = scenario.Version,
            Key = key,
            EnteredAt = at,
            Trigger = trigger,
            IsHeldOut = scenario.Holdout > 0 && IsHeldOut(subject, Scenario.FamilyOf(scenario.Name), scenario.Holdout),
            GoalDeadline = scenario.Goal?.Within is { } within ? at + within : null,
            IsBehind = isBehind,
        };
        subject.Enrollments.Add(enrollment);
        // At once: a step of its own may change what it watches of its account.
        if (subject is ContactState entered) MarkEnrolled(entered);
        TakeSeat(subject, scenario);
        Note(subject, enrollment, Reason.Entered, at, trigger?.ContactId ?? 0, detail: (enrollment.IsHeldOut, by) switch
        {
            (false, null) => "",
            (true, null) => Detail(("holdout", "true")),
            (false, { } asked) => Asked(asked),
            (true, { } asked) => because.Length > 0 ? Detail(("holdout", "true"), asked, ("because", because)) : Detail(("holdout", "true"), asked),
        });
        RememberPast(subject, enrollment);
        Go(subject, enrollment, published, published.Program.First, at);
        AskGoalAndExit(subject, enrollment, Later(at, subject.LivedUntil));
        Continue(subject, enrollment, Later(at, subject.LivedUntil));

        string Asked((string, string) asked) => because.Length > 0 ? Detail(asked, ("because", because)) : Detail(asked);

        // Tried, it is as if the moment had not gone by, and leaves nothing behind.
        Reason? Refusal(bool isTried = false)
        {
            if (published.IsPaused) return Reason.ScenarioPaused;
            if (!isTried && now - at > late) return Reason.Late;
            if (subject is ContactState { Status: not ContactStatus.Active }) return Reason.ContactLeft;
            if (scenario.Key is not null && key.Length == 0) return Reason.KeyMissing;
            // What scenarios do to each other at one moment does not go round in circles.
            var isOfOurs = trigger is null || trigger.Name.StartsWith(ProductEvents.Prefix, StringComparison.Ordinal);
            if (live is not null && (scenario.WhileLive == WhileLive.Ignore || (isOfOurs && !isForced && live.EnteredAt == at))) return Reason.AlreadyEnrolled;
            // Told late, it is no newer word than the one that it would take the place of.
            if (live is not null && trigger?.OccurredAt < live.Trigger?.OccurredAt) return Reason.AlreadyEnrolled;
            if (passage is not null && live is null && isOfOurs && !isForced && passage.EnteredAt == at) return Reason.ReentryTooSoon;
            if (passage is not null && live is null && !isForced)
            {
                if (scenario.Reentry.IsOnce) return Reason.ReentryOnce;
                if (at - passage.EndedAt < scenario.Reentry.After) return Reason.ReentryTooSoon;
            }

            var maySettle = !isTried && settle != TimeSpan.Zero && subject is ContactState && trigger is not null;
            if (scenario.Audience?.Evaluate(context with { IsSettling = maySettle }) is { } asked && asked != Truth.True)
            {
                if (asked == Truth.False) return Reason.AudienceFalse;
                if (maySettle && subject is ContactState contact)
                {
                    if (!IsPending(contact, scenario, trigger, isDelayed: false))
                    {
                        contact.PendingEntries.Add(new PendingEntry(scenario.Name, trigger, at + (settle ?? SettleOf(contact))));
                    }

                    return Reason.WaitingToSettle;
                }

                return Reason.AudienceUnknown;
            }

            if (HasChurned(subject) && !scenario.NamesChurned) return Reason.ExitAlreadyTrue;
            if (scenario.Goal?.When.Evaluate(context) == Truth.True) return Reason.GoalAlreadyReached;
            if (scenario.Exits.Any(exit => exit.When?.Evaluate(context) == Truth.True)) return Reason.ExitAlreadyTrue;
            // Last, since who is let in otherwise waits for a place.
            return !isTried && live is null && AreColleaguesIn(subject, scenario, trigger) ? Reason.ColleagueEnrolled : null;
        }
    }

    private SubjectRef AccountRefOf(SubjectState subject) =>
        subject is ContactState { AccountId: not 0 } contact ? SubjectRef.Account(contact.AccountId) : subject.Ref;

    private string KeyOf(Scenario scenario, SubjectState subject, OccurredEvent? trigger)
    {
        if (scenario.Key is not { } key) return "";
        var value = key.Root switch
        {
            "trigger" when key.Path == KeyExpression.Actor => trigger is { ContactId: not 0 and var actor } ? AttributeValue.From(actor) : default,
            "trigger" => trigger?[key.Path] ?? default,
            "session" => SessionEvents.SessionOf(trigger) is { } session ? AttributeValue.From(session) : default,
            "contact" => subject is ContactState contact ? contact[key.Path] : default,
            "account" => (subject as AccountState ?? AccountOf((ContactState)subject))?[key.Path] ?? default,
            _ => throw new InvalidOperationException($"A key reads trigger, contact or account, not {key.Root}."),
        };
        return value.ToString();
    }

    private void EnrollRequested(Signal.EnrollRequested signal)
    {
        if (SubjectHere(signal.Subject) is not { } subject) return;
        CatchUp(subject, signal.At, isInclusive: false);
        // It may have been asked of a version that was about something else.
        if (catalog.Live.TryGetValue(signal.Scenario, out var published) && published.Scenario.Subject == subject.Kind)
        {
            var values = signal.Values.Length == 0 ? null
                : new OccurredEvent(0, ProductEvents.Started, subject.Kind == SubjectKind.Contact ? subject.Id : 0, AccountRefOf(subject) is { Kind: SubjectKind.Account } account ? account.Id : 0, signal.At, signal.At, signal.Values);
            var isPlace = signal.ByScenario == signal.Scenario;
            // A place that became free during a pause is taken when it is over.
            if (isPlace && published.IsPaused) Queue(subject, published.Scenario, new PendingEntry(signal.Scenario, values, default, IsDelayed: true), signal.At + PausedLook);
            else TryEnter(subject, published, values, signal.At, late: TimeSpan.MaxValue, settle: TimeSpan.Zero, signal.IsForced, signal.ByScenario.Length > 0 ? ("by_scenario", signal.ByScenario) : ("by", signal.By), because: signal.Because);
            if (isPlace && !published.IsPaused) PassOnUnlessTaken(subject, published.Scenario, signal.At);
        }

        Rest(subject, signal.At);
    }

    /// <summary>Asked twice for one moment, somebody enters once: a passage that began since then answers for it.</summary>
    private void Scheduled(Signal.Scheduled signal)
    {
        if (SubjectHere(signal.Subject) is not { } subject) return;
        CatchUp(subject, signal.At, isInclusive: false);
        // Browsers that nobody has named are nobody to write to, and may turn out to be somebody who is asked already.
        var isSomebody = subject is not ContactState { Status: ContactStatus.Erased } and not ContactState { IsKnown: false, Email: null };
        if (isSomebody && catalog.Live.TryGetValue(signal.Scenario, out var inviting) && inviting.Scenario.Subject == subject.Kind && inviting.Scenario.Trigger is Scenarios.Trigger.Session session)
            Invite(subject, inviting, session, signal);
        if (isSomebody && catalog.Live.TryGetValue(signal.Scenario, out var published) && published.Scenario.Subject == subject.Kind && published.Scenario.Trigger is Scenarios.Trigger.Schedule schedule
            && !subject.Enrollments.Exists(e => e.Scenario == signal.Scenario && e.EnteredAt >= signal.Moment)
            && !subject.Passages.Exists(p => p.Scenario == signal.Scenario && p.EnteredAt >= signal.Moment))
        {
            EnterBySchedule(subject, published, schedule, signal);
        }

        Rest(subject, signal.At);
    }

    /// <summary>At once, or when the moment comes on the subject's own clock.</summary>
    private void EnterBySchedule(SubjectState subject, PublishedScenario published, Scenarios.Trigger.Schedule schedule, Signal.Scheduled signal)
    {
        var scenario = published.Scenario;
        if (!schedule.Timing.IsOfRecipient || OwnMoment(schedule.Timing, subject) is not { } moment || moment <= signal.At)
        {
            TryEnter(subject, published, null, signal.At, schedule.Late);
            return;
        }

        if (IsPending(subject, scenario, null, isDelayed: true)) return;
        var entry = Queue(subject, scenario, new PendingEntry(scenario.Name, null, default, IsDelayed: true), moment);
        Note(subject.Ref, scenario.Name, scenario.Version, 0, "", Reason.EntryDelayed, signal.At, 0, Detail(("until", entry.Until.ToString("O", System.Globalization.CultureInfo.InvariantCulture))));
    }

    private DateTimeOffset? OwnMoment(Timing timing, SubjectState subject) =>
        timing.Once is { } local ? Calendar.At(local.Date, local.TimeOfDay, ClockOf(ZoneRule.Recipient, subject).Zone) : null;

    /// <summary>Asked twice for one start of many, somebody enters once: a passage that began since then answers for it.</summary>
    private void StartAsked(Signal.StartAsked signal)
    {
        if (SubjectHere(signal.Subject) is not { } subject) return;
        CatchUp(subject, signal.At, isInclusive: false);
        if (catalog.Live.TryGetValue(signal.Scenario, out var published))
        {
            var entering = signal.IsBackfill ? Backfilled(subject, published, signal) : published.Scenario.Subject == subject.Kind ? [subject] : [];
            foreach (var one in entering)
            {
                if (!one.Enrollments.Exists(e => e.Scenario == signal.Scenario && e.EnteredAt >= signal.Since) && !one.Passages.Exists(p => p.Scenario == signal.Scenario && p.EnteredAt >= signal.Since))
                    TryEnter(one, published, null, signal.At, late: TimeSpan.MaxValue, settle: TimeSpan.Zero, signal.IsForced, ("by", signal.By), because: signal.Because);
                if (!ReferenceEquals(one, subject)) Rest(one, signal.At);
            }
        }

        Rest(subject, signal.At);
    }

    /// <summary>Whom the trigger would start if it turned true now, of a subject of which it is true.</summary>
    private List<SubjectState> Backfilled(SubjectState subject, PublishedScenario published, Signal.StartAsked signal)
    {
        var trigger = published.Scenario.Trigger;
        if (Backfill.KindOf(trigger) != subject.Kind) return [];
        if (!Backfill.Holds(trigger, Context(subject, null, signal.At)))
        {
            Note(subject.Ref, published.Scenario.Name, published.Scenario.Version, 0, "", Reason.TriggerNotTrue, signal.At, 0, Detail(("by", signal.By)));
            return [];
        }

        return [.. Subjects(published, trigger, null, subject as ContactState, subject as AccountState, signal.At).Select(found => found.Subject)];
    }

    private static void AddPassage(SubjectState subject, Passage passage)
    {
        var i = subject.Passages.FindIndex(p => p.Scenario == passage.Scenario && p.Key == passage.Key);
        if (i < 0) subject.Passages.Add(passage);
        else
        {
            var known = subject.Passages[i];
            subject.Passages[i] = (passage.EndedAt >= known.EndedAt ? passage : known) with { Count = Math.Max(known.Count, passage.Count) };
        }
    }
}
