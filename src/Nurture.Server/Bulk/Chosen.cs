using System.Collections.Frozen;
using Nurture.Conditions;
using Nurture.Contacts;
using Nurture.Criteria;
using Nurture.Engine;
using Nurture.Scenarios;
using Nurture.Storage;
using EventLog = Nurture.Storage.EventLog;

namespace Nurture.Server.Bulk;

/// <summary>Asks stored states whether they are meant: a condition, or a backfill's trigger. What no version counts is counted here, from each one's history.</summary>
internal sealed class Chosen(SlotStore slots, EventLog log, EventParts parts)
{
    /// <summary>Of whom the question is true, and of how many it cannot be known.</summary>
    public async Task<(HashSet<SubjectRef> True, int Unknown)> AskAsync(
        IReadOnlyList<SubjectKey> keys, Condition? condition, Trigger? backfilled, Catalog catalog, DateTimeOffset now, CancellationToken cancel)
    {
        var uncounted = (condition?.Criteria ?? []).Where(criterion => !catalog.CoveredSince.ContainsKey(criterion.Key)).DistinctBy(criterion => criterion.Key).ToList();
        var index = new CriteriaIndex(uncounted);
        if (uncounted.Count > 0)
        {
            var since = await parts.KeptSinceAsync(cancel);
            catalog = catalog with { CoveredSince = catalog.CoveredSince.Concat(uncounted.Select(criterion => KeyValuePair.Create(criterion.Key, since))).ToFrozenDictionary() };
        }

        var subjects = await LoadAsync(keys, cancel);
        var accounts = await LoadAsync(
            [.. subjects.Values.OfType<ContactState>().Where(contact => contact.AccountId != 0)
                .Select(contact => new SubjectKey(keys.First(key => key.Subject == contact.Ref).Slot, SubjectRef.Account(contact.AccountId))).Distinct()], cancel);
        foreach (var subject in subjects.Values.Concat(accounts.Values)) await FillAsync(index, uncounted, subject, cancel);
        var (meant, unknown) = (new HashSet<SubjectRef>(), 0);
        foreach (var subject in subjects.Values.Where(subject => subject is not ContactState { Status: not ContactStatus.Active }))
        {
            var account = subject as AccountState ?? (subject is ContactState { AccountId: not 0 } contact ? accounts.GetValueOrDefault(SubjectRef.Account(contact.AccountId)) as AccountState : null);
            var context = new ConditionContext { Catalog = catalog, At = now, Contact = subject as ContactState, Account = account };
            if (backfilled is not null && !Backfill.Holds(backfilled, context)) continue;
            var truth = condition?.Evaluate(context) ?? Truth.True;
            if (truth == Truth.Unknown) unknown++;
            if (truth == Truth.True) meant.Add(subject.Ref);
        }

        return (meant, unknown);
    }

    private async Task<Dictionary<SubjectRef, SubjectState>> LoadAsync(IReadOnlyList<SubjectKey> keys, CancellationToken cancel)
    {
        if (keys.Count == 0) return [];
        var loaded = new Dictionary<SubjectRef, SubjectState>();
        foreach (var state in (await slots.LoadStatesAsync(keys, cancel)).Where(state => state is { Doc: not null, IsParked: false }))
            loaded[state.Key.Subject] = state.Key.Subject.Kind == SubjectKind.Contact ? StateCodec.UnpackContact(state.Doc!, state.Rest) : StateCodec.UnpackAccount(state.Doc!, state.Rest);
        return loaded;
    }

    private async Task FillAsync(CriteriaIndex index, List<Criterion> uncounted, SubjectState subject, CancellationToken cancel)
    {
        var own = uncounted.Where(criterion => criterion.Subject == subject.Kind).ToList();
        if (own.Count == 0) return;
        var history = await log.HistoryAsync(subject.Ref, [.. own.Select(criterion => criterion.EventName).Distinct()], DateTimeOffset.MinValue, int.MaxValue, cancel);
        index.Fill(own.Select(criterion => criterion.Key), [.. history.Where(past => past.Kind == SignalKind.Occurred).Select(SignalCodec.ReadEvent)], subject);
    }
}
