using System.Text.Json;
using Nurture.Scenarios;

namespace Nurture.Intake;

/// <summary>
/// A request of the Segment-compatible API, opened: its items can be read once it is known whose they are. The content
/// type says nothing (browsers send JSON as text/plain).
/// </summary>
public sealed class IntakeRequest : IDisposable
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = JsonText.UnlimitedDepth };

    private readonly JsonDocument document;

    private IntakeRequest(JsonDocument document, string? writeKey, int count) => (this.document, WriteKey, Count) = (document, writeKey, count);

    /// <summary>The key that the body names; browsers of before 2026 send it nowhere else.</summary>
    public string? WriteKey { get; }

    public int Count { get; }

    private JsonElement Root => document.RootElement;

    /// <summary>Null and a refusal when the request as a whole cannot be taken.</summary>
    public static IntakeRequest? Open(ReadOnlyMemory<byte> body, out RequestRefusal refusal)
    {
        refusal = default;
        if (body.Span.StartsWith("\uFEFF"u8)) body = body[3..];
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(body, Options);
        }
        catch (JsonException)
        {
            refusal = RequestRefusal.MalformedJson;
            return null;
        }

        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object) refusal = RequestRefusal.NotAnObject;
        else if (root.TryGetProperty("batch"u8, out var batch))
        {
            if (batch.ValueKind != JsonValueKind.Array) refusal = RequestRefusal.NoItems;
            else if (batch.GetArrayLength() > IntakeLimits.ItemsPerRequest) refusal = RequestRefusal.TooManyItems;
            else return new(document, WriteKeyOf(root), batch.GetArrayLength());
        }
        else return new(document, WriteKeyOf(root), 1);

        document.Dispose();
        return null;
    }

    /// <param name="type">What the path says the one message is; null where the messages say it.</param>
    /// <param name="allowed">The types that the source may send; null for all.</param>
    public IntakeBatch Read(MessageType? type, IReadOnlySet<MessageType>? allowed, DateTimeOffset receivedAt, TrackingPlan plan)
    {
        var hasBatch = Root.TryGetProperty("batch"u8, out var batch);
        var shared = hasBatch && Root.TryGetProperty("context"u8, out var context) ? context : default;
        var reader = new ItemReader(plan, receivedAt, allowed, SentAt(), shared);
        if (!hasBatch)
        {
            reader.Read(Root, type);
        }
        else
        {
            foreach (var item in batch.EnumerateArray()) reader.Read(item, null);
        }
        return new(reader.Items, reader.Refused);
    }

    // A batch without a readable sentAt has none: its items' own, or no correction.
    private DateTimeOffset? SentAt() =>
        Root.TryGetProperty("sentAt"u8, out var sent) && JsonText.FaultOf(sent.Raw()) is null ? ClientTime.Read(sent) : null;

    private static string? WriteKeyOf(JsonElement root) =>
        root.TryGetProperty("writeKey"u8, out var key) && key.ValueKind == JsonValueKind.String && JsonText.FaultOf(key.Raw()) is null ? key.GetString() : null;

    public void Dispose() => document.Dispose();
}
