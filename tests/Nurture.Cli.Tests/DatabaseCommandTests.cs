using System.Security.Cryptography;
using System.Text;
using Nurture.Harness;
using Nurture.Storage;

namespace Nurture.Cli.Tests;

/// <summary>What bootstraps and examines a database, on both of them.</summary>
public sealed class DatabaseCommandTests : IDisposable
{
    private readonly ScratchFolder scratch = new("cli-database");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => scratch.Dispose();

    [Fact]
    public async Task A_database_is_made_once_and_then_up_to_date()
    {
        var first = await OnAsync("migrate");
        var second = await OnAsync("migrate");

        Assert.Equal((0, 0), (first.Exit, second.Exit));
        Assert.Equal($"SQLite, {scratch["data"]}/nurture.db", first.Output[0]);
        Assert.Contains(first.Output, line => line.EndsWith("_Initial is to run", StringComparison.Ordinal));
        Assert.Equal("✓ The schema is up to date.", second.Output[^1]);
    }

    [Fact]
    public async Task A_key_is_shown_once_and_only_its_hash_is_kept()
    {
        await OnAsync("migrate");

        var said = await OnAsync("key", "add", "deploy", "--scopes", "contacts.read,imports.write");

        Assert.Equal(0, said.Exit);
        await using var database = Database.Create(new DatabaseOptions { DataDirectory = scratch["data"], IsNode = false });
        var (hash, key) = Assert.Single(await new ApiKeyStore(database).LiveAsync(Cancel));
        Assert.Equal(SHA256.HashData(Encoding.UTF8.GetBytes(said.Output[0])), hash);
        Assert.Equal(("deploy", "contacts.read imports.write"), (key.Name, key.Scopes));
        Assert.Equal(["key.added"], (await new AuditStore(database).ListAsync(null, 10, Cancel)).Items.Select(row => row.Action));
    }

    [Fact]
    public async Task A_name_belongs_to_one_key_and_permissions_must_exist()
    {
        await OnAsync("migrate");
        await OnAsync("key", "add", "deploy", "--scopes", "*");

        var again = await OnAsync("key", "add", "deploy", "--scopes", "*");
        var unknown = await OnAsync("key", "add", "other", "--scopes", "contacts");

        Assert.Equal((2, "There is, or was, a key named \"deploy\". Choose another name: the audit log knows callers by it."), (again.Exit, again.Error));
        Assert.Equal(2, unknown.Exit);
        Assert.StartsWith("There is no permission \"contacts\". There are accounts.merge, accounts.read, ", unknown.Error);
    }

    [Fact]
    public async Task A_source_gets_its_namespace_and_basis()
    {
        await OnAsync("migrate");

        var said = await OnAsync("source", "add", "web", "--namespace", "shop", "--basis", "opt_in");

        await using var database = Database.Create(new DatabaseOptions { DataDirectory = scratch["data"], IsNode = false });
        var (hash, source) = Assert.Single(await new SourceStore(database).LiveAsync(Cancel));
        Assert.Equal(SHA256.HashData(Encoding.UTF8.GetBytes(said.Output[0])), hash);
        Assert.Equal(("web", "shop", Contacts.ConsentBasis.OptIn), (source.Name, source.Namespace, source.DefaultBasis));
    }

    [Fact]
    public async Task The_doctor_reads_while_a_server_holds_the_file()
    {
        await OnAsync("migrate");
        await using var server = Database.Create(new DatabaseOptions { DataDirectory = scratch["data"] });

        var doctor = await OnAsync("doctor");
        var migrate = await OnAsync("migrate");

        Assert.Equal("All is well.", doctor.Output[^1]);
        Assert.Equal(0, doctor.Exit);
        Assert.Contains(doctor.Output, line => line.StartsWith("✓ synchronous: 2", StringComparison.Ordinal));
        Assert.Equal(2, migrate.Exit);
        Assert.Contains("is in use by process", migrate.Error);
    }

    [Fact]
    public async Task The_doctor_ends_in_one_when_something_is_wrong_and_says_what_to_do()
    {
        await OnAsync("migrate");
        await using (var database = Database.Create(new DatabaseOptions { DataDirectory = scratch["data"], IsNode = false }))
            await new SendStore(database).StopAsync("key:ops", new DateTimeOffset(2026, 3, 2, 10, 0, 0, TimeSpan.Zero), Cancel);

        var said = await OnAsync("doctor");

        Assert.Equal(1, said.Exit);
        Assert.Contains("✗ sending: stopped by key:ops at 2026-03-02 10:00 UTC. Start it again by POST /api/v1/sending/start", said.Output);
        Assert.Equal("1 thing to look at.", said.Output[^1]);
    }

