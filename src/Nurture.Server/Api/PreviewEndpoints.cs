using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Mail;
using Nurture.Mail.Html;
using Nurture.Scenarios;
using Nurture.Sends;
using Nurture.Server.Delivery;
using Nurture.Server.Hosting;
using Nurture.Server.Publishing;
using Nurture.Server.Security;
using Nurture.Server.Segments;
using Nurture.Simulation;
using Nurture.Storage;
using Nurture.Templates;
using Nurture.Templating;

namespace Nurture.Server.Api;

/// <summary>A template as a real person would get it: looked at while it is written, and sent to oneself.</summary>
internal static class PreviewEndpoints
{
    /// <param name="Text">The template as it is being written; what is published where none is given.</param>
    /// <param name="ContactId">For whom; an invented person where none is given.</param>
    /// <param name="Form"><c>html</c>, <c>markdown</c> or <c>blocks</c>; the published one's where none is given.</param>
    /// <param name="TextPart">What readers without HTML get; made from the HTML where none is given.</param>
    public sealed record Asked(string? Text, long? ContactId, string? Form = null, string? TextPart = null);

    /// <summary>Null parts are those that the template failed to make; its problems say why.</summary>
    /// <param name="Contact">For whom it was made; null for the invented person.</param>
    /// <param name="Subjects">Of a mail with several: each with its arm. <paramref name="Subject"/> is the first.</param>
    public sealed record Preview(
        string Name, string Locale, string? Subject, string? Preheader, string? Html, string? Text, string? From, string? ReplyTo, PreviewContact? Contact, IReadOnlyList<ShownDiagnostic> Problems, IReadOnlyList<RenderedSubject> Subjects);

    public sealed record PreviewContact(long Id, string? Name, string? Email, string? Locale);

    public sealed record Tested(bool IsSent, string To, string Subject, string Reply);

    public static void MapPreviews(this IEndpointRouteBuilder api)
    {
        api.MapPost("/templates/{name}/preview", async (string name, Asked asked, Previews previews, CancellationToken cancel) =>
            (await previews.MakeAsync(name, asked, cancel)).Shown)
            .RequirePermission(Permission.ReadTemplates).WithSummary("A template in one locale (welcome.ja) as a contact would get it now, with what is wrong with it at its line. Sends and keeps nothing.");
        api.MapPost("/templates/{name}/test", TestAsync).RequirePermission(Permission.SendTests)
            .WithSummary("Sends the mail to the caller's own address, marked as a test in its subject: not tracked, not counted.");
    }

    private static async Task<Tested> TestAsync(string name, Asked asked, HttpContext http, Previews previews, TestMails tests, Audited audited, CancellationToken cancel)
    {
        if (http.Caller().Email is not { } own || !EmailAddress.TryParse(own, out var to, out _))
            throw RefusedException.Conflict("no-own-address", "The caller has no address.", "A test mail goes to the one who asks for it. An API key has no address: sign in.");
        var (shown, rendered, sender) = await previews.MakeAsync(name, asked, cancel);
        if (rendered is null)
        {
            throw new RefusedException(StatusCodes.Status422UnprocessableEntity, "not-renderable", "Nothing was sent.", string.Join(Environment.NewLine, shown.Problems.Select(problem => problem.Message)))
            {
                Members = { ["diagnostics"] = shown.Problems },
            };
        }

        await audited.RecordAsync("mail.tested", $"template:{shown.Name}.{shown.Locale}", null, cancel);
        var mark = Locales.Language(shown.Locale) == "ja" ? "【テスト】" : "[Test]";
        try
        {
            var sent = await tests.SendAsync(to!, sender, mark, rendered, cancel);
            return new(sent.IsSent, sent.To, sent.Subject, sent.Reply);
        }
        catch (Exception problem) when (problem is UnusableAddressException or MailFormatException)
        {
            throw new RefusedException(StatusCodes.Status422UnprocessableEntity, "not-sendable", "Nothing was sent.", problem.Message);
        }
    }
}

