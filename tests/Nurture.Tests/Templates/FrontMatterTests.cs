using System.Text;
using Nurture.Scenarios;
using Nurture.Sends;
using Nurture.Simulation;
using Nurture.Templates;
using Nurture.Tests.Engine;

namespace Nurture.Tests.Templates;

/// <summary>What a mail says of itself: its class and topic, who writes, where answers go. The step goes before it.</summary>
public sealed class FrontMatterTests
{
    private static readonly SendPolicy Policy = SendPolicyReader.Read("""
        sender: { name: Acme, address: hello@acme.example, organization: Acme, postal_address: Tokyo }
        identities: { support: { name: Support, address: support@acme.example, reply_to: desk@acme.example } }
        sender_domains: [ acme.example ]
        """, "policy.yaml").Policy;

    [Theory]
    [InlineData("class: service", "service", "welcome", SendClass.Service, null)]
    [InlineData("class: marketing\ntopic: tips", "service", "welcome", SendClass.Marketing, "tips")]
    [InlineData("class: service\ntopic: tips", "service", "{ template: welcome, class: marketing, topic: news }", SendClass.Marketing, "news")]
    [InlineData("topic: tips", "marketing", "{ template: welcome, topic: news }", SendClass.Marketing, "news")]
    [InlineData("preheader: x", "service", "welcome", SendClass.Service, null)]
    public void The_step_goes_before_its_mail_and_the_mail_before_its_scenario(string front, string of, string send, SendClass expectedClass, string? expectedTopic)
    {
        var draft = Sent(front, of, send).Draft;

        Assert.Equal((expectedClass, expectedTopic), (draft.Class, draft.Topic));
    }

    [Fact]
    public void A_mail_is_never_weaker_than_its_scenario_even_if_its_file_says_so()
    {
        Assert.Equal(SendClass.Marketing, Sent("class: transactional", "marketing", "welcome").Draft.Class);
    }

    [Theory]
    [InlineData("from: support", "welcome", "support@acme.example", "desk@acme.example")]
    [InlineData("from: support\nreply_to: help@acme.example", "welcome", "support@acme.example", "help@acme.example")]
    [InlineData("reply_to: help@acme.example", "welcome", "hello@acme.example", "help@acme.example")]
    [InlineData("from: account.owner", "welcome", "csm@acme.example", null)]
    [InlineData("from: support\nreply_to: help@acme.example", "{ template: welcome, from: account.owner }", "csm@acme.example", null)]
    public void The_mail_says_who_writes_and_where_answers_go_and_the_step_goes_before_it(string front, string send, string address, string? replyTo)
    {
        var inputs = MailRenderer.ReadInputs(Sent(front, "service", send).Draft.Inputs, Policy.Sender);

        Assert.True(inputs["sender"].TryGetObject(out var sender));
        Assert.Equal((address, replyTo ?? ""), (sender!["address"].ToString(), sender["reply_to"].ToString()));
    }

    [Theory]
    [InlineData("class: marketng", "NUR010", 3)]
    [InlineData("class: transactional\ntopic: news", "NUR016", 4)]
    [InlineData("reply_to: Ann <ann@example.com>", "NUR012", 3)]
    public void What_makes_no_sense_is_said_at_its_line(string front, string code, int line)
    {
        var mistake = Assert.Single(Mail(front).Diagnostics);

        Assert.Equal((code, line), (mistake.Code, mistake.Span.Line));
        Assert.NotNull(mistake.Hint);
    }

    [Theory]
    [InlineData("class: marketing", "service", "{ template: welcome, class: service }", "Take class: away here, or make the mail service.")]
    [InlineData("class: transactional", "marketing", "welcome", "Say so here: class: marketing; or make the scenario transactional.")]
    public void A_step_that_would_send_a_mail_as_what_it_is_not_is_refused(string front, string of, string send, string hint)
    {
        var library = new MailTemplateLibrary([Mail(front)], "en");

        var said = ScenarioLibrary.Check(Scenario(of, send), "test.yaml", new ParseEnvironment { Plan = World.Plan, Policy = Policy, MailTemplates = library, Templates = library.Names });

        Assert.Equal((DiagnosticCodes.MailClass, hint), said.Diagnostics.Where(d => d.Severity == Severity.Error).Select(d => (d.Code, d.Hint)).Single());
    }

    [Fact]
    public void A_mail_has_one_purpose_in_all_its_languages_and_writes_as_somebody_who_is_declared()
    {
        var library = new MailTemplateLibrary([Mail("class: service"), Mail("class: marketing\nfrom: suport", "ja")], "en");

        var said = MailTemplateLinter.Lint(library, TrackingPlan.Empty, Policy);

        Assert.Equal([(DiagnosticCodes.UnknownIdentity, 4, "Did you mean \"support\"?"), (DiagnosticCodes.PurposeDiffers, 3, "Write class: service.")], said.Select(d => (d.Code, d.Span.Line, d.Hint ?? "")));
    }

    private static MailTemplate Mail(string front, string locale = "en") => MailTemplate.Parse($"---\nsubject: Hello\n{front}\nlayout: none\npreheader: To you\n---\n<p>{{{{ sender.name }}}}</p>", $"welcome.{locale}.html");

    private static string Scenario(string of, string send) => $$"""
        scenario: greeting
        title: Greeting
        owner: m@example.com
        subject: contact
        class: {{of}}
        topic: {{(of == "marketing" ? "all" : "-")}}
        trigger: { event: signed_up }
        goal: { when: event("paid"), within: 30d }
        steps:
          - send: {{send}}
        """.Replace("topic: -\n", "", StringComparison.Ordinal);

    private static SimulatedSend Sent(string front, string of, string send)
    {
        var world = World.Of(Policy, new MailTemplateLibrary([Mail(front)], "en"), Scenario(of, send)).Person(1, 1).SayAccount(1, ("owner", "csm@acme.example"));
        world.Do(1, "signed_up");
        return world.Simulator.Sends.Single();
    }
}
