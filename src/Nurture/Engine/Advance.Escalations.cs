using Nurture.Conditions;
using Nurture.Contacts;
using Nurture.Escalations;
using Nurture.Health;
using Nurture.Notices;
using Nurture.Scenarios;
using Nurture.Sends;

namespace Nurture.Engine;

/// <summary>Calling a human, waiting for what came of it, and keeping silent meanwhile (SEMANTICS.md 42, 46 to 49).</summary>
internal sealed partial class Advance
{
    // An answer that does not come within this is asked for again.
    private static readonly TimeSpan AnswerLook = TimeSpan.FromHours(1);

    // What was heard of the budget, while the passage that asked goes on by it.
    private Signal.CaseAnswered? answer;

    private bool Escalated(SubjectState subject, Enrollment enrollment, PublishedScenario published, ScenarioProgram.Node node, Step.Escalate step, DateTimeOffset at)
    {
        if (enrollment.EscalationId != 0)
        {
            if (enrollment.StepDueAt is not { } deadline || deadline > at) return false;
            Note(subject, enrollment, Reason.TimedOut, deadline);
            WaitNoLonger(subject, enrollment, Reason.TimedOut, deadline);
            Go(subject, enrollment, published, node.Targets[^1], deadline);
            return true;
        }

        var account = subject as AccountState ?? AccountOf((ContactState)subject);
        if (enrollment.IsBehind)
        {
            Note(subject, enrollment, Reason.MomentGone, at);
            Go(subject, enrollment, published, step.WaitsForOutcome ? node.Targets[^1] : node.Next, enrollment.StepStartedAt);
            return true;
        }

        if (StandsStill(catalog.Index.CallRestsOn(published.Scenario), at) is { } later)
        {
            // Said once, when the waiting begins.
            if (enrollment.StepDueAt is null) Note(subject, enrollment, Reason.SourceSilent, at);
            enrollment.StepDueAt = later;
            return false;
        }

        if (answer?.EnrollmentId != enrollment.Id && RefusalOf(account, subject, step, at) is null && catalog.Escalations.Find(step.Type) is { } type && catalog.Escalations.HasBudget(type) && OpenOf(account!, type) is null)
        {
            enrollment.StepDueAt = at + AnswerLook;
            Do(new Effect.CaseAsked(subject.Ref, enrollment.Id, enrollment.Scenario, step.Id, enrollment.Iteration, account!.Id, type.Name, TakerOf(account, type) ?? type.Queue));
            return false;
        }

        enrollment.StepDueAt = null;
        var escalation = OpenOrJoin(account, subject, enrollment, step, at);
        if (escalation is not null && !escalation.Joiners.Exists(joiner => joiner.EnrollmentId == enrollment.Id)) escalation.Joiners.Add(new Joiner(subject.Ref, enrollment.Id));
        if (!step.WaitsForOutcome)
        {
            Go(subject, enrollment, published, node.Next, enrollment.StepStartedAt);
        }
        else if (escalation is null)
        {
            Go(subject, enrollment, published, TargetOf(step, node, EscalationTypes.NotOpened), enrollment.StepStartedAt);
        }
        else
        {
            enrollment.EscalationId = escalation.Id;
            var upTo = step.UpTo ?? catalog.Escalations.Find(escalation.Type)?.Hold?.Most ?? new Duration(TimeSpan.FromDays(21));
            enrollment.StepDueAt = Calendar.Add(at, upTo, Company);
        }

        if (account is not null && !ReferenceEquals(account, subject)) Rest(account, at);
        return enrollment.EscalationId == 0;
    }

    private static string? TargetOf(Step.Escalate step, ScenarioProgram.Node node, string outcome)
    {
        var i = step.Outcomes.ToList().FindIndex(arm => arm.Outcome == outcome);
        return node.Targets[i >= 0 ? i : ^1];
    }

