using System.Diagnostics;

namespace Nurture.Chaos.Load;

/// <summary>
/// So many events a second, except while somebody wants the server busy: a load that a server answers in two
/// milliseconds leaves hardly a request unanswered at a random moment.
/// </summary>
public sealed class Pace(double eventsPerSecond)
{
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private readonly Lock gate = new();
    private double nextAt;
    private volatile bool isUnbound;

    public bool IsUnbound { set => isUnbound = value; }

    public async Task WaitForTurnAsync(int events, CancellationToken cancel)
    {
        double wait;
        lock (gate)
        {
            var now = clock.Elapsed.TotalSeconds;
            nextAt = Math.Max(nextAt, now - 0.5) + events / eventsPerSecond;
            wait = nextAt - now;
        }
        for (var until = clock.Elapsed.TotalSeconds + wait; !isUnbound && clock.Elapsed.TotalSeconds < until;)
            await Task.Delay(TimeSpan.FromSeconds(Math.Clamp(until - clock.Elapsed.TotalSeconds, 0, 0.02)), cancel);
    }
}
