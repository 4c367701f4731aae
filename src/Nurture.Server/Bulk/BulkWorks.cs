using Nurture.Conditions;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Scenarios;
using Nurture.Server.Authoring;
using Nurture.Server.Hosting;
using Nurture.Server.Publishing;
using Nurture.Server.Slots;
using Nurture.Storage;

namespace Nurture.Server.Bulk;

/// <summary>
/// Work by hand on many at once: first who they are and what would come of it, then, once somebody confirmed the count, one
/// signal each. Every node takes steps; each is one transaction, so a restart or another node goes on where it was. It goes
/// at the slots' pace and at its own, and stands still while the scenario is paused.
/// </summary>
internal sealed class BulkWorks(
    BulkStore store, WalkStore walks, Chosen chosen, EntryTrial trial, Desk desk, SettingsStore settings, CatalogSource catalogs, SlotStore slots, SlotBacklog backlog,
    BusinessClock clock, WorkSignals signals, ILogger<BulkWorks> logger)
    : BackgroundService
{
    private const int ChunkSize = 250;
    private const int MostShown = 20;

    // Of machine time. A chunk takes a few milliseconds; the slots get the database in between.
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim turn = new(1, 1);

    // Of works whose last step failed: when that was, by the machine's clock.
    private readonly Dictionary<long, long> failed = [];
    private long steps;
    private long drained;

    /// <summary>Raised when something is to be counted or done.</summary>
    public WorkSignal Asked { get; } = new();

    /// <summary>One step of each; returns how many were looked at, told or ended. One whose step fails keeps no other back, and is tried again a second later.</summary>
    public async Task<int> TurnAsync(CancellationToken cancel)
    {
        await turn.WaitAsync(cancel);
        try
        {
            var done = 0;
            foreach (var work in await store.UnderWayAsync(cancel))
            {
                if (failed.TryGetValue(work.Id, out var then) && TimeProvider.System.GetElapsedTime(then) < LookAgain) continue;
                failed.Remove(work.Id);
                try
                {
                    done += work.State == BulkState.Counting ? await CountAsync(work, cancel) : await TellAsync(work, cancel);
                }
                catch (Exception failure) when (!cancel.IsCancellationRequested)
                {
                    logger.LogError(failure, "A step of {Act} {Work} in {Scenario} failed and is tried again", work.Act, work.Id, work.Scenario);
                    failed[work.Id] = TimeProvider.System.GetTimestamp();
                }
            }

            if (done > 0) steps++;
            return done;
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>As <see cref="TurnAsync"/>; what was done in the background meanwhile is work for others, too.</summary>
    public async Task<int> DrainAsync(CancellationToken cancel)
    {
        await TurnAsync(cancel);
        var (before, now) = (drained, Interlocked.Read(ref steps));
        drained = now;
        return (int)(now - before);
    }

    /// <summary>When one that keeps a pace may go on.</summary>
    public async Task<DateTimeOffset?> NextAsync(DateTimeOffset after, CancellationToken cancel)
    {
        DateTimeOffset? next = null;
        foreach (var work in await store.UnderWayAsync(cancel))
        {
            if (work is not { State: BulkState.Running, BeganAt: { } began } || PaceOf(work) is not { } pace) continue;
            var at = began + TimeSpan.FromMinutes(pace.NextMinute(MinuteOf(work, after) + 1));
            if (!(next <= at)) next = at;
        }

        return next;
    }

    protected override async Task ExecuteAsync(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                if (await TurnAsync(cancel) == 0) await Asked.WaitAsync(LookAgain, cancel);
                else
                {
                    await backlog.WaitAsync(ChunkSize, cancel);
                    await Task.Delay(Breath, cancel);
                }
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                logger.LogError(failure, "Work on many could not be looked for, and is looked for again");
                await Asked.WaitAsync(LookAgain, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    public static Pace? PaceOf(BulkWork work) => Pace.Parse(work.Pace);

    private async Task<int> CountAsync(BulkWork work, CancellationToken cancel)
    {
        var (now, catalog) = (clock.Now, (await catalogs.CurrentAsync(cancel)).Catalog);
        if (!catalog.Live.TryGetValue(work.Scenario, out var published)) return await FailAsync(work, "The scenario is not live any more.", now, cancel);
        if (!TryReadCondition(work, published.Scenario, await desk.EnvironmentAsync(cancel), out var condition)) return await FailAsync(work, "The condition cannot be read any more.", now, cancel);
        if (work.Subjects == 0 && work.Looked == 0 && await SubjectsAsync(work, published.Scenario, cancel) is > 0 and var all)
            return await store.CountAsync(work, work with { Subjects = all, MovedAt = now }, [], cancel) ? 1 : 0;

        var counting = new Counting(work.Counted);
        var (looked, place, found) = work.Act switch
        {
            BulkAct.Start when work.Choice.IsListed => await ListedAsync(work, counting, catalog, now, cancel),
            BulkAct.Start or BulkAct.Backfill => await EverybodyAsync(work, published.Scenario, condition, counting, catalog, now, cancel),
            _ => await PassagesAsync(work, condition, counting, catalog, now, cancel),
        };
        var moved = looked == 0
            ? work with { State = BulkState.Counted, MovedAt = now }
            : work with
            {
                Looked = work.Looked + looked, Subjects = Math.Max(work.Subjects, work.Looked + looked), Chosen = work.Chosen + found.Count, Counted = counting.ToCount(),
                AfterSlot = place.Slot, AfterId = place.Id, MovedAt = now,
            };
        return await store.CountAsync(work, moved, found, cancel) ? Math.Max(looked, 1) : 0;
    }

    private async Task<long> SubjectsAsync(BulkWork work, Scenario scenario, CancellationToken cancel) => work.Act switch
    {
        BulkAct.Start when work.Choice.IsListed => work.Chosen,
        BulkAct.Start => await walks.SubjectsAsync(scenario.Subject, cancel),
        BulkAct.Backfill => await walks.SubjectsAsync(Backfill.KindOf(scenario.Trigger) ?? scenario.Subject, cancel),
        _ => await store.CountPositionsAsync(work, cancel),
    };

    private async Task<(int Looked, (short Slot, long Id) Place, IReadOnlyList<BulkSubject> Found)> ListedAsync(BulkWork work, Counting counting, Catalog catalog, DateTimeOffset now, CancellationToken cancel)
    {
        var (taken, turns) = await store.NextAsync(work, work.Looked, ChunkSize, cancel);
        counting.Add(await trial.AskAsync(work, turns, catalog, await settings.AddressHashAsync(cancel), now, cancel));
        return (taken, (0, 0), []);
    }

    private async Task<(int Looked, (short Slot, long Id) Place, IReadOnlyList<BulkSubject> Found)> EverybodyAsync(
        BulkWork work, Scenario scenario, Condition? condition, Counting counting, Catalog catalog, DateTimeOffset now, CancellationToken cancel)
    {
        var kind = work.Act == BulkAct.Backfill ? Backfill.KindOf(scenario.Trigger) ?? scenario.Subject : scenario.Subject;
        var stops = await walks.NextAsync(kind, work.AfterId, ChunkSize, cancel);
        if (stops.Count == 0) return (0, default, []);
        var turns = stops.Select(stop => new BulkTurn(new(new SubjectRef(kind, stop.Id)), stop.Slot, stop.Hop)).ToList();
        var (meant, unknown) = await chosen.AskAsync(
            [.. turns.Select(one => new SubjectKey(one.Slot, one.Of.Subject))], condition, work.Act == BulkAct.Backfill ? scenario.Trigger : null, catalog, now, cancel);
        var found = turns.Where(one => meant.Contains(one.Of.Subject)).ToList();
        counting.Unknown += unknown;
        counting.Add(await trial.AskAsync(work, found, catalog, await settings.AddressHashAsync(cancel), now, cancel));
        return (stops.Count, (0, stops[^1].Id), [.. found.Select(one => one.Of)]);
    }

    private async Task<(int Looked, (short Slot, long Id) Place, IReadOnlyList<BulkSubject> Found)> PassagesAsync(
        BulkWork work, Condition? condition, Counting counting, Catalog catalog, DateTimeOffset now, CancellationToken cancel)
    {
        var positions = await store.PositionsAsync(work, ChunkSize, cancel);
        if (positions.Count == 0) return (0, default, []);
        IReadOnlySet<SubjectRef>? meant = null;
        if (condition is not null)
        {
            var (true_, unknown) = await chosen.AskAsync([.. positions.Select(position => new SubjectKey(position.Slot, position.Subject)).Distinct()], condition, null, catalog, now, cancel);
            (meant, counting.Unknown) = (true_, counting.Unknown + unknown);
        }

        var found = new List<BulkSubject>();
        foreach (var position in positions.Where(position => meant?.Contains(position.Subject) != false))
        {
            var code = Applies(work, position, catalog) ? "applies" : work.Act == BulkAct.SkipWait ? "no_wait" : "unknown_step";
            counting.Add(position.Subject, code);
            if (code == "applies") found.Add(new(position.Subject, position.EnrollmentId, position.Step));
        }

        return (positions.Count, (positions[^1].Slot, positions[^1].EnrollmentId), found);
    }

    private static bool Applies(BulkWork work, Position position, Catalog catalog)
    {
        var nodes = catalog.Versions.GetValueOrDefault((position.Scenario, position.Version))?.Program.Nodes;
        return work.Act switch
        {
            BulkAct.SkipWait => nodes?.GetValueOrDefault(position.Step)?.Step is Step.WaitFor or Step.WaitLength or Step.WaitUntil or Step.WaitUntilDate,
            BulkAct.Move => work.Choice.Step != position.Step && nodes?.ContainsKey(work.Choice.Step) == true,
            _ => true,
        };
    }

    private async Task<int> TellAsync(BulkWork work, CancellationToken cancel)
    {
        var now = clock.Now;
        if (!(await catalogs.CurrentAsync(cancel)).Catalog.Live.TryGetValue(work.Scenario, out var published)) return 0;
        var starts = work.Act is BulkAct.Start or BulkAct.Backfill;
        if (starts && published.IsPaused) return 0;
        var pace = PaceOf(work);
        // A pace is about what comes of it, so what was told is decided before more is told.
        if (await slots.UnreadAsync(cancel, pace is null ? long.MaxValue : work.LastEventId) is var unread && unread > (pace is null ? ChunkSize : 0)) return 0;
        var counted = await CameAsync(work, cancel);
        var minute = MinuteOf(work, now);
        var inMinute = minute == work.Minute ? work.CameInMinute + BulkReasons.Done(counted.Came) - BulkReasons.Done(work.Came) : 0;
        var most = pace is null ? ChunkSize : (int)Math.Min(ChunkSize, pace.InMinute(minute) - inMinute);
        if (most <= 0) return 0;

        var (taken, turns) = await store.NextAsync(work, work.Told, most, cancel);
        if (taken == 0)
        {
            if (await slots.UnreadAsync(cancel, work.LastEventId) > 0) return 0;
            // Counted anew: the last of them may have been decided since.
            counted = await CameAsync(work, cancel);
            if (!await store.MoveAsync(work, counted with { State = BulkState.Done, EndedAt = now, MovedAt = now }, [], cancel)) return 0;
            logger.LogInformation("{Act} of {Chosen} in {Scenario} is done: {Done} came of it", work.Act, work.Chosen, work.Scenario, BulkReasons.Done(counted.Came));
            return 1;
        }

        var moved = counted with { Told = work.Told + taken, Minute = minute, CameInMinute = inMinute, MovedAt = now };
        if (!await store.MoveAsync(work, moved, [.. turns.Select(one => SignalCodec.Store(SignalOf(work, one.Of, now), one.Slot, new StoredAbout(now, Hop: one.Hop, Correlation: work.Correlation)))], cancel)) return 0;
        signals.Events.Raise();
        return taken;
    }

    private async Task<BulkWork> CameAsync(BulkWork work, CancellationToken cancel)
    {
        var (came, countedTo) = await store.CameAsync(work, cancel);
        var sum = work.Came.ToDictionary(StringComparer.Ordinal);
        foreach (var (reason, count) in came) sum[reason] = sum.GetValueOrDefault(reason) + count;
        return work with { Came = sum, CountedTo = countedTo };
    }

    private static Signal SignalOf(BulkWork work, BulkSubject of, DateTimeOffset now)
    {
        var by = work.ConfirmedBy ?? work.AskedBy;
        return work.Act switch
        {
            BulkAct.Start or BulkAct.Backfill => new Signal.StartAsked(of.Subject, work.Scenario, work.Act == BulkAct.Backfill, work.IsForced, by, work.Because, work.BeganAt!.Value, now),
            BulkAct.TakeOut => new Signal.StopRequested(of.Subject, of.EnrollmentId, by, now) { Because = work.Because },
            BulkAct.SkipWait => new Signal.EnrollmentWorked(of.Subject, of.EnrollmentId, EnrollmentAct.SkipWait, "", by, work.Because, now) { OnStep = of.Step },
            BulkAct.StartAgain => new Signal.EnrollmentWorked(of.Subject, of.EnrollmentId, EnrollmentAct.StartAgain, "", by, work.Because, now) { OnStep = of.Step },
            BulkAct.Move => new Signal.EnrollmentWorked(of.Subject, of.EnrollmentId, EnrollmentAct.Move, work.Choice.Step, by, work.Because, now) { OnStep = of.Step },
        };
    }

    private async Task<int> FailAsync(BulkWork work, string problem, DateTimeOffset now, CancellationToken cancel) =>
        await store.CountAsync(work, work with { State = BulkState.Failed, Problem = problem, MovedAt = now }, [], cancel) ? 1 : 0;

    private static bool TryReadCondition(BulkWork work, Scenario scenario, ParseEnvironment environment, out Condition? condition)
    {
        condition = null;
        if (work.Choice.Condition.Length == 0) return true;
        condition = BulkEndpoints.Read(work.Choice.Condition, work.Act == BulkAct.Backfill ? Backfill.KindOf(scenario.Trigger) ?? scenario.Subject : scenario.Subject, environment).Condition;
        return condition is not null;
    }

    private static long MinuteOf(BulkWork work, DateTimeOffset now) => Math.Max(0, (long)Math.Floor((now - work.BeganAt!.Value).TotalMinutes));

    private sealed class Counting(BulkCount before)
    {
        private readonly Dictionary<string, long> reasons = new(before.Reasons, StringComparer.Ordinal);
        private readonly List<BulkSample> sample = [.. before.Sample];
        private long heldOut = before.HeldOut;
        private long unreachable = before.Unreachable;

        public long Unknown { get; set; } = before.Unknown;

        public void Add(IEnumerable<TrialAnswer> answers)
        {
            foreach (var answer in answers)
            {
                Add(answer.Subject, answer.Reason.Code());
                if (answer.IsHeldOut) heldOut++;
                else if (answer.IsUnreachable) unreachable++;
            }
        }

        public void Add(SubjectRef subject, string reason)
        {
            reasons[reason] = reasons.GetValueOrDefault(reason) + 1;
            // A few of each reason, not the first ones of all.
            if (sample.Count < MostShown && sample.Count(shown => shown.Reason == reason) < MostShown / 4) sample.Add(new(subject.ToString(), reason));
        }

        public BulkCount ToCount() => new(reasons, heldOut, unreachable, Unknown, sample);
    }
}
