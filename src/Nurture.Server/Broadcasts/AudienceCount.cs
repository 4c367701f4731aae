using System.Collections.Concurrent;
using Nurture.Conditions;
using Nurture.Contacts;
using Nurture.Server.Hosting;
using Nurture.Server.Publishing;
using Nurture.Server.Segments;
using Nurture.Storage;

namespace Nurture.Server.Broadcasts;

/// <summary>How far the counting of an audience has come.</summary>
/// <param name="State"><c>counting</c>, <c>done</c>, <c>cancelled</c>, <c>failed</c>.</param>
/// <param name="Subjects">How many there were at the beginning.</param>
/// <param name="Matching">Of whom the condition is true.</param>
/// <param name="Reachable">Of those, who may be mailed as things stand: with an address, a ground, and not refused.</param>
/// <param name="Unknown">Of whom it cannot be known; a broadcast lets none of them in.</param>
public sealed record AudienceCount(string Id, string State, long Asked, long Subjects, long Matching, long Reachable, long Unknown, DateTimeOffset At);

/// <summary>
/// Counts who would receive a broadcast, or belong to a segment: a walk over all contacts (or accounts) that the database knows, one count at a time and with
/// pauses, because it reads every state. It asks as the engine will and changes nothing. Counts live on this node and as
/// long as it; who asks another node begins anew.
/// </summary>
internal sealed class AudienceCounts(
    WalkStore walks, SubjectStates states, CatalogSource catalogs, BusinessClock clock, IHostApplicationLifetime life, ILogger<AudienceCounts> logger)
{
    private const int ChunkSize = 500;
    private const int MostKept = 50;
    private const int MostSampled = 10;

    // A chunk of 500 takes a few milliseconds; the slots get the database in between.
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(20);

    private readonly ConcurrentDictionary<string, (AudienceCount Count, IReadOnlyList<SubjectRef> Sample, CancellationTokenSource Stop)> counts = new();
    private readonly SemaphoreSlim turn = new(1, 1);

    public AudienceCount? Find(string id) => counts.TryGetValue(id, out var found) ? found.Count : null;

    /// <summary>Some of those who match, drawn by chance while the count goes on.</summary>
    public IReadOnlyList<SubjectRef>? SampleOf(string id) => counts.TryGetValue(id, out var found) ? found.Sample : null;

    /// <param name="audience">Null counts everybody.</param>
    /// <param name="reachable">Null where nobody is mailed.</param>
    public AudienceCount Begin(Condition? audience, Condition? reachable, SubjectKind of)
    {
        foreach (var old in counts.Values.Where(kept => kept.Count.State != "counting").OrderBy(kept => kept.Count.At).Take(Math.Max(0, counts.Count - MostKept))) counts.TryRemove(old.Count.Id, out _);
        var count = new AudienceCount(Guid.NewGuid().ToString("n"), "counting", 0, 0, 0, 0, 0, clock.Now);
        var stop = CancellationTokenSource.CreateLinkedTokenSource(life.ApplicationStopping);
        Keep(count, [], stop);
        _ = RunAsync(count, audience, reachable, of, stop);
        return count;
    }

    public bool Cancel(string id)
    {
        if (!counts.TryGetValue(id, out var found) || found.Count.State != "counting") return false;
        found.Stop.Cancel();
        return true;
    }

    private async Task RunAsync(AudienceCount count, Condition? audience, Condition? reachable, SubjectKind of, CancellationTokenSource stop)
    {
        try
        {
            await turn.WaitAsync(stop.Token);
            try
            {
                await WalkAsync(count, audience, reachable, of, stop);
            }
            finally
            {
                turn.Release();
            }
        }
        catch (OperationCanceledException)
        {
            Keep(Find(count.Id)! with { State = "cancelled" }, SampleOf(count.Id)!, stop);
        }
        catch (Exception failure)
        {
            logger.LogError(failure, "The counting of an audience failed");
            Keep(Find(count.Id)! with { State = "failed" }, SampleOf(count.Id)!, stop);
        }
    }

    private async Task WalkAsync(AudienceCount count, Condition? audience, Condition? reachable, SubjectKind of, CancellationTokenSource stop)
    {
        var cancel = stop.Token;
        // What no published version counts is counted here, from each one's history.
        var (catalog, uncounted) = await states.CoverAsync((await catalogs.CurrentAsync(cancel)).Catalog, audience?.Criteria ?? [], cancel);
        count = count with { Subjects = await walks.SubjectsAsync(of, cancel) };
        logger.LogInformation("Counting an audience over {Subjects} {Kind}s", count.Subjects, of);
        var (after, sample, random) = (0L, new List<SubjectRef>(), new Random());
        while (await walks.NextAsync(of, after, ChunkSize, cancel) is { Count: > 0 } stops)
        {
            after = stops[^1].Id;
            var asked = await states.ReadAsync(of, stops, cancel);
            await states.FillAsync(uncounted, asked, cancel);
            var (matching, reached, unknown) = (0, 0, 0);
            foreach (var one in asked)
            {
                var context = SegmentCensus.ContextOf(catalog, clock.Now, one);
                var truth = audience?.Evaluate(context) ?? Truth.True;
                if (truth == Truth.Unknown) unknown++;
                if (truth != Truth.True) continue;
                matching++;
                Take(sample, one.Subject.Ref, count.Matching + matching, random);
                if (reachable?.Evaluate(context) == Truth.True) reached++;
            }

            count = count with { Asked = count.Asked + stops.Count, Matching = count.Matching + matching, Reachable = count.Reachable + reached, Unknown = count.Unknown + unknown };
            Keep(count, [.. sample], stop);
            await Task.Delay(Breath, cancel);
        }

        Keep(count with { State = "done", At = clock.Now }, [.. sample], stop);
    }

    /// <summary>Each of those who match is among the few that are kept with the same chance (Vitter's algorithm R).</summary>
    private static void Take(List<SubjectRef> sample, SubjectRef subject, long seen, Random random)
    {
        if (sample.Count < MostSampled) sample.Add(subject);
        else if (random.NextInt64(seen) is var place && place < MostSampled) sample[(int)place] = subject;
    }

    private void Keep(AudienceCount count, IReadOnlyList<SubjectRef> sample, CancellationTokenSource stop) => counts[count.Id] = (count, sample, stop);
}
