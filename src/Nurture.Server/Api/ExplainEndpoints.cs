using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Scenarios;
using Nurture.Server.Hosting;
using Nurture.Server.Publishing;
using Nurture.Server.Security;
using Nurture.Simulation;
using Nurture.Storage;

namespace Nurture.Server.Api;

/// <summary>Why a mail did, or did not, arrive: everything that was decided about a contact, and why nothing was.</summary>
internal static class ExplainEndpoints
{
    /// <summary>Older decisions are in the journal.</summary>
    private const int MostDecisions = 500;
    private const int LatestEvents = 50;

    /// <param name="Decisions">In their order, the oldest first.</param>
    /// <param name="Enrollments">Where it stands now.</param>
    /// <param name="WhyNot">For a scenario that was asked for and never entered; null otherwise.</param>
    public sealed record Explained(
        string Subject, string? Scenario, IReadOnlyList<ExplainedDecision> Decisions, IReadOnlyList<ShownEnrollment> Enrollments, IReadOnlyList<WhyNot>? WhyNot)
    {
        /// <summary>Where a scenario or a template was asked for: the one sentence.</summary>
        public Arrival? Answer { get; init; }
    }

    /// <param name="Mail">The mail that it planned, and where that stands in the ledger now.</param>
    public sealed record ExplainedDecision(
        DateTimeOffset At, string Sentence, string Reason, string Subject, string? Scenario, int Version, string? Step, string? EnrollmentId, ExplainedMail? Mail, string Correlation);

    public sealed record ExplainedMail(
        Guid Id, string Template, string State, string? Reason, DateTimeOffset PlannedAt, DateTimeOffset? HandedAt, DateTimeOffset? EndedAt, DateTimeOffset? OpenedAt, DateTimeOffset? ClickedAt, string? Reply);

    public static void MapExplain(this IEndpointRouteBuilder api) =>
        api.MapGet("/explain", async (
            long? contact, string? scenario, string? template, string? locale, string? zone, ContactStore contacts, AccountStore accounts, JournalStore journal, SendStore sends, EnrollmentStore enrollments, CatalogSource catalogs,
            StatesNow states, EventLog log, BusinessClock clock, CancellationToken cancel) =>
        {
            if (contact is not { } id) throw RefusedException.Missing("contact", "?contact=17");
            if (string.IsNullOrEmpty(scenario)) scenario = null;
            if (string.IsNullOrEmpty(template)) template = null;
            var person = await contacts.ResolveAsync(id, cancel) ?? throw RefusedException.NotFound($"contact {id}");
            var catalog = (await catalogs.CurrentAsync(cancel)).Catalog;
            if (scenario is not null && catalog.NamesOf(scenario) is [var row, ..] && row != scenario)
                throw RefusedException.BadRequest("row-needed", "The scenario has rows.", $"Each row is decided by itself. Ask for one of {string.Join(", ", catalog.NamesOf(scenario))}.");
            var subject = SubjectRef.Contact(person.Id);
            SubjectRef? account = person.AccountId is { } accountId ? SubjectRef.Account(accountId) : null;

            var rows = await DecisionsAsync(journal, subject, account, scenario, cancel);
            var mails = await sends.OfEnrollmentsAsync([.. rows.Select(row => row.Entry.EnrollmentId).Where(enrollment => enrollment != 0).Distinct()], cancel);
            var standing = (await enrollments.OfSubjectAsync(subject, scenario, cancel))
                .Concat(account is { } a ? await enrollments.OfSubjectAsync(a, scenario, cancel) : []);
            var everEntered = rows.Any(row => row.Entry.Reason == Reason.Entered);
            var language = Reader.Asked(locale);
            var positions = standing.ToList();
            var whyNot = scenario is not null && !everEntered ? await WhyNotAsync(scenario) : null;
            return new Explained(subject.ToString(), scenario, [.. rows.Select(row => Show(row, catalog, mails, person.Id, language))], [.. positions.Select(ShownEnrollment.Of)], whyNot)
            {
                Answer = scenario is null && template is null ? null : await AnswerAsync(),
            };

            async Task<IReadOnlyList<WhyNot>> WhyNotAsync(string name)
            {
                var (contactState, accountState) = await states.ReadAsync(person, cancel);
                var past = await PastAsync(log, catalog, name, subject, account, cancel);
                return new WhyNotEntered(catalog, clock.Now, language, language is null ? null : Reader.Zone(catalog, zone)).Ask(name, contactState, accountState, past);
            }

            async Task<Arrival> AnswerAsync()
            {
                var latest = await sends.ListAsync(new(person.Id, scenario is null ? (ScenarioNames?)null : scenario, null, null, null, 1) { Template = template }, cancel);
                var isIdentityStopped = latest.Items.Count > 0 && await sends.StopOfAsync(latest.Items[0].Id, cancel) is not null;
                var arrivals = new Arrivals(catalog, language ?? Language.English, Reader.Zone(catalog, zone), await sends.StoppedAsync(cancel) is not null, isIdentityStopped);
                if (latest.Items.Count > 0) return arrivals.OfMail(latest.Items[0]);

                var asked = scenario is not null ? [scenario] : Sending(catalog, template!);
                if (asked.Count == 0) return arrivals.NoScenarioSends(template!);
                // Of several the one that got furthest: it stands there, was decided on last, or was never entered.
                var name = positions.FindLast(position => asked.Contains(position.Scenario))?.Scenario ?? rows.FindLast(row => asked.Contains(row.Entry.Scenario))?.Entry.Scenario ?? asked[0];
                var decisions = rows.Where(row => row.Entry.Scenario == name).ToList();
                var position = positions.FindLast(p => p.Scenario == name);
                if (decisions.Count > 0) return arrivals.OfDecisions(decisions, template, position);
                return arrivals.OfNothing(whyNot ?? await WhyNotAsync(name), name);
            }
        }).RequirePermission(Permission.ReadJournal)
            .WithSummary("Every decision about a contact and its account as sentences, with the mails' ledger states; and why a scenario was never entered. With a scenario or a template one sentence answers why its mail did, or did not, arrive.");

