using System.Globalization;
using Nurture.Harness;

namespace Nurture.Benchmarks.Measuring;

/// <summary>What the numbers below it depend on: the first line of every run.</summary>
internal static class Machine
{
    private static readonly string[] Telling = ["shared_buffers", "synchronous_commit", "fsync", "full_page_writes", "max_wal_size"];

    public static async Task DescribeAsync(string benchmark, Setting setting)
    {
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1 << 30);
        var store = setting.Store == TestDatabase.Postgres ? await PostgresAsync(setting.Cancel) : "SQLite, synchronous full";
        var now = DateTimeOffset.UtcNow.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{benchmark}, {now} UTC: {Environment.ProcessorCount} cores, {memory:0} GiB, .NET {Environment.Version}, {store}{(setting.IsQuick ? "; a quick look" : "")}"));
    }

    private static async Task<string> PostgresAsync(CancellationToken cancel)
    {
        using var scratch = new ScratchFolder("machine");
        await using var database = await TestDatabase.CreateAsync(TestDatabase.Postgres, scratch, cancel);
        var settings = await database.QueryAsync(
            $"select name, current_setting(name) from pg_settings where name in ('server_version', {string.Join(", ", Telling.Select(name => $"'{name}'"))})",
            row => (Name: row.GetString(0), Value: row.GetString(1)), cancel);
        var values = settings.ToDictionary(pair => pair.Name, pair => pair.Value);
        return $"PostgreSQL {values["server_version"]} ({string.Join(", ", Telling.Select(name => $"{name} {values[name]}"))})";
    }
}
