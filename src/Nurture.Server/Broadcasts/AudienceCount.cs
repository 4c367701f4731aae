using System.Collections.Concurrent;
using System.Collections.Frozen;
using Nurture.Conditions;
using Nurture.Contacts;
using Nurture.Criteria;
using Nurture.Engine;
using Nurture.Scenarios;
using Nurture.Server.Api;
using Nurture.Server.Hosting;
using Nurture.Server.Publishing;
using Nurture.Storage;
using EventLog = Nurture.Storage.EventLog;

namespace Nurture.Server.Broadcasts;

/// <summary>How far the counting of an audience has come.</summary>
/// <param name="State"><c>counting</c>, <c>done</c>, <c>cancelled</c>, <c>failed</c>.</param>
/// <param name="Subjects">How many there were at the beginning.</param>
/// <param name="Matching">Of whom the condition is true.</param>
/// <param name="Reachable">Of those, who may be mailed as things stand: with an address, a ground, and not refused.</param>
/// <param name="Unknown">Of whom it cannot be known; a broadcast lets none of them in.</param>
public sealed record AudienceCount(string Id, string State, long Asked, long Subjects, long Matching, long Reachable, long Unknown, DateTimeOffset At);

/// <summary>
/// Counts who would receive a broadcast: a walk over all contacts that the database knows, one count at a time and with
/// pauses, because it reads every state. It asks as the engine will and changes nothing. Counts live on this node and as
/// long as it; who asks another node begins anew.
/// </summary>
internal sealed class AudienceCounts(
    WalkStore walks, SlotStore slots, EventLog log, EventParts parts, SuppressionStore suppressions, SettingsStore settings, CatalogSource catalogs, BusinessClock clock,
    IHostApplicationLifetime life, ILogger<AudienceCounts> logger)
{
    private const int ChunkSize = 500;
    private const int MostKept = 50;

    // A chunk of 500 takes a few milliseconds; the slots get the database in between.
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(20);

    private readonly ConcurrentDictionary<string, (AudienceCount Count, CancellationTokenSource Stop)> counts = new();
    private readonly SemaphoreSlim turn = new(1, 1);

    public AudienceCount? Find(string id) => counts.TryGetValue(id, out var found) ? found.Count : null;

    /// <param name="audience">Null counts everybody.</param>
    public AudienceCount Begin(Condition? audience, Condition reachable)
    {
        foreach (var old in counts.Values.Where(kept => kept.Count.State != "counting").OrderBy(kept => kept.Count.At).Take(Math.Max(0, counts.Count - MostKept))) counts.TryRemove(old.Count.Id, out _);
        var count = new AudienceCount(Guid.NewGuid().ToString("n"), "counting", 0, 0, 0, 0, 0, clock.Now);
        var stop = CancellationTokenSource.CreateLinkedTokenSource(life.ApplicationStopping);
        counts[count.Id] = (count, stop);
        _ = RunAsync(count, audience, reachable, stop);
        return count;
    }

    public bool Cancel(string id)
    {
        if (!counts.TryGetValue(id, out var found) || found.Count.State != "counting") return false;
        found.Stop.Cancel();
        return true;
    }

    private async Task RunAsync(AudienceCount count, Condition? audience, Condition reachable, CancellationTokenSource stop)
    {
        try
        {
            await turn.WaitAsync(stop.Token);
            try
            {
                await WalkAsync(count, audience, reachable, stop);
            }
            finally
            {
                turn.Release();
            }
        }
        catch (OperationCanceledException)
        {
            Keep(Find(count.Id)! with { State = "cancelled" }, stop);
        }
        catch (Exception failure)
        {
            logger.LogError(failure, "The counting of an audience failed");
            Keep(Find(count.Id)! with { State = "failed" }, stop);
        }
    }

    private async Task WalkAsync(AudienceCount count, Condition? audience, Condition reachable, CancellationTokenSource stop)
    {
        var cancel = stop.Token;
        var catalog = (await catalogs.CurrentAsync(cancel)).Catalog;
        // What no published version counts is counted here, from each one's history.
        var uncounted = (audience?.Criteria ?? []).Where(criterion => !catalog.CoveredSince.ContainsKey(criterion.Key)).ToList();
        var asked = new CriteriaIndex(uncounted);
        if (uncounted.Count > 0)
        {
            var since = await parts.KeptSinceAsync(cancel);
            catalog = catalog with { CoveredSince = catalog.CoveredSince.Concat(uncounted.DistinctBy(c => c.Key).Select(c => KeyValuePair.Create(c.Key, since))).ToFrozenDictionary() };
        }
        count = count with { Subjects = await walks.SubjectsAsync(SubjectKind.Contact, cancel) };
        logger.LogInformation("Counting an audience over {Subjects} contacts", count.Subjects);
        var hash = await settings.AddressHashAsync(cancel);
        var after = 0L;
        while (await walks.NextAsync(SubjectKind.Contact, after, ChunkSize, cancel) is { Count: > 0 } stops)
        {
            after = stops[^1].Id;
            var contacts = await ContactsAsync(stops, cancel);
            var accounts = await AccountsAsync(contacts, cancel);
            await SuppressedAsync([.. contacts.Select(found => found.Contact)], hash, cancel);
            await FillAsync(asked, uncounted, contacts.Select(found => (SubjectState)found.Contact).Concat(accounts.Values), cancel);
            var (matching, reached, unknown) = (0, 0, 0);
            foreach (var (contact, _) in contacts.Where(found => found.Contact.Status == ContactStatus.Active))
            {
                var context = new ConditionContext { Catalog = catalog, At = clock.Now, Contact = contact, Account = accounts.GetValueOrDefault(contact.AccountId) };
                var truth = audience?.Evaluate(context) ?? Truth.True;
                if (truth == Truth.Unknown) unknown++;
                if (truth != Truth.True) continue;
                matching++;
                if (reachable.Evaluate(context) == Truth.True) reached++;
            }

            count = count with { Asked = count.Asked + stops.Count, Matching = count.Matching + matching, Reachable = count.Reachable + reached, Unknown = count.Unknown + unknown };
            Keep(count, stop);
            await Task.Delay(Breath, cancel);
        }

        Keep(count with { State = "done", At = clock.Now }, stop);
    }

    private async Task<List<(ContactState Contact, short Slot)>> ContactsAsync(IReadOnlyList<WalkStop> stops, CancellationToken cancel)
    {
        var loaded = await slots.LoadStatesAsync([.. stops.Select(stop => new SubjectKey(stop.Slot, SubjectRef.Contact(stop.Id)))], cancel);
        return [.. loaded.Where(state => state.Doc is not null).Select(state => (StateCodec.UnpackContact(state.Doc!, state.Rest), state.Key.Slot))];
    }

    private async Task<Dictionary<long, AccountState>> AccountsAsync(List<(ContactState Contact, short Slot)> contacts, CancellationToken cancel)
    {
        // An account and its people share a slot.
        var keys = contacts.Where(found => found.Contact.AccountId != 0).Select(found => new SubjectKey(found.Slot, SubjectRef.Account(found.Contact.AccountId))).Distinct().ToList();
        var loaded = keys.Count == 0 ? [] : await slots.LoadStatesAsync(keys, cancel);
        return loaded.Where(state => state.Doc is not null).ToDictionary(state => state.Key.Subject.Id, state => StateCodec.UnpackAccount(state.Doc!, state.Rest));
    }

    private async Task SuppressedAsync(IReadOnlyList<ContactState> contacts, AddressHash hash, CancellationToken cancel)
    {
        var hashes = contacts.Select(contact => (Contact: contact, Key: contact.Email is { } email ? Addresses.Key(email) : null))
            .Where(found => found.Key is not null).Select(found => (found.Contact, Hash: hash.Of(found.Key!))).ToList();
        var suppressed = await suppressions.FindAsync([.. hashes.Select(found => found.Hash)], cancel);
        foreach (var (contact, of) in hashes) contact.IsSuppressed = suppressed.Contains(Convert.ToHexString(of));
    }

    private async Task FillAsync(CriteriaIndex asked, List<Criterion> uncounted, IEnumerable<SubjectState> subjects, CancellationToken cancel)
    {
        foreach (var subject in subjects)
        {
            var own = uncounted.Where(criterion => criterion.Subject == subject.Kind).ToList();
            if (own.Count == 0) continue;
            var of = subject.Kind == SubjectKind.Contact ? SubjectRef.Contact(subject.Id) : SubjectRef.Account(subject.Id);
            var history = await log.HistoryAsync(of, [.. own.Select(criterion => criterion.EventName).Distinct()], DateTimeOffset.MinValue, int.MaxValue, cancel);
            asked.Fill(own.Select(criterion => criterion.Key).Distinct(), [.. history.Where(past => past.Kind == SignalKind.Occurred).Select(SignalCodec.ReadEvent)], subject);
        }
    }

    private void Keep(AudienceCount count, CancellationTokenSource stop) => counts[count.Id] = (count, stop);
}
