using System.Collections.Frozen;
using Nurture.Contacts;

namespace Nurture.Criteria;

/// <summary>All criteria that published conditions use, by the event that feeds them. Immutable; made once per catalog.</summary>
public sealed class CriteriaIndex
{
    private readonly FrozenDictionary<string, Criterion[]> byEvent;
    private readonly FrozenDictionary<long, Criterion> byKey;

    public CriteriaIndex(IEnumerable<Criterion> criteria)
    {
        byKey = criteria.DistinctBy(criterion => criterion.Key).ToFrozenDictionary(criterion => criterion.Key);
        byEvent = byKey.Values.GroupBy(criterion => criterion.EventName)
            .ToFrozenDictionary(group => group.Key, group => group.OrderBy(criterion => criterion.Key).ToArray(), StringComparer.Ordinal);
    }

    public static CriteriaIndex Empty { get; } = new([]);

    public IEnumerable<Criterion> All => byKey.Values;

    public Criterion? Find(long key) => byKey.GetValueOrDefault(key);

    public IReadOnlyList<Criterion> Of(string eventName) => byEvent.GetValueOrDefault(eventName) ?? [];

    /// <summary>
    /// Feeds the counters: criteria about a person into the contact, those about an account into the account. Says
    /// whether anything kept changed. An event without a contact counts for the account alone.
    /// </summary>
    public bool Apply(OccurredEvent occurred, ContactState? contact, AccountState? account)
    {
        if (!byEvent.TryGetValue(occurred.Name, out var criteria)) return false;

        var isChanged = false;
        foreach (var criterion in criteria)
        {
            SubjectState? subject = criterion.Subject == SubjectKind.Contact ? contact : account;
            if (subject is null || !criterion.Matches(occurred)) continue;
            isChanged |= CounterOf(criterion, subject).Add(criterion, occurred);
        }

        return isChanged;
    }

    /// <summary>
    /// Counts the given criteria anew from history, which must hold every event of theirs up to now, in any order. What
    /// our own people did in a customer's account is left out.
    /// </summary>
    public void Fill(IEnumerable<long> keys, IReadOnlyList<OccurredEvent> history, SubjectState subject)
    {
        foreach (var key in keys)
        {
            if (Find(key) is not { } criterion || criterion.Subject != subject.Kind) continue;
            subject.Counters.Remove(key);
            foreach (var occurred in history)
            {
                if (subject is AccountState account && account.LeavesOut(occurred.ContactId)) continue;
                if (criterion.Matches(occurred)) CounterOf(criterion, subject).Add(criterion, occurred);
            }
        }
    }

    /// <summary>Adds what <paramref name="from"/> counted: two contacts (or accounts) turned out to be one.</summary>
    public void Merge(SubjectState into, SubjectState from)
    {
        foreach (var (key, counter) in from.Counters)
        {
            if (Find(key) is { } criterion) CounterOf(criterion, into).Merge(criterion, counter);
        }
    }

    /// <summary>Two people of the account turned out to be one.</summary>
    public void MergePerson(AccountState account, long from, long into)
    {
        foreach (var (key, counter) in account.Counters)
        {
            if (Find(key) is { Kind: CriterionKind.People }) counter.MergePerson(from, into);
        }
    }

    /// <summary>Drops what has left its window by <paramref name="at"/>, so that a quiet subject's row shrinks again.</summary>
    public void Trim(SubjectState subject, DateTimeOffset at)
    {
        foreach (var (key, counter) in subject.Counters)
        {
            if (Find(key) is not { } criterion) continue;
            counter.Trim(criterion, at);
            if (counter.IsEmpty) subject.Counters.Remove(key);
        }
    }

    private static Counter CounterOf(Criterion criterion, SubjectState subject)
    {
        if (subject.Counters.TryGetValue(criterion.Key, out var counter)) return counter;
        counter = new Counter();
        subject.Counters.Add(criterion.Key, counter);
        return counter;
    }
}
