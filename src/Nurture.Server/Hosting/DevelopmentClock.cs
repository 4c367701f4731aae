using Nurture.Server.Security;
using Nurture.Storage;

namespace Nurture.Server.Hosting;

/// <summary>
/// Moves the business clock forward in development mode: from due moment to due moment, each dealt with before the next,
/// so that three days of a scenario happen as they would in three days.
/// </summary>
public sealed class DevelopmentClock(BusinessClock clock, ClockStore store, DueMoments due)
{
    private readonly SemaphoreSlim one = new(1, 1);

    /// <summary>Returns the number of due moments that lay on the way.</summary>
    public async Task<int> AdvanceAsync(TimeSpan by, CancellationToken cancel)
    {
        await one.WaitAsync(cancel);
        try
        {
            await due.DrainAsync(cancel);
            var target = clock.Now + by;
            var steps = 0;
            while (await due.NextAsync(clock.Now, cancel) is { } at && at <= target)
            {
                await MoveToAsync(at, cancel);
                await due.DrainAsync(cancel);
                steps++;
            }
            await MoveToAsync(target, cancel);
            await due.DrainAsync(cancel);
            return steps;
        }
        finally
        {
            one.Release();
        }
    }

    /// <summary>Stored first: a clock that was seen ahead stays ahead after a crash.</summary>
    private async Task MoveToAsync(DateTimeOffset instant, CancellationToken cancel)
    {
        var offset = clock.OffsetFor(instant);
        await store.SaveAsync(offset, cancel);
        clock.SetOffset(offset);
    }
}

public static class ClockEndpoints
{
    private static readonly TimeSpan Furthest = TimeSpan.FromDays(3660);

    public static void MapDevelopmentClock(this IEndpointRouteBuilder app)
    {
        const string why = "development mode on this machine only";
        app.MapGet("/dev/clock", (BusinessClock clock) => Results.Ok(new Shown(clock))).OnlyInDevelopment().AllowPublic(why);
        app.MapPost("/dev/clock/advance", async (string? by, BusinessClock clock, DevelopmentClock development, CancellationToken cancel) =>
        {
            if (Lengths.Parse(by) is not { } length || length > Furthest)
                return Results.Problem("Say how far with ?by=, such as 90s, 30m, 36h, 3d or 2w; ten years at most.", statusCode: 400,
                    title: "That is no length of time.", type: Problems.Type("bad-length"));
            var steps = await development.AdvanceAsync(length, cancel);
            return Results.Ok(new Shown(clock) { DueMoments = steps });
        }).OnlyInDevelopment().AllowPublic(why);
    }

    private sealed record Shown(DateTimeOffset Now, double OffsetSeconds)
    {
        public Shown(BusinessClock clock) : this(clock.Now, clock.Offset.TotalSeconds) { }

        /// <summary>How many lay on the way.</summary>
        public int? DueMoments { get; init; }
    }
}
