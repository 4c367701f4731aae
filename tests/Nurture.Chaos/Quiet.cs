using Nurture.Harness;

namespace Nurture.Chaos;

/// <summary>Waits until nothing is left to do: every event read, every enrollment ended, every send in a state that stays.</summary>
public sealed class Quiet(TestDatabase database)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public async Task WaitAsync(TimeSpan patience, CancellationToken cancel)
    {
        var until = DateTime.UtcNow + patience;
        while (true)
        {
            var unread = await database.CountAsync(UnreadEvents, cancel);
            var enrolled = await database.CountAsync("select count(*) from positions", cancel);
            var open = await database.CountAsync("select count(*) from sends where state in (1, 2, 3)", cancel);
            if (unread == 0 && enrolled == 0 && open == 0)
                return;
            Console.WriteLine($"waiting: {unread} events unread, {enrolled} enrollments live, {open} sends open");
            if (DateTime.UtcNow > until)
                throw new TimeoutException($"It was not quiet within {patience.TotalMinutes:0} minutes.");
            await Task.Delay(Pause, cancel);
        }
    }

    private string UnreadEvents => database.Kind == TestDatabase.Postgres
        ? "select count(*) from lanes l join events e on e.lane = l.lane where (e.xid::text::bigint, e.id) > (l.xid, l.event_id)"
        : "select count(*) from lanes l join events e on e.lane = l.lane where e.id > l.event_id";
}
