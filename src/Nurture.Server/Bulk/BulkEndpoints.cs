using Nurture.Conditions;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Scenarios;
using Nurture.Server.Api;
using Nurture.Server.Authoring;
using Nurture.Server.Hosting;
using Nurture.Server.Publishing;
using Nurture.Server.Security;
using Nurture.Storage;

namespace Nurture.Server.Bulk;

internal static class BulkEndpoints
{
    private const int MostListed = 50_000;
    private const int MostUnknownShown = 20;

    private static readonly char[] Separators = [',', ';', '\t'];

    // What people call the first column of a list.
    private static readonly HashSet<string> Headers = new(StringComparer.OrdinalIgnoreCase) { "id", "email", "user_id", "userid", "user", "contact", "account", "account_id", "address", "subject" };

    /// <param name="Act"><c>start</c>, <c>backfill</c>, <c>skip_wait</c>, <c>take_out</c>, <c>start_again</c>, <c>move</c>.</param>
    /// <param name="List">Of a start: one a line, the first column of a CSV: an address, a user's or account's id, <c>contact:17</c>.</param>
    /// <param name="Condition">Over the scenario's subjects; of a start without a list, or narrowing work on those who are in it.</param>
    /// <param name="Steps">Of work on those who are in it: only those who stand on one of them.</param>
    /// <param name="Step">Where to, when moving.</param>
    /// <param name="Force">Of a start: past re-entry rules, never past consent; needs <paramref name="Because"/>.</param>
    /// <param name="Pace">How many in a time: <c>2000/h</c>; empty does it as fast as the slots decide.</param>
    public sealed record GivenBulk(
        string? Act, string? List, string? Condition, IReadOnlyList<string>? Steps, int? Version, DateTimeOffset? EnteredAfter, DateTimeOffset? EnteredBefore, string? Step, bool Force, string? Because, string? Pace);

    public sealed record GivenReason(string? Because);

    /// <param name="State">counting, counted, running, paused, done, ended, failed.</param>
    /// <param name="Subjects">How many there are to be looked at, and <paramref name="Looked"/> how many were.</param>
    /// <param name="Chosen">How many are meant.</param>
    /// <param name="Would">What would come of it, by reason; of work on passages <c>applies</c>, <c>no_wait</c>, <c>unknown_step</c>.</param>
    /// <param name="HeldOut">Of those who would enter: withheld from, to compare with.</param>
    /// <param name="Unreachable">Of those who would enter: without an address or a ground for the mails, or refusing them.</param>
    /// <param name="Unknown">Of whom the condition cannot be known; they are not meant.</param>
    /// <param name="Told">To how many it was done so far.</param>
    /// <param name="Came">What came of it, by reason.</param>
    public sealed record ShownBulk(
        long Id, string Scenario, string Act, string State, string Condition, IReadOnlyList<string> Steps, string? Step, bool IsListed, bool IsForced, string Pace, string Because, string AskedBy, string? ConfirmedBy,
        long Subjects, long Looked, long Chosen, IReadOnlyList<ShownReason> Would, long HeldOut, long Unreachable, long Unknown, IReadOnlyList<ShownSample> Sample,
        long Told, IReadOnlyList<ShownReason> Came, DateTimeOffset CreatedAt, DateTimeOffset? BeganAt, DateTimeOffset? EndedAt, string? EndedBy, string Problem)
    {
        /// <summary>Of a list: entries that name nobody, the first of them.</summary>
        public IReadOnlyList<string> NotFound { get; init; } = [];

        /// <summary>How many entries of a list name nobody.</summary>
        public int NotFoundCount { get; init; }
    }

    public sealed record ShownReason(string Reason, long Count);

    public sealed record ShownSample(string Subject, string? Name, string Reason);

