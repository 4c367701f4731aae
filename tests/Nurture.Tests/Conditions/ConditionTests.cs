using Nurture.Conditions;
using Nurture.Contacts;
using Nurture.Criteria;
using Nurture.Engine;
using Nurture.Scenarios;

namespace Nurture.Tests.Conditions;

public class ConditionTests
{
    private static readonly DateTimeOffset Start = World.Start;

    [Rule(2, 3)]
    [Theory]
    [InlineData("contact.seats == 3", Truth.True)]
    [InlineData("contact.seats + 1 > account.seats * 2 - 3", Truth.True)]
    [InlineData("contact.seats / 2 == 1.5", Truth.True)]
    [InlineData("-contact.seats < -2", Truth.True)]
    [InlineData("contact.plan == \"pro\" && contact.seats < 3 || contact.newsletter", Truth.True)]
    [InlineData("contact.plan == 'Pro'", Truth.False)]
    [InlineData("!contact.newsletter", Truth.False)]
    [InlineData("contact.newsletter == false", Truth.False)]
    [InlineData("one_of(contact.plan, \"free\", \"pro\")", Truth.True)]
    [InlineData("one_of(contact.seats, 1, 2)", Truth.False)]
    [InlineData("contact.id == 1 && account.id == 7", Truth.True)]
    [InlineData("contact.status == \"active\" && !contact.is_known && contact.basis == \"none\"", Truth.True)]
    [InlineData("account.tier == \"tech\"", Truth.True)]
    [InlineData("account.country == \"JP\"", Truth.True)]
    [InlineData("ever(\"login\") == false", Truth.True)]
    [InlineData("contact.created_at < now", Truth.True)]
    public void Attributes_are_read_live_and_compared_by_type(string text, Truth expected)
    {
        Assert.Equal(expected, Described().Ask(text, Start.AddDays(1)));
    }

    [Theory]
    [InlineData("contact.plan == \"pro\"", Truth.False)]
    [InlineData("contact.plan != \"pro\"", Truth.True)]
    [InlineData("not(contact.plan == \"pro\")", Truth.True)]
    [InlineData("contact.seats < 3 || contact.seats >= 3", Truth.False)]
    [InlineData("contact.seats + 1 != 4", Truth.True)]
    [InlineData("contact.plan == contact.email", Truth.False)]
    [InlineData("contact.newsletter", Truth.False)]
    [InlineData("!contact.newsletter", Truth.True)]
    [InlineData("one_of(contact.plan, \"pro\", \"free\")", Truth.False)]
    [InlineData("exists(contact.plan)", Truth.False)]
    [InlineData("exists(account.country)", Truth.False)]
    [InlineData("exists(contact.role)", Truth.False)]
    [InlineData("days_until(account.contract_end) <= 30", Truth.False)]
    [InlineData("account.contract_end < now", Truth.False)]
    [InlineData("days_since(\"login\") > 90", Truth.False)]
    [InlineData("trigger.plan == \"trial\"", Truth.False)]
    public void What_nobody_said_equals_nothing_and_has_no_order(string text, Truth expected)
    {
        Assert.Equal(expected, new World().Ask(text, Start));
    }

    [Theory]
    [InlineData("account.tier == \"tech\"", Truth.Unknown)]
    [InlineData("not(account.setup_completed)", Truth.Unknown)]
    [InlineData("has_role(\"admin\")", Truth.Unknown)]
    [InlineData("exists(account.plan)", Truth.Unknown)]
    [InlineData("account.count(\"login\", \"7d\") == 0", Truth.Unknown)]
    [InlineData("account.ever(\"login\")", Truth.Unknown)]
    [InlineData("account.days_since(\"login\") > 3", Truth.Unknown)]
    [InlineData("account.silent([\"login\"], \"7d\")", Truth.Unknown)]
    [InlineData("account.tier == \"tech\" && contact.seats == 3", Truth.Unknown)]
    [InlineData("account.tier == \"tech\" && contact.seats == 4", Truth.False)]
    [InlineData("account.tier == \"tech\" || contact.seats == 3", Truth.True)]
    [InlineData("account.tier == \"tech\" || contact.seats == 4", Truth.Unknown)]
    public void An_account_that_is_not_there_yet_is_unknown_unless_the_rest_decides(string text, Truth expected)
    {
        var world = Described();
        world.Account = null;

        Assert.Equal(expected, world.Ask(text, Start));
    }

