using System.CommandLine;
using System.Diagnostics;
using Nurture.Storage;

namespace Nurture.Cli;

/// <summary><c>nurture migrate</c>: makes the database, or brings its schema up to this build.</summary>
internal static class MigrateCommand
{
    public static Command Create()
    {
        var database = new DatabaseArguments();
        var command = new Command("migrate", "Make the database, or bring its schema up to this build. The server does it too when it starts.");
        database.AddTo(command);
        command.SetAction((parsed, cancel) => RunAsync(database.Read(parsed, isNode: true), new Screen(parsed.InvocationConfiguration.Output), cancel));
        return command;
    }

    private static async Task<int> RunAsync(DatabaseOptions options, Screen screen, CancellationToken cancel)
    {
        screen.Line(DatabaseArguments.Describe(options));
        await using var database = Database.Create(options);
        var pending = await database.PendingMigrationsAsync(cancel);
        foreach (var migration in pending) screen.Line($"  {migration} is to run");
        var began = Stopwatch.GetTimestamp();
        // Also when none is pending: it adds rows that a new build expects.
        await screen.WhileAsync("Migrating…", () => database.MigrateAsync(cancel));
        screen.Good(pending.Count == 0
            ? "The schema is up to date."
            : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{CommandLine.Count(pending.Count, "migration")} done in {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s; the schema is up to date."));
        return CommandLine.Good;
    }
}
