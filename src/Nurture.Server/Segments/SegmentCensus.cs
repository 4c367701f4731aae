using Nurture.Conditions;
using Nurture.Contacts;
using Nurture.Segments;
using Nurture.Server.Hosting;
using Nurture.Server.Publishing;
using Nurture.Storage;

namespace Nurture.Server.Segments;

/// <summary>How many belong to each segment.</summary>
/// <param name="State"><c>counting</c>, <c>done</c>, <c>failed</c>.</param>
/// <param name="Asked">Of how many subjects so far.</param>
/// <param name="At">When it began.</param>
public sealed record CountedSegments(string State, long Asked, long Subjects, long Revision, DateTimeOffset At, IReadOnlyDictionary<string, long> Members);

/// <summary>
/// Counts the members of all segments in one walk over all states, with pauses. Segments are asked and not stored, so a
/// number is of the moment at which its walk came by. It lives in this node's memory: the next walk begins anew.
/// </summary>
internal sealed class SegmentCensus(WalkStore walks, SubjectStates states, CatalogSource catalogs, BusinessClock clock, IHostApplicationLifetime life, ILogger<SegmentCensus> logger)
{
    internal const int ChunkSize = 500;

    // Of machine time. A chunk takes a few milliseconds; the slots get the database in between.
    internal static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(20);

    private readonly Lock gate = new();
    private CountedSegments? latest;
    private CountedSegments? running;

    /// <summary>The last walk that came to its end; null before the first.</summary>
    public CountedSegments? Latest => latest;

    /// <summary>The walk that is under way.</summary>
    public CountedSegments? Running => running;

    /// <summary>Begins to count, unless that is under way.</summary>
    public CountedSegments Begin()
    {
        lock (gate)
        {
            if (running is { } already) return already;
            running = new("counting", 0, 0, 0, clock.Now, new Dictionary<string, long>());
            _ = RunAsync(running, life.ApplicationStopping);
            return running;
        }
    }

    private async Task RunAsync(CountedSegments counted, CancellationToken cancel)
    {
        try
        {
            latest = await WalkAsync(counted, cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // The node stops.
        }
        catch (Exception failure)
        {
            logger.LogError(failure, "The counting of segments failed");
            latest = latest is null ? counted with { State = "failed" } : latest;
        }
        finally
        {
            running = null;
        }
    }

    private async Task<CountedSegments> WalkAsync(CountedSegments counted, CancellationToken cancel)
    {
        await Task.Yield();
        var current = (await catalogs.CurrentAsync(cancel)).Catalog;
        var segments = current.Segments.ByName.Values.ToList();
        var (catalog, uncounted) = await states.CoverAsync(current, current.Segments.Criteria, cancel);
        var members = segments.ToDictionary(segment => segment.Name, _ => 0L, StringComparer.Ordinal);
        var kinds = segments.Select(segment => segment.Of).Distinct().ToList();
        counted = counted with { Revision = current.Revision, Members = members };
        foreach (var kind in kinds) counted = counted with { Subjects = counted.Subjects + await walks.SubjectsAsync(kind, cancel) };
        foreach (var kind in kinds)
        {
            var after = 0L;
            var own = segments.Where(segment => segment.Of == kind).ToList();
            while (await walks.NextAsync(kind, after, ChunkSize, cancel) is { Count: > 0 } stops)
            {
                after = stops[^1].Id;
                var asked = await states.ReadAsync(kind, stops, cancel);
                await states.FillAsync(uncounted, asked, cancel);
                var now = clock.Now;
                foreach (var one in asked)
                {
                    foreach (var segment in own)
                    {
                        if (segment.Is.Evaluate(ContextOf(catalog, now, one)) == Truth.True) members[segment.Name]++;
                    }
                }

                running = counted = counted with { Asked = counted.Asked + stops.Count };
                await Task.Delay(Breath, cancel);
            }
        }

        return counted with { State = "done" };
    }

    internal static ConditionContext ContextOf(Nurture.Scenarios.Catalog catalog, DateTimeOffset now, AskedSubject asked) => new()
    {
        Catalog = catalog,
        At = now,
        Contact = asked.Subject as ContactState,
        Account = asked.Account,
    };
}