    private static ScenarioNames? Of(string? scenario) => scenario is null ? null : new([scenario]);

    private static async Task<List<JournalRow>> DecisionsAsync(JournalStore journal, SubjectRef contact, SubjectRef? account, string? scenario, CancellationToken cancel)
    {
        var rows = (await journal.ListAsync(new(contact, Of(scenario), null, MostDecisions), cancel)).Items.ToList();
        if (account is { } of)
        {
            // Of the account's own what is about nobody else.
            var own = await journal.ListAsync(new(of, Of(scenario), null, MostDecisions), cancel);
            rows.AddRange(own.Items.Where(row => row.Entry.ContactId == 0 || row.Entry.ContactId == contact.Id));
        }
        return [.. rows.DistinctBy(row => row.Id).OrderBy(row => row.Id)];
    }

    private static async Task<IReadOnlyList<PastEvent>> PastAsync(
        EventLog log, Catalog catalog, string scenario, SubjectRef contact, SubjectRef? account, CancellationToken cancel)
    {
        if (!catalog.Live.TryGetValue(scenario, out var published) || published.Scenario.Trigger is not Trigger.Event trigger) return [];
        var whose = published.Scenario.Subject == SubjectKind.Account ? account : contact;
        if (whose is not { } subject) return [];
        var history = await log.HistoryAsync(subject, trigger.Names, DateTimeOffset.MinValue, LatestEvents, cancel);
        return [.. history.Select(SignalCodec.Read).OfType<Signal.Occurred>().Select(occurred => new PastEvent(occurred.Event, occurred.CountsOnly))];
    }

    private static List<string> Sending(Catalog catalog, string template) =>
    [
        .. catalog.Live.Values.Where(live => Step.All(live.Scenario.Steps).Any(step => step is Step.Send send && send.Template == template))
            .Select(live => live.Scenario.Name).Order(StringComparer.Ordinal),
    ];

    private static ExplainedDecision Show(JournalRow row, Catalog catalog, IReadOnlyList<SendRow> sends, long contact, Language? language)
    {
        var shown = JournalEndpoints.Show(row, catalog, language);
        var entry = row.Entry;
        var mail = entry.EnrollmentId == 0 || entry.Reason is not (Reason.Released or Reason.Cancelled or Reason.Hit or Reason.Bounced or Reason.Uncertain or Reason.Refused or Reason.RenderFailed or Reason.Expired)
            ? null
            : sends.FirstOrDefault(send => send.EnrollmentId == entry.EnrollmentId && send.Step == entry.Step && send.RecipientId == (entry.ContactId == 0 ? contact : entry.ContactId));
        return new(shown.At, shown.Sentence, shown.Reason, shown.Subject, shown.Scenario, shown.Version, shown.Step, shown.EnrollmentId,
            mail is null ? null : new(mail.Id, mail.Template, ApiJson.Word(mail.State), mail.Reason?.Code(), mail.PlannedAt, mail.HandedAt, mail.EndedAt, mail.OpenedAt, mail.ClickedAt, mail.Reply),
            shown.Correlation);
    }
}

/// <summary>States as they are stored at this moment, to ask and never to change.</summary>
internal sealed class StatesNow(SlotStore slots, AccountStore accounts, SuppressionStore suppressions, SettingsStore settings)
{
    public async Task<(ContactState? Contact, AccountState? Account)> ReadAsync(ContactView person, CancellationToken cancel)
    {
        var contact = await LoadAsync(new(person.Slot, SubjectRef.Contact(person.Id)), cancel) is { Doc: { } doc } loaded ? StateCodec.UnpackContact(doc, loaded.Rest) : null;
        if (contact?.Email is { } email && Addresses.Key(email) is { } key)
            contact.IsSuppressed = (await suppressions.FindAsync([(await settings.AddressHashAsync(cancel)).Of(key)], cancel)).Count > 0;
        if (person.AccountId is not { } id || await accounts.FindAsync(id, cancel) is not { } company) return (contact, null);
        return (contact, await ReadAsync(company, cancel));
    }

    /// <summary>Null where its slot has heard nothing of it yet.</summary>
    public async Task<AccountState?> ReadAsync(AccountView account, CancellationToken cancel) =>
        await LoadAsync(new(account.Slot, SubjectRef.Account(account.Id)), cancel) is { Doc: { } packed } of ? StateCodec.UnpackAccount(packed, of.Rest) : null;

    private async Task<LoadedState> LoadAsync(SubjectKey key, CancellationToken cancel) => (await slots.LoadStatesAsync([key], cancel))[0];
}
