using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Nurture.Contacts;
using Nurture.Intake;
using Nurture.Server.Bulk;
using Nurture.Server.Hosting;
using Nurture.Server.Publishing;
using Nurture.Server.Security;
using Nurture.Storage;

namespace Nurture.Server.Api;

/// <summary>Rows from elsewhere. They update what is known and start nothing, unless that is asked for (SEMANTICS.md 20).</summary>
internal static class ImportEndpoints
{
    private const int MostRows = 1000;
    private const int MostBytes = 8 * 1024 * 1024;
    private const string NoNamespace = "default";

    /// <param name="Namespace">Of the ids; <c>default</c> where not given.</param>
    /// <param name="AsOf">When the rows were true: what was said later stands. Now, where not given.</param>
    /// <param name="Basis">The ground on which people may be mailed, for rows that say none.</param>
    /// <param name="DryRun">Says what it would come to, and changes nothing.</param>
    /// <param name="StartScenarios">What the rows change may start scenarios, as if it had happened now. A dry run says whom.</param>
    public sealed record Draft(
        string? Namespace, DateTimeOffset? AsOf, string? Basis, bool DryRun, bool StartScenarios, IReadOnlyList<JsonElement>? Contacts, IReadOnlyList<JsonElement>? Accounts, IReadOnlyList<JsonElement>? Suppressions);

    /// <param name="Row">Its place in its list, from 1.</param>
    public sealed record ShownError(string List, int Row, string Code, string Detail);

    /// <param name="Refused">Rows with an error: nothing of them was taken.</param>
    /// <param name="Starts">Of a dry run that asks for it: whom the rows would start.</param>
    public sealed record Imported(
        bool DryRun, int Rows, int Accepted, int Refused, int NewContacts, int MergedContacts, int Suppressed, IReadOnlyList<ShownError> Errors, IReadOnlyList<ShownStart> Starts);

    /// <param name="Entering">How many enter, after a delay or in a spread too.</param>
    /// <param name="Unsettled">How many are let in or not when more is known of them, such as their account.</param>
    public sealed record ShownStart(string Scenario, int Entering, int Unsettled);

    public static void MapImports(this IEndpointRouteBuilder api) =>
        api.MapPost("/imports", ImportAsync).RequirePermission(Permission.Import).WithMetadata(new RequestSizeLimitAttribute(MostBytes))
            .WithSummary("Takes rows of contacts, accounts and suppressions in, 1,000 at a time. Sound rows are taken, each of the others is named with what is wrong. They start nothing, unless start_scenarios says so; a dry run then counts whom.");

