using Nurture.Scenarios;

namespace Nurture.Tests.Scenarios;

public sealed class ScenarioFlowTests
{
    /// <summary>One step of every kind there is. A kind that is missing here fails the tests below.</summary>
    private const string EveryKind = """
        scenario: every-kind
        title: Every kind
        owner: m@example.com
        class: service
        trigger: { event: signed_up, where: trigger.plan == "trial" }
        audience: account.tier == "tech"
        goal: { when: event("setup_completed"), within: 14d, target: 60% }
        exit: [ event("subscription_cancelled"), audience_lost ]
        steps:
          - send: { template: welcome, if: contact.onboarded == false }
            skipped:
              - wait: 2bd
          - ask: { template: still-there, answers: [ join, decline ] }
          - wait: { for: event("login"), up_to: 3d }
            timeout:
              - send: setup-help
          - wait: { until: "09:00", days: business, zone: company }
          - wait: { until: account.contract_end, offset: -30d, at: "10:00", days: business }
          - split:
              - { share: 30%, name: long, then: [ { add_to: beta }, { remove_from: beta } ] }
              - share: 70%
                then:
                  - repeat:
                      times: 3
                      until: event("login")
                      steps:
                        - assign: { pool: low-touch }
                        - wait: { id: end-of-contract, for: event("login"), until: account.contract_end }
          - start: { scenario: win-back, with: { plan: account.tier } }
          - stop: [ win-back ]
          - webhook: crm
          - notify: { who: account.owner, about: They are stuck }
          - unsubscribe: { topic: newsletter, because: sunset }
          - branch:
              - if: contact.score > 3
                then:
                  - set: { contact.onboarded: true }
              - else:
                  - escalate: { type: onboarding_stalled, because: They are stuck, up_to: 14d }
                    outcome:
                      saved:
                        - task: { title: Thank them, due: 2bd }
                      otherwise: []
                  - id: last-split
                    split:
                      - { share: 50%, then: [ { end: not_interested } ] }
                      - { share: 50%, then: [ { forget: unconfirmed } ] }
        """;

    [Fact]
    public void Every_kind_of_step_is_drawn()
    {
        var scenario = Fixtures.Scenario(EveryKind);
        var kinds = typeof(Step).GetNestedTypes().Where(type => type.IsSubclassOf(typeof(Step)));

        Assert.Equal(kinds.Order(ByName), Step.All(scenario.Steps).Select(step => step.GetType()).Distinct().Order(ByName));
        Assert.Equal(ScenarioFlow.StepKinds.Order(), ScenarioFlow.Of(scenario).All().Select(step => step.Kind).Distinct().Order());
    }

    [Fact]
    public void The_web_app_has_a_word_a_form_and_a_drawing_for_every_kind_of_step_and_trigger()
    {
        var page = Path.Combine(Fixtures.Root, "src", "Nurture.Web", "src", "pages", "scenarios");
        var words = File.ReadAllText(Path.Combine(page, "flow", "words.ts"));
        var kinds = File.ReadAllText(Path.Combine(page, "kinds.ts"));

        Assert.All(ScenarioFlow.StepKinds, kind => Assert.Matches($@"\bstep_{kind}:[\s\S]*\bstep_{kind}:", words));
        Assert.All(ScenarioFlow.TriggerKinds, kind => Assert.Matches($@"\btrigger_{kind}:[\s\S]*\btrigger_{kind}:", words));
        Assert.All(ScenarioFlow.StepKinds.Concat(ScenarioFlow.TriggerKinds), kind => Assert.Contains($"\"{kind}\"", kinds));
    }

    [Fact]
    public void Values_are_drawn_as_authors_write_them()
    {
        var flow = ScenarioFlow.Of(Fixtures.Scenario(EveryKind));

        Assert.Equal(new Dictionary<string, string> { ["event"] = "signed_up", ["where"] = "trigger.plan == \"trial\"" }, flow.Trigger.Says);
        Assert.Equal(("event(\"setup_completed\")", "14d", 0.6), (flow.Goal!.When, flow.Goal.Within, flow.Goal.Target));
        Assert.Equal(["event(\"subscription_cancelled\")", "audience_lost"], flow.Exits);
        Assert.Equal(["skipped", "timeout", "arm", "arm", "if", "else"], flow.Steps.SelectMany(step => step.Ways).Select(way => way.Kind));
        Assert.Equal("2bd", flow.Steps[0].Ways[0].Steps[0].Says["wait"]);
        Assert.Equal(("09:00", "business", "company"), (flow.Steps[3].Says["until"], flow.Steps[3].Says["days"], flow.Steps[3].Says["zone"]));
        Assert.StartsWith("send: { template: welcome", EveryKind[flow.Steps[0].At.Start..]);
    }

    [Fact]
    public void Every_kind_of_trigger_is_drawn()
    {
        string[] texts =
        [
            "{ event: login, delay: 3d, spread: 2h }", "{ goal_of: onboarding }", "{ inactive: [ login ], for: 14d }", "{ condition: contact.score > 3 }", "{ entered: beta }", "{ left: beta }",
            "{ crosses: contact.score, above: 8, rearm_below: 7 }", "{ changed: contact.onboarded, to: true }", "{ tier: low, for: 'role(\"admin\")' }", "{ stage: renewal, for: 'role(\"admin\")' }",
            "{ date: contact.born_on, before: 3d }", "{ every: 3mo, from: contact.born_on }", "{ schedule: \"0 9 1 * *\" }", "{ band: at_risk, for: 'role(\"admin\")' }", "manual", "{ session: webinar, before: 14d }",
        ];
        var drawn = texts.Select(text => ScenarioFlow.Of(Fixtures.Scenario($"scenario: x\ntitle: X\nowner: m@example.com\nclass: service\ntrigger: {text}\ngoal: {{ when: event(\"login\"), within: 14d }}\nsteps: [ send: welcome ]\n")).Trigger).ToList();

        Assert.Equal(ScenarioFlow.TriggerKinds, drawn.Select(trigger => trigger.Kind));
        Assert.Equal(new Dictionary<string, string> { ["event"] = "login", ["delay"] = "3d", ["spread"] = "2h" }, drawn[0].Says);
        Assert.Equal(new Dictionary<string, string> { ["crosses"] = "contact.score", ["above"] = "8", ["rearm_below"] = "7" }, drawn[6].Says);
    }

    [Fact]
    public void A_text_with_mistakes_is_drawn_as_far_as_it_can_be_read()
    {
        var parsed = ScenarioLibrary.Check(EveryKind.Replace("template: welcome", "template: wellcome"), "test.yaml", Fixtures.Environment);

        Assert.Null(parsed.Scenario);
        Assert.Equal(ScenarioFlow.StepKinds.Count, parsed.Flow!.All().Select(step => step.Kind).Distinct().Count());
    }

    private static readonly Comparer<Type> ByName = Comparer<Type>.Create((a, b) => string.CompareOrdinal(a.Name, b.Name));
}
