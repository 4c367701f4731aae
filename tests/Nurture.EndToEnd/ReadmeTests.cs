using System.Text.RegularExpressions;
using Nurture.Harness;

namespace Nurture.EndToEnd;

/// <summary>README's walk, typed in as it stands there.</summary>
public sealed partial class ReadmeTests
{
    private const string Address = "http://127.0.0.1:5080";

    [Fact]
    public async Task The_commands_of_the_walk_do_what_is_said_beside_them()
    {
        var cancel = TestContext.Current.CancellationToken;
        using var scratch = new ScratchFolder("readme");
        await using var server = await StartedServer.StartAsync(TestDatabase.Sqlite, scratch, cancel);
        var walk = File.ReadAllText(Path.Combine(Repository.Root, "README.md")).Split("\n## A walk\n")[1].Split("\n## ")[0];
        var commands = ShellBlock().Matches(walk).Select(block => block.Groups[1].Value).Where(block => block.Contains("curl")).ToList();

        Assert.True(commands.Count >= 4, walk);
        Assert.Contains("\"success\":true", (await TypeAsync(commands[0], server.Address, cancel)).Replace(" ", ""));
        await Poll.UntilAsync("the welcome mail is in the inbox", TimeSpan.FromSeconds(30), async () => (await TypeAsync(commands[1], server.Address, cancel)).Contains("ann@acme.example"), cancel);
        var mails = (await new BuiltInInbox(server.Client).ReadAsync(cancel)).Count;

        await TypeAsync(commands[2], server.Address, cancel);

        Assert.True((await new BuiltInInbox(server.Client).ReadAsync(cancel)).Count > mails, "Time has passed, and no further mail came.");
        Assert.Contains("\"type\":\"health_drop\"", await TypeAsync(commands[3], server.Address, cancel));
        foreach (var command in commands.Skip(4).SelectMany(block => block.Split('\n')).Where(line => line.StartsWith("curl", StringComparison.Ordinal)))
            Assert.Contains("items", await TypeAsync(command, server.Address, cancel));
    }

    private static async Task<string> TypeAsync(string command, Uri server, CancellationToken cancel)
    {
        var (exitCode, output) = await ChildProcess.RunAsync("bash", ["-c", command.Replace(Address, server.ToString().TrimEnd('/'))], cancel);
        Assert.True(exitCode == 0, output);
        return output;
    }

    [GeneratedRegex("```sh\\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex ShellBlock();
}
