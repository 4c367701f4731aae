using System.Text.Json;
using System.Text.RegularExpressions;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Scenarios;
using Nurture.Server.Publishing;
using Nurture.Server.Security;
using Nurture.Simulation;
using Nurture.Storage;

namespace Nurture.Server.Api;

/// <summary>Everything that happened to a contact or an account, in one order, with a sentence for each.</summary>
internal static partial class TimelineEndpoints
{
    /// <summary>Of an account's people those who were active last.</summary>
    private const int MostPeople = 100;
    private const int MostRows = 100;

    /// <param name="Kind">mail, decision, event, attributes, roles, hit, refusal, consent or left.</param>
    /// <param name="Code">The reason of a decision, the name of an event, the standing of a mail.</param>
    /// <param name="Name">Whose it is: of an account's timeline also its people's.</param>
    /// <param name="Detail">What was said with it: properties, attributes, a decision's detail.</param>
    public sealed record ShownMoment(
        string Id, DateTimeOffset At, string Kind, string Code, string Sentence, string Subject, string? Name, string? Scenario, string? ScenarioTitle, string? Step, string? EnrollmentId,
        JsonElement? Detail, ShownSend? Send);

    public static void MapTimeline(this IEndpointRouteBuilder api)
    {
        api.MapGet("/contacts/{id:long}/timeline", async (
            long id, string? show, string? locale, int? limit, string? after, Timelines timelines, ContactStore contacts, CancellationToken cancel) =>
        {
            var person = await contacts.ResolveAsync(id, cancel) ?? throw RefusedException.NotFound($"contact {id}");
            return await timelines.ReadAsync([person.Id], null, person.AccountId, show, locale, limit, after, cancel);
        }).RequirePermission(Permission.ReadContacts).WithSummary("What happened to a contact: events, decisions and mails in one order, the newest first. show: all, mails, decisions or activity.");

        api.MapGet("/accounts/{id:long}/timeline", async (
            long id, string? show, string? locale, int? limit, string? after, Timelines timelines, AccountStore accounts, ContactStore contacts, CancellationToken cancel) =>
        {
            var account = await accounts.FindAsync(id, cancel) ?? throw RefusedException.NotFound($"account {id}");
            return await timelines.ReadAsync(await contacts.LatestOfAccountAsync(account.Id, MostPeople, cancel), account.Id, null, show, locale, limit, after, cancel);
        }).RequirePermission(Permission.ReadAccounts).WithSummary("What happened to an account and the 100 of its people who were active last, in one order, the newest first.");
    }

    internal sealed partial class Timelines(TimelineStore store, SendStore sends, SubjectLines subjects, ContactStore contacts, AccountStore accounts, CatalogSource catalogs)
    {
        public async Task<ApiPage<ShownMoment>> ReadAsync(
            IReadOnlyList<long> people, long? account, long? within, string? show, string? locale, int? limit, string? after, CancellationToken cancel)
        {
            var most = Math.Min(Paging.Limit(limit), MostRows);
            TimelinePlace? place = Paging.Read(after, 3) is { } parts
                ? long.TryParse(parts[0], out var at) && int.TryParse(parts[1], out var rank) ? new(Instants.FromMilliseconds(at), rank, parts[2]) : throw Paging.BadPlace()
                : null;
            var page = await store.ReadAsync(new(people, account, Kinds(show), place, most) { Within = within }, cancel);

            var catalog = (await catalogs.CurrentAsync(cancel)).Catalog;
            var language = Languages.Of(locale);
            var named = await Named.OfAsync(page.Items.SelectMany(Subjects), contacts, accounts, cancel);
            var hits = page.Items.OfType<TimelineRow.Told>().Where(row => row.Event is { Kind: SignalKind.Hit, Payload.Length: > 0 })
                .Select(row => (row.Event.Slot, ((Signal.Hit)SignalCodec.Read(row.Event)).SendId)).Distinct().ToList();
            var templates = hits.Count == 0 ? new Dictionary<Guid, string>() : await sends.TemplatesAsync(hits, cancel);
            var lines = await subjects.OfAsync(page.Items.OfType<TimelineRow.Mail>().Select(mail => mail.Send), cancel);
            return new([.. page.Items.Select(row => Show(row, catalog, language, named, templates)).Select(moment =>
                    moment.Send is { } send ? moment with { Send = send with { MailSubject = lines.GetValueOrDefault(send.Id) } } : moment)],
                page.Next is { } next ? Paging.Write(next.At.ToMilliseconds(), next.Rank, next.Key) : null);
        }

        private static TimelineKinds Kinds(string? show) => show switch
        {
            null or "" or "all" => TimelineKinds.All,
            "mails" => TimelineKinds.Mails,
            "decisions" => TimelineKinds.Decisions,
            "activity" => TimelineKinds.Activity,
            _ => throw RefusedException.BadRequest("bad-word", "show is none of its words.", $"\"{show}\" was found; show is one of all, mails, decisions, activity."),
        };

