using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Nurture.Cli.Demo;
using Nurture.Harness;

namespace Nurture.Cli.Tests;

public sealed class DemoTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 23, 0, 20, 0, TimeSpan.Zero);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void The_same_seed_invents_the_same_company_and_another_one_another()
    {
        Assert.Equal(Story(7), Story(7));
        Assert.NotEqual(Story(7), Story(8));
    }

    [Fact]
    public void A_small_demo_has_somebody_of_every_story_and_no_address_twice()
    {
        var accounts = new DemoPeople(1).Accounts(8, 60);

        Assert.Equal(Enum.GetValues<DemoStory>().Order(), accounts.Select(account => account.Story).Distinct().Order());
        Assert.Contains(accounts, account => account.Locale == "ja");
        Assert.Contains(accounts, account => account.Locale == "en");
        var addresses = accounts.SelectMany(account => account.People).Select(person => person.Email).ToList();
        Assert.Equal(addresses.Count, addresses.Distinct().Count());
        Assert.All(addresses, address => Assert.Matches(@"^[a-z0-9.-]+@[a-z0-9-]+\.example$", address));
    }

    [Fact]
    public async Task It_fills_a_fresh_server_and_refuses_one_that_knows_somebody()
    {
        using var scratch = new ScratchFolder("demo");
        var settings = new ServerSettings { DataDirectory = scratch["data"], Log = scratch["server.log"], Mode = "Development" };
        await using var server = await ServerProcess.StartReadyAsync(settings, Cancel);

        var filled = await Terminal.TypeAsync("demo", "--server", settings.Address.ToString(), "--accounts", "6", "--days", "8");
        var again = await Terminal.TypeAsync("demo", "--server", settings.Address.ToString());

        Assert.True(filled.Exit == 0, string.Join('\n', [.. filled.Output, filled.Error]));
        Assert.Contains(filled.Output, line => Regex.IsMatch(line, "^Mails: [1-9][0-9]* sent, "));
        Assert.Equal(2, again.Exit);
        Assert.Contains("knows contacts already", again.Error, StringComparison.Ordinal);
    }

    private static string Story(int seed)
    {
        var accounts = new DemoPeople(seed).Accounts(8, 20);
        var day = new DemoDay(accounts, seed);
        return string.Join('\n', Enumerable.Range(0, 20).SelectMany(n => Enumerable.Range(0, 3).SelectMany(hour => day.Messages(n, hour, Start.AddDays(n).AddHours(hour)))).Select(message => message.ToJsonString()));
    }
}
