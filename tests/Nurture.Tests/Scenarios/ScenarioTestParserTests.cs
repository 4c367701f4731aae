using System.Text;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Scenarios;
using Nurture.Scenarios.Testing;

namespace Nurture.Tests.Scenarios;

public sealed class ScenarioTestParserTests
{
    [Fact]
    public void A_test_says_who_there_is_what_happens_and_what_has_to_follow()
    {
        var (file, said) = ScenarioTestParser.Parse(
            """
            scenario: trial-onboarding
            tests:
              - name: Everything a test can say
                start: "2026-03-02 10:00"
                zone: Asia/Tokyo
                given:
                  account: { id: acme, tier: high, known_for: 30d }
                  contacts:
                    - { id: ann, email: ann@example.com, locale: ja, roles: [ admin, billing ], basis: opt_in, refuses: [ newsletter, all ], score: 3 }
                    - { id: bob, suppressed: true }
                  history:
                    - { ago: 2d, contact: ann, event: login }
                when:
                  - { at: 1d 2h, contact: ann, event: ordered, properties: { order_id: "7", total: 12.5 } }
                  - { at: 0m, event: setup_completed }
                  - { at: 2d, set: { tier: tech } }
                  - { at: 2d, contact: ann, set: { onboarded: true } }
                  - { at: 3d, contact: ann, clicks: welcome }
                  - { at: 3d, contact: ann, opens: welcome }
                  - { at: "2026-03-09 09:00", contact: ann, refuses: all }
                  - { at: 9d, contact: bob, leaves: true }
                expect:
                  - { at: 0m, send: welcome, to: ann }
                  - { not_sent: next-steps, because: unsubscribed }
                  - { at: 1h, step: wait-3d }
                  - { ends: goal_reached }
                  - { entered: true }
                expect_nothing_after: 10d
            """, "test.yaml", Fixtures.Environment);

        Assert.Empty(said);
        var test = Assert.Single(file!.Tests);
        var start = new DateTimeOffset(2026, 3, 2, 1, 0, 0, TimeSpan.Zero);
        Assert.Equal((start, "Asia/Tokyo", start.AddDays(10)), (test.Start, test.Zone, test.NothingAfter));
        Assert.Equal(("acme", start.AddDays(-30)), (test.Account!.Id, test.Account.CreatedAt));
        Assert.Equal(AttributeValue.From("high"), test.Account.Attributes["tier"]);
        var ann = test.Contacts[0];
        Assert.Equal((ConsentBasis.OptIn, false), (ann.Basis, ann.IsSuppressed));
        Assert.Equal(["admin", "billing"], ann.Roles);
        Assert.Equal(["newsletter", "*"], ann.Refuses);
        Assert.Equal(AttributeValue.From(3), ann.Attributes["score"]);
        Assert.True(test.Contacts[1].IsSuppressed);
        Assert.Equal(start.AddDays(-2), Assert.Single(test.History).At);
        Assert.Equal(
            [typeof(TestAction.Event), typeof(TestAction.Event), typeof(TestAction.Set), typeof(TestAction.Set), typeof(TestAction.Click), typeof(TestAction.Open), typeof(TestAction.Refuse), typeof(TestAction.Leave)],
            test.When.Select(action => action.GetType()));
        Assert.Null(((TestAction.Event)test.When[0]).Contact);
        var ordered = (TestAction.Event)test.When[1];
        Assert.Equal((start.AddHours(26), "{\"order_id\":\"7\",\"total\":12.5}"), (ordered.At, Encoding.UTF8.GetString(ordered.Properties.Span)));
        Assert.Equal(start.AddDays(7).AddHours(-1), test.When[6].At);
        Assert.Equal(Reason.Unsubscribed, Assert.IsType<Expectation.NotSent>(test.Expect[1]).Because);
        Assert.Equal(Reason.GoalReached, Assert.IsType<Expectation.Ends>(test.Expect[3]).Because);
    }

    [Theory]
    [InlineData("- { at: 1d, contact: an, event: login }", "", "NUR126", "Did you mean \"ann\"?")]
    [InlineData("- { at: 1d, contact: ann, event: logn }", "", "NUR019", "Did you mean \"login\"?")]
    [InlineData("- { at: 1d, contact: ann, event: ordered, properties: { totl: 3 } }", "", "NUR019", "Did you mean \"total\"?")]
    [InlineData("- { at: 1d, contact: ann, event: ordered, properties: { total: much } }", "", "NUR020", "Write a number: 3, -1.5.")]
    [InlineData("- { at: tomorrow, contact: ann, event: login }", "", "NUR012", "Counted from the start, 3d or 3d 23h; or a local time, \"2026-03-06 09:00\".")]
    [InlineData("- { at: 1d, contact: ann }", "", "NUR008", "One of event:, set:, clicks:, opens:, answers:, refuses:, replies:, takes:, closes:, done:, responds:, fails:, registers:, cancels:, session:, approves:, declines:, hook:, joins:, paused:, starts: true or leaves: true.")]
    [InlineData("", "- { send: welcom }", "NUR014", "Did you mean \"welcome\"?")]
    [InlineData("", "- { ends: goal_reach }", "NUR010", "Did you mean \"goal_reached\"?")]
    [InlineData("", "- { send: welcome, step: wait-3d }", "NUR016", "One of send:, not_sent:, step:, ends:, entered:, escalated:, band:, call: or notified:.")]
    [InlineData("", "- { entered: false, becase: late }", "NUR006", "Did you mean \"because\"?")]
    public void A_mistake_in_a_test_is_said_with_what_would_be_right(string when, string expect, string code, string hint)
    {
        var text = $$"""
            scenario: trial-onboarding
            tests:
              - name: One
                start: "2026-03-02 10:00"
                given: { contacts: [ { id: ann } ] }
                when:
                  - { at: 0m, contact: ann, event: login }
                  {{when}}
                expect:
                  - { entered: true }
                  {{expect}}
            """;

        var (file, said) = ScenarioTestParser.Parse(text, "test.yaml", Fixtures.Environment);

        Assert.Null(file);
        Assert.Equal((code, hint), (Assert.Single(said).Code, said[0].Hint));
    }
}
