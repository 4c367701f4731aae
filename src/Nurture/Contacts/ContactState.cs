using Nurture.Sessions;

namespace Nurture.Contacts;

/// <summary>The numbers are stored.</summary>
public enum ContactStatus : byte
{
    Active = 0,
    Left = 1,
    Erased = 2,
}

/// <summary>On what ground a person may be mailed (SEMANTICS.md 36). The numbers are stored.</summary>
public enum ConsentBasis : byte
{
    None = 0,
    OptIn = 1,
    Relationship = 2,
    Published = 3,
}

public sealed class ContactState : SubjectState
{
    public override SubjectKind Kind => SubjectKind.Contact;

    /// <summary>The primary account; 0 while there is none.</summary>
    public long AccountId { get; set; }

    /// <summary>Contacts that turned out to be this one: mails that were planned for them are this one's.</summary>
    public SortedSet<long> Absorbed { get; } = [];

    /// <summary>How often the contact has moved between slots: tells a signal that is early from one that is late.</summary>
    public int Hop { get; set; }

    public SortedSet<string> Roles { get; } = new(StringComparer.Ordinal);

    /// <summary>Further groups, read only; never the primary account.</summary>
    public SortedSet<long> Memberships { get; } = [];

    public ContactStatus Status { get; set; }

    public ConsentBasis Basis { get; set; }

    public DateTimeOffset BasisAt { get; set; }

    /// <summary>Refused topics and since when; <c>*</c> is everything but transactional mail.</summary>
    public Dictionary<string, DateTimeOffset> Refusals { get; } = new(StringComparer.Ordinal);

    /// <summary>When counted sends left, in milliseconds, oldest first, as far back as the longest cap looks (SEMANTICS.md 37).</summary>
    public List<long> CountedSends { get; } = [];

    /// <summary>By id: the sessions that concern the person.</summary>
    public Dictionary<string, SessionPart> Sessions { get; } = new(StringComparer.Ordinal);

    public DateTimeOffset LastActiveAt { get; set; }

    /// <summary>Whether the contact has a user id: until then it is a browser that nobody has named.</summary>
    public bool IsKnown { get; set; }

    /// <summary>A colleague of ours or a test person, by the policy as of when they last did something (SEMANTICS.md 57).</summary>
    public bool IsInternal { get; set; }

    /// <summary>An import brought it to the account to which it is on its way: what is true of it there starts nothing (SEMANTICS.md 20).</summary>
    public bool IsBroughtIn { get; set; }

    /// <summary>Set by who loads the state, from the suppression list; not stored here.</summary>
    public bool IsSuppressed { get; set; }

    public string? Email => this["email"] is { Kind: ValueKind.Text } email ? email.AsText : null;
}
