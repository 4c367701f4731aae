using Nurture.Server.Api;
using Nurture.Server.Hosting;
using Nurture.Server.Security;
using Nurture.Storage;

namespace Nurture.Server.Authoring;

internal static class DraftEndpoints
{
    /// <summary>More is no scenario that anybody could read.</summary>
    internal const int MostCharacters = 200_000;

    /// <param name="Revision">The one that was read before; 0 or left out for a new draft.</param>
    /// <param name="BasedOn">The version that it began as; left out for a scenario that was never published.</param>
    public sealed record GivenDraft(string? Text, string? Tests, int Revision, int BasedOn);

    public sealed record ShownDraft(string Name, string Text, string Tests, int Revision, int BasedOn, DateTimeOffset EditedAt, string EditedBy)
    {
        internal static ShownDraft Of(ScenarioDraft draft) => new(draft.Name, draft.Text, draft.Tests, draft.Revision, draft.BasedOn, draft.EditedAt, draft.EditedBy);
    }

    public static void MapDrafts(this IEndpointRouteBuilder api)
    {
        api.MapGet("/drafts/{name}", async (string name, DraftStore drafts, CancellationToken cancel) =>
            ShownDraft.Of(await drafts.FindAsync(name, cancel) ?? throw RefusedException.NotFound($"draft \"{name}\"")))
            .RequirePermission(Permission.ReadScenarios).WithSummary("The text of a scenario that somebody works on, with its tests.");
        api.MapPut("/drafts/{name}", SaveAsync).RequirePermission(Permission.WriteScenarios)
            .WithSummary("Keeps a text as it is typed, mistakes and all. It names the revision it began with: where somebody else saved meanwhile, theirs is answered.");
        api.MapDelete("/drafts/{name}", async (string name, DraftStore drafts, Audited audited, CancellationToken cancel) =>
        {
            await audited.RecordAsync("draft.discarded", $"scenario:{name}", null, cancel);
            return await drafts.DeleteAsync(name, cancel) ? Results.NoContent() : throw RefusedException.NotFound($"draft \"{name}\"");
        }).RequirePermission(Permission.WriteScenarios).WithSummary("Throws a draft away.");
    }

    private static async Task<ShownDraft> SaveAsync(string name, GivenDraft given, DraftStore drafts, Audited audited, BusinessClock clock, CancellationToken cancel)
    {
        if (!Names.IsName(name)) throw RefusedException.BadRequest("bad-name", "That is no name of a scenario.", $"\"{name}\" was found; a name has small letters, digits, - and _: trial-onboarding.");
        if (given.Text is not { } text) throw RefusedException.Missing("text", "the whole text of the scenario");
        var tests = given.Tests ?? "";
        if (text.Length + tests.Length > MostCharacters) throw RefusedException.BadRequest("too-long", "That is too long.", $"A scenario and its tests may have {MostCharacters} characters.");
        var (draft, isSaved) = await drafts.SaveAsync(name, text, tests, given.Revision, given.BasedOn, clock.Now, audited.Actor, cancel);
        if (isSaved) return ShownDraft.Of(draft);
        throw new RefusedException(StatusCodes.Status409Conflict, "draft-changed", "Somebody else has saved this draft meanwhile.",
            $"{draft.EditedBy} saved revision {draft.Revision}; yours began with {given.Revision}. Read it again, or save with its revision to overwrite it.")
        {
            Members = { ["draft"] = ShownDraft.Of(draft) },
        };
    }
}

internal static class Names
{
    public static bool IsName(string name) => name.Length is > 0 and <= 100 && char.IsAsciiLetterOrDigit(name[0]) && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_');
}
