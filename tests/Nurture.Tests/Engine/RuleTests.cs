using NodaTime;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Scenarios;
using Nurture.Sends;

namespace Nurture.Tests.Engine;

/// <summary>SEMANTICS.md 9, 34, 38: places of an account, streams, calendars.</summary>
public class RuleTests
{
    private static string PerAccount(string name = "tour") => $"""
        scenario: {name}
        title: Tour
        owner: m@example.com
        class: service
        trigger: {"{ event: signed_up }"}
        per_account: 1
        goal: {"{ when: event(\"toured\"), within: 30d }"}
        exit: [ event("refused") ]
        steps:
          - send: tour
          - wait: 10d
        """;

    [Rule(9)]
    [Fact]
    public void Rule_9_one_of_an_account_enters_and_the_next_follows_if_that_one_leaves()
    {
        var world = World.Of(PerAccount()).Person(1, 1).Person(2, 1).Person(3, 1).Person(4, 2);

        world.Do(1, "signed_up").Do(2, "signed_up").Do(3, "signed_up").Do(4, "signed_up");
        Assert.Equal(["tour 1", "tour 4"], world.Mails);
        Assert.Equal(2, world.Decisions().Count(decision => decision == "colleague_enrolled"));

        world.Do(1, "refused");
        Assert.Equal(["tour 1", "tour 4", "tour 2"], world.Mails);
        world.Tell(new Signal.Left(2, world.Now), 2);
        Assert.Equal(["tour 1", "tour 4", "tour 2", "tour 3"], world.Mails);
    }

    [Rule(9)]
    [Fact]
    public void Rule_9_who_came_to_the_end_or_the_goal_leaves_the_place_to_nobody()
    {
        var world = World.Of(PerAccount()).Person(1, 1).Person(2, 1);

        world.Do(1, "signed_up").Do(2, "signed_up").Do(1, "toured").Pass("20d");

        Assert.Equal(["tour 1"], world.Mails);
    }

    private static string Streamed(string name, int priority, string trigger, string subject = "contact") => $"""
        scenario: {name}
        title: {name}
        owner: m@example.com
        subject: {subject}
        class: service
        stream: lifecycle
        priority: {priority}
        trigger: {trigger}
        goal: {"{ when: event(\"done\"), within: 60d }"}
        steps:
          - wait: 1d
          - send: {(subject == "account" ? $"{{ template: {name}, to: most_active, nobody: end, expires: 30d }}" : $"{{ template: {name}, expires: 30d }}")}
          - wait: 5d
        """;

    [Rule(38)]
    [Fact]
    public void Rule_38_a_higher_priority_suspends_the_mails_of_the_lower_and_its_clock_runs()
    {
        var world = World.Of(Streamed("low", 1, "{ event: signed_up }"), Streamed("high", 2, "{ event: upgraded }")).Person(1).Do(1, "signed_up").Pass("12h").Do(1, "upgraded");

        world.Pass("2d");
        Assert.Equal(["high 1"], world.Mails);
        Assert.Contains("stream_busy low", world.Decisions("low"));
        world.Pass("10d");

        // The higher one is over after 6 days, and the mail that waited leaves at that moment.
        Assert.Equal(["high 1", "low 1"], world.Mails);
        Assert.Equal(World.Start.AddDays(6.5), world.Simulator.Sends[1].Draft.PlannedAt);
    }

    [Rule(38)]
    [Fact]
    public void Rule_38_what_resumes_asks_its_goal_first()
    {
        var world = World.Of(Streamed("low", 1, "{ event: signed_up }").Replace("event(\"done\")", "contact.onboarded"), Streamed("high", 2, "{ event: upgraded }")).Person(1).Do(1, "signed_up").Do(1, "upgraded");

        world.Pass("3d").Say(1, ("onboarded", true)).Pass("20d");

        Assert.Equal(["high 1"], world.Mails);
    }

    [Rule(38)]
    [Fact]
    public void Rule_38_the_accounts_scenario_goes_before_its_peoples()
    {
        var world = World.Of(Streamed("own", 1, "{ event: signed_up }"), Streamed("whole", 1, "{ event: signed_up }", "account")).Person(1, 1).Do(1, "signed_up");

        world.Pass("2d");
        Assert.Equal(["whole 1"], world.Mails);
        world.Pass("10d");

        Assert.Equal(["whole 1", "own 1"], world.Mails);
    }

