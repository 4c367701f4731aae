using System.Globalization;
using NodaTime;
using Nurture.Conditions;
using Nurture.Contacts;
using Nurture.Scenarios;
using Nurture.Sends;
using Nurture.Sessions;
using Nurture.Templates;

namespace Nurture.Engine;

/// <summary>
/// Releasing mails: the gates in their order, the first that refuses is the reason (SEMANTICS.md 30). The enrollment
/// stands on the step until each recipient's mail is released, skipped or expired (28).
/// </summary>
internal sealed partial class Advance
{
    // A moment that is reached later than this was missed by a standstill.
    private static readonly TimeSpan LateRelease = TimeSpan.FromHours(1);

    private bool TrySend(SubjectState subject, Enrollment enrollment, PublishedScenario published, ScenarioProgram.Node node, Step.Send step, DateTimeOffset at)
    {
        var untilThen = ExpiryOf(subject, enrollment, step, enrollment.StepStartedAt, at);
        if (enrollment.IsBehind)
        {
            Skip(subject, enrollment, step, 0, Reason.MomentGone, at);
            return AfterSend(subject, enrollment, published, node, step, at);
        }

        if (step.If is { } asked && asked.Evaluate(Context(subject, enrollment, at)) != Truth.True)
        {
            Skip(subject, enrollment, step, 0, Reason.ConditionFalse, at);
            return AfterSend(subject, enrollment, published, node, step, at);
        }

        var (recipients, isReached) = RecipientsOf(subject, enrollment, step, at);
        if (!isReached && step.Nobody is not null)
        {
            foreach (var id in enrollment.StepDueAt is null ? recipients : []) Note(subject, enrollment, BarOf(subject, enrollment, step, set.Contact(slot, id), at)!.Value, at, id);
            recipients = [];
        }

        if (recipients.Count == 0 && step.Nobody is { } nobody)
        {
            if (nobody.EndsEnrollment)
            {
                End(subject, enrollment, Reason.NoRecipient, at);
                return true;
            }

            if (nobody.OpensTask) OpenTask((AccountState)subject, subject, enrollment, step.Id, $"Find who receives {step.Template}", null, at, Text(subject, "owner"));
            else recipients = Recipients.Choose(nobody.Instead!, (AccountState)subject, enrollment, id => IsReachable(subject, enrollment, step, id, at)).Ids;
        }

        if (recipients.Count == 0) Skip(subject, enrollment, step, 0, Reason.NoRecipient, at);
        DateTimeOffset? again = null;
        var (wasHeld, hasReleased) = (enrollment.WasHeld, false);
        foreach (var id in recipients)
        {
            if (enrollment.Sends.Find(send => send.Step == step.Id && send.RecipientId == id && send.Occurrence == enrollment.Iteration) is { } known)
            {
                // What never left is asked of again by whoever was moved back to the step.
                if (known.At >= enrollment.StepStartedAt) continue;
                if (known.WasReleased || known.Fate != EnrollmentSendFate.Skipped)
                {
                    Note(subject, enrollment, Reason.AlreadySent, at, id);
                    continue;
                }

                enrollment.Sends.Remove(known);
            }

            if (enrollment.IsHeldOut && step.Class != SendClass.Transactional)
            {
                enrollment.Sends.Add(new EnrollmentSend { Step = step.Id, Template = step.Template, Occurrence = enrollment.Iteration, RecipientId = id, Fate = EnrollmentSendFate.HeldOut, At = at });
                Note(subject, enrollment, Reason.HeldOut, at, id);
                continue;
            }

            var (recipient, expiresAt) = (set.Contact(slot, id), untilThen);
            var (refusal, until) = Gate(published, subject, enrollment, step, recipient, at);
            Approval? approval = null;
            // Who may not be mailed at all is no question for a human; all other gates are asked when the answer is there.
            if (step.Approve is { } approver && recipient is not null && !(refusal is not null && until is null))
            {
                approval = ApprovalOf(subject, enrollment, step, approver, recipient, at);
                if (approval.State == ApprovalState.Waiting)
                {
                    if (again is null || approval.DueAt < again) again = approval.DueAt;
                    continue;
                }

                if (approval.State == ApprovalState.Declined || (approval.State == ApprovalState.Over && !approver.SendsUnanswered))
                {
                    Skip(subject, enrollment, step, id, approval.State == ApprovalState.Declined ? Reason.NotApproved : Reason.ApprovalOver, at);
                    continue;
                }

                // It may not expire while a human looks at it.
                expiresAt = ExpiryOf(subject, enrollment, step, approval.DecidedAt!.Value, at);
            }

            if (refusal is null && Later(at, now) >= expiresAt) refusal = Reason.Expired;
            if (refusal is null)
            {
                Release(subject, enrollment, step, recipient!, at, expiresAt, approval);
                hasReleased = true;
                enrollment.TurnUntil = null;
            }
            else if (until is { } later && at < expiresAt)
            {
                enrollment.WasHeld |= refusal == Reason.OnHold;
                if (refusal == Reason.SubjectTested)
                {
                    WaitForArm(subject, enrollment, step, step.SubjectTest!, id, later, at);
                    if (again is null || later < again) again = later;
                    continue;
                }

                // Said once, when the waiting begins.
                if (enrollment.StepDueAt is null)
                    Note(subject, enrollment, refusal.Value, at, id, detail: refusal == Reason.StreamBusy ? Detail(("first", FirstOfStream(subject, enrollment, published.Scenario)!.Scenario)) : "");
                var next = later < expiresAt ? later : expiresAt;
                if (refusal == Reason.Throttled) StandInLine(subject, enrollment, step, next, at);
                if (again is null || next < again) again = next;
            }
            else
            {
                Skip(subject, enrollment, step, id, until is null ? refusal.Value : Reason.Expired, at);
            }
        }

        if (hasReleased && wasHeld) SpaceOut(subject, at);
        if (again is null) return AfterSend(subject, enrollment, published, node, step, at);
        enrollment.StepDueAt = again;
        return false;
    }

