using System.Text.Json;
using Nurture.Conditions;
using Nurture.Contacts;
using Nurture.Packing;
using Nurture.Scenarios;

namespace Nurture.Engine;

/// <summary>One batch being decided. The parts: signals (here), identity, entry, steps, sends, due moments.</summary>
internal sealed partial class Advance(WorkingSet set, Catalog catalog, DateTimeOffset now)
{
    private readonly List<Effect> effects = [];

    // The row being taken; a due moment has none.
    private short slot;
    private long causeId;
    private string correlation = "";
    private StoredEvent? taken;

    // What is decided now follows from an import: what is told of it counts and starts nothing (SEMANTICS.md 20).
    private bool isImport;

    public IReadOnlyList<Effect> Effects => effects;

    public void Take(StoredEvent row)
    {
        (slot, causeId, correlation, taken) = (row.Slot, row.Id, row.Correlation, row);
        if (row.ContactId != 0 ? !IsHere(row) : IsElsewhere(row)) return;
        var key = new SubjectKey(slot, row.ContactId != 0 ? SubjectRef.Contact(row.ContactId) : SubjectRef.Account(row.AccountId));
        if (set.IsParked(key))
        {
            set.Miss(key, row);
            return;
        }

        Guarded(key, () => Hear(SignalCodec.Read(row) switch
        {
            Signal.Prepared prepared => prepared with { History = [.. set.HistoryOf(row.Id).Where(past => past.Kind == SignalKind.Occurred).Select(SignalCodec.ReadEvent)] },
            Signal.Resumed resumed => resumed with { Missed = set.HistoryOf(row.Id) },
            var signal => signal,
        }, row));
    }

    public void Wake(SubjectKey key)
    {
        (slot, causeId, correlation, taken, isImport) = (key.Slot, 0, "", null, false);
        if (set.IsParked(key) || set.Get(key) is not { } state) return;
        Guarded(key, () => CatchUp(state, now, isInclusive: true));
    }

    private void Hear(Signal signal, StoredEvent row)
    {
        isImport = false;
        switch (signal)
        {
            case Signal.Occurred s: Occurred(s, row); break;
            case Signal.Described s: Described(s); break;
            case Signal.AccountDescribed s: AccountDescribed(s); break;
            case Signal.Grouped s: Grouped(s); break;
            case Signal.MergedInto s: MergedInto(s); break;
            case Signal.Adopted s: Adopted(s); break;
            case Signal.Absorbed s: Absorbed(s); break;
            case Signal.AccountMergedInto s: AccountMergedInto(s); break;
            case Signal.AccountAbsorbed s: AccountAbsorbed(s); break;
            case Signal.AccountGathered s: AccountGathered(s); break;
            case Signal.SendEnded s: SendEnded(s); break;
            case Signal.Hit s: Hit(s); break;
            case Signal.Answered s: Answered(s); break;
            case Signal.TaskDone s: TaskDone(s); break;
            case Signal.ApprovalGiven s: ApprovalGiven(s); break;
            case Signal.Refused s: Refused(s); break;
            case Signal.ConsentSaid s: ConsentSaid(s); break;
            case Signal.Erased s: Erased(s); break;
            case Signal.Replied s: Replied(s); break;
            case Signal.Left s: Left(s); break;
            case Signal.EnrollRequested s: EnrollRequested(s); break;
            case Signal.Scheduled s: Scheduled(s); break;
            case Signal.StartAsked s: StartAsked(s); break;
            case Signal.Admitted s: Admitted(s); break;
            case Signal.CaseAnswered s: CaseAnswered(s); break;
            case Signal.ArmAnswered s: ArmAnswered(s); break;
            case Signal.StopRequested s: StopRequested(s); break;
            case Signal.EnrollmentWorked s: EnrollmentWorked(s); break;
            case Signal.Prepared s: Prepared(s); break;
            case Signal.Resumed s: Resumed(s); break;
            case Signal.CallEnded s: CallEnded(s); break;
            case Signal.EscalationWorked s: EscalationWorked(s); break;
            case Signal.HoldRequested s: HoldRequested(s); break;
            case Signal.HoldReleased s: HoldReleased(s); break;
            case Signal.SessionChanged s: SessionChanged(s); break;
            default: throw new InvalidOperationException($"No hearing for {signal.GetType().Name}.");
        }
    }

