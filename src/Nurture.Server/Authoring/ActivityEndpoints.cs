using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Server.Api;
using Nurture.Server.Hosting;
using Nurture.Server.Publishing;
using Nurture.Server.Security;
using Nurture.Storage;

namespace Nurture.Server.Authoring;

/// <summary>Counts of all scenarios, counted at most once in a few seconds however many look.</summary>
internal sealed class ScenarioActivities(ScenarioActivityStore store, CatalogSource catalogs, BusinessClock clock)
{
    private static readonly TimeSpan Keep = TimeSpan.FromSeconds(3);

    private readonly SemaphoreSlim counting = new(1, 1);
    private (long At, DateTimeOffset Today, IReadOnlyDictionary<string, ScenarioActivity> Counts)? kept;

    public async Task<IReadOnlyDictionary<string, ScenarioActivity>> CurrentAsync(CancellationToken cancel)
    {
        var today = Today((await catalogs.CurrentAsync(cancel)).Catalog.Policy.Zone);
        await counting.WaitAsync(cancel);
        try
        {
            if (kept is { } known && known.Today == today && TimeProvider.System.GetElapsedTime(known.At) < Keep) return known.Counts;
            var counts = await store.ReadAsync(today, cancel);
            kept = (TimeProvider.System.GetTimestamp(), today, counts);
            return counts;
        }
        finally
        {
            counting.Release();
        }
    }

    /// <summary>Midnight of the company's day.</summary>
    private DateTimeOffset Today(string zoneId)
    {
        var zone = NodaTime.DateTimeZoneProviders.Tzdb[zoneId];
        return NodaTime.Instant.FromDateTimeOffset(clock.Now).InZone(zone).Date.AtStartOfDayInZone(zone).ToDateTimeOffset().ToUniversalTime();
    }
}

internal static class ActivityEndpoints
{
    /// <param name="Subject"><c>contact:17</c> or <c>account:4</c>.</param>
    /// <param name="Row">Of a scenario with rows: which.</param>
    public sealed record ShownStanding(string EnrollmentId, string Subject, string? Name, int Version, string Step, DateTimeOffset Since, DateTimeOffset EnteredAt, string? Row);

    public sealed record ShownDecision(long Id, DateTimeOffset At, string Reason, string Sentence, string Subject, string? Name, string? Step, int Version, string? EnrollmentId);

    public sealed record ShownParked(string Subject, string? Name, DateTimeOffset At, string? Step, string Error);

    private static readonly Dictionary<string, Reason[]> Kinds = new(StringComparer.Ordinal)
    {
        ["all"] = [],
        ["entered"] = [Reason.Entered],
        ["not_entered"] = [.. Enum.GetValues<Reason>().Where(reason => reason is > Reason.Entered and <= Reason.Imported)],
        ["mailed"] = [Reason.Released],
        ["failed"] = [Reason.RenderFailed, Reason.Refused, Reason.Uncertain, Reason.Internal],
        ["ended"] = [Reason.GoalReached, Reason.GoalMissed, Reason.ExitTrue, Reason.AudienceLost, Reason.Completed, Reason.Ended, Reason.Stopped],
    };

    public static void MapActivity(this IEndpointRouteBuilder api)
    {
        api.MapGet("/scenarios/{name}/standing", async (string name, string? step, int? limit, string? after, ScenarioActivityStore store, CatalogSource catalogs, CancellationToken cancel) =>
        {
            var page = await store.StandingAsync(new((await catalogs.CurrentAsync(cancel)).Catalog.NamesOf(name)), string.IsNullOrEmpty(step) ? null : step, Paging.After(after), Paging.Limit(limit), cancel);
            return new ApiPage<ShownStanding>([.. page.Items.Select(one => new ShownStanding(
                ShownEnrollment.Number(one.Position.EnrollmentId)!, one.Position.Subject.ToString(), one.Name, one.Position.Version, one.Position.Step, one.Position.Since, one.Position.EnteredAt, ScenarioRowOf(one.Position.Scenario)))],
                page.Next?.ToString());
        }).RequirePermission(Permission.ReadEnrollments).WithSummary("Who stands in a scenario now, on all steps or one, with their names.");

        api.MapGet("/scenarios/{name}/history", async (string name, string? what, string? locale, int? limit, string? after, ScenarioActivityStore store, CatalogSource catalogs, CancellationToken cancel) =>
        {
            if (!Kinds.TryGetValue(string.IsNullOrEmpty(what) ? "all" : what, out var reasons))
                throw RefusedException.BadRequest("bad-word", "what is none of its words.", $"\"{what}\" was found; what is one of {string.Join(", ", Kinds.Keys)}.");
            var catalog = (await catalogs.CurrentAsync(cancel)).Catalog;
            var page = await store.HistoryAsync(new(catalog.NamesOf(name)), reasons, Paging.After(after), Paging.Limit(limit), cancel);
            return new ApiPage<ShownDecision>([.. page.Items.Select(found => Show(found.Row, found.Name, catalog, Reader.Asked(locale)))], page.Next?.ToString());
        }).RequirePermission(Permission.ReadJournal).WithSummary("What was decided in a scenario, the newest first: all, or who entered, did not enter, was mailed, whose mail failed, or who ended.");

        api.MapGet("/scenarios/{name}/parked", async (string name, int? limit, ScenarioActivityStore store, CatalogSource catalogs, CancellationToken cancel) =>
            new ApiPage<ShownParked>([.. (await store.ParkedAsync(new((await catalogs.CurrentAsync(cancel)).Catalog.NamesOf(name)), Paging.Limit(limit), cancel)).Select(found =>
                new ShownParked(found.Parked.Subject.ToString(), found.Name, found.Parked.At, found.Parked.Step, found.Parked.Error))], null))
            .RequirePermission(Permission.ReadParked).WithSummary("Subjects of a scenario that stand still since a step of theirs failed.");
    }

    private static string? ScenarioRowOf(string scenario) => Scenarios.Scenario.FamilyOf(scenario) is var family && family.Length < scenario.Length ? scenario[(family.Length + 1)..] : null;

    private static ShownDecision Show(JournalRow row, string? name, Scenarios.Catalog catalog, Simulation.Language? language)
    {
        var shown = JournalEndpoints.Show(row, catalog, language);
        return new(row.Id, shown.At, shown.Reason, shown.Sentence, shown.Subject, name, shown.Step, shown.Version, shown.EnrollmentId);
    }
}
