using Nurture.Scenarios;
using Nurture.Segments;

namespace Nurture.Tests.Scenarios;

internal static class Fixtures
{
    public static string Root { get; } = FindRoot();

    /// <summary>A plan of its own, so that what ships may change.</summary>
    public static TrackingPlan Plan { get; } = ReadPlan();

    public static ParseEnvironment Environment { get; } = new()
    {
        Plan = Plan,
        Templates = new HashSet<string> { "welcome", "setup-help", "next-steps", "still-there", "receipt", "newsletter", "webinar-confirmed", "webinar-link", "webinar-thanks", "webinar-recording" },
        KeptHistory = TimeSpan.FromDays(400),
        Segments = SegmentsReader.Read("segments: { beta: { is: listed }, engaged: { is: 'ever(\"login\")' } }", "segments.yaml", Plan).Segments,
    };

    public static Scenario Scenario(string text)
    {
        var parsed = ScenarioParser.Parse(text, "test.yaml", Environment);
        Assert.True(parsed.Scenario is not null, string.Join('\n', parsed.Diagnostics));
        return parsed.Scenario;
    }

    private static TrackingPlan ReadPlan()
    {
        var (plan, diagnostics) = TrackingPlanReader.Read(
            """
            events:
              signed_up: { properties: { plan: text, seats: number } }
              login:
              ordered: { properties: { order_id: text, total: number } }
              delivered: { properties: { order_id: text } }
              setup_completed: { account_fact: true }
              subscription_started: { account_fact: true }
              subscription_cancelled: { account_fact: true }
            contact:
              name: text
              onboarded: { type: boolean, default: false }
              score: number
              born_on: date
            account:
              plan: text
              tier: { type: text, default: tech }
              setup_done: { type: boolean, default: false }
              contract_end: date
            """, "events.yaml");
        Assert.Empty(diagnostics);
        return plan;
    }

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Nurture.sln"))) folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests run outside the repository.");
        return folder;
    }
}
