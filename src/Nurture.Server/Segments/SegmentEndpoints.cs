using Nurture.Conditions;
using Nurture.Contacts;
using Nurture.Scenarios;
using Nurture.Segments;
using Nurture.Server.Api;
using Nurture.Server.Hosting;
using Nurture.Server.Publishing;
using Nurture.Server.Security;
using Nurture.Storage;
using Nurture.Templates;

namespace Nurture.Server.Segments;

/// <summary>Segments as they are defined and as they stand: who asks them, how many belong to each, and who.</summary>
internal static class SegmentEndpoints
{
    private const string File = "segments";

    /// <summary>So many states are asked for one page of members; whoever wants more goes on after them.</summary>
    private const int MostAsked = 4_000;

    /// <param name="State"><c>live</c>; <c>preparing</c> while this definition is filled from history and the one before it answers.</param>
    /// <param name="Members">As the last walk counted them; null before the first.</param>
    /// <param name="AskedBy">What names it.</param>
    public sealed record ShownSegment(
        string Name, string Title, string About, string Of, string Is, bool IsList, string State, long? Members, IReadOnlyList<ShownAsker> AskedBy);

    /// <param name="Kind"><c>scenario</c>, <c>broadcast</c>, <c>segment</c>, <c>health</c>.</param>
    public sealed record ShownAsker(string Kind, string Name, string Title);

    /// <param name="Asked">Of how many subjects so far; null where its turn has not come, or another node does it.</param>
    public sealed record ShownPreparation(int Version, DateTimeOffset PublishedAt, string PublishedBy, long? Asked, long? Subjects);

    /// <param name="Version">Of the file; 0 where none was published.</param>
    /// <param name="Counted">When the members were counted; null before the first walk.</param>
    public sealed record ShownSegments(IReadOnlyList<ShownSegment> Items, int Version, ShownPreparation? Preparing, DateTimeOffset? Counted, ShownCounting? Counting);

    public sealed record ShownCounting(long Asked, long Subjects);

    /// <param name="Change"><c>added</c>, <c>changed</c>, <c>removed</c>.</param>
    public sealed record ShownChange(int Version, DateTimeOffset PublishedAt, string PublishedBy, string Change, string? Title, string? Is);

    /// <param name="History">Versions of segments.yaml in which it became another one, the newest first.</param>
    public sealed record ShownSegmentWhole(ShownSegment Segment, int Version, ShownPreparation? Preparing, DateTimeOffset? Counted, IReadOnlyList<ShownChange> History);

    /// <param name="Name">What people call them.</param>
    public sealed record ShownMember(string Subject, string? Name, string? Email);

    public static void MapSegmentLists(this IEndpointRouteBuilder api)
    {
        api.MapGet("/segments", ListAsync).RequirePermission(Permission.ReadScenarios)
            .WithSummary("All segments by name: whom they are about, what they ask, who asks them, and how many belonged to each when they were last counted.");
        api.MapGet("/segments/{name}", GetAsync).RequirePermission(Permission.ReadScenarios).WithSummary("A segment, and the versions of segments.yaml in which it became another one.");
        api.MapGet("/segments/{name}/members", MembersAsync).RequirePermission(Permission.ReadContacts)
            .WithSummary("Who belongs to it at this moment, in the order of their ids. A page may hold few or nobody and still have a next: it asks some thousand subjects and no more.");
        api.MapPost("/segments/counting", (SegmentCensus census) =>
        {
            var counted = census.Begin();
            return TypedResults.Accepted((string?)null, new ShownCounting(counted.Asked, counted.Subjects));
        }).RequirePermission(Permission.WriteScenarios).WithSummary("Begins to count the members of all segments, unless that is under way: one walk over all states, with pauses.")
            .Produces<ShownCounting>(StatusCodes.Status202Accepted);
    }

