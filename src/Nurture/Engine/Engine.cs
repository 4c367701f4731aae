using Nurture.Contacts;
using Nurture.Scenarios;

namespace Nurture.Engine;

/// <summary>
/// The decisions: a function of states, signals, what is published, and time. No clock, no database, no chance. The
/// runner calls it on stored states, the simulator on states in memory; both get the same answer.
/// </summary>
public static class Engine
{
    /// <summary>
    /// Takes the signals in their order, then wakes the subjects that are due. Before an event is heard, its subjects
    /// are caught up with every moment of theirs that was due before it, so that a late run decides as a timely one.
    /// </summary>
    /// <param name="set">Changed in place; see <see cref="WorkingSet.Changed"/>.</param>
    /// <param name="now">The business clock: nothing due later is decided.</param>
    /// <exception cref="SubjectNeededException">A subject must be loaded first; the set is spoiled.</exception>
    /// <exception cref="PoisonException">A subject's state or scenario breaks a rule; the set is spoiled.</exception>
    public static IReadOnlyList<Effect> Advance(
        WorkingSet set, IReadOnlyList<StoredEvent> events, IReadOnlyList<SubjectKey> due, Catalog catalog, DateTimeOffset now)
    {
        var advance = new Advance(set, catalog, now);
        foreach (var row in events) advance.Take(row);
        foreach (var key in due) advance.Wake(key);
        return advance.Effects;
    }

    /// <summary>Subjects that the batch will ask for beyond those its rows name, as far as the loaded states tell; empty when there are none left.</summary>
    public static IReadOnlyList<SubjectKey> Wanted(WorkingSet set, IEnumerable<SubjectKey> named, Catalog catalog)
    {
        var wanted = new HashSet<SubjectKey>();
        foreach (var key in named)
        {
            if (!set.IsLoaded(key)) wanted.Add(key);
            else if (set.Get(key) is ContactState { AccountId: not 0 } contact) Want(key.Slot, SubjectRef.Account(contact.AccountId));
            else if (set.Get(key) is AccountState account) WantRecipients(key.Slot, account);
        }

        return [.. wanted];

        void Want(short slot, SubjectRef subject)
        {
            var key = new SubjectKey(slot, subject);
            if (!set.IsLoaded(key)) wanted.Add(key);
            else if (set.Get(key) is AccountState account) WantRecipients(slot, account);
        }

        void WantRecipients(short slot, AccountState account)
        {
            foreach (var enrollment in account.Enrollments)
            {
                if (!catalog.Versions.TryGetValue((enrollment.Scenario, enrollment.Version), out var published)) continue;
                foreach (var id in Recipients.Possible(published.Scenario, account, enrollment)) Want(slot, SubjectRef.Contact(id));
            }

            if (catalog.Index.HasAccountReaders)
            {
                foreach (var member in account.Members.Values.Where(member => member.IsEnrolled)) Want(slot, SubjectRef.Contact(member.ContactId));
            }
        }
    }
}