    private void Occurred(Signal.Occurred signal, StoredEvent row)
    {
        var happened = signal.Event;
        var at = happened.OccurredAt;
        var contact = happened.ContactId == 0 ? null : ContactHere(happened.ContactId, at);
        if (contact?.Status == ContactStatus.Erased) return;
        if (contact is not null) MarkInternal(contact);
        if (contact is not null && happened.AccountId != 0) happened = happened with { AccountId = NowOf(contact, happened.AccountId) };
        if (contact is not null && happened.AccountId != 0 && happened.AccountId != contact.AccountId && !contact.IsInternal)
        {
            // The account that the event names lives elsewhere; there it counts as its own, without the person.
            Tell(SignalCodec.SendWithoutPerson(row) with { Slot = Slots.OfAccount(happened.AccountId), Hop = 0 });
        }

        var accountId = contact?.AccountId ?? happened.AccountId;
        var account = accountId == 0 ? null : AccountHere(accountId, at);
        happened = happened with { AccountId = happened.AccountId != 0 ? happened.AccountId : accountId };
        var isLeftOut = account?.LeavesOut(happened.ContactId) == true;
        var isOfAccount = account is not null && happened.AccountId == account.Id && !isLeftOut && !IsParked(account);
        if (contact is not null) CatchUp(contact, at, isInclusive: false);
        if (account is not null) CatchUp(account, at, isInclusive: false);
        isImport = signal.CountsOnly;
        // What the product did is nothing that the person did.
        var isTheirs = !happened.Name.StartsWith(ProductEvents.Prefix, StringComparison.Ordinal);
        if (contact is not null && isTheirs && at > contact.LastActiveAt)
        {
            // Pages show when somebody was last seen to the hour; a row for every event would be too dear.
            if (at - contact.LastActiveAt >= TimeSpan.FromHours(1)) set.TouchActivity(contact);
            contact.LastActiveAt = at;
        }

        if (contact is not null && isTheirs && !isLeftOut && account?.Members.GetValueOrDefault(contact.Id) is { } member && at > member.LastActiveAt) member.LastActiveAt = at;

        catalog.Index.Criteria.Apply(happened, contact, isOfAccount ? account : null);
        if (contact is not null) NoteRegistration(contact, happened);
        if (contact is not null) Remember(contact, happened, SubjectKind.Contact);
        if (isImport && isOfAccount) RememberTriggers(account!, at);
        if (isImport && contact is not null) RememberTriggers(contact, at);
        if (isOfAccount)
        {
            Remember(account!, happened, SubjectKind.Account);
            ForEnrolledPeople(account!, except: null, at, person => Remember(person, happened, SubjectKind.Account));
            // Now that it is known what happened: what a hold's end lets go asks its goal first.
            HearHolds(account!, happened);
        }
        else if (contact is not null && accountId == 0) HearHolds(contact, happened);

        if (contact is not null) Settle(contact, at);
        if (isOfAccount) SettleAccount(account!, contact, at);
        if (!isImport) Trigger(happened, contact, isOfAccount ? account : null, at, signal.IsOfStranger);
        Rest(contact, at);
        Rest(account, at);
    }

    private void Described(Signal.Described signal)
    {
        var contact = ContactHere(signal.ContactId, signal.At);
        if (contact.Status == ContactStatus.Erased) return;
        CatchUp(contact, signal.At, isInclusive: false);
        isImport = signal.CountsOnly;
        var hadAddress = contact.Email is not null;
        foreach (var (name, value) in signal.Attributes) Say(contact, name, value, signal.At);
        contact.IsKnown |= signal.IsKnown;
        MarkInternal(contact);
        set.TouchProfile(contact);
        if (signal.Basis != ConsentBasis.None && contact.Basis == ConsentBasis.None) (contact.Basis, contact.BasisAt) = (signal.Basis, signal.At);
        if (isImport) RememberTriggers(contact, signal.At);
        Settle(contact, signal.At);
        Rest(contact, signal.At);
        if (hadAddress || contact.Email is null || AccountOf(contact) is not { Enrollments.Count: > 0 } account) return;
        // A mail of the account's scenario may have waited for the address.
        CatchUp(account, signal.At, isInclusive: false);
        Settle(account, signal.At);
        Rest(account, signal.At);
    }

