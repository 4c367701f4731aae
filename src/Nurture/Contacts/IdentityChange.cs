namespace Nurture.Contacts;

/// <summary>A contact as identity sees it, while messages are resolved.</summary>
public sealed class Identified
{
    /// <summary>0 for a new one, until it is given an id.</summary>
    public long Id { get; set; }

    public short Slot { get; set; }

    public int Hop { get; set; }

    /// <summary>Has a user id.</summary>
    public bool IsKnown { get; set; }

    /// <summary>Had a user id before the messages at hand.</summary>
    public bool WasKnown { get; init; }

    public bool IsNew { get; init; }

    /// <summary>The id it was first met under; of new ones only.</summary>
    public IdentityKey First { get; init; }

    /// <summary>When it was first met; of new ones only.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    public Identified? MergedInto { get; set; }

    /// <summary>Whom it is now, merges followed.</summary>
    public Identified Now => MergedInto?.Now ?? this;
}

/// <summary>What resolving messages changed, in order: what a store writes, and the evidence that is kept.</summary>
/// <param name="MessageId">The message that is the reason.</param>
public abstract record IdentityChange(DateTimeOffset At, string? MessageId)
{
    public sealed record Created(Identified Contact, DateTimeOffset At, string? MessageId) : IdentityChange(At, MessageId);

    /// <summary>An id that nobody had.</summary>
    /// <param name="IsWeak">Only a mail's link says so.</param>
    public sealed record Attached(IdentityKey Key, Identified Contact, DateTimeOffset At, string? MessageId, bool IsWeak = false) : IdentityChange(At, MessageId);

    /// <summary>A browser that was somebody else's.</summary>
    public sealed record Repointed(IdentityKey Key, Identified From, Identified To, DateTimeOffset At, string? MessageId, bool IsWeak = false) : IdentityChange(At, MessageId);

    /// <summary>All ids of the one are the other's.</summary>
    public sealed record Merged(Identified From, Identified Into, IdentityKey Because, DateTimeOffset At, string? MessageId) : IdentityChange(At, MessageId);
}
