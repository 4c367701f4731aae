using Nurture.Escalations;
using Nurture.Health;

namespace Nurture.Contacts;

/// <summary>What an account knows of one of its people, enough to choose recipients by role without loading them.</summary>
public sealed class Member
{
    public required long ContactId { get; init; }

    public SortedSet<string> Roles { get; } = new(StringComparer.Ordinal);

    public DateTimeOffset JoinedAt { get; set; }

    public DateTimeOffset LastActiveAt { get; set; }

    public bool HasLeft { get; set; }

    /// <summary>Has an enrollment of their own, or an entry that waits, which account-wide events may concern.</summary>
    public bool IsEnrolled { get; set; }

    /// <summary>As of <see cref="ContactState.IsInternal"/>.</summary>
    public bool IsInternal { get; set; }
}

/// <param name="IsTaken">False for who waits.</param>
/// <param name="Trigger">What would have started it for who waits.</param>
public sealed record Seat(string Scenario, long ContactId, bool IsTaken, OccurredEvent? Trigger);

public sealed class AccountState : SubjectState
{
    public override SubjectKind Kind => SubjectKind.Account;

    /// <summary>People whose primary account this is.</summary>
    public Dictionary<long, Member> Members { get; } = [];

    /// <summary>Marked so, or nobody was ever in it but people of ours: an account to try things with. It is neither scored nor escalated.</summary>
    public bool IsInternal => this[InternalAttribute] is { Kind: ValueKind.Boolean } said ? said.AsBoolean : Members.Count > 0 && Members.Values.All(member => member.IsInternal);

    /// <summary>Whether what the person does is none of a customer's doing. In an account of our own everything counts, so that scenarios can be tried there.</summary>
    public bool LeavesOut(long contactId) => Members.TryGetValue(contactId, out var member) && member.IsInternal && !IsInternal;

    /// <summary>Who of its people is in a scenario that lets in only so many of an account, and who waits for a place, in the order in which they came.</summary>
    public List<Seat> Seats { get; } = [];

    /// <summary>Null while nobody scores it.</summary>
    public HealthState? Health { get; set; }

    /// <summary>Open cases, one of a family at most.</summary>
    public List<EscalationState> Escalations { get; } = [];

    public List<ClosedFamily> ClosedFamilies { get; } = [];

    /// <summary>The account that this one turned out to be; 0 while it is itself. All else went there then.</summary>
    public long MergedInto { get; set; }

    /// <summary>Accounts that turned out to be this one: what names them means this one.</summary>
    public SortedSet<long> Absorbed { get; } = [];

    /// <summary>People of an account that merged into this one are on their way here. Till they are here nothing is decided about it.</summary>
    public bool IsGathering { get; set; }

    /// <summary>Nothing is decided about it here.</summary>
    public bool IsOnTheMove => IsGathering || MergedInto != 0;

    /// <summary>Whether the id is or was this account's.</summary>
    public bool Is(long id) => id == Id || Absorbed.Contains(id);

    public override void Forget(long contactId)
    {
        base.Forget(contactId);
        Seats.RemoveAll(seat => seat.ContactId == contactId);
    }

    /// <summary>Who has a place waits for none any more.</summary>
    public override void Rename(long contactId, long into)
    {
        base.Rename(contactId, into);
        var seats = Seats.Select(seat => seat.ContactId == contactId ? seat with { ContactId = into } : seat).ToList();
        Seats.Clear();
        Seats.AddRange(seats.Where((seat, i) => !seats.Where((other, j) => other.Scenario == seat.Scenario && other.ContactId == seat.ContactId && (other.IsTaken && !seat.IsTaken || other.IsTaken == seat.IsTaken && j < i)).Any()));
    }
}