    [Rule(6)]
    [Fact]
    public void Rule_6_where_nobody_has_the_role_a_colleague_is_asked_to_find_somebody()
    {
        var world = World.Of("""
            scenario: invoice
            title: Invoice
            owner: m@example.com
            subject: account
            class: transactional
            goal: none
            purpose: x
            trigger: { event: payment_failed }
            steps:
              - send: { template: card-failed, to: role("billing"), nobody: task }
              - send: { template: after, to: trigger.contact }
            """).Person(1, 1).Do(1, "payment_failed");

        Assert.Equal(["after 1"], world.Mails);
        Assert.Equal("Find who receives card-failed", world.Simulator.Carried.OfType<Effect.TaskOpened>().Single().Task.Title);
    }

    private static World ByHand(EnrollmentAct act, string step = "")
    {
        var world = World.Of("""
            scenario: onboarding
            title: Onboarding
            owner: m@example.com
            class: service
            trigger: { event: signed_up }
            goal: { when: event("done"), within: 30d }
            steps:
              - send: welcome
              - wait: { for: event("login"), up_to: 9d }
                timeout: [ send: help ]
              - send: more
              - wait: 5d
            """).Person(1).Do(1, "signed_up").Pass("1d");
        var enrollment = world.Simulator.States.SelectMany(pair => pair.State.Enrollments).Single();
        return world.Tell(new Signal.EnrollmentWorked(SubjectRef.Contact(1), enrollment.Id, act, step, "ann@example.com", "they called", world.Now), 1);
    }

    [Fact]
    public void A_wait_is_skipped_by_hand()
    {
        var world = ByHand(EnrollmentAct.SkipWait);

        Assert.Equal(["welcome 1", "more 1"], world.Mails);
        Assert.Equal("""{"by":"ann@example.com","because":"they called"}""", world.Last(Reason.WaitSkipped).Detail);
    }

    [Fact]
    public void An_enrollment_is_moved_by_hand_and_sends_no_mail_twice()
    {
        Assert.Equal(["welcome 1", "help 1", "more 1"], ByHand(EnrollmentAct.Move, "help").Mails);
        var back = ByHand(EnrollmentAct.Move, "welcome");
        Assert.Equal(["welcome 1"], back.Mails);
        Assert.Equal(["welcome 1", "help 1", "more 1"], back.Pass("10d").Mails);
    }

    [Fact]
    public void An_enrollment_starts_again_by_hand_though_it_is_once_for_life()
    {
        var world = ByHand(EnrollmentAct.StartAgain);

        Assert.Equal(["welcome 1", "welcome 1"], world.Mails);
        Assert.Equal(["entered", "released welcome", "restarted wait-login", "entered", "released welcome"], world.Decisions());
    }

    private static readonly SendPolicy Japan = SendPolicyReader.Read("""
        zone: Asia/Tokyo
        allowed_hours: { service: { from: "09:00", until: "18:00", days: business } }
        calendar: japan
        team_calendar: office
        closures: [ 2026-12-29..2027-01-03 ]
        calendars:
          japan: { countries: [ JP ], holidays: [ 2026-03-20, 2026-12-31 ] }
          states: { countries: [ CA ] }
          shop: { countries: [ FR ], closures: [ 2026-12-30 ] }
          office: { holidays: [ 2026-03-04 ] }
          gulf: { countries: [ AE ], weekend: [ saturday, sunday, friday ] }
        sender: { name: A, address: a@example.com, organization: A, postal_address: A }
        """, "policy.yaml").Policy;

    private static string Waiting(string wait) => $"""
        scenario: waiting
        title: Waiting
        owner: m@example.com
        class: transactional
        goal: none
        purpose: x
        trigger: {"{ event: signed_up }"}
        steps:
          - wait: {wait}
          - send: hello
        """;

