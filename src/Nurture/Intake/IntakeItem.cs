using Nurture.Contacts;

namespace Nurture.Intake;

/// <summary>One message that was taken: sound, typed, at its corrected time. Whom it is about is still to be found.</summary>
public abstract record IntakeItem
{
    private IntakeItem() { }

    /// <summary>Null where the client gave no id; such a message is never a repetition.</summary>
    public MessageKey? Key { get; init; }

    public string? MessageId { get; init; }

    public string? UserId { get; init; }

    public string? AnonymousId { get; init; }

    /// <summary>The address of the page it comes from, where that speaks of a mail's link (<c>MailLink.Visit</c>); unproven.</summary>
    public string? VisitedFrom { get; init; }

    public required DateTimeOffset OccurredAt { get; init; }

    /// <summary>Track, page or screen.</summary>
    /// <param name="Properties">A JSON object in UTF-8.</param>
    /// <param name="GroupId">The account it belongs to by its own word (<c>context.groupId</c>), else the contact's primary one.</param>
    public sealed record Occurred(string Name, ReadOnlyMemory<byte> Properties, string? GroupId) : IntakeItem;

    /// <summary>Identify.</summary>
    /// <param name="Roles">In the account of <paramref name="GroupId"/>, else in the primary one.</param>
    public sealed record Described(
        IReadOnlyDictionary<string, AttributeValue> Attributes, IReadOnlyList<string> Roles, string? GroupId) : IntakeItem;

    /// <summary>Group. Without a user or anonymous id it describes the account alone.</summary>
    public sealed record Grouped(
        string GroupId, IReadOnlyDictionary<string, AttributeValue> Attributes, IReadOnlyList<string> Roles) : IntakeItem;

    /// <summary>Alias: the user is also whom this id names, be it a user or a browser.</summary>
    public sealed record Aliased(string PreviousId) : IntakeItem;
}

/// <summary>What one request brought, in its order.</summary>
/// <param name="Refused">Items that were not taken, and attributes of items that were.</param>
public sealed record IntakeBatch(IReadOnlyList<IntakeItem> Items, IReadOnlyList<DeadLetter> Refused);
