using System.Collections.Frozen;
using System.Globalization;
using System.Text.RegularExpressions;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Sends;
using Nurture.Scenarios;

namespace Nurture.Tests.Engine;

/// <summary>What hurts the users of other engines (reference/peer-lessons.md, by its numbers) does not happen here.</summary>
public class PeerLessonTests
{
    private static string Drip(string trigger, string more = "", string steps = "[ send: first, wait: 2d, send: second ]") => $$"""
        scenario: drip
        title: Drip
        owner: m@example.com
        class: service
        trigger: {{trigger}}
        {{(more.Length == 0 ? "reentry: once" : more)}}
        goal: { when: event("bought"), within: 60d }
        steps: {{steps}}
        """;

    [Lesson(16, 24)]
    [Fact]
    public void Lessons_16_and_24_a_repeating_event_mails_nobody_a_hundred_times()
    {
        var world = World.Of(Drip("{ event: opened }")).Person(1);

        for (var i = 0; i < 113; i++) world.Do(1, "opened").Pass("1h");
        world.Pass("10d");

        Assert.Equal(["first 1", "second 1"], world.Mails);
    }

    [Lesson(3)]
    [Fact]
    public void Lesson_3_a_local_time_on_chosen_days_comes_once_and_not_every_minute()
    {
        var world = World.Of(Drip("{ event: signed_up }", steps: "[ wait: { until: \"09:00\", days: business }, send: first ]")).Person(1).PassTo(new(2026, 3, 6, 12, 0, 0, TimeSpan.Zero)).Do(1, "signed_up");

        for (var i = 0; i < 5 * 24 * 6; i++) world.Pass("10m");

        Assert.Equal(new DateTimeOffset(2026, 3, 9, 9, 0, 0, TimeSpan.Zero), world.Simulator.Sends.Single().Draft.PlannedAt);
    }

    [Lesson(12)]
    [Fact]
    public void Lesson_12_each_reader_has_nine_o_clock_on_their_own_clock()
    {
        var world = World.Of(Drip("{ event: signed_up }", steps: "[ wait: { until: \"09:00\" }, send: first ]"));
        foreach (var (person, zone) in new[] { (1L, "Asia/Tokyo"), (2L, "America/New_York"), (3L, "Australia/Lord_Howe") }) world.Person(person).Say(person, ("zone", zone)).Do(person, "signed_up");

        world.Pass("2d");

        Assert.Equal(["2 14:00", "3 22:00", "1 00:00"], world.Simulator.Sends.OrderBy(send => send.Draft.PlannedAt).Select(send => $"{send.Draft.RecipientId} {send.Draft.PlannedAt:HH:mm}"));
    }

    [Lesson(14)]
    [Fact]
    public void Lesson_14_who_entered_by_an_event_waits_for_another_one_and_hears_it()
    {
        var world = World.Of(Drip("{ event: signed_up }", steps: "[ wait: { for: event(\"activated\"), up_to: 9d }, send: first ]")).Person(1).Do(1, "signed_up").Pass("3d").Do(1, "activated");

        Assert.Equal(["first 1"], world.Mails);
        Assert.Contains("heard wait-activated", world.Decisions());
    }

    [Lesson(18)]
    [Fact]
    public void Lesson_18_a_mail_that_fails_does_not_keep_the_journey_from_going_on()
    {
        var world = World.Of(Drip("{ event: signed_up }")).Person(1).Do(1, "signed_up");
        var send = world.Simulator.Sends.Single().Draft;
        world.Tell(send.Ended(Reason.Refused, world.Now), 1).Pass("3d");

        Assert.Equal(["first 1", "second 1"], world.Mails);
    }

    [Lesson(18)]
    [Fact]
    public void Lesson_18_who_has_an_address_later_gets_the_mail_that_comes_then()
    {
        var world = World.Of(Drip("{ event: signed_up }")).Say(1, ("locale", "en")).Do(1, "signed_up").Pass("1d").Say(1, ("email", "late@example.com")).Pass("5d");

        Assert.Equal(["second 1"], world.Mails);
        Assert.Contains("no_address first", world.Decisions());
    }

