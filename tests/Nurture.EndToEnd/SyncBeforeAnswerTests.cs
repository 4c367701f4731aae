using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Nurture.Harness;

namespace Nurture.EndToEnd;

/// <summary>200 from intake means on disk: the kernel's own record of the order of the write, its sync and the answer.</summary>
public sealed class SyncBeforeAnswerTests
{
    [Theory]
    [InlineData(TestDatabase.Sqlite, "nurture.db-wal")]
    [InlineData(TestDatabase.Postgres, "pg_wal/")]
    public async Task An_event_is_written_and_synced_before_it_is_answered(string databaseKind, string writeAheadLog)
    {
        var cancel = TestContext.Current.CancellationToken;
        Assert.SkipUnless(File.Exists("/usr/bin/strace"), "strace is not installed");
        using var scratch = new ScratchFolder("sync");
        await using var server = await StartedServer.StartAsync(databaseKind, scratch, cancel);
        var marker = $"marker-{Guid.NewGuid():N}";

        var log = scratch["strace.out"];
        var processes = new List<int> { server.Process.Id };
        if (databaseKind == TestDatabase.Postgres)
            processes.AddRange(await PostgresProcessesAsync(server.Database, cancel));
        await using (var strace = ChildProcess.Start("strace",
            ["-f", "-y", "-s", "200000", "-e", "trace=write,writev,pwrite64,pwritev,fsync,fdatasync,sendto,sendmsg,recvfrom,recvmsg,read", "-o", log,
                .. processes.SelectMany(id => new[] { "-p", $"{id}" })], scratch["strace.log"]))
        {
            await Poll.UntilAsync("strace is attached", TimeSpan.FromSeconds(30), () =>
            {
                var said = File.ReadAllText(scratch["strace.log"]);
                Assert.SkipWhen(said.Contains("Operation not permitted"), "tracing other processes is not permitted here");
                Assert.False(strace.HasExited, said);
                // A session that has ended meanwhile needs no tracing.
                return Task.FromResult(processes.All(id => said.Contains($"Process {id} attached") || !Directory.Exists($"/proc/{id}")));
            }, cancel);
            var message = new JsonObject { ["userId"] = "traced", ["event"] = "traced", ["messageId"] = marker, ["properties"] = new JsonObject { ["marker"] = marker } };
            await server.Client.SendAsync("/v1/track", message, cancel);
        }

        var lines = File.ReadAllLines(log);
        var asked = Find(lines, 0, line => line.Contains("POST /v1/track"), "the request is read");
        var written = Find(lines, asked, line => Regex.IsMatch(line, "(pwrite|write)") && line.Contains(writeAheadLog) && line.Contains(marker), "the event is written to the log of the database");
        var synced = Find(lines, written, line => IsSync(lines, line, writeAheadLog), "that log is synced");
        Find(lines, synced, line => line.Contains("HTTP/1.1 200"), "the request is answered");
        Assert.DoesNotContain(lines[asked..synced], line => line.Contains("HTTP/1.1 200"));
    }

    private static int Find(string[] lines, int from, Func<string, bool> isIt, string what)
    {
        var found = Array.FindIndex(lines, from, line => isIt(line));
        Assert.True(found >= 0, $"After line {from} of the trace it does not show that {what}.");
        return found;
    }

    /// <summary>The line on which a sync of that file returned, which strace may print apart from its call.</summary>
    private static bool IsSync(string[] lines, string line, string file)
    {
        if (Regex.Match(line, @"^(\d+) +(?:<\.\.\. )?(fsync|fdatasync)(?: resumed>|\()") is not { Success: true } sync || !line.EndsWith("= 0", StringComparison.Ordinal))
            return false;
        if (line.Contains(file))
            return true;
        var begun = lines[..Array.IndexOf(lines, line)].LastOrDefault(earlier => earlier.StartsWith(sync.Groups[1].Value + " ", StringComparison.Ordinal));
        return begun is not null && begun.Contains(file);
    }

    /// <summary>The postmaster and all its children; strace follows those that it forks later.</summary>
    private static async Task<IReadOnlyList<int>> PostgresProcessesAsync(TestDatabase database, CancellationToken cancel)
    {
        var postmaster = int.Parse((await database.QueryAsync("select pg_read_file('postmaster.pid')", row => row.GetString(0), cancel)).Single().Split('\n')[0]);
        return [postmaster, .. File.ReadAllText($"/proc/{postmaster}/task/{postmaster}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];
    }
}
