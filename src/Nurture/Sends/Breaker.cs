namespace Nurture.Sends;

/// <summary>What the volume breaker counts. The numbers are stored.</summary>
public enum BreakerKind : short
{
    Mails = 1,
    Escalations = 2,
    Webhooks = 3,
}

/// <summary>
/// How much one scenario may do in a time before it is paused and an operator called (SEMANTICS.md 53): an absolute bound, and,
/// once its usual is known, a multiple of that. What somebody confirmed a count of is added to both.
/// </summary>
/// <param name="Within">The window, which moves in steps of a sixth.</param>
/// <param name="Times">Of the busiest window of four weeks, of which the busiest day is left out.</param>
public sealed record Breaker(TimeSpan Within, double Times, long Mails, long Escalations, long Webhooks)
{
    public static Breaker Default { get; } = new(TimeSpan.FromHours(1), 10, 20_000, 200, 20_000);

    /// <summary><c>1h</c>.</summary>
    public string WithinText => Conditions.Length.Write(Within);

    // Ten times of next to nothing is nothing yet.
    private const int Least = 20;

    public long MostOf(BreakerKind kind) => kind switch
    {
        BreakerKind.Mails => Mails,
        BreakerKind.Escalations => Escalations,
        BreakerKind.Webhooks => Webhooks,
    };

    /// <summary>How many are not too many.</summary>
    /// <param name="usual">Null while too little is known.</param>
    /// <param name="confirmed">What somebody confirmed a count of.</param>
    public long BoundOf(BreakerKind kind, long? usual, long confirmed)
    {
        var most = MostOf(kind);
        return (usual is { } known ? Math.Min(most, Math.Max((most + Least - 1) / Least, (long)Math.Ceiling(known * Times))) : most) + confirmed;
    }

    /// <summary>The part of the window that a moment lies in.</summary>
    public long BucketOf(long milliseconds) => milliseconds - (milliseconds % Step);

    /// <summary>The first part that counts at a moment.</summary>
    public long FirstOf(long milliseconds) => BucketOf(milliseconds) - Step * (Parts - 1);

    private const int Parts = 6;

    private long Step => Math.Max(1, (long)Within.TotalMilliseconds / Parts);

    /// <summary>The most in any window, day by day, without the busiest day; null where less than a week is known.</summary>
    /// <param name="counts">By part, in their order.</param>
    public long? UsualOf(IReadOnlyList<(long Bucket, long Count)> counts)
    {
        const long day = 86_400_000;
        if (counts.Count == 0 || counts[^1].Bucket - counts[0].Bucket < 7 * day) return null;
        var busiest = new Dictionary<long, long>();
        var (first, sum) = (0, 0L);
        for (var last = 0; last < counts.Count; last++)
        {
            sum += counts[last].Count;
            while (counts[first].Bucket < FirstOf(counts[last].Bucket)) sum -= counts[first++].Count;
            var of = counts[last].Bucket / day;
            busiest[of] = Math.Max(busiest.GetValueOrDefault(of), sum);
        }

        return busiest.Count == 1 ? busiest.Values.Single() : busiest.Values.OrderDescending().Skip(1).First();
    }
}
