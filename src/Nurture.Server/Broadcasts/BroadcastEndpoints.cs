using System.Globalization;
using System.Text.Json;
using NodaTime.Text;
using Nurture.Scenarios;
using Nurture.Server.Api;
using Nurture.Server.Authoring;
using Nurture.Server.Hosting;
using Nurture.Server.Publishing;
using Nurture.Server.Scheduling;
using Nurture.Server.Security;
using Nurture.Simulation;
using Nurture.Storage;
using Nurture.Templating;

namespace Nurture.Server.Broadcasts;

internal static class BroadcastEndpoints
{
    private const string Prefix = "broadcast-";
    private const int MostOfTitle = 40;
    private static readonly LocalDateTimePattern Moment = LocalDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd'T'HH:mm");

    /// <param name="Class"><c>marketing</c> (where nothing is said) or <c>service</c>.</param>
    /// <param name="Condition">Who receives it; empty is everybody.</param>
    /// <param name="At">Local time on the company's clock, <c>2026-12-01T09:00</c>.</param>
    /// <param name="Pace"><c>2000/h</c>; empty lets all enter at once.</param>
    /// <param name="SubjectShare">With how many the template's subjects are tested, <c>20%</c>; empty tests none, and all get the first.</param>
    /// <param name="SubjectAfter">When the better one is decided, <c>4h</c> after the first of these mails.</param>
    public sealed record Form(
        string? Title, string? Template, string? Class, string? Topic, string? Condition, string? At, string? Pace, string? Throttle = null, string? SubjectShare = null, string? SubjectAfter = null);

    /// <param name="Expected">How many it was counted to reach, as whoever schedules it saw: the volume breaker lets so many pass.</param>
    public sealed record GivenCount(long? Expected);

    /// <param name="Revision">The one that was read before.</param>
    public sealed record GivenForm(Form? Form, int Revision);

    /// <param name="State"><c>draft</c>, <c>preparing</c>, <c>scheduled</c>, <c>sending</c>, <c>sent</c>, <c>missed</c>, <c>stopped</c>.</param>
    /// <param name="StartsAt">The moment of <see cref="Form.At"/>; null where none is said yet.</param>
    /// <param name="Walk">How far everybody has been asked; null before it begins.</param>
    public sealed record ShownBroadcast(
        string Name, string State, Form Form, int Revision, string Zone, DateTimeOffset? StartsAt, DateTimeOffset EditedAt, string EditedBy, string? StoppedBy, string? StoppedBecause,
        ShownWalk? Walk, MailResults Results);

    /// <param name="Field">Of the form; null for what belongs to none.</param>
    public sealed record FormProblem(string? Field, string Severity, string Message, string? Hint);

    public sealed record CheckedForm(bool IsGood, IReadOnlyList<FormProblem> Problems, string Text);

    public static void MapBroadcastForms(this IEndpointRouteBuilder api)
    {
        api.MapGet("/broadcasts", ListAsync).RequirePermission(Permission.ReadBroadcasts).WithSummary("Broadcasts, the newest first, with how far each has come and what became of its mails.");
        api.MapPost("/broadcasts", AddAsync).RequirePermission(Permission.WriteBroadcasts).WithSummary("A new broadcast, as a draft that sends nothing.");
        api.MapGet("/broadcasts/{name}", async (string name, Desks desks, CancellationToken cancel) => await ShowAsync(await RequireAsync(name, desks, cancel), desks, cancel))
            .RequirePermission(Permission.ReadBroadcasts).WithSummary("A broadcast.");
        api.MapPut("/broadcasts/{name}", SaveAsync).RequirePermission(Permission.WriteBroadcasts).WithSummary("Keeps what was filled in. What is scheduled does not change any more.");
        api.MapDelete("/broadcasts/{name}", DeleteAsync).RequirePermission(Permission.WriteBroadcasts).WithSummary("Throws a draft away.");
        api.MapPost("/broadcasts/check", async (Form form, Desks desks, CancellationToken cancel) => await CheckAsync("broadcast-check", form, desks, cancel))
            .RequirePermission(Permission.WriteBroadcasts).WithSummary("What is wrong with a form, by field. Keeps nothing.");
        api.MapPost("/broadcasts/{name}/schedule", ScheduleAsync).RequirePermission(Permission.WriteBroadcasts)
            .WithSummary("Publishes it as a scenario that a schedule starts: from its time on everybody is asked, at its pace.");
        api.MapPost("/broadcasts/{name}/stop", (string name, ScenarioEndpoints.GivenReason? given, Desks desks, CancellationToken cancel) => SwitchAsync(name, given?.Because, isStopped: true, desks, cancel))
            .RequirePermission(Permission.WriteBroadcasts).WithSummary("Stops it: nobody more is asked and no mail leaves. What has left has left.");
        api.MapPost("/broadcasts/{name}/continue", (string name, Desks desks, CancellationToken cancel) => SwitchAsync(name, null, isStopped: false, desks, cancel))
            .RequirePermission(Permission.WriteBroadcasts).WithSummary("Lets it go on where it was stopped.");
    }

