using NodaTime;
using Nurture.Conditions;
using Nurture.Contacts;
using Nurture.Packing;
using Nurture.Scenarios;
using Nurture.Sessions;

namespace Nurture.Engine;

/// <summary>Walking an enrollment from step to step (SEMANTICS.md 23 to 29, 42 to 44).</summary>
internal sealed partial class Advance
{
    // The linter refuses cycles, so a passage that takes more steps at one moment is broken.
    private const int MostStepsAtOnce = 1000;

    // Whoever resumes a scenario has all asked that stand in it.
    private static readonly DateTimeOffset UntilResumed = DateTimeOffset.MaxValue.Truncate();

    /// <summary>Goes on from the step it stands on for as long as nothing has to be waited for.</summary>
    private void Continue(SubjectState subject, Enrollment enrollment, DateTimeOffset at)
    {
        var published = VersionOf(enrollment);
        for (var i = 0; enrollment is { Status: EnrollmentStatus.Live, Step: { } id }; i++)
        {
            if (i == MostStepsAtOnce) throw new InvalidOperationException($"{published.Scenario.Name} takes more than {MostStepsAtOnce} steps at once at {id}.");
            if (!published.Program.Nodes.TryGetValue(id, out var node)) throw new InvalidOperationException($"{published.Scenario.Name} version {published.Scenario.Version} has no step {id}.");
            bool hasMoved;
            try
            {
                hasMoved = !StandsPaused(subject, enrollment, published, node.Step, at) && node.Step switch
                {
                    Step.Send send => TrySend(subject, enrollment, published, node, send, at),
                    Step.WaitFor wait => WaitedFor(subject, enrollment, published, node, wait, at),
                    Step.WaitLength wait => WaitedUntil(subject, enrollment, published, node, at, () => Calendar.Add(enrollment.StepStartedAt, wait.Length, ClockOf(ZoneRule.Recipient, subject))),
                    Step.WaitUntil wait => WaitedUntil(subject, enrollment, published, node, at, () => Calendar.Next(enrollment.StepStartedAt, wait.Time, wait.Days, ClockOf(wait.Zone, subject))),
                    Step.WaitUntilDate wait => WaitedForDate(subject, enrollment, published, node, wait, at),
                    Step.Branch branch => Branched(subject, enrollment, published, node, branch, at),
                    Step.Split split => HasSplit(subject, enrollment, published, node, split, at),
                    Step.Repeat repeat => Repeats(subject, enrollment, published, node, repeat, at),
                    Step.Set set => HasSet(subject, enrollment, published, node, set, at),
                    Step.Assign assign => HasAssigned(subject, enrollment, published, node, assign, at),
                    Step.Unsubscribe unsubscribe => HasUnsubscribed(subject, enrollment, published, node, unsubscribe, at),
                    Step.Forget forget => HasForgotten(subject, enrollment, forget, at),
                    Step.Enlist enlist => HasEnlisted(subject, enrollment, published, node, enlist, at),
                    Step.Start start => HasStarted(subject, enrollment, published, node, start, at),
                    Step.Stop stop => HasStopped(subject, enrollment, published, node, stop, at),
                    Step.End end => HasEnded(subject, enrollment, end, at),
                    Step.Escalate escalate => Escalated(subject, enrollment, published, node, escalate, at),
                    Step.Webhook webhook => Called(subject, enrollment, published, node, webhook, at),
                    Step.Notify notify => HasNotified(subject, enrollment, published, node, notify, at),
                    Step.Task task => HasTask(subject, enrollment, published, node, task, at),
                    _ => throw new InvalidOperationException($"No walk for {node.Step.GetType().Name}."),
                };
            }
            catch (Exception e) when (e is not (SubjectNeededException or PoisonException or NewerFormatException or OutOfMemoryException))
            {
                throw new PoisonException(new SubjectKey(slot, subject.Ref), $"{enrollment.Scenario}/{id}", e);
            }

            if (!hasMoved) return;
        }
    }

