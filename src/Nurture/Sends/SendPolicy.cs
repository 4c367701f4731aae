using NodaTime;
using Nurture.Contacts;
using Nurture.Scenarios;

namespace Nurture.Sends;

/// <summary><c>policy.yaml</c>: what holds for every send of the deployment, so that authors need not repeat it.</summary>
public sealed record SendPolicy
{
    public static SendPolicy Default { get; } = new();

    /// <summary>Where neither the contact nor its account says one.</summary>
    public string Zone { get; init; } = "UTC";

    public string Locale { get; init; } = "en";

    /// <summary>Per class; a class that is absent may leave at any time. Transactional is never listed.</summary>
    public IReadOnlyDictionary<SendClass, AllowedHours> AllowedHours { get; init; } = new Dictionary<SendClass, AllowedHours>();

    /// <summary>Null where nothing is declared that could tell: then service mails ask for no trial or contract.</summary>
    public ServiceBasis? ServiceBasis { get; init; }

    public IReadOnlyList<Cap> Caps { get; init; } = [];

    /// <summary>By name.</summary>
    public IReadOnlyDictionary<string, BusinessCalendar> Calendars { get; init; } = new Dictionary<string, BusinessCalendar>();

    /// <summary>Of accounts whose country has none of its own.</summary>
    public BusinessCalendar Calendar { get; init; } = BusinessCalendar.Standard;

    /// <summary>By which colleagues work: their tasks and the clocks of their cases.</summary>
    public BusinessCalendar TeamCalendar { get; init; } = BusinessCalendar.Standard;

    public BusinessCalendar CalendarOf(string? country) =>
        country is null ? Calendar : Calendars.Values.FirstOrDefault(calendar => calendar.Countries.Contains(country)) ?? Calendar;

    public Sender Sender { get; init; } = new();

    /// <summary>By name: others than <see cref="Sender"/> in whose name a send may write.</summary>
    public IReadOnlyDictionary<string, Sender> Identities { get; init; } = new Dictionary<string, Sender>();

    /// <summary>Domains whose people mails may come from: else their address is only where answers go.</summary>
    public IReadOnlyList<string> SenderDomains { get; init; } = [];

    /// <summary>A colleague as who writes.</summary>
    /// <param name="name">Null where none is known: then the company's name stands there.</param>
    public Sender SenderOf(string address, string? name) =>
        SenderDomains.Any(domain => address.EndsWith($"@{domain}", StringComparison.OrdinalIgnoreCase))
            ? Sender with { Name = name ?? Sender.Name, Address = address, ReplyTo = null }
            : Sender with { Name = name ?? Sender.Name, ReplyTo = address };

    /// <summary>What would be right where somebody names an identity that is not there.</summary>
    internal static Wording HintForIdentity(string written, SendPolicy policy) =>
        Suggestions.For(written, [Step.Send.FromOwner, .. policy.Identities.Keys], "There are") ?? "account.owner, or declare it there: identities: { support: { name: Support, address: support@example.com } }.";

    public Breaker Breaker { get; init; } = Breaker.Default;

    /// <summary>
    /// The company's own sites, as host names (with a port where that is not the usual one): a link in a mail to one of
    /// them may say whose browser follows it.
    /// </summary>
    public IReadOnlyList<string> OwnSites { get; init; } = [];

    /// <summary>Whether an address leads to one of them, by https; on this machine http will do.</summary>
    public bool IsOwnSite(string url) =>
        OwnSites.Count > 0 && Uri.TryCreate(url, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback))
        && uri.UserInfo.Length == 0 && OwnSites.Contains(uri.IsDefaultPort ? uri.IdnHost : $"{uri.IdnHost}:{uri.Port}", StringComparer.OrdinalIgnoreCase);

    /// <summary>Domains whose people are internal: mailed, never counted, scored or escalated (SEMANTICS.md 57).</summary>
    public IReadOnlyList<string> OwnDomains { get; init; } = [];

    /// <summary>Marked by hand, or of an own domain.</summary>
    public bool IsInternal(ContactState person) => person[SubjectState.InternalAttribute] is { Kind: ValueKind.Boolean } said
        ? said.AsBoolean
        : person.Email is { } email && OwnDomains.Any(domain => email.EndsWith($"@{domain}", StringComparison.OrdinalIgnoreCase));
}

/// <summary>From (inclusive) until (exclusive), on the recipient's clock.</summary>
public sealed record AllowedHours(LocalTime From, LocalTime Until, Days Days)
{
    /// <summary>How long they are on each of their days.</summary>
    public TimeSpan Length => TimeSpan.FromTicks((Until == LocalTime.Midnight ? TimeSpan.TicksPerDay : Until.TickOfDay) - From.TickOfDay);
}

/// <summary>At most so many counted sends to a person within the window, over all scenarios (SEMANTICS.md 37).</summary>
public sealed record Cap(int Sends, TimeSpan Within);

/// <summary>Who writes, and what the law wants in the footer (reference: 特定電子メール法 4条, CAN-SPAM).</summary>
public sealed record Sender
{
    public string Name { get; init; } = "";

    public string Address { get; init; } = "";

    public string? ReplyTo { get; init; }

    public string Organization { get; init; } = "";

    public string PostalAddress { get; init; } = "";
}
