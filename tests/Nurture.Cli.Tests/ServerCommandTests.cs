using System.Text.Json.Nodes;
using Nurture.Harness;

namespace Nurture.Cli.Tests;

/// <summary>Import and explain against the real server.</summary>
public class ServerCommandTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Imported_people_are_there_and_what_happened_to_them_is_explained()
    {
        using var scratch = new ScratchFolder("cli-server");
        await using var server = await ServerProcess.StartReadyAsync(new ServerSettings { DataDirectory = scratch["data"], Log = scratch["log"], Mode = "Development" }, Cancel);
        var rows = string.Concat(Enumerable.Range(1, 700).Select(i => $"u{i},p{i}@acme.example,P {i},{(i == 1 ? "acme" : "")}\n"));
        await File.WriteAllTextAsync(scratch["contacts.csv"], $"user_id,email,name,account_id\n{rows}", Cancel);
        await File.WriteAllTextAsync(scratch["addresses.csv"], "email,reason\ntrap@acme.example,complained\nTRAP@acme.example,complained\n", Cancel);
        Task<Said> Type(params string[] args) => Terminal.TypeAsync([.. args, "--server", server.Address.ToString()]);

        var tried = await Type("import", "contacts", scratch["contacts.csv"], "--scenarios", Terminal.Scenarios, "--dry-run");
        var first = await Type("import", "contacts", scratch["contacts.csv"], "--scenarios", Terminal.Scenarios);
        var again = await Type("import", "contacts", scratch["contacts.csv"], "--scenarios", Terminal.Scenarios);
        var asked = await Type("import", "contacts", scratch["contacts.csv"], "--scenarios", Terminal.Scenarios, "--start-scenarios");
        var suppressed = await Type("import", "suppressions", scratch["addresses.csv"], "--scenarios", Terminal.Scenarios);

        Assert.Equal((0, "700 rows: 700 would be taken, 0 with errors; 700 new contacts."), (tried.Exit, tried.Output[^1]));
        Assert.Equal(["  500 of 700", "  700 of 700", "700 rows: 700 taken, 0 with errors; 700 new contacts."], first.Output);
        Assert.Equal((0, "700 rows: 700 taken, 0 with errors."), (again.Exit, again.Output[^1]));
        Assert.Equal((0, "No scenario would be started. Nothing was imported. Run it again with --yes to go on."), (asked.Exit, asked.Output[^1]));
        Assert.Equal((0, "2 rows: 2 taken, 0 with errors; 1 newly suppressed."), (suppressed.Exit, suppressed.Output[^1]));

        using var client = new NurtureClient(server.Address, "dev", "dev");
        await client.SendAsync("/v1/track", new JsonObject { ["userId"] = "u1", ["event"] = "signed_up", ["properties"] = new JsonObject { ["plan"] = "trial" } }, Cancel);
        var explained = new Said(0, [], "");
        await Poll.UntilAsync("the welcome mail is sent", TimeSpan.FromSeconds(60), async () =>
        {
            explained = await Type("explain", "--contact", "p1@acme.example");
            return explained.Output.Any(line => line.Contains("mail welcome: sent", StringComparison.Ordinal));
        }, Cancel);
        var whyNot = await Type("explain", "--contact", "p1@acme.example", "--scenario", "silence-after-onboarding");
        var unknown = await Type("explain", "--contact", "nobody@acme.example");
        var wrongKey = await Type("explain", "--contact", "1", "--key", "nk_wrong");

        Assert.EndsWith(" (p1@acme.example), times in UTC", explained.Output[0]);
        Assert.Contains(explained.Output, line => line.Contains("Entered trial-onboarding", StringComparison.Ordinal));
        Assert.Contains(explained.Output, line => line.Contains("stands in trial-onboarding on wait-setup_completed", StringComparison.Ordinal));
        Assert.Contains("  Never entered:", whyNot.Output);
        Assert.Equal((2, "Nobody is known by \"nobody@acme.example\"."), (unknown.Exit, unknown.Error));
        Assert.Equal(2, wrongKey.Exit);
        Assert.StartsWith($"{server.Address} does not know this key.", wrongKey.Error);
    }
}
