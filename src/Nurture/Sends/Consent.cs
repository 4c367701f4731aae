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
    /// <param name="account">Whose trial or contract is the ground for service mails; null where there is no account that could tell of one.</param>
    public static Reason? Refuses(ContactState contact, AccountState? account, SendClass of, string? topic, Catalog catalog, DateTimeOffset at)
    {
        if (of == SendClass.Transactional) return null;
        if (contact.Refusals.ContainsKey(Everything)) return Reason.Unsubscribed;
        if (topic is not null && contact.Refusals.ContainsKey(topic)) return Reason.TopicRefused;
        if (of == SendClass.Marketing) return contact.Basis == ConsentBasis.None ? Reason.NoConsent : null;
        return account is not null && catalog.Policy.ServiceBasis is { } basis && !basis.IsGivenBy(account, catalog, at) ? Reason.NoContract : null;
    }
}
