using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsvHelper;
using Nurture.Contacts;
using Nurture.Intake;
using Nurture.Scenarios;

namespace Nurture.Cli;

internal enum ImportKind { Contacts, Accounts, Suppressions }

/// <param name="Line">Of the file, where it begins; the head is line 1.</param>
/// <param name="Body">The row as the API takes it.</param>
internal sealed record ImportFileRow(int Line, JsonObject Body);

/// <summary>A CSV file (RFC 4180, UTF-8) as rows of an import, each checked as the server will check it.</summary>
internal sealed class ImportFile
{
    private readonly ImportKind kind;
    private readonly TrackingPlan plan;
    private readonly List<(int Column, string Name)> columns = [];
    private int width;

    private ImportFile(ImportKind kind, TrackingPlan plan) => (this.kind, this.plan) = (kind, plan);

    public List<ImportFileRow> Rows { get; } = [];

    public List<(int Line, string Problem)> Problems { get; } = [];

    /// <summary>Columns that neither the import nor events.yaml knows: often a name that was meant otherwise.</summary>
    public IReadOnlyList<string> Unplanned { get; private set; } = [];

    /// <param name="names">What a column holds, where its head says something else; an empty name leaves the column out.</param>
    /// <param name="plan">Empty where it is not at hand: the server checks types all the same.</param>
    public static ImportFile Read(string path, ImportKind kind, IReadOnlyDictionary<string, string> names, TrackingPlan plan)
    {
        var file = new ImportFile(kind, plan);
        using var text = new StreamReader(path, new UTF8Encoding(false, throwOnInvalidBytes: true));
        using var csv = CsvReader.Create(text, new CsvReaderOptions
        {
            TrackLineNumbers = true,
            OnMalformedRecord = broken => file.Problems.Add(((int)broken.LineNumber, "its double quotes do not pair. A quote inside a cell is written twice, and the cell in quotes")),
        }, false);
        try
        {
            csv.ReadHeader();
            if (csv.Headers.Count == 0) throw new CommandException($"{path} is empty. Its first line names the columns: {file.Needed},…");
            file.ReadHead(path, [.. csv.Headers], names);
            while (csv.Read()) file.ReadRow((int)csv.LineNumber, [.. Enumerable.Range(0, csv.FieldCount).Select(csv.GetString)]);
        }
        catch (DecoderFallbackException)
        {
            throw new CommandException($"{path} is not UTF-8. Save it as \"CSV UTF-8\".");
        }

        return file;
    }

    private string Needed => kind switch
    {
        ImportKind.Contacts => "user_id",
        ImportKind.Accounts => "account_id",
        ImportKind.Suppressions => "email",
    };

    private void ReadHead(string path, string[] head, IReadOnlyDictionary<string, string> names)
    {
        if (names.Keys.FirstOrDefault(name => !head.Contains(name, StringComparer.Ordinal)) is { } missing)
            throw new CommandException($"--map {missing}: {path} has no column \"{missing}\". It has {string.Join(", ", head)}.");
        width = head.Length;
        for (var i = 0; i < head.Length; i++)
        {
            var name = names.TryGetValue(head[i], out var given) ? given : head[i].Trim();
            if (name.Length == 0) continue;
            if (columns.Exists(column => column.Name == name)) throw new CommandException($"{path} has two columns \"{name}\". Leave one out by --map {head[i]}=");
            columns.Add((i, name));
        }

        Unplanned = kind != ImportKind.Suppressions && plan.ContactAttributes.Count + plan.AccountAttributes.Count == 0 ? [] : [.. columns.Select(column => column.Name).Where(name => !IsKnown(name))];
        if (!columns.Exists(column => column.Name == Needed || (kind == ImportKind.Contacts && column.Name == "anonymous_id")))
            throw new CommandException($"{path} has no column \"{Needed}\". It has {string.Join(", ", head)}: say which one it is by --map {head[0]}={Needed}");
    }

    private bool IsKnown(string name) => kind switch
    {
        ImportKind.Contacts => name is "user_id" or "anonymous_id" or "account_id" or "basis" or "role" or "roles" || plan.Attribute(SubjectKind.Contact, AttributeNames.Normalize(name)) is not null,
        ImportKind.Accounts => name is "account_id" || plan.Attribute(SubjectKind.Account, AttributeNames.Normalize(name)) is not null,
        ImportKind.Suppressions => name is "email" or "reason" or "note",
    };

    private void ReadRow(int line, string[] cells)
    {
        if (cells.All(string.IsNullOrWhiteSpace)) return;
        var body = new JsonObject();
        if (cells.Length > width) Problems.Add((line, $"it has {cells.Length} cells, and the head {width}. A cell with a comma in it stands in double quotes"));
        foreach (var (column, name) in columns)
        {
            // An empty cell says nothing, and takes nothing away that is known.
            if (column < cells.Length && cells[column].Trim() is { Length: > 0 } cell) body[name] = Value(name, cell);
        }

        Check(line, body);
        Rows.Add(new(line, body));
    }

    private JsonNode Value(string name, string cell) =>
        kind == ImportKind.Contacts && name == "roles"
            ? new JsonArray([.. cell.Split([';', ','], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(role => (JsonNode)role)])
            : JsonValue.Create(cell);

    private void Check(int line, JsonObject body)
    {
        if (body["email"] is JsonValue email && !IsAddress(email.GetValue<string>())) Problems.Add((line, $"email \"{email}\" is no address, such as hanako@acme.example"));
        if (kind == ImportKind.Suppressions)
        {
            if (body["email"] is null) Problems.Add((line, "email is empty"));
            return;
        }

        var element = JsonSerializer.SerializeToElement(body);
        var checkedRow = kind == ImportKind.Contacts ? ImportRows.Contact(element, plan, DateTimeOffset.UnixEpoch) : ImportRows.Account(element, plan, DateTimeOffset.UnixEpoch);
        Problems.AddRange(checkedRow.Errors.Select(error => (line, error.Detail)));
    }

    // What is surely none; the server, which knows more of addresses, has the last word.
    private static bool IsAddress(string text)
    {
        var (at, domain) = (text.IndexOf('@'), text[(text.LastIndexOf('@') + 1)..]);
        return at > 0 && at == text.LastIndexOf('@') && !text.Any(char.IsWhiteSpace)
            && domain.Contains('.') && domain.Split('.').All(label => label.Length > 0 && label.All(c => c > 127 || char.IsAsciiLetterOrDigit(c) || c == '-'));
    }
}
