using System.Text;
using System.Text.Json;
using Nurture.Contacts;
using Nurture.Intake.Hooks;
using Nurture.Scenarios;
using Nurture.Tests.Scenarios;

namespace Nurture.Tests.Intake;

/// <summary>hooks.yaml: what is read of it, and what it makes of a body.</summary>
public class HookTests
{
    private const string Text = """
        hooks:
          billing:
            title: Billing
            signature: { header: X-Signature, encoding: hex, prefix: "sha256=", timestamp: X-Timestamp }
            id: body.id
            events:
              - when: 'body.type == "invoice.paid" && body.data.total > 3'
                event: login
                user: body.data.customer
                email: body.data.email
                account: body.data.company
                at: body.created
                properties: { total: body.data.total, first: body.data.lines.0.name, how: card }
                traits: { onboarded: body.data.ok }
                account_traits: { tier: body.data.tier }
              - when: body.type == "invoice.failed"
                event: signed_up
                email: body.data.email
        """;

    private static Hook Billing
    {
        get
        {
            var (hooks, said) = HooksReader.Read(Text, "hooks.yaml", TrackingPlan.Empty);
            Assert.Empty(said);
            return hooks.Find("billing")!;
        }
    }

    private static HookReading Read(string body)
    {
        using var document = JsonDocument.Parse(body);
        return HookReader.Read(Billing, document.RootElement.Clone(), Encoding.UTF8.GetBytes(body), DateTimeOffset.UnixEpoch);
    }

    [Fact]
    public void A_body_makes_the_events_whose_conditions_it_meets()
    {
        var reading = Read("""{"id":"in_1","type":"invoice.paid","created":1780000000,"data":{"customer":17,"email":"ann@example.com","company":"acme","total":9.5,"ok":true,"tier":"low","lines":[{"name":"seat"}]}}""");

        var one = Assert.Single(reading.Events);
        Assert.Equal(("in_1", null), (reading.Id, reading.Failure));
        Assert.Equal(("login", "17", "ann@example.com", "acme", DateTimeOffset.FromUnixTimeSeconds(1780000000)), (one.Event, one.User, one.Email, one.Account, one.At));
        Assert.Equal("seat", one.Properties["first"].GetString());
        Assert.Equal("card", one.Properties["how"].GetString());
        Assert.Empty(Read("""{"id":"in_2","type":"invoice.paid","data":{"total":1,"customer":1}}""").Events);
    }

    [Fact]
    public void What_is_needed_and_not_there_is_said_with_its_expression()
    {
        Assert.Equal("events[1] (signed_up): email: body.data.email says nobody in this body.", Read("""{"id":"x","type":"invoice.failed","data":{}}""").Failure);
        Assert.Equal("id: body.id says nothing in this body.", Read("""{"type":"other"}""").Failure);
        Assert.Contains("at: body.created is \"soon\"", Read("""{"id":"x","type":"invoice.paid","created":"soon","data":{"total":9,"customer":"c"}}""").Failure);
    }

    [Fact]
    public void Events_come_in_as_messages_whose_ids_are_the_same_each_time()
    {
        var events = Read("""{"id":"in_1","type":"invoice.paid","created":1780000000,"data":{"email":"Ann@example.com","company":"acme","total":9.5,"tier":"low"}}""").Events;

        using var unknown = JsonDocument.Parse(HookReader.ToBatch(events, "hook:billing:1", new Dictionary<string, (string?, string?)>()));
        using var known = JsonDocument.Parse(HookReader.ToBatch(events, "hook:billing:1", new Dictionary<string, (string?, string?)> { ["Ann@example.com"] = ("u1", null) }));

        var messages = unknown.RootElement.GetProperty("batch").EnumerateArray().ToList();
        Assert.Equal(["group", "identify", "track"], messages.Select(message => message.GetProperty("type").GetString()));
        Assert.Equal(["hook:billing:1:0g", "hook:billing:1:0i", "hook:billing:1:0t"], messages.Select(message => message.GetProperty("messageId").GetString()));
        Assert.All(messages, message => Assert.Equal("email:ann@example.com", message.GetProperty("anonymousId").GetString()));
        Assert.All(known.RootElement.GetProperty("batch").EnumerateArray(), message => Assert.Equal("u1", message.GetProperty("userId").GetString()));
    }

    [Theory]
    [InlineData("signature: md5", "NUR146", "md5")]
    [InlineData("signature: { header: X-Signature, tolerance: 5m }", "NUR146", "no header says when it was signed")]
    [InlineData("events: [ { event: login, email: bodi.x, when: contact.seats > 3 } ]", "NUR203", "a hook asks the body alone")]
    [InlineData("events: [ { event: login } ]", "NUR146", "whose event is it?")]
    [InlineData("events: [ { event: login, user: body } ]", "NUR146", "no place in the body")]
    [InlineData("events: [ { event: login, email: body.e, account_traits: { tier: body.t } } ]", "NUR146", "which account")]
    [InlineData("events: [ { event: logan, user: body.u } ]", "NUR019", "logan")]
    [InlineData("events: [ { event: ordered, user: body.u, properties: { totl: body.t } } ]", "NUR019", "the event \"ordered\" has no property \"totl\"")]
    [InlineData("events: [ { event: ordered, user: body.u, properties: { total: much } } ]", "NUR020", "\"total\" is a number, and \"much\" is not")]
    [InlineData("events: [ { event: login, user: body.u, traits: { scor: body.s } } ]", "NUR019", "events.yaml knows no attribute \"scor\" of a contact")]
    [InlineData("events: [ { event: login, account: body.a, account_traits: { teir: low } } ]", "NUR019", "events.yaml knows no attribute \"teir\" of an account")]
    [InlineData("events: [ { event: login, account: body.a, account_traits: { setup_done: maybe } } ]", "NUR020", "\"setup_done\" is a boolean, and \"maybe\" is not")]
    public void A_mistake_is_said_where_it_stands(string line, string code, string said)
    {
        var text = $"hooks:\n  billing:\n    {(line.StartsWith("signature", StringComparison.Ordinal) ? "" : "signature: standard-webhooks\n    ")}{line}\n{(line.StartsWith("events", StringComparison.Ordinal) ? "" : "    events: []\n")}";

        var found = HooksReader.Read(text, "hooks.yaml", Fixtures.Plan).Diagnostics;

        Assert.Contains(found, one => (one.Code == code || code is "NUR203") && one.Message.Contains(said, StringComparison.OrdinalIgnoreCase));
        Assert.All(found, one => Assert.True(one.Span.Line >= 3));
    }

    [Fact]
    public void What_is_near_by_in_the_plan_is_offered_and_what_intake_knows_by_itself_is_no_mistake()
    {
        const string Traits = "traits: { firstName: body.f, email: body.e, timezone: body.z, company: body.c, onboarded: body.o, internal: true }";
        var written = (string traits) => HooksReader.Read(
            $"hooks:\n  billing:\n    signature: standard-webhooks\n    events: [ {{ event: login, user: body.u, account: body.a, {traits}, account_traits: {{ owner: body.o, role: admin, contractEnd: body.d }} }} ]\n", "hooks.yaml", Fixtures.Plan).Diagnostics;

        Assert.Empty(written(Traits));
        Assert.Contains("score", Assert.Single(written("traits: { scor: body.s }")).Hint, StringComparison.Ordinal);
    }
}
