using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nurture.Sessions;

/// <summary>What became of a session.</summary>
public enum SessionState { Planned, Cancelled }

/// <summary>
/// A meeting that people register for: a webinar, a workshop. It is a published document: a change of it is a new version,
/// so whoever decides by it decides by what was in force then. Who registered is a fact of the person.
/// </summary>
public sealed record Session
{
    public required string Id { get; init; }

    /// <summary>By what scenarios name several sessions at once: <c>webinar</c>.</summary>
    public string Kind { get; init; } = "webinar";

    /// <summary>By locale; at least one.</summary>
    public required IReadOnlyDictionary<string, string> Titles { get; init; }

    public required DateTimeOffset StartsAt { get; init; }

    public required DateTimeOffset EndsAt { get; init; }

    /// <summary>On whose clock it was agreed, <c>Asia/Tokyo</c>.</summary>
    public required string Zone { get; init; }

    /// <summary>Where it takes place; empty where nobody has said so yet.</summary>
    public string Link { get; init; } = "";

    /// <summary>Null for as many as come.</summary>
    public int? Seats { get; init; }

    /// <summary>How many seats were taken when this version was published: told in steps, not with each registration.</summary>
    public int Taken { get; init; }

    /// <summary>From then on nobody registers; the start, where nothing is said.</summary>
    public DateTimeOffset? RegistrationUntil { get; init; }

    public string Host { get; init; } = "";

    /// <summary>The language that it is held in.</summary>
    public string Locale { get; init; } = "en";

    public SessionState State { get; init; } = SessionState.Planned;

    /// <summary>When its time was said: who would have been invited before that is invited then.</summary>
    public DateTimeOffset ScheduledAt { get; init; }

    /// <summary>Raised when what stands in calendars changes (RFC 5546 §2.1.4).</summary>
    public int Sequence { get; init; }

    /// <summary>Who came has been said, all of it.</summary>
    public bool IsAttendanceComplete { get; init; }

    /// <summary>The version of the document; 0 until published.</summary>
    [JsonIgnore]
    public int Version { get; init; }

    [JsonIgnore]
    public DateTimeOffset OpenUntil => RegistrationUntil ?? StartsAt;

    [JsonIgnore]
    public int? SeatsLeft => Seats is { } seats ? Math.Max(0, seats - Taken) : null;

    [JsonIgnore]
    public bool IsFull => SeatsLeft == 0;

    /// <summary>In the reader's language, else the session's own, else any.</summary>
    public string TitleFor(string locale) =>
        Titles.GetValueOrDefault(locale) ?? Titles.GetValueOrDefault(locale.Split('-', '_')[0]) ?? Titles.GetValueOrDefault(Locale)
        ?? Titles.OrderBy(title => title.Key, StringComparer.Ordinal).Select(title => title.Value).FirstOrDefault() ?? Id;

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>The document's content.</summary>
    public string Write() => JsonSerializer.Serialize(this, Options);

    /// <exception cref="JsonException">It is none.</exception>
    public static Session Read(string content, int version) =>
        (JsonSerializer.Deserialize<Session>(content, Options) ?? throw new JsonException("A session is an object.")) with { Version = version };
}
