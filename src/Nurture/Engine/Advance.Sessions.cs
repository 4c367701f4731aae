using Nurture.Contacts;
using Nurture.Scenarios;
using Nurture.Sessions;

namespace Nurture.Engine;

/// <summary>Sessions: who is invited when, what registering leaves, and what a change of one does to those whom it concerns.</summary>
internal sealed partial class Advance
{
    /// <summary>The moment to invite to some session came: to each whose moment it is, since two may share one.</summary>
    private void Invite(SubjectState subject, PublishedScenario published, Scenarios.Trigger.Session trigger, Signal.Scheduled signal)
    {
        foreach (var session in trigger.Of(catalog).Where(session => trigger.MomentOf(session, catalog.Policy) == signal.Moment))
        {
            var told = Told(SessionEvents.Invited, subject, signal.Moment, (SessionEvents.Key, AttributeValue.From(session.Id)));
            var key = KeyOf(published.Scenario, subject, told);
            // Asked twice for one moment, somebody enters once.
            if (subject.Enrollments.Exists(e => e.Scenario == signal.Scenario && e.Key == key && e.EnteredAt >= signal.Moment)
                || subject.Passages.Exists(p => p.Scenario == signal.Scenario && p.Key == key && p.EnteredAt >= signal.Moment)) continue;
            TryEnter(subject, published, told, signal.At, trigger.Late);
        }
    }

    /// <summary>What an event about a session makes of the person's registration.</summary>
    private void NoteRegistration(ContactState contact, OccurredEvent happened)
    {
        if (SessionEvents.SessionOf(happened) is not { } id || SessionEvents.RegistrationBy(happened.Name) is not { } registration) return;
        // What nobody can ask about any more is forgotten when something new is noted.
        foreach (var gone in contact.Sessions.Keys.Where(known => known != id && !catalog.Sessions.ContainsKey(known)).ToList()) contact.Sessions.Remove(gone);
        contact.Sessions[id] = new(registration, contact.Sessions.GetValueOrDefault(id).Told);
    }

    private void SessionChanged(Signal.SessionChanged signal)
    {
        if (set.Contact(slot, signal.ContactId) is not { Status: not ContactStatus.Erased } contact) return;
        CatchUp(contact, signal.At, isInclusive: false);
        var part = contact.Sessions.GetValueOrDefault(signal.Session);
        var stands = contact.Enrollments.Where(e => e.Status == EnrollmentStatus.Live && SessionEvents.SessionOf(e.Trigger) == signal.Session).ToList();
        var isConcerned = stands.Count > 0 || part.Registration is Registration.Registered or Registration.Waiting or Registration.Attended or Registration.Missed;
        if (isConcerned && part.Told < signal.Version)
        {
            contact.Sessions[signal.Session] = part with { Told = signal.Version };
            Happened(contact, SessionEvents.NameOf(signal.News), signal.At, (SessionEvents.Key, signal.Session));
            if (signal.News == SessionNews.Cancelled)
            {
                foreach (var enrollment in stands.Where(e => !Hears(VersionOf(e).Scenario, SessionEvents.Cancelled)))
                    End(contact, enrollment, Reason.SessionCancelled, signal.At, Detail(("session", signal.Session)));
            }
        }

        Settle(contact, signal.At);
        Rest(contact, signal.At);
    }

    private static bool Hears(Scenario scenario, string name) =>
        CatalogIndex.EventsOf(scenario).Any(asked => asked.EventName == name);
}