    [Theory]
    [InlineData("contact.role == \"admin\"", Truth.True)]
    [InlineData("contact.role != \"billing\"", Truth.True)]
    [InlineData("one_of(contact.role, \"billing\", \"operator\")", Truth.True)]
    [InlineData("contact.has_role(\"billing\")", Truth.False)]
    [InlineData("has_role(\"decision_maker\")", Truth.True)]
    [InlineData("has_role(\"champion\")", Truth.False)]
    [InlineData("trigger.contact.role == \"decision_maker\"", Truth.True)]
    [InlineData("trigger.contact.id == 2", Truth.True)]
    public void Roles_are_asked_by_membership_and_who_left_has_none(string text, Truth expected)
    {
        var world = new World { Contact = new() { Id = 1, AccountId = 7, CreatedAt = Start, Roles = { "admin", "operator" } } };
        world.Account!.Members[1] = new() { ContactId = 1, Roles = { "admin", "operator" } };
        world.Account.Members[2] = new() { ContactId = 2, Roles = { "decision_maker" } };
        world.Account.Members[3] = new() { ContactId = 3, Roles = { "champion" }, HasLeft = true };
        world.Trigger = World.Occurred("signed_up", Start, contactId: 2);

        Assert.Equal(expected, world.Ask(text, Start));
    }

    [Rule(8)]
    [Fact]
    public void In_an_account_scenario_the_bare_functions_ask_the_account()
    {
        var condition = World.Compile("count(\"login\", \"7d\") == 2 && people(\"login\", \"7d\") == 2 && trigger.contact.role == \"admin\"", SubjectKind.Account);
        var world = new World { Subject = SubjectKind.Account, Trigger = World.Occurred("signed_up", Start) };
        world.Account!.Members[1] = new() { ContactId = 1, Roles = { "admin" } };
        world.Heard(condition, World.Occurred("login", Start), World.Occurred("login", Start, contactId: 2));

        Assert.Equal(Truth.True, condition.Evaluate(world.Context(Start, condition)));
        Assert.True(condition.ReadsAccount);
        Assert.False(condition.ReadsContact);
        Assert.All(condition.Criteria, criterion => Assert.Equal(SubjectKind.Account, criterion.Subject));
    }

    [Theory]
    [InlineData(">= 3", 3)]
    [InlineData("> 3", 4)]
    [InlineData("== 3", 4)]
    [InlineData("!= 3", 4)]
    [InlineData("< 3", 3)]
    [InlineData("<= 3", 4)]
    [InlineData("== 0", 1)]
    [InlineData("> 0", 1)]
    [InlineData(">= 2.5", 3)]
    [InlineData("> 1 + 1", 3)]
    public void A_counter_keeps_just_what_the_comparison_needs(string comparison, int keep)
    {
        Assert.Equal(keep, World.Compile($"count(\"login\", \"7d\") {comparison}").Criteria.Single().Keep);
    }

    [Rule(13)]
    [Fact]
    public void A_window_that_reaches_further_back_than_what_was_counted_is_unknown()
    {
        var condition = World.Compile("count(\"login\", \"14d\") == 0");
        var world = new World { CoveredSince = Start.AddDays(10) };

        Assert.Equal(Truth.Unknown, condition.Evaluate(world.Context(Start.AddDays(20), condition)));

        // (24 − 14, 24] begins just after the 10th day's beginning, and that very moment is counted: one millisecond less is needed.
        var change = condition.NextChange(world.Context(Start.AddDays(20), condition));
        Assert.Equal(Start.AddDays(24).AddMilliseconds(-1), change);
        Assert.Equal(Truth.True, condition.Evaluate(world.Context(change!.Value, condition)));
        Assert.Equal(Truth.Unknown, condition.Evaluate(world.Context(change.Value.AddMilliseconds(-1), condition)));
    }

