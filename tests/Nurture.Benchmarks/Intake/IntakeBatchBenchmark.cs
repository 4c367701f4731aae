using System.Text.Json;
using Npgsql;
using Nurture.Benchmarks.Loop;
using Nurture.Benchmarks.Measuring;
using Nurture.Harness;
using Nurture.Storage;

namespace Nurture.Benchmarks.Intake;

/// <summary>
/// Batches as a product sends them, from the JSON to the commit: parsed (one while the one before is written, as the server does),
/// deduplicated, resolved to contacts and written. On PostgreSQL against a raw COPY of as many rows into a table like that of
/// events with its primary key alone, on SQLite against a prepared insert of the four columns that matter in one transaction.
/// </summary>
internal static class IntakeBatchBenchmark
{
    private const int BatchSize = 1000;

    public static async Task RunAsync(Setting setting)
    {
        var (contacts, events) = (setting.Few(50_000, 5_000), setting.Few(100_000, 10_000));
        await using var stand = await Stand.CreateAsync(setting.Store, LoopCatalog.Files(1), setting.Cancel);
        var store = stand.Get<IntakeStore>();
        for (var from = 0; from < contacts; from += BatchSize)
            await store.WriteAsync([await stand.ReadAsync(Batch(Enumerable.Range(from, BatchSize), 0), setting.Cancel)], setting.Cancel);

        var cpu = await Cpu.OfAsync(stand.Database, setting.Cancel);
        var random = new Random(1);
        var lap = 0;
        // A lap of each warms both up.
        await CopyAsync(stand.Database, events, setting.Cancel);
        await IntakeAsync();
        await new Comparison(setting.Rounds).RunAsync("intake-batch", "event", () => cpu.TimeAsync(() => CopyAsync(stand.Database, events, setting.Cancel)), IntakeAsync, 0.3);

        Task<Lap> IntakeAsync()
        {
            lap++;
            // Made before the clock runs: what the sender does is not ours.
            var bodies = Enumerable.Range(0, events / BatchSize).Select(n => Batch(Enumerable.Range(0, BatchSize).Select(_ => random.Next(contacts)), lap * 1000 + n)).ToList();
            return cpu.TimeAsync(async () =>
            {
                var next = ReadAsync(0);
                for (var n = 0; n < bodies.Count; n++)
                {
                    var read = await next;
                    if (n + 1 < bodies.Count) next = ReadAsync(n + 1);
                    await store.WriteAsync([read], setting.Cancel);
                }
                return events;

                Task<Submission> ReadAsync(int n) => Task.Run(() => stand.ReadAsync(bodies[n], setting.Cancel), setting.Cancel);
            });
        }
    }

    private static string Batch(IEnumerable<int> users, int batch)
    {
        var now = DateTimeOffset.UtcNow.ToString("O");
        return JsonSerializer.Serialize(new
        {
            batch = users.Select((user, n) => new { type = "track", @event = LoopCatalog.EventOf(0), userId = $"user-{user}", messageId = $"message-{batch}-{n}", timestamp = now, properties = new { note = "as it came" } }),
            sentAt = now,
        });
    }

    private static async Task<long> CopyAsync(TestDatabase database, int rows, CancellationToken cancel)
    {
        if (database.Kind == TestDatabase.Sqlite) return await InsertAsync(rows, cancel);
        await using var connection = (NpgsqlConnection)await database.OpenAsync(cancel);
        await using (var create = new NpgsqlCommand("create table if not exists copied (like events including defaults, primary key (id))", connection))
            await create.ExecuteNonQueryAsync(cancel);
        var payload = """{"note":"as it came"}"""u8.ToArray();
        await using var writer = await connection.BeginBinaryImportAsync(
            "copy copied (lane, slot, kind, contact_id, account_id, hop, source_id, name, occurred_at, received_at, correlation, payload) from stdin (format binary)", cancel);
        for (var n = 0; n < rows; n++)
        {
            await writer.StartRowAsync(cancel);
            foreach (var small in new[] { (short)(n % 16), (short)(n % 4096), (short)1 }) await writer.WriteAsync(small, cancel);
            foreach (var id in new[] { n, 0L }) await writer.WriteAsync(id, cancel);
            foreach (var number in new[] { 0, 1 }) await writer.WriteAsync(number, cancel);
            await writer.WriteAsync(LoopCatalog.EventOf(0), cancel);
            foreach (var moment in new[] { n + 1_700_000_000_000L, n + 1_700_000_000_001L }) await writer.WriteAsync(moment, cancel);
            await writer.WriteAsync("0HN7QK5M2B1C4:00000001", cancel);
            await writer.WriteAsync(payload, cancel);
        }

        await writer.CompleteAsync(cancel);
        return rows;
    }

    // In a file of its own: the server's is held by the one writer.
    private static async Task<long> InsertAsync(int rows, CancellationToken cancel)
    {
        using var scratch = new ScratchFolder("inserted");
        await using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={scratch["inserted.db"]};Pooling=false");
        await connection.OpenAsync(cancel);
        await using var command = connection.CreateCommand();
        command.CommandText = "pragma journal_mode = wal; pragma synchronous = full; create table copied (id integer primary key, contact_id bigint, name text, occurred_at bigint, payload blob)";
        await command.ExecuteNonQueryAsync(cancel);
        await using var transaction = connection.BeginTransaction();
        command.Transaction = transaction;
        command.CommandText = "insert into copied (contact_id, name, occurred_at, payload) values (@contact, @name, @at, @payload)";
        var (contact, at) = (command.Parameters.AddWithValue("@contact", 0L), command.Parameters.AddWithValue("@at", 0L));
        command.Parameters.AddWithValue("@name", LoopCatalog.EventOf(0));
        command.Parameters.AddWithValue("@payload", """{"note":"as it came"}"""u8.ToArray());
        for (var n = 0; n < rows; n++)
        {
            (contact.Value, at.Value) = ((long)n, n + 1_700_000_000_000L);
            await command.ExecuteNonQueryAsync(cancel);
        }

        await transaction.CommitAsync(cancel);
        return rows;
    }
}