    public static void MapBulk(this IEndpointRouteBuilder api)
    {
        api.MapPost("/scenarios/{name}/bulk", AskAsync).RequirePermission(Permission.WriteEnrollments).Produces<ShownBulk>(StatusCodes.Status202Accepted)
            .WithSummary("Asks for work on many at once: it is counted first who they are and what would come of it, and done once confirmed.");
        api.MapGet("/scenarios/{name}/bulk", async (string name, BulkStore store, ContactStore contacts, AccountStore accounts, CancellationToken cancel) =>
        {
            var shown = new List<ShownBulk>();
            foreach (var work in await store.OfScenarioAsync(name, 20, cancel)) shown.Add(await ShowAsync(work, contacts, accounts, cancel));
            return new ApiPage<ShownBulk>(shown, null);
        }).RequirePermission(Permission.ReadEnrollments).WithSummary("Work on many in a scenario, the latest first.");
        api.MapGet("/bulk/{id:long}", async (long id, BulkStore store, ContactStore contacts, AccountStore accounts, CancellationToken cancel) =>
            await ShowAsync(await store.FindAsync(id, cancel) ?? throw RefusedException.NotFound($"work {id}"), contacts, accounts, cancel))
            .RequirePermission(Permission.ReadEnrollments).WithSummary("How far it has come: the count, and then what came of it.");
        api.MapPost("/bulk/{id:long}/confirm", ConfirmAsync).RequirePermission(Permission.WriteEnrollments).WithSummary("Confirms the count: from now on it is done.");
        api.MapPost("/bulk/{id:long}/pause", (long id, BulkStore store, Audited audited, BusinessClock clock, BulkWorks works, ContactStore contacts, AccountStore accounts, CancellationToken cancel) =>
            SwitchAsync(id, BulkState.Running, BulkState.Paused, store, audited, clock, works, contacts, accounts, cancel))
            .RequirePermission(Permission.WriteEnrollments).WithSummary("Lets it rest; what was told is decided.");
        api.MapPost("/bulk/{id:long}/resume", (long id, BulkStore store, Audited audited, BusinessClock clock, BulkWorks works, ContactStore contacts, AccountStore accounts, CancellationToken cancel) =>
            SwitchAsync(id, BulkState.Paused, BulkState.Running, store, audited, clock, works, contacts, accounts, cancel))
            .RequirePermission(Permission.WriteEnrollments).WithSummary("Lets it go on.");
        api.MapDelete("/bulk/{id:long}", async (long id, BulkStore store, Audited audited, BusinessClock clock, CancellationToken cancel) =>
        {
            var work = await store.FindAsync(id, cancel) ?? throw RefusedException.NotFound($"work {id}");
            if (!await store.EndAsync(id, audited.Who, clock.Now, audited.Note("bulk.ended", $"scenario:{work.Scenario}", new { Bulk = id }), cancel))
                throw RefusedException.Conflict("over", "It is over.", $"It is {ApiJson.Word(work.State)}.");
            return Results.NoContent();
        }).RequirePermission(Permission.WriteEnrollments).WithSummary("Ends it before or while it is done; what was done stays done.");
    }

    /// <summary>A condition over subjects of a kind; null where it cannot be read.</summary>
    public static (Condition? Condition, IReadOnlyList<Diagnostic> Diagnostics) Read(string text, SubjectKind kind, ParseEnvironment environment)
    {
        var found = new List<Diagnostic>();
        return (Condition.Compile(text.ReplaceLineEndings(" "), new ConditionScope { Subject = kind, Plan = environment.Plan, Segments = environment.Segments, File = "condition" }, found), found);
    }

