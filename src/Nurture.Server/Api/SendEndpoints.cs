using System.Text.Json;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Mail.Html;
using Nurture.Notices;
using Nurture.Scenarios;
using Nurture.Sends;
using Nurture.Server.Delivery;
using Nurture.Server.Hosting;
using Nurture.Server.Publishing;
using Nurture.Server.Security;
using Nurture.Simulation;
using Nurture.Storage;
using Nurture.Templates;
using Nurture.Templating;

namespace Nurture.Server.Api;

internal static class SendEndpoints
{
    /// <param name="By">Who stopped it; null while mails leave.</param>
    public sealed record ShownSending(bool IsStopped, string? By, DateTimeOffset? At, StatusEndpoints.ShownRestored? Restored);

    /// <param name="LeftUntil">Until when mails may have left that the backup does not know of; where it is not said, until this database was first opened.</param>
    /// <param name="NothingLeft">None did: whatever sent was stopped before the copy was made.</param>
    public sealed record Confirmation(DateTimeOffset? LeftUntil, bool NothingLeft);

    private const int MostOfAStory = 200;

    /// <summary>A send, and how it came to be what it is.</summary>
    /// <param name="Story">Oldest first: why it was decided, and what became of it.</param>
    public sealed record ShownSendStory(ShownSend Send, ShownRecipient? Recipient, IReadOnlyList<ShownChapter> Story);

    public sealed record ShownRecipient(long Id, string? Name, string? Email);

    /// <param name="Code">A reason; or planned, handed, sent, opened, clicked, bounced, ended.</param>
    /// <param name="Sentence">Null where the code is one of the ledger's own moments, which pages have words for.</param>
    public sealed record ShownChapter(DateTimeOffset At, string Code, string? Sentence, string? Reply);

    /// <summary>The mail as it was rendered when it left, but for tracked links. Null parts: it cannot be rendered any more, and why.</summary>
    public sealed record ShownMail(string? Subject, string? Preheader, string? Html, string? Text, string? Problem);

    public static void MapSends(this IEndpointRouteBuilder api)
    {
        api.MapGet("/sends/{id}", StoryAsync).RequirePermission(Permission.ReadSends).WithSummary("A send and its story: why it was decided, and where it stood in the ledger when.");
        api.MapGet("/sends/{id}/mail", MailAsync).RequirePermission(Permission.ReadSends).WithSummary("The mail itself, rendered from the documents and inputs that it was planned with.");
        api.MapGet("/sends", ListAsync).RequirePermission(Permission.ReadSends).WithSummary("Sends, the newest first, with where each stands in the ledger.");
        api.MapPost("/sending/stop", async (SendStore sends, Audited audited, BusinessClock clock, CancellationToken cancel) =>
        {
            await audited.RecordAsync("sending.stopped", "sending", null, cancel);
            await sends.StopAsync(audited.Actor, clock.Now, cancel);
            return await ShowAsync(sends, cancel);
        }).RequirePermission(Permission.ControlSending).WithSummary("Stops all sending: nothing is claimed any more. What is being handed over at this moment still leaves.");
        api.MapPost("/sending/start", async (SendStore sends, Audited audited, WorkSignals signals, CancellationToken cancel) =>
        {
            if (await sends.StoppedAsync(cancel) is { Restored: not null })
            {
                throw RefusedException.Conflict("restored", "The database was restored from a backup.",
                    "It does not know which mails left since the backup was made. Say until when any may have: POST /api/v1/sending/confirm");
            }

            await audited.RecordAsync("sending.started", "sending", null, cancel);
            await sends.StartAsync(cancel);
            signals.Sends.Raise();
            return await ShowAsync(sends, cancel);
        }).RequirePermission(Permission.ControlSending).WithSummary("Lets mails leave again.");
        api.MapPost("/sending/identities/{identity}/stop", async (string identity, SendStore sends, CatalogSource catalogs, Audited audited, BusinessClock clock, CancellationToken cancel) =>
        {
            var stored = await SendingEndpoints.StoredAsync(identity, sends, catalogs, cancel);
            await audited.RecordAsync("sending.identity_stopped", $"identity:{identity}", null, cancel);
            await sends.StopIdentityAsync(stored, audited.Actor, clock.Now, cancel);
            return await SendingEndpoints.ShowIdentitiesAsync(sends, catalogs, cancel);
        }).RequirePermission(Permission.ControlSending).WithSummary("Stops what is sent in one identity's name: its mails wait. sender is the policy's own, account.owner the owners of accounts.");
        api.MapPost("/sending/identities/{identity}/start", async (string identity, SendStore sends, CatalogSource catalogs, Audited audited, WorkSignals signals, CancellationToken cancel) =>
        {
            var stored = await SendingEndpoints.StoredAsync(identity, sends, catalogs, cancel);
            await audited.RecordAsync("sending.identity_started", $"identity:{identity}", null, cancel);
            await sends.StartIdentityAsync(stored, cancel);
            signals.Sends.Raise();
            return await SendingEndpoints.ShowIdentitiesAsync(sends, catalogs, cancel);
        }).RequirePermission(Permission.ControlSending).WithSummary("Lets mails in the identity's name leave again.");
        api.MapPost("/sending/confirm", ConfirmAsync).RequirePermission(Permission.ControlSending)
            .WithSummary("After a restore: lets mails leave again, but for marketing and service mails of until then, which may have left and are listed as uncertain.");
    }

