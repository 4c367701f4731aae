using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Nurture.Storage;

namespace Nurture.Cli;

/// <summary><c>nurture restored</c>: a database that came from a backup sends nothing until somebody says what may have left since.</summary>
internal static class RestoredCommand
{
    public static Command Create() => new("restored", "After a restore: a database from a backup sends nothing until somebody says what may have left since.")
    {
        Mark(),
        Confirm(),
    };

    private static Command Mark()
    {
        var database = new DatabaseArguments();
        var command = new Command("mark", "Say that this database was restored, before the server starts. Needed after a base backup or point-in-time recovery of PostgreSQL; other copies are recognized.");
        database.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            await using var open = await database.OpenAsync(parsed, cancel);
            await new RestoreStore(open).MarkAsync(cancel);
            var screen = new Screen(parsed.InvocationConfiguration.Output);
            screen.Good("Nothing is sent until it is confirmed: nurture restored confirm");
            return CommandLine.Good;
        });
        return command;
    }

    private static Command Confirm()
    {
        var database = new DatabaseArguments();
        var until = new Option<string?>("--left-until") { Description = "Until when mails may have left that the backup does not know of. Without it: until this database was first opened.", HelpName = "moment" };
        var nothing = new Option<bool>("--nothing-left") { Description = "None did: whatever sent was stopped before the copy was made (a move to another machine)." };
        var command = new Command("confirm", "Let mails leave again. Marketing and service mails that may have left already are listed as uncertain instead; transactional ones leave again, with the same Message-ID.") { until, nothing };
        database.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            await using var open = await database.OpenAsync(parsed, cancel);
            var screen = new Screen(parsed.InvocationConfiguration.Output);
            var store = new RestoreStore(open);
            if (await store.FindAsync(cancel) is not { } restored) throw new CommandException("This database is not known to have been restored. If it was: nurture restored mark");
            var now = TimeProvider.System.GetUtcNow() + await new ClockStore(open).LoadAsync(cancel);
            var said = Moment(parsed.GetValue(until), now);
            if (said is not null && parsed.GetValue(nothing)) throw new CommandException("Either nothing left (--nothing-left), or something may have until a moment (--left-until).");
            DateTimeOffset? left = parsed.GetValue(nothing) ? null : said ?? restored.At;
            await new AuditStore(open).AddAsync("cli", "sending.confirmed", "sending", JsonSerializer.Serialize(new { left_until = left }), now, cancel);
            await store.ConfirmAsync(left, "cli", cancel);
            screen.Good(left is { } moment
                ? $"Mails leave again. Marketing and service mails of {moment.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC and before are listed as uncertain: GET /api/v1/sends?state=uncertain"
                : "Mails leave again, what was planned before the backup too.");
            return CommandLine.Good;
        });
        return command;
    }

    private static DateTimeOffset? Moment(string? text, DateTimeOffset now)
    {
        if (text is null) return null;
        if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var moment))
            throw new CommandException($"\"{text}\" is no moment. Write it as 2026-11-22T10:30Z.");
        return moment <= now ? moment : throw new CommandException($"{text} lies in the future.");
    }
}