    private static async Task<IResult> AskAsync(
        string name, GivenBulk given, CatalogSource catalogs, Desk desk, BulkStore store, BulkWorks works, Audited audited, BusinessClock clock, ContactStore contacts, AccountStore accounts, ShownDiagnostics diagnosed, CancellationToken cancel)
    {
        BulkAct act = given.Act switch
        {
            "start" => BulkAct.Start,
            "backfill" => BulkAct.Backfill,
            "skip_wait" => BulkAct.SkipWait,
            "take_out" => BulkAct.TakeOut,
            "start_again" => BulkAct.StartAgain,
            "move" => BulkAct.Move,
            _ => throw RefusedException.Missing("act", "start, backfill, skip_wait, take_out, start_again or move"),
        };
        var catalog = (await catalogs.CurrentAsync(cancel)).Catalog;
        if (!catalog.Live.TryGetValue(name, out var published)) throw RefusedException.NotFound($"live scenario \"{name}\"");
        var scenario = published.Scenario;
        var starts = act is BulkAct.Start or BulkAct.Backfill;
        var backfilled = Backfill.KindOf(scenario.Trigger);
        if (act == BulkAct.Backfill && backfilled is null)
            throw RefusedException.BadRequest("no-state-trigger", "There is nothing to be backfilled.", $"{name} does not start by something that is true of a subject for a while, such as a condition, a segment, inactivity or a band. Start a list, a segment or a condition instead.");
        var kind = act == BulkAct.Backfill ? backfilled!.Value : scenario.Subject;
        if (given.Force && string.IsNullOrWhiteSpace(given.Because)) throw RefusedException.Missing("because", "the reason why re-entry rules are passed over");
        if (given.Force && !starts) throw RefusedException.BadRequest("nothing-to-force", "There is nothing to be forced.", "force passes over re-entry rules, and only who is started meets those.");
        if (act == BulkAct.Move && (given.Step is not { } to || !published.Program.Nodes.ContainsKey(to)))
            throw RefusedException.BadRequest("unknown-step", "There is no such step.", $"{name} has {string.Join(", ", published.Program.Nodes.Keys.Order(StringComparer.Ordinal))}.");
        if (!string.IsNullOrWhiteSpace(given.Pace) && Pace.Parse(given.Pace) is null)
            throw RefusedException.BadRequest("bad-pace", "That is no pace.", $"\"{given.Pace}\" was found; say how many in a minute, hour or day: 30/m, 2000/h, 10000/d.");
        var condition = given.Condition?.Trim() ?? "";
        if (condition.Length > 0)
        {
            var (read, diagnostics) = Read(condition, kind, await desk.EnvironmentAsync(cancel));
            if (read is null)
            {
                throw new RefusedException(StatusCodes.Status422UnprocessableEntity, "bad-condition", "The condition cannot be read.", diagnostics.First(d => d.Severity == Severity.Error).Said.In(diagnosed.Language))
                {
                    Members = { ["diagnostics"] = diagnosed.Of(diagnostics) },
                };
            }
        }

        var isListed = act == BulkAct.Start && given.List is not null;
        var (listed, notFound) = isListed ? await ListedAsync(given.List!, kind, store, cancel) : ([], []);
        var choice = new BulkChoice(isListed, isListed ? "" : condition, given.Steps ?? [], given.Version, given.EnteredAfter, given.EnteredBefore, act == BulkAct.Move ? given.Step! : "");
        await audited.RecordAsync("bulk.asked", $"scenario:{name}", new { given.Act, given.Force, Listed = listed.Count }, cancel);
        var id = await store.AddAsync(name, act, choice, listed, given.Pace?.Trim() ?? "", given.Force, given.Because?.Trim() ?? "", audited.Who, clock.Now, cancel);
        works.Asked.Raise();
        var shown = await ShowAsync((await store.FindAsync(id, cancel))!, contacts, accounts, cancel);
        return TypedResults.Accepted((string?)null, shown with { NotFound = [.. notFound.Take(MostUnknownShown)], NotFoundCount = notFound.Count });
    }

    private static async Task<(IReadOnlyList<SubjectRef> Listed, IReadOnlyList<string> NotFound)> ListedAsync(string text, SubjectKind kind, BulkStore store, CancellationToken cancel)
    {
        var entries = text.Split('\n').Select(line => line.Split(Separators)[0].Trim().Trim('"').Trim()).Where(entry => entry.Length > 0).ToList();
        if (entries.Count > 0 && Headers.Contains(entries[0])) entries.RemoveAt(0);
        entries = [.. entries.Distinct(StringComparer.Ordinal)];
        if (entries.Count == 0) throw RefusedException.Missing("list", "one address or id a line");
        if (entries.Count > MostListed)
            throw RefusedException.BadRequest("too-many", "The list is too long.", $"It has {entries.Count} entries; {MostListed} are the most. More are better named by a segment or a condition.");
        var prefix = kind == SubjectKind.Contact ? "contact:" : "account:";
        var direct = entries.Where(entry => entry.StartsWith(prefix, StringComparison.Ordinal) && long.TryParse(entry[prefix.Length..], out var id) && id > 0)
            .ToDictionary(entry => entry, entry => new SubjectRef(kind, long.Parse(entry[prefix.Length..], System.Globalization.CultureInfo.InvariantCulture)));
        var present = (await store.PresentAsync([.. direct.Values], cancel)).ToHashSet();
        var resolved = (await store.ResolveAsync([.. entries.Where(entry => !direct.ContainsKey(entry))], kind, cancel)).ToLookup(found => found.Value, found => found.Subject);
        var (listed, notFound) = (new List<SubjectRef>(), new List<string>());
        foreach (var entry in entries)
        {
            var found = direct.TryGetValue(entry, out var subject) ? present.Contains(subject) ? [subject] : [] : resolved[entry].ToList();
            if (found.Count == 0) notFound.Add(entry);
            listed.AddRange(found);
        }

        return ([.. listed.Distinct()], notFound);
    }