/// <summary>Renders a template for a person as a send would, from their state as it is now.</summary>
internal sealed class Previews(CatalogSource catalogs, ContactStore contacts, StatesNow states, SubjectStates counted, EventLog log, PublicAddress site, BusinessClock clock, ShownDiagnostics diagnostics)
{
    public async Task<(PreviewEndpoints.Preview Shown, RenderedMail? Rendered, Sender Sender)> MakeAsync(string document, PreviewEndpoints.Asked asked, CancellationToken cancel)
    {
        var published = await catalogs.CurrentAsync(cancel);
        var (template, library) = Template(document, asked, published);
        var problems = diagnostics.Of(template.Diagnostics
            .Concat(MailTemplateLinter.Lint(template, library, published.Catalog.Plan, published.Catalog.Policy, CssInliner.Plan, published.Catalog.PreparingSegments ?? published.Catalog.Segments))
            .Distinct());

        var person = asked.ContactId is { } id ? await contacts.ResolveAsync(id, cancel) ?? throw RefusedException.NotFound($"contact {id}") : null;
        RenderedMail? rendered = null;
        IReadOnlyList<RenderedSubject> subjects = [];
        var sender = published.Catalog.Policy.Sender;
        if (template is { IsValid: true, IsLayout: false })
        {
            var inlined = template;
            try
            {
                (var inputs, sender) = await InputsAsync(template, library, person, published.Catalog, cancel);
                (inlined, var layout) = InlinedStyles.Of(template, library.LayoutOf(template), CssInliner.Plan);
                var options = new RenderOptions { Now = clock.Now };
                rendered = MailRenderer.Render(inlined, layout, inputs, options);
                subjects = MailRenderer.Subjects(template, inputs, options);
            }
            catch (TemplateException failure)
            {
                // What was found by reading is said once.
                var shown = Shown(failure, inlined, diagnostics.Language);
                if (!problems.Exists(problem => problem.Severity == "error" && problem.Line == shown.Line)) problems.Add(shown);
            }
        }

        return (new(template.Name, template.Locale, rendered?.Subject, rendered?.Preheader, rendered?.Html, rendered is null ? null : rendered.Text ?? PlainText.FromHtml(rendered.Html),
            sender.Name.Length > 0 ? $"{sender.Name} <{sender.Address}>" : sender.Address, sender.ReplyTo, person is null ? null : new(person.Id, person.Name, person.Email, person.Locale), problems, subjects), rendered, sender);
    }

    private static (MailTemplate Template, MailTemplateLibrary Library) Template(string document, PreviewEndpoints.Asked asked, PublishedCatalog published)
    {
        var (stem, named) = ApiPublishing.Named(document);
        var found = MailTemplate.NameOf(stem + MailForm.Html.Ending()) is var (name, locale)
            ? published.Templates.All.FirstOrDefault(known => known.Name == name && Locales.Normalize(known.Locale) == Locales.Normalize(locale))
            : null;
        if (asked.Text is null) return (found ?? throw RefusedException.NotFound($"template \"{document}\""), published.Templates);
        var form = ApiPublishing.FormOf(asked.Form) ?? named ?? found?.Form ?? MailForm.Html;
        var written = MailTemplate.Parse(asked.Text, stem + form.Ending(), string.IsNullOrWhiteSpace(asked.TextPart) ? null : asked.TextPart);
        return (written, new(published.Templates.All.Where(known => known.Name != written.Name || known.Locale != written.Locale).Append(written), published.Catalog.Policy.Locale));
    }

    private async Task<(TemplateObject Inputs, Sender Sender)> InputsAsync(MailTemplate template, MailTemplateLibrary library, ContactView? person, Catalog catalog, CancellationToken cancel)
    {
        var (contact, account) = person is null ? (null, null) : await states.ReadAsync(person, cancel);
        if (contact is not null)
        {
            // What no published mail counts yet is counted here.
            (catalog, var uncounted) = await counted.CoverAsync(catalog, CatalogIndex.CriteriaOf(library.OnlyThat(template), catalog), cancel);
            await counted.FillAsync(uncounted, [new AskedSubject(contact, account)], cancel);
        }

        var sample = MailSample.Of(catalog with { Mails = library }, template);
        var trigger = person is null || sample.Scenario?.Trigger is not Trigger.Event starts ? null : await LatestAsync(SubjectRef.Contact(person.Id), starts, cancel);
        return sample.Inputs(
            contact ?? MailSample.Person(template.Locale),
            account ?? (person is null ? MailSample.Company(template.Locale, catalog.Plan, clock.Now) : null),
            trigger ?? sample.InventedTrigger(), session: null, site.Url, clock.Now);
    }

    private async Task<OccurredEvent?> LatestAsync(SubjectRef subject, Trigger.Event trigger, CancellationToken cancel)
    {
        var history = await log.HistoryAsync(subject, trigger.Names, DateTimeOffset.MinValue, 1, cancel);
        return history.Count == 0 ? null : SignalCodec.ReadEvent(history[^1]);
    }

    /// <summary>At its place in the author's file; a layout's is named after itself.</summary>
    private static ShownDiagnostic Shown(TemplateException failure, MailTemplate template, Language language)
    {
        if (!failure.TemplateName.StartsWith(template.Name, StringComparison.Ordinal)) return new(DiagnosticCodes.BadTemplate, "error", failure.TemplateName, 1, 1, 0, failure.Said.In(language), failure.Advice?.In(language));
        var (file, at) = template.PlaceOf(failure);
        return new(DiagnosticCodes.BadTemplate, "error", file, at.Line, at.Column, 0, failure.Said.In(language), failure.Advice?.In(language));
    }
}
