using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Scenarios;
using NodaTime;

namespace Nurture.Tests.Scenarios;

public sealed class PlanAndPolicyTests
{
    [Fact]
    public void A_plan_names_events_with_properties_and_attributes_with_types()
    {
        var (plan, said) = TrackingPlanReader.Read(
            """
            events:
              login:
              page: Somebody looked at a page.
              ordered:
                description: An order was placed.
                properties:
                  total: number
                  order_id: { type: text, description: Ours }
              setup_completed: { account_fact: true }
            contact:
              onboarded: { type: boolean, default: false }
            account:
              contract_end: date
            """, "events.yaml");

        Assert.Empty(said);
        Assert.Equal(["login", "ordered", "page", "setup_completed"], plan.Events.Keys.Where(name => !name.StartsWith(ProductEvents.Prefix, StringComparison.Ordinal)).Order());
        Assert.All(ProductEvents.All, own => Assert.Same(own, plan.Events[own.Name]));
        Assert.Equal(ValueKind.Number, plan.Events["ordered"].Properties["total"].Type);
        Assert.True(plan.Events["setup_completed"].IsAccountFact);
        Assert.Equal(AttributeValue.From(false), plan.Attribute(SubjectKind.Contact, "onboarded")!.Default);
        Assert.Equal(ValueKind.Date, plan.Attribute(SubjectKind.Account, "contract_end")!.Type);
    }

    [Theory]
    [InlineData("contact:\n  age: numbr", "NUR010", 2, 8)]
    [InlineData("contact:\n  age: { type: number, default: old }", "NUR020", 2, 33)]
    [InlineData("evnts:\n  login:", "NUR006", 1, 1)]
    [InlineData("events:\n  login: { account_fact: yes }", "NUR010", 2, 26)]
    [InlineData("events:\n  login:\n  login:", "NUR005", 3, 3)]
    public void A_mistake_in_the_plan_is_said_at_its_place(string text, string code, int line, int column)
    {
        var mistake = Assert.Single(TrackingPlanReader.Read(text, "events.yaml").Diagnostics);

        Assert.Equal((code, line, column), (mistake.Code, mistake.Span.Line, mistake.Span.Column));
    }

    [Fact]
    public void A_policy_says_hours_caps_and_sender()
    {
        var (policy, said) = SendPolicyReader.Read(
            """
            zone: Asia/Tokyo
            locale: ja
            allowed_hours:
              marketing: { from: "09:00", until: "18:00", days: business }
              service: { from: "08:00", until: "24:00" }
            caps: [ { sends: 3, within: 1w } ]
            sender:
              name: Example
              address: hello@example.com
              organization: Example Inc.
              postal_address: Tokyo
            own_domains: [ Example.com ]
            """, "policy.yaml");

        Assert.Empty(said);
        Assert.Equal(("Asia/Tokyo", "ja"), (policy.Zone, policy.Locale));
        Assert.Equal(new(new LocalTime(9, 0), new LocalTime(18, 0), Days.Business), policy.AllowedHours[SendClass.Marketing]);
        Assert.Equal(LocalTime.MaxValue, policy.AllowedHours[SendClass.Service].Until);
        Assert.Equal(new(3, TimeSpan.FromDays(7)), Assert.Single(policy.Caps));
        Assert.Equal(("Example", "hello@example.com", "Example Inc.", "Tokyo"), (policy.Sender.Name, policy.Sender.Address, policy.Sender.Organization, policy.Sender.PostalAddress));
        Assert.Equal(["example.com"], policy.OwnDomains);
    }

    [Theory]
    [InlineData("zone: Asia/Tokio", "NUR012", "Asia/Tokyo")]
    [InlineData("locale: japanese", "NUR012", "ja")]
    [InlineData("allowed_hours: { transactional: { from: \"09:00\", until: \"18:00\" } }", "NUR016", "")]
    [InlineData("allowed_hours: { service: { from: \"18:00\", until: \"09:00\" } }", "NUR117", "exclusive")]
    [InlineData("caps: [ { sends: 0, within: 7d } ]", "NUR012", "")]
    [InlineData("own_domain: [ example.com ]", "NUR006", "own_domains")]
    [InlineData("service_basis: account.health.score > 10", "NUR212", "exists(account.contract_end)")]
    [InlineData("service_basis: 'account.count(\"login\", \"14d\") > 1'", "NUR212", "exists(account.contract_end)")]
    [InlineData("service_basis: days_since(\"login\") < 14", "NUR212", "exists(account.contract_end)")]
    [InlineData("service_basis: contact.email == \"a\"", "NUR212", "")]
    [InlineData("service_basis: 'true'", "NUR012", "days_until(account.contract_end)")]
    public void A_mistake_in_the_policy_is_said_with_what_would_be_right(string line, string code, string hint)
    {
        var text = line + "\nsender: { name: A, address: a@example.com, organization: O, postal_address: P }";

        var mistake = Assert.Single(SendPolicyReader.Read(text, "policy.yaml").Diagnostics);

        Assert.Equal(code, mistake.Code);
        Assert.Contains(hint, mistake.Hint ?? "");
    }

    [Fact]
    public void A_sender_without_a_postal_address_is_refused()
    {
        var mistake = Assert.Single(SendPolicyReader.Read("sender: { name: A, address: a@example.com, organization: O }", "policy.yaml").Diagnostics);

        Assert.Equal(DiagnosticCodes.MissingKey, mistake.Code);
        Assert.Contains("postal_address", mistake.Message);
    }
}
