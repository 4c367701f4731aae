using Nurture.Contacts;
using Nurture.Engine;

namespace Nurture.Tests.Engine;

/// <summary>SEMANTICS.md 12 to 29 and 42 to 45, told by scenarios.</summary>
public class EnrollmentTests
{
    private const string Onboarding = """
        scenario: onboarding
        title: Onboarding
        owner: m@example.com
        class: service
        trigger: { event: signed_up }
        goal: { when: event("setup_completed"), within: 14d }
        exit: [ event("cancelled") ]
        steps:
          - send: welcome
          - wait: { for: event("setup_completed"), up_to: 3d }
            timeout:
              - send: help
          - wait: 2d
          - send: more
        """;

    [Fact]
    public void A_trigger_enrolls_and_the_first_mail_leaves()
    {
        var world = World.Of(Onboarding).Person(1);

        world.Do(1, "signed_up");

        Assert.Equal(["welcome 1"], world.Mails);
        Assert.Equal(["entered", "released welcome"], world.Decisions());
    }

    [Fact]
    public void A_wait_times_out_at_its_very_moment_and_what_follows_counts_from_there()
    {
        var world = World.Of(Onboarding).Person(1).Do(1, "signed_up");

        world.Pass("10d");

        Assert.Equal(["welcome 1", "help 1", "more 1"], world.Mails);
        Assert.Equal(World.Start.AddDays(3), world.Last(Reason.TimedOut).At);
        Assert.Equal(World.Start.AddDays(5), world.Last(Reason.WaitOver).At);
    }

    [Rule(23, 24)]
    [Fact]
    public void What_was_heard_before_its_trigger_came_has_happened_since_entry()
    {
        var world = World.Of("""
            scenario: confirming
            title: Confirming
            owner: m@example.com
            class: service
            trigger: { event: signed_up }
            goal: { when: event("paid"), within: 14d }
            steps:
              - wait: { for: event("confirmed"), up_to: 3d }
                timeout:
                  - send: reminder
              - send: thanks
            """).Person(1).Pass("1h");

        world.Do(1, "confirmed", ago: TimeSpan.FromSeconds(2)).Do(1, "signed_up", ago: TimeSpan.FromSeconds(3)).Pass("4d");

        Assert.Equal(["thanks 1"], world.Mails);
    }

    [Rule(23)]
    [Fact]
    public void A_goal_that_was_reached_after_the_trigger_and_heard_before_it_ends_the_enrollment_at_once()
    {
        var world = World.Of(Onboarding).Person(1).Pass("1h");

        world.Do(1, "setup_completed", ago: TimeSpan.FromSeconds(2)).Do(1, "signed_up", ago: TimeSpan.FromSeconds(3)).Pass("10d");

        Assert.Empty(world.Mails);
        Assert.Equal(["entered", "goal_reached welcome"], world.Decisions());
    }

    [Rule(43)]
    [Fact]
    public void The_goal_ends_the_enrollment()
    {
        var world = World.Of(Onboarding).Person(1).Do(1, "signed_up").Pass("1d");

        world.Do(1, "setup_completed").Pass("10d");

        Assert.Equal(["welcome 1"], world.Mails);
        Assert.Equal("goal_reached wait-setup_completed", world.Decisions()[^1]);
    }

    [Rule(25)]
    [Fact]
    public void An_event_exactly_at_the_deadline_is_in_time()
    {
        const string text = """
            scenario: s
            title: S
            owner: m@example.com
            class: transactional
            trigger: { event: a }
            goal: none
            purpose: test
            steps:
              - wait: { for: event("b"), up_to: 3d }
                timeout: [ end: too_late ]
              - send: thanks
            """;
        var world = World.Of(text).Person(1).Do(1, "a");

        // The clock is moved there without looking, as when an event arrives in the same millisecond.
        world.Tell(new Signal.Occurred(new OccurredEvent(99, "b", 1, 0, World.Start.AddDays(3), World.Start.AddDays(3), default)), 1);

        Assert.Equal(["thanks 1"], world.Mails);
    }

    [Rule(43)]
    [Fact]
    public void Goal_missed_is_measured_and_ends_nothing()
    {
        var world = World.Of(Onboarding).Person(1).Do(1, "signed_up").Pass("20d");

        Assert.Contains("completed more", world.Decisions());
        Assert.Equal(World.Start.AddDays(14), world.Last(Reason.GoalMissed).At);
    }