    private bool AfterSend(SubjectState subject, Enrollment enrollment, PublishedScenario published, ScenarioProgram.Node node, Step.Send step, DateTimeOffset at)
    {
        var isSkipped = enrollment.Sends.Where(send => send.Step == step.Id && send.Occurrence == enrollment.Iteration).All(send => send.Fate == EnrollmentSendFate.Skipped);
        // The step's last recipient has had it.
        if (!isSkipped) (enrollment.AskedFor, enrollment.WasHeld) = (null, false);
        if (isSkipped && step.EndsWhenSkipped)
        {
            End(subject, enrollment, Reason.Ended, at, Detail(("reason", "skipped")));
            return true;
        }

        // What was held back by a gate moves on from its release, and so does what leaves late after a standstill: what follows
        // does not leave with it. What went at once keeps the step's own moment.
        var from = now - at > LateRelease && !isSkipped ? now : enrollment.StepDueAt is null ? enrollment.StepStartedAt : at;
        Go(subject, enrollment, published, isSkipped && step.Skipped.Count > 0 ? node.Targets[0] : node.Next, from);
        return true;
    }

    private (IReadOnlyList<long> Ids, bool IsReached) RecipientsOf(SubjectState subject, Enrollment enrollment, Step.Send step, DateTimeOffset at)
    {
        if (subject is not AccountState account) return ([subject.Id], true);
        var (ids, isReached) = Recipients.Choose(step.To ?? throw new InvalidOperationException($"The send {step.Id} of an account scenario names nobody."), account, enrollment, id => IsReachable(subject, enrollment, step, id, at));
        if (step.To is not Scenarios.Recipients.Roles { Limit: { } most }) return (ids, isReached);
        // Who has had it, and is none of them any more, leaves the place to nobody.
        var had = enrollment.Sends.Where(send => send.Step == step.Id && send.Occurrence == enrollment.Iteration && send.At >= enrollment.StepStartedAt && send.Fate != EnrollmentSendFate.Skipped).Select(send => send.RecipientId).ToHashSet();
        return ([.. ids.Where(had.Contains), .. ids.Where(id => !had.Contains(id)).Take(Math.Max(0, most - had.Count))], isReached || had.Count > 0);
    }

