using NodaTime;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Scenarios;
using Nurture.Sends;
using Nurture.Simulation;

namespace Nurture.Tests.Engine;

/// <summary>Some get one of several subjects each, the others the one that more people clicked on (SEMANTICS.md 40, 41).</summary>
public sealed class SubjectTestTests
{
    private const int Crowd = 60;

    private static string Letter(string more = "", string test = "{ arms: [ a, b ], share: 50%, after: 4h }") => $$"""
        scenario: letter
        title: Letter
        owner: m@example.com
        class: service
        trigger: { event: signed_up }
        goal: { when: event("bought"), within: 90d }
        steps:
          - send: { template: hello, subject_test: {{test}}{{more}} }
          - wait: 1h
          - send: { template: next, expires: 60d }
        """;

    private static World Crowded(string scenario, SendPolicy? policy = null)
    {
        var world = World.Of(policy ?? SendPolicy.Default, scenario);
        for (var person = 1; person <= Crowd; person++) world.Person(person).Do(person, "signed_up");
        return world;
    }

    private static List<SimulatedSend> Hellos(World world) => [.. world.Simulator.Sends.Where(send => send.Draft.Template == "hello" && send.LeftAt is not null)];

    private static List<SimulatedSend> With(World world, string arm) => Hellos(world).FindAll(send => send.Draft.Arm == arm);

    private static void Click(World world, SimulatedSend send, bool isMachine = false) =>
        world.Tell(new Signal.Hit(send.Draft.Subject, send.Draft.EnrollmentId, send.Draft.Id, send.Draft.Step, send.Draft.RecipientId, true, world.Now, isMachine), send.Draft.RecipientId);

    [Rule(40)]
    [Fact]
    public void Some_get_one_of_the_subjects_each_at_once_and_the_others_wait()
    {
        var world = Crowded(Letter());

        Assert.InRange(Hellos(world).Count, Crowd / 4, Crowd * 3 / 4);
        Assert.InRange(With(world, "a").Count, 5, 25);
        Assert.InRange(With(world, "b").Count, 5, 25);
        Assert.All(Hellos(world), send => Assert.True(send.Draft.IsTested));
        Assert.Equal(Crowd - Hellos(world).Count, world.Simulator.Journal.Count(entry => entry.Reason == Reason.SubjectTested));
        world.Pass("239m");
        Assert.True(Hellos(world).Count < Crowd);
    }

    [Rule(41)]
    [Fact]
    public void Then_they_get_the_one_that_more_people_clicked_on()
    {
        var world = Crowded(Letter());
        var tested = Hellos(world).Count;
        foreach (var send in With(world, "b").Take(2)) Click(world, send);
        Click(world, With(world, "a")[0]);

        world.Pass("4h");

        Assert.Equal(Crowd, Hellos(world).Count);
        Assert.All(Hellos(world).Skip(tested), send => Assert.Equal(("b", false, World.Start.AddHours(4)), (send.Draft.Arm, send.Draft.IsTested, send.LeftAt)));
        Assert.Equal(Crowd - tested, world.Simulator.Journal.Count(entry => entry.Reason == Reason.Released && entry.Detail.Contains("\"ground\":\"won\"", StringComparison.Ordinal)));
    }

    [Fact]
    public void It_is_the_share_of_clickers_that_counts_and_each_counts_once()
    {
        var world = Crowded(Letter());
        var (a, b) = (With(world, "a"), With(world, "b"));
        var (less, more) = a.Count > b.Count ? (b, a) : (a, b);
        Assert.NotEqual(a.Count, b.Count);
        // As many of each: of fewer it is a larger share.
        for (var i = 0; i < 3; i++)
        {
            Click(world, less[i]);
            Click(world, more[i]);
            Click(world, more[i]);
        }

        world.Pass("4h");

        Assert.Equal(less[0].Draft.Arm, Hellos(world)[^1].Draft.Arm);
    }

    [Rule(41)]
    [Fact]
    public void Machines_and_opens_decide_nothing_and_where_nobody_clicked_it_is_the_first()
    {
        var world = Crowded(Letter());
        foreach (var send in With(world, "b"))
        {
            Click(world, send, isMachine: true);
            world.Tell(new Signal.Hit(send.Draft.Subject, send.Draft.EnrollmentId, send.Draft.Id, send.Draft.Step, send.Draft.RecipientId, false, world.Now), send.Draft.RecipientId);
        }

        world.Pass("4h");

        Assert.Equal("a", Hellos(world)[^1].Draft.Arm);
    }

