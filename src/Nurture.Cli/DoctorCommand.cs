using System.CommandLine;
using System.Globalization;
using Nurture.Scenarios;
using Nurture.Sends;
using Nurture.Storage;

namespace Nurture.Cli;

/// <summary><c>nurture doctor</c>: whether database, mail server and files are as the promises need them. Looks, and changes nothing.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var database = new DatabaseArguments();
        var command = new Command("doctor", "Examine the database, the mail server and the files. May run while the server does.");
        database.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            var screen = new Screen(parsed.InvocationConfiguration.Output);
            await using var open = await database.OpenAsync(parsed, cancel);
            screen.Line(DatabaseArguments.Describe(database.Read(parsed, isNode: false)));
            var findings = new List<Finding>();
            findings.AddRange(await new Doctor(open, TimeProvider.System).ExamineAsync(cancel));
            findings.AddRange(await SendsAsync(open, cancel));
            findings.Add(await MailServerCheck.RunAsync(MailServer.FromEnvironment(), cancel));
            findings.Add(Files());
            return Show(findings, screen);
        });
        return command;
    }

    private static int Show(List<Finding> findings, Screen screen)
    {
        foreach (var finding in findings)
        {
            var line = $"{finding.Name}: {finding.Detail}";
            if (finding.Level == FindingLevel.Good) screen.Good(line);
            else screen.Bad(line);
        }

        var wrong = findings.Count(finding => finding.Level != FindingLevel.Good);
        screen.Line(wrong == 0 ? "All is well." : $"{CommandLine.Count(wrong, "thing")} to look at.");
        return wrong == 0 ? CommandLine.Good : CommandLine.FoundWrong;
    }

    private static async Task<IEnumerable<Finding>> SendsAsync(Database database, CancellationToken cancel)
    {
        var store = new SendStore(database);
        var counts = await store.CountAsync(cancel);
        long Of(SendState state) => counts.GetValueOrDefault(state);
        var findings = new List<Finding>
        {
            // Not wrong: it is what the ledger admits that it cannot know.
            new("sends", FindingLevel.Good, $"{Of(SendState.Planned)} waiting, {Of(SendState.Claimed) + Of(SendState.Handed)} under way, {Of(SendState.Sent)} sent, {Of(SendState.Failed)} failed, {Of(SendState.Uncertain)} uncertain"),
        };
        if (await store.StoppedAsync(cancel) is { Restored: { } restored })
        {
            findings.Add(new("sending", FindingLevel.Bad,
                $"nothing is sent: this database was restored from a backup{(restored.NewestEventAt is { } newest ? $" whose newest event is of {Moment(newest)}" : "")}, and does not know what left since. Say until when mails may have left: nurture restored confirm --left-until {restored.At.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}"));
        }
        else if (await store.StoppedAsync(cancel) is { } stopped)
            findings.Add(new("sending", FindingLevel.Bad, $"stopped by {stopped.By} at {Moment(stopped.At)}. Start it again by POST /api/v1/sending/start"));
        return findings;
    }

    private static Finding Files()
    {
        if (Folders.Find("scenarios") is not { } folder) return new("files", FindingLevel.Good, "there is no folder scenarios here or above");
        var library = ScenarioLibrary.Load(folder, Folders.TemplatesOf(folder));
        var errors = library.Diagnostics.Count(d => d.Severity == Severity.Error);
        return errors == 0
            ? new("files", FindingLevel.Good, $"{CommandLine.Count(library.Scenarios.Count, "scenario")} and {CommandLine.Count(library.Templates.All.Count(), "template file")} without an error in {folder}")
            : new("files", FindingLevel.Bad, $"{CommandLine.Count(errors, "error")} in {folder}. See them by: nurture lint {folder}");
    }

    private static string Moment(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
