using System.Data.Common;
using System.Text.Json.Nodes;
using Nurture.Harness;

namespace Nurture.Chaos.Disturbances;

/// <summary>
/// The stored states of some people are overwritten with what no build can read, in the middle of what happens to them;
/// later they are put back as they were, and whoever was parked is resumed.
/// </summary>
public sealed class Poison : Disturbance
{
    private const int Most = 40;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // The first byte says a format that exists, so that it is read on to where it makes no sense.
    private static readonly byte[] Unreadable = [1, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];

    private sealed record Original(short Slot, long Id, byte[] Doc);

    public override string Name => "people whose states cannot be read";

    public override TimeSpan LoadFor(ChaosOptions options) => TimeSpan.FromSeconds(15);

    public override async Task RunAsync(Stage stage, CancellationToken cancel)
    {
        await stage.LoadedAsync(0.3, cancel);
        var poisoned = await PoisonAsync(stage, cancel);
        if (poisoned.Count == 0) throw new InvalidOperationException("Nobody could be poisoned: the load ended too early.");

        using var client = new NurtureClient(stage.Settings[0].Address, ChaosRun.WriteKey, ChaosRun.ApiKey);
        var (parked, mostUnread) = (0, 0L);
        await Poll.UntilAsync("a poisoned one is parked", Patience, async () =>
        {
            // A batch that had read them before writes over what it did not see.
            if (await StandingAsync(stage, cancel) == 0) poisoned = await PoisonAsync(stage, cancel);
            return (parked = (await ParkedAsync(client, cancel)).Count) > 0;
        }, cancel);
        await stage.GoesOnAsync(cancel);
        await Poll.UntilAsync("the others go on", TimeSpan.FromMinutes(5), async () =>
        {
            mostUnread = Math.Max(mostUnread, await stage.Database.CountAsync(Quiet.UnreadEvents(stage.Database), cancel));
            return stage.Loader.AcknowledgedCount >= 0.7 * stage.Options.Events || stage.Loading.IsCompleted;
        }, cancel);
        await Poll.UntilAsync("the others' events are read", Patience, async () => await stage.Database.CountAsync(Quiet.UnreadEvents(stage.Database), cancel) < 200, cancel);
        parked = (await ParkedAsync(client, cancel)).Count;

        var repaired = await stage.Database.WriteAsync(async (connection, transaction) =>
        {
            var count = 0;
            foreach (var original in poisoned) count += await ReplaceAsync(connection, transaction, original, Unreadable, original.Doc, cancel);
            return count;
        }, cancel);
        Console.WriteLine($"{poisoned.Count} states made unreadable, {parked} of them parked and shown; at most {mostUnread} events of others unread meanwhile; {repaired} repaired");
        var resumed = 0;
        await Poll.UntilAsync("nobody is parked", Patience, async () =>
        {
            var waiting = await ParkedAsync(client, cancel);
            foreach (var id in waiting) await client.CallAsync(HttpMethod.Post, $"/api/v1/parked/{id}/resume", null, cancel);
            resumed += waiting.Count;
            return waiting.Count == 0;
        }, cancel);
        Console.WriteLine($"{resumed} resumed");
    }

    /// <summary>Whoever is in the middle of a scenario and due soon, so that the slots come upon it.</summary>
    private static Task<List<Original>> PoisonAsync(Stage stage, CancellationToken cancel) => stage.Database.WriteAsync(async (connection, transaction) =>
    {
        await using var choose = connection.CreateCommand();
        choose.Transaction = transaction;
        choose.CommandText =
            $"""
             select s.slot, s.subject_id, s.doc from states s
             where s.kind = 1 and s.due_at is not null and exists (select 1 from positions p where p.slot = s.slot and p.kind = 1 and p.subject_id = s.subject_id)
             order by s.due_at, s.subject_id limit {Most} {(stage.Options.Store == TestDatabase.Postgres ? "for update of s" : "")}
             """;
        var chosen = new List<Original>();
        await using (var reader = await choose.ExecuteReaderAsync(cancel))
        {
            while (await reader.ReadAsync(cancel)) chosen.Add(new(reader.GetInt16(0), reader.GetInt64(1), reader.GetFieldValue<byte[]>(2)));
        }
        foreach (var original in chosen) await ReplaceAsync(connection, transaction, original, original.Doc, Unreadable, cancel);
        return chosen;
    }, cancel);

    private static Task<long> StandingAsync(Stage stage, CancellationToken cancel) =>
        stage.Database.CountAsync($"select count(*) from states where doc = {(stage.Options.Store == TestDatabase.Postgres ? @"'\x" : "x'")}{Convert.ToHexString(Unreadable)}'", cancel);

    private static async Task<int> ReplaceAsync(DbConnection connection, DbTransaction transaction, Original original, byte[] from, byte[] to, CancellationToken cancel)
    {
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "update states set doc = @to where slot = @slot and kind = 1 and subject_id = @id and doc = @from";
        foreach (var (name, value) in new (string, object)[] { ("to", to), ("slot", original.Slot), ("id", original.Id), ("from", from) })
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }
        return await command.ExecuteNonQueryAsync(cancel);
    }

    private static async Task<IReadOnlyList<string>> ParkedAsync(NurtureClient client, CancellationToken cancel) =>
        [.. (await client.GetAsync("/api/v1/parked?limit=100", cancel))["items"]!.AsArray().Select(entry => (string)entry!["id"]!)];
}
