using Nurture.Scenarios;
using Nurture.Server.Hosting;
using Nurture.Storage;
using Nurture.Templates;

namespace Nurture.Server.Publishing;

public static class PublishingSlice
{
    public static void AddPublishing(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<CatalogStore>();
        builder.Services.AddSingleton<SubjectStore>();
        builder.Services.AddSingleton<CatalogSource>();
        builder.Services.AddSingleton<SegmentUses>();
        builder.Services.AddSingleton<Publisher>();
        builder.Services.AddSingleton<Preparation>();
        builder.Services.AddHostedService(services => services.GetRequiredService<Preparation>());
    }

    /// <summary>Lets the development clock move on only once what was published is live.</summary>
    public static void UsePreparation(this WebApplication app) =>
        app.Services.GetRequiredService<DueMoments>().Add("preparation", (_, _) => Task.FromResult<DateTimeOffset?>(null), app.Services.GetRequiredService<Preparation>().TurnAsync);

    /// <summary>Compiles what is published; in development mode the files at hand are published first, so that they run as they stand.</summary>
    public static async Task UsePublishingAsync(this WebApplication app, CancellationToken cancel)
    {
        if (app.Environment.IsDevelopment()) await PublishFilesAsync(app, cancel);
        await app.Services.GetRequiredService<CatalogSource>().CurrentAsync(cancel);
    }

    /// <summary>In whose name the files at hand are published.</summary>
    private const string Developer = "development";

    /// <summary>Files that changed since they were last published by themselves: one that did not may have been changed in the web app since, and that counts.</summary>
    private static async Task<List<Manuscript>> ChangedAsync(List<Manuscript> manuscripts, CatalogStore store, CancellationToken cancel)
    {
        var changed = new List<Manuscript>();
        foreach (var manuscript in manuscripts)
        {
            var stem = MailTemplate.NameOf(manuscript.File) is var (name, locale) ? $"{name}.{locale}" : Path.GetFileNameWithoutExtension(manuscript.File);
            var known = (await store.VersionsAsync(manuscript.Kind, stem, cancel)).FirstOrDefault(version => version.PublishedBy == Developer);
            if (known?.Content != manuscript.Text || known.TextPart != manuscript.TextPart || MailForms.Read(known.Form) != (MailForms.Of(manuscript.File) ?? MailForm.Html)) changed.Add(manuscript);
        }

        return changed;
    }

    private static async Task PublishFilesAsync(WebApplication app, CancellationToken cancel)
    {
        var options = app.Services.GetRequiredService<NurtureOptions>();
        var log = app.Services.GetRequiredService<ILogger<Publisher>>();
        if (NurtureOptions.FindUpward(options.ScenariosDirectory) is not { } scenarios)
        {
            log.LogWarning("No folder {Folder} from here upward: nothing is published by itself", options.ScenariosDirectory);
            return;
        }

        var library = ScenarioLibrary.Load(scenarios, NurtureOptions.FindUpward(options.TemplatesDirectory));
        List<Manuscript> manuscripts =
        [
            .. library.PlanText is { } plan ? [new Manuscript("plan", ScenarioLibrary.PlanFile, plan)] : Array.Empty<Manuscript>(),
            .. library.PolicyText is { } policy ? [new Manuscript("policy", ScenarioLibrary.PolicyFile, policy)] : Array.Empty<Manuscript>(),
            .. library.HooksText is { } hooks ? [new Manuscript("hooks", ScenarioLibrary.HooksFile, hooks)] : Array.Empty<Manuscript>(),
            .. library.EscalationsText is { } escalations ? [new Manuscript("escalations", ScenarioLibrary.EscalationsFile, escalations)] : Array.Empty<Manuscript>(),
            .. library.SegmentsText is { } segments ? [new Manuscript("segments", ScenarioLibrary.SegmentsFile, segments)] : Array.Empty<Manuscript>(),
            .. library.HealthText is { } health ? [new Manuscript("health", ScenarioLibrary.HealthFile, health)] : Array.Empty<Manuscript>(),
            .. library.Templates.All.Select(mail => new Manuscript("template", mail.File, mail.Text, mail.TextPartText)),
            .. library.Scenarios.Where(parsed => parsed.Scenario is not null).Select(parsed => new Manuscript("scenario", parsed.File, parsed.Scenario!.Text)),
            .. library.Tests.Select(test => new Manuscript("test", test.File, test.Text)),
        ];
        manuscripts = await ChangedAsync(manuscripts, app.Services.GetRequiredService<CatalogStore>(), cancel);
        var publication = await app.Services.GetRequiredService<Publisher>().PublishAsync(manuscripts, Developer, cancel, mayBePast: true);
        foreach (var diagnostic in library.Diagnostics.Concat(publication.Diagnostics).Distinct())
        {
            log.Log(diagnostic.Severity == Severity.Error ? LogLevel.Error : LogLevel.Warning, "{Diagnostic}", diagnostic.ToString());
        }

        if (publication.IsRefused) log.LogError("Nothing of {Folder} was published: mend what is named above and start again", scenarios);
    }
}