    [Fact]
    public void Of_subjects_that_came_off_alike_the_first_wins()
    {
        var results = new[] { new ArmResult("a", 10, 2), new ArmResult("b", 20, 4), new ArmResult("c", 30, 6) };

        var state = SubjectTests.Decided(new(["c", "b", "a"], 0.2, TimeSpan.FromHours(4)), new(World.Start, World.Start.AddHours(4), null), results, World.Start.AddHours(4));

        Assert.Equal("c", state.Winner);
    }

    [Fact]
    public void Who_comes_when_it_is_decided_gets_the_winner_at_once_whoever_was_drawn()
    {
        var world = Crowded(Letter());
        foreach (var send in With(world, "b")) Click(world, send);
        world.Pass("5h");
        // What they click later changes nothing any more.
        foreach (var send in With(world, "a")) Click(world, send);

        for (var person = 101; person <= 120; person++) world.Person(person).Do(person, "signed_up");

        var late = Hellos(world).FindAll(send => send.Draft.RecipientId > 100);
        Assert.Equal(20, late.Count);
        Assert.All(late, send => Assert.Equal(("b", false, world.Now), (send.Draft.Arm, send.Draft.IsTested, send.LeftAt)));
    }

    [Rule(40)]
    [Fact]
    public void Colleagues_get_the_same_and_so_does_who_comes_again()
    {
        var world = World.Of(Letter().Replace("goal:", "reentry: every time\ngoal:", StringComparison.Ordinal));
        for (var person = 1; person <= 40; person++) world.Person(person, account: (person + 1) / 2).Do(person, "signed_up");
        world.Pass("3d");

        var byAccount = Hellos(world).Where(send => send.Draft.IsTested).GroupBy(send => (send.Draft.RecipientId + 1) / 2).ToList();
        Assert.NotEmpty(byAccount);
        Assert.All(byAccount, colleagues => Assert.Equal(2, colleagues.Count()));
        Assert.All(byAccount, colleagues => Assert.Single(colleagues.Select(send => send.Draft.Arm).Distinct()));
    }

    [Rule(32)]
    [Fact]
    public void The_wait_for_the_subject_lets_nothing_expire_and_what_follows_counts_from_the_release()
    {
        var world = Crowded(Letter(", expires: 4h"));

        world.Pass("10h");

        Assert.Equal(Crowd, Hellos(world).Count);
        Assert.DoesNotContain(world.Simulator.Journal, entry => entry.Reason == Reason.Expired);
        Assert.All(world.Simulator.Sends.Where(send => send.Draft.Template == "next"), next =>
            Assert.Equal(TimeSpan.FromHours(1), next.LeftAt!.Value - Hellos(world).Single(send => send.Draft.RecipientId == next.Draft.RecipientId).LeftAt!.Value));
    }

    [Rule(32)]
    [Fact]
    public void What_waited_before_counts_for_its_expiry()
    {
        var policy = new SendPolicy { AllowedHours = new Dictionary<SendClass, AllowedHours> { [SendClass.Service] = new(new LocalTime(9, 0), new LocalTime(18, 0), Days.All) } };
        var world = World.Of(policy, Letter(", expires: 20h"));
        world.PassTo(World.Start.AddHours(7.5));
        for (var person = 1; person <= Crowd; person++) world.Person(person).Do(person, "signed_up");

        // 17:30 and four hours: the others' hours are over, and begin when fifteen and a half of their twenty have gone without the wait.
        world.PassTo(World.Start.AddHours(23));

        Assert.Equal(Crowd, Hellos(world).Count);
        Assert.All(Hellos(world), send => Assert.InRange(send.LeftAt!.Value.TimeOfDay, new TimeSpan(9, 0, 0), new TimeSpan(18, 0, 0)));
    }

    [Rule(30)]
    [Fact]
    public void Gates_hold_and_who_may_not_leave_is_not_asked()
    {
        var world = World.Of(Letter());
        world.Person(1).Tell(new Signal.Refused(1, "*", true, world.Now), 1).Do(1, "signed_up");

        Assert.Empty(Hellos(world));
        Assert.Contains("unsubscribed hello", world.Decisions("letter"));
        Assert.DoesNotContain(world.Simulator.Carried, effect => effect is Effect.ArmAsked);
    }

