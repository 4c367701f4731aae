using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Escalations;
using Nurture.Health;
using Nurture.Scenarios;
using Nurture.Server.Api;
using Nurture.Server.Hosting;
using Nurture.Server.Publishing;
using Nurture.Server.Security;
using Nurture.Storage;

namespace Nurture.Server.Escalations;

/// <summary>The queue of cases, and everything that a human does with one.</summary>
internal static class EscalationEndpoints
{
    private const int MostReceived = 20;
    private const int LongestText = 10_000;
    private const int MostRefused = 200;

    private static readonly TimeSpan LongestHold = TimeSpan.FromDays(366);

    /// <param name="Id">Text: it has more bits than JSON's numbers keep.</param>
    /// <param name="Status">open, acknowledged, snoozed, closed.</param>
    /// <param name="IsOverdue">Past what the type promises.</param>
    /// <param name="Cause">Why it was opened.</param>
    public sealed record ShownEscalation(
        string Id, long AccountId, string? AccountName, string? AccountOwner, double? HealthScore, string? HealthBand, string Type, string Family, string Title, string Priority,
        string Status, string Queue, string? Assignee, DateTimeOffset OpenedAt, DateTimeOffset? AcknowledgeBy, DateTimeOffset? ResolveBy, bool IsOverdue,
        DateTimeOffset? AcknowledgedAt, DateTimeOffset? SnoozedUntil, DateTimeOffset? ClosedAt, string? Outcome, string? ClosedBy, string? Scenario, ShownEntry? Cause)
    {
        /// <summary>When it was put aside, and its clocks stood still; the last one may still run.</summary>
        public required IReadOnlyList<CasePause> Pauses { get; init; }

        /// <summary>The case that it became a part of, since their accounts merged; null otherwise.</summary>
        public string? MergedInto { get; init; }

        /// <summary>The whole story; where one case was asked for.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public IReadOnlyList<ShownEntry>? Story { get; init; }

        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public IReadOnlyList<ShownTask>? Tasks { get; init; }

        /// <summary>What its people were sent, the newest first.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public IReadOnlyList<ShownSend>? Received { get; init; }

        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public IReadOnlyList<ShownContact>? People { get; init; }

        /// <summary>How it may be closed.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public IReadOnlyList<string>? Outcomes { get; init; }

        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public IReadOnlyList<ShownHold>? Holds { get; init; }
    }

    /// <param name="Kind">evidence, opened, acknowledge, assign, snooze, wake, note, reply, not_sent, close, left, hold_over, reminder, task_done, task_open, merged.</param>
    /// <param name="By">A user's address; empty for Nurture itself.</param>
    public sealed record ShownEntry(DateTimeOffset At, string Kind, string By, string Text, JsonElement Detail);

    /// <param name="Queue">Where it waits for anybody; null where it is somebody's.</param>
    /// <param name="Outcomes">How it may be done; empty where it is done or not.</param>
    /// <param name="Outcome">How it was done; null where it is not.</param>
    /// <param name="ContactId">The person whom it is about; null for one of a case, which is about the account.</param>
    public sealed record ShownTask(
        string Id, long AccountId, string? AccountName, long? ContactId, string? ContactName, string? EscalationId, string Title, bool IsRequired, string? Assignee, DateTimeOffset? DueAt, DateTimeOffset OpenedAt, DateTimeOffset? DoneAt, string? DoneBy, string? Queue, IReadOnlyList<string> Outcomes, string? Outcome);

    /// <param name="Taker">The colleague or the queue that would have got it.</param>
    public sealed record ShownRefusal(long AccountId, string? AccountName, string Type, string Title, string Taker, string Scenario, DateTimeOffset At);

    public sealed record ShownCounts(long Open, long Unassigned, long Unacknowledged, long Overdue);

    /// <param name="Outcome">How it was done, where there are several ways.</param>
    public sealed record TaskDone(string? Outcome);

    public sealed record Said(string? Text);

    public sealed record Assigned(string? Assignee);

    public sealed record Snoozed(DateTimeOffset? Until, string? Because);

    /// <param name="Anyway">Closes it though required tasks are open; needs a note.</param>
    public sealed record Closed(string? Outcome, string? Note, bool Anyway);

    public sealed record Written(long? Contact, string? Subject, string? Text);

