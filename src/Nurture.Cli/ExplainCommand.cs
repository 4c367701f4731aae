using System.CommandLine;
using System.Globalization;
using System.Text.Json;

namespace Nurture.Cli;

/// <summary><c>nurture explain</c>: why a mail did, or did not, arrive.</summary>
internal static class ExplainCommand
{
    public static Command Create()
    {
        var server = new ServerArguments();
        var contact = new Option<string>("--contact") { Description = "Whom: an id, an address, or an id of your own.", HelpName = "id or address", Required = true };
        var scenario = new Option<string?>("--scenario") { Description = "Only what concerns this scenario, and why it was never entered.", HelpName = "name" };
        var command = new Command("explain", "Tell what a running server decided about a contact, and why.") { contact, scenario };
        server.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            using var api = server.Connect(parsed);
            var (id, shown) = await FindAsync(api, parsed.GetRequiredValue(contact).Trim(), cancel);
            var about = parsed.GetValue(scenario) is { Length: > 0 } name ? $"&scenario={Uri.EscapeDataString(name)}" : "";
            Show(await api.GetAsync($"/api/v1/explain?contact={id}{about}", cancel), shown, new Screen(parsed.InvocationConfiguration.Output));
            return CommandLine.Good;
        });
        return command;
    }

    private static async Task<(long Id, string Shown)> FindAsync(ApiClient api, string written, CancellationToken cancel)
    {
        var number = written.StartsWith("contact:", StringComparison.Ordinal) ? written["contact:".Length..] : written;
        if (long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var id)) return (id, $"contact:{id}");
        var found = (await api.GetAsync($"/api/v1/contacts?query={Uri.EscapeDataString(written)}&limit=20", cancel)).GetProperty("items").EnumerateArray().ToList();
        var exact = found.Where(item => string.Equals(Text(item, "email"), written, StringComparison.OrdinalIgnoreCase)).ToList();
        if (exact.Count == 1) found = exact;
        return found.Count switch
        {
            0 => throw new CommandException($"Nobody is known by \"{written}\"."),
            1 => (found[0].GetProperty("id").GetInt64(), $"{Text(found[0], "subject")} ({Text(found[0], "email") ?? Text(found[0], "name") ?? written})"),
            _ => throw new CommandException($"\"{written}\" is not one contact. There are {string.Join(", ", found.Select(item => $"{Text(item, "id")} {Text(item, "email")}".TrimEnd()))}."),
        };
    }

    private static void Show(JsonElement explained, string shown, Screen screen)
    {
        screen.Line($"{shown}, times in UTC");
        var decisions = explained.GetProperty("decisions").EnumerateArray().ToList();
        foreach (var decision in decisions)
        {
            var (scenario, sentence) = (Text(decision, "scenario"), Text(decision, "sentence") ?? "");
            screen.Line($"  {Moment(decision, "at")}  {(scenario is null || sentence.Contains(scenario, StringComparison.Ordinal) ? "" : $"{scenario}: ")}{sentence}");
            if (decision.GetProperty("mail") is { ValueKind: JsonValueKind.Object } mail) screen.Line($"                    {Mail(mail)}");
        }

        if (decisions.Count == 0) screen.Line("  Nothing was decided yet.");
        foreach (var enrollment in explained.GetProperty("enrollments").EnumerateArray())
            screen.Line($"  now               stands in {Text(enrollment, "scenario")} on {Text(enrollment, "step")}, since {Moment(enrollment, "since")}");
        if (explained.GetProperty("why_not") is not { ValueKind: JsonValueKind.Array } whyNot) return;
        screen.Line("  Never entered:");
        foreach (var why in whyNot.EnumerateArray()) screen.Line($"    {Text(why, "sentence")}");
    }

    private static string Mail(JsonElement mail)
    {
        var parts = new List<string> { $"mail {Text(mail, "template")}: {Text(mail, "state")}{(Text(mail, "reason") is { } reason ? $" ({reason})" : "")}" };
        if (Text(mail, "ended_at") is not null) parts.Add($"at {Moment(mail, "ended_at")}");
        if (Text(mail, "opened_at") is not null) parts.Add($"opened {Moment(mail, "opened_at")}");
        if (Text(mail, "clicked_at") is not null) parts.Add($"clicked {Moment(mail, "clicked_at")}");
        if (Text(mail, "reply") is { Length: > 0 } reply) parts.Add($"the mail server said: {reply}");
        return string.Join(", ", parts);
    }

    private static string? Text(JsonElement of, string name) =>
        of.TryGetProperty(name, out var value) && value.ValueKind is not JsonValueKind.Null ? value.ToString() : null;

    private static string Moment(JsonElement of, string name) =>
        of.GetProperty(name).GetDateTimeOffset().UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}
