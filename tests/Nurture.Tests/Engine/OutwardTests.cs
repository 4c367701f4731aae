using System.Text;
using System.Text.Json.Nodes;
using Nurture.Calls;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Escalations;
using Nurture.Notices;
using Nurture.Simulation;

namespace Nurture.Tests.Engine;

/// <summary>Steps that tell others outside: webhooks and what comes of them, colleagues, channels.</summary>
public class OutwardTests
{
    private static string Telling(string steps, string head = "", string subject = "contact") => $$"""
        scenario: telling
        title: Telling
        owner: m@example.com
        subject: {{subject}}
        class: service
        trigger: { event: signed_up }
        goal: { when: event("paid"), within: 30d }
        {{head}}
        steps:
        {{steps}}
        """;

    private const string Asking = """
          - webhook: { endpoint: crm, expires: 1d, body: { plan: trigger.plan, who: contact.email, note: "{{ contact.email }} signed up" }, response: { score: data.score } }
            failed: [ send: a ]
            timeout: [ send: b ]
          - branch:
              - if: response.score > 3
                then: [ send: c ]
              - else: [ send: d ]
        """;

    private static CallEnd Answered(string json) => new(true, 200, "", Encoding.UTF8.GetBytes(json));

    private static JsonNode BodyOf(SimulatedCall call) => JsonNode.Parse(call.Draft.Body)!;

    private static World Entered(string steps, string head = "", string subject = "contact") => World.Of(Telling(steps, head, subject)).Person(1, 1).Do(1, "signed_up", """{"plan":"trial"}""");

    private static World Pause(World world, string length) => world.Pass(length);

    [Fact]
    public void A_webhook_says_what_its_body_says_and_goes_on_at_once()
    {
        var world = Entered("""
              - webhook: { endpoint: crm, body: { plan: trigger.plan, who: contact.email, note: "{{ contact.email }} on {{ trigger.plan }}", fixed: 3, deep: { list: [ true, trigger.plan ] }, nobody: contact.locale } }
              - send: a
            """);

        var call = Assert.Single(world.Simulator.Calls);
        var email = BodyOf(call)["who"]!.GetValue<string>();
        Assert.Equal("crm", call.Draft.Endpoint);
        Assert.Equal("trial", BodyOf(call)["plan"]!.GetValue<string>());
        Assert.Equal($"{email} on trial", BodyOf(call)["note"]!.GetValue<string>());
        Assert.Equal(3, BodyOf(call)["fixed"]!.GetValue<double>());
        Assert.Equal("""{"list":[true,"trial"]}""", BodyOf(call)["deep"]!.ToJsonString());
        Assert.Equal(1, call.Draft.ContactId);
        Assert.Equal(["a 1"], world.Mails);
    }

    [Fact]
    public void What_is_declared_of_an_answer_is_read_by_later_steps()
    {
        var world = Entered(Asking);
        Assert.Empty(world.Mails);

        world.Simulator.Answer(world.Simulator.Calls[0], Answered("""{"score":7}"""));
        Pause(world, "1h");

        Assert.Equal(["c 1"], world.Mails);
        Assert.Contains(world.Simulator.Journal, entry => entry.Reason == Reason.CallAnswered && entry.Detail.Contains("200"));
    }

    [Fact]
    public void A_webhook_that_failed_and_one_whose_time_is_over_go_their_own_ways()
    {
        var failed = Entered(Asking);
        failed.Simulator.Answer(failed.Simulator.Calls[0], new CallEnd(false, 500, "expired", default));
        Assert.Equal(["a 1", "d 1"], Pause(failed, "1h").Mails);

        var late = Entered(Asking);
        Pause(late, "25h");
        Assert.Equal(["b 1", "d 1"], late.Mails);
        late.Simulator.Answer(late.Simulator.Calls[0], Answered("""{"score":9}"""));
        Assert.Equal(["b 1", "d 1"], Pause(late, "1h").Mails);
    }