    public sealed record HoldDraft(DateTimeOffset? Until, string? Because);

    public static void MapEscalations(this IEndpointRouteBuilder api)
    {
        api.MapApprovals();
        api.MapGet("/escalations", ListAsync).RequirePermission(Permission.ReadEscalations)
            .WithSummary("Cases: open ones by priority and age, closed ones with the latest first. mine=true for those of the signed-in user; only=open for those that nobody took, only=overdue for those past what was promised.");
        api.MapGet("/escalations/counts", async (EscalationStore store, BusinessClock clock, CancellationToken cancel) =>
        {
            var (open, unassigned, unacknowledged, overdue) = await store.CountAsync(clock.Now, cancel);
            return new ShownCounts(open, unassigned, unacknowledged, overdue);
        }).RequirePermission(Permission.ReadEscalations).WithSummary("How many cases are open, without anybody, not taken, and past what was promised.");
        api.MapGet("/escalations/not-opened", async (CaseBudgetStore budgets, CatalogSource catalogs, BusinessClock clock, CancellationToken cancel) =>
        {
            var types = (await catalogs.CurrentAsync(cancel)).Catalog.Escalations;
            return new ApiPage<ShownRefusal>([.. (await budgets.RefusedAsync(clock.Now, MostRefused, cancel))
                .Select(one => new ShownRefusal(one.AccountId, one.AccountName, one.Type, types.Find(one.Type)?.Title ?? one.Type, one.Taker, one.Scenario, one.At))], null);
        }).RequirePermission(Permission.ReadEscalations).WithSummary("Cases of the last four weeks that were not opened since their budget was used up, the latest first.");
        api.MapGet("/escalations/{id}", GetAsync).RequirePermission(Permission.ReadEscalations)
            .WithSummary("A case with its whole story, tasks, the account's people and what they were sent.");
        Act("acknowledge", EscalationAct.Acknowledge, "Takes the case.");
        Act("wake", EscalationAct.Wake, "Ends a snooze.");
        api.MapPost("/escalations/{id}/notes", (string id, Said said, Working working, CancellationToken cancel) =>
                working.TellAsync(id, EscalationAct.Note, cancel, text: Required(said.Text, "text", "what you found out")))
            .RequirePermission(Permission.WorkEscalations).WithSummary("Adds a note to the story.").Produces<Accepted>(StatusCodes.Status202Accepted);
        api.MapPost("/escalations/{id}/assign", (string id, Assigned assigned, Working working, CancellationToken cancel) =>
                working.TellAsync(id, EscalationAct.Assign, cancel, assignee: assigned.Assignee ?? ""))
            .RequirePermission(Permission.WorkEscalations).WithSummary("Gives the case to a user by address, or back to its queue.").Produces<Accepted>(StatusCodes.Status202Accepted);
        api.MapPost("/escalations/{id}/snooze", SnoozeAsync).RequirePermission(Permission.WorkEscalations)
            .WithSummary("Puts the case aside until a moment, for a reason. New evidence wakes it.").Produces<Accepted>(StatusCodes.Status202Accepted);
        api.MapPost("/escalations/{id}/reply", ReplyAsync).RequirePermission(Permission.WorkEscalations)
            .WithSummary("Writes a mail to one of the account's people, in the signed-in user's name.").Produces<Accepted>(StatusCodes.Status202Accepted);
        api.MapPost("/escalations/{id}/close", CloseAsync).RequirePermission(Permission.WorkEscalations)
            .WithSummary("Closes the case with an outcome; scenarios that wait for it go on, and the hold ends.").Produces<Accepted>(StatusCodes.Status202Accepted);

        api.MapGet("/tasks", TasksAsync).RequirePermission(Permission.ReadEscalations).WithSummary("Open tasks by their due day; mine=true for those of the signed-in user.");
        api.MapPost("/tasks/{id}/done", (string id, TaskDone? done, Working working, CancellationToken cancel) => working.MarkAsync(id, isDone: true, done?.Outcome, cancel))
            .RequirePermission(Permission.WorkEscalations).WithSummary("The task is done, with an outcome where it has several; a scenario that waits for it goes on, and others hear nurture.task_done.");
        api.MapDelete("/tasks/{id}/done", (string id, Working working, CancellationToken cancel) => working.MarkAsync(id, isDone: false, null, cancel))
            .RequirePermission(Permission.WorkEscalations).WithSummary("The task is not done after all.");

        api.MapGet("/holds", async (long? account, EscalationStore store, CancellationToken cancel) =>
                new ApiPage<ShownHold>([.. (await store.HoldsAsync(account, cancel)).Select(ShownHold.Of)], null))
            .RequirePermission(Permission.ReadEscalations).WithSummary("Accounts whose mails wait, those that end first at the top.");
        api.MapPost("/accounts/{id:long}/hold", HoldAsync).RequirePermission(Permission.WriteHolds)
            .WithSummary("Keeps marketing and service mails to the account back until a moment, for a reason.").Produces<Accepted>(StatusCodes.Status202Accepted);
        api.MapDelete("/contacts/{id:long}/hold", ReleasePersonAsync).RequirePermission(Permission.WriteHolds)
            .WithSummary("Lets mail to a person without an account go again, whatever held it.").Produces<Accepted>(StatusCodes.Status202Accepted);
        api.MapDelete("/accounts/{id:long}/hold", ReleaseAsync).RequirePermission(Permission.WriteHolds)
            .WithSummary("Lets the account's mails go, whoever held them.").Produces<Accepted>(StatusCodes.Status202Accepted);

        void Act(string name, EscalationAct act, string summary) =>
            api.MapPost($"/escalations/{{id}}/{name}", (string id, Working working, CancellationToken cancel) => working.TellAsync(id, act, cancel))
                .RequirePermission(Permission.WorkEscalations).WithSummary(summary).Produces<Accepted>(StatusCodes.Status202Accepted);
    }

