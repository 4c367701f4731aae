using Nurture.Contacts;
using Nurture.Escalations;
using Nurture.Scenarios;

namespace Nurture.Engine;

/// <summary>
/// Keeping an account silent: by a case, by hand, between two events, after a reply; always with an end (SEMANTICS.md 41, 48).
/// Who has no account is held by themselves, and takes the hold along to the account that they join.
/// </summary>
internal sealed partial class Advance
{
    // What waited for a hold leaves one at a time, so that nobody is flooded on its end.
    private static readonly TimeSpan BetweenHeldMails = TimeSpan.FromDays(1);

    private static readonly TimeSpan HandQuiet = TimeSpan.FromDays(3);

    // Of one pair of events; a further one takes the place of the one that ends first, so that an account's row has an end.
    private const int MostOfPair = 20;

    /// <summary>An event that opens a hold, or closes what another one opened.</summary>
    private void HearHolds(SubjectState holder, OccurredEvent happened)
    {
        foreach (var pair in catalog.Escalations.Holds)
        {
            if (happened.Name == pair.ClosedBy) CloseHold(holder, pair, happened);
            else if (happened.Name == pair.OpenedBy && !isImport) OpenHold(holder, pair, happened);
        }
    }

    private void OpenHold(SubjectState holder, HoldPair pair, OccurredEvent happened)
    {
        var (at, source) = (happened.OccurredAt, pair.SourceOf(happened));
        var until = Calendar.Add(at, pair.Rule.Most, Company);
        if (until <= Later(at, holder.LivedUntil) || IsClosed()) return;
        var own = holder.Holds.FindAll(hold => hold.Source != source && pair.Owns(hold.Source));
        if (own.Count >= MostOfPair) holder.Holds.Remove(own.MinBy(hold => hold.Until)!);
        Begin(holder, new Hold(source, at, until, pair.Title, pair.Rule.Blocks, pair.Rule.Quiet), at);

        // It may come after the event that closed it: what came in the meantime is asked of the log.
        bool IsClosed() => holder.LivedUntil > at
            && set.PastOf(new SubjectKey(slot, holder.Ref), at, [pair.ClosedBy]).Any(closing => pair.SourceOf(closing) == source && (holder is not AccountState account || !account.LeavesOut(closing.ContactId)));
    }

    private void CloseHold(SubjectState holder, HoldPair pair, OccurredEvent happened)
    {
        var source = pair.SourceOf(happened);
        if (holder.Holds.Find(hold => hold.Source == source && hold.Since <= happened.OccurredAt) is { } held) EndHold(holder, held, "", happened.OccurredAt);
    }

    /// <summary>Somebody wrote to us: a human answers now, and no machine talks in between (SEMANTICS.md 41).</summary>
    private void Replied(Signal.Replied signal)
    {
        var (contact, at) = (ContactHere(signal.ContactId, signal.At), signal.At);
        if (contact.Status == ContactStatus.Erased) return;
        CatchUp(contact, at, isInclusive: false);
        MarkInternal(contact);
        var about = signal.Template.Length == 0 ? "" : Detail(("scenario", signal.Scenario), ("step", signal.Step), ("template", signal.Template));
        Note(contact, null, signal.IsAutomatic ? Reason.AnsweredByMachine : Reason.Replied, at, detail: about);
        if (!signal.IsAutomatic)
        {
            foreach (var enrollment in contact.Enrollments.Where(one => one.Status == EnrollmentStatus.Live && one.EnteredAt <= at && VersionOf(one).Scenario.Class == SendClass.Marketing).ToList())
                End(contact, enrollment, Reason.Replied, at);
            if (contact.AccountId == 0) HoldForReply(contact, signal);
            else if (AccountOf(contact) is { } account && !IsParked(account)) HoldForReply(account, signal);
            Happened(contact, ProductEvents.Replied, at, ("scenario", signal.Scenario), ("step", signal.Step), ("template", signal.Template));
            Settle(contact, at);
        }

        Rest(contact, at);
    }

