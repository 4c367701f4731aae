using System.CommandLine;
using System.CommandLine.Help;
using System.Data.Common;
using System.Net.Sockets;
using Nurture.Storage;

namespace Nurture.Cli;

/// <summary>A command cannot do what was asked; the message says why and what would be right.</summary>
internal sealed class CommandException(string message) : Exception(message);

/// <summary>The program: 0 when all is well, 1 when something was found wrong, 2 when it could not be done at all.</summary>
internal static class CommandLine
{
    public const int Good = 0;
    public const int FoundWrong = 1;
    public const int CouldNot = 2;

    // An import ends its batch first, to say how far it came.
    private static readonly TimeSpan TimeToStop = TimeSpan.FromSeconds(30);

    // A RootCommand would be called what the file is called, Nurture.Cli.
    public static Command Root() => new("nurture", "Nurture: scenarios for the customers of a subscription.")
    {
        new HelpOption(),
        new VersionOption(),
        LintCommand.Create(),
        SchemaCommand.Create(),
        TestCommand.Create(),
        SimulateCommand.Create(),
        RenderCommand.Create(),
        ExplainCommand.Create(),
        ImportCommand.Create(),
        MigrateCommand.Create(),
        DoctorCommand.Create(),
        BackupCommand.Create(),
        RestoredCommand.Create(),
        CheckpointCommand.Create(),
        RebuildCommand.Create(),
        KeyCommand.Create(),
        SourceCommand.Create(),
        DemoCommand.Create(),
    };

    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error, CancellationToken cancel = default)
    {
        var parsed = Root().Parse(args.Length == 0 ? ["--help"] : args);
        if (parsed.Errors.Count > 0)
        {
            error.WriteLine(parsed.Errors[^1].Message);
            error.WriteLine($"See: {Path(parsed.CommandResult)} --help");
            return CouldNot;
        }

        try
        {
            var configuration = new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeToStop };
            return await parsed.InvokeAsync(configuration, cancel);
        }
        catch (OperationCanceledException)
        {
            error.WriteLine("Interrupted.");
        }
        catch (Exception e) when (e is CommandException or DatabaseUnavailableException or DbException or IOException or UnauthorizedAccessException or HttpRequestException or SocketException or TimeoutException)
        {
            error.WriteLine(e.Message);
        }

        return CouldNot;
    }

    /// <summary><c>3 tests</c>, <c>1 test</c>.</summary>
    public static string Count(long number, string what) => Count(number, what, $"{what}s");

    public static string Count(long number, string one, string many) => $"{number} {(number == 1 ? one : many)}";

    private static string Path(System.CommandLine.Parsing.CommandResult at) =>
        at.Parent is System.CommandLine.Parsing.CommandResult above ? $"{Path(above)} {at.Command.Name}" : "nurture";
}
