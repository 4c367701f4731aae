using System.CommandLine;
using Nurture.Scenarios;

namespace Nurture.Cli;

/// <summary><c>nurture schema</c>: the grammar of scenarios as a JSON Schema, for editors.</summary>
internal static class SchemaCommand
{
    public static Command Create()
    {
        var command = new Command("schema", "Print the JSON Schema of scenarios, with which an editor completes and checks them.");
        command.SetAction(parsed =>
        {
            parsed.InvocationConfiguration.Output.WriteLine(ScenarioSchema.Text);
            return 0;
        });
        return command;
    }
}
