using Nurture.Intake.Hooks;
using Nurture.Scenarios;
using Nurture.Server.Security;

namespace Nurture.Server.Authoring;

/// <summary>The grammars of scenarios and hooks for editors, as <c>nurture schema</c> prints it.</summary>
internal static class SchemaEndpoints
{
    public static void MapSchema(this IEndpointRouteBuilder api)
    {
        api.MapGet("/schema/scenario", () => Results.Text(ScenarioSchema.Text, "application/schema+json"))
            .RequirePermission(Permission.ReadScenarios).WithSummary("The JSON Schema of scenarios, with which an editor completes and checks them.");
        api.MapGet("/schema/hooks", () => Results.Text(HookGrammar.Schema, "application/schema+json"))
            .RequirePermission(Permission.ReadScenarios).WithSummary("The JSON Schema of hooks.yaml.");
    }
}