    /// <summary>Whether the person is one of ours may change with the address, by hand, and with the policy (SEMANTICS.md 57).</summary>
    private void MarkInternal(ContactState contact)
    {
        var isInternal = catalog.Policy.IsInternal(contact);
        if (contact.IsInternal != isInternal) set.TouchProfile(contact);
        contact.IsInternal = isInternal;
        if (AccountOf(contact) is not { } account || !account.Members.TryGetValue(contact.Id, out var member) || member.IsInternal == isInternal) return;
        member.IsInternal = isInternal;
        set.Touch(new SubjectKey(slot, account.Ref));
        set.TouchProfile(account);
    }

    private void AccountDescribed(Signal.AccountDescribed signal)
    {
        var account = AccountHere(signal.AccountId, signal.At);
        CatchUp(account, signal.At, isInclusive: false);
        isImport = signal.CountsOnly;
        foreach (var (name, value) in signal.Attributes) Say(account, name, value, signal.At);
        set.TouchProfile(account);
        if (isImport) RememberTriggers(account, signal.At);
        SettleAccount(account, null, signal.At);
        Rest(account, signal.At);
    }

    private void Refused(Signal.Refused signal)
    {
        var contact = ContactHere(signal.ContactId, signal.At);
        if (contact.Status == ContactStatus.Erased) return;
        CatchUp(contact, signal.At, isInclusive: false);
        if (signal.IsRefused) contact.Refusals.TryAdd(signal.Topic, signal.At);
        else contact.Refusals.Remove(signal.Topic);
        set.TouchProfile(contact);
        Settle(contact, signal.At);
        Rest(contact, signal.At);
    }

    private void ConsentSaid(Signal.ConsentSaid signal)
    {
        var contact = ContactHere(signal.ContactId, signal.At);
        if (contact.Status == ContactStatus.Erased) return;
        CatchUp(contact, signal.At, isInclusive: false);
        (contact.Basis, contact.BasisAt) = (signal.Basis, signal.At);
        set.TouchProfile(contact);
        Settle(contact, signal.At);
        Rest(contact, signal.At);
    }

    private void Left(Signal.Left signal)
    {
        var contact = ContactHere(signal.ContactId, signal.At);
        if (contact.Status == ContactStatus.Erased) return;
        CatchUp(contact, signal.At, isInclusive: false);
        contact.Status = ContactStatus.Left;
        set.TouchProfile(contact);
        foreach (var enrollment in contact.Enrollments.Where(e => e.Status == EnrollmentStatus.Live).ToList()) End(contact, enrollment, Reason.ContactLeft, signal.At);
        if (MemberOf(contact) is { } member) member.HasLeft = true;
        Happened(contact, ProductEvents.ContactLeft, signal.At);
        Rest(contact, signal.At);
    }

    private void SendEnded(Signal.SendEnded signal)
    {
        var (subject, at) = (SubjectHere(signal.Subject), signal.At);
        // Who was mailed as somebody else is who the passage is about.
        if (signal.CountedAt is { } counted && (subject as ContactState ?? set.Contact(slot, IdNow(signal.RecipientId))) is { } recipient) GiveBackCap(recipient, counted, at);
        if (subject is null || signal.Reason == Reason.Cancelled) return;
        if (subject.Enrollments.Find(e => e.Id == signal.EnrollmentId) is { } enrollment
            && SendOf(subject, enrollment, signal.Step, signal.RecipientId, signal.SendId) is { } send)
        {
            if (signal.Reason != Reason.Uncertain) (send.WasReleased, send.Fate) = (send.WasReleased || send.Fate == EnrollmentSendFate.Released, EnrollmentSendFate.Skipped);
            Note(subject, enrollment, signal.Reason, at, signal.RecipientId, step: signal.Step);
        }

        if (signal.Bounce is { } bounce && (subject as ContactState ?? set.Contact(slot, IdNow(signal.RecipientId))) is { } person)
            Happened(person, ProductEvents.SendBounced, at, ("scenario", bounce.Scenario), ("step", signal.Step), ("template", bounce.Template), ("kind", bounce.IsHard ? ProductEvents.HardBounce : ProductEvents.SoftBounce));
        Settle(subject, at);
        Rest(subject, at);
    }