    private static async Task<ShownSending> ConfirmAsync(
        Confirmation said, RestoreStore restores, SendStore sends, Audited audited, BusinessClock clock, WorkSignals signals, CancellationToken cancel)
    {
        if (await restores.FindAsync(cancel) is not { } restored)
            throw RefusedException.Conflict("not-restored", "There is nothing to confirm.", "This database is not known to have been restored from a backup.");
        if (said is { NothingLeft: true, LeftUntil: not null })
            throw RefusedException.BadRequest("bad-value", "Two things were said.", "Either nothing left since the backup (nothing_left), or something may have until a moment (left_until).");
        if (said.LeftUntil > clock.Now) throw RefusedException.BadRequest("bad-value", "left_until lies in the future.", $"It is {clock.Now:O} now.");
        DateTimeOffset? until = said.NothingLeft ? null : said.LeftUntil ?? restored.At;
        await audited.RecordAsync("sending.confirmed", "sending", new { left_until = until }, cancel);
        await restores.ConfirmAsync(until, audited.Actor, cancel);
        signals.Sends.Raise();
        return await ShowAsync(sends, cancel);
    }

    private static async Task<ShownSending> ShowAsync(SendStore sends, CancellationToken cancel) =>
        await sends.StoppedAsync(cancel) is { } stop ? new(true, stop.By, stop.At, StatusEndpoints.ShownRestored.Of(stop.Restored)) : new(false, null, null, null);

    private static async Task<ApiPage<ShownSend>> ListAsync(
        long? contact, string? scenario, string? state, string? standing, string? template, DateTimeOffset? since, bool? customers, string? enrollment, string? locale, int? limit, string? after,
        SendStore sends, SubjectLines subjects, ContactStore contacts, AccountStore accounts, CatalogSource catalogs, CancellationToken cancel)
    {
        if (contact is { } asked) contact = (await contacts.ResolveAsync(asked, cancel))?.Id ?? throw RefusedException.NotFound($"contact {asked}");
        long? enrollmentId = string.IsNullOrEmpty(enrollment) ? null : long.TryParse(enrollment, out var id) ? id : throw RefusedException.NotFound($"enrollment {enrollment}");
        SendPlace? place = Paging.Read(after, 2) is { } parts
            ? long.TryParse(parts[0], out var at) && Guid.TryParse(parts[1], out var send) ? new(Instants.FromMilliseconds(at), send) : throw Paging.BadPlace()
            : null;
        var catalog = (await catalogs.CurrentAsync(cancel)).Catalog;
        var query = new SendQuery(
            contact, string.IsNullOrEmpty(scenario) ? (ScenarioNames?)null : new ScenarioNames(catalog.NamesOf(scenario)), string.IsNullOrEmpty(state) ? null : ApiJson.Parse<SendState>("state", state), enrollmentId, place, Paging.Limit(limit))
        {
            Standing = string.IsNullOrEmpty(standing) ? null : ApiJson.Parse<SendStanding>("standing", standing),
            Template = string.IsNullOrEmpty(template) ? null : template,
            Since = since,
            IsOfCustomers = customers == true,
        };
        var page = await sends.ListAsync(query, cancel);
        var next = page.Next is { } end ? Paging.Write(end.PlannedAt.ToMilliseconds(), end.Id) : null;
        if (Reader.Asked(locale) is not { } language) return new([.. page.Items.Select(ShownSend.Of)], next);

        var named = await Named.OfAsync(page.Items.Select(send => SubjectRef.Contact(send.RecipientId)), contacts, accounts, cancel);
        var lines = await subjects.OfAsync(page.Items, cancel);
        return new([.. page.Items.Select(send => ShownSend.Of(send, catalog, language) with
        {
            ContactName = named.Of(SubjectRef.Contact(send.RecipientId)).Name,
            MailSubject = lines.GetValueOrDefault(send.Id),
        })], next);
    }

