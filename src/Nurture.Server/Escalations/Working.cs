using System.Text.Json;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Escalations;
using Nurture.Scenarios;
using Nurture.Server.Api;
using Nurture.Server.Hosting;
using Nurture.Storage;

namespace Nurture.Server.Escalations;

/// <summary>Tells an account's slot what a human did with a case or task of it, on the record.</summary>
internal sealed class Working(EscalationStore store, RequestStore requests, Audited audited, BusinessClock clock, WorkSignals signals)
{
    /// <param name="mustBeOf">The account that the person written to belongs to; it has to be the case's.</param>
    public async Task<IResult> TellAsync(
        string id, EscalationAct act, CancellationToken cancel,
        string text = "", string outcome = "", string assignee = "", DateTimeOffset? until = null, string subject = "", long contactId = 0, long? mustBeOf = null)
    {
        var view = await store.FindAsync(EscalationEndpoints.Number(id), cancel) ?? throw RefusedException.NotFound($"escalation {id}");
        if (view.Row.ClosedAt is not null && act != EscalationAct.Note)
            throw RefusedException.Conflict("closed", "The case is closed.", $"{view.Row.ClosedBy} closed it as {view.Row.Outcome}; a note can still be added.");
        if (contactId != 0 && mustBeOf != view.Row.AccountId) throw RefusedException.BadRequest("not-of-account", "This person belongs to another account.", $"The case is about account {view.Row.AccountId}.");
        var (account, now) = (SubjectRef.Account(view.Row.AccountId), clock.Now);
        var told = await requests.TellAsync(account,
            of => new Signal.EscalationWorked(of.Id, view.Row.Id, act, audited.Who, text, outcome, assignee, until?.ToUniversalTime(), now, contactId, subject),
            audited.Note($"escalation.{ApiJson.Word(act)}", account.ToString(), new { Escalation = id, outcome, assignee }), now, audited.Correlation, cancel);
        if (told is null) throw RefusedException.NotFound(account.ToString());
        signals.Events.Raise();
        return TypedResults.Accepted((string?)null, new Accepted(account.ToString(), now, audited.Correlation));
    }

    public async Task<EscalationEndpoints.ShownTask> MarkAsync(string id, bool isDone, string? outcome, CancellationToken cancel)
    {
        var number = EscalationEndpoints.Number(id);
        var task = (await store.FindTaskAsync(number, cancel) ?? throw RefusedException.NotFound($"task {id}")).Task;
        if (isDone) outcome = OutcomeOf(task, outcome);
        var now = clock.Now;
        await audited.RecordAsync(isDone ? "task.done" : "task.reopened", SubjectRef.Account(task.AccountId).ToString(), new { Task = id, outcome }, cancel);
        if (await store.MarkTaskAsync(number, isDone, outcome ?? "", audited.Who, now, cancel) && isDone)
        {
            var properties = JsonSerializer.SerializeToUtf8Bytes(new { task = task.Step.Length > 0 ? task.Step : id, title = task.Title, outcome });
            var account = SubjectRef.Account(task.AccountId);
            // Whose passage waits is told first, wherever they are by now.
            var waiting = task.ContactId != 0 ? SubjectRef.Contact(task.ContactId) : account;
            await requests.TellAsync(waiting, of => new Signal.TaskDone(of, number, outcome!, audited.Who, now), audited.Note("task.done.heard", waiting.ToString()), now, audited.Correlation, cancel);
            await requests.TellAsync(account, of => new Signal.Occurred(new OccurredEvent(0, ProductEvents.TaskDone, 0, of.Id, now, now, properties)),
                audited.Note("task.done.told", account.ToString()), now, audited.Correlation, cancel);
            signals.Events.Raise();
        }

        return EscalationEndpoints.Show((await store.FindTaskAsync(number, cancel))!);
    }

    private static string OutcomeOf(CsmTask task, string? said)
    {
        if (task.Outcomes.Count == 0) return string.IsNullOrEmpty(said) || said == Step.Task.Done ? Step.Task.Done : throw Unknown(said, Step.Task.Done);
        if (string.IsNullOrEmpty(said)) return task.Outcomes.Count == 1 ? task.Outcomes[0] : throw RefusedException.Missing("outcome", $"one of {string.Join(", ", task.Outcomes)}");
        return task.Outcomes.Contains(said) ? said : throw Unknown(said, string.Join(", ", task.Outcomes));

        static RefusedException Unknown(string found, string known) => RefusedException.BadRequest("bad-outcome", "That is no outcome of this task.", $"\"{found}\" was found; there are: {known}.");
    }
}
