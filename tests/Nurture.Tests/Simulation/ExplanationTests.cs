using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Scenarios;
using Nurture.Sends;
using Nurture.Simulation;
using Nurture.Tests.Engine;

namespace Nurture.Tests.Simulation;

public class ExplanationTests
{
    private const string Welcome = """
        scenario: welcome
        title: Welcome
        owner: m@example.com
        class: service
        trigger: { event: signed_up, where: trigger.plan == "trial" }
        audience: contact.seats > 3
        goal: { when: event("setup_completed"), within: 14d }
        steps:
          - send: welcome
          - wait: { for: event("setup_completed"), up_to: 3d }
            timeout:
              - send: help
        """;

    private const string Trial = """{"plan":"trial"}""";

    [Fact]
    public void Every_reason_reads_as_a_sentence()
    {
        var scenario = World.CatalogOf(SendPolicy.Default, Welcome).Live["welcome"].Scenario;
        foreach (var reason in Enum.GetValues<Reason>())
        {
            foreach (var detail in new[] { "", """{"template":"welcome","by":"key:dev","if":"else","exit":"x","reason":"done","account":"account:4","from":"contact:2","attribute":"tier"}""" })
            {
                foreach (var known in new[] { scenario, null })
                {
                    var entry = new JournalEntry(World.Start, SubjectRef.Contact(1), 1, "welcome", 1, 7, "welcome", reason, detail, 0, "");

                    var sentence = Explanation.Sentence(entry, known);

                    Assert.True(char.IsUpper(sentence[0]) && sentence.EndsWith('.') && !sentence.Contains("  ", StringComparison.Ordinal), $"{reason}: {sentence}");
                    IsAJapaneseSentence(reason, Explanation.Sentence(entry, known, Language.Japanese));
                }
            }
        }
    }

    [Fact]
    public void A_passage_reads_as_a_story()
    {
        var world = World.Of(Welcome).Person(1).Say(1, ("seats", 5)).Do(1, "signed_up", Trial).Pass("4d");
        var scenario = world.Simulator.Catalog.Live["welcome"].Scenario;

        var story = world.Simulator.Journal.Where(entry => entry.Scenario.Length > 0).Select(entry => Explanation.Sentence(entry, scenario));

        Assert.Equal(
            [
                "Entered welcome.",
                "Released the mail welcome.",
                "Went on from the wait for `event(\"setup_completed\")` (3d at most) by its time-out: what it waits for did not happen in time.",
                "Released the mail help.",
                "Came to the end of welcome.",
            ], story);
    }

    [Fact]
    public void A_passage_reads_as_a_story_in_Japanese_too()
    {
        var world = World.Of(Welcome).Person(1).Say(1, ("seats", 5)).Do(1, "signed_up", Trial).Pass("4d");
        var scenario = world.Simulator.Catalog.Live["welcome"].Scenario;

        var story = world.Simulator.Journal.Where(entry => entry.Scenario.Length > 0).Select(entry => Explanation.Sentence(entry, scenario, Language.Japanese));

        Assert.Equal(
            [
                "シナリオ「Welcome」に参加しました。",
                "メール「welcome」の送信を決定しました。",
                "`event(\"setup_completed\")` の待機(最長3日)で待っていたことが期限までに起きなかったため、次へ進みました。",
                "メール「help」の送信を決定しました。",
                "シナリオ「Welcome」を最後まで完了しました。",
            ], story);
    }

    [Fact]
    public void Why_not_is_said_in_Japanese_and_in_the_zone_that_was_asked_for()
    {
        var world = World.Of("""
            scenario: welcome
            title: しばらくご無沙汰
            owner: m@example.com
            class: service
            goal: { when: event("login"), within: 14d }
            trigger: { inactive: login, for: 14d }
            steps:
              - send: quiet
            """).Person(1).Do(1, "login").Pass("2d");

        var why = Assert.Single(new WhyNotEntered(world.Simulator.Catalog, world.Now, Language.Japanese, NodaTime.DateTimeZoneProviders.Tzdb["Asia/Tokyo"]).Ask("welcome", Contact(world), null, []));

        Assert.Equal("login が最近あったため、まだ十分な期間が空いていません。このまま何もなければ 2026年3月16日 19:00 に当てはまります。", why.Sentence);
    }

