using System.Text.Json;
using Nurture.Benchmarks.Load;
using Nurture.Benchmarks.Loop;
using Nurture.Benchmarks.Mailing;
using Nurture.Benchmarks.Measuring;
using Nurture.Harness;
using Nurture.Server.Hosting;
using Nurture.Storage;

namespace Nurture.Benchmarks.Size;

/// <summary>
/// What a passage of five steps leaves in the database when it is over, with all its history: two events, three mails that left,
/// every decision. By table, and within it by index. A second crowd is weighed, which finds the room of the first one's rows
/// that are no more, as in a database that has been running; PostgreSQL's own vacuum clears it there too.
/// </summary>
internal static class BytesBenchmark
{
    private const double MostBytes = 2.5 * 1024;

    /// <summary>A finished instance of Elsa 3.7.1 with its PostgreSQL store, as measured with its own persistence (28 rows).</summary>
    private const double ElsaBytes = 17 * 1024;

    // What of the tables is rows that count; the rest is room for changed rows, and rows that were.
    private const string LiveRows = "rows";

    // What a passage writes; the people themselves, and what keeps messages from counting twice, are there without it.
    private static readonly string[] OfPassages = ["events", "journal", "sends", "outbox", "states", "state_rests", "positions", "turns", WholeFile];

    // The SQLite that comes with the package does not tell how its pages are shared out.
    private const string WholeFile = "file";

    private static readonly string[] Crowds = ["early", "late"];

    private static readonly string[] Tables = [.. OfPassages, "contacts", "identities", "dedupe"];

    public static async Task RunAsync(Setting setting)
    {
        using var scratch = new ScratchFolder("bytes");
        await using var sink = new LoadSink();
        sink.Start();
        var key = await SigningKey.WriteAsync(scratch, setting.Cancel);
        await using var stand = await Stand.CreateAsync(setting.Store, Files(), setting.Cancel, SigningKey.Settings(key, sink.Port).Select(pair => $"{pair.Key}={pair.Value}"));
        await stand.StartAsync(setting.Cancel);
        var passages = setting.Few(10_000, 2_000);
        // Who they are is known before, so that only the passage is counted.
        foreach (var crowd in Crowds)
            await TellAsync(stand, passages, n => new { type = "identify", userId = $"{crowd}-{n}", messageId = $"{crowd}-i-{n}", traits = new { email = $"{crowd}{n}@contacts.test", name = $"User {n}" } }, setting.Cancel);

        await PassAsync(stand, Crowds[0], passages, setting.Cancel);
        var before = await SizesAsync(stand, setting.Cancel);
        await PassAsync(stand, Crowds[1], passages, setting.Cancel);
        if (sink.Count != Crowds.Length * 3 * passages) throw new InvalidOperationException($"{sink.Count} mails left where {Crowds.Length * 3 * passages} belong to the story.");
        Print(passages, before, await SizesAsync(stand, setting.Cancel));
    }

    /// <summary>Everybody of the crowd from the first step to the last.</summary>
    private static async Task PassAsync(Stand stand, string crowd, int passages, CancellationToken cancel)
    {
        await TellAsync(stand, passages, n => new { type = "track", userId = $"{crowd}-{n}", messageId = $"{crowd}-s-{n}", @event = "used_00", properties = new { note = "as it came" } }, cancel);
        var clock = stand.Get<BusinessClock>();
        clock.SetOffset(clock.Offset + TimeSpan.FromHours(25));
        await Quiet.UntilAsync(stand, cancel);
        await TellAsync(stand, passages, n => new { type = "track", userId = $"{crowd}-{n}", messageId = $"{crowd}-l-{n}", @event = "left_00" }, cancel);
        if (await stand.Database.CountAsync("select count(*) from positions", cancel) is > 0 and var open) throw new InvalidOperationException($"{open} passages are not over.");
        if (stand.Database.Kind == TestDatabase.Postgres)
        {
            foreach (var table in Tables.Where(table => table != WholeFile)) await stand.Database.QueryAsync($"vacuum {table}", _ => 0, cancel);
        }
    }

    private static void Print(int passages, Dictionary<string, long> before, Dictionary<string, long> after)
    {
        var total = 0.0;
        foreach (var (name, bytes) in after.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            var each = (bytes - before.GetValueOrDefault(name)) / (double)passages;
            var isOfPassages = OfPassages.Contains(name.Split('.')[0]);
            if (isOfPassages) total += each;
            if (each > 0) Comparison.Row($"bytes.{name}", each, "bytes/passage", isOfPassages ? "" : "not counted");
        }

        Comparison.Row("bytes.baseline", ElsaBytes, "bytes/passage", "Elsa 3.7.1, a constant");
        Comparison.Row("bytes", total, "bytes/passage", $"goal at most {MostBytes}");
        Comparison.Row("bytes", ElsaBytes / total, "ratio");
    }

    private static Dictionary<string, string> Files()
    {
        var files = LoopCatalog.Files(1);
        files["scenarios/bench-00.yaml"] = """
            scenario: bench-00
            title: Measured passage
            owner: bench@bench.test
            class: transactional
            purpose: To be measured
            trigger: { event: used_00 }
            reentry: once
            goal: none
            steps:
              - send: { template: bench, id: welcome }
              - wait: 1d
              - send: { template: bench, id: tips }
              - wait: { for: event("left_00"), up_to: 3d }
              - send: { template: bench, id: thanks }
            """;
        return files;
    }

    private static async Task TellAsync(Stand stand, int people, Func<int, object> message, CancellationToken cancel)
    {
        foreach (var chunk in Enumerable.Range(0, people).Chunk(500))
            await stand.Get<IntakeStore>().WriteAsync([await stand.ReadAsync(JsonSerializer.Serialize(new { batch = chunk.Select(message) }), cancel)], cancel);
        await Quiet.UntilAsync(stand, cancel);
    }

    /// <summary>By <c>table</c> and <c>table.index</c>.</summary>
    private static async Task<Dictionary<string, long>> SizesAsync(Stand stand, CancellationToken cancel)
    {
        var tables = string.Join(", ", Tables.Select(table => $"'{table}'"));
        // A table's parts count as the table.
        const string Table = @"regexp_replace(c.relname, '^(events|dedupe)_([0-9]+|others)$', '\1')";
        var sizes = await stand.Database.QueryAsync(stand.Database.Kind == TestDatabase.Postgres
            ? $"""
               select {Table} as name, sum(pg_table_size(c.oid))::bigint as bytes from pg_class c where c.relkind = 'r' and {Table} in ({tables}) group by 1
               union all
               select {Table} || '.' || regexp_replace(i.relname, '^(events|dedupe)_([0-9]+|others)_', '_'), sum(pg_relation_size(i.oid))::bigint
               from pg_index x join pg_class c on c.oid = x.indrelid join pg_class i on i.oid = x.indexrelid where c.relkind = 'r' and {Table} in ({tables}) group by 1
               union all
               {string.Join(" union all ", OfPassages.Where(table => table != WholeFile).Select(table => $"select '{LiveRows}.{table}', coalesce(sum(pg_column_size(t)), 0) from {table} t"))}
               """
            : $"select '{WholeFile}', page_count * page_size from pragma_page_count(), pragma_page_size()",
            row => (Name: row.GetString(0), Bytes: row.GetInt64(1)), cancel);
        return sizes.ToDictionary(pair => pair.Name, pair => pair.Bytes);
    }
}