    [Rule(31)]
    [Fact]
    public void Who_waits_for_a_subject_takes_no_place_at_a_throttle()
    {
        var world = Crowded(Letter(", throttle: 5/h, expires: 60d"));
        world.Pass("4h");
        var tested = Hellos(world).Count(send => send.Draft.IsTested);
        Assert.True(tested >= 15, $"{tested} of those who are tested left");

        world.Pass("30h");

        Assert.Equal(Crowd, Hellos(world).Count);
        var left = Hellos(world).Select(send => send.LeftAt!.Value).Order().ToList();
        for (var i = 5; i < left.Count; i++) Assert.True(left[i] - left[i - 5] > TimeSpan.FromHours(1));
    }

    [Fact]
    public void Where_nobody_is_there_to_be_tested_the_first_subject_leaves_after_the_tests_time_and_nothing_is_decided()
    {
        var world = World.Of(Letter(test: "{ arms: [ a, b ], share: 0.1%, after: 4h }"));
        for (var person = 1; person <= 5; person++) world.Person(person).Do(person, "signed_up");

        world.Pass("4h");

        Assert.Equal(5, With(world, "a").Count);
        Assert.All(Hellos(world), send => Assert.False(send.Draft.IsTested));
        Assert.All(world.Simulator.Journal.Where(entry => entry.Reason == Reason.Released && entry.Step == "hello"), entry => Assert.Contains("\"ground\":\"first\"", entry.Detail, StringComparison.Ordinal));
    }

    [Fact]
    public void It_is_not_decided_before_each_subject_has_left()
    {
        var test = new SubjectTest(["a", "b"], 0.2, TimeSpan.FromHours(4));
        var begun = SubjectTests.Begun(test, World.Start);
        var later = World.Start.AddHours(4);

        var asked = SubjectTests.Decided(test, begun, [new("b", 3, 1)], later);

        Assert.Equal((null, later.AddHours(4)), (asked.Winner, asked.DecideAt));
        // Who is drawn is still tested; who waited long enough waits no longer.
        Assert.Equal(("a", ArmGround.Tested), SubjectTests.Answer(test, asked, "a", later, later));
        Assert.Equal(("a", ArmGround.First), SubjectTests.Answer(test, asked, null, World.Start, later));
        Assert.Null(SubjectTests.Answer(test, asked, null, World.Start.AddHours(1), later));
        Assert.Equal("b", SubjectTests.Decided(test, asked, [new("a", 1, 0), new("b", 3, 1)], later.AddHours(4)).Winner);
    }

    [Fact]
    public void Who_reaches_the_goal_meanwhile_gets_no_mail()
    {
        var world = Crowded(Letter());
        var waiting = Enumerable.Range(1, Crowd).First(person => Hellos(world).TrueForAll(send => send.Draft.RecipientId != person));

        world.Do(waiting, "bought").Pass("5h");

        Assert.DoesNotContain(Hellos(world), send => send.Draft.RecipientId == waiting);
        Assert.Equal(Crowd - 1, Hellos(world).Count);
    }

    [Rule(11)]
    [Fact]
    public void Who_turns_out_to_be_somebody_else_waits_on()
    {
        var world = Crowded(Letter());
        var waiting = Enumerable.Range(1, Crowd).First(person => Hellos(world).TrueForAll(send => send.Draft.RecipientId != person));

        world.Person(200).Tell(new Signal.MergedInto(waiting, 200, Slots.OfContact(200), 0, world.Now), waiting).Pass("4h");

        Assert.Single(Hellos(world), send => send.Draft.RecipientId == 200);
    }

    [Rule(57)]
    [Fact]
    public void Our_own_people_get_their_arm_and_their_clicks_do_not_count()
    {
        var world = World.Of(Letter());
        for (var person = 1; person <= Crowd; person++) world.Person(person).Say(person, ("internal", person % 2 == 0)).Do(person, "signed_up");
        foreach (var send in With(world, "b").Where(send => !send.Draft.IsCounted)) Click(world, send);
        Click(world, With(world, "a").First(send => send.Draft.IsCounted));

        world.Pass("4h");

        Assert.Contains(Hellos(world), send => send.Draft is { IsTested: true, IsCounted: false });
        Assert.Equal("a", Hellos(world)[^1].Draft.Arm);
    }

    [Fact]
    public void Without_a_test_a_mail_has_no_arm()
    {
        var world = World.Of(Letter().Replace(", subject_test: { arms: [ a, b ], share: 50%, after: 4h }", "", StringComparison.Ordinal));
        world.Person(1).Do(1, "signed_up");

        Assert.Null(Assert.Single(Hellos(world)).Draft.Arm);
    }
}