    [Fact]
    public void What_was_counted_may_decide_though_not_all_was()
    {
        var condition = World.Compile("count(\"login\", \"14d\") >= 2");
        var world = new World { CoveredSince = Start.AddDays(10) }.Heard(condition, World.Occurred("login", Start.AddDays(11)));

        Assert.Equal(Truth.Unknown, condition.Evaluate(world.Context(Start.AddDays(12), condition)));

        world.Heard(condition, World.Occurred("login", Start.AddDays(12)));
        Assert.Equal(Truth.True, condition.Evaluate(world.Context(Start.AddDays(12), condition)));
    }

    [Fact]
    public void Who_came_after_counting_began_is_fully_known()
    {
        var world = new World { Contact = new() { Id = 1, CreatedAt = Start.AddDays(10) }, CoveredSince = Start.AddDays(10) };

        Assert.Equal(Truth.True, world.Ask("count(\"login\", \"14d\") == 0 && not(ever(\"login\"))", Start.AddDays(10)));
    }

    [Rule(13)]
    [Theory]
    [InlineData("count(\"login\", \"14d\") == 0")]
    [InlineData("count(\"login\", \"14d\") >= 1")]
    [InlineData("ever(\"login\")")]
    [InlineData("not(ever(\"login\"))")]
    [InlineData("days_since(\"login\") >= 1")]
    [InlineData("silent([\"login\"], \"14d\")")]
    public void A_criterion_that_was_never_filled_is_unknown_and_stays_so(string text)
    {
        var condition = World.Compile(text);
        var world = new World { CoveredSince = null };

        Assert.Equal(Truth.Unknown, condition.Evaluate(world.Context(Start.AddDays(100), condition)));
        Assert.Null(condition.NextChange(world.Context(Start.AddDays(100), condition)));
    }

    [Rule(12)]
    [Fact]
    public void Silence_counts_from_the_later_of_the_last_event_and_the_creation()
    {
        var condition = World.Compile("silent([\"login\", \"page\"], \"14d\")");
        var world = new World();

        Assert.Equal(Truth.False, condition.Evaluate(world.Context(Start.AddDays(1), condition)));
        Assert.Equal(Start.AddDays(14), condition.NextChange(world.Context(Start.AddDays(1), condition)));
        Assert.Equal(Truth.True, condition.Evaluate(world.Context(Start.AddDays(14), condition)));

        world.Heard(condition, World.Occurred("page", Start.AddDays(15)), World.Occurred("login", Start.AddDays(3)));
        Assert.Equal(Truth.False, condition.Evaluate(world.Context(Start.AddDays(20), condition)));
        Assert.Equal(Start.AddDays(29), condition.NextChange(world.Context(Start.AddDays(20), condition)));
        Assert.Equal(Truth.False, condition.Evaluate(world.Context(Start.AddDays(29).AddMilliseconds(-1), condition)));
        Assert.Equal(Truth.True, condition.Evaluate(world.Context(Start.AddDays(29), condition)));
        Assert.Null(condition.NextChange(world.Context(Start.AddDays(29), condition)));
    }

    [Fact]
    public void Days_are_whole_and_both_directions_are_one_number()
    {
        var since = World.Compile("days_since(\"login\") >= 3");
        var until = World.Compile("days_until(contact.trial_ends_at) <= 3");
        var world = new World().Heard(since, World.Occurred("login", Start.AddHours(5)));
        world.Contact.Set("trial_ends_at", AttributeValue.From(Start.AddDays(10).AddHours(5)), Start);

        Assert.Equal(Start.AddDays(3).AddHours(5), since.NextChange(world.Context(Start.AddDays(1), since)));
        Assert.Equal(Truth.False, since.Evaluate(world.Context(Start.AddDays(3).AddHours(5).AddMilliseconds(-1), since)));
        Assert.Equal(Truth.True, since.Evaluate(world.Context(Start.AddDays(3).AddHours(5), since)));

        Assert.Equal(Start.AddDays(7).AddHours(5), until.NextChange(world.Context(Start.AddDays(1), until)));
        Assert.Equal(Truth.False, until.Evaluate(world.Context(Start.AddDays(7).AddHours(5).AddMilliseconds(-1), until)));
        Assert.Equal(Truth.True, until.Evaluate(world.Context(Start.AddDays(7).AddHours(5), until)));
    }