    private void Hit(Signal.Hit signal)
    {
        if (SubjectHere(signal.Subject) is not { } subject) return;
        CatchUp(subject, signal.At, isInclusive: false);
        if (!signal.IsMachine && subject.Enrollments.Find(e => e.Id == signal.EnrollmentId) is { } enrollment
            && SendOf(subject, enrollment, signal.Step, signal.RecipientId, signal.SendId) is { } send)
        {
            if (signal.IsClick) send.ClickedAt ??= signal.At;
            send.OpenedAt ??= signal.At;
            Settle(subject, signal.At);
        }

        Rest(subject, signal.At);
    }

    /// <summary>The send of the step to the person; in a repeat there may be several.</summary>
    private EnrollmentSend? SendOf(SubjectState subject, Enrollment enrollment, string step, long recipientId, Guid sendId)
    {
        var sends = enrollment.Sends.FindAll(send => send.Step == step && (send.RecipientId == recipientId || WasThen(send.RecipientId)));
        return sends.Count <= 1 ? sends.FirstOrDefault()
            : sends.Find(send => NamesOf(subject).Any(name => Draws.SendId(name, enrollment.Id, step, send.Occurrence, recipientId) == sendId));

        // Who is mailed may have been known as somebody else when the mail left.
        bool WasThen(long id) => subject is ContactState ? id == subject.Id : set.Contact(slot, id)?.Absorbed.Contains(recipientId) == true;
    }

    private void StopRequested(Signal.StopRequested signal)
    {
        if (SubjectHere(signal.Subject) is not { } subject) return;
        CatchUp(subject, signal.At, isInclusive: false);
        if (signal.Scenario.Length > 0) StopAll(subject, [signal.Scenario], signal.ByScenario, signal.At);
        else if (subject.Enrollments.Find(e => e.Id == signal.EnrollmentId && e.Status == EnrollmentStatus.Live) is { } enrollment)
        {
            End(subject, enrollment, Reason.Stopped, signal.At, signal.Because.Length > 0 ? Detail(("by", signal.By), ("because", signal.Because)) : Detail(("by", signal.By)));
        }

        Rest(subject, signal.At);
    }

    private void EnrollmentWorked(Signal.EnrollmentWorked signal)
    {
        if (SubjectHere(signal.Subject) is not { } subject) return;
        CatchUp(subject, signal.At, isInclusive: false);
        if (subject.Enrollments.Find(e => e.Id == signal.EnrollmentId && e.Status == EnrollmentStatus.Live) is { } enrollment && (signal.OnStep.Length == 0 || enrollment.Step == signal.OnStep))
        {
            Guarded(new SubjectKey(slot, subject.Ref), () => Work(subject, enrollment, signal));
            Settle(subject, signal.At);
        }

        Rest(subject, signal.At);
    }