    [Fact]
    public void Who_was_never_triggered_is_told_so_and_whether_the_audience_would_take_them()
    {
        Assert.Equal(["never_triggered", "audience_false"], Why(World.Of(Welcome).Person(1).Say(1, ("seats", 2))));
        Assert.Equal(["never_triggered"], Why(World.Of(Welcome).Person(1).Say(1, ("seats", 5))));
    }

    [Fact]
    public void An_event_that_did_not_match_is_named()
    {
        var world = World.Of(Welcome).Person(1).Say(1, ("seats", 5));

        Assert.Equal(["trigger_where_false"], Why(world, Past("signed_up", """{"plan":"paid"}""")));
    }

    [Fact]
    public void Imports_and_events_from_before_the_version_start_nothing()
    {
        var world = World.Of(Welcome).Person(1).Say(1, ("seats", 5));
        Assert.Equal(["imported"], Why(world, Past("signed_up", Trial, countsOnly: true)));

        var catalog = world.Simulator.Catalog;
        var late = catalog.Live["welcome"] with { LiveSince = World.Start.AddDays(1) };
        world.Simulator.Catalog = catalog with { Live = System.Collections.Frozen.FrozenDictionary.ToFrozenDictionary([KeyValuePair.Create("welcome", late)]) };

        Assert.Equal(["before_live"], Why(world, Past("signed_up", Trial)));
    }

    [Fact]
    public void A_scenario_that_nobody_published_is_said_to_be_none()
    {
        var world = World.Of(Welcome).Person(1);

        Assert.Equal("not_published", Assert.Single(new WhyNotEntered(world.Simulator.Catalog, world.Now).Ask("welcom", Contact(world), null, [])).Code);
    }

    [Fact]
    public void Silence_says_when_it_will_be_long_enough()
    {
        var world = World.Of("""
            scenario: welcome
            title: Silence
            owner: m@example.com
            class: service
            goal: { when: event("login"), within: 14d }
            trigger: { inactive: login, for: 14d }
            steps:
              - send: quiet
            """).Person(1).Do(1, "login").Pass("2d");

        var why = Assert.Single(new WhyNotEntered(world.Simulator.Catalog, world.Now).Ask("welcome", Contact(world), null, []));

        Assert.Equal("not_silent", why.Code);
        Assert.Contains("2026-03-16 10:00 UTC", why.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Asking_changes_no_state()
    {
        var world = World.Of(Welcome).Person(1).Say(1, ("seats", 2));
        var contact = Contact(world);
        var before = StateCodec.Pack(contact).Doc;

        new WhyNotEntered(world.Simulator.Catalog, world.Now).Ask("welcome", contact, null, [Past("signed_up", Trial)]);

        Assert.Equal(before, StateCodec.Pack(contact).Doc);
    }

    /// <summary>Latin letters stand only in names and conditions that somebody wrote.</summary>
    private static void IsAJapaneseSentence(Reason reason, string sentence)
    {
        Assert.True(sentence.EndsWith('。') && !sentence.Contains("。。", StringComparison.Ordinal) && sentence.Any(c => c is >= 'ぁ' and <= 'ん'), $"{reason}: {sentence}");
        foreach (var forbidden in new[] { "離脱", "顧客", "登録", "担当者名" }) Assert.DoesNotContain(forbidden, sentence, StringComparison.Ordinal);
    }

    private static string[] Why(World world, params PastEvent[] past) =>
        [.. new WhyNotEntered(world.Simulator.Catalog, world.Now).Ask("welcome", Contact(world), null, past).Select(why => why.Code)];

    private static ContactState Contact(World world) => world.Simulator.States.Select(state => state.State).OfType<ContactState>().Single();

    private static PastEvent Past(string name, string properties, bool countsOnly = false) =>
        new(new OccurredEvent(1, name, 1, 0, World.Start, World.Start, System.Text.Encoding.UTF8.GetBytes(properties)), countsOnly);
}