    /// <summary>A paused scenario calls nobody: cases, tasks and words to colleagues wait as its mails do, and what follows counts from when they go on (SEMANTICS.md 45, 53).</summary>
    private bool StandsPaused(SubjectState subject, Enrollment enrollment, PublishedScenario published, Step step, DateTimeOffset at)
    {
        if (step is not (Step.Escalate or Step.Task or Step.Notify) || enrollment is { IsBehind: true } or { EscalationId: not 0 } or { TaskId: not 0 }) return false;
        if (!IsPaused(published, enrollment))
        {
            if (enrollment.StepDueAt == UntilResumed) (enrollment.StepStartedAt, enrollment.StepDueAt) = (at, null);
            return false;
        }

        // Said once, when the waiting begins.
        if (enrollment.StepDueAt != UntilResumed) Note(subject, enrollment, Reason.Paused, at);
        enrollment.StepDueAt = UntilResumed;
        return true;
    }

    private bool IsPaused(PublishedScenario published, Enrollment enrollment) => published.IsPaused || catalog.Live.GetValueOrDefault(enrollment.Scenario) is { IsPaused: true };

    private void Go(SubjectState subject, Enrollment enrollment, PublishedScenario published, string? step, DateTimeOffset at)
    {
        if (step is null)
        {
            End(subject, enrollment, Reason.Completed, at);
            return;
        }

        if (enrollment.Approvals.Count > 0) WithdrawApprovals(enrollment, at);
        enrollment.Step = step;
        enrollment.StepStartedAt = at;
        enrollment.StepDueAt = null;
        (enrollment.InLineUntil, enrollment.TurnUntil) = (null, null);
        (enrollment.ArmAskedAt, enrollment.Arm) = (null, null);
        enrollment.CallId = default;
        Do(new Effect.Positioned(subject.Ref, enrollment.Id, published.Scenario.Name, published.Scenario.Version, step, at));
    }

    private bool WaitedFor(SubjectState subject, Enrollment enrollment, PublishedScenario published, ScenarioProgram.Node node, Step.WaitFor wait, DateTimeOffset at)
    {
        var context = Context(subject, enrollment, at) with { MostLate = wait.Late };
        var deadline = wait switch
        {
            { Until: { } until } => MomentOf(until, subject, enrollment, at),
            { UpToDuration: { } length } => Calendar.Add(enrollment.StepStartedAt, length, ClockOf(ZoneRule.Recipient, subject)),
            { UpTo: { } length } => enrollment.StepStartedAt + length,
            _ => (DateTimeOffset?)null,
        };
        if (wait.For.Evaluate(context) == Truth.True)
        {
            enrollment.Heard = LatestHeard(enrollment, wait.For) ?? enrollment.Heard;
            Note(subject, enrollment, at == enrollment.StepStartedAt && enrollment.StepDueAt is null ? Reason.AlreadyTrue : Reason.Heard, at, enrollment.Heard?.ContactId ?? 0);
            Go(subject, enrollment, published, node.Next, at);
            return true;
        }

        if (deadline <= at || WaitsForNothing(enrollment, published.Scenario, wait.For))
        {
            // A date may have gone by before anybody came here.
            var over = deadline <= at ? Later(deadline.Value, enrollment.StepStartedAt) : at;
            Note(subject, enrollment, Reason.TimedOut, over);
            enrollment.LastTimeout = (enrollment.Step!, over);
            if (deadline <= at && wait.Until is { Offset.IsBefore: true }) enrollment.DateStep = wait.Id;
            Go(subject, enrollment, published, node.Targets[0], over);
            return true;
        }

        var change = wait.For.NextChange(context);
        enrollment.IsBehind = false;
        enrollment.StepDueAt = deadline is null || change < deadline ? change ?? deadline : deadline;
        return false;
    }

    private static OccurredEvent? LatestHeard(Enrollment enrollment, Condition condition)
    {
        OccurredEvent? latest = null;
        foreach (var predicate in condition.Events)
        {
            if (enrollment.EventsSinceEntry.TryGetValue(predicate.Key, out var happened) && (latest is null || happened.OccurredAt >= latest.OccurredAt)) latest = happened;
        }

        return latest;
    }