    /// <summary>Whether a mail of the step may leave to the person, now or when a gate opens; who has had it is.</summary>
    private bool IsReachable(SubjectState subject, Enrollment enrollment, Step.Send step, long id, DateTimeOffset at) =>
        enrollment.Sends.Exists(send => send.Step == step.Id && send.RecipientId == id && send.Occurrence == enrollment.Iteration && send.Fate != EnrollmentSendFate.Skipped)
        || BarOf(subject, enrollment, step, set.Contact(slot, id), at) is null;

    /// <summary>What keeps the person from the mail however long it waits.</summary>
    private Reason? BarOf(SubjectState subject, Enrollment enrollment, Step.Send step, ContactState? recipient, DateTimeOffset at)
    {
        if (recipient is null || recipient.Status != ContactStatus.Active) return Reason.ContactLeft;
        if (recipient.Email is null && at >= enrollment.EnteredAt + SettleOf(recipient)) return Reason.NoAddress;
        if (recipient.IsSuppressed) return Reason.Suppressed;
        if (Consent.Refuses(recipient, subject as AccountState ?? AccountOf(recipient), step.Class, step.Topic, catalog, at) is { } refused) return refused;
        // Who was a customer is won back only if they asked to hear of us.
        return step.Class != SendClass.Transactional && HasChurned(subject) && recipient.Basis != ConsentBasis.OptIn ? Reason.NoConsent : null;
    }

    /// <summary>The first gate that refuses, and when to ask again if waiting helps.</summary>
    private (Reason? Refusal, DateTimeOffset? Until) Gate(PublishedScenario published, SubjectState subject, Enrollment enrollment, Step.Send step, ContactState? recipient, DateTimeOffset at)
    {
        var bar = BarOf(subject, enrollment, step, recipient, at);
        if (recipient is null || bar == Reason.ContactLeft) return (bar, null);
        if (IsPaused(published, enrollment)) return (Reason.Paused, DateTimeOffset.MaxValue);
        if (bar is not null) return (bar, null);
        if (recipient.Email is null) return (Reason.NoAddress, enrollment.EnteredAt + SettleOf(recipient));
        if (step.Class == SendClass.Transactional) return (null, null);
        var moment = Later(at, now);
        if (HeldUntil(subject as AccountState ?? AccountOf(recipient) ?? (SubjectState)recipient, published, enrollment, step, moment) is { } released) return (Reason.OnHold, released);

        if (FirstOfStream(subject, enrollment, published.Scenario) is not null) return (Reason.StreamBusy, DateTimeOffset.MaxValue);

        foreach (var cap in catalog.Policy.Caps)
        {
            var since = (moment - cap.Within).ToUnixTimeMilliseconds();
            var counted = recipient.CountedSends.FindAll(sent => sent > since);
            if (counted.Count >= cap.Sends) return (Reason.CapReached, DateTimeOffset.FromUnixTimeMilliseconds(counted[^cap.Sends]) + cap.Within);
        }

        var hours = step.LeavesAtAnyHour ? null : catalog.Policy.AllowedHours.GetValueOrDefault(step.Class);
        if (hours is not null)
        {
            var allowed = Calendar.NextAllowed(moment, hours, ClockOf(ZoneRule.Recipient, recipient));
            if (allowed > moment) return (Reason.QuietHours, allowed);
        }

        // Who has no subject yet stands in no line. What waits for one does not expire meanwhile.
        if (step.SubjectTest is { } test && enrollment.Arm is null)
            return (Reason.SubjectTested, Later(enrollment.ArmAskedAt is { } asked ? asked + test.After : moment + test.After, moment) + AnswerLook);

        // The last gate: whose turn it is passes all others, so no place is given away in vain.
        if (step.Throttle is null || enrollment.TurnUntil >= moment) return (null, null);
        return (Reason.Throttled, hours is null ? DateTimeOffset.MaxValue : Calendar.AllowedUntil(moment, hours, ClockOf(ZoneRule.Recipient, recipient)));
    }

    private void StandInLine(SubjectState subject, Enrollment enrollment, Step.Send step, DateTimeOffset until, DateTimeOffset at)
    {
        until = Instants.FromMilliseconds(until.ToMilliseconds());
        if (enrollment.InLineUntil == until) return;
        enrollment.InLineUntil = until;
        Do(new Effect.InLine(subject.Ref, enrollment.Id, enrollment.Scenario, enrollment.Version, step.Id, enrollment.Iteration, until, at));
    }

