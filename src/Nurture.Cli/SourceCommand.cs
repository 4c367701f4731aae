using System.CommandLine;
using System.Text.Json;
using Nurture.Contacts;
using Nurture.Storage;
using Nurture.Storage.Security;

namespace Nurture.Cli;

/// <summary><c>nurture source add</c>: something that sends events, with its write key.</summary>
internal static class SourceCommand
{
    public static Command Create()
    {
        var database = new DatabaseArguments();
        var name = new Argument<string>("name") { Description = "What sends: web, product." };
        var within = new Option<string>("--namespace") { Description = "In which its ids mean something; sources of one namespace know the same people.", HelpName = "name", DefaultValueFactory = _ => "default" };
        var basis = new Option<string>("--basis") { Description = "On what ground the people may be mailed whom it makes known.", HelpName = "basis", DefaultValueFactory = _ => ConsentBasis.None.Name() };
        basis.AcceptOnlyFromAmong([.. ConsentBases.Names]);
        var add = new Command("add", "Add a source of events, and show its write key once.") { name, within, basis };
        database.AddTo(add);
        add.SetAction(async (parsed, cancel) =>
        {
            await using var open = await database.OpenAsync(parsed, cancel);
            ConsentBases.TryParse(parsed.GetRequiredValue(basis), out var ground);
            return await AddAsync(open, parsed.GetRequiredValue(name).Trim(), parsed.GetRequiredValue(within).Trim(), ground, new Screen(parsed.InvocationConfiguration.Output), cancel);
        });
        return new Command("source", "What sends events.") { add };
    }

    private static async Task<int> AddAsync(Database database, string name, string within, ConsentBasis basis, Screen screen, CancellationToken cancel)
    {
        if (name.Length == 0) throw new CommandException("A source needs a name, such as web.");
        if (within.Length == 0) throw new CommandException("--namespace is empty. Leave it away for the namespace default.");
        var secret = SecretKeys.New(SecretKeys.WritePrefix);
        var now = TimeProvider.System.GetUtcNow();
        await new AuditStore(database).AddAsync(
            "cli", "source.added", $"source:{name}", JsonSerializer.Serialize(new { @namespace = within, default_basis = basis.Name() }), now, cancel);
        await new SourceStore(database).AddAsync(new Source(0, name, within, SecretKeys.Hint(secret), basis, null, null, now, null), SecretKeys.Hash(secret), now, cancel);
        screen.Line(secret);
        screen.Quiet($"The write key of \"{name}\", shown this once. Its ids belong to the namespace {within}; the basis of its people is {basis.Name()}.");
        return CommandLine.Good;
    }
}