    /// <summary>What these endpoints work with.</summary>
    internal sealed record Desks(
        BroadcastStore Store, CatalogStore Documents, CatalogSource Catalogs, Desk Desk, Publisher Publisher, ApiPublishing Publishing, Timetable Timetable, WalkStore Walks, Audited Audited, BusinessClock Clock, ShownDiagnostics Shown)
    {
        public static ValueTask<Desks?> BindAsync(HttpContext context, System.Reflection.ParameterInfo _)
        {
            var services = context.RequestServices;
            return ValueTask.FromResult<Desks?>(new(
                services.GetRequiredService<BroadcastStore>(), services.GetRequiredService<CatalogStore>(), services.GetRequiredService<CatalogSource>(), services.GetRequiredService<Desk>(),
                services.GetRequiredService<Publisher>(), services.GetRequiredService<ApiPublishing>(), services.GetRequiredService<Timetable>(), services.GetRequiredService<WalkStore>(),
                services.GetRequiredService<Audited>(), services.GetRequiredService<BusinessClock>(), services.GetRequiredService<ShownDiagnostics>()));
        }
    }

    private static async Task<ApiPage<ShownBroadcast>> ListAsync(int? limit, string? after, Desks desks, CancellationToken cancel)
    {
        var most = Paging.Limit(limit);
        var first = (int)(Paging.After(after) ?? 0);
        // Some a month, so the page is cut from the whole.
        var all = await desks.Store.ListAsync(cancel);
        var shown = new List<ShownBroadcast>();
        var present = await PresentAsync(desks, cancel);
        foreach (var broadcast in all.Skip(first).Take(most)) shown.Add(await ShowAsync(broadcast, present, desks, cancel));
        return new(shown, first + shown.Count < all.Count ? (first + shown.Count).ToString(CultureInfo.InvariantCulture) : null);
    }