    private static async Task<ApiPage<ShownEscalation>> ListAsync(
        string? state, long? account, bool? mine, string? assignee, string? queue, string? type, string? only, int? limit, string? after, EscalationStore store, Audited audited, BusinessClock clock, CancellationToken cancel)
    {
        var isOpen = state switch
        {
            null or "" or "open" => true,
            "closed" => false,
            _ => throw RefusedException.BadRequest("bad-word", "state is none of its words.", $"\"{state}\" was found; state is open or closed."),
        };
        EscalationPlace? place = Paging.Read(after, 3) is { } parts
            ? long.TryParse(parts[0], out var rank) && long.TryParse(parts[1], out var at) && long.TryParse(parts[2], out var id) ? new(rank, at, id) : throw Paging.BadPlace()
            : null;
        var filter = new EscalationFilter(isOpen, account, mine == true ? audited.Who : assignee == "nobody" ? "" : Given(assignee), Given(queue), Given(type))
        {
            IsUntaken = only == "open",
            IsOverdue = only == "overdue",
        };
        var page = await store.ListAsync(filter, place, Paging.Limit(limit), clock.Now, cancel);
        var causes = await store.CausesAsync([.. page.Items.Select(view => view.Row.Id)], cancel);
        return new([.. page.Items.Select(view => Show(view, causes.GetValueOrDefault(view.Row.Id), clock.Now))], page.Next is { } next ? Paging.Write(next.Rank, next.At, next.Id) : null);

        static string? Given(string? text) => string.IsNullOrEmpty(text) ? null : text;
    }

    private static async Task<ShownEscalation> GetAsync(
        string id, EscalationStore store, ContactStore contacts, SendStore sends, CatalogSource catalogs, BusinessClock clock, CancellationToken cancel)
    {
        var view = await store.FindAsync(Number(id), cancel) ?? throw RefusedException.NotFound($"escalation {id}");
        var story = await store.EntriesAsync(view.Row.Id, cancel);
        var people = await contacts.OfAccountAsync(view.Row.AccountId, 200, cancel);
        var type = (await catalogs.CurrentAsync(cancel)).Catalog.Escalations.Find(view.Row.Type);
        return Show(view, story.FirstOrDefault(entry => entry.Kind == "evidence"), clock.Now) with
        {
            Story = [.. story.Select(Show)],
            Tasks = [.. (await store.TasksAsync(view.Row.Id, cancel)).Select(Show)],
            Received = [.. (await sends.OfAccountAsync(view.Row.AccountId, MostReceived, cancel)).Select(ShownSend.Of)],
            People = [.. people.Select(ShownContact.Of)],
            Outcomes = [.. type?.Outcomes ?? []],
            Holds = [.. (await store.HoldsAsync(view.Row.AccountId, cancel)).Select(ShownHold.Of)],
        };
    }