    /// <summary>Asks once, and again where no answer came in its time.</summary>
    private void WaitForArm(SubjectState subject, Enrollment enrollment, Step.Send step, SubjectTest test, long recipientId, DateTimeOffset again, DateTimeOffset at)
    {
        if (enrollment.ArmAskedAt is not null && !(enrollment.StepDueAt <= at)) return;
        var arm = AskForArm(subject, enrollment, step, test);
        // Of whom it is found out with nobody waits.
        if (enrollment.ArmAskedAt is null && arm is null) Note(subject, enrollment, Reason.SubjectTested, at, recipientId);
        enrollment.ArmAskedAt ??= Later(at, now);
    }

    /// <returns>The arm that is drawn for it: the same for all people of an account, and for ever (SEMANTICS.md 40).</returns>
    private string? AskForArm(SubjectState subject, Enrollment enrollment, Step.Send step, SubjectTest test)
    {
        var arm = test.ArmOf(Draws.Share($"subject_test\n{step.Id}", Scenario.FamilyOf(enrollment.Scenario), AccountRefOf(subject)));
        Do(new Effect.ArmAsked(subject.Ref, enrollment.Id, enrollment.Scenario, enrollment.Version, step.Id, enrollment.Iteration, arm));
        return arm;
    }

    /// <summary>The mails of the step leave with it, once every gate is open.</summary>
    private void ArmAnswered(Signal.ArmAnswered signal)
    {
        if (SubjectHere(signal.Subject) is not { } subject) return;
        CatchUp(subject, signal.At, isInclusive: false);
        if (subject.Enrollments.Find(e => e.Id == signal.EnrollmentId && e.Status == EnrollmentStatus.Live) is { ArmAskedAt: not null, Arm: null } enrollment && enrollment.Step == signal.Step && enrollment.Iteration == signal.Occurrence)
        {
            enrollment.Arm = new(signal.Arm, signal.Ground, signal.At);
            Settle(subject, signal.At);
        }

        Rest(subject, signal.At);
    }

    /// <summary>All gates are asked again; what has not left when the turn is over stands in line anew.</summary>
    private void Admitted(Signal.Admitted signal)
    {
        if (SubjectHere(signal.Subject) is not { } subject) return;
        CatchUp(subject, signal.At, isInclusive: false);
        if (signal.Step.Length == 0) LetIn(subject, signal);
        else if (subject.Enrollments.Find(e => e.Id == signal.EnrollmentId && e.Status == EnrollmentStatus.Live) is { } enrollment && enrollment.Step == signal.Step && enrollment.Iteration == signal.Occurrence)
        {
            (enrollment.InLineUntil, enrollment.TurnUntil) = (null, signal.Until);
            Settle(subject, signal.At);
        }

        Rest(subject, signal.At);
    }

    /// <summary>The passage of the stream that goes before this one, of the subject or of the person's account; null where this one does.</summary>
    private Enrollment? FirstOfStream(SubjectState subject, Enrollment enrollment, Scenario scenario)
    {
        if (scenario.Stream is null) return null;
        var account = subject is ContactState contact ? AccountOf(contact) : null;
        return subject.Enrollments.Where(other => other != enrollment && IsBefore(other, isOfAccount: subject is AccountState))
            .Concat(account?.Enrollments.Where(other => IsBefore(other, isOfAccount: true)) ?? []).FirstOrDefault();

        bool IsBefore(Enrollment other, bool isOfAccount)
        {
            if (other.Status != EnrollmentStatus.Live || other.IsHeldOut || VersionOf(other).Scenario is not { } its || its.Stream != scenario.Stream) return false;
            if (its.Priority != scenario.Priority) return its.Priority > scenario.Priority;
            if (isOfAccount != subject is AccountState) return true;
            return (other.EnteredAt, other.Id).CompareTo((enrollment.EnteredAt, enrollment.Id)) < 0;
        }
    }