    [Rule(34)]
    [Theory]
    [InlineData("2026-03-19T01:00:00Z", "1bd", "JP", "2026-03-23T01:00:00Z")]
    [InlineData("2026-03-19T01:00:00Z", "1bd", "US", "2026-03-23T01:00:00Z")]
    [InlineData("2026-03-19T01:00:00Z", "1bd", "AE", "2026-03-23T01:00:00Z")]
    [InlineData("2026-03-19T01:00:00Z", "1bd", "CA", "2026-03-20T01:00:00Z")]
    [InlineData("2026-12-28T01:00:00Z", "1bd", "CA", "2027-01-04T01:00:00Z")]
    [InlineData("2026-12-28T01:00:00Z", "1bd", "FR", "2026-12-29T01:00:00Z")]
    [InlineData("2026-03-17T01:00:00Z", "3bd", "AE", "2026-03-23T01:00:00Z")]
    [InlineData("2026-12-28T01:00:00Z", "1bd", "JP", "2027-01-04T01:00:00Z")]
    [InlineData("2026-12-28T01:00:00Z", "{ until: \"09:00\", days: business }", "JP", "2027-01-04T00:00:00Z")]
    [InlineData("2026-03-03T01:00:00Z", "1bd", "JP", "2026-03-04T01:00:00Z")]
    public void Rule_34_the_recipients_holidays_and_the_companys_closures_are_no_business_days(string start, string wait, string country, string left)
    {
        var world = World.Of(Japan, Waiting(wait)).Person(1, 1).PassTo(DateTimeOffset.Parse(start, System.Globalization.CultureInfo.InvariantCulture));
        world.SayAccount(1, ("country", country)).Do(1, "signed_up").Pass("20d");

        Assert.Equal(DateTimeOffset.Parse(left, System.Globalization.CultureInfo.InvariantCulture), world.Simulator.Sends.Single().Draft.PlannedAt);
    }

    [Rule(34, 39)]
    [Fact]
    public void Rule_34_mails_of_business_hours_wait_for_the_end_of_the_holidays()
    {
        var world = World.Of(Japan, Waiting("1h").Replace("class: transactional", "class: service")).Person(1).PassTo(new(2026, 12, 28, 9, 30, 0, TimeSpan.Zero)).Do(1, "signed_up").Pass("2d");
        Assert.Empty(world.Mails);

        world = World.Of(Japan, Waiting("1h").Replace("class: transactional", "class: service").Replace("send: hello", "send: { template: hello, expires: 10d }")).Person(1).PassTo(new(2026, 12, 28, 9, 30, 0, TimeSpan.Zero)).Do(1, "signed_up").Pass("10d");

        Assert.Equal(new DateTimeOffset(2027, 1, 4, 0, 0, 0, TimeSpan.Zero), world.Simulator.Sends.Single().Draft.PlannedAt);
    }

    [Rule(34)]
    [Fact]
    public void Rule_34_tasks_go_by_the_teams_calendar()
    {
        var world = World.Of(Japan, """
            scenario: call
            title: Call
            owner: m@example.com
            subject: account
            class: transactional
            goal: none
            purpose: x
            trigger: { event: stuck }
            steps:
              - task: { title: Call them, due: 1bd }
            """).Person(1, 1).PassTo(new(2026, 3, 3, 1, 0, 0, TimeSpan.Zero)).Do(1, "stuck");

        Assert.Equal(new DateTimeOffset(2026, 3, 5, 1, 0, 0, TimeSpan.Zero), world.Simulator.Carried.OfType<Effect.TaskOpened>().Single().Task.DueAt);
    }

    [Theory]
    [InlineData("calendars: { a: { holidays: [ 2026-13-01 ] } }", "NUR012")]
    [InlineData("calendars: { a: { closures: [ 2026-12-29..2026-12-01 ] } }", "NUR012")]
    [InlineData("calendars: { a: { countries: [ Japan ] } }", "NUR012")]
    [InlineData("calendar: b\ncalendars: { a: { } }", "NUR010")]
    [InlineData("calendars: { a: { weekend: [ monday, tuesday, wednesday, thursday, friday, saturday, sunday ] } }", "NUR012")]
    public void A_mistake_in_a_calendar_is_said(string text, string code)
    {
        var (_, said) = SendPolicyReader.Read($"sender: {{ name: A, address: a@example.com, organization: A, postal_address: A }}\n{text}\n", "policy.yaml");

        Assert.Equal(code, Assert.Single(said).Code);
    }
}
