using System.CommandLine;
using Nurture.Intake.Hooks;
using Nurture.Scenarios;

namespace Nurture.Cli;

/// <summary><c>nurture schema</c>: the grammar of scenarios, or of hooks.yaml, as a JSON Schema, for editors.</summary>
internal static class SchemaCommand
{
    public static Command Create()
    {
        var of = new Argument<string>("of") { Description = "Of what: scenario, or hooks for hooks.yaml.", DefaultValueFactory = _ => "scenario" };
        of.AcceptOnlyFromAmong("scenario", "hooks");
        var command = new Command("schema", "Print the JSON Schema of scenarios, or of hooks.yaml, with which an editor completes and checks them.") { of };
        command.SetAction(parsed =>
        {
            parsed.InvocationConfiguration.Output.WriteLine(parsed.GetValue(of) == "hooks" ? HookGrammar.Schema : ScenarioSchema.Text);
            return 0;
        });
        return command;
    }
}