    /// <summary>The open case of the type's family, which then has one more piece of evidence; or a new one. Null where none may be opened.</summary>
    private EscalationState? OpenOrJoin(AccountState? account, SubjectState subject, Enrollment enrollment, Step.Escalate step, DateTimeOffset at)
    {
        var type = catalog.Escalations.Find(step.Type);
        var refusal = RefusalOf(account, subject, step, at);
        if (refusal is null or "off" or "cool_down")
        {
            if (OpenOf(account!, type!) is { } known)
            {
                Note(subject, enrollment, Reason.EscalationJoined, at, detail: Detail(("type", step.Type), ("escalation", known.Id.ToString(System.Globalization.CultureInfo.InvariantCulture))));
                Evidence(account!, known, enrollment, step, at);
                // A type that is switched off tells what it saw, and neither holds nor hurries anybody.
                if (refusal != "off") HoldToo(account!, known, type!, at);
                var (isAside, isRaised) = (known.SnoozedUntil is not null, refusal != "off" && Raise(known, type!.Priority));
                if (isAside) TakeUp(known, at);
                if (isAside || isRaised) Changed(known);
                return known;
            }

            if (refusal is null && answer is { IsWithinBudget: false } && answer.EnrollmentId == enrollment.Id) refusal = "budget";
        }

        if (refusal is not null)
        {
            Note(subject, enrollment, Reason.EscalationNotOpened, at, detail: Detail(("type", step.Type), ("because", refusal)));
            return null;
        }

        return Open(account!, subject, enrollment, step, type!, at);
    }

    /// <summary>Of what is one case the more urgent says how urgent it is.</summary>
    private bool Raise(EscalationState escalation, EscalationPriority to)
    {
        if (to <= PriorityOf(escalation)) return false;
        escalation.Priority = to;
        return true;
    }

    private EscalationPriority PriorityOf(EscalationState escalation) => escalation.Priority ?? catalog.Escalations.PriorityOf(escalation.Type);

    /// <summary>A case holds for as long as any type of its evidence would have, counted from its opening, so that evidence that comes again and again silences nobody for ever.</summary>
    private void HoldToo(AccountState account, EscalationState escalation, EscalationType type, DateTimeOffset at)
    {
        if (type.Hold is not { } rule || type.Name == escalation.Type || Calendar.Add(escalation.OpenedAt, rule.Most, Company) is var until && until <= at) return;
        var source = Hold.SourceOf(escalation.Id);
        var before = account.Holds.Find(hold => hold.Source == source);
        var hold = before is null
            ? new Hold(source, at, until, type.Title, rule.Blocks, rule.Quiet)
            : before with { Until = Later(before.Until, until), Blocks = before.Blocks.And(rule.Blocks), Quiet = rule.Quiet > before.Quiet ? rule.Quiet : before.Quiet };
        if (hold != before) Begin(account, hold, at);
    }

    /// <summary>Why no case may be opened, whatever the budget says; null where one may.</summary>
    private string? RefusalOf(AccountState? account, SubjectState subject, Step.Escalate step, DateTimeOffset at) =>
        account is null ? "no_account"
        : catalog.Escalations.Find(step.Type) is not { } type ? "unknown_type"
        : account.IsInternal || subject is ContactState { IsInternal: true } ? "internal"
        : type.IsOff ? "off"
        : account.ClosedFamilies.Find(closed => closed.Family == type.Family) is { } before && before.CoolUntil > at ? "cool_down"
        : null;

    private static EscalationState? OpenOf(AccountState account, EscalationType type) => account.Escalations.Find(open => open.Family == type.Family);

    /// <summary>The colleague who gets the account's cases; null where they wait in the queue.</summary>
    private static string? TakerOf(AccountState account, EscalationType type) => type.ToOwner ? Text(account, "owner") : null;

    /// <summary>The passage that asked goes on by the answer; one that has left the step meanwhile does not hear it.</summary>
    private void CaseAnswered(Signal.CaseAnswered signal)
    {
        if (SubjectHere(signal.Subject) is not { } subject) return;
        CatchUp(subject, signal.At, isInclusive: false);
        if (subject.Enrollments.Find(e => e.Id == signal.EnrollmentId && e.Status == EnrollmentStatus.Live) is { } enrollment && enrollment.Step == signal.Step && enrollment.Iteration == signal.Occurrence)
        {
            answer = signal;
            Settle(subject, signal.At);
            answer = null;
        }

        Rest(subject, signal.At);
    }

