using System.Reflection;
using Nurture.Scenarios;
using Nurture.Sends;
using NodaTime;

namespace Nurture.Tests.Scenarios;

public sealed class ScenarioLinterTests
{
    private const string Head = "scenario: test\ntitle: Test\nowner: marketing@example.com\n";

    private const string Contact = Head + "class: service\ntrigger: { event: signed_up }\ngoal: { when: event(\"login\"), within: 14d }\n";

    private const string Account = Head + "subject: account\nclass: service\ntrigger: { event: signed_up }\ngoal: { when: event(\"login\"), within: 14d }\n";

    [Rule(6, 7, 22, 32, 56)]
    [Theory]
    [InlineData("NUR101", Head + "class: service\ntrigger: { event: signed_up }\nsteps: [ send: welcome ]")]
    [InlineData("NUR101", Head + "class: transactional\ngoal: none\ntrigger: { event: signed_up }\nsteps: [ send: welcome ]")]
    [InlineData("NUR102", "scenario: test\ntitle: Test\nclass: service\ntrigger: { event: signed_up }\ngoal: { when: event(\"login\"), within: 14d }\nsteps: [ send: welcome ]")]
    [InlineData("NUR103", "scenario: test\nowner: me\nclass: service\ntrigger: { event: signed_up }\ngoal: { when: event(\"login\"), within: 14d }\nsteps: [ send: welcome ]")]
    [InlineData("NUR104", Account + "steps: [ send: welcome ]")]
    [InlineData("NUR105", Account + "steps: [ send: { template: welcome, to: 'role(\"admin\")' } ]")]
    [InlineData("NUR105", Account + "steps: [ send: { template: welcome, to: most_active, nobody: most_active } ]")]
    [InlineData("NUR107", Contact + "steps: [ send: welcome, send: welcome ]")]
    [InlineData("NUR108", Contact + "steps: [ end: done, send: welcome ]")]
    [InlineData("NUR108", Contact + "steps:\n  - branch:\n      - if: contact.onboarded\n        then: [ send: welcome ]\n      - if: contact.onboarded\n        then: [ send: next-steps ]")]
    [InlineData("NUR108", Account + "steps:\n  - escalate: { type: onboarding_stalled, up_to: 3d }\n    outcome:\n      recovered_by_itself: [ send: { template: welcome, to: trigger.contact } ]\n      otherwise: []")]
    [InlineData("NUR109", Contact + "steps: [ send: welcome, wait: 3d ]")]
    [InlineData("NUR109", Contact + "steps: [ wait: { for: event(\"ordered\") }, send: welcome ]")]
    [InlineData("NUR109", Contact + "steps: [ wait: 0m, send: welcome ]")]
    [InlineData("NUR109", Contact + "steps: []")]
    [InlineData("NUR111", Head + "class: transactional\nholdout: 10%\ntrigger: { event: signed_up }\ngoal: { when: event(\"login\"), within: 14d }\nsteps: [ send: receipt ]")]
    [InlineData("NUR112", Contact + "steps: [ send: { template: welcome, class: transactional } ]")]
    [InlineData("NUR113", Contact + "audience: 'count(\"login\", \"500d\") >= 3'\nsteps: [ send: welcome ]")]
    [InlineData("NUR114", Head + "class: service\ntrigger: { date: account.contract_end, before: 30d }\ngoal: { when: event(\"login\"), within: 14d }\nsteps: [ send: welcome ]")]
    [InlineData("NUR115", Contact + "exit: [ audience_lost ]\nsteps: [ send: welcome ]")]
    [InlineData("NUR115", Contact + "audience: trigger.seats > 3\nexit: [ audience_lost ]\nsteps: [ send: welcome ]")]
    [InlineData("NUR116", Contact + "audience: trigger.seats > 3\nsteps: [ send: welcome ]")]
    [InlineData("NUR117", Contact + "steps: [ wait: 20d, send: welcome ]")]
    [InlineData("NUR117", Contact + "steps: [ wait: { until: \"22:00\" }, send: { template: welcome, class: marketing, expires: 1h } ]")]
    [InlineData("NUR118", Account + "steps: [ send: { template: welcome, to: heard.contact } ]")]
    [InlineData("NUR118", Head + "subject: account\nclass: service\ntrigger: { date: account.contract_end }\ngoal: { when: event(\"login\"), within: 14d }\nsteps: [ send: { template: welcome, to: trigger.contact } ]")]
    [InlineData("NUR119", Head + "class: service\ntrigger: { event: ordered }\nkey: trigger.order_id\ngoal: { when: event(\"login\"), within: 14d }\nsteps: [ send: welcome ]")]
    [InlineData("NUR120", Head + "class: marketing\ntrigger: { event: signed_up }\ngoal: { when: event(\"login\"), within: 14d }\nsteps: [ send: newsletter ]")]
    [InlineData("NUR121", Account + "per_account: 1\nsteps: [ send: { template: welcome, to: trigger.contact } ]")]
    [InlineData("NUR121", Contact + "steps: [ send: { template: welcome, to: trigger.contact } ]")]
    [InlineData("NUR122", Head + "class: service\ntrigger: { event: login }\ngoal: { when: event(\"login\"), within: 14d }\nsteps: [ send: welcome ]")]
    [InlineData("NUR123", Head + "class: service\ntrigger: { event: signed_up }\ngoal: { when: event(\"login\") }\nsteps: [ send: welcome ]")]
    [InlineData("NUR019", Head + "class: service\ntrigger: { event: sign_up }\ngoal: { when: event(\"login\"), within: 14d }\nsteps: [ send: welcome ]")]
    public void What_is_not_good_is_said_once(string code, string text)
    {
        var environment = Fixtures.Environment with
        {
            Policy = new() { AllowedHours = new Dictionary<SendClass, AllowedHours> { [SendClass.Marketing] = new(new LocalTime(9, 0), new LocalTime(18, 0), Days.All) } },
        };

        var checkedScenario = ScenarioLibrary.Check(text, "test.yaml", environment);

        Assert.Single(checkedScenario.Diagnostics, d => d.Code == code);
    }

    [Fact]
    public void A_good_scenario_is_left_in_peace()
    {
        var text = Account + "steps: [ send: { template: welcome, to: 'role(\"admin\", 2)', nobody: trigger.contact }, wait: 3d, send: { template: next-steps, to: trigger.contact } ]";

        Assert.Empty(ScenarioLibrary.Check(text, "test.yaml", Fixtures.Environment).Diagnostics);
    }

    [Fact]
    public void Every_code_has_a_number_of_its_own()
    {
        var codes = typeof(DiagnosticCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetRawConstantValue()!).ToArray();

        Assert.All(codes, code => Assert.Matches("^NUR[013][0-9]{2}$", code));
        Assert.Equal(codes.Length, codes.Distinct().Count());
    }

    [Fact]
    public void Every_code_stands_in_the_authoring_guide()
    {
        var guide = File.ReadAllText(Path.Combine(Fixtures.Root, "scenarios/README.md"));
        var codes = typeof(DiagnosticCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetRawConstantValue()!)
            .Concat(Nurture.Conditions.ConditionDiagnostics.All.Keys);

        Assert.All(codes, code => Assert.Contains(code, guide));
    }
}
