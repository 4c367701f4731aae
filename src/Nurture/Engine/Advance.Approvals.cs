using Nurture.Contacts;
using Nurture.Notices;
using Nurture.Scenarios;
using Nurture.Sends;
using Nurture.Templates;

namespace Nurture.Engine;

/// <summary>Mails that a human approves before they leave, and may edit (SEMANTICS.md 54); and what goes along with an account to its next owner (55).</summary>
internal sealed partial class Advance
{
    /// <summary>The answer there is; where nobody was asked yet, somebody is.</summary>
    private Approval ApprovalOf(SubjectState subject, Enrollment enrollment, Step.Send step, Approver approver, ContactState recipient, DateTimeOffset at)
    {
        if (enrollment.Approvals.Find(one => one.Step == step.Id && one.RecipientId == recipient.Id) is { } known)
        {
            if (known.State != ApprovalState.Waiting || known.DueAt > at) return known;
            (known.State, known.DecidedAt) = (ApprovalState.Over, known.DueAt);
            Do(new Effect.ApprovalEnded(known.Id, known.State, "", known.DueAt));
            if (approver.SendsUnanswered) Note(subject, enrollment, Reason.ApprovalOver, known.DueAt, recipient.Id, detail: Detail(("otherwise", "send")));
            return known;
        }

        var account = subject as AccountState ?? AccountOf(recipient);
        var (locale, assignee) = (MailInputs.LocaleOf(catalog, recipient, account), approver.Address ?? Text(account, approver.Attribute));
        var approval = new Approval { Id = Draws.TaskId(enrollment.Id, $"approve\n{step.Id}\n{enrollment.Iteration}\n{recipient.Id}"), Step = step.Id, RecipientId = recipient.Id, DueAt = Calendar.Add(at, approver.UpTo, Company) };
        enrollment.Approvals.Add(approval);
        var reads = catalog.Mails.ReadsOf(step.Template, locale);
        var inputs = MailInputs.Write(catalog, reads, recipient, account, enrollment.Trigger, enrollment.Heard, response: enrollment.Response, session: FactsFor(step, enrollment, recipient), row: VersionOf(enrollment).Scenario.Row,
            asks: step.Asks is { } asked ? (asked, locale) : null, from: SenderOf(step, account, locale), answers: AnswersFor(reads, recipient, account, enrollment, at));
        Do(new Effect.ApprovalAsked(new ApprovalRow(
            approval.Id, account?.Id ?? 0, subject.Ref, recipient.Id, enrollment.Id, enrollment.Scenario, enrollment.Version, step.Id, step.Template, locale, inputs, assignee, at, approval.DueAt, approver.SendsUnanswered)));
        Note(subject, enrollment, Reason.ApprovalAsked, at, recipient.Id, detail: Detail(("assignee", assignee ?? "")));
        if (assignee is not null)
        {
            var facts = new NoticeFacts(VersionOf(enrollment).Scenario.Title is { Length: > 0 } title ? title : enrollment.Scenario, Text(account, "name")) { AcknowledgeBy = Local(approval.DueAt) };
            Do(new Effect.ColleaguesTold(new Notice(NoticeKind.ToApprove, account?.Ref ?? subject.Ref, 0, $"approval-{approval.Id}", assignee, facts, at, correlation)));
        }

        return approval;
    }

    private void ApprovalGiven(Signal.ApprovalGiven signal)
    {
        var asking = signal.Subject.Kind == SubjectKind.Account && set.Contact(slot, signal.RecipientId) is { } recipient
            ? SubjectRef.Account(NowOf(recipient, signal.Subject.Id)) : signal.Subject;
        if (SubjectHere(asking) is not { } subject || IsParked(subject)) return;
        var at = signal.At;
        CatchUp(subject, at, isInclusive: false);
        foreach (var enrollment in subject.Enrollments.Where(one => one.Status == EnrollmentStatus.Live).ToList())
        {
            if (enrollment.Approvals.Find(one => one.Id == signal.ApprovalId && one.State == ApprovalState.Waiting) is not { } approval) continue;
            (approval.State, approval.DecidedAt) = (signal.IsApproved ? ApprovalState.Approved : ApprovalState.Declined, at);
            if (signal.IsApproved) (approval.Subject, approval.Text) = (signal.MailSubject, signal.Text);
            // A human just asked for it: it does not wait for the quiet time (SEMANTICS.md 49).
            if (signal.IsApproved) enrollment.AskedFor = approval.Step;
            Do(new Effect.ApprovalEnded(approval.Id, approval.State, signal.By, at));
            if (signal.IsApproved) Note(subject, enrollment, Reason.Approved, at, signal.RecipientId, detail: Detail(("by", signal.By)));
        }

        Settle(subject, at);
        Rest(subject, at);
    }

    /// <summary>The passage goes on or ends: what nobody answered is not asked any more (SEMANTICS.md 42).</summary>
    private void WithdrawApprovals(Enrollment enrollment, DateTimeOffset at)
    {
        foreach (var waiting in enrollment.Approvals.Where(one => one.State == ApprovalState.Waiting)) Do(new Effect.ApprovalEnded(waiting.Id, ApprovalState.Withdrawn, "", at));
        enrollment.Approvals.Clear();
    }

    /// <summary>Null for the policy's sender.</summary>
    private Sender? SenderOf(Step.Send step, AccountState? account, string locale) => MailSender.Of(catalog.Policy, step.From, catalog.Mails.Find(step.Template, locale), account);

    /// <summary>Another owner: open cases, tasks, mails to approve and holds by hand go along, and both are told once.</summary>
    private void HandOver(AccountState account, string before, string? after, DateTimeOffset at)
    {
        var cases = account.Escalations.Where(open => IsHis(open.Assignee)).ToList();
        foreach (var open in cases)
        {
            open.Assignee = after;
            Changed(open);
        }

        var holds = account.Holds.Where(hold => hold.Source.StartsWith("user:", StringComparison.Ordinal) && IsHis(hold.Source["user:".Length..])).ToList();
        foreach (var hold in after is null ? [] : holds)
        {
            account.Holds.Remove(hold);
            account.Holds.RemoveAll(known => known.Source == $"user:{after}");
            account.Holds.Add(hold with { Source = $"user:{after}" });
        }

        if (holds.Count > 0 && after is not null) HoldsChanged(account);
        Do(new Effect.OwnerChanged(account.Id, before, after));
        set.Touch(new SubjectKey(slot, account.Ref));
        var waits = account.Enrollments.Concat(EnrolledPeople(account).SelectMany(person => person.Enrollments)).Any(one => one.TaskId != 0 || one.Approvals.Count > 0);
        var isKnown = cases.Count > 0 || holds.Count > 0 || waits;
        Note(account, null, Reason.OwnerChanged, at, detail: Detail(("from", before), ("to", after ?? "")));
        foreach (var colleague in new[] { before, after }.OfType<string>())
        {
            Do(new Effect.ColleaguesTold(new Notice(
                NoticeKind.OwnerChanged, account.Ref, 0, $"owner-{causeId}-{at.ToUnixTimeMilliseconds()}", colleague, new NoticeFacts("", Text(account, "name")) { By = after, Before = before }, at, correlation)
            {
                // Which tasks are still open that no passage waits for is not the account's to know.
                IfTasksOf = isKnown ? null : (account.Id, before),
            }));
        }

        bool IsHis(string? address) => string.Equals(address, before, StringComparison.OrdinalIgnoreCase);
    }
}
