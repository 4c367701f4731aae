using System.Collections.Frozen;
using Nurture.Contacts;
using Nurture.Criteria;
using Nurture.Engine;
using Nurture.Scenarios;
using Nurture.Server.Api;
using Nurture.Storage;
using EventLog = Nurture.Storage.EventLog;

namespace Nurture.Server.Segments;

/// <summary>Somebody whom a walk asks, with the account that is asked with them.</summary>
internal sealed record AskedSubject(SubjectState Subject, AccountState? Account);

/// <summary>Reads states for questions about many, a page at a time, and counts for them what no published version counts. It changes nothing.</summary>
internal sealed class SubjectStates(SlotStore slots, EventLog log, EventParts parts, SuppressionStore suppressions, SettingsStore settings)
{
    /// <summary>The states of a page of a walk, with those of their accounts.</summary>
    public async Task<IReadOnlyList<AskedSubject>> ReadAsync(SubjectKind kind, IReadOnlyList<WalkStop> stops, CancellationToken cancel)
    {
        if (kind == SubjectKind.Account)
        {
            var accounts = await LoadAsync([.. stops.Select(stop => new SubjectKey(stop.Slot, SubjectRef.Account(stop.Id)))], cancel);
            return [.. accounts.Select(state => StateCodec.UnpackAccount(state.Doc!, state.Rest)).Select(account => new AskedSubject(account, account))];
        }

        var loaded = await LoadAsync([.. stops.Select(stop => new SubjectKey(stop.Slot, SubjectRef.Contact(stop.Id)))], cancel);
        var contacts = loaded.Select(state => (Contact: StateCodec.UnpackContact(state.Doc!, state.Rest), state.Key.Slot)).Where(found => found.Contact.Status == ContactStatus.Active).ToList();
        await SuppressedAsync([.. contacts.Select(found => found.Contact)], cancel);
        // An account and its people share a slot.
        var keys = contacts.Where(found => found.Contact.AccountId != 0).Select(found => new SubjectKey(found.Slot, SubjectRef.Account(found.Contact.AccountId))).Distinct().ToList();
        var theirs = (await LoadAsync(keys, cancel)).ToDictionary(state => state.Key.Subject.Id, state => StateCodec.UnpackAccount(state.Doc!, state.Rest));
        return [.. contacts.Select(found => new AskedSubject(found.Contact, theirs.GetValueOrDefault(found.Contact.AccountId)))];
    }

    /// <summary>Of these criteria those that no published version counts, and the catalog as it is once they are counted here.</summary>
    public async Task<(Catalog Catalog, IReadOnlyList<Criterion> Uncounted)> CoverAsync(Catalog catalog, IEnumerable<Criterion> asked, CancellationToken cancel)
    {
        var uncounted = asked.Where(criterion => !catalog.CoveredSince.ContainsKey(criterion.Key)).DistinctBy(criterion => criterion.Key).ToList();
        if (uncounted.Count == 0) return (catalog, uncounted);
        var since = await parts.KeptSinceAsync(cancel);
        return (catalog with { CoveredSince = catalog.CoveredSince.Concat(uncounted.Select(criterion => KeyValuePair.Create(criterion.Key, since))).ToFrozenDictionary() }, uncounted);
    }

    /// <summary>Counts from each one's history; answers how many events were read.</summary>
    public async Task<long> FillAsync(IReadOnlyList<Criterion> uncounted, IEnumerable<AskedSubject> asked, CancellationToken cancel)
    {
        if (uncounted.Count == 0) return 0;
        var (index, read) = (new CriteriaIndex(uncounted), 0L);
        foreach (var subject in asked.SelectMany(one => one.Account is { } account ? (IEnumerable<SubjectState>)[one.Subject, account] : [one.Subject]).Distinct())
        {
            var own = uncounted.Where(criterion => criterion.Subject == subject.Kind).ToList();
            if (own.Count == 0) continue;
            var history = await log.HistoryAsync(subject.Ref, [.. own.Select(criterion => criterion.EventName).Distinct()], DateTimeOffset.MinValue, int.MaxValue, cancel);
            read += history.Count;
            index.Fill(own.Select(criterion => criterion.Key), [.. history.Where(past => past.Kind == SignalKind.Occurred).Select(SignalCodec.ReadEvent)], subject);
        }

        return read;
    }

    private async Task<IReadOnlyList<LoadedState>> LoadAsync(IReadOnlyList<SubjectKey> keys, CancellationToken cancel) =>
        keys.Count == 0 ? [] : [.. (await slots.LoadStatesAsync(keys, cancel)).Where(state => state.Doc is not null)];

    private async Task SuppressedAsync(IReadOnlyList<ContactState> contacts, CancellationToken cancel)
    {
        var hash = await settings.AddressHashAsync(cancel);
        var hashes = contacts.Select(contact => (Contact: contact, Key: contact.Email is { } email ? Addresses.Key(email) : null))
            .Where(found => found.Key is not null).Select(found => (found.Contact, Hash: hash.Of(found.Key!))).ToList();
        var suppressed = hashes.Count == 0 ? [] : await suppressions.FindAsync([.. hashes.Select(found => found.Hash)], cancel);
        foreach (var (contact, of) in hashes) contact.IsSuppressed = suppressed.Contains(Convert.ToHexString(of));
    }
}