    [Lesson(22)]
    [Fact]
    public void Lesson_22_a_filter_that_nothing_fulfils_starts_nothing()
    {
        var world = World.Of(Drip("{ event: page, where: trigger.path == \"/pricing\" }")).Person(1);

        world.Do(1, "page").Do(1, "page", """{"path":"/"}""");
        Assert.Empty(world.Decisions());
        world.Do(1, "page", """{"path":"/pricing"}""");

        Assert.Equal(["first 1"], world.Mails);
    }

    [Lesson(23)]
    [Fact]
    public void Lesson_23_who_unsubscribed_in_the_middle_gets_nothing_more()
    {
        var world = World.Of(Drip("{ event: signed_up }")).Person(1).Do(1, "signed_up").Tell(new Signal.Refused(1, Consent.Everything, true, World.Start), 1).Pass("10d");

        Assert.Equal(["first 1"], world.Mails);
        Assert.Contains("unsubscribed second", world.Decisions());
    }

    [Lesson(25)]
    [Fact]
    public void Lesson_25_after_a_standstill_there_is_no_burst_beyond_the_caps()
    {
        var policy = new SendPolicy { Caps = [new Cap(1, TimeSpan.FromDays(3))] };
        var world = World.Of(policy, Drip("{ event: signed_up }", steps: "[ send: first, wait: 1d, send: second, wait: 24h, send: third ]")).Person(1).Do(1, "signed_up");

        // Nobody looked for a month.
        world.Simulator.AdvanceClock(World.Start.AddDays(30));
        world.PassTo(World.Start.AddDays(30).AddMinutes(1));

        Assert.True(world.Mails.Count <= 2, string.Join(", ", world.Mails));
    }

    [Lesson(10, 21)]
    [Fact]
    public void Lesson_10_and_21_what_was_not_sent_says_why_and_is_never_called_done()
    {
        var world = World.Of(Drip("{ event: signed_up }")).Say(1, ("email", "a@example.com"));
        world.Simulator.Suppress(1);
        world.Do(1, "signed_up").Pass("10d");

        Assert.Equal(["entered", "suppressed first", "wait_over wait-2d", "suppressed second", "completed second"], world.Decisions());
    }

    [Lesson(8)]
    [Fact]
    public void Lesson_8_a_segment_that_is_defined_otherwise_takes_nobody_out_of_a_wait()
    {
        var world = World.Of(Drip("{ event: signed_up }", "audience: contact.seats > 1")).Person(1).Say(1, ("seats", 5)).Do(1, "signed_up").Say(1, ("seats", 0)).Pass("3d");

        Assert.Equal(["first 1", "second 1"], world.Mails);
    }

    [Lesson(7)]
    [Fact]
    public void A_step_that_is_added_to_a_live_scenario_reaches_who_comes_then_and_loses_nobody_who_is_in_it()
    {
        var world = World.Of(Drip("{ event: signed_up }")).Person(1).Person(2).Do(1, "signed_up").Pass("1d");

        var newer = World.CatalogOf(SendPolicy.Default, Drip("{ event: signed_up }", steps: "[ send: first, wait: 2d, send: added ]")).Live["drip"];
        newer = newer with { Scenario = newer.Scenario with { Version = 2 } };
        var catalog = world.Simulator.Catalog;
        world.Simulator.Catalog = catalog with
        {
            Revision = 2,
            Live = new[] { newer }.ToFrozenDictionary(published => "drip"),
            Versions = catalog.Versions.Values.Append(newer).ToFrozenDictionary(published => ("drip", published.Scenario.Version)),
        };
        world.Do(2, "signed_up").Pass("5d");

        Assert.Equal(["first 1", "first 2", "second 1", "added 2"], world.Mails);
    }

    [Fact]
    public void Every_lesson_has_a_test_that_names_its_number()
    {
        var named = Directory.GetFiles(Path.Combine(Scenarios.Fixtures.Root, "tests"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal))
            .SelectMany(file => Regex.Matches(File.ReadAllText(file), @"^ *\[Lesson\(([0-9, ]+)\)\]", RegexOptions.Multiline))
            .SelectMany(mark => mark.Groups[1].Value.Split(',')).Select(number => int.Parse(number, CultureInfo.InvariantCulture)).ToHashSet();

        Assert.Equal([], Enumerable.Range(1, 25).Where(lesson => !named.Contains(lesson)));
    }
}