    private static async Task<ShownBroadcast> AddAsync(GivenForm given, Desks desks, CancellationToken cancel)
    {
        var form = given.Form ?? throw RefusedException.Missing("form", "{ \"title\": \"What is new in March\" }");
        var now = desks.Clock.Now;
        var stem = Prefix + (Slug(form.Title ?? "") is { Length: > 0 } slug ? slug : now.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        for (var n = 1; ; n++)
        {
            var name = n == 1 ? stem : $"{stem}-{n}";
            if (await desks.Documents.FindAsync("scenario", name, null, null, cancel) is not null) continue;
            if (await desks.Store.AddAsync(name, JsonSerializer.Serialize(form, ApiJson.Options), now, desks.Audited.Actor, cancel)) return await ShowAsync(await RequireAsync(name, desks, cancel), desks, cancel);
        }
    }

    private static async Task<ShownBroadcast> SaveAsync(string name, GivenForm given, Desks desks, CancellationToken cancel)
    {
        await RequireDraftAsync(name, desks, cancel);
        var form = given.Form ?? throw RefusedException.Missing("form", "{ \"title\": \"What is new in March\" }");
        if (!await desks.Store.SaveAsync(name, JsonSerializer.Serialize(form, ApiJson.Options), given.Revision, desks.Clock.Now, desks.Audited.Actor, cancel))
        {
            throw new RefusedException(StatusCodes.Status409Conflict, "draft-changed", "Somebody else has saved this broadcast meanwhile.", "Read it again, and make your change to what is there now.")
            {
                Members = { ["broadcast"] = await ShowAsync(await RequireAsync(name, desks, cancel), desks, cancel) },
            };
        }

        return await ShowAsync(await RequireAsync(name, desks, cancel), desks, cancel);
    }

    private static async Task<IResult> DeleteAsync(string name, Desks desks, CancellationToken cancel)
    {
        await RequireDraftAsync(name, desks, cancel);
        await desks.Audited.RecordAsync("broadcast.discarded", $"broadcast:{name}", null, cancel);
        await desks.Store.DeleteAsync(name, cancel);
        return Results.NoContent();
    }

    private static async Task<ShownBroadcast> ScheduleAsync(string name, GivenCount? given, Desks desks, BreakerStore breakers, CancellationToken cancel)
    {
        var broadcast = await RequireDraftAsync(name, desks, cancel);
        var read = await CheckAsync(name, FormOf(broadcast), desks, cancel);
        if (!read.IsGood)
        {
            throw new RefusedException(StatusCodes.Status422UnprocessableEntity, "not-publishable", "The broadcast cannot be scheduled yet.",
                string.Join(' ', read.Problems.Where(problem => problem.Severity == "error").Select(problem => problem.Message)))
            {
                Members = { ["problems"] = read.Problems },
            };
        }

        await desks.Audited.RecordAsync("broadcast.scheduled", $"broadcast:{name}", new { FormOf(broadcast).At, FormOf(broadcast).Template, given?.Expected }, cancel);
        if (given?.Expected is > 0 and var expected) await breakers.AllowAsync(name, expected, desks.Audited.Who, "broadcast", desks.Clock.Now, cancel);
        await desks.Publishing.PublishAsync([ApiPublishing.Scenario(name, read.Text)], cancel);
        return await ShowAsync(broadcast, desks, cancel);
    }

    private static async Task<ShownBroadcast> SwitchAsync(string name, string? because, bool isStopped, Desks desks, CancellationToken cancel)
    {
        var broadcast = await RequireAsync(name, desks, cancel);
        if (await desks.Documents.FindAsync("scenario", name, null, null, cancel) is null) throw RefusedException.Conflict("not-scheduled", "It is a draft.", "Nothing of it is to be sent, so there is nothing to stop.");
        await desks.Audited.RecordAsync(isStopped ? "broadcast.stopped" : "broadcast.continued", $"broadcast:{name}", because is null ? null : new { because }, cancel);
        if (isStopped) await desks.Publisher.PauseAsync(name, desks.Audited.Actor, because, cancel);
        else await desks.Publisher.ResumeAsync(name, desks.Audited.Actor, cancel);
        return await ShowAsync(broadcast, desks, cancel);
    }

    private static async Task<CheckedForm> CheckAsync(string name, Form form, Desks desks, CancellationToken cancel)
    {
        var environment = await desks.Desk.EnvironmentAsync(cancel);
        var (problems, language) = (new List<FormProblem>(), desks.Shown.Language);
        Require("title", form.Title, "It needs a title.");
        Require("template", form.Template, "It needs a template.");
        Require("at", form.At, "It needs a time.");
        if (StartOf(form, environment.Policy.Zone) is { } start && start <= desks.Clock.Now) Say("at", Severity.Error, "This time is over.", "Choose a later one.");
        var text = new Broadcast(Said(form.Title, "-"), desks.Audited.Actor, Said(form.Template, "-"), ClassOf(form), form.Topic?.Trim() ?? "", form.Condition?.Trim() ?? "", Said(form.At, "-"), form.Pace?.Trim() ?? "", form.Throttle?.Trim() ?? "")
        {
            SubjectTest = string.IsNullOrWhiteSpace(form.SubjectShare) ? null
                : ([.. environment.MailTemplates?.Find(Said(form.Template, "-"), null)?.Subjects.Select(one => one.Name) ?? []], form.SubjectShare.Trim(), Said(form.SubjectAfter, "4h")),
        }
            .ToText(name, environment.Policy.Zone, out var fields);
        var parsed = Desk.Check(text, environment);
        foreach (var diagnostic in parsed.Diagnostics)
        {
            var field = fields.GetValueOrDefault(diagnostic.Span.Line);
            // What is not filled in has been said in better words, and a past time too.
            if (problems.Exists(problem => problem.Field == field && problem.Severity == "error") && field is "title" or "template" or "at") continue;
            Say(field, diagnostic.Severity, diagnostic.Said, diagnostic.Advice);
        }

        return new(!problems.Exists(problem => problem.Severity == "error"), problems, text);

        void Say(string? field, Severity severity, Wording said, Wording? advice) =>
            problems.Add(new(field, ApiJson.Word(severity), said.In(language), advice?.In(language)));

        void Require(string field, string? value, Wording said)
        {
            if (string.IsNullOrWhiteSpace(value)) Say(field, Severity.Error, said, null);
        }
    }

    internal static SendClass ClassOf(Form form) => form.Class switch
    {
        null or "" or "marketing" => SendClass.Marketing,
        "service" => SendClass.Service,
        _ => throw RefusedException.BadRequest("bad-word", "class is none of its words.", $"\"{form.Class}\" was found; the class of a broadcast is marketing or service."),
    };

    internal static Form FormOf(StoredBroadcast broadcast) => JsonSerializer.Deserialize<Form>(broadcast.Form, ApiJson.Options)!;

    /// <summary>Null where no time is said that can be read.</summary>
    internal static DateTimeOffset? StartOf(Form form, string zoneId) => form.At is { Length: > 0 } at && Moment.Parse(at) is { Success: true } read
        ? read.Value.InZoneLeniently(NodaTime.DateTimeZoneProviders.Tzdb[zoneId]).ToDateTimeOffset().ToUniversalTime()
        : null;

    /// <summary>What is asked once, however many broadcasts are shown.</summary>
    private sealed record Present(Catalog Catalog, IReadOnlyDictionary<string, ScenarioWalk> Walks, IReadOnlyDictionary<string, ScenarioSwitch> Switches);

    private static async Task<Present> PresentAsync(Desks desks, CancellationToken cancel) => new(
        (await desks.Catalogs.CurrentAsync(cancel)).Catalog, (await desks.Walks.LatestAsync(cancel)).ToDictionary(walk => walk.Scenario),
        (await desks.Documents.ReadAsync(cancel)).Switches.ToDictionary(one => one.Name));

    private static async Task<ShownBroadcast> ShowAsync(StoredBroadcast broadcast, Desks desks, CancellationToken cancel) =>
        await ShowAsync(broadcast, await PresentAsync(desks, cancel), desks, cancel);

    private static async Task<ShownBroadcast> ShowAsync(StoredBroadcast broadcast, Present present, Desks desks, CancellationToken cancel)
    {
        var catalog = present.Catalog;
        var form = FormOf(broadcast);
        var version = await desks.Documents.FindAsync("scenario", broadcast.Name, null, null, cancel);
        var walk = present.Walks.GetValueOrDefault(broadcast.Name);
        var results = version is null ? MailResults.None : await desks.Store.ResultsAsync(broadcast.Name, cancel);
        var switched = present.Switches.GetValueOrDefault(broadcast.Name);
        var start = StartOf(form, catalog.Policy.Zone);
        var state = version switch
        {
            null => "draft",
            _ when switched?.PausedAt is not null => "stopped",
            { State: DocumentState.Preparing } => start <= desks.Clock.Now ? "missed" : "preparing",
            _ when walk is { State: WalkState.Walking } || results.Waiting > 0 => "sending",
            _ when walk is { State: WalkState.Done } => "sent",
            _ when walk is { State: WalkState.Missed } => "missed",
            _ => start > desks.Clock.Now || desks.Timetable.NextOfScenario(broadcast.Name) is not null ? "scheduled" : version.LiveAt > start ? "missed" : "sending",
        };
        return new(broadcast.Name, state, form, broadcast.Revision, catalog.Policy.Zone, start, broadcast.EditedAt, broadcast.EditedBy, switched?.PausedBy, switched?.PausedBecause,
            walk is null ? null : ShownWalk.Of(walk), results);
    }

    private static async Task<StoredBroadcast> RequireAsync(string name, Desks desks, CancellationToken cancel) =>
        await desks.Store.FindAsync(name, cancel) ?? throw RefusedException.NotFound($"broadcast \"{name}\"");

    private static async Task<StoredBroadcast> RequireDraftAsync(string name, Desks desks, CancellationToken cancel)
    {
        var broadcast = await RequireAsync(name, desks, cancel);
        return await desks.Documents.FindAsync("scenario", name, null, null, cancel) is null
            ? broadcast
            : throw RefusedException.Conflict("already-scheduled", "It is scheduled already.", "What is scheduled does not change any more. Stop it, and make a new one.");
    }

    private static string Said(string? value, string otherwise) => string.IsNullOrWhiteSpace(value) ? otherwise : value.Trim();

    private static string Slug(string title)
    {
        var words = new string([.. title.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : ' ')]).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var slug = string.Join('-', words);
        return slug.Length <= MostOfTitle ? slug : slug[..MostOfTitle].TrimEnd('-');
    }
}
