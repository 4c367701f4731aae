using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Mail.Html;
using Nurture.Scenarios;
using Nurture.Server.Api;
using Nurture.Server.Hosting;
using Nurture.Server.Publishing;
using Nurture.Server.Security;
using Nurture.Simulation;
using Nurture.Storage;
using Nurture.Templates;
using Nurture.Templating;

namespace Nurture.Server.Escalations;

/// <summary>Mails that a human approves before they leave: to look at, to edit, to approve, to decline.</summary>
internal static class ApprovalEndpoints
{
    private const int LongestSubject = 300;
    private const int LongestText = 20_000;

    /// <param name="Id">Text: it has more bits than JSON's numbers keep.</param>
    /// <param name="State">waiting, approved, declined, withdrawn, over.</param>
    /// <param name="SendsUnanswered">It leaves when its time is over; else it is skipped.</param>
    public sealed record ShownApproval(
        string Id, long AccountId, string? AccountName, long ContactId, string? ContactName, string? Email, string Scenario, string? ScenarioTitle, string Step, string Template,
        string? Assignee, DateTimeOffset OpenedAt, DateTimeOffset DueAt, bool SendsUnanswered, string State, string? DecidedBy, DateTimeOffset? DecidedAt)
    {
        /// <summary>As it would leave now; where one was asked for.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public ShownText? Mail { get; init; }
    }

    /// <param name="Text">The body without its layout, as a text to edit.</param>
    /// <param name="Problem">Why it cannot be shown.</param>
    public sealed record ShownText(string? Subject, string? Html, string? Text, string? Problem);

    /// <param name="Subject">The approver's own; null to leave it as it is.</param>
    /// <param name="Text">The approver's own, paragraphs with an empty line between; null to leave it as it is.</param>
    public sealed record Approved(string? Subject, string? Text);

    public static void MapApprovals(this IEndpointRouteBuilder api)
    {
        api.MapGet("/approvals", ListAsync).RequirePermission(Permission.ReadEscalations)
            .WithSummary("Mails that wait for approval, those whose time is over first at the top; mine=true for those of the signed-in user.");
        api.MapGet("/approvals/{id}", GetAsync).RequirePermission(Permission.ReadEscalations).WithSummary("One of them with the mail as it would leave now, and its text to edit.");
        api.MapPost("/approvals/{id}/approve", (string id, Approved? approved, ApprovalStore store, RequestStore requests, Audited audited, BusinessClock clock, WorkSignals signals, CancellationToken cancel) =>
                AnswerAsync(id, true, Short(approved?.Subject, "subject", LongestSubject), Short(approved?.Text, "text", LongestText), store, requests, audited, clock, signals, cancel))
            .RequirePermission(Permission.WorkEscalations).WithSummary("Lets the mail leave, with a subject and text of one's own where given; consent, caps and hours are asked then.").Produces<Accepted>(StatusCodes.Status202Accepted);
        api.MapPost("/approvals/{id}/decline", (string id, ApprovalStore store, RequestStore requests, Audited audited, BusinessClock clock, WorkSignals signals, CancellationToken cancel) =>
                AnswerAsync(id, false, "", "", store, requests, audited, clock, signals, cancel))
            .RequirePermission(Permission.WorkEscalations).WithSummary("The mail is not sent; the scenario goes on.").Produces<Accepted>(StatusCodes.Status202Accepted);
    }

    private static async Task<ApiPage<ShownApproval>> ListAsync(bool? mine, long? account, int? limit, string? after, ApprovalStore store, CatalogSource catalogs, Audited audited, CancellationToken cancel)
    {
        (long, long)? place = Paging.Read(after, 2) is { } parts ? long.TryParse(parts[0], out var due) && long.TryParse(parts[1], out var id) ? (due, id) : throw Paging.BadPlace() : null;
        var page = await store.WaitingAsync(mine == true ? audited.Who : null, account, place, Paging.Limit(limit), cancel);
        var catalog = (await catalogs.CurrentAsync(cancel)).Catalog;
        return new([.. page.Items.Select(view => Show(view, catalog))], page.Next is { } next ? Paging.Write(next.Item1, next.Item2) : null);
    }

