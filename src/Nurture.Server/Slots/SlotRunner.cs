using System.Diagnostics;
using EventLog = Nurture.Storage.EventLog;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Scenarios;
using Nurture.Server.Hosting;
using Nurture.Server.Notices;
using Nurture.Server.Operation;
using Nurture.Server.Publishing;
using Nurture.Storage;

namespace Nurture.Server.Slots;

/// <summary>One turn of the loop: read what came and what is due, load the states, let the core decide, save it all in one transaction.</summary>
public sealed class SlotRunner(
    SlotStore slots, EventLog log, SuppressionStore suppressions, CatalogSource catalogs, ColleagueList colleagues, AddressHash hash, BusinessClock clock, WorkSignals signals, Measures measures, ILogger<SlotRunner> logger)
{
    // Batches of 1 to 2 thousand cost least per event; more only delays the first of them.
    private const int MostPerTurn = 1000;

    // Lanes are independent, so while the database writes one group's batch the next group's is being decided. A commit has a
    // price of its own, so there are no small groups.
    private static readonly int MostGroups = Math.Clamp(Environment.ProcessorCount, 1, 4);
    private const int LeastPerGroup = 250;

    /// <summary>Returns how many events and due subjects it dealt with, and the leases with the cursors that are now theirs.</summary>
    /// <exception cref="LostOwnershipException">Another node has lanes of these now; what the leases say of the others may be old.</exception>
    public async Task<(int Done, IReadOnlyList<LaneLease> Leases)> TurnAsync(IReadOnlyList<LaneLease> leases, CancellationToken cancel)
    {
        var now = clock.Now;
        var work = await slots.ReadWorkAsync(leases, now, MostGroups * MostPerTurn, cancel);
        if (work.IsEmpty) return (0, leases);
        // Asked after the events were read: what was published before one of them came is in force for it.
        var published = await catalogs.CurrentAsync(cancel);
        // Each group ends, well or badly, before anybody begins anew.
        await Task.WhenAll(work.Split(Math.Min(MostGroups, work.Count / LeastPerGroup)).Select(group => DecideAsync(group, published, now, cancel)));
        var cursors = work.Lanes.ToDictionary(lane => lane.Lane, lane => lane.Cursor);
        return (work.Count, [.. leases.Select(lease => lease with { Cursor = cursors.GetValueOrDefault(lease.Lane, lease.Cursor) })]);
    }

    private async Task DecideAsync(Work work, PublishedCatalog published, DateTimeOffset now, CancellationToken cancel)
    {
        var catalog = published.Catalog;
        var started = Stopwatch.GetTimestamp();
        var batch = new Batch([.. work.Events.Select(logged => logged.Event)], [.. work.Due.Select(due => due.Key)], catalog, now);
        var read = new Read();
        await AddHistoriesAsync(batch, work, catalog, read, cancel);
        while (batch.Outcome is null)
        {
            foreach (var (subject, asked) in batch.NeedsPasts)
            {
                // What lies behind the batch is heard in its own turn.
                var until = work.Lanes.First(lane => lane.Lane == slots.LaneOf(subject.Slot)).Cursor;
                var people = await read.PeopleOfAsync(log, subject.Subject, cancel);
                batch.AddPast(subject, asked with { Events = await log.HistoryAsync(subject.Subject, people, [.. asked.Names], asked.Since, int.MaxValue, until, cancel) });
            }

            batch.Add(batch.Needs.Count == 0 ? [] : await LoadAsync([.. batch.Needs], work, read, cancel));
        }

        var commit = Committing.Of(batch, work, published, hash, now);
        commit.Turn = read.ToTurn(batch.Outcome, catalog, now);
        if (batch.Outcome!.Effects.OfType<Effect.ColleaguesTold>().Select(told => told.Notice).ToList() is { Count: > 0 } notices)
            commit.Notices.AddRange(notices.SelectMany((await colleagues.ReadAsync(catalog.Policy, cancel)).Address));
        await slots.CommitAsync(commit, cancel);
        measures.Decided(work.Events.Count, work.Due.Count, batch.Outcome.Poisoned.Count, started);
        foreach (var poisoned in batch.Outcome.Poisoned) logger.LogError("{Subject} needs attention and waits: {Error}", poisoned.Key.Subject.ToString(), poisoned.Error);
        logger.LogDebug(
            "Decided {Events} events and {Due} due subjects in {Milliseconds:0.0} ms: {States} states, {Sends} sends",
            work.Events.Count, work.Due.Count, Stopwatch.GetElapsedTime(started).TotalMilliseconds, commit.States.Count, commit.Sends.Count);
        if (commit.Sends.Count + commit.Notices.Count > 0) signals.Sends.Raise();
        if (commit.Calls.Count > 0) signals.Calls.Raise();
        if (commit.Events.Count > 0) signals.Call(NodeCall.Events);
    }

    private async Task AddHistoriesAsync(Batch batch, Work work, Catalog catalog, Read read, CancellationToken cancel)
    {
        foreach (var row in batch.RowsWithHistory)
        {
            batch.AddHistory(row.Id, SignalCodec.Read(row) switch
            {
                Signal.Resumed resumed => await log.ReadAsync(resumed.EventIds, cancel),
                Signal.Prepared prepared => await HistoryAsync(prepared, work.Events.First(logged => logged.Event.Id == row.Id).Cursor, catalog, read, cancel),
                _ => [],
            });
        }
    }

    private async Task<IReadOnlyList<StoredEvent>> HistoryAsync(Signal.Prepared prepared, LaneCursor place, Catalog catalog, Read read, CancellationToken cancel)
    {
        var criteria = prepared.Criteria.Select(catalog.Index.Criteria.Find).OfType<Criteria.Criterion>().ToList();
        if (criteria.Count == 0) return [];
        // What stands behind this row has its own turn in the log's order.
        return await log.HistoryAsync(
            prepared.Subject, await read.PeopleOfAsync(log, prepared.Subject, cancel), [.. criteria.Select(c => c.EventName).Distinct()], DateTimeOffset.MinValue, int.MaxValue, place, cancel);
    }

    private async Task<IReadOnlyList<LoadedSubject>> LoadAsync(IReadOnlyList<SubjectKey> keys, Work work, Read read, CancellationToken cancel)
    {
        var states = await slots.LoadStatesAsync(keys, cancel);
        var keptOf = states.Where(state => state.HasKeptSignals).Select(state => (state.Key.Slot, state.Key.Subject.Id)).ToList();
        var kept = keptOf.Count == 0 ? [] : await slots.ReadKeptAsync(keptOf, cancel);
        var keptBy = kept.ToLookup(k => (k.Slot, k.ContactId), k => k.Event);
        var suppressed = await SuppressedAsync(states, work.Events.Select(logged => logged.Event).Concat(kept.Select(k => k.Event)), cancel);
        read.Suppressed.UnionWith(suppressed.Select(subject => subject.Id));
        read.Parked.UnionWith(states.Where(state => state.IsParked).Select(state => state.Key));
        return [.. states.Select(state => new LoadedSubject(
            state.Key, state.Doc is null ? null : new PackedState(state.Doc, state.Rest), state.DueAt, state.Rev, state.Tombstone,
            state.HasKeptSignals ? [.. keptBy[(state.Key.Slot, state.Key.Subject.Id)]] : [], state.IsParked, suppressed.Contains(state.Key.Subject)))];
    }

    /// <param name="rows">Some bring the states of contacts that arrive, with their addresses.</param>
    private async Task<HashSet<SubjectRef>> SuppressedAsync(IReadOnlyList<LoadedState> states, IEnumerable<StoredEvent> rows, CancellationToken cancel)
    {
        var said = states.Where(state => state.Key.Subject.Kind == SubjectKind.Contact)
            .ToDictionary(state => state.Key, state => state.Doc is null ? null : StateCodec.TryReadEmail(state.Doc, state.Rest));
        foreach (var row in rows)
        {
            var key = new SubjectKey(row.Slot, SubjectRef.Contact(row.ContactId));
            if (said.TryGetValue(key, out var known) && SignalCodec.TryReadEmail(row) is { } arriving && (known is null || arriving.At >= known.Value.At)) said[key] = arriving;
        }

        var addresses = said.Where(email => email.Value is not null).Select(email => (email.Key.Subject, Hash: Committing.HashOf(hash, email.Value!.Value.Address))).ToList();
        if (addresses.Count == 0) return [];
        var found = await suppressions.FindAsync([.. addresses.Select(address => address.Hash)], cancel);
        return [.. addresses.Where(address => found.Contains(Convert.ToHexString(address.Hash))).Select(address => address.Subject)];
    }

    /// <summary>What a batch reads that is neither event nor state, to be recorded with what it decided.</summary>
    private sealed class Read
    {
        private readonly Dictionary<SubjectRef, IReadOnlyList<long>> people = [];

        public HashSet<long> Suppressed { get; } = [];

        public HashSet<SubjectKey> Parked { get; } = [];

        public async Task<IReadOnlyList<long>> PeopleOfAsync(EventLog log, SubjectRef subject, CancellationToken cancel)
        {
            if (!people.TryGetValue(subject, out var known)) people[subject] = known = await log.PeopleOfAsync(subject, cancel);
            return known;
        }

        public Turn ToTurn(Decided decided, Catalog catalog, DateTimeOffset now) => new(now, catalog.Revision)
        {
            Suppressed = Suppressed,
            Parked = Parked,
            Poisoned = [.. decided.Poisoned.Select(poisoned => poisoned.Key)],
            People = people.Where(of => of.Key.Kind == SubjectKind.Account || of.Value.Count > 1).ToDictionary(),
        };
    }
}