    private void HoldForReply(SubjectState holder, Signal.Replied reply)
    {
        var (rule, source, at) = (catalog.Escalations.Replies, Hold.SourceOfReply(reply.ContactId), reply.At);
        var (until, account) = (Calendar.Add(at, rule.Most, Company), holder as AccountState);
        if (account?.LeavesOut(reply.ContactId) == true || until <= Later(at, holder.LivedUntil)) return;
        CatchUp(holder, at, isInclusive: false);
        // Who writes again while it lasts makes it last longer, and is no news. A person without an account has no owner to tell.
        if (account is not null && !account.Holds.Exists(hold => hold.Source == source)) TellOfReply(account, reply, source, until);
        Begin(holder, new Hold(source, at, until, catalog.Escalations.RepliesTitle, rule.Blocks, rule.Quiet), at);
        if (account is null) return;
        SettleAccount(account, null, at);
        Rest(account, at);
    }

    private void HoldRequested(Signal.HoldRequested signal)
    {
        if (set.Account(slot, signal.AccountId) is not { } account) return;
        CatchUp(account, signal.At, isInclusive: false);
        Begin(account, new Hold($"user:{signal.By}", signal.At, signal.Until, signal.Because, Blocked.Standard, HandQuiet), signal.At);
        SettleAccount(account, null, signal.At);
        Rest(account, signal.At);
    }

    private void HoldReleased(Signal.HoldReleased signal)
    {
        var subject = signal.ContactId != 0 ? SubjectRef.Contact(signal.ContactId) : SubjectRef.Account(signal.AccountId);
        if (SubjectHere(subject) is not { } holder) return;
        CatchUp(holder, signal.At, isInclusive: false);
        // Who lets mails go by hand wants them to go: no quiet time.
        foreach (var hold in holder.Holds.ToList()) EndHold(holder, hold with { Quiet = TimeSpan.Zero }, signal.By, signal.At);
        if (holder is AccountState account) SettleAccount(account, null, signal.At);
        else Settle(holder, signal.At);
        Rest(holder, signal.At);
    }

    private void Begin(SubjectState holder, Hold hold, DateTimeOffset at)
    {
        holder.Holds.RemoveAll(known => known.Source == hold.Source);
        holder.Holds.Add(hold);
        Note(holder, null, Reason.HoldStarted, at, detail: Detail(("because", hold.Because), ("until", hold.Until.ToString("O", System.Globalization.CultureInfo.InvariantCulture)), ("source", hold.Source)));
        HoldsChanged(holder);
    }

    /// <summary>What held the person holds the account that they are of now.</summary>
    private void BringHolds(ContactState person, AccountState account, DateTimeOffset at)
    {
        if (person.Holds.Count == 0 && person.QuietUntil == default) return;
        if (!account.LeavesOut(person.Id))
        {
            account.QuietUntil = Later(account.QuietUntil, person.QuietUntil);
            foreach (var hold in person.Holds.Where(hold => hold.Until > at && !account.Holds.Exists(known => known.Source == hold.Source && known.Until >= hold.Until))) Begin(account, hold, at);
        }

        LetGo(person);
    }

    /// <summary>Of two people who are one the longer silence stays.</summary>
    private void MergeHolds(ContactState into, ContactState from)
    {
        if (from.Holds.Count == 0 && from.QuietUntil == default) return;
        into.QuietUntil = Later(into.QuietUntil, from.QuietUntil);
        foreach (var hold in from.Holds.Select(hold => hold.Source == Hold.SourceOfReply(from.Id) ? hold with { Source = Hold.SourceOfReply(into.Id) } : hold))
        {
            if (into.Holds.Exists(known => known.Source == hold.Source && known.Until >= hold.Until)) continue;
            into.Holds.RemoveAll(known => known.Source == hold.Source);
            into.Holds.Add(hold);
        }

        HoldsChanged(into);
        Do(new Effect.HoldsChanged(from.Ref, [], default));
    }

    private void LetGo(ContactState person)
    {
        if (person.Holds.Count == 0 && person.QuietUntil == default) return;
        person.Holds.Clear();
        person.QuietUntil = default;
        HoldsChanged(person);
    }

    private void EndHolds(SubjectState holder, DateTimeOffset at)
    {
        foreach (var hold in holder.Holds.Where(hold => hold.Until <= at).ToList())
        {
            if (holder is AccountState account && account.Escalations.Find(open => Hold.SourceOf(open.Id) == hold.Source) is { } escalation)
                Do(new Effect.EscalationNoted(escalation.Id, account.Id, hold.Until, "hold_over", "", "", ""));
            EndHold(holder, hold, "", hold.Until);
        }
    }