    private static Task<IResult> SnoozeAsync(string id, Snoozed snoozed, Working working, BusinessClock clock, CancellationToken cancel)
    {
        var until = snoozed.Until ?? throw RefusedException.Missing("until", "\"2026-12-01T09:00:00Z\"");
        if (until <= clock.Now) throw RefusedException.BadRequest("bad-moment", "That moment is over.", $"until is {until:O}; it lies ahead.");
        return working.TellAsync(id, EscalationAct.Snooze, cancel, text: Required(snoozed.Because, "because", "they asked for a call next week"), until: until);
    }

    private static async Task<IResult> ReplyAsync(string id, Written written, Working working, ContactStore contacts, Audited audited, CancellationToken cancel)
    {
        var contactId = written.Contact ?? throw RefusedException.Missing("contact", "17, one of the account's people");
        var (subject, text) = (Required(written.Subject, "subject", "How we can help"), Required(written.Text, "text", "the mail itself"));
        if (!audited.Who.Contains('@')) throw RefusedException.BadRequest("no-person", "A reply is written by a person.", "Sign in: an API key has no address that could be answered.");
        var person = await contacts.ResolveAsync(contactId, cancel) ?? throw RefusedException.NotFound($"contact {contactId}");
        if (person.Email is null) throw RefusedException.Conflict("no-address", "This person has no address.", $"Contact {person.Id} cannot be written to.");
        return await working.TellAsync(id, EscalationAct.Reply, cancel, text: text, subject: subject, contactId: person.Id, mustBeOf: person.AccountId);
    }

    private static async Task<IResult> CloseAsync(string id, Closed closed, Working working, EscalationStore store, CatalogSource catalogs, CancellationToken cancel)
    {
        var outcome = Required(closed.Outcome, "outcome", "saved");
        var view = await store.FindAsync(Number(id), cancel) ?? throw RefusedException.NotFound($"escalation {id}");
        var known = (await catalogs.CurrentAsync(cancel)).Catalog.Escalations.Find(view.Row.Type)?.Outcomes ?? [];
        if (known.Count > 0 && !known.Contains(outcome))
            throw RefusedException.BadRequest("bad-outcome", "That is no outcome of this type.", $"\"{outcome}\" was found; {view.Row.Type} is closed as {string.Join(", ", known)}.");
        var open = (await store.TasksAsync(view.Row.Id, cancel)).Where(task => task.Task.IsRequired && task.DoneAt is null).Select(task => task.Task.Title).ToList();
        if (open.Count > 0 && !(closed.Anyway && !string.IsNullOrWhiteSpace(closed.Note)))
        {
            throw new RefusedException(StatusCodes.Status409Conflict, "tasks-open", "Required tasks are open.", $"Open: {string.Join("; ", open)}. Do them, or close it anyway with a note that says why.")
            {
                Members = { ["tasks"] = open },
            };
        }

        return await working.TellAsync(id, EscalationAct.Close, cancel, text: closed.Note ?? "", outcome: outcome);
    }

    private static async Task<ApiPage<ShownTask>> TasksAsync(bool? mine, long? account, int? limit, string? after, EscalationStore store, Audited audited, CancellationToken cancel)
    {
        (long, long)? place = Paging.Read(after, 2) is { } parts ? long.TryParse(parts[0], out var due) && long.TryParse(parts[1], out var id) ? (due, id) : throw Paging.BadPlace() : null;
        var page = await store.OpenTasksAsync(mine == true ? audited.Who : null, account, place, Paging.Limit(limit), cancel);
        return new([.. page.Items.Select(Show)], page.Next is { } next ? Paging.Write(next.Item1, next.Item2) : null);
    }

    private static async Task<IResult> HoldAsync(long id, HoldDraft draft, RequestStore requests, Audited audited, BusinessClock clock, WorkSignals signals, CancellationToken cancel)
    {
        var now = clock.Now;
        var until = draft.Until ?? throw RefusedException.Missing("until", "\"2026-12-01T09:00:00Z\": a hold always ends");
        if (until <= now || until > now + LongestHold) throw RefusedException.BadRequest("bad-moment", "A hold ends within a year.", $"until is {until:O}.");
        var because = Required(draft.Because, "because", "they are in a merger");
        return await TellAsync(SubjectRef.Account(id), account => new Signal.HoldRequested(account, until.ToUniversalTime(), because, audited.Who, now), "account.held", requests, audited, now, signals, cancel);
    }

