using Nurture.Contacts;
using Nurture.Scenarios;
using Nurture.Server.Publishing;
using Nurture.Server.Security;
using Nurture.Simulation;
using Nurture.Storage;

namespace Nurture.Server.Api;

internal static class JournalEndpoints
{
    public static void MapJournal(this IEndpointRouteBuilder api) =>
        api.MapGet("/journal", async (
            string? subject, string? scenario, string? locale, int? limit, string? after, JournalStore journal, ContactStore contacts, CatalogSource catalogs, CancellationToken cancel) =>
        {
            var whose = Subjects.ParseOptional(subject);
            if (whose is { Kind: SubjectKind.Contact, Id: var id } && await contacts.ResolveAsync(id, cancel) is { } person) whose = SubjectRef.Contact(person.Id);
            var catalog = (await catalogs.CurrentAsync(cancel)).Catalog;
            var page = await journal.ListAsync(new(whose, string.IsNullOrEmpty(scenario) ? (ScenarioNames?)null : new ScenarioNames(catalog.NamesOf(scenario)), Paging.After(after), Paging.Limit(limit)), cancel);
            return new ApiPage<ShownDecision>([.. page.Items.Select(row => Show(row, catalog, Reader.Asked(locale)))], page.Next?.ToString());
        }).RequirePermission(Permission.ReadJournal).WithSummary("Decisions, the newest first: all, or of a subject, a scenario or both. Of a contact also its account's that concern it.");

    /// <param name="language">The reader's; null names scenarios as their authors do.</param>
    public static ShownDecision Show(JournalRow row, Catalog catalog, Language? language)
    {
        var scenario = catalog.Versions.GetValueOrDefault((row.Entry.Scenario, row.Entry.Version))?.Scenario;
        return ShownDecision.Of(row, language is { } reader ? Explanation.Sentence(row.Entry, scenario, reader) : Explanation.Sentence(row.Entry, scenario));
    }
}
