using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Scenarios;
using Nurture.Server.Api;
using Nurture.Server.Publishing;
using Nurture.Server.Security;
using Nurture.Storage;

namespace Nurture.Server.Arriving;

/// <summary>The tracking plan against what arrives.</summary>
internal static class ArrivingEndpoints
{
    private static readonly (string Word, ValueKind Kind)[] Types =
        [("text", ValueKind.Text), ("number", ValueKind.Number), ("boolean", ValueKind.Boolean), ("date", ValueKind.Date), ("instant", ValueKind.Instant)];

    /// <param name="Planned">Its type in the plan; null where the plan does not know it.</param>
    /// <param name="Seen">As what it arrived, the most frequent first; empty where it never did.</param>
    /// <param name="Share">Of the events that carried it, 0 to 1.</param>
    /// <param name="Mistyped">How many carried it as something else than what is planned.</param>
    /// <param name="Guess">The type to adopt it with; null where it is planned, or has none that the plan knows.</param>
    public sealed record ShownProperty(string Name, string? Planned, IReadOnlyList<string> Seen, double Share, long Mistyped, string? Guess);

    /// <param name="LastAt">Null for one that did not arrive in that time.</param>
    public sealed record ShownArriving(
        string Name, string Description, bool IsPlanned, long InDay, long InWeeks, DateTimeOffset? LastAt, IReadOnlyList<string> Sources, IReadOnlyList<ShownProperty> Properties);

    /// <param name="Read">So many rows of the log so far; null where nothing is being read.</param>
    /// <param name="At">When the log was read; null before the first time.</param>
    /// <param name="Since">Back to when.</param>
    public sealed record ShownPlan(IReadOnlyList<ShownArriving> Items, long? Read, DateTimeOffset? At, DateTimeOffset? Since);

    public sealed record GivenAdoption(string? Event, IReadOnlyDictionary<string, string>? Properties);

    public static void MapArrivingEvents(this IEndpointRouteBuilder api)
    {
        api.MapGet("/arriving", async (CatalogSource catalogs, EventSurvey survey, SourceStore sources, CancellationToken cancel) =>
            Show((await catalogs.CurrentAsync(cancel)).Catalog.Plan, survey, (await sources.ListAsync(cancel)).ToDictionary(source => source.Id, source => source.Name)))
            .RequirePermission(Permission.ReadScenarios).WithSummary("The tracking plan against what the log held when it was last read: per event how often, how recently, from where and with which properties.");
        api.MapPost("/arriving/reading", (EventSurvey survey) =>
        {
            survey.Begin();
            return TypedResults.Accepted((string?)null);
        }).RequirePermission(Permission.WriteScenarios).WithSummary("Begins to read the last 28 days of the log, unless that is under way: backwards, with pauses, beside intake.");
        api.MapPost("/arriving/adopt", async (GivenAdoption given, CatalogStore store, ApiPublishing publishing, CancellationToken cancel) =>
        {
            var name = given.Event is { Length: > 0 } named && !named.StartsWith(ProductEvents.Prefix, StringComparison.Ordinal) ? named : throw RefusedException.Missing("event", "the name of an event that arrives");
            var properties = (given.Properties ?? new Dictionary<string, string>()).ToDictionary(property => property.Key, property => Types.FirstOrDefault(type => type.Word == property.Value) is { Word: not null } type
                ? type.Kind
                : throw RefusedException.BadRequest("bad-type", "That is no type.", $"\"{property.Value}\" was found for {property.Key}; there are text, number, boolean, date and instant."), StringComparer.Ordinal);
            var text = TrackingPlanText.With((await store.FindAsync("plan", "events", null, null, cancel))?.Content ?? "", name, properties)
                ?? throw new RefusedException(StatusCodes.Status422UnprocessableEntity, "bad-plan", "The tracking plan cannot be read.", "Mend events.yaml first.");
            return await publishing.PublishAsync([ApiPublishing.File(new("events.yaml", text))], cancel);
        }).RequirePermission(Permission.PublishScenarios).WithSummary("Adds an event, or properties of one, to events.yaml and publishes it as a new version.");
    }

    private static ShownPlan Show(TrackingPlan plan, EventSurvey survey, IReadOnlyDictionary<int, string> sources)
    {
        var latest = survey.Latest;
        var seen = latest?.Events ?? new Dictionary<string, SeenEvent>();
        var names = plan.Events.Keys.Where(name => !name.StartsWith(ProductEvents.Prefix, StringComparison.Ordinal)).Union(seen.Keys.Where(name => !name.StartsWith(ProductEvents.Prefix, StringComparison.Ordinal)), StringComparer.Ordinal);
        return new(
            [.. names.Select(name => Show(name, plan.Events.GetValueOrDefault(name), seen.GetValueOrDefault(name), sources)).OrderBy(one => one.IsPlanned).ThenByDescending(one => one.InWeeks).ThenBy(one => one.Name, StringComparer.Ordinal)],
            survey.Running?.Read, latest?.At, latest?.Since);
    }

    private static ShownArriving Show(string name, PlannedEvent? planned, SeenEvent? seen, IReadOnlyDictionary<int, string> sources)
    {
        var properties = (planned?.Properties.Keys ?? []).Union(seen?.Properties.Keys ?? Enumerable.Empty<string>(), StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .Select(property => Show(property, planned?.Properties.GetValueOrDefault(property), seen?.Properties.GetValueOrDefault(property), seen?.InWeeks ?? 0)).ToList();
        return new(name, planned?.Description ?? "", planned is not null, seen?.InDay ?? 0, seen?.InWeeks ?? 0, seen?.LastAt,
            [.. (seen?.Sources ?? []).OrderByDescending(source => source.Value).Select(source => sources.GetValueOrDefault(source.Key) ?? "")], properties);
    }

    private static ShownProperty Show(string name, PlannedAttribute? planned, SeenProperty? seen, long events)
    {
        var types = (seen?.Types ?? []).OrderByDescending(type => type.Value).ThenBy(type => type.Key, StringComparer.Ordinal).ToList();
        var word = planned is null ? null : ApiJson.Word(planned.Type);
        var mistyped = word is null ? 0 : types.Where(type => !Fits(type.Key, word)).Sum(type => type.Value);
        // What came as several kinds is a text at most; a list is nothing that the plan has.
        var guess = planned is not null || types.Count == 0 || types.Exists(type => type.Key == "list") ? null : types.Count == 1 ? types[0].Key : "text";
        return new(name, word, [.. types.Select(type => type.Key)], events == 0 ? 0 : (double)(seen?.Carried ?? 0) / events, mistyped, guess);
    }

    /// <summary>A day or a moment is a text, too.</summary>
    private static bool Fits(string seen, string planned) =>
        seen == planned || (planned == "text" && (seen is "date" or "instant")) || (planned == "instant" && seen == "date");
}