    private EscalationState Open(AccountState account, SubjectState subject, Enrollment enrollment, Step.Escalate step, EscalationType type, DateTimeOffset at)
    {
        var ordinal = account.ClosedFamilies.Find(closed => closed.Family == type.Family)?.Count ?? 0;
        var escalation = new EscalationState
        {
            Id = Draws.EscalationId(account.Id, type.Family, ordinal),
            Type = type.Name,
            Family = type.Family,
            OpenedAt = at,
            Assignee = TakerOf(account, type),
            Clocks = CaseClocks.Start(type, at, Company),
        };
        account.Escalations.Add(escalation);
        var (team, clocks) = (Company, escalation.Clocks);
        Do(new Effect.EscalationOpened(new EscalationRow(
            escalation.Id, account.Id, type.Name, type.Family, type.Title, type.Priority, type.Queue, escalation.Assignee, at,
            clocks.AcknowledgeBy, clocks.ResolveBy, clocks.RemindAt, null, null, null, null, null, enrollment.Scenario, enrollment.Id)));
        foreach (var (position, task) in type.Playbook.Index())
        {
            if (task.If is { } asked && asked.Evaluate(Context(account, null, at)) != Truth.True) continue;
            Do(new Effect.TaskOpened(new CsmTask(
                Draws.TaskId(escalation.Id, position), account.Id, escalation.Id, task.Title, position, task.IsRequired, escalation.Assignee, After(task.Due), at, enrollment.Scenario, enrollment.Step ?? "")));
        }

        Note(subject, enrollment, Reason.EscalationOpened, at, detail: Detail(("type", type.Name), ("escalation", escalation.Id.ToString(System.Globalization.CultureInfo.InvariantCulture))));
        Evidence(account, escalation, enrollment, step, at);
        if (escalation.Assignee is { } owner)
            TellColleague(NoticeKind.Assigned, owner, account, escalation, "opened", at, new(type.Title, Text(account, "name")) { Because = step.Because, AcknowledgeBy = Local(clocks.AcknowledgeBy) });
        Happened(account, ProductEvents.EscalationOpened, at, ("type", type.Name), ("family", type.Family));
        if (type.Hold is { } hold) Begin(account, new Hold(Hold.SourceOf(escalation.Id), at, Calendar.Add(at, hold.Most, team), type.Title, hold.Blocks, hold.Quiet), at);
        set.Touch(new SubjectKey(slot, account.Ref));
        set.TouchProfile(account);
        return escalation;

        DateTimeOffset? After(Duration? length) => length is { } given ? Calendar.Add(at, given, team) : null;
    }

    /// <summary>Why now, for whoever reads the case: what the scenario saw, and how the account stands.</summary>
    private void Evidence(AccountState account, EscalationState escalation, Enrollment enrollment, Step.Escalate step, DateTimeOffset at)
    {
        var scenario = VersionOf(enrollment).Scenario;
        var seen = account.Members.Values.Select(member => member.LastActiveAt).DefaultIfEmpty().Max();
        Do(new Effect.EscalationNoted(escalation.Id, account.Id, at, "evidence", "", step.Because ?? "", Detail(
            ("scenario", scenario.Name),
            ("title", scenario.Title),
            ("type", step.Type),
            ("entered_at", enrollment.EnteredAt.ToString("O", System.Globalization.CultureInfo.InvariantCulture)),
            ("last_active_at", seen == default ? "" : seen.ToString("O", System.Globalization.CultureInfo.InvariantCulture)),
            ("band", account.Health is { } health ? HealthBands.Word(health.Band) : ""),
            ("score", Shown(account.Health?.Score)?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? ""))));
    }

    private void EscalationWorked(Signal.EscalationWorked signal)
    {
        if (set.Account(slot, signal.AccountId) is not { } account) return;
        var at = signal.At;
        CatchUp(account, at, isInclusive: false);
        if (signal.Act == EscalationAct.Close) CatchUpPeople(account, at);
        // Closed meanwhile, by somebody else or by itself: what was said of it is kept, and moves nothing.
        var escalation = account.Escalations.Find(open => open.Is(signal.EscalationId));
        Do(new Effect.EscalationNoted(escalation?.Id ?? signal.EscalationId, account.Id, at, signal.Act.ToString().ToLowerInvariant(), signal.By, signal.Text, Detail(
            ("outcome", signal.Outcome), ("assignee", signal.Assignee), ("subject", signal.Subject), ("to", signal.ContactId == 0 ? "" : SubjectRef.Contact(signal.ContactId).ToString()), ("until", signal.Until?.ToString("O", System.Globalization.CultureInfo.InvariantCulture) ?? "")), signal.ContactId));
        if (escalation is not null) Work(account, escalation, signal);
        SettleAccount(account, null, at);
        Rest(account, at);
    }

    private void Work(AccountState account, EscalationState escalation, Signal.EscalationWorked signal)
    {
        switch (signal.Act)
        {
            case EscalationAct.Acknowledge:
                escalation.AcknowledgedAt ??= signal.At;
                escalation.Assignee ??= signal.By;
                break;
            case EscalationAct.Assign: HandOver(account, escalation, signal); break;
            case EscalationAct.Snooze: PutAside(escalation, signal.At, signal.Until); break;
            case EscalationAct.Wake: TakeUp(escalation, signal.At); break;
            case EscalationAct.Note: break;
            case EscalationAct.Reply:
                Write(account, escalation, signal);
                // Whoever writes to the customer has taken the case.
                escalation.AcknowledgedAt ??= signal.At;
                escalation.Assignee ??= signal.By;
                break;
            case EscalationAct.Close:
                Close(account, escalation, signal.Outcome, signal.By, signal.At);
                return;
        }

        Changed(escalation);
    }