    private static async Task<ShownBulk> ConfirmAsync(
        long id, GivenReason? given, BulkStore store, Audited audited, BusinessClock clock, BulkWorks works, ContactStore contacts, AccountStore accounts, CancellationToken cancel)
    {
        var work = await store.FindAsync(id, cancel) ?? throw RefusedException.NotFound($"work {id}");
        var note = audited.Note("bulk.confirmed", $"scenario:{work.Scenario}", new { Bulk = id, Act = ApiJson.Word(work.Act), work.Chosen, work.IsForced, Because = given?.Because ?? work.Because });
        if (work.State != BulkState.Counted || !await store.ConfirmAsync(id, audited.Who, given?.Because?.Trim() ?? "", clock.Now, note, cancel))
            throw RefusedException.Conflict("not-counted", "It cannot be confirmed.", $"It is {ApiJson.Word(work.State)}; what is confirmed is a finished count.");
        works.Asked.Raise();
        return await ShowAsync((await store.FindAsync(id, cancel))!, contacts, accounts, cancel);
    }

    private static async Task<ShownBulk> SwitchAsync(
        long id, BulkState from, BulkState to, BulkStore store, Audited audited, BusinessClock clock, BulkWorks works, ContactStore contacts, AccountStore accounts, CancellationToken cancel)
    {
        var work = await store.FindAsync(id, cancel) ?? throw RefusedException.NotFound($"work {id}");
        var note = audited.Note(to == BulkState.Paused ? "bulk.paused" : "bulk.resumed", $"scenario:{work.Scenario}", new { Bulk = id });
        if (!await store.SwitchAsync(id, from, to, clock.Now, note, cancel))
            throw RefusedException.Conflict("not-possible", "That is not possible now.", $"It is {ApiJson.Word(work.State)}, and would have to be {ApiJson.Word(from)}.");
        works.Asked.Raise();
        return await ShowAsync((await store.FindAsync(id, cancel))!, contacts, accounts, cancel);
    }

    private static async Task<ShownBulk> ShowAsync(BulkWork work, ContactStore contacts, AccountStore accounts, CancellationToken cancel)
    {
        var sample = work.Counted.Sample.Select(one => (Ref: Subjects.Parse(one.Subject), one.Reason)).ToList();
        var named = await Named.OfAsync(sample.Select(one => one.Ref), contacts, accounts, cancel);
        return new(
            work.Id, work.Scenario, ApiJson.Word(work.Act), ApiJson.Word(work.State), work.Choice.Condition, work.Choice.Steps, work.Choice.Step.Length == 0 ? null : work.Choice.Step, work.Choice.IsListed, work.IsForced,
            work.Pace, work.Because, work.AskedBy, work.ConfirmedBy, work.Subjects, work.Looked, work.Chosen, Reasons(work.Counted.Reasons), work.Counted.HeldOut, work.Counted.Unreachable, work.Counted.Unknown,
            [.. sample.Select(one => named.Of(one.Ref) is var (name, email) ? new ShownSample(one.Ref.ToString(), name ?? email, one.Reason) : new(one.Ref.ToString(), null, one.Reason))],
            work.Told, Reasons(work.Came), work.CreatedAt, work.BeganAt, work.EndedAt, work.EndedBy, work.Problem);
    }

    private static IReadOnlyList<ShownReason> Reasons(IReadOnlyDictionary<string, long> counts) =>
        [.. counts.OrderByDescending(one => one.Value).ThenBy(one => one.Key, StringComparer.Ordinal).Select(one => new ShownReason(one.Key, one.Value))];
}