    [Fact]
    public void A_date_is_a_day_of_the_deployments_calendar()
    {
        var condition = World.Compile("days_until(account.contract_end) <= 30");
        var world = new World { Zone = "Asia/Tokyo" };
        world.Account!.Set("contract_end", AttributeValue.From(new DateOnly(2026, 3, 31)), Start);
        var firstOfMarch = new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.FromHours(9));

        Assert.Equal(firstOfMarch, condition.NextChange(world.Context(Start, condition)));
        Assert.Equal(Truth.False, condition.Evaluate(world.Context(firstOfMarch.AddMilliseconds(-1), condition)));
        Assert.Equal(Truth.True, condition.Evaluate(world.Context(firstOfMarch, condition)));
        Assert.Null(condition.NextChange(world.Context(firstOfMarch, condition)));
    }

    [Theory]
    [InlineData("account.contract_end == \"2026-03-31\"", "2026-01-01", Truth.True)]
    [InlineData("account.contract_end < now", "2026-03-31T23:59:59Z", Truth.False)]
    [InlineData("account.contract_end < now", "2026-04-01T00:00:00Z", Truth.True)]
    [InlineData("contact.trial_ends_at <= \"2026-01-11\"", "2026-01-01", Truth.True)]
    [InlineData("contact.trial_ends_at == \"2026-01-11\"", "2026-01-01", Truth.True)]
    [InlineData("contact.trial_ends_at < \"2026-01-11T14:00:00+09:00\"", "2026-01-01", Truth.False)]
    [InlineData("contact.trial_ends_at <= \"2026-01-11T14:00:00+09:00\"", "2026-01-01", Truth.True)]
    [InlineData("contact.trial_ends_at < account.contract_end", "2026-01-01", Truth.True)]
    [InlineData("one_of(account.contract_end, \"2026-03-30\", \"2026-03-31\")", "2026-01-01", Truth.True)]
    [InlineData("trigger.starts_at > \"2026-02-01\"", "2026-01-01", Truth.True)]
    [InlineData("days_since(trigger.starts_at) == 2", "2026-02-04T12:00:00Z", Truth.True)]
    public void Moments_compare_with_each_other_and_by_day_with_a_date(string text, string at, Truth expected)
    {
        var world = new World();
        world.Account!.Set("contract_end", AttributeValue.From(new DateOnly(2026, 3, 31)), Start);
        world.Contact.Set("trial_ends_at", AttributeValue.From(Start.AddDays(10).AddHours(5)), Start);
        world.Trigger = World.Occurred("signed_up", Start, """{"starts_at": "2026-02-02T12:00:00Z"}""");

        Assert.Equal(expected, world.Ask(text, DateTimeOffset.Parse(at, null, System.Globalization.DateTimeStyles.AssumeUniversal)));
    }

    [Fact]
    public void A_value_of_another_type_than_the_plan_says_now_is_as_if_unsaid()
    {
        var world = new World();
        world.Contact.Set("seats", AttributeValue.From("three"), Start);

        Assert.Equal(Truth.False, world.Ask("contact.seats >= 0", Start));
        Assert.Equal(Truth.False, world.Ask("exists(contact.seats)", Start));
    }

    [Rule(23)]
    [Fact]
    public void An_event_since_entry_is_remembered_by_the_enrollment()
    {
        var condition = World.Compile("event(\"order_placed\", where: event.order_id == trigger.plan && event.total > 1) && account.event(\"login\", since: \"step\")");
        var (order, login) = (condition.Events[0], condition.Events[1]);
        var enrollment = Entered();
        var world = new World { Enrollment = enrollment };

        Assert.Equal((SubjectKind.Contact, "order_placed", Since.Entry), (order.By, order.EventName, order.Since));
        Assert.Equal((SubjectKind.Account, "login", Since.Step, "account:login@step"), (login.By, login.EventName, login.Since, login.Key));
        Assert.Equal(Truth.False, condition.Evaluate(world.Context(Start, condition)));
        Assert.Equal(Truth.False, condition.Evaluate(new World().Context(Start, condition)));

        var matching = World.Occurred("order_placed", Start, """{"order_id": "trial", "total": 2}""");
        var other = World.Occurred("order_placed", Start, """{"order_id": "else", "total": 2}""");
        Assert.Equal(Truth.True, order.Where!.Evaluate(world.Context(Start, condition) with { Event = matching }));
        Assert.Equal(Truth.False, order.Where.Evaluate(world.Context(Start, condition) with { Event = other }));

        enrollment.EventsSinceEntry[order.Key] = matching;
        enrollment.EventsSinceEntry[login.Key] = World.Occurred("login", enrollment.StepStartedAt);
        Assert.Equal(Truth.False, condition.Evaluate(world.Context(Start, condition)));

        enrollment.EventsSinceEntry[login.Key] = World.Occurred("login", enrollment.StepStartedAt.AddMilliseconds(1));
        Assert.Equal(Truth.True, condition.Evaluate(world.Context(Start, condition)));
    }

    [Rule(2, 23, 29)]
    [Theory]
    [InlineData("sent(\"welcome\")", Truth.True)]
    [InlineData("sent(\"setup-help\")", Truth.False)]
    [InlineData("clicked(\"welcome\")", Truth.True)]
    [InlineData("opened(\"welcome\")", Truth.False)]
    [InlineData("heard.total == 3", Truth.True)]
    [InlineData("heard.name == \"order_placed\" && trigger.name == \"signed_up\"", Truth.True)]
    [InlineData("trigger.plan == \"trial\" && trigger.seats == 5", Truth.True)]
    [InlineData("trigger.occurred_at < now", Truth.True)]
    public void A_passage_knows_its_sends_its_trigger_and_what_it_heard(string text, Truth expected)
    {
        Assert.Equal(expected, new World { Enrollment = Entered() }.Ask(text, Start.AddDays(1)));
    }

    [Rule(17, 36)]
    [Fact]
    public void Reachable_asks_address_suppression_consent_and_refusals_by_class()
    {
        var world = new World();
        Truth Ask(string classAndTopic) => world.Ask($"reachable(\"mail\", {classAndTopic})", Start);

        Assert.Equal(Truth.False, Ask("\"transactional\""));

        world.Contact.Set("email", AttributeValue.From("a@example.com"), Start);
        Assert.Equal((Truth.True, Truth.True, Truth.False), (Ask("\"transactional\""), Ask("\"service\""), Ask("\"marketing\"")));

        world.Contact.Basis = ConsentBasis.OptIn;
        Assert.Equal(Truth.True, Ask("\"marketing\", \"newsletter\""));

        world.Contact.Refusals["newsletter"] = Start;
        Assert.Equal((Truth.False, Truth.True), (Ask("\"marketing\", \"newsletter\""), Ask("\"marketing\"")));

        world.Contact.Refusals["*"] = Start;
        Assert.Equal((Truth.True, Truth.False, Truth.False), (Ask("\"transactional\""), Ask("\"service\""), Ask("\"marketing\"")));

        world.Contact.IsSuppressed = true;
        Assert.Equal(Truth.False, Ask("\"transactional\""));
    }

    [Fact]
    public void Nothing_wakes_for_what_another_part_decides_for_good()
    {
        var condition = World.Compile("account.tier == \"high\" && count(\"login\", \"7d\") == 0 && silent([\"page\"], \"3d\")");
        var world = new World().Heard(condition, World.Occurred("login", Start.AddDays(1)), World.Occurred("page", Start.AddDays(1)));

        Assert.Null(condition.NextChange(world.Context(Start.AddDays(1), condition)));

        world.Account!.Set("tier", AttributeValue.From("high"), Start);
        Assert.Equal(Start.AddDays(8), condition.NextChange(world.Context(Start.AddDays(1), condition)));
    }

    [Fact]
    public void Beyond_sixty_four_a_count_is_kept_in_buckets()
    {
        var condition = World.Compile("count(\"login\", \"64h\") >= 100");
        Assert.True(condition.Criteria.Single().IsBucketed);
        var world = new World().Heard(condition, Enumerable.Range(0, 100).Select(minute => World.Occurred("login", Start.AddMinutes(minute))));
        var at = Start.AddMinutes(99);

        // Hours are the buckets: those of the first one leave together, when the last of them might.
        Assert.Equal(Truth.True, condition.Evaluate(world.Context(at, condition)));
        Assert.Equal(Start.AddHours(65).AddMilliseconds(-1), condition.NextChange(world.Context(at, condition)));
        Assert.Equal(Truth.False, condition.Evaluate(world.Context(Start.AddHours(65).AddMilliseconds(-1), condition)));
    }

    [Fact]
    public void A_condition_may_stand_on_several_lines()
    {
        Assert.Equal(Truth.True, Described().Ask("contact.seats == 3\n  && contact.plan == \"pro\"\n", Start));
    }

    [Fact]
    public void Asking_allocates_nothing()
    {
        var condition = World.Compile(
            "count(\"login\", \"14d\") >= 3 && account.people(\"login\", \"28d\") < 5 && contact.plan == \"pro\" && one_of(contact.seats, 2, 3) && days_since(\"login\") < 9 && silent([\"page\"], \"1d\") && contact.role != \"x\" && trigger.plan == \"trial\"");
        var world = Described();
        world.Trigger = Entered().Trigger;
        world.Heard(condition, Enumerable.Range(0, 5).Select(hour => World.Occurred("login", Start.AddHours(hour))));
        var context = world.Context(Start.AddDays(2), condition);
        Assert.Equal(Truth.True, condition.Evaluate(context));
        condition.NextChange(context);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            condition.Evaluate(context);
            condition.NextChange(context);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Rule(4)]
    [Fact]
    public void The_list_of_functions_shows_every_one_as_it_can_be_called()
    {
        foreach (var function in ConditionFunctions.All)
        {
            var diagnostics = new List<Diagnostic>();
            Condition.Compile(function.Signature, World.Scope() with { Plan = TrackingPlan.Empty, SentTemplates = null, Segments = World.Segments("active-trials: { is: contact.seats > 1 }") }, diagnostics);

            // A number is no whole condition, which is the one thing that may be wrong with an example.
            Assert.All(diagnostics.Where(said => said.Severity == Severity.Error), said => Assert.Equal(ConditionDiagnostics.NotBoolean, said.Code));
        }
    }

    private static World Described()
    {
        var world = new World();
        world.Contact.Set("seats", AttributeValue.From(3), Start);
        world.Contact.Set("plan", AttributeValue.From("pro"), Start);
        world.Contact.Set("newsletter", AttributeValue.From(true), Start);
        world.Account!.Set("seats", AttributeValue.From(2), Start);
        return world;
    }

    private static Enrollment Entered() => new()
    {
        Id = 1,
        Scenario = "trial",
        Version = 1,
        EnteredAt = Start,
        StepStartedAt = Start.AddHours(1),
        Trigger = World.Occurred("signed_up", Start, """{"plan": "trial", "seats": 5}"""),
        Heard = World.Occurred("order_placed", Start, """{"total": 3}"""),
        Sends =
        {
            new EnrollmentSend { Step = "welcome", Template = "welcome", RecipientId = 1, Fate = EnrollmentSendFate.Released, ClickedAt = Start },
            new EnrollmentSend { Step = "setup-help", Template = "setup-help", RecipientId = 1, Fate = EnrollmentSendFate.HeldOut },
        },
    };
}