    /// <summary>A wait for a click on a mail that was skipped, or for an answer to it, takes its time-out at once (SEMANTICS.md 29).</summary>
    private static bool WaitsForNothing(Enrollment enrollment, Scenario scenario, Condition condition)
    {
        if (condition.HitTemplates.Count == 0 && !condition.Events.Any(asked => asked.EventName == ProductEvents.Answered)) return false;
        return !StillPossible.Of(condition, name => AreSkipped(send => send.Template == name || send.Step == name), () => !AreSkipped(send => Asks(scenario, send.Step)));

        bool AreSkipped(Func<EnrollmentSend, bool> which)
        {
            var sends = enrollment.Sends.Where(send => enrollment.IsOfTurn(send) && which(send)).ToList();
            return sends.Count > 0 && sends.All(send => send.Fate == EnrollmentSendFate.Skipped);
        }
    }

    private bool WaitedUntil(SubjectState subject, Enrollment enrollment, PublishedScenario published, ScenarioProgram.Node node, DateTimeOffset at, Func<DateTimeOffset> moment)
    {
        // Asked anew each time: a change of zone re-plans the wait (SEMANTICS.md 35).
        var due = moment();
        if (due > at)
        {
            enrollment.IsBehind = false;
            enrollment.StepDueAt = due;
            return false;
        }

        Note(subject, enrollment, Reason.WaitOver, due);
        Go(subject, enrollment, published, node.Next, due);
        return true;
    }

    private bool WaitedForDate(SubjectState subject, Enrollment enrollment, PublishedScenario published, ScenarioProgram.Node node, Step.WaitUntilDate wait, DateTimeOffset at)
    {
        // Asked anew each time: a date that moves re-plans the wait, and one that nobody has said yet is waited for.
        var due = MomentOf(wait.Until, subject, enrollment, at);
        if (due is null || due > at)
        {
            (enrollment.IsBehind, enrollment.StepDueAt) = (false, due);
            return false;
        }

        // Who enters late does not get in a row what others got one by one; who enters by a date that came enters for what is due at it.
        var entersLate = due < enrollment.EnteredAt && (enrollment.IsBehind || enrollment.Trigger?.Name != ProductEvents.DateReached);
        enrollment.IsBehind = at - due > wait.CatchUp || entersLate;
        if (wait.Until.Offset.IsBefore) enrollment.DateStep = wait.Id;
        Note(subject, enrollment, Reason.WaitOver, at);
        Go(subject, enrollment, published, node.Next, at);
        return true;
    }

    private bool Branched(SubjectState subject, Enrollment enrollment, PublishedScenario published, ScenarioProgram.Node node, Step.Branch branch, DateTimeOffset at)
    {
        var context = Context(subject, enrollment, at);
        for (var i = 0; i < branch.Arms.Count; i++)
        {
            if (branch.Arms[i].If is { } when && when.Evaluate(context) != Truth.True) continue;
            Note(subject, enrollment, Reason.BranchTaken, enrollment.StepStartedAt, detail: Detail(("if", branch.Arms[i].If?.Text ?? "else")));
            Go(subject, enrollment, published, node.Targets[i], enrollment.StepStartedAt);
            return true;
        }

        Note(subject, enrollment, Reason.NoBranchTaken, enrollment.StepStartedAt);
        Go(subject, enrollment, published, node.Next, enrollment.StepStartedAt);
        return true;
    }

    /// <summary>The passage is over. What it planned and what has not been handed over is withdrawn, unless it simply ran to its end.</summary>
    private void End(SubjectState subject, Enrollment enrollment, Reason reason, DateTimeOffset at, string detail = "", bool isNoted = false)
    {
        if (!isNoted) Note(subject, enrollment, reason, at, detail: detail);
        if (enrollment.Approvals.Count > 0) WithdrawApprovals(enrollment, at);
        var scenario = VersionOf(enrollment).Scenario;
        LeaveSeat(subject, scenario, enrollment, reason, at);
        // Whom it kept from sending sends now.
        if (scenario.Stream is not null)
        {
            unsettled.Add((subject, at));
            if (subject is AccountState account) unsettled.AddRange(EnrolledPeople(account).Select(person => ((SubjectState)person, at)));
        }

        if (reason is not (Reason.Completed or Reason.Ended))
        {
            foreach (var name in NamesOf(subject)) Do(new Effect.CancelSends(name, enrollment.Id, reason));
        }

        Do(new Effect.Positioned(subject.Ref, enrollment.Id, enrollment.Scenario, enrollment.Version, null, at));
        var count = subject.Passages.Find(p => p.Scenario == enrollment.Scenario && p.Key == enrollment.Key)?.Count ?? 0;
        AddPassage(subject, new Passage(enrollment.Scenario, enrollment.Key, enrollment.EnteredAt, at, count + 1));
        (enrollment.Step, enrollment.StepDueAt) = (null, null);
        var isMeasured = enrollment.GoalDeadline is not null && enrollment.GoalReachedAt is null && reason is not (Reason.Merged or Reason.Erased);
        if (isMeasured || (enrollment is { GoalReachedAt: null, MissedAt: { } missed } && missed + LateGoal > at && reason is not (Reason.Merged or Reason.Erased))) enrollment.Status = EnrollmentStatus.Measuring;
        else subject.Enrollments.Remove(enrollment);
        // Who came to the end of the steps may still come to the goal.
        if (enrollment.Status == EnrollmentStatus.Live || reason is not (Reason.Completed or Reason.Ended)) LeaveCases(subject, enrollment, reason, at);
    }

