using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Escalations;

namespace Nurture.Tests.Engine;

/// <summary>SEMANTICS.md 46: a task goes on at once, or waits for how it was done.</summary>
public class TaskTests
{
    private static string Calling(string task, string beside = "", string after = "  - send: after", string subject = "contact") => $$"""
        scenario: calling
        title: Calling
        owner: m@example.com
        subject: {{subject}}
        class: service
        trigger: { event: stuck }
        goal: { when: event("rescued"), within: 90d }
        steps:
          - task: {{task}}
        {{beside}}
        {{after}}
        """;

    private const string Reached = """
            outcome:
              reached: [ send: good-to-talk ]
              otherwise: [ send: sorry-to-miss-you ]
            timeout: [ send: somebody-will-call ]
        """;

    private const string Asked = "{ title: Call them, outcomes: [ reached, not_reached ], due: 2bd, up_to: 5bd }";

    private static CsmTask Task(World world) => world.Simulator.Carried.OfType<Effect.TaskOpened>().Last().Task;

    private static World Do(World world, string outcome)
    {
        var task = Task(world);
        return world.Tell(new Signal.TaskDone(task.ContactId != 0 ? SubjectRef.Contact(task.ContactId) : SubjectRef.Account(task.AccountId), task.Id, outcome, "csm@example.com", world.Now), task.ContactId);
    }

    [Theory]
    [InlineData("reached", "good-to-talk 1")]
    [InlineData("not_reached", "sorry-to-miss-you 1")]
    public void The_way_follows_how_it_was_done(string outcome, string mail)
    {
        var world = World.Of(Calling(Asked, Reached)).Person(1, 1).Do(1, "stuck").Pass("1d");
        Assert.Empty(world.Mails);

        Do(world, outcome);

        Assert.Equal([mail, "after 1"], world.Mails);
    }

    [Fact]
    public void What_is_not_done_in_time_takes_the_time_out_and_doing_it_later_changes_nothing()
    {
        // Five business days after a Monday.
        var world = World.Of(Calling(Asked, Reached)).Person(1, 1).Do(1, "stuck").Pass("8d");

        Do(world, "reached");

        Assert.Equal(["somebody-will-call 1", "after 1"], world.Mails);
    }

    [Fact]
    public void Without_an_outcome_beside_it_it_goes_on_at_once()
    {
        var world = World.Of(Calling("{ title: Call them, owner: csm@example.com }")).Person(1, 1).Do(1, "stuck");

        Assert.Equal(["after 1"], world.Mails);
        Assert.Equal("csm@example.com", Task(world).Assignee);
    }

    [Fact]
    public void It_is_the_owners_by_any_attribute_of_the_account_or_waits_in_a_queue()
    {
        var world = World.Of(Calling("{ title: Call, owner: account.plan }"), Calling("{ title: Look, queue: ops }").Replace("calling", "looking").Replace("stuck", "lost"))
            .Person(1, 1).SayAccount(1, ("plan", "sales@example.com")).Do(1, "stuck");
        Assert.Equal("sales@example.com", Task(world).Assignee);

        world.Do(1, "lost");

        Assert.Equal((null, "ops"), (Task(world).Assignee, Task(world).Queue));
    }

    [Fact]
    public void An_account_hears_its_task_and_nobody_elses()
    {
        var world = World.Of(Calling(Asked, Reached.Replace("good-to-talk", "{ template: good-to-talk, to: trigger.contact }").Replace("sorry-to-miss-you", "{ template: sorry, to: trigger.contact }").Replace("somebody-will-call", "{ template: late, to: trigger.contact }"),
            "  - end: done", "account")).Person(1, 1).Person(2, 2).Do(1, "stuck");
        var first = Task(world);
        world.Do(2, "stuck");

        world.TellAccount(1, account => new Signal.TaskDone(SubjectRef.Account(account), first.Id, "reached", "csm@example.com", world.Now));

        Assert.Equal(["good-to-talk 1"], world.Mails);
    }

    [Fact]
    public void Where_there_is_no_account_there_is_nobody_to_do_it()
    {
        var world = World.Of(Calling(Asked, Reached)).Person(1).Do(1, "stuck");

        Assert.Equal(["somebody-will-call 1", "after 1"], world.Mails);
        Assert.Contains("no_account task-call-them", world.Decisions());
    }

    [Fact]
    public void Rule_42_an_exit_ends_the_wait_and_leaves_the_task_to_its_human()
    {
        var world = World.Of(Calling(Asked, Reached)).Person(1, 1).Do(1, "stuck").Do(1, "rescued");

        Do(world, "reached");

        Assert.Empty(world.Mails);
        Assert.Contains(world.Decisions(), said => said.StartsWith("goal_reached", StringComparison.Ordinal));
    }
}
