using System.Text.Json;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Server.Hosting;
using EventLog = Nurture.Storage.EventLog;

namespace Nurture.Server.Arriving;

/// <summary>An event's name, as it arrives.</summary>
internal sealed class SeenEvent
{
    public long InDay { get; set; }

    public long InWeeks { get; set; }

    public DateTimeOffset LastAt { get; set; }

    public Dictionary<int, long> Sources { get; } = [];

    /// <summary>By dotted path: how many carried it, and as what.</summary>
    public SortedDictionary<string, SeenProperty> Properties { get; } = new(StringComparer.Ordinal);
}

internal sealed class SeenProperty
{
    public long Carried { get; set; }

    public Dictionary<string, long> Types { get; } = new(StringComparer.Ordinal);
}

/// <summary>What the log holds of the last weeks.</summary>
/// <param name="State"><c>reading</c>, <c>done</c>, <c>failed</c>.</param>
/// <param name="Since">Back to when everything was read: 28 days, or less where so much arrives that only the latest was.</param>
internal sealed record Survey(string State, long Read, DateTimeOffset At, DateTimeOffset Since, IReadOnlyDictionary<string, SeenEvent> Events);

/// <summary>
/// Reads the log backwards, with pauses, and tells what arrives. Intake and slots do nothing for it, so it costs them
/// nothing; it reads when somebody looks, at most <see cref="Most"/> events, and lives in this node's memory.
/// </summary>
internal sealed class EventSurvey(EventLog log, BusinessClock clock, IHostApplicationLifetime life, ILogger<EventSurvey> logger)
{
    private const int ChunkSize = 2_000;
    private const long Most = 500_000;

    // Of machine time, between two chunks: intake and the slots get the database in between.
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Weeks = TimeSpan.FromDays(28);

    private readonly Lock gate = new();

    public Survey? Latest { get; private set; }

    public Survey? Running { get; private set; }

    public Survey Begin()
    {
        lock (gate)
        {
            if (Running is { } already) return already;
            Running = new("reading", 0, clock.Now, clock.Now, new Dictionary<string, SeenEvent>());
            _ = RunAsync(Running, life.ApplicationStopping);
            return Running;
        }
    }

    private async Task RunAsync(Survey survey, CancellationToken cancel)
    {
        try
        {
            Latest = await ReadAsync(survey, cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // The node stops.
        }
        catch (Exception failure)
        {
            logger.LogError(failure, "Reading what arrives failed");
            Latest ??= survey with { State = "failed" };
        }
        finally
        {
            Running = null;
        }
    }

    private async Task<Survey> ReadAsync(Survey survey, CancellationToken cancel)
    {
        await Task.Yield();
        var (now, before) = (clock.Now, long.MaxValue);
        var (day, weeks) = (now.AddDays(-1), now - Weeks);
        var events = new Dictionary<string, SeenEvent>(StringComparer.Ordinal);
        survey = survey with { Since = weeks, Events = events };
        while (await log.LatestAsync(before, ChunkSize, cancel) is { Count: > 0 } chunk)
        {
            before = chunk[^1].Id;
            foreach (var stored in chunk.Where(one => one.Kind == SignalKind.Occurred && one.ReceivedAt > weeks && !SignalCodec.IsSentOn(one))) Count(events, stored, day);
            survey = survey with { Read = survey.Read + chunk.Count };
            Running = survey;
            if (chunk[^1].ReceivedAt <= weeks) break;
            if (survey.Read >= Most)
            {
                survey = survey with { Since = chunk[^1].ReceivedAt };
                break;
            }

            await Task.Delay(Breath, cancel);
        }

        return survey with { State = "done" };
    }

    private static void Count(Dictionary<string, SeenEvent> events, StoredEvent stored, DateTimeOffset day)
    {
        var occurred = SignalCodec.ReadEvent(stored);
        if (!events.TryGetValue(occurred.Name, out var seen)) events.Add(occurred.Name, seen = new());
        seen.InWeeks++;
        if (stored.ReceivedAt > day) seen.InDay++;
        if (stored.ReceivedAt > seen.LastAt) seen.LastAt = stored.ReceivedAt;
        seen.Sources[stored.SourceId] = seen.Sources.GetValueOrDefault(stored.SourceId) + 1;
        if (occurred.Properties.Length == 0) return;
        using var document = JsonDocument.Parse(occurred.Properties);
        if (document.RootElement.ValueKind == JsonValueKind.Object) Read(document.RootElement, "", seen.Properties);
    }

    private static void Read(JsonElement element, string prefix, SortedDictionary<string, SeenProperty> into)
    {
        foreach (var member in element.EnumerateObject())
        {
            var path = prefix + member.Name;
            if (member.Value.ValueKind == JsonValueKind.Object)
            {
                Read(member.Value, path + ".", into);
                continue;
            }

            if (member.Value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined) continue;
            if (!into.TryGetValue(path, out var seen)) into.Add(path, seen = new());
            seen.Carried++;
            var type = TypeOf(member.Value);
            seen.Types[type] = seen.Types.GetValueOrDefault(type) + 1;
        }
    }

    /// <summary>In the plan's words; <c>list</c> is none that it has.</summary>
    internal static string TypeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => "number",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        JsonValueKind.Array => "list",
        JsonValueKind.String when IsMoment(value.GetString()!) is { } moment => moment,
        _ => "text",
    };

    private static string? IsMoment(string text) =>
        AttributeKind(text, ValueKind.Date) ? "date" : AttributeKind(text, ValueKind.Instant) ? "instant" : null;

    private static bool AttributeKind(string text, ValueKind kind) => Nurture.Scenarios.AttributeText.TryRead(text, kind, false, out _);
}