    [Fact]
    public async Task A_backup_is_made_while_a_server_holds_the_file_and_overwrites_nothing()
    {
        await OnAsync("migrate");
        await using var server = Database.Create(new DatabaseOptions { DataDirectory = scratch["data"] });

        var first = await OnAsync("backup", scratch["copy.db"]);
        var again = await OnAsync("backup", scratch["copy.db"]);
        var nowhere = await OnAsync("backup", scratch["no/folder/copy.db"]);

        Assert.Equal(0, first.Exit);
        Assert.Contains(first.Output, line => line.StartsWith($"✓ {scratch["copy.db"]}: ", StringComparison.Ordinal));
        Assert.Equal((2, $"{scratch["copy.db"]} is there already, and a backup overwrites nothing. Name another file."), (again.Exit, again.Error));
        Assert.Equal((2, $"There is no folder {scratch["no/folder"]}."), (nowhere.Exit, nowhere.Error));
    }

    [Fact]
    public async Task A_restored_database_is_told_by_the_doctor_until_it_is_confirmed()
    {
        await OnAsync("migrate");
        await OnAsync("backup", scratch["copy.db"]);
        Directory.CreateDirectory(scratch["elsewhere"]);
        File.Move(scratch["copy.db"], scratch["elsewhere/nurture.db"]);
        string[] there = ["--data", scratch["elsewhere"]];
        await Terminal.TypeAsync(["migrate", .. there]);

        var sick = await Terminal.TypeAsync(["doctor", .. there]);
        var ahead = await Terminal.TypeAsync(["restored", "confirm", "--left-until", "2999-01-01", .. there]);
        var confirmed = await Terminal.TypeAsync(["restored", "confirm", .. there]);
        var again = await Terminal.TypeAsync(["restored", "confirm", .. there]);
        var well = await Terminal.TypeAsync(["doctor", .. there]);

        Assert.Contains(sick.Output, line => line.StartsWith("✗ sending: nothing is sent: this database was restored from a backup", StringComparison.Ordinal));
        Assert.Equal((2, "2999-01-01 lies in the future."), (ahead.Exit, ahead.Error));
        Assert.Equal(0, confirmed.Exit);
        Assert.Equal(2, again.Exit);
        Assert.Equal((0, "All is well."), (well.Exit, well.Output[^1]));
    }

    [Fact]
    public async Task A_copy_that_nothing_tells_from_the_original_is_marked_by_hand()
    {
        await OnAsync("migrate");

        await OnAsync("restored", "mark");

        await using var database = Database.Create(new DatabaseOptions { DataDirectory = scratch["data"], IsNode = false });
        Assert.NotNull((await new SendStore(database).StoppedAsync(Cancel))!.Restored);
    }

    [Fact]
    public async Task A_database_without_a_schema_is_sent_to_migrate()
    {
        Directory.CreateDirectory(scratch["data"]);
        await File.WriteAllBytesAsync(scratch["data/nurture.db"], [], Cancel);

        var said = await OnAsync("key", "add", "deploy", "--scopes", "*");

        Assert.Equal(2, said.Exit);
        Assert.Contains("_Initial", said.Error);
        Assert.EndsWith("). Run: nurture migrate", said.Error);
    }

    [Fact]
    public async Task PostgreSQL_is_made_and_examined_too()
    {
        await using var postgres = await TestDatabase.CreateAsync(TestDatabase.Postgres, scratch, Cancel);
        var connection = postgres.Settings["Nurture__Postgres"]!;

        var migrate = await Terminal.TypeAsync("migrate", "--postgres", connection);
        var doctor = await Terminal.TypeAsync("doctor", "--postgres", connection);

        Assert.Equal(0, migrate.Exit);
        Assert.StartsWith("PostgreSQL, ", migrate.Output[0]);
        Assert.DoesNotContain("Password", migrate.Output[0]);
        Assert.Contains(doctor.Output, line => line.Contains("fsync: ", StringComparison.Ordinal));
        Assert.Contains(doctor.Output, line => line.StartsWith("✓ synchronous_commit: ", StringComparison.Ordinal));
    }

    private Task<Said> OnAsync(params string[] args) => Terminal.TypeAsync([.. args, "--data", scratch["data"]]);
}