    /// <summary>What goals, exits and waits of the subject's passages ask about, they remember (SEMANTICS.md 18, 23, 24).</summary>
    private void Remember(SubjectState subject, OccurredEvent happened, SubjectKind by) =>
        Guarded(new SubjectKey(slot, subject.Ref), () => RememberUnguarded(subject, happened, by));

    private void RememberUnguarded(SubjectState subject, OccurredEvent happened, SubjectKind by)
    {
        foreach (var enrollment in subject.Enrollments) Remember(subject, enrollment, happened, by);
    }

    private void Remember(SubjectState subject, Enrollment enrollment, OccurredEvent happened, SubjectKind by)
    {
        var scenario = VersionOf(enrollment).Scenario;
        if (!Concerns(happened, enrollment, scenario)) return;
        if (IsAnswerTo(enrollment, happened) && enrollment.Heard is { Name: ProductEvents.Answered } heard && heard.ContactId == happened.ContactId && heard["step"] == happened["step"]) enrollment.Heard = happened;
        if (enrollment is { Status: EnrollmentStatus.Measuring, MissedAt: { } missed } && happened.OccurredAt > missed) return;
        List<EventPredicate>? matched = null;
        foreach (var predicate in CatalogIndex.EventsOf(scenario))
        {
            if (predicate.By != by || predicate.EventName != happened.Name) continue;
            if (predicate.Where is { } where && where.Evaluate(Context(subject, enrollment, happened.OccurredAt) with { Event = happened }) != Truth.True) continue;
            if (!enrollment.EventsSinceEntry.TryGetValue(predicate.Key, out var known) || known.OccurredAt <= happened.OccurredAt) enrollment.EventsSinceEntry[predicate.Key] = happened;
            (matched ??= []).Add(predicate);
        }

        foreach (var predicate in matched?.DistinctBy(asked => asked.Key) ?? []) HearLate(subject, enrollment, VersionOf(enrollment), predicate, happened);
    }

    /// <summary>Whether it happened since the passage began, and is told of what it is about: its own key, session and questions.</summary>
    private static bool Concerns(OccurredEvent happened, Enrollment enrollment, Scenario scenario)
    {
        if (happened.OccurredAt < enrollment.EnteredAt || (happened.Id != 0 && happened.Id == enrollment.Trigger?.Id)) return false;
        var isOwnAnswer = IsAnswerTo(enrollment, happened);
        // Who asks hears the answers to what it asked, and nobody else's.
        if (happened.Name == ProductEvents.Answered && !isOwnAnswer && Asks(scenario)) return false;
        if (!isOwnAnswer && scenario.KeyProperty is { } key && enrollment.Key.Length > 0 && happened[key].ToString() != enrollment.Key && !ProductEvents.IsHeardByEveryKey(happened.Name, key)) return false;
        // Of sessions it hears what is said of its own.
        return !SessionEvents.IsOne(happened.Name) || SessionEvents.SessionOf(enrollment.Trigger) is not { } own || SessionEvents.SessionOf(happened) == own;
    }