    private static async Task<ShownSendStory> StoryAsync(
        string id, string? locale, SendStore sends, ContactStore contacts, JournalStore journal, CatalogSource catalogs, CancellationToken cancel)
    {
        var content = await FindAsync(id, sends, cancel);
        var send = content.Send;
        var catalog = (await catalogs.CurrentAsync(cancel)).Catalog;
        var language = Languages.Of(locale);
        var decisions = (await journal.OfEnrollmentAsync(send.Subject, send.EnrollmentId, MostOfAStory, cancel))
            .Where(row => row.Entry.ContactId == 0 || row.Entry.ContactId == send.RecipientId || row.Entry.Reason == Reason.Entered)
            // What came after the mail belongs to the story where it is about the mail itself.
            .Where(row => row.Entry.At <= send.PlannedAt || row.Entry.Step == send.Step)
            .Where(row => row.Entry.Reason != Reason.Released || row.Entry.Step == send.Step)
            .Select(row => new ShownChapter(row.Entry.At, row.Entry.Reason.Code(), JournalEndpoints.Show(row, catalog, language).Sentence, null));
        var ended = send.State == SendState.Sent ? "sent" : "ended";
        (DateTimeOffset? At, string Code, string? Reply)[] moments =
        [
            (send.HandedAt, "handed", null), (send.EndedAt, ended, send.Reply), (send.OpenedAt, "opened", null), (send.ClickedAt, "clicked", null),
        ];
        var ledger = moments.Where(moment => moment.At is not null).Select(moment => new ShownChapter(moment.At!.Value, moment.Code, null, moment.Reply));
        var person = await contacts.ResolveAsync(send.RecipientId, cancel);
        return new(ShownSend.Of(send, catalog, language) with { ContactName = person?.Name }, person is null ? null : new(person.Id, person.Name, person.Email),
            [.. decisions.Concat(ledger).OrderBy(chapter => chapter.At)]);
    }

    private static async Task<ShownMail> MailAsync(string id, SendStore sends, TemplateShelf shelf, PublicAddress site, CancellationToken cancel)
    {
        var content = await FindAsync(id, sends, cancel);
        if (content.Inputs.Length == 0) throw RefusedException.Gone("The mail");
        try
        {
            var documents = await shelf.FindAsync(content.Documents, cancel);
            var inputs = documents.ReadInputs(content.Inputs);
            inputs["unsubscribe_url"] = content.Send.Class == SendClass.Transactional ? TemplateValue.Null : $"{site.Url}/u/preview";
            if (inputs[Sessions.SessionFacts.Name].TryGetObject(out var session)) session[Sessions.SessionFacts.RegisterUrl] = session[Sessions.SessionFacts.CancelUrl] = $"{site.Url}/s/preview";
            // Where a notice led is not kept: an invitation's link stands in the mail alone.
            if (content.Send.Scenario == Notice.Scenario) inputs["link"] = site.Url;
            AskLinks.Fill(inputs, _ => $"{site.Url}/a/preview");
            var mail = documents.Render(inputs, new RenderOptions { Now = content.Send.PlannedAt, Seed = Draws.Seed(content.Send.Id) });
            return new(mail.Subject, mail.Preheader, mail.Html, mail.Text ?? PlainText.FromHtml(mail.Html), null);
        }
        catch (Exception problem) when (problem is TemplateException or MissingTemplateException or JsonException)
        {
            return new(null, null, null, null, problem.Message);
        }
    }

    private static async Task<SendContent> FindAsync(string id, SendStore sends, CancellationToken cancel) =>
        (Guid.TryParse(id, out var send) ? await sends.FindContentAsync(send, cancel) : null) ?? throw RefusedException.NotFound($"send {id}");
}