        private static IEnumerable<SubjectRef> Subjects(TimelineRow row) => row switch
        {
            TimelineRow.Mail mail => [SubjectRef.Contact(mail.Send.RecipientId)],
            TimelineRow.Decision { Row.Entry: var entry } => [entry.Subject, SubjectRef.Contact(entry.ContactId), .. Mentioned(entry).Select(mention => mention.Subject)],
            TimelineRow.Told told => [Whose(told.Event)],
            _ => [],
        };

        /// <summary>Subjects that the detail names by their ids, as the sentence then does.</summary>
        private static IEnumerable<(string Text, SubjectRef Subject)> Mentioned(JournalEntry entry) =>
            from match in Mention.Matches(entry.Detail)
            let id = long.TryParse(match.Groups["id"].Value, out var number) ? number : 0
            select (match.Groups["ref"].Value, match.Groups["kind"].Value == "account" ? SubjectRef.Account(id) : SubjectRef.Contact(id));

        private static SubjectRef Whose(StoredEvent row) => row is { Kind: SignalKind.Hit, Payload.Length: > 0 }
            ? SubjectRef.Contact(((Signal.Hit)SignalCodec.Read(row)).RecipientId)
            : row.ContactId != 0 ? SubjectRef.Contact(row.ContactId) : SubjectRef.Account(row.AccountId);

        private static ShownMoment Show(TimelineRow row, Catalog catalog, Language language, Named named, IReadOnlyDictionary<Guid, string> templates) => row switch
        {
            TimelineRow.Mail mail => Show(mail.Send, catalog, language, named),
            TimelineRow.Decision decision => Show(decision.Row, catalog, language, named),
            TimelineRow.Told told => Show(told.Event, language, named, templates),
            _ => throw new InvalidOperationException($"No way to show {row.GetType().Name}."),
        };

        private static ShownMoment Show(SendRow send, Catalog catalog, Language language, Named named)
        {
            var shown = ShownSend.Of(send, catalog, language);
            var whose = SubjectRef.Contact(send.RecipientId);
            return new($"mail:{send.Id:N}", send.PlannedAt, "mail", shown.Standing, MailSentences.Of(shown, language), whose.ToString(), NameOf(named, whose), send.Scenario, shown.ScenarioTitle, send.Step,
                shown.EnrollmentId, null, shown);
        }

        private static ShownMoment Show(JournalRow row, Catalog catalog, Language language, Named named)
        {
            var entry = row.Entry;
            var shown = JournalEndpoints.Show(row, catalog, language);
            var whose = entry.Subject.Kind == SubjectKind.Account && entry.ContactId != 0 ? SubjectRef.Contact(entry.ContactId) : entry.Subject;
            var sentence = Mentioned(entry).Aggregate(shown.Sentence, (text, mention) => NameOf(named, mention.Subject) is { } name ? text.Replace(mention.Text, name, StringComparison.Ordinal) : text);
            return new($"decision:{row.Id}", entry.At, "decision", shown.Reason, sentence, whose.ToString(), NameOf(named, whose), shown.Scenario,
                shown.Scenario is null ? null : Explanation.Title(catalog.Versions.GetValueOrDefault((entry.Scenario, entry.Version))?.Scenario, entry.Scenario),
                shown.Step, shown.EnrollmentId, shown.Detail, null);
        }

        private static ShownMoment Show(StoredEvent row, Language language, Named named, IReadOnlyDictionary<Guid, string> templates)
        {
            var whose = Whose(row);
            var isErased = row.Payload.Length == 0 && row.Kind != SignalKind.Left;
            var template = row.Kind == SignalKind.Hit && !isErased && SignalCodec.Read(row) is Signal.Hit hit ? templates.GetValueOrDefault(hit.SendId) : null;
            var (kind, code) = row.Kind switch
            {
                SignalKind.Described or SignalKind.AccountDescribed => ("attributes", "attributes"),
                SignalKind.Grouped => ("roles", "roles"),
                SignalKind.Hit => ("hit", isErased ? "hit" : ((Signal.Hit)SignalCodec.Read(row)).IsClick ? "clicked" : "opened"),
                SignalKind.Refused => ("refusal", "refusal"),
                SignalKind.ConsentSaid => ("consent", "consent"),
                SignalKind.Left => ("left", "left"),
                _ => ("event", row.Name),
            };
            var sentence = isErased ? (language == Language.Japanese ? "内容は削除されました。" : "What was said here was erased.") : Explanation.Sentence(row, template, language) ?? row.Name;
            JsonElement? detail = !isErased && SignalCodec.Describe(row) is { } said ? ApiJson.Stored(said) : null;
            return new($"event:{row.Id}", row.OccurredAt, kind, code, sentence, whose.ToString(), NameOf(named, whose), null, null, null, null, detail, null);
        }

        [GeneratedRegex("\"(?<ref>(?<kind>account|contact):(?<id>[0-9]+))\"")]
        private static partial Regex Mention { get; }

        private static string? NameOf(Named named, SubjectRef subject)
        {
            var (name, email) = named.Of(subject);
            return name ?? email;
        }
    }
}