    /// <summary>What was heard because it fitted the trigger of before, and does not fit the one that took its place.</summary>
    private void ForgetOfOther(SubjectState subject, Enrollment enrollment, Scenario scenario)
    {
        foreach (var predicate in CatalogIndex.EventsOf(scenario))
        {
            if (predicate.Where is { } where && enrollment.EventsSinceEntry.TryGetValue(predicate.Key, out var heard) && where.Evaluate(Context(subject, enrollment, heard.OccurredAt) with { Event = heard }) != Truth.True)
                enrollment.EventsSinceEntry.Remove(predicate.Key);
        }
    }

    /// <summary>
    /// Signals may come before others that were sent earlier: SDKs shuffle them, and those that reach the slot a contact
    /// has left are sent on. What was heard before the trigger came, though it happened after it, happened since entry.
    /// </summary>
    private void RememberPast(SubjectState subject, Enrollment enrollment)
    {
        var account = subject as AccountState ?? AccountOf((ContactState)subject);
        if (subject is ContactState person && HeardUntil(person) > enrollment.EnteredAt) RememberPast(subject, enrollment, SubjectKind.Contact, _ => true);
        if (account is not null && HeardUntil(account) > enrollment.EnteredAt) RememberPast(subject, enrollment, SubjectKind.Account, happened => !account.LeavesOut(happened.ContactId));
    }

    /// <param name="by">Whose events: the person's, or those of all in the account.</param>
    private void RememberPast(SubjectState subject, Enrollment enrollment, SubjectKind by, Func<OccurredEvent, bool> isMeant)
    {
        var names = CatalogIndex.EventsOf(VersionOf(enrollment).Scenario).Where(predicate => predicate.By == by).Select(predicate => predicate.EventName).ToHashSet();
        var whose = by == subject.Kind ? subject : AccountOf((ContactState)subject);
        if (names.Count == 0 || whose is null) return;
        foreach (var happened in PastOf(whose, enrollment, names).Where(isMeant).ToList())
            Remember(subject, enrollment, subject is ContactState { Absorbed: var former } && former.Contains(happened.ContactId) ? happened with { ContactId = subject.Id } : happened, by);
    }

    /// <summary>What the log knows of the subject since the passage began; its trigger, which may have come here as another row, excluded.</summary>
    private IEnumerable<OccurredEvent> PastOf(SubjectState whose, Enrollment enrollment, IReadOnlyCollection<string> names) =>
        set.PastOf(new SubjectKey(slot, whose.Ref), enrollment.EnteredAt, names).Where(happened => enrollment.Trigger is not { } trigger
            || happened.Name != trigger.Name || happened.OccurredAt != trigger.OccurredAt || !happened.Properties.Span.SequenceEqual(trigger.Properties.Span));

    private static DateTimeOffset HeardUntil(SubjectState subject) => subject switch
    {
        ContactState contact => contact.LastActiveAt,
        AccountState account => account.Members.Values.Select(member => member.LastActiveAt).DefaultIfEmpty().Max(),
        _ => default,
    };

    /// <summary>The clock that the rule names, and the days on which those work whom it is about.</summary>
    private LocalClock ClockOf(ZoneRule rule, SubjectState subject)
    {
        var account = subject as AccountState ?? AccountOf((ContactState)subject);
        return new(ZoneOf(rule, subject, account), rule.Of == Scenarios.ZoneOf.Company ? catalog.Policy.TeamCalendar : catalog.Policy.CalendarOf(Text(account, "country") ?? Text(subject, "country")));
    }

    private DateTimeZone ZoneOf(ZoneRule rule, SubjectState subject, AccountState? account)
    {
        var id = rule.Of switch
        {
            Scenarios.ZoneOf.Recipient => Text(subject, "zone") ?? Text(account, "zone") ?? Text(subject, "browser_zone"),
            Scenarios.ZoneOf.Account => Text(account, "zone"),
            Scenarios.ZoneOf.Company => null,
            Scenarios.ZoneOf.Named => rule.Named,
        };
        return Calendar.ZoneOrNull(id) ?? Calendar.ZoneOrNull(catalog.Policy.Zone)
            ?? throw new InvalidOperationException($"The policy's zone {catalog.Policy.Zone} is no time zone.");
    }

    private static string? Text(SubjectState? subject, string attribute) =>
        subject?[attribute] is { Kind: ValueKind.Text } value ? value.AsText : null;
}
