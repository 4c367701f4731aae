using System.CommandLine;
using Nurture.Cli;

var root = new RootCommand("Nurture: scenarios for the customers of a subscription.")
{
    LintCommand.Create(),
};

return await root.Parse(args).InvokeAsync();
