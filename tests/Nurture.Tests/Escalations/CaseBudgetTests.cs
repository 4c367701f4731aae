using Nurture.Engine;
using Nurture.Escalations;
using Nurture.Tests.Engine;

namespace Nurture.Tests.Escalations;

/// <summary>A colleague gets so many new cases in a time, and who is not called for hears of it (SEMANTICS.md 46).</summary>
public sealed class CaseBudgetTests
{
    private const string Types = """
        budget: 3/d
        types:
          stalled: { title: Stalled, budget: 2/d, hold: none, cool_down: 0m, outcomes: [ saved ] }
          unhappy: { title: Unhappy, family: voice, hold: none, cool_down: 0m, outcomes: [ saved ] }
        """;

    private static string Call(string name, string type) => $$"""
        scenario: {{name}}
        title: Call
        owner: m@example.com
        subject: account
        class: transactional
        goal: none
        purpose: x
        trigger: { event: {{name}} }
        reentry: every time
        steps:
          - escalate: { type: {{type}}, up_to: 9d }
            outcome:
              not_opened: [ send: { template: instead, to: most_active, nobody: end } ]
              otherwise: []
        """;

    private static World Many(int accounts)
    {
        var world = World.WithHealth(World.NobodyScored, Types, Call("stuck", "stalled"), Call("cross", "unhappy"));
        for (var account = 1; account <= accounts; account++) world.Person(account, account).SayAccount(account, ("owner", account == accounts ? "ken@example.com" : "ann@example.com"));
        return world;
    }

    private static int Opened(World world) => world.Simulator.Journal.Count(entry => entry.Reason == Reason.EscalationOpened);

    [Rule(46)]
    [Fact]
    public void Of_a_type_so_many_are_opened_for_a_colleague_and_the_others_go_on_with_not_opened()
    {
        var world = Many(5);

        for (var account = 1; account <= 5; account++) world.Do(account, "stuck");

        // The fifth account is somebody else's.
        Assert.Equal(["stuck 1", "stuck 2", "stuck 5"], world.Simulator.Journal.Where(entry => entry.Reason == Reason.EscalationOpened).Select(entry => $"{entry.Scenario} {entry.Subject.Id - 1000}"));
        Assert.Equal(["instead 3", "instead 4"], world.Mails);
        Assert.All(world.Simulator.Journal.Where(entry => entry.Reason == Reason.EscalationNotOpened), entry => Assert.Contains("\"because\":\"budget\"", entry.Detail, StringComparison.Ordinal));
    }

    [Rule(46)]
    [Fact]
    public void The_budget_of_all_types_counts_them_together_and_is_there_again_when_the_time_is_over()
    {
        var world = Many(5);
        for (var account = 1; account <= 2; account++) world.Do(account, "stuck");
        for (var account = 3; account <= 4; account++) world.Do(account, "cross");
        Assert.Equal(3, Opened(world));

        world.Pass("25h").Do(4, "cross");

        Assert.Equal(4, Opened(world));
    }

    [Rule(46)]
    [Fact]
    public void Evidence_for_an_open_case_takes_no_place()
    {
        var world = Many(4);
        world.Do(1, "stuck").Do(1, "stuck").Do(1, "stuck").Do(2, "stuck");

        Assert.Equal(2, Opened(world));
        Assert.Empty(world.Mails);
    }

    [Rule(46)]
    [Fact]
    public void Of_cases_that_are_asked_for_at_one_moment_the_more_urgent_are_opened_first()
    {
        var types = Types.Replace("budget: 3/d\n", "budget: 1/d\n", StringComparison.Ordinal).Replace("title: Unhappy,", "title: Unhappy, priority: urgent,", StringComparison.Ordinal);
        var later = (string call) => call.Replace("steps:", "steps:\n  - wait: 1d", StringComparison.Ordinal);
        var world = World.WithHealth(World.NobodyScored, types, later(Call("stuck", "stalled")), later(Call("cross", "unhappy")));
        for (var account = 1; account <= 3; account++) world.Person(account, account).SayAccount(account, ("owner", "ann@example.com"));
        foreach (var account in new[] { 1, 3 }) world.Do(account, "stuck");

        world.Do(2, "cross").Pass("1d");

        Assert.Equal(["cross 2"], world.Simulator.Journal.Where(entry => entry.Reason == Reason.EscalationOpened).Select(entry => $"{entry.Scenario} {entry.Subject.Id - 1000}"));
    }

    [Fact]
    public void A_budget_that_is_none_is_an_error()
    {
        var (_, diagnostics) = EscalationTypesReader.Read("budget: many\ntypes: { stalled: { title: Stalled, budget: 0/d } }", "escalations.yaml");

        Assert.Equal(2, diagnostics.Count);
    }
}
