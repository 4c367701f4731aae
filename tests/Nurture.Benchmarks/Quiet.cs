using Nurture.Harness;
using Nurture.Server.Hosting;
using Nurture.Storage;

namespace Nurture.Benchmarks;

/// <summary>When a started stand has nothing left to do. Asked over the stand's own connections, seldom, and of narrow indexes.</summary>
internal static class Quiet
{
    private const string OpenSends = "select exists (select 1 from outbox)";

    /// <summary>Every planned send has left, or ended otherwise.</summary>
    public static async Task UntilSentAsync(Stand stand, CancellationToken cancel)
    {
        await using var connection = await stand.Get<Database>().OpenAsync(cancel);
        await Poll.UntilAsync("all mails have left", TimeSpan.FromMinutes(3), async () =>
        {
            await using var command = connection.CreateCommand();
            command.CommandText = OpenSends;
            return !Convert.ToBoolean(await command.ExecuteScalarAsync(cancel), System.Globalization.CultureInfo.InvariantCulture);
        }, cancel);
    }

    /// <summary>Every event has been read, nobody is due, and every planned send has left.</summary>
    public static async Task UntilAsync(Stand stand, CancellationToken cancel)
    {
        var (slots, clock) = (stand.Get<SlotStore>(), stand.Get<BusinessClock>());
        stand.Get<WorkSignals>().Events.Raise();
        await Poll.UntilAsync("the slots have nothing left", TimeSpan.FromMinutes(3),
            async () => await slots.UnreadAsync(cancel) == 0 && !(await slots.NextDueAsync(cancel) <= clock.Now), cancel);
        await UntilSentAsync(stand, cancel);
    }
}
