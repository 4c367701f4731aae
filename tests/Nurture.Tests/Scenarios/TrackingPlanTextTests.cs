using Nurture.Contacts;
using Nurture.Scenarios;

namespace Nurture.Tests.Scenarios;

/// <summary>An event is adopted into a tracking plan, and nothing else moves.</summary>
public sealed class TrackingPlanTextTests
{
    private static readonly IReadOnlyDictionary<string, ValueKind> Total = new Dictionary<string, ValueKind> { ["total"] = ValueKind.Number };
    private static readonly IReadOnlyDictionary<string, ValueKind> Nothing = new Dictionary<string, ValueKind>();

    public static TheoryData<string, IReadOnlyDictionary<string, ValueKind>, string> Changes => new()
    {
        { "", Nothing, "events:\n  ordered:\n" },
        { "contact:\n  seats: number\n", Total, "contact:\n  seats: number\nevents:\n  ordered:\n    properties:\n      total: number\n" },
        { "events:\n  login:   # in\n\n# who\ncontact:\n  seats: number\n", Total, "events:\n  login:   # in\n  ordered:\n    properties:\n      total: number\n\n# who\ncontact:\n  seats: number\n" },
        { "events: { login: Came. }\n", Nothing, "events:\n  login: Came.\n  ordered:\n" },
        { "events:\n  ordered: Bought.\n  login:\n", Total, "events:\n  ordered:\n    description: Bought.\n    properties:\n      total: number\n  login:\n" },
        { "events:\n  ordered: { account_fact: true }\n", Total, "events:\n  ordered:\n    account_fact: true\n    properties:\n      total: number\n" },
        { "events:\n  ordered:\n    properties: { id: text }\n  login:\n", Total, "events:\n  ordered:\n    properties:\n      id: text\n      total: number\n  login:\n" },
        { "events:\n  ordered:\n    properties:\n      # Whose.\n      id: text\n    description: x\n", Total, "events:\n  ordered:\n    properties:\n      # Whose.\n      id: text\n      total: number\n    description: x\n" },
        { "events:\n  ordered:\n    properties:\n      total: text\n", Total, "events:\n  ordered:\n    properties:\n      total: text\n" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void What_arrives_is_added_and_what_is_planned_stays(string text, IReadOnlyDictionary<string, ValueKind> properties, string expected) =>
        Assert.Equal(expected, TrackingPlanText.With(text, "ordered", properties));

    [Fact]
    public void Names_that_YAML_would_read_otherwise_are_read_back()
    {
        var text = TrackingPlanText.With("", "Order: \"it's\"", new Dictionary<string, ValueKind> { ["page.url"] = ValueKind.Text, ["no"] = ValueKind.Date })!;

        var (plan, said) = TrackingPlanReader.Read(text, "events.yaml");

        Assert.Empty(said);
        var planned = plan.Events["Order: \"it's\""];
        Assert.Equal([("no", ValueKind.Date), ("page.url", ValueKind.Text)], planned.Properties.Values.Select(one => (one.Name, one.Type)).OrderBy(one => one.Name, StringComparer.Ordinal));
    }
}
