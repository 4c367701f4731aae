using System.Collections.Frozen;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Scenarios;

namespace Nurture.Tests.Engine;

/// <summary>A subject on which the engine stumbles is parked, everybody else goes on, and it can be taken up again.</summary>
public class PoisonTests
{
    private const string Steps = """
        scenario: steps
        title: Steps
        owner: m@example.com
        class: transactional
        trigger: { event: started }
        goal: none
        purpose: test
        steps:
          - send: first
          - wait: { for: event("answered"), up_to: 3d }
            timeout: [ send: reminder ]
          - send: last
        """;

    [Fact]
    public void One_subjects_poison_stops_nobody_else()
    {
        var world = World.Of(Steps).Person(1).Person(2).Do(1, "started");
        var whole = Break(world);

        world.Do(1, "answered").Do(2, "started");

        // The version that contact 1 stands on is gone; contact 2 cannot enter it either, but is not held up by contact 1.
        Assert.Equal([SubjectRef.Contact(1)], world.Simulator.Poisoned.Select(p => p.Key.Subject));
        world.Simulator.Catalog = whole;
        world.Do(2, "started");
        Assert.Equal(["first 1", "first 2"], world.Mails);
    }

    [Fact]
    public void A_parked_subject_hears_what_it_missed_when_it_is_resumed()
    {
        var world = World.Of(Steps).Person(1).Do(1, "started");
        var whole = Break(world);
        world.Do(1, "answered").Do(1, "answered");
        Assert.Equal(["first 1"], world.Mails);

        world.Simulator.Catalog = whole;
        world.Simulator.Resume(world.Simulator.Poisoned.Single().Key);

        Assert.Equal(["first 1", "last 1"], world.Mails);
        Assert.Equal(["entered", "released first", "heard wait-answered", "released last", "completed last"], world.Decisions());
    }

    [Fact]
    public void A_parked_account_is_told_what_its_people_did()
    {
        var accountSteps = Steps.Replace("class:", "subject: account\nclass:", StringComparison.Ordinal)
            .Replace("send: first", "send: { template: first, to: trigger.contact, nobody: end }", StringComparison.Ordinal)
            .Replace("send: last", "send: { template: last, to: heard.contact, nobody: end }", StringComparison.Ordinal)
            .Replace("[ send: reminder ]", "[]", StringComparison.Ordinal);
        var world = World.Of(accountSteps).Person(1, account: 1).Person(2, account: 1).Do(1, "started");
        var whole = Break(world);
        world.Do(2, "answered");
        Assert.Equal([SubjectRef.Account(1001)], world.Simulator.Poisoned.Select(p => p.Key.Subject));

        world.Simulator.Catalog = whole;
        world.Simulator.Resume(world.Simulator.Poisoned.Single().Key);

        Assert.Equal(["first 1", "last 2"], world.Mails);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void What_comes_for_somebody_who_moved_here_and_cannot_be_read_waits_until_he_is_resumed_and_not_for_his_arrival(bool isParked)
    {
        byte[] unreadable = [1, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];
        var row = new StoredEvent { Id = 5, Slot = 7, Kind = SignalKind.Occurred, ContactId = 1, Hop = 1, Name = "answered", OccurredAt = World.Start, ReceivedAt = World.Start };
        var batch = new Batch([row], [], World.Of(Steps).Simulator.Catalog, World.Start);

        batch.Add([new LoadedSubject(new SubjectKey(7, SubjectRef.Contact(1)), new PackedState(unreadable, null), null, 3, null, [], isParked, false)]);

        var set = batch.Outcome!.Set;
        Assert.Equal(5, Assert.Single(set.Missed).Event.Id);
        Assert.Empty(set.Kept.SelectMany(kept => kept.Events));
    }

    private static Catalog Break(World world)
    {
        var whole = world.Simulator.Catalog;
        world.Simulator.Catalog = whole with { Versions = FrozenDictionary<(string, int), PublishedScenario>.Empty, Live = FrozenDictionary<string, PublishedScenario>.Empty };
        return whole;
    }
}
