using System.CommandLine;
using Nurture.Contacts;
using Nurture.Storage;

namespace Nurture.Cli;

/// <summary><c>nurture checkpoint</c>: copies all states, from which they can be made again.</summary>
internal static class CheckpointCommand
{
    public static Command Create()
    {
        var database = new DatabaseArguments();
        var command = new Command("checkpoint", "Copy all states into a checkpoint, for nurture rebuild. May run while the server does, which makes one each month; interrupted, it goes on where it was.");
        database.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            var screen = new Screen(parsed.InvocationConfiguration.Output);
            await using var open = await database.OpenAsync(parsed, cancel);
            Checkpoint? made = null;
            await screen.ProgressAsync("Copying states", Slots.Count, async show => made = await new CheckpointStore(open).MakeAsync(Screen.ByTenths(Slots.Count, show), cancel));
            screen.Good($"Checkpoint {made!.Id}: {CommandLine.Count(made.Subjects, "subject")}.");
            return CommandLine.Good;
        });
        return command;
    }
}
