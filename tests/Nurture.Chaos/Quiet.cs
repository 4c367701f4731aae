using System.Diagnostics;
using Nurture.Harness;

namespace Nurture.Chaos;

/// <summary>Waits until nothing is left to do: every event read, every enrollment ended, every send in a state that stays.</summary>
public sealed class Quiet(TestDatabase database)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // Longer than any lease, so what a killed server held has been taken up by then.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    public async Task WaitAsync(CancellationToken cancel)
    {
        var (last, since) = ((0L, 0L, 0L), Stopwatch.StartNew());
        while (true)
        {
            var left = (
                Unread: await database.CountAsync(UnreadEvents(database), cancel),
                Enrolled: await database.CountAsync("select count(*) from positions", cancel),
                Open: await database.CountAsync("select count(*) from sends where state in (1, 2, 3)", cancel));
            if (left == (0, 0, 0))
                return;
            if (left != last)
            {
                Console.WriteLine($"waiting: {left.Unread} events unread, {left.Enrolled} enrollments live, {left.Open} sends open");
                (last, since) = (left, Stopwatch.StartNew());
            }
            if (since.Elapsed > Patience)
                throw new TimeoutException($"Nothing has moved for {Patience.TotalMinutes:0} minutes.");
            await Task.Delay(Pause, cancel);
        }
    }

    public static string UnreadEvents(TestDatabase database) => database.Kind == TestDatabase.Postgres
        ? "select count(*) from lanes l join events e on e.lane = l.lane where (e.xid::text::bigint, e.id) > (l.xid, l.event_id)"
        : "select count(*) from lanes l join events e on e.lane = l.lane where e.id > l.event_id";
}
