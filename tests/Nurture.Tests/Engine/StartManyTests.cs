using Nurture.Contacts;
using Nurture.Engine;

namespace Nurture.Tests.Engine;

/// <summary>Starting many at once, as each of them meets it (SEMANTICS.md 12, 20).</summary>
public sealed class StartManyTests
{
    private const string Big = """
        scenario: big
        title: Big
        owner: m@example.com
        class: transactional
        purpose: x
        goal: none
        trigger: { condition: contact.seats > 5 }
        reentry: every time
        steps:
          - send: hello
        """;

    [Fact]
    public void A_backfill_asks_again_and_starts_only_whom_the_trigger_still_means()
    {
        var world = World.Of(Big).Person(1).Person(2);
        world.Say(1, ("seats", 3)).Say(2, ("seats", 3));

        world.Tell(Asked(world, 1, isBackfill: true), 1);
        Assert.Equal(["trigger_not_true"], world.Decisions());

        world.Say(2, ("seats", 9));
        var before = world.Mails.Count;
        world.Pass("1h").Tell(Asked(world, 2, isBackfill: true), 2);
        Assert.Equal(before + 1, world.Mails.Count);
    }

    [Fact]
    public void Asked_twice_by_one_start_somebody_enters_once_and_by_the_next_one_again()
    {
        var world = World.Of(Big).Person(1);
        var asked = Asked(world, 1);

        world.Tell(asked, 1).Tell(asked, 1);
        Assert.Equal(["hello 1"], world.Mails);
        var entry = world.Last(Reason.Entered);
        Assert.Contains("ann", entry.Detail, StringComparison.Ordinal);
        Assert.Contains("they asked", entry.Detail, StringComparison.Ordinal);

        world.Pass("1h").Tell(Asked(world, 1), 1);
        Assert.Equal(["hello 1", "hello 1"], world.Mails);
    }

    [Fact]
    public void Work_on_a_passage_that_stands_elsewhere_by_then_does_nothing()
    {
        var world = World.Of("""
            scenario: steps
            title: Steps
            owner: m@example.com
            class: transactional
            purpose: x
            goal: none
            trigger: { event: signed_up }
            steps:
              - wait: 1d
                id: one
              - wait: 1d
                id: two
            """).Person(1).Do(1, "signed_up");
        var enrollment = world.Simulator.States.Select(pair => pair.State).OfType<ContactState>().Single().Enrollments.Single();
        Signal skip = new Signal.EnrollmentWorked(SubjectRef.Contact(1), enrollment.Id, EnrollmentAct.SkipWait, "", "ann", "", world.Now) { OnStep = "one" };

        world.Tell(skip, 1).Tell(skip, 1);

        Assert.Single(world.Decisions(), decision => decision.StartsWith("wait_skipped", StringComparison.Ordinal));
    }

    private static Signal.StartAsked Asked(World world, long contact, bool isBackfill = false) =>
        new(SubjectRef.Contact(contact), "big", isBackfill, false, "ann", "they asked", world.Now, world.Now);
}
