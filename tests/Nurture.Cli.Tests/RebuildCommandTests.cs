using Nurture.Harness;
using Nurture.Storage;

namespace Nurture.Cli.Tests;

/// <summary>What an operator types when states may be wrong; what it comes to with a server is tested there.</summary>
public sealed class RebuildCommandTests : IDisposable
{
    private readonly ScratchFolder scratch = new("cli-rebuild");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => scratch.Dispose();

    [Fact]
    public async Task What_differs_is_told_and_put_right()
    {
        await OnAsync("migrate");
        await AddStateOfNobodyAsync();

        var looked = await OnAsync("rebuild", "--check");
        var mended = await OnAsync("rebuild");
        var after = await OnAsync("rebuild", "--check");

        Assert.Equal((1, 0, 0), (looked.Exit, mended.Exit, after.Exit));
        Assert.Contains("✗ contact:7 in slot 5", looked.Output);
        Assert.Contains("    state: there → nothing", looked.Output);
        Assert.Equal("✗ 1 differ, 0 agree. Put them right by: nurture rebuild", looked.Output[^1]);
        Assert.StartsWith("✓ 1 were put right, 0 agreed.", mended.Output[^1], StringComparison.Ordinal);
        Assert.Equal("✓ 0 subjects, and all are as checkpoint and events make them.", after.Output[^1]);
        await using var database = Open();
        Assert.Equal(["state.rebuilt contact:7"], (await new AuditStore(database).ListAsync(null, 10, Cancel)).Items.Select(row => $"{row.Action} {row.Target}"));
    }

    [Fact]
    public async Task A_checkpoint_is_made_and_gone_on_from()
    {
        await OnAsync("migrate");
        await AddStateOfNobodyAsync();

        var made = await OnAsync("checkpoint");
        var looked = await OnAsync("rebuild", "--check");
        var examined = await OnAsync("doctor");

        Assert.Equal((0, 0), (made.Exit, looked.Exit));
        Assert.Equal("✓ Checkpoint 1: 1 subject.", made.Output[^1]);
        Assert.Contains(looked.Output, line => line.StartsWith("Made again from checkpoint 1 of ", StringComparison.Ordinal));
        Assert.Contains(examined.Output, line => line.StartsWith("✓ checkpoint: the newest is of ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("anna", "\"anna\" is no subject. Write it as contact:17 or account:3.")]
    [InlineData("contact:9", "States cannot be made again: there is no contact:9.")]
    public async Task Whom_nobody_knows_cannot_be_made_again(string subject, string expected)
    {
        await OnAsync("migrate");

        var said = await OnAsync("rebuild", "--subject", subject);

        Assert.Equal((2, expected), (said.Exit, said.Error));
    }

    private Database Open() => Database.Create(new DatabaseOptions { DataDirectory = scratch["data"], IsNode = false });

    private async Task AddStateOfNobodyAsync()
    {
        await using var database = Open();
        await database.WriteAsync(async (connection, transaction, cancel) =>
        {
            await using var command = connection.CreateCommand();
            command.Transaction = transaction;
            command.CommandText = "insert into states (slot, kind, subject_id, lane, rev, doc) values (5, 1, 7, 0, 1, x'010008020A00')";
            await command.ExecuteNonQueryAsync(cancel);
        }, Cancel);
    }

    private Task<Said> OnAsync(params string[] args) => Terminal.TypeAsync([.. args, "--data", scratch["data"]]);
}