    private static Task<IResult> ReleaseAsync(long id, RequestStore requests, Audited audited, BusinessClock clock, WorkSignals signals, CancellationToken cancel)
    {
        var now = clock.Now;
        return TellAsync(SubjectRef.Account(id), account => new Signal.HoldReleased(account, audited.Who, now), "account.released", requests, audited, now, signals, cancel);
    }

    private static Task<IResult> ReleasePersonAsync(long id, RequestStore requests, Audited audited, BusinessClock clock, WorkSignals signals, CancellationToken cancel)
    {
        var now = clock.Now;
        return TellAsync(SubjectRef.Contact(id), contact => new Signal.HoldReleased(0, audited.Who, now) { ContactId = contact }, "contact.released", requests, audited, now, signals, cancel);
    }

    private static async Task<IResult> TellAsync(
        SubjectRef subject, Func<long, Signal> signal, string action, RequestStore requests, Audited audited, DateTimeOffset now, WorkSignals signals, CancellationToken cancel)
    {
        if (await requests.TellAsync(subject, found => signal(found.Id), audited.Note(action, subject.ToString()), now, audited.Correlation, cancel) is null)
            throw RefusedException.NotFound($"{(subject.Kind == SubjectKind.Contact ? "contact" : "account")} {subject.Id}");
        signals.Events.Raise();
        return TypedResults.Accepted((string?)null, new Accepted(subject.ToString(), now, audited.Correlation));
    }

    internal static string Required(string? text, string field, string example)
    {
        if (string.IsNullOrWhiteSpace(text)) throw RefusedException.Missing(field, $"\"{example}\"");
        if (text.Length > LongestText) throw RefusedException.BadRequest("too-long", $"{field} is too long.", $"It has {text.Length} characters; {LongestText} are the most.");
        return text.Trim();
    }

    internal static long Number(string id) => long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw RefusedException.NotFound($"escalation {id}");

    private static ShownEscalation Show(EscalationView view, EscalationEntry? cause, DateTimeOffset now)
    {
        var row = view.Row;
        var status = row.ClosedAt is not null ? "closed" : row.SnoozedUntil > now ? "snoozed" : row.AcknowledgedAt is not null ? "acknowledged" : "open";
        return new(
            Text(row.Id)!, row.AccountId, view.AccountName, view.Owner, view.HealthScore is { } score ? Math.Round(score, 1) : null, view.HealthBand is { } band ? HealthBands.Word((HealthBand)band) : null,
            row.Type, row.Family, row.Title, ApiJson.Word(row.Priority), status, row.Queue, row.Assignee, row.OpenedAt, row.AcknowledgeBy, row.ResolveBy,
            row.ClosedAt is null && ((row.AcknowledgedAt is null && row.AcknowledgeBy < now) || row.ResolveBy < now),
            row.AcknowledgedAt, row.SnoozedUntil, row.ClosedAt, row.Outcome, row.ClosedBy, row.Scenario.Length == 0 ? null : row.Scenario, cause is null ? null : Show(cause))
        {
            Pauses = view.Pauses,
            MergedInto = view.MergedInto is { } whole ? Text(whole) : null,
        };
    }

    private static ShownEntry Show(EscalationEntry entry) => new(entry.At, entry.Kind, entry.By, entry.Text, ApiJson.Stored(entry.Detail));

    internal static ShownTask Show(TaskRow row) => new(
        Text(row.Task.Id)!, row.Task.AccountId, row.AccountName, row.Task.ContactId == 0 ? null : row.Task.ContactId, row.ContactName, Text(row.Task.EscalationId), row.Task.Title, row.Task.IsRequired, row.Task.Assignee, row.Task.DueAt, row.Task.OpenedAt, row.DoneAt, row.DoneBy,
        row.Task.Queue.Length > 0 ? row.Task.Queue : null, row.Task.Outcomes, row.Outcome);

    private static string? Text(long id) => id == 0 ? null : id.ToString(CultureInfo.InvariantCulture);
}
