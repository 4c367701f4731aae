using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Scenarios;

namespace Nurture.Sends;

/// <summary>Whether a person may be mailed for a purpose (SEMANTICS.md 36).</summary>
public static class Consent
{
    /// <summary>The topic of a refusal of everything but transactional mail.</summary>
    public const string Everything = "*";

    /// <summary>Null where the person may be mailed.</summary>
    public static Reason? Refuses(ContactState contact, SendClass of, string? topic)
    {
        if (of == SendClass.Transactional) return null;
        if (contact.Refusals.ContainsKey(Everything)) return Reason.Unsubscribed;
        if (topic is not null && contact.Refusals.ContainsKey(topic)) return Reason.TopicRefused;
        return of == SendClass.Marketing && contact.Basis == ConsentBasis.None ? Reason.NoConsent : null;
    }
}
