using System.CommandLine;
using System.Text.Json;
using Nurture.Storage;
using Nurture.Storage.Security;

namespace Nurture.Cli;

/// <summary><c>nurture key add</c>: the first key of the API, which no API can give.</summary>
internal static class KeyCommand
{
    public static Command Create()
    {
        var database = new DatabaseArguments();
        var name = new Argument<string>("name") { Description = "What the audit log will call its user: deploy, crm." };
        var scopes = new Option<string[]>("--scopes") { Description = $"What it may do: {string.Join(", ", Permission.All)}; or * for all.", HelpName = "permission", Required = true, AllowMultipleArgumentsPerToken = true };
        var add = new Command("add", "Add a key of the API, and show it once.") { name, scopes };
        database.AddTo(add);
        add.SetAction(async (parsed, cancel) =>
        {
            await using var open = await database.OpenAsync(parsed, cancel);
            return await AddAsync(open, parsed.GetRequiredValue(name).Trim(), parsed.GetRequiredValue(scopes), new Screen(parsed.InvocationConfiguration.Output), cancel);
        });
        return new Command("key", "Keys of the API.") { add };
    }

    private static async Task<int> AddAsync(Database database, string name, string[] asked, Screen screen, CancellationToken cancel)
    {
        if (!Scopes.TryParse(string.Join(' ', asked).Replace(',', ' '), out var scopes, out var unknown))
            throw new CommandException($"There is no permission \"{unknown}\". There are {string.Join(", ", Permission.All)}, and * for all.");
        var store = new ApiKeyStore(database);
        if (name.Length == 0) throw new CommandException("A key needs a name, such as deploy.");
        // The audit log names callers so: a name belongs to one key for ever.
        if (name == SecretKeys.Development || (await store.ListAsync(cancel)).Any(key => key.Name == name))
            throw new CommandException($"There is, or was, a key named \"{name}\". Choose another name: the audit log knows callers by it.");

        var secret = SecretKeys.New(SecretKeys.ApiPrefix);
        var now = TimeProvider.System.GetUtcNow();
        await new AuditStore(database).AddAsync("cli", "key.added", $"key:{name}", JsonSerializer.Serialize(new { scopes = scopes.ToString() }), now, cancel);
        await store.AddAsync(name, SecretKeys.Hash(secret), SecretKeys.Hint(secret), scopes.ToString(), now, cancel);
        screen.Line(secret);
        screen.Quiet($"The key of \"{name}\", shown this once. It may: {scopes}");
        return CommandLine.Good;
    }
}
