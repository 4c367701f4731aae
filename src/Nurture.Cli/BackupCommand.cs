using System.CommandLine;
using System.Diagnostics;
using Npgsql;
using Nurture.Storage;

namespace Nurture.Cli;

/// <summary><c>nurture backup TARGET</c>: a copy of the database while the server works on it.</summary>
internal static class BackupCommand
{
    public static Command Create()
    {
        var database = new DatabaseArguments();
        var target = new Argument<string>("target") { Description = "The file to make. Nothing is overwritten." };
        var command = new Command("backup", "Copy the database into a file while the server runs: SQLite page by page, PostgreSQL by pg_dump.") { target };
        database.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            // Also one that a build is about to migrate.
            var options = database.ReadExisting(parsed);
            var file = Path.GetFullPath(parsed.GetRequiredValue(target));
            if (!Directory.Exists(Path.GetDirectoryName(file))) throw new CommandException($"There is no folder {Path.GetDirectoryName(file)}.");
            var screen = new Screen(parsed.InvocationConfiguration.Output);
            var began = Stopwatch.GetTimestamp();
            if (string.IsNullOrWhiteSpace(options.Postgres)) await CopyAsync(options, file, screen, cancel);
            else await DumpAsync(options.Postgres, file, cancel);
            screen.Good(string.Create(System.Globalization.CultureInfo.InvariantCulture,
                $"{file}: {new FileInfo(file).Length / (double)(1 << 20):0.0} MiB in {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s, checked."));
            screen.Quiet("A server that opens it sends nothing until somebody confirms: nurture restored --help");
            return CommandLine.Good;
        });
        return command;
    }

    private static async Task CopyAsync(DatabaseOptions options, string file, Screen screen, CancellationToken cancel)
    {
        try
        {
            var shown = -1L;
            await screen.ProgressAsync("Copying", 100, show => new SqliteBackup(options).RunAsync(file, (done, total) =>
            {
                var tenth = total == 0 ? 100 : done * 10 / total * 10;
                if (tenth != shown) show(shown = tenth);
            }, cancel));
        }
        catch (BackupException refused)
        {
            throw new CommandException(refused.Message);
        }
    }

    private static async Task DumpAsync(string connection, string file, CancellationToken cancel)
    {
        if (Path.Exists(file)) throw new CommandException($"{file} is there already, and a backup overwrites nothing. Name another file.");
        var part = $"{file}.part";
        try
        {
            await RunAsync("pg_dump", ["--format=custom", "--no-owner", "--no-password", $"--file={part}"], connection, cancel);
            // Reads the whole table of contents: a dump that ended early has none.
            await RunAsync("pg_restore", ["--list", part], connection, cancel);
            File.Move(part, file);
        }
        finally
        {
            File.Delete(part);
        }
    }

    private static async Task RunAsync(string program, string[] args, string connection, CancellationToken cancel)
    {
        var start = new ProcessStartInfo(program, args) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in Variables(new NpgsqlConnectionStringBuilder(connection))) start.Environment[name] = value;
        using var process = Start(start);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancel);
            var error = await process.StandardError.ReadToEndAsync(cancel);
            await output;
            await process.WaitForExitAsync(cancel);
            if (process.ExitCode != 0) throw new CommandException($"{program} ended with {process.ExitCode}: {error.Trim()}");
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            throw;
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            throw new CommandException($"{start.FileName} cannot be run here ({missing.Message}). PostgreSQL is backed up by its own tools; on its machine: pg_dump --format=custom --file=nurture.dump nurture");
        }
    }

    // By the environment, so that no list of processes shows the password.
    private static IEnumerable<(string Name, string Value)> Variables(NpgsqlConnectionStringBuilder server)
    {
        if (server.Host is { } host) yield return ("PGHOST", host);
        yield return ("PGPORT", $"{server.Port}");
        if (server.Database is { } name) yield return ("PGDATABASE", name);
        if (server.Username is { } user) yield return ("PGUSER", user);
        if (server.Password is { } password) yield return ("PGPASSWORD", password);
        yield return ("PGSSLMODE", server.SslMode switch
        {
            SslMode.Disable => "disable", SslMode.Allow => "allow", SslMode.Prefer => "prefer", SslMode.Require => "require", SslMode.VerifyCA => "verify-ca", SslMode.VerifyFull => "verify-full",
        });
    }
}