    private static async Task<ShownSegments> ListAsync(CatalogSource catalogs, Preparation preparation, BroadcastStore broadcasts, SegmentCensus census, CatalogStore store, CancellationToken cancel)
    {
        var current = await catalogs.CurrentAsync(cancel);
        var called = await BroadcastsAsync(broadcasts, cancel);
        var newest = await store.FindAsync(File, File, null, null, cancel);
        return new(
            [.. Newest(current).ByName.Values.OrderBy(segment => segment.Title, StringComparer.CurrentCultureIgnoreCase).ThenBy(segment => segment.Name, StringComparer.Ordinal).Select(segment => Show(segment, current, called, census))],
            newest?.Version ?? 0, Preparing(current, preparation), census.Latest?.At, census.Running is { } running ? new(running.Asked, running.Subjects) : null);
    }

    private static async Task<ShownSegmentWhole> GetAsync(string name, CatalogSource catalogs, Preparation preparation, BroadcastStore broadcasts, SegmentCensus census, CatalogStore store, CancellationToken cancel)
    {
        var current = await catalogs.CurrentAsync(cancel);
        var segment = Newest(current).ByName.GetValueOrDefault(name) ?? throw RefusedException.NotFound($"segment \"{name}\"");
        var versions = await store.VersionsAsync(File, File, cancel);
        return new(Show(segment, current, await BroadcastsAsync(broadcasts, cancel), census), versions.Count > 0 ? versions[0].Version : 0, Preparing(current, preparation), census.Latest?.At,
            History(name, versions, current.Catalog.Plan));
    }

