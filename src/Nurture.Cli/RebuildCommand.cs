using System.CommandLine;
using System.Globalization;
using Nurture.Contacts;
using Nurture.Storage;
using Nurture.Storage.Rebuilding;

namespace Nurture.Cli;

/// <summary><c>nurture rebuild</c>: makes states again from the newest checkpoint and the events since.</summary>
internal static class RebuildCommand
{
    // What more differs is counted; a screen of thousands tells nothing.
    private const int MostShown = 50;

    public static Command Create()
    {
        var database = new DatabaseArguments();
        var check = new Option<bool>("--check") { Description = "Compare with the states as they stand, and change nothing." };
        var subject = new Option<string?>("--subject") { Description = "Only this one: contact:17, or account:3 with its people.", HelpName = "subject" };
        var lane = new Option<short?>("--lane") { Description = "Only the subjects of this lane.", HelpName = "number" };
        var command = new Command("rebuild", "Make states again from the newest checkpoint and the events since, by the decisions of then, and put those that differ in their place. Nothing is mailed, journaled or told again. May run while the server does.") { check, subject, lane };
        database.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            var screen = new Screen(parsed.InvocationConfiguration.Output);
            await using var open = await database.OpenAsync(parsed, cancel);
            var now = TimeProvider.System.GetUtcNow() + await new ClockStore(open).LoadAsync(cancel);
            var scope = new RebuildScope(parsed.GetValue(lane), Subject(parsed.GetValue(subject)));
            return await RunAsync(open, scope, parsed.GetValue(check) ? null : new Mender("cli", now), screen, cancel);
        });
        return command;
    }

    private static async Task<int> RunAsync(Database database, RebuildScope scope, Mender? mender, Screen screen, CancellationToken cancel)
    {
        var rebuild = new Rebuild(database, screen.Quiet);
        var differing = new List<SubjectDifference>();
        RebuildReport? report = null;
        try
        {
            var total = await rebuild.SlotsOfAsync(scope, cancel);
            await screen.ProgressAsync("Deciding again", total, async show => report = await rebuild.RunAsync(scope, mender, difference =>
            {
                if (differing.Count < MostShown) differing.Add(difference);
            }, Screen.ByTenths(total, show), cancel));
        }
        catch (ReplayException missing)
        {
            throw new CommandException($"States cannot be made again: {missing.Message}.");
        }

        foreach (var difference in differing) Show(difference, screen);
        return Conclude(report!, mender is not null, screen);
    }

    private static void Show(SubjectDifference difference, Screen screen)
    {
        screen.Bad($"{difference.Key}{(difference.CanBeMended ? "" : " (cannot be made again)")}");
        foreach (var field in difference.Fields) screen.Line($"    {field.Field}: {field.Live ?? "nothing"} → {field.MadeAgain ?? "nothing"}");
    }

    private static int Conclude(RebuildReport report, bool mends, Screen screen)
    {
        var from = report.From is { } checkpoint
            ? $"from checkpoint {checkpoint.Id} of {checkpoint.BeganAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} UTC"
            : "from the beginning of the log";
        screen.Line($"Made again {from} by {CommandLine.Count(report.Events, "event")} in {CommandLine.Count(report.Turns, "batch", "batches")}.");
        if (report.Differing > MostShown) screen.Line($"{report.Differing - MostShown} more differ.");
        if (report.Exempt > 0) screen.Quiet($"{CommandLine.Count(report.Exempt, "subject")} left as they are: they rest on what an erased person said, which is not there any more.");
        if (report.Differing == 0) screen.Good($"{CommandLine.Count(report.Agreeing, "subject")}, and all are as checkpoint and events make them.");
        else if (!mends) screen.Bad($"{report.Differing} differ, {report.Agreeing} agree. Put them right by: nurture rebuild");
        else if (report.Mended == report.Differing) screen.Good($"{report.Mended} were put right, {report.Agreeing} agreed. Who is parked still waits: POST /api/v1/parked/ID/resume");
        else screen.Bad($"{report.Mended} of {report.Differing} that differed were put right, {report.Agreeing} agreed.");
        return report.Differing == 0 || report.Mended == report.Differing ? CommandLine.Good : CommandLine.FoundWrong;
    }

    private static SubjectRef? Subject(string? text)
    {
        if (text is null) return null;
        return text.Split(':') is [var kind and ("contact" or "account"), var number] && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? kind == "contact" ? SubjectRef.Contact(id) : SubjectRef.Account(id)
            : throw new CommandException($"\"{text}\" is no subject. Write it as contact:17 or account:3.");
    }
}
