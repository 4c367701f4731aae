using Nurture.Contacts;
using Nurture.Scenarios;
using Nurture.Segments;
using Nurture.Server.Api;
using Nurture.Server.Authoring;
using Nurture.Server.Publishing;
using Nurture.Server.Security;
using Nurture.Storage;
using Nurture.Templating.Syntax;

namespace Nurture.Server.Segments;

/// <summary>The file of segments as a text, or with one segment as a form says it: checked, reckoned and published as a whole.</summary>
internal static class SegmentFileEndpoints
{
    private const string Kind = "segments";

    /// <param name="Of"><c>contact</c> or <c>account</c>.</param>
    public sealed record GivenSegment(string? Title, string? About, string? Of, string? Is);

    /// <param name="Text">The whole file. Where it is left out, the newest published one.</param>
    /// <param name="Name">The segment that <paramref name="Segment"/> describes, written into that text; without one it is taken away.</param>
    /// <param name="BasedOn">The version of the file that the author saw; where a later one was published meanwhile, publishing is refused.</param>
    public sealed record GivenSegments(string? Text, string? Name, GivenSegment? Segment, int? BasedOn);

    public sealed record ShownFile(string Text, int Version, DateTimeOffset? PublishedAt, string? PublishedBy);

    /// <param name="Text">As it would be published.</param>
    public sealed record CheckedSegments(string Text, bool IsGood, IReadOnlyList<ShownDiagnostic> Diagnostics);

    public static void MapSegmentFile(this IEndpointRouteBuilder api)
    {
        api.MapGet("/files/segments", async (CatalogStore store, CancellationToken cancel) =>
        {
            var newest = await store.FindAsync(Kind, Kind, null, null, cancel);
            return new ShownFile(newest?.Content ?? "", newest?.Version ?? 0, newest?.PublishedAt, newest?.PublishedBy);
        }).RequirePermission(Permission.ReadScenarios).WithSummary("The newest published text of segments.yaml.");
        api.MapPost("/files/segments/check", async (GivenSegments given, CatalogStore store, Desk desk, SegmentUses uses, CatalogSource catalogs, ShownDiagnostics shown, CancellationToken cancel) =>
        {
            var text = await TextAsync(given, store, shown, cancel);
            var environment = await desk.EnvironmentAsync(cancel);
            var (segments, diagnostics) = SegmentsReader.Read(text, ScenarioLibrary.SegmentsFile, environment.Plan);
            var current = await catalogs.CurrentAsync(cancel);
            List<Diagnostic> found = [.. diagnostics, .. await uses.CheckAsync(ScenarioLibrary.SegmentsFile, environment with { Segments = segments }, current, [], current.Catalog.PreparingHealth ?? current.Catalog.Health, cancel)];
            return new CheckedSegments(text, !found.Exists(said => said.Severity == Severity.Error), shown.Of(found));
        }).RequirePermission(Permission.WriteScenarios).WithSummary("What is wrong with segments.yaml, each mistake at its line: the text itself, or the published one with a segment written into it. Publishes nothing.");
        api.MapPost("/files/segments/estimate", async (GivenSegments given, CatalogStore store, Desk desk, SegmentEstimates estimates, ShownDiagnostics shown, CancellationToken cancel) =>
        {
            var text = await TextAsync(given, store, shown, cancel);
            var (segments, diagnostics) = SegmentsReader.Read(text, ScenarioLibrary.SegmentsFile, (await desk.EnvironmentAsync(cancel)).Plan);
            return diagnostics.FirstOrDefault(said => said.Severity == Severity.Error) is null
                ? await estimates.OfAsync(segments.Criteria, cancel)
                : throw Refused(diagnostics, shown);
        }).RequirePermission(Permission.WriteScenarios).WithSummary("What publishing would have to fill from history first: whose, how many events, and about how long it takes. Reckoned from a sample.");
        api.MapPost("/files/segments/publish", async (GivenSegments given, CatalogStore store, ApiPublishing publishing, ShownDiagnostics shown, CancellationToken cancel) =>
        {
            var newest = await store.FindAsync(Kind, Kind, null, null, cancel);
            if (given.BasedOn is { } seen && newest is not null && newest.Version != seen)
            {
                throw new RefusedException(StatusCodes.Status409Conflict, "segments-changed", "Somebody else has published segments meanwhile.",
                    $"{newest.PublishedBy} published version {newest.Version} of segments.yaml; yours began with {seen}. Open it again, so that nothing of theirs is lost.");
            }

            return await publishing.PublishAsync([ApiPublishing.File(new(ScenarioLibrary.SegmentsFile, await TextAsync(given, store, shown, cancel)))], cancel);
        }).RequirePermission(Permission.PublishScenarios).WithSummary("Publishes segments.yaml as a new version: the text, or the published one with a segment written into it or taken away.");
    }

    internal static RefusedException Refused(IReadOnlyList<Diagnostic> diagnostics, ShownDiagnostics shown) =>
        new(StatusCodes.Status422UnprocessableEntity, "bad-segments", "The segments cannot be read.", diagnostics.First(said => said.Severity == Severity.Error).ToString(shown.Language))
        {
            Members = { ["diagnostics"] = shown.Of(diagnostics) },
        };

    private static async Task<string> TextAsync(GivenSegments given, CatalogStore store, ShownDiagnostics shown, CancellationToken cancel)
    {
        var text = given.Text ?? (await store.FindAsync(Kind, Kind, null, null, cancel))?.Content ?? "segments: {}\n";
        if (text.Length > DraftEndpoints.MostCharacters) throw RefusedException.BadRequest("too-long", "That is too long.", $"segments.yaml may have {DraftEndpoints.MostCharacters} characters.");
        if (given.Name is not { } name) return text;
        if (!Names.IsName(name)) throw RefusedException.BadRequest("bad-name", "That is no name of a segment.", $"\"{name}\" was found; a name has small letters, digits, - and _: active-trials.");
        var form = given.Segment is { } segment
            ? new SegmentForm(segment.Title?.Trim() ?? "", segment.About?.Trim() ?? "", segment.Of == "account" ? SubjectKind.Account : SubjectKind.Contact, segment.Is?.Trim() ?? "")
            : null;
        return SegmentsText.With(text, name, form)
            ?? throw Refused([new(DiagnosticCodes.Empty, Severity.Error, ScenarioLibrary.SegmentsFile, new SourceSpan(0, 0, 1, 1), "The text has no \"segments:\" into which a segment could be written.", "Mend the text first.")], shown);
    }
}
