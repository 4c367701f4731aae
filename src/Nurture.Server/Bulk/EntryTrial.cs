using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Scenarios;
using Nurture.Sends;
using Nurture.Server.Slots;
using Nurture.Storage;
using EventLog = Nurture.Storage.EventLog;

namespace Nurture.Server.Bulk;

/// <summary>What would come of a start: the journal's reason, and of who enters whether they are held out or cannot be mailed.</summary>
internal sealed record TrialAnswer(SubjectRef Subject, Reason Reason, bool IsHeldOut, bool IsUnreachable);

/// <summary>
/// Lets the engine decide on stored states what it would decide now, and throws the decision away: a count says what will
/// happen because the same code says it.
/// </summary>
internal sealed class EntryTrial(SlotStore slots, EventLog log, SuppressionStore suppressions)
{
    // Beyond every id of the log, so that what a row causes is known from what the states do by themselves meanwhile.
    private const long FirstRow = long.MaxValue / 2;

    public async Task<IReadOnlyList<TrialAnswer>> AskAsync(BulkWork work, IReadOnlyList<BulkTurn> turns, Catalog catalog, AddressHash hash, DateTimeOffset now, CancellationToken cancel)
    {
        if (turns.Count == 0 || !catalog.Live.TryGetValue(work.Scenario, out var published)) return [];
        var rows = turns.Select((turn, n) => SignalCodec.Store(
            new Signal.StartAsked(turn.Of.Subject, work.Scenario, work.Act == BulkAct.Backfill, work.IsForced, work.AskedBy, "", now, now), turn.Slot, new StoredAbout(now, Hop: turn.Hop)) with { Id = FirstRow + n }).ToList();
        var decided = await DecideAsync(rows, catalog, hash, now, cancel);
        var answers = new List<TrialAnswer>();
        foreach (var said in decided.Effects.OfType<Effect.Journal>().Where(said => said.Entry.CauseId >= FirstRow && said.Entry.Scenario == work.Scenario && BulkReasons.Entry.Contains(said.Entry.Reason)))
        {
            var isEntering = said.Entry.Reason == Reason.Entered;
            answers.Add(new(said.Entry.Subject, said.Entry.Reason, isEntering && said.Entry.Detail.Contains("\"holdout\"", StringComparison.Ordinal),
                isEntering && said.Entry.Subject.Kind == SubjectKind.Contact && IsUnreachable(decided.Set, said.Slot, said.Entry.Subject.Id, published.Scenario, catalog, now)));
        }

        return answers;
    }

    /// <summary>Whom signals that were not told would start, by scenario: those who enter, now or after a delay, and those of whom something is not known yet.</summary>
    public async Task<IReadOnlyDictionary<string, (int Entering, int Unsettled)>> StartedByAsync(IReadOnlyList<StoredEvent> signals, Catalog catalog, AddressHash hash, DateTimeOffset now, CancellationToken cancel)
    {
        if (signals.Count == 0) return new Dictionary<string, (int, int)>();
        var decided = await DecideAsync([.. signals.Select((row, n) => row with { Id = FirstRow + n })], catalog, hash, now, cancel);
        return decided.Effects.OfType<Effect.Journal>()
            .Where(said => said.Entry.CauseId >= FirstRow && said.Entry.Reason is Reason.Entered or Reason.EntryDelayed or Reason.WaitingToSettle)
            .GroupBy(said => said.Entry.Scenario, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => (Of(group, isEntering: true), Of(group, isEntering: false)), StringComparer.Ordinal);

        static int Of(IEnumerable<Effect.Journal> said, bool isEntering) =>
            said.Where(one => (one.Entry.Reason != Reason.WaitingToSettle) == isEntering).Select(one => one.Entry.Subject).Distinct().Count();
    }

    private async Task<Decided> DecideAsync(IReadOnlyList<StoredEvent> rows, Catalog catalog, AddressHash hash, DateTimeOffset now, CancellationToken cancel)
    {
        var batch = new Batch(rows, [], catalog, now);
        while (batch.Outcome is null)
        {
            foreach (var (subject, past) in batch.NeedsPasts)
                batch.AddPast(subject, past with { Events = await log.HistoryAsync(subject.Subject, [.. past.Names], past.Since, int.MaxValue, cancel) });
            batch.Add(batch.Needs.Count == 0 ? [] : await LoadAsync([.. batch.Needs], hash, cancel));
        }

        return batch.Outcome;
    }

    private static bool IsUnreachable(WorkingSet set, short slot, long id, Scenario scenario, Catalog catalog, DateTimeOffset now) =>
        set.Contact(slot, id) is not { Email: not null, IsSuppressed: false } contact
        || Consent.Refuses(contact, contact.AccountId == 0 ? null : set.Account(slot, contact.AccountId), scenario.Class, scenario.Topic, catalog, now) is not null;

    private async Task<IReadOnlyList<LoadedSubject>> LoadAsync(IReadOnlyList<SubjectKey> keys, AddressHash hash, CancellationToken cancel)
    {
        var states = await slots.LoadStatesAsync(keys, cancel);
        var addresses = states.Where(state => state is { Doc: not null, IsParked: false, Key.Subject.Kind: SubjectKind.Contact })
            .Select(state => (state.Key.Subject, Email: StateCodec.TryReadEmail(state.Doc!, state.Rest)?.Address)).Where(found => found.Email is not null)
            .Select(found => (found.Subject, Hash: Committing.HashOf(hash, found.Email!))).ToList();
        var suppressed = addresses.Count == 0 ? [] : await suppressions.FindAsync([.. addresses.Select(address => address.Hash)], cancel);
        var blocked = addresses.Where(address => suppressed.Contains(Convert.ToHexString(address.Hash))).Select(address => address.Subject).ToHashSet();
        return [.. states.Select(state => new LoadedSubject(
            state.Key, state.Doc is null ? null : new PackedState(state.Doc, state.Rest), state.DueAt, state.Rev, state.Tombstone, [], state.IsParked, blocked.Contains(state.Key.Subject)))];
    }
}

internal static class BulkReasons
{
    /// <summary>What the engine says of somebody who is to be started.</summary>
    public static readonly IReadOnlySet<Reason> Entry = new HashSet<Reason>
    {
        Reason.Entered, Reason.AlreadyEnrolled, Reason.ReentryOnce, Reason.ReentryTooSoon, Reason.AudienceFalse, Reason.AudienceUnknown, Reason.GoalAlreadyReached, Reason.ExitAlreadyTrue,
        Reason.ScenarioPaused, Reason.NobodyMatches, Reason.ColleagueEnrolled, Reason.ContactLeft, Reason.KeyMissing, Reason.TriggerNotTrue, Reason.Refreshed,
    };

    /// <summary>Of the act that was asked for, what counts as done.</summary>
    public static long Done(IReadOnlyDictionary<string, long> came) =>
        came.GetValueOrDefault(Reason.Entered.Code()) + came.GetValueOrDefault(Reason.Refreshed.Code()) + came.GetValueOrDefault(Reason.WaitSkipped.Code()) + came.GetValueOrDefault(Reason.MovedByHand.Code())
        + came.GetValueOrDefault(Reason.Stopped.Code());
}
