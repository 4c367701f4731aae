using Nurture.Scenarios;
using Nurture.Server.Hosting;
using Nurture.Server.Publishing;
using Nurture.Server.Security;
using Nurture.Simulation;
using Nurture.Storage;
using Nurture.Templates;
using Nurture.Templating;

namespace Nurture.Server.Api;

internal static class TemplateEndpoints
{
    /// <param name="Name">With its locale: <c>welcome.ja</c>.</param>
    /// <param name="Subject">In lists: as somebody made up reads it; null for a layout, and where it cannot be made.</param>
    public sealed record ShownTemplate(string Name, int Version, string Hash, DateTimeOffset PublishedAt, string PublishedBy, string Form, string? Text, string? TextPart, string? Subject = null);

    public static void MapTemplates(this IEndpointRouteBuilder api)
    {
        api.MapGet("/templates", async (int? limit, string? after, CatalogStore store, CatalogSource catalogs, BusinessClock clock, CancellationToken cancel) =>
        {
            var most = Paging.Limit(limit);
            var published = await catalogs.CurrentAsync(cancel);
            var mails = published.Templates.All.ToDictionary(mail => $"{mail.Name}.{mail.Locale}");
            var found = (await store.ReadAsync(cancel)).Documents.Where(document => document.Kind == "template")
                .OrderBy(document => document.Name, StringComparer.Ordinal)
                .Where(document => string.IsNullOrEmpty(after) || string.CompareOrdinal(document.Name, after) > 0)
                .Take(most + 1).Select(document => Show(document, isInFull: false) with { Subject = SubjectOf(mails.GetValueOrDefault(document.Name), published.Catalog, clock.Now) }).ToList();
            return found.Count > most ? new ApiPage<ShownTemplate>(found[..most], found[most - 1].Name) : new(found, null);
        }).RequirePermission(Permission.ReadTemplates).WithSummary("Templates and layouts by name and locale, with their subjects as somebody made up reads them.");

        api.MapGet("/templates/{name}", async (string name, CatalogStore store, CancellationToken cancel) =>
            Show(await store.FindAsync("template", ApiPublishing.Named(name).Stem, null, null, cancel) ?? throw RefusedException.NotFound($"template \"{name}\""), isInFull: true))
            .RequirePermission(Permission.ReadTemplates).WithSummary("A template in one locale, such as welcome.ja.");

        api.MapGet("/templates/{name}/versions", async (string name, CatalogStore store, CancellationToken cancel) =>
            (await store.VersionsAsync("template", ApiPublishing.Named(name).Stem, cancel)) is { Count: > 0 } versions ? versions.Select(version => Show(version, isInFull: true)).ToList() : throw RefusedException.NotFound($"template \"{name}\""))
            .RequirePermission(Permission.ReadTemplates).WithSummary("All versions of a template in one locale, the newest first.");

        api.MapPut("/templates/{name}", async (string name, GivenTemplate given, CatalogStore store, ApiPublishing publishing, CancellationToken cancel) =>
            await publishing.PublishAsync([ApiPublishing.Template(name, given, (await store.FindAsync("template", ApiPublishing.Named(name).Stem, null, null, cancel)) is { } known ? MailForms.Read(known.Form) : null)], cancel))
            .RequirePermission(Permission.WriteTemplates).WithSummary("Publishes a template in one locale. Mails that are planned already keep the one they were planned with.");
    }

    private static ShownTemplate Show(Document document, bool isInFull) =>
        new(document.Name, document.Version, document.Hash, document.PublishedAt, document.PublishedBy, MailForms.Read(document.Form).Word(), isInFull ? document.Content : null, isInFull ? document.TextPart : null);

    private static string? SubjectOf(MailTemplate? mail, Catalog catalog, DateTimeOffset now)
    {
        if (mail is not { IsLayout: false, IsValid: true }) return null;
        try
        {
            var sample = MailSample.Of(catalog, mail);
            var (inputs, _) = sample.Inputs(MailSample.Person(mail.Locale), MailSample.Company(mail.Locale, catalog.Plan, now), sample.InventedTrigger(), session: null, "https://example.com", now);
            return MailRenderer.Subject(mail, inputs, new RenderOptions { Now = now });
        }
        catch (TemplateException)
        {
            // The list shows the name alone; the mail's own page says what is wrong.
            return null;
        }
    }
}