    [Fact]
    public void A_webhook_is_planned_once_and_withdrawn_where_its_scenario_ends_first()
    {
        var world = Entered(Asking);
        var id = Assert.Single(world.Simulator.Calls).Draft.Id;
        Assert.Equal(Draws.CallId(SubjectRef.Contact(1), world.Simulator.Calls[0].Draft.EnrollmentId, "webhook-crm", 0), id);

        world.Do(1, "login").Do(1, "paid");

        Assert.Single(world.Simulator.Carried.OfType<Effect.PlanCall>());
        Assert.Contains(world.Simulator.Carried.OfType<Effect.CancelSends>(), cancelled => cancelled.Reason == Reason.GoalReached);
        Assert.Empty(world.Mails);
    }

    [Fact]
    public void Rule_22_who_is_held_out_calls_nobody_and_goes_on()
    {
        var world = World.Of(Telling("  - webhook: { endpoint: crm, response: { score: score } }\n  - set: { contact.onboarded: true }\n", "holdout: 100%")).Person(1).Do(1, "signed_up");

        Assert.Empty(world.Simulator.Calls);
        Assert.Equal(2, world.Simulator.Journal.Count(entry => entry.Reason == Reason.HeldOut));
    }

    [Fact]
    public void A_colleague_is_told_by_the_attribute_the_address_the_pool_or_his_manager()
    {
        var (types, _) = EscalationTypesReader.Read("types: { x: { title: X } }\npools: { low: [ a@example.com, b@example.com ] }\nmanagers: { csm@example.com: head@example.com, otherwise: chief@example.com }\n", "escalations.yaml");
        var catalog = World.CatalogOf(Nurture.Sends.SendPolicy.Default, Telling("""
              - assign: { owner: csm@example.com }
              - notify: { who: account.owner, about: "On {{ trigger.plan }}" }
              - notify: { who: manager(account.owner), about: Late }
              - notify: { who: someone@example.com, about: Late }
              - notify: { who: low, about: Late }
              - notify: { who: queue, about: Late }
            """)) with { Escalations = types };
        var world = World.Of(Telling("  - wait: 1d\n"));
        world.Simulator.Catalog = catalog;
        world.Person(1, 1).Do(1, "signed_up", """{"plan":"pro"}""");

        var told = world.Simulator.Carried.OfType<Effect.ColleaguesTold>().Select(told => told.Notice).ToList();
        Assert.Equal(["csm@example.com", "head@example.com", "someone@example.com", "a@example.com", "b@example.com", null], told.Select(notice => notice.To));
        Assert.All(told, notice => Assert.Equal(NoticeKind.Told, notice.Kind));
        Assert.Equal("On pro", told[0].Facts.Title);
        Assert.Equal(5, told.Select(notice => notice.Cause).Distinct().Count());
    }

    [Fact]
    public void A_notice_to_nobody_says_so_and_one_into_a_channel_is_a_call_with_a_text()
    {
        var world = Entered("  - notify: { who: account.owner, about: Late }\n  - notify: { channel: sales, text: \"{{ trigger.plan }} has begun\" }\n  - send: a\n");

        Assert.Contains(world.Simulator.Journal, entry => entry.Reason == Reason.NobodyToNotify);
        Assert.Equal("""{"text":"trial has begun"}""", BodyOf(Assert.Single(world.Simulator.Calls)).ToJsonString());
        Assert.Equal(["a 1"], world.Mails);
    }

    [Theory]
    [InlineData("""{"data":{"items":[{"id":"x"},{"id":"y"}],"n":3,"ok":true,"none":null}}""", """{"first":"y","n":3,"ok":true}""")]
    [InlineData("no json", "{}")]
    [InlineData("", "{}")]
    public void Of_an_answer_texts_numbers_and_truths_are_read_where_they_are_declared(string body, string expected)
    {
        var wanted = new Dictionary<string, string> { ["first"] = "data.items.1.id", ["n"] = "data.n", ["ok"] = "data.ok", ["none"] = "data.none", ["whole"] = "data", ["away"] = "data.items.9.id" };

        Assert.Equal(expected, Encoding.UTF8.GetString(CallResponse.Read(Encoding.UTF8.GetBytes(body), wanted)));
    }
}