    private void Release(SubjectState subject, Enrollment enrollment, Step.Send step, ContactState recipient, DateTimeOffset at, DateTimeOffset expiresAt, Approval? approval)
    {
        // After a standstill it leaves now, whenever it was due.
        var leftAt = Later(at, now);
        var isCounted = step.Class != SendClass.Transactional && !recipient.IsInternal;
        var id = Draws.SendId(subject.Ref, enrollment.Id, step.Id, enrollment.Iteration, recipient.Id);
        var account = subject as AccountState ?? AccountOf(recipient);
        var locale = MailInputs.LocaleOf(catalog, recipient, account);
        var reads = catalog.Mails.ReadsOf(step.Template, locale);
        var arm = step.SubjectTest is null ? null : enrollment.Arm;
        Do(new Effect.PlanSend(new SendDraft
        {
            Id = id,
            Subject = subject.Ref,
            EnrollmentId = enrollment.Id,
            Scenario = enrollment.Scenario,
            Version = enrollment.Version,
            Step = step.Id,
            Occurrence = enrollment.Iteration,
            RecipientId = recipient.Id,
            Address = recipient.Email!,
            Class = step.Class,
            Topic = step.Topic,
            Template = step.Template,
            Locale = locale,
            Inputs = MailInputs.Write(catalog, reads, recipient, account, enrollment.Trigger, enrollment.Heard, response: enrollment.Response, session: FactsFor(step, enrollment, recipient), row: VersionOf(enrollment).Scenario.Row, asks: step.Asks is { } asked ? (asked, locale) : null, arm: arm?.Name,
                from: SenderOf(step, account, locale), edited: approval is { Subject.Length: > 0 } or { Text.Length: > 0 } ? (approval.Subject, approval.Text) : null, answers: AnswersFor(reads, recipient, account, enrollment, at)),
            Seed = Draws.Seed(id),
            PlannedAt = at,
            ExpiresAt = expiresAt,
            Correlation = correlation.Length > 0 ? correlation : id.ToString("N"),
            IsCounted = isCounted,
            CauseId = causeId,
            Identity = MailSender.IdentityOf(catalog.Policy, step.From, catalog.Mails.Find(step.Template, locale), account),
            Arm = arm?.Name,
            IsTested = arm?.Ground == ArmGround.Tested,
        }));
        enrollment.Sends.Add(new EnrollmentSend { Step = step.Id, Template = step.Template, Occurrence = enrollment.Iteration, RecipientId = recipient.Id, Fate = EnrollmentSendFate.Released, At = leftAt });
        if (isCounted) Count(recipient, leftAt);
        Note(subject, enrollment, Reason.Released, at, recipient.Id, detail: arm is null
            ? Detail(("template", step.Template))
            : Detail(("template", step.Template), ("arm", arm.Name), ("ground", arm.Ground.ToString().ToLowerInvariant())));
        if (step.Asks is not null) Happened(recipient, ProductEvents.Asked, at, ("scenario", enrollment.Scenario), ("step", step.Id), ("template", step.Template));
    }

    /// <summary>What the mail asks, as it is at its moment.</summary>
    private MailAnswers AnswersFor(MailReads reads, ContactState recipient, AccountState? account, Enrollment? enrollment, DateTimeOffset at) =>
        new(catalog.Index.Facts, new ConditionContext { Catalog = catalog, At = at, Contact = recipient, Account = account, Enrollment = enrollment, Remembered = enrollment is null ? null : HappenedFor(reads, recipient, account, enrollment, at) });