    private static async Task<ApiPage<ShownMember>> MembersAsync(
        string name, int? limit, string? after, CatalogSource catalogs, WalkStore walks, SubjectStates states, ContactStore contacts, AccountStore accounts, BusinessClock clock, CancellationToken cancel)
    {
        var current = (await catalogs.CurrentAsync(cancel)).Catalog;
        if (current.Segments.ByName.GetValueOrDefault(name) is not { } segment)
        {
            // One that is being prepared for the first time has no members yet.
            return current.PreparingSegments?.ByName.ContainsKey(name) == true ? new([], null) : throw RefusedException.NotFound($"segment \"{name}\"");
        }

        var most = Paging.Limit(limit);
        var (catalog, uncounted) = await states.CoverAsync(current, segment.Is.Criteria, cancel);
        var (place, asked, found, isOver) = (Paging.After(after) ?? 0, 0, new List<SubjectRef>(), false);
        while (found.Count < most && asked < MostAsked && !isOver)
        {
            var stops = await walks.NextAsync(segment.Of, place, Math.Min(SegmentCensus.ChunkSize, MostAsked - asked), cancel);
            isOver = stops.Count == 0;
            var page = await states.ReadAsync(segment.Of, stops, cancel);
            await states.FillAsync(uncounted, page, cancel);
            var members = page.Where(one => segment.Is.Evaluate(SegmentCensus.ContextOf(catalog, clock.Now, one)) == Truth.True).Select(one => one.Subject.Ref).OrderBy(one => one.Id).ToList();
            asked += stops.Count;
            // What is found beyond a page's end is found again after it.
            var taken = members.Take(most - found.Count).ToList();
            found.AddRange(taken);
            place = taken.Count < members.Count ? taken[^1].Id : stops.Count > 0 ? stops[^1].Id : place;
        }

        var named = await Named.OfAsync(found, contacts, accounts, cancel);
        return new([.. found.Select(subject => ShowMember(subject, named))], isOver ? null : place.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    internal static ShownMember ShowMember(SubjectRef subject, Named named) => new(subject.ToString(), named.Of(subject).Name, named.Of(subject).Email);

    internal static SegmentSet Newest(PublishedCatalog current) => current.Catalog.PreparingSegments ?? current.Catalog.Segments;

    private static async Task<IReadOnlySet<string>> BroadcastsAsync(BroadcastStore broadcasts, CancellationToken cancel) =>
        (await broadcasts.ListAsync(cancel)).Select(broadcast => broadcast.Name).ToHashSet(StringComparer.Ordinal);

    private static ShownSegment Show(Segment segment, PublishedCatalog current, IReadOnlySet<string> broadcasts, SegmentCensus census)
    {
        var before = current.Catalog.Segments.ByName.GetValueOrDefault(segment.Name);
        var isLive = before is not null && before.Is.Text == segment.Is.Text && before.Of == segment.Of;
        long? members = isLive && census.Latest is { State: "done" } counted && counted.Members.TryGetValue(segment.Name, out var number) ? number : null;
        return new(segment.Name, segment.Title, segment.About, ApiJson.Word(segment.Of), segment.Is.Text, segment.IsList, isLive ? "live" : "preparing", members, Askers(segment.Name, current, broadcasts));
    }

    private static List<ShownAsker> Askers(string name, PublishedCatalog current, IReadOnlySet<string> broadcasts)
    {
        var asking = current.Catalog.Live.Values.Select(live => live.Scenario)
            .Concat(current.Preparing.Where(document => document.Kind == "scenario").Select(document => current.Catalog.Versions.GetValueOrDefault((document.Name, document.Version))?.Scenario).OfType<Scenario>())
            .Where(scenario => CatalogIndex.SegmentsOf(scenario).Any(segment => segment.Name == name))
            .DistinctBy(scenario => scenario.Name)
            .Select(scenario => new ShownAsker(broadcasts.Contains(scenario.Name) ? "broadcast" : "scenario", scenario.Name, scenario.Title)).ToList();
        asking.AddRange(Newest(current).ByName.Values.Where(other => other.Is.Segments.Any(segment => segment.Name == name)).Select(other => new ShownAsker("segment", other.Name, other.Title)));
        var mails = current.Catalog.PreparingMails ?? current.Templates;
        asking.AddRange(mails.All.Where(mail => !mail.IsLayout && MailFacts.Of([mails.ReadsOf(mail.Name, mail.Locale)], current.Catalog.Plan, Newest(current)).Values.Any(fact => fact.Segments.Any(segment => segment.Name == name)))
            .Select(mail => $"{mail.Name}.{mail.Locale}").Select(mail => new ShownAsker("mail", mail, mail)));
        if ((current.Catalog.PreparingHealth ?? current.Catalog.Health) is { } health && health.Segments.Any(segment => segment.Name == name)) asking.Add(new("health", health.Name, health.Name));
        return [.. asking.OrderBy(one => one.Kind, StringComparer.Ordinal).ThenBy(one => one.Name, StringComparer.Ordinal)];
    }

    private static ShownPreparation? Preparing(PublishedCatalog current, Preparation preparation)
    {
        if (current.Preparing.LastOrDefault(document => document.Kind == File) is not { } document) return null;
        var progress = preparation.Progress is { } at && at.Scenario == document.Name && at.Version == document.Version ? at : null;
        return new(document.Version, document.PublishedAt, document.PublishedBy, progress?.Asked, progress?.Subjects);
    }

    private static List<ShownChange> History(string name, IReadOnlyList<Document> versions, TrackingPlan plan)
    {
        var changes = new List<ShownChange>();
        Segment? before = null;
        foreach (var version in versions.Reverse())
        {
            var now = SegmentsReader.Read(version.Content, ScenarioLibrary.SegmentsFile, plan).Segments.ByName.GetValueOrDefault(name);
            var change = (before, now) switch
            {
                (null, null) => null,
                (null, _) => "added",
                (_, null) => "removed",
                _ => before.Is.Text == now.Is.Text && before.Title == now.Title && before.About == now.About && before.Of == now.Of ? null : "changed",
            };
            if (change is not null) changes.Add(new(version.Version, version.PublishedAt, version.PublishedBy, change, now?.Title, now?.Is.Text));
            before = now;
        }

        changes.Reverse();
        return changes;
    }
}
