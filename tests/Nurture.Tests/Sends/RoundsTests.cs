using Nurture.Scenarios;
using Nurture.Sends;

namespace Nurture.Tests.Sends;

public sealed class RoundsTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 9, 0, 0, TimeSpan.Zero);

    private static IEnumerable<Candidate> Due(int count, string scenario, SendClass sendClass = SendClass.Service, bool isLate = false) =>
        Enumerable.Range(0, count).Select(i => new Candidate(Guid.CreateVersion7(), sendClass, scenario, Now.AddSeconds(isLate ? -3600 + i : -30 + i), isLate));

    [Fact]
    public void Transactional_mail_goes_first()
    {
        var order = Rounds.Order([.. Due(5, "a"), .. Due(3, "z", SendClass.Transactional)], 4);

        Assert.Equal(["z", "z", "z", "a"], order.Select(candidate => candidate.Scenario));
    }

    [Lesson(5, 17)]
    [Fact]
    public void Scenarios_take_turns_so_a_single_mail_does_not_wait_behind_a_flood()
    {
        var order = Rounds.Order([.. Due(1000, "flood"), .. Due(1, "welcome")], 100);

        Assert.Contains(order.Take(2), candidate => candidate.Scenario == "welcome");
        Assert.Equal(100, order.Count);
    }

    [Fact]
    public void Fresh_mail_goes_before_its_scenarios_backlog_and_never_starves_it()
    {
        var order = Rounds.Order([.. Due(100, "a", isLate: true), .. Due(100, "a")], 8);

        Assert.Equal([false, false, false, true, false, false, false, true], order.Select(candidate => candidate.IsLate));
    }

    [Fact]
    public void Within_a_scenario_the_longest_due_goes_first()
    {
        var due = Due(50, "a").ToList();

        Assert.Equal(due, Rounds.Order(due.AsEnumerable().Reverse(), 50));
    }
}