    [Rule(43)]
    [Fact]
    public void A_goal_after_the_last_step_is_still_measured()
    {
        var world = World.Of(Onboarding).Person(1).Do(1, "signed_up").Pass("8d");

        world.Do(1, "setup_completed").Pass("10d");

        Assert.Contains("goal_reached", world.Decisions());
        Assert.DoesNotContain("goal_missed", world.Decisions());
    }

    [Fact]
    public void An_exit_ends_at_once()
    {
        var world = World.Of(Onboarding).Person(1).Do(1, "signed_up").Pass("1d");

        world.Do(1, "cancelled").Pass("10d");

        Assert.Equal(["welcome 1"], world.Mails);
        Assert.Equal("exit_true wait-setup_completed", world.Decisions()[^1]);
    }

    [Rule(15)]
    [Fact]
    public void Once_is_for_life_and_a_live_enrollment_ignores_its_trigger()
    {
        var world = World.Of(Onboarding).Person(1).Do(1, "signed_up").Pass("1h").Do(1, "signed_up");
        Assert.Equal("already_enrolled", world.Decisions()[^1]);

        world.Do(1, "cancelled").Pass("1d").Do(1, "signed_up");

        Assert.Equal("reentry_once", world.Decisions()[^1]);
        Assert.Equal(["welcome 1"], world.Mails);
    }

    [Rule(21)]
    [Fact]
    public void A_trigger_that_is_too_late_starts_nothing()
    {
        var world = World.Of(Onboarding).Person(1);

        world.Do(1, "signed_up", ago: TimeSpan.FromDays(4));

        Assert.Equal(["late"], world.Decisions());
    }

    [Fact]
    public void One_jump_and_a_thousand_small_steps_give_the_same_journal()
    {
        var jump = World.Of(Onboarding).Person(1).Do(1, "signed_up").Pass("20d");
        var steps = World.Of(Onboarding).Person(1).Do(1, "signed_up");
        for (var i = 0; i < 1000; i++) steps.PassTo(World.Start + TimeSpan.FromDays(20) * (i + 1) / 1000);

        Assert.Equal(jump.Simulator.Journal, steps.Simulator.Journal);
    }

    [Rule(10)]
    [Fact]
    public void Who_leaves_the_company_leaves_the_scenario()
    {
        var world = World.Of(Onboarding).Person(1).Do(1, "signed_up").Pass("1d");

        world.Tell(new Signal.Left(1, world.Now), 1).Pass("10d");

        Assert.Equal(["welcome 1"], world.Mails);
        Assert.StartsWith("contact_left", world.Decisions()[^1]);
    }

    [Rule(29)]
    [Fact]
    public void Suppressed_people_are_skipped_and_the_passage_goes_on()
    {
        var world = World.Of(Onboarding).Person(1);
        world.Simulator.Suppress(1);

        world.Do(1, "signed_up").Pass("10d");

        Assert.Empty(world.Mails);
        Assert.Contains("suppressed welcome", world.Decisions());
        Assert.Contains("completed more", world.Decisions());
    }

    [Fact]
    public void Who_is_suppressed_stays_so_on_the_way_to_an_account()
    {
        var world = World.Of("""
            scenario: admins
            title: Admins
            owner: m@example.com
            subject: account
            class: service
            trigger: { condition: 'has_role("admin")' }
            goal: { when: 'account.event("setup_completed")', within: 14d }
            steps:
              - send: { template: welcome, to: 'role("admin")', nobody: end }
            """).Person(1);
        world.Simulator.Suppress(1);

        world.Join(1, 1, "admin").Pass("2d");

        Assert.Empty(world.Mails);
        Assert.Contains("suppressed welcome", world.Decisions());
    }

    [Fact]
    public void A_refusal_skips_what_comes_later()
    {
        var world = World.Of(Onboarding).Person(1).Do(1, "signed_up");

        world.Tell(new Signal.Refused(1, "*", true, world.Now), 1).Pass("10d");

        Assert.Equal(["welcome 1"], world.Mails);
        Assert.Contains("unsubscribed help", world.Decisions());
    }

    [Rule(19)]
    [Fact]
    public void An_address_that_comes_a_little_later_is_waited_for()
    {
        var world = World.Of(Onboarding).Do(1, "signed_up").Pass("1m");
        Assert.Empty(world.Mails);

        world.Say(1, ("email", "late@example.com"));

        Assert.Equal(["welcome 1"], world.Mails);
    }

    [Fact]
    public void Nobody_without_an_address_is_waited_for_for_ever()
    {
        var world = World.Of(Onboarding).Do(1, "signed_up").Pass("6m");

        Assert.Contains("no_address welcome", world.Decisions());
    }
}