    private void Work(SubjectState subject, Enrollment enrollment, Signal.EnrollmentWorked signal)
    {
        var (published, at) = (VersionOf(enrollment), signal.At);
        var detail = signal.Because.Length > 0 ? Detail(("by", signal.By), ("because", signal.Because)) : Detail(("by", signal.By));
        switch (signal.Act)
        {
            case EnrollmentAct.SkipWait when published.Program.Nodes[enrollment.Step!] is { Step: Step.WaitFor or Step.WaitLength or Step.WaitUntil or Step.WaitUntilDate or Step.Webhook { Waits: true } } node:
                Note(subject, enrollment, Reason.WaitSkipped, at, detail: detail);
                Go(subject, enrollment, published, node.Next, at);
                break;
            case EnrollmentAct.Move when published.Program.Nodes.ContainsKey(signal.Step):
                if (enrollment.EscalationId != 0) WaitNoLonger(subject, enrollment, Reason.MovedByHand, at);
                Note(subject, enrollment, Reason.MovedByHand, at, detail: detail);
                (enrollment.Repeat, enrollment.Iteration, enrollment.IterationStartedAt, enrollment.IsBehind, enrollment.TaskId) = (null, 0, default, false, 0);
                Go(subject, enrollment, published, signal.Step, at);
                break;
            case EnrollmentAct.StartAgain when catalog.Live.TryGetValue(enrollment.Scenario, out var live):
                End(subject, enrollment, Reason.Restarted, at, detail);
                TryEnter(subject, live, enrollment.Trigger, at, TimeSpan.MaxValue, TimeSpan.Zero, isForced: true, by: ("by", signal.By));
                if (!subject.Enrollments.Exists(e => e.Scenario == enrollment.Scenario && e.Status == EnrollmentStatus.Live)) LeaveSeat(subject, live.Scenario, null, Reason.Stopped, at);
                break;
            // It has moved on meanwhile, or its scenario is not live any more: what was asked for has no meaning.
            case EnrollmentAct.SkipWait or EnrollmentAct.Move or EnrollmentAct.StartAgain: break;
        }
    }

    private void Prepared(Signal.Prepared signal)
    {
        if (SubjectHere(signal.Subject) is not { } subject) return;
        CatchUp(subject, signal.At, isInclusive: false);
        if (signal.Criteria.Count > 0) catalog.Index.Criteria.Fill(signal.Criteria, [.. signal.History.Where(happened => IsPastOf(subject, happened))], subject);
        Settle(subject, signal.At);
        Rest(subject, signal.At);
    }

    private void Resumed(Signal.Resumed signal)
    {
        // Its account has gone while it stood still.
        var hasFollowed = signal.Subject.Kind == SubjectKind.Contact && set.Contact(slot, signal.Subject.Id) is { } person && HasFollowed(person, signal.At);
        // What was said of an account before it was known to be another one, and after, goes there with it.
        foreach (var row in signal.Missed.OrderBy(missed => missed.Kind == SignalKind.AccountMergedInto))
        {
            (causeId, correlation, taken) = (row.Id, row.Correlation, row);
            if (hasFollowed && !IsHere(row)) continue;
            if (signal.Subject.Kind == SubjectKind.Account && row.ContactId != 0) HearForAccount(signal.Subject.Id, row);
            else Hear(SignalCodec.Read(row), row);
        }

        isImport = false;
        if (SubjectHere(signal.Subject) is not { } subject) return;
        // Nothing was due for it while it stood still, and if it missed nothing, nobody has said since when it is.
        Rest(subject, subject.LivedUntil);
        CatchUp(subject, now, isInclusive: true);
    }

    /// <summary>What one of its people did while the account was parked: the person's own part was heard then.</summary>
    private void HearForAccount(long accountId, StoredEvent row)
    {
        if (row.Kind == SignalKind.Answered && set.Account(slot, accountId) is { } asking) HearAnswer(asking, (Signal.Answered)SignalCodec.Read(row));
        if (row.Kind == SignalKind.Replied && SignalCodec.Read(row) is Signal.Replied { IsAutomatic: false } reply) HoldForReply(AccountHere(accountId, row.OccurredAt), reply);
        if (row.Kind == SignalKind.ApprovalGiven) ApprovalGiven((Signal.ApprovalGiven)SignalCodec.Read(row));
        if (row.Kind != SignalKind.Occurred) return;
        var account = AccountHere(accountId, row.OccurredAt);
        if (account.LeavesOut(row.ContactId)) return;
        var signal = (Signal.Occurred)SignalCodec.Read(row);
        var happened = signal.Event with { AccountId = accountId };
        CatchUp(account, happened.OccurredAt, isInclusive: false);
        isImport = signal.CountsOnly;
        catalog.Index.Criteria.Apply(happened, null, account);
        if (isImport) RememberTriggers(account, happened.OccurredAt);
        Remember(account, happened, SubjectKind.Account);
        HearHolds(account, happened);
        Settle(account, happened.OccurredAt);
        // Who did it is asked for themselves.
        if (!isImport) Trigger(happened, null, account, happened.OccurredAt, isOfStranger: row.ContactId != 0 || signal.IsOfStranger);
        Rest(account, happened.OccurredAt);
    }

