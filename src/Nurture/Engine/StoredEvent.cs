using Nurture.Contacts;

namespace Nurture.Engine;

/// <summary>
/// A signal as the event log keeps it. <see cref="SignalCodec"/> writes and reads the payload: for what came over HTTP
/// its JSON, for the product's own signals packed fields.
/// </summary>
public sealed record StoredEvent
{
    /// <summary>Given by the log; 0 before it is appended.</summary>
    public long Id { get; init; }

    public required short Slot { get; init; }

    public required SignalKind Kind { get; init; }

    /// <summary>0 where it is about no contact.</summary>
    public long ContactId { get; init; }

    /// <summary>0 where it is about no account, or about the contact's primary one, whichever that is.</summary>
    public long AccountId { get; init; }

    /// <summary>How often the contact had moved when its slot was looked up.</summary>
    public int Hop { get; init; }

    /// <summary>The source (write key) it came by; 0 for the product itself.</summary>
    public int SourceId { get; init; }

    /// <summary>The event's name where it has one.</summary>
    public string Name { get; init; } = "";

    public DateTimeOffset OccurredAt { get; init; }

    public DateTimeOffset ReceivedAt { get; init; }

    /// <summary>Follows from the request to the mail and the logs.</summary>
    public string Correlation { get; init; } = "";

    public ReadOnlyMemory<byte> Payload { get; init; }
}