    /// <summary>A human's own mail, from the case: asked of no gate but whether the person can be written to at all.</summary>
    private void Write(AccountState account, EscalationState escalation, Signal.EscalationWorked signal)
    {
        if (set.Contact(slot, signal.ContactId) is not { Status: ContactStatus.Active, IsSuppressed: false, Email: { } address } person)
        {
            Do(new Effect.EscalationNoted(escalation.Id, account.Id, signal.At, "not_sent", "", "", "", signal.ContactId));
            return;
        }

        var step = $"reply-{causeId}";
        var id = Draws.SendId(account.Ref, escalation.Id, step, 0, person.Id);
        var locale = MailInputs.LocaleOf(catalog, person, account);
        var reads = catalog.Mails.ReadsOf(EscalationTypes.MailTemplate, locale);
        Do(new Effect.PlanSend(new SendDraft
        {
            Id = id,
            Subject = account.Ref,
            EnrollmentId = 0,
            Scenario = EscalationTypes.MailScenario,
            Version = 0,
            Step = step,
            RecipientId = person.Id,
            Address = address,
            Class = SendClass.Transactional,
            Template = EscalationTypes.MailTemplate,
            Locale = locale,
            Inputs = MailInputs.Write(catalog, reads, person, account, null, null, new Reply(signal.By, signal.Subject, signal.Text), answers: AnswersFor(reads, person, account, null, signal.At)),
            Seed = Draws.Seed(id),
            PlannedAt = signal.At,
            ExpiresAt = signal.At + SendClasses.ExpiryOf(SendClass.Transactional),
            Correlation = correlation.Length > 0 ? correlation : id.ToString("N"),
            IsCounted = false,
            CauseId = causeId,
        }));
    }

    private void Changed(EscalationState escalation) =>
        Do(new Effect.EscalationChanged(escalation.Id, escalation.Assignee, escalation.AcknowledgedAt, escalation.SnoozedUntil, null, null, null, ClocksOf(escalation), [.. escalation.Pauses]) { Priority = escalation.Priority });

    private void Close(AccountState account, EscalationState escalation, string outcome, string by, DateTimeOffset at)
    {
        account.Escalations.Remove(escalation);
        var coolDown = catalog.Escalations.Find(escalation.Type)?.CoolDown ?? TimeSpan.Zero;
        var count = account.ClosedFamilies.Find(closed => closed.Family == escalation.Family)?.Count ?? 0;
        account.ClosedFamilies.RemoveAll(closed => closed.Family == escalation.Family);
        account.ClosedFamilies.Add(new ClosedFamily(escalation.Family, count + 1, at + coolDown));
        TakeUp(escalation, at);
        Do(new Effect.EscalationChanged(escalation.Id, escalation.Assignee, escalation.AcknowledgedAt, null, at, outcome, by, escalation.Clocks, [.. escalation.Pauses]));
        Note(account, null, Reason.EscalationClosed, at, detail: Detail(("type", escalation.Type), ("outcome", outcome), ("by", by), ("escalation", escalation.Id.ToString(System.Globalization.CultureInfo.InvariantCulture))));
        Happened(account, ProductEvents.EscalationClosed, at, ("type", escalation.Type), ("family", escalation.Family), ("outcome", outcome));
        set.Touch(new SubjectKey(slot, account.Ref));
        set.TouchProfile(account);

        // First the outcome, then the end of the silence: what the human just asked for goes before what waited.
        var isByHuman = by.Length > 0;
        HearOutcome(account, escalation, outcome, isByHuman, at);
        foreach (var person in EnrolledPeople(account)) HearOutcome(person, escalation, outcome, isByHuman, at);
        if (account.Holds.Find(hold => hold.Source == Hold.SourceOf(escalation.Id)) is { } held) EndHold(account, held, by, at);
        else SettlePeople(account, at);
    }