    private static async Task<ShownApproval> GetAsync(string id, ApprovalStore store, CatalogSource catalogs, PublicAddress site, BusinessClock clock, ShownDiagnostics shown, CancellationToken cancel)
    {
        var view = await FindAsync(id, store, cancel);
        var published = await catalogs.CurrentAsync(cancel);
        return Show(view, published.Catalog) with { Mail = view.Row.Inputs.Length > 0 ? Render(view.Row, published, site, clock.Now, shown.Language) : null };
    }

    private static ShownText Render(ApprovalRow row, PublishedCatalog published, PublicAddress site, DateTimeOffset now, Language language)
    {
        try
        {
            var template = published.Templates.Find(row.Template, row.Locale) ?? throw new TemplateException(row.Template, 1, 1, $"there is no template \"{row.Template}\" any more");
            var inputs = MailRenderer.ReadInputs(row.Inputs, published.Catalog.Policy.Sender);
            inputs["unsubscribe_url"] = $"{site.Url}/u/preview";
            if (inputs[Sessions.SessionFacts.Name].TryGetObject(out var session)) session[Sessions.SessionFacts.RegisterUrl] = session[Sessions.SessionFacts.CancelUrl] = $"{site.Url}/s/preview";
            AskLinks.Fill(inputs, _ => $"{site.Url}/a/preview");
            var options = new RenderOptions { Now = now };
            var mail = MailRenderer.Render(template, published.Templates.LayoutOf(template), inputs, options);
            // The answers are no text to edit: they stand below it.
            if (inputs["ask"].TryGetObject(out var ask)) ask["answers"] = new TemplateList([]);
            return new(mail.Subject, mail.Html, PlainText.FromHtml(MailRenderer.Body(template, inputs, options)).Trim(), null);
        }
        catch (TemplateException problem)
        {
            return new(null, null, null, problem.In(language));
        }
        catch (JsonException problem)
        {
            return new(null, null, null, problem.Message);
        }
    }

    private static async Task<IResult> AnswerAsync(
        string id, bool isApproved, string subject, string text, ApprovalStore store, RequestStore requests, Audited audited, BusinessClock clock, WorkSignals signals, CancellationToken cancel)
    {
        var view = await FindAsync(id, store, cancel);
        if (view.State != ApprovalState.Waiting) throw RefusedException.Conflict("answered", "This mail does not wait any more.", $"It was {ApiJson.Word(view.State)}{(view.By is { Length: > 0 } by ? $" by {by}" : "")}.");
        var (recipient, now) = (SubjectRef.Contact(view.Row.RecipientId), clock.Now);
        var told = await requests.TellAsync(recipient,
            of => new Signal.ApprovalGiven(view.Row.Subject.Kind == SubjectKind.Contact ? of : view.Row.Subject, of.Id, view.Row.Id, isApproved, subject, text, audited.Who, now),
            audited.Note(isApproved ? "mail.approved" : "mail.declined", recipient.ToString(), new { Approval = id, view.Row.Template, IsEdited = subject.Length + text.Length > 0 }), now, audited.Correlation, cancel);
        if (told is null) throw RefusedException.NotFound(recipient.ToString());
        signals.Events.Raise();
        return TypedResults.Accepted((string?)null, new Accepted(recipient.ToString(), now, audited.Correlation));
    }

    private static async Task<ApprovalView> FindAsync(string id, ApprovalStore store, CancellationToken cancel) =>
        (long.TryParse(id, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? await store.FindAsync(number, cancel) : null) ?? throw RefusedException.NotFound($"approval {id}");

    private static string Short(string? text, string field, int most) =>
        text is null ? "" : text.Length <= most ? text.Trim() : throw RefusedException.BadRequest("too-long", $"{field} is too long.", $"It has {text.Length} characters; {most} are the most.");

    private static ShownApproval Show(ApprovalView view, Scenarios.Catalog catalog) => new(
        view.Row.Id.ToString(CultureInfo.InvariantCulture), view.Row.AccountId, view.AccountName, view.Row.RecipientId, view.RecipientName, view.RecipientEmail, view.Row.Scenario,
        catalog.Live.GetValueOrDefault(view.Row.Scenario)?.Scenario.Title, view.Row.Step, view.Row.Template, view.Row.Assignee, view.Row.OpenedAt, view.Row.DueAt, view.Row.SendsUnanswered,
        ApiJson.Word(view.State), string.IsNullOrEmpty(view.By) ? null : view.By, view.DecidedAt);
}
