using System.Diagnostics;
using Nurture.Harness;

namespace Nurture.Chaos;

/// <summary>Waits until the server says that nothing is left to do: every event read, every enrollment ended, every send in a state that stays.</summary>
public sealed class Quiet(NurtureClient client)
{
    private const int MostShown = 500;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // Longer than any lease, so what a killed server held has been taken up by then.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    public async Task WaitAsync(CancellationToken cancel)
    {
        var (last, since) = ((0L, 0, 0L), Stopwatch.StartNew());
        while (true)
        {
            var left = await LeftAsync(cancel);
            if (left == (0, 0, 0))
                return;
            if (left != last)
            {
                Console.WriteLine($"waiting: {left.Unread} events unread, {(left.Live == MostShown ? "at least " : "")}{left.Live} enrollments live, {left.Open} sends open");
                (last, since) = (left, Stopwatch.StartNew());
            }
            if (since.Elapsed > Patience)
                throw new TimeoutException($"Nothing has moved for {Patience.TotalMinutes:0} minutes.");
            await Task.Delay(Pause, cancel);
        }
    }

    private async Task<(long Unread, int Live, long Open)> LeftAsync(CancellationToken cancel)
    {
        var status = await client.GetAsync("/api/v1/status", cancel);
        var live = (await client.GetAsync($"/api/v1/enrollments?limit={MostShown}", cancel))["items"]!.AsArray().Count;
        return (status["unread_events"]!.GetValue<long>(), live, Sends("planned") + Sends("claimed") + Sends("handed"));

        long Sends(string state) => status["sends"]![state]?.GetValue<long>() ?? 0;
    }
}
