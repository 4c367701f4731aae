namespace Nurture.Intake;

/// <summary>
/// Why an item, or one attribute of it, was not taken: the closed list behind every dead letter. Stored by
/// <see cref="Refusals.Code"/>.
/// </summary>
public enum Refusal
{
    NotAnObject = 1,
    TooLarge,
    TooDeep,
    NulCharacter,
    MalformedText,
    NumberTooLarge,
    WrongType,
    UnknownType,
    TypeNotAllowed,
    MissingId,
    MissingUserId,
    MissingGroupId,
    MissingPreviousId,
    MissingEvent,
    IdTooLong,
    MessageIdTooLong,
    EventNameTooLong,
    ReservedEvent,
    BadTimestamp,

    // One attribute; the rest of its item is taken.
    AttributeWrongType,
    AttributeTooLong,
    AttributeNameTooLong,
    TooManyAttributes,
    TooManyRoles,
}

public static class Refusals
{
    private static readonly Dictionary<Refusal, string> Codes = Enum.GetValues<Refusal>().ToDictionary(refusal => refusal, refusal =>
        string.Concat(refusal.ToString().Select((c, i) => char.IsUpper(c) ? (i == 0 ? "" : "_") + char.ToLowerInvariant(c) : c.ToString())));

    /// <summary><c>number_too_large</c>.</summary>
    public static string Code(this Refusal refusal) => Codes[refusal];
}

/// <summary>What was refused, kept in full for whoever looks for it.</summary>
/// <param name="Detail">What was found, where, and what would be right; names of fields, never their values.</param>
/// <param name="Payload">The raw item, <see cref="IntakeLimits.ItemBytes"/> of it at most.</param>
public sealed record DeadLetter(Refusal Refusal, string Detail, string? MessageId, byte[] Payload);

/// <summary>The request as a whole cannot be taken; nothing of it was.</summary>
public enum RequestRefusal
{
    MalformedJson,
    NotAnObject,
    TooManyItems,
    NoItems,
}
