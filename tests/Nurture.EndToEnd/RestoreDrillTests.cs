using System.Text.Json.Nodes;
using Npgsql;
using Nurture.Harness;

namespace Nurture.EndToEnd;

/// <summary>
/// The disaster, rehearsed: a backup is taken under load, the load goes on, the database is lost, the backup is opened
/// elsewhere, and clients send again what they cannot know to be lost. The mail server outside has seen everything.
/// </summary>
public sealed class RestoreDrillTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private const string Events = """
        events:
          signed_up: { description: Began. }
          paid: { description: Paid. }
          finished: { description: Nobody does that. }
        contact:
          name: text
        """;

    // No caps and no quiet hours: what is sent must not depend on when the test runs.
    private const string Policy = """
        zone: UTC
        locale: en
        sender: { name: Drill, address: drill@sender.test, organization: Drill, postal_address: "1 Loopback" }
        """;

    private const string Trial = """
        scenario: trial
        title: A trial
        owner: drill@sender.test
        class: service
        trigger: { event: signed_up }
        goal: { when: event("finished"), within: 30d }
        steps:
          - send: { template: welcome, class: service }
          - wait: 1s
          - send: { template: tip, class: marketing }
        """;

    private const string Receipt = """
        scenario: receipt
        title: A receipt
        owner: drill@sender.test
        class: transactional
        trigger: { event: paid }
        goal: none
        purpose: To be rehearsed.
        steps:
          - send: { template: receipt }
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(TestDatabase.Sqlite)]
    [InlineData(TestDatabase.Postgres)]
    public async Task A_restored_backup_has_lost_nothing_that_was_acknowledged_before_it_and_sends_nothing_twice(string databaseKind)
    {
        using var scratch = new ScratchFolder("restore");
        await using var sink = SmtpSink.Start(scratch);
        Write(scratch);
        var before = People("early", 20);
        var during = People("while", 20);
        var after = People("late", 20);
        var backup = scratch["drill.backup"];

        await using (var server = await StartedServer.StartAsync(databaseKind, scratch, Cancel, Settings(scratch, sink.Port)))
        {
            await SendAsync(server.Client, before);
            // A mail of each kind has left, so the backup knows of some and not of others.
            await MailsAsync(sink, mails => mails.Select(mail => mail.Subject).Distinct().Count() == 3);
            var loading = SendAsync(server.Client, during);
            await RunAsync("backup", backup, databaseKind, server.Database, scratch["data"]);
            await loading;
            await SendAsync(server.Client, after);
            await MailsAsync(sink, mails => after.All(person => mails.Count(mail => mail.To == person.Email) == 3));
            await server.Process.KillAsync();
        }

        var leftBefore = await sink.ReadAsync(Cancel);
        await using var restored = await RestoreAsync(databaseKind, backup, scratch);
        var settings = new ServerSettings
        {
            DataDirectory = scratch["elsewhere"], Log = scratch["restored.log"], Mode = "Development",
            Environment = restored.Settings.Concat(Settings(scratch, sink.Port)).ToDictionary(entry => entry.Key, entry => entry.Value),
        };
        await using var second = await ServerProcess.StartReadyAsync(settings, Cancel);
        using var client = new NurtureClient(settings.Address, StartedServer.Key, StartedServer.Key);

        var stopped = (await client.GetAsync("/api/v1/overview", Cancel))["attention"]!["sending_stopped"]!;
        Assert.NotNull(stopped["restored"]!["newest_event_at"]);
        await Assert.ThrowsAsync<HttpRequestException>(() => client.CallAsync(HttpMethod.Post, "/api/v1/sending/start", new JsonObject(), Cancel));
        var known = (await restored.QueryAsync("select email from contacts where email is not null", row => row.GetString(0), Cancel)).ToHashSet();
        Assert.All(before, person => Assert.Contains(person.Email, known));

        // Clients cannot know which answers stand, so they send all of it again.
        await SendAsync(client, [.. before, .. during, .. after]);
        await SettledAsync(restored);
        Assert.Equal(leftBefore.Count, (await sink.ReadAsync(Cancel)).Count);
        await client.CallAsync(HttpMethod.Post, "/api/v1/sending/confirm", new JsonObject(), Cancel);
        var fresh = People("fresh", 2);
        await SendAsync(client, fresh);
        await MailsAsync(sink, mails => fresh.All(person => mails.Count(mail => mail.To == person.Email) == 3));
        await SettledAsync(restored);
        // A receipt that was being handed over when the backup was made leaves again, but not at once.
        await Poll.UntilAsync("every mail that is due is over", Patience, async () =>
            await restored.CountAsync($"select count(*) from outbox where state <> 1 or not_before <= {DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()}", Cancel) == 0, Cancel);

        var mails = await sink.ReadAsync(Cancel);
        var twice = mails.Where(mail => mail.Subject != "receipt").GroupBy(mail => (mail.To, mail.Subject)).Where(same => same.Count() > 1).Select(same => same.Key);
        Assert.Empty(twice);
        Assert.All(before.Concat(during).Concat(after), person => Assert.Equal(["receipt", "tip", "welcome"], mails.Where(mail => mail.To == person.Email).Select(mail => mail.Subject).Distinct().Order()));
        var all = await restored.CountAsync("select count(*) from contacts where email is not null", Cancel);
        Assert.Equal(before.Count + during.Count + after.Count + fresh.Count, all);
        // What the ledger does not know to have left it says that it does not know.
        Assert.Equal(0, await restored.CountAsync("select count(*) from sends where class <> 3 and state not in (4, 8)", Cancel));
        Assert.True(await restored.CountAsync("select count(*) from sends where state = 8", Cancel) >= 2 * after.Count);
        // Whoever asks the doctor afterwards hears no more of it.
        var (_, said) = await CommandAsync(["doctor", .. Where(databaseKind, restored, scratch["elsewhere"])]);
        Assert.DoesNotContain("restored from a backup", said, StringComparison.Ordinal);
    }

    private sealed record Person(string Id, DateTimeOffset At)
    {
        public string Email => $"{Id}@people.test";
    }

    private static List<Person> People(string kind, int count) => [.. Enumerable.Range(0, count).Select(i => new Person($"{kind}-{i}", DateTimeOffset.UtcNow))];

    /// <summary>With the message ids and moments of the first time, as the SDKs do it.</summary>
    private static async Task SendAsync(NurtureClient client, IReadOnlyList<Person> people)
    {
        foreach (var person in people)
        {
            await client.SendAsync("/v1/batch", new JsonObject
            {
                ["batch"] = new JsonArray(
                    Message(person, "identify", new() { ["traits"] = new JsonObject { ["email"] = person.Email, ["name"] = person.Id } }),
                    Message(person, "track", new() { ["event"] = "signed_up" }),
                    Message(person, "track", new() { ["event"] = "paid" })),
            }, Cancel);
        }
    }

    private static JsonObject Message(Person person, string type, JsonObject message)
    {
        message["type"] = type;
        message["userId"] = person.Id;
        message["messageId"] = $"{person.Id}-{type}-{message["event"]}";
        message["timestamp"] = person.At.ToString("O");
        return message;
    }

    private static Task MailsAsync(SmtpSink sink, Func<IReadOnlyList<CaughtMail>, bool> areThere) =>
        Poll.UntilAsync("the mails have arrived", Patience, async () => areThere(await sink.ReadAsync(Cancel)), Cancel);

    /// <summary>Everything is read and lived through; nobody stands in a scenario any more.</summary>
    private static Task SettledAsync(TestDatabase database) => Poll.UntilAsync("everything is decided", Patience, async () =>
        await database.CountAsync("select count(*) from positions", Cancel) == 0
        && await database.CountAsync(database.Kind == TestDatabase.Postgres
            ? "select count(*) from lanes l join events e on e.lane = l.lane and (e.xid, e.id) > (l.xid, l.event_id) and e.id > l.era_floor"
            : "select count(*) from events where id > (select event_id from lanes)", Cancel) == 0, Cancel);

    private static async Task RunAsync(string command, string target, string kind, TestDatabase database, string data)
    {
        var (exit, said) = await CommandAsync([command, target, .. Where(kind, database, data)]);
        Assert.True(exit == 0, said);
    }

    private static Task<(int ExitCode, string Output)> CommandAsync(string[] args) => ChildProcess.RunAsync("dotnet", [Repository.CommandLineAssembly, .. args], Cancel);

    private static string[] Where(string kind, TestDatabase database, string data) =>
        kind == TestDatabase.Postgres ? ["--postgres", database.Settings["Nurture__Postgres"]!] : ["--data", data];

    private static async Task<TestDatabase> RestoreAsync(string kind, string backup, ScratchFolder scratch)
    {
        if (kind == TestDatabase.Sqlite)
        {
            Directory.CreateDirectory(scratch["elsewhere"]);
            File.Move(backup, Path.Combine(scratch["elsewhere"], "nurture.db"));
            return TestDatabase.OfFolder(scratch["elsewhere"]);
        }

        var database = await PostgresDatabase.CreateAsync(scratch["restored"], isOwn: true, Cancel);
        var server = new NpgsqlConnectionStringBuilder(database.Settings["Nurture__Postgres"]);
        var (exit, said) = await ChildProcess.RunAsync("pg_restore", ["--host", server.Host!, "--username", server.Username!, "--dbname", server.Database!, "--no-owner", "--exit-on-error", backup], Cancel);
        Assert.True(exit == 0, said);
        return database;
    }

    private static Dictionary<string, string?> Settings(ScratchFolder scratch, int port) => new()
    {
        ["Nurture__Mail__Transport"] = "smtp",
        ["Nurture__Mail__Host"] = "127.0.0.1",
        ["Nurture__Mail__Port"] = $"{port}",
        ["Nurture__Mail__Security"] = "None",
        ["Nurture__ScenariosDirectory"] = scratch["scenarios"],
        ["Nurture__TemplatesDirectory"] = scratch["templates"],
    };

    private static void Write(ScratchFolder scratch)
    {
        Directory.CreateDirectory(scratch["scenarios"]);
        Directory.CreateDirectory(scratch["templates"]);
        foreach (var (name, text) in new[] { ("events", Events), ("policy", Policy), ("trial", Trial), ("receipt", Receipt) })
            File.WriteAllText(Path.Combine(scratch["scenarios"], $"{name}.yaml"), text);
        foreach (var template in new[] { "welcome", "tip", "receipt" })
        {
            var footer = template == "receipt" ? "" : "<p><a href=\"{{ unsubscribe_url }}\">Unsubscribe</a></p>";
            File.WriteAllText(Path.Combine(scratch["templates"], $"{template}.en.html"),
                $"---\nsubject: {template}\nlayout: none\n---\n<!doctype html><html lang=\"en\"><body><p>Hello.</p>{footer}</body></html>\n");
        }
    }
}