    private static async Task<Imported> ImportAsync(
        Draft draft, CatalogSource catalogs, SourceStore sources, IntakeStore intake, SuppressionStore suppressions, SettingsStore settings, EntryTrial trial, Audited audited, BusinessClock clock,
        WorkSignals signals, CancellationToken cancel)
    {
        var (contacts, accounts, addresses) = (draft.Contacts ?? [], draft.Accounts ?? [], draft.Suppressions ?? []);
        var rows = contacts.Count + accounts.Count + addresses.Count;
        if (rows == 0) throw RefusedException.Missing("contacts, accounts or suppressions", "{\"contacts\": [{\"user_id\": \"u1\", \"email\": \"hanako@acme.example\"}]}");
        if (rows > MostRows) throw new RefusedException(StatusCodes.Status413PayloadTooLarge, "too-many-rows", "Too many rows for one call.", $"{rows} rows were found; send {MostRows} at most, and the rest in further calls.");
        var from = draft.Namespace ?? NoNamespace;
        if (from != NoNamespace && !(await sources.ListAsync(cancel)).Any(source => source.Namespace == from))
            throw RefusedException.BadRequest("unknown-namespace", "No source has that namespace.", $"\"{from}\" was found; ids of a namespace that no source sends would never meet an event.");
        if (!ConsentBases.TryParse(draft.Basis ?? ConsentBasis.None.Name(), out var basis))
            throw RefusedException.BadRequest("bad-word", "basis is none of its words.", $"\"{draft.Basis}\" was found; it is one of {string.Join(", ", ConsentBases.Names)}.");

        var now = clock.Now;
        var asOf = (draft.AsOf ?? now).ToUniversalTime().Truncate();
        if (asOf > now) throw RefusedException.BadRequest("bad-as-of", "as_of lies ahead.", "Rows cannot have been true later than now.");
        var catalog = (await catalogs.CurrentAsync(cancel)).Catalog;
        var plan = catalog.Plan;
        var read = new Reading();
        for (var i = 0; i < accounts.Count; i++) read.Add("accounts", i, ImportRows.Account(accounts[i], plan, asOf), basis);
        for (var i = 0; i < contacts.Count; i++) read.Add("contacts", i, ImportRows.Contact(contacts[i], plan, asOf), basis);
        var hash = await settings.AddressHashAsync(cancel);
        for (var i = 0; i < addresses.Count; i++) read.AddSuppression(i, addresses[i], hash, now);

        var counts = default(IntakeCounts);
        var suppressed = 0;
        IReadOnlyList<ShownStart> starts = [];
        List<Submission> submissions = [.. read.Items.GroupBy(item => item.Basis)
            .Select(group => new Submission(0, from, group.Key, new IntakeBatch([.. group.Select(item => item.Item)], []), now, audited.Correlation) { CountsOnly = !draft.StartScenarios })];
        if (draft.DryRun)
        {
            if (submissions.Count > 0)
            {
                (counts, var told) = await intake.PreviewAsync(submissions, cancel);
                if (draft.StartScenarios)
                    starts = [.. (await trial.StartedByAsync(told, catalog, hash, now, cancel)).OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => new ShownStart(one.Key, one.Value.Entering, one.Value.Unsettled))];
            }

            var hashes = read.Suppressions.Select(s => s.Hash).DistinctBy(Convert.ToHexString).ToList();
            suppressed = hashes.Count == 0 ? 0 : hashes.Count - (await suppressions.FindAsync(hashes, cancel)).Count;
        }
        else
        {
            await audited.RecordAsync("imported", $"namespace:{from}", new { Contacts = contacts.Count, Accounts = accounts.Count, Suppressions = addresses.Count, draft.StartScenarios }, cancel);
            // Suppressions first: nobody of them is mailed because of what the other rows say.
            if (read.Suppressions.Count > 0) suppressed = await suppressions.AddAsync(read.Suppressions, cancel);
            if (submissions.Count > 0) counts = await intake.WriteAsync(submissions, cancel);
            signals.Events.Raise();
        }
        var refused = read.Errors.Select(error => (error.List, error.Row)).Distinct().Count();
        return new(draft.DryRun, rows, rows - refused, refused, counts.NewContacts, counts.Merges, suppressed, read.Errors, starts);
    }

    private sealed class Reading
    {
        public List<(IntakeItem Item, ConsentBasis Basis)> Items { get; } = [];

        public List<Suppression> Suppressions { get; } = [];

        public List<ShownError> Errors { get; } = [];

        public void Add(string list, int index, ImportRow row, ConsentBasis basis)
        {
            var errors = row.Errors.Concat(row.Item is IntakeItem.Described described ? Addresses.Check(described.Attributes) : []).ToList();
            Errors.AddRange(errors.Select(error => new ShownError(list, index + 1, error.Code, error.Detail)));
            if (errors.Count == 0) Items.Add((row.Item!, row.Basis ?? basis));
        }

        /// <summary>An address, or an object with <c>email</c>, <c>reason</c> and <c>note</c>.</summary>
        public void AddSuppression(int index, JsonElement row, AddressHash hash, DateTimeOffset now)
        {
            var email = row.ValueKind == JsonValueKind.String ? row.GetString() : Text(row, "email");
            if (email is null) Refuse("missing_email", "email is needed");
            else if (Addresses.Key(email) is not { } key) Refuse("bad_address", "email is no address, such as hanako@acme.example");
            else Suppressions.Add(new Suppression(hash.Of(key), Text(row, "reason") ?? "imported", "import", now, email.Trim(), Text(row, "note")));

            void Refuse(string code, string detail) => Errors.Add(new("suppressions", index + 1, code, detail));
        }

        private static string? Text(JsonElement row, string name) =>
            row.ValueKind == JsonValueKind.Object && row.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;
    }
}