    private void EndHold(SubjectState holder, Hold hold, string by, DateTimeOffset at)
    {
        // What was due for people while it lasted was held by it.
        if (holder is AccountState silent) CatchUpPeople(silent, at);
        holder.Holds.RemoveAll(known => known.Source == hold.Source);
        holder.QuietUntil = Later(holder.QuietUntil, at + hold.Quiet);
        Note(holder, null, Reason.HoldEnded, at, detail: Detail(("because", hold.Because), ("by", by), ("source", hold.Source)));
        HoldsChanged(holder);
        if (holder is AccountState account) SettlePeople(account, at);
    }

    /// <summary>What waited for the account is asked again; the account itself is settled by whoever changed it.</summary>
    private void SettlePeople(AccountState account, DateTimeOffset at)
    {
        foreach (var person in EnrolledPeople(account))
        {
            Settle(person, at);
            Rest(person, at);
        }
    }

    private void HoldsChanged(SubjectState holder)
    {
        set.Touch(new SubjectKey(slot, holder.Ref));
        if (holder is AccountState account) set.TouchProfile(account);
        Do(new Effect.HoldsChanged(holder.Ref, [.. holder.Holds], holder.QuietUntil));
    }

    private List<ContactState> EnrolledPeople(AccountState account)
    {
        var keys = account.Members.Values.Where(member => member.IsEnrolled).Select(member => new SubjectKey(slot, SubjectRef.Contact(member.ContactId))).ToList();
        // All at once, or the batch would be decided anew for each.
        return keys.FindAll(key => !set.IsLoaded(key)) is { Count: > 0 } needed
            ? throw new SubjectNeededException(needed)
            : [.. keys.Select(set.Get).OfType<ContactState>()];
    }

    /// <summary>Until when a hold, or the quiet time after one, keeps the step's mail back; null where nothing does.</summary>
    /// <param name="holder">The recipient's account; the person, where there is none.</param>
    private static DateTimeOffset? HeldUntil(SubjectState holder, PublishedScenario published, Enrollment enrollment, Step.Send step, DateTimeOffset at)
    {
        var (until, quietUntil) = ((DateTimeOffset?)null, holder.QuietUntil);
        foreach (var hold in holder.Holds)
        {
            // What began later is none of this moment's.
            if (hold.Since > at) continue;
            // Over, though the account was not woken yet: its quiet time has begun.
            if (hold.Until <= at) quietUntil = Later(quietUntil, hold.Until + hold.Quiet);
            else if (hold.Blocks.Includes(step.Class, step.Topic) && (until is null || hold.Until > until)) until = hold.Until;
        }

        if (until is not null) return until;
        // What left to one of its recipients keeps others back, and not the next one.
        var isOwn = enrollment.WasHeld && quietUntil == enrollment.Sends
            .Where(send => send.Step == step.Id && send.Occurrence == enrollment.Iteration && send.Fate == EnrollmentSendFate.Released).Select(send => send.At + BetweenHeldMails).DefaultIfEmpty().Max();
        return quietUntil > at && !isOwn && !IsAskedFor(published, enrollment, step) ? quietUntil : null;
    }

    /// <summary>Whether a human approved it, or it is the first mail of what a human's outcome leads to.</summary>
    private static bool IsAskedFor(PublishedScenario published, Enrollment enrollment, Step.Send step) =>
        enrollment.AskedFor is { } asked && (asked == step.Id
            || (published.Program.Nodes.GetValueOrDefault(asked)?.Step is Step.Escalate or Step.Task && Step.All(published.Program.Nodes[asked].Step.Ways.SelectMany(way => way)).Any(inside => inside.Id == step.Id)));

    private void SpaceOut(SubjectState subject, DateTimeOffset at)
    {
        var holder = subject as AccountState ?? AccountOf((ContactState)subject) ?? subject;
        holder.QuietUntil = Later(holder.QuietUntil, Later(at, now) + BetweenHeldMails);
        set.Touch(new SubjectKey(slot, holder.Ref));
    }
}