    /// <summary>
    /// What the mail asks of the time since entry. A passage remembers for its scenario alone, and a mail is published by itself; so it
    /// is asked of the log, which knows it whenever the mail came to ask.
    /// </summary>
    private Dictionary<string, OccurredEvent>? HappenedFor(MailReads reads, ContactState recipient, AccountState? account, Enrollment enrollment, DateTimeOffset at)
    {
        var asked = reads.Facts.Select(text => catalog.Index.Facts.GetValueOrDefault(text)).OfType<Fact>().SelectMany(fact => fact.Events).ToList();
        if (asked.Count == 0) return null;
        var (scenario, found) = (VersionOf(enrollment).Scenario, new Dictionary<string, OccurredEvent>(StringComparer.Ordinal));
        foreach (var of in asked.GroupBy(predicate => predicate.By))
        {
            SubjectState? whose = of.Key == SubjectKind.Contact ? recipient : account;
            if (whose is null) continue;
            foreach (var happened in PastOf(whose, enrollment, of.Select(predicate => predicate.EventName).ToHashSet()))
            {
                if (happened.OccurredAt > at || !Concerns(happened, enrollment, scenario) || whose is AccountState shared && shared.LeavesOut(happened.ContactId)) continue;
                var context = new ConditionContext { Catalog = catalog, At = happened.OccurredAt, Contact = recipient, Account = account, Enrollment = enrollment, Event = happened };
                foreach (var predicate in of.Where(predicate => predicate.EventName == happened.Name && predicate.Where?.Evaluate(context) is null or Truth.True)) found[predicate.Key] = happened;
            }
        }

        return found;
    }

    private SessionFacts? FactsFor(Step.Send step, Enrollment enrollment, ContactState recipient) =>
        SessionEvents.SessionOf(enrollment.Trigger) is { } id && catalog.Sessions.GetValueOrDefault(id) is { } session
            ? new(session, recipient.Sessions.GetValueOrDefault(id).Registration, ClockOf(ZoneRule.Recipient, recipient).Zone, step.HasCalendar)
            : null;

    private void Count(ContactState recipient, DateTimeOffset at)
    {
        if (catalog.Policy.Caps.Count == 0) return;
        var horizon = (at - catalog.Policy.Caps.Max(cap => cap.Within)).ToUnixTimeMilliseconds();
        recipient.CountedSends.RemoveAll(sent => sent <= horizon);
        recipient.CountedSends.Add(at.ToUnixTimeMilliseconds());
        recipient.CountedSends.Sort();
        set.Touch(new SubjectKey(slot, recipient.Ref));
    }

    /// <summary>A cap is booked at release and returned if nothing left (SEMANTICS.md 30).</summary>
    private void GiveBackCap(ContactState recipient, DateTimeOffset plannedAt, DateTimeOffset at)
    {
        // What ends long after its time counts no more: the next count is another mail's.
        if (catalog.Policy.Caps.All(cap => plannedAt <= at - cap.Within)) return;
        // After a standstill it counts from when it left, which is later than what it was planned for.
        var counted = recipient.CountedSends.FindIndex(sent => sent >= plannedAt.ToUnixTimeMilliseconds());
        if (counted < 0) return;
        recipient.CountedSends.RemoveAt(counted);
        // A mail of another scenario may have waited for just that.
        CatchUp(recipient, at, isInclusive: false);
        Settle(recipient, at);
        Rest(recipient, at);
    }

    private void Skip(SubjectState subject, Enrollment enrollment, Step.Send step, long recipientId, Reason reason, DateTimeOffset at)
    {
        enrollment.Sends.Add(new EnrollmentSend { Step = step.Id, Template = step.Template, Occurrence = enrollment.Iteration, RecipientId = recipientId, Fate = EnrollmentSendFate.Skipped, At = at });
        Note(subject, enrollment, reason, at, recipientId, detail: Detail(("template", step.Template)));
    }

    /// <summary>Until when the mail is of use: as long as the step says, without the time in which its subject was tested, and not beyond the day that it speaks of (SEMANTICS.md 32).</summary>
    /// <param name="since">From when on it may leave: since the step began, or a human let it. What begins on the date's own day a human may let leave later.</param>
    private DateTimeOffset ExpiryOf(SubjectState subject, Enrollment enrollment, Step.Send step, DateTimeOffset since, DateTimeOffset at)
    {
        var waited = enrollment.ArmAskedAt is { } asked ? (enrollment.Arm?.At ?? Later(at, now)) - asked : TimeSpan.Zero;
        var expiresAt = since + waited + (step.Expires ?? SendClasses.ExpiryOf(step.Class));
        return DateOver(subject, enrollment, at) is { } over && over - (since > enrollment.StepStartedAt ? TimeSpan.FromDays(1) : default) > enrollment.StepStartedAt && over < expiresAt ? over : expiresAt;
    }
}