    /// <summary>Whether the subject takes no signals for now; what is being taken is kept for when it is resumed.</summary>
    private bool IsParked(SubjectState subject)
    {
        var key = new SubjectKey(slot, subject.Ref);
        if (!set.IsParked(key)) return false;
        if (taken is not null) set.Miss(key, taken);
        return true;
    }

    private SubjectState? SubjectHere(SubjectRef subject) => subject.Kind == SubjectKind.Contact ? set.Contact(slot, subject.Id) : set.Account(slot, subject.Id);

    private ContactState ContactHere(long id, DateTimeOffset at)
    {
        if (set.Contact(slot, id) is { } known) return known;
        var contact = new ContactState { Id = id, CreatedAt = at };
        set.Put(slot, contact);
        set.TouchProfile(contact);
        return contact;
    }

    private AccountState AccountHere(long id, DateTimeOffset at)
    {
        if (set.Account(slot, id) is { } known) return known;
        var account = new AccountState { Id = id, CreatedAt = at };
        set.Put(slot, account);
        set.TouchProfile(account);
        return account;
    }

    private AccountState? AccountOf(ContactState contact) => contact.AccountId == 0 ? null : set.Account(slot, contact.AccountId);

    private Member? MemberOf(ContactState contact) => AccountOf(contact)?.Members.GetValueOrDefault(contact.Id);

    private ConditionContext Context(SubjectState subject, Enrollment? enrollment, DateTimeOffset at, OccurredEvent? trigger = null) => new()
    {
        Catalog = catalog,
        At = at,
        Contact = subject as ContactState,
        Account = subject as AccountState ?? AccountOf((ContactState)subject),
        Enrollment = enrollment,
        Trigger = trigger ?? enrollment?.Trigger,
    };

    private PublishedScenario VersionOf(Enrollment enrollment) =>
        catalog.Versions.TryGetValue((enrollment.Scenario, enrollment.Version), out var published)
            ? published
            : throw new InvalidOperationException($"Scenario {enrollment.Scenario} version {enrollment.Version} is not in the catalog.");

    private void Do(Effect effect) => effects.Add(effect with { Slot = slot });

    private void Tell(StoredEvent row) => Do(new Effect.Append(row with { Correlation = row.Correlation.Length > 0 ? row.Correlation : correlation }));

    private void Note(SubjectState subject, Enrollment? enrollment, Reason reason, DateTimeOffset at, long contactId = 0, string? step = null, string detail = "") =>
        Note(subject.Ref, enrollment?.Scenario ?? "", enrollment?.Version ?? 0, enrollment?.Id ?? 0, step ?? enrollment?.Step ?? "", reason, at, contactId, detail);

    private void Note(
        SubjectRef subject, string scenario, int version, long enrollmentId, string step, Reason reason, DateTimeOffset at, long contactId, string detail) =>
        Do(new Effect.Journal(new JournalEntry(
            at, subject, contactId != 0 ? contactId : subject.Kind == SubjectKind.Contact ? subject.Id : 0, scenario, version, enrollmentId, step, reason, detail, causeId, correlation)));

    /// <summary>A small JSON object of text members.</summary>
    private static string Detail(params ReadOnlySpan<(string Name, string Value)> members)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            foreach (var (name, value) in members) json.WriteString(name, value);
            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <summary>Whatever breaks is this subject's: it is the one to be parked.</summary>
    private static void Guarded(SubjectKey key, Action decide)
    {
        try
        {
            decide();
        }
        catch (Exception e) when (e is not (SubjectNeededException or PoisonException or NewerFormatException or OutOfMemoryException))
        {
            throw new PoisonException(key, null, e);
        }
    }
}