    private void HearOutcome(SubjectState subject, EscalationState escalation, string outcome, bool isByHuman, DateTimeOffset at)
    {
        foreach (var enrollment in subject.Enrollments.Where(waiting => waiting.EscalationId != 0 && escalation.Is(waiting.EscalationId) && waiting.Status == EnrollmentStatus.Live).ToList())
        {
            var published = VersionOf(enrollment);
            if (published.Program.Nodes[enrollment.Step!] is not { Step: Step.Escalate step } node) throw new InvalidOperationException($"{published.Scenario.Name} waits for an outcome at {enrollment.Step}, which is no escalation.");
            enrollment.EscalationId = 0;
            enrollment.AskedFor = isByHuman ? enrollment.Step : null;
            Note(subject, enrollment, Reason.OutcomeHeard, at, detail: Detail(("outcome", outcome)));
            Go(subject, enrollment, published, TargetOf(step, node, outcome), at);
        }
    }

    /// <summary>A passage does not wait for the outcome any more; that it called stays.</summary>
    private void WaitNoLonger(SubjectState subject, Enrollment enrollment, Reason reason, DateTimeOffset at)
    {
        var id = enrollment.EscalationId;
        enrollment.EscalationId = 0;
        if ((subject as AccountState ?? AccountOf((ContactState)subject)) is { } account && account.Escalations.Find(open => open.Is(id)) is { } escalation) NoteLeft(account, escalation.Id, enrollment, reason, at);
    }

    /// <summary>Of two passages that are one now, the one that goes on calls for what the other called for.</summary>
    private void CallInstead(SubjectState subject, Enrollment ends, Enrollment goesOn)
    {
        foreach (var escalation in (subject as AccountState ?? AccountOf((ContactState)subject))?.Escalations ?? [])
        {
            if (escalation.Joiners.RemoveAll(joiner => joiner.EnrollmentId == ends.Id) > 0 && !escalation.Joiners.Exists(joiner => joiner.EnrollmentId == goesOn.Id))
                escalation.Joiners.Add(new Joiner(subject.Ref, goesOn.Id));
        }
    }

    private void NoteLeft(AccountState account, long escalationId, Enrollment enrollment, Reason reason, DateTimeOffset at) =>
        Do(new Effect.EscalationNoted(escalationId, account.Id, at, "left", "", "", Detail(("scenario", enrollment.Scenario), ("reason", reason.Code()))));

    /// <summary>
    /// A passage that opened cases, or joined them, calls no longer, whether it waited for their outcomes or not. A case that
    /// nobody took, and for which no other passage calls, is closed with what ended it; a human's work never is (SEMANTICS.md 42).
    /// </summary>
    private void LeaveCases(SubjectState subject, Enrollment enrollment, Reason reason, DateTimeOffset at)
    {
        var waitedFor = enrollment.EscalationId;
        enrollment.EscalationId = 0;
        if ((subject as AccountState ?? AccountOf((ContactState)subject)) is not { } account) return;
        foreach (var escalation in account.Escalations.Where(open => open.Joiners.Exists(joiner => joiner.EnrollmentId == enrollment.Id)).ToList())
        {
            escalation.Joiners.RemoveAll(joiner => joiner.EnrollmentId == enrollment.Id);
            var hasRecovered = reason is Reason.GoalReached or Reason.ExitTrue or Reason.AudienceLost;
            if (hasRecovered || escalation.Is(waitedFor)) NoteLeft(account, escalation.Id, enrollment, reason, at);
            if (hasRecovered && escalation.AcknowledgedAt is null && escalation.Joiners.Count == 0) Close(account, escalation, EscalationTypes.RecoveredByItself, "", at);
            set.Touch(new SubjectKey(slot, account.Ref));
            if (!ReferenceEquals(account, subject)) Rest(account, at);
        }
    }

    /// <summary>The goal of a passage that goes on and waits for an outcome: a case that nobody took and that no other passage calls for is closed, and the passage hears that.</summary>
    private void Recover(SubjectState subject, Enrollment enrollment, DateTimeOffset at)
    {
        if ((subject as AccountState ?? AccountOf((ContactState)subject)) is not { } account || account.Escalations.Find(open => open.Is(enrollment.EscalationId)) is not { } escalation) return;
        NoteLeft(account, escalation.Id, enrollment, Reason.GoalReached, at);
        if (escalation.AcknowledgedAt is not null || escalation.Joiners.Exists(joiner => joiner.EnrollmentId != enrollment.Id)) return;
        Close(account, escalation, EscalationTypes.RecoveredByItself, "", at);
        if (!ReferenceEquals(account, subject)) Rest(account, at);
    }

    /// <summary>The team's clock and days.</summary>
    private LocalClock Company => new(
        Calendar.ZoneOrNull(catalog.Policy.Zone) ?? throw new InvalidOperationException($"The policy's zone {catalog.Policy.Zone} is no time zone."), catalog.Policy.TeamCalendar);
}
