using Nurture.Contacts;
using Nurture.Escalations;
using Nurture.Scenarios;

namespace Nurture.Engine;

/// <summary>Keeping an account silent: by a case, by hand, between two events, after a reply; always with an end (SEMANTICS.md 41, 48).</summary>
internal sealed partial class Advance
{
    // What waited for a hold leaves one at a time, so that nobody is flooded on its end.
    private static readonly TimeSpan BetweenHeldMails = TimeSpan.FromDays(1);

    private static readonly TimeSpan HandQuiet = TimeSpan.FromDays(3);

    // Of one pair of events; a further one takes the place of the one that ends first, so that an account's row has an end.
    private const int MostOfPair = 20;

    /// <summary>An event that opens a hold, or closes what another one opened.</summary>
    private void HearHolds(AccountState account, OccurredEvent happened)
    {
        foreach (var pair in catalog.Escalations.Holds)
        {
            if (happened.Name == pair.ClosedBy) CloseHold(account, pair, happened);
            else if (happened.Name == pair.OpenedBy && !isImport) OpenHold(account, pair, happened);
        }
    }

    private void OpenHold(AccountState account, HoldPair pair, OccurredEvent happened)
    {
        var (at, source) = (happened.OccurredAt, pair.SourceOf(happened));
        var until = Calendar.Add(at, pair.Rule.Most, Company);
        if (until <= Later(at, account.LivedUntil) || IsClosed()) return;
        var own = account.Holds.FindAll(hold => hold.Source != source && pair.Owns(hold.Source));
        if (own.Count >= MostOfPair) account.Holds.Remove(own.MinBy(hold => hold.Until)!);
        Begin(account, new Hold(source, at, until, pair.Title, pair.Rule.Blocks, pair.Rule.Quiet), at);

        // It may come after the event that closed it: what came in the meantime is asked of the log.
        bool IsClosed() => account.LivedUntil > at
            && set.PastOf(new SubjectKey(slot, account.Ref), at, [pair.ClosedBy]).Any(closing => pair.SourceOf(closing) == source && !account.LeavesOut(closing.ContactId));
    }

    private void CloseHold(AccountState account, HoldPair pair, OccurredEvent happened)
    {
        var source = pair.SourceOf(happened);
        if (account.Holds.Find(hold => hold.Source == source && hold.Since <= happened.OccurredAt) is { } held) EndHold(account, held, "", happened.OccurredAt);
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
            foreach (var enrollment in contact.Enrollments.Where(one => one.Status == EnrollmentStatus.Live && VersionOf(one).Scenario.Class == SendClass.Marketing).ToList())
                End(contact, enrollment, Reason.Replied, at);
            if (AccountOf(contact) is { } account && !IsParked(account)) HoldForReply(account, signal);
            Happened(contact, ProductEvents.Replied, at, ("scenario", signal.Scenario), ("step", signal.Step), ("template", signal.Template));
            Settle(contact, at);
        }

        Rest(contact, at);
    }

    private void HoldForReply(AccountState account, Signal.Replied reply)
    {
        var (rule, source, at) = (catalog.Escalations.Replies, Hold.SourceOfReply(reply.ContactId), reply.At);
        var until = Calendar.Add(at, rule.Most, Company);
        if (account.LeavesOut(reply.ContactId) || until <= Later(at, account.LivedUntil)) return;
        CatchUp(account, at, isInclusive: false);
        // Who writes again while it lasts makes it last longer, and is no news.
        if (!account.Holds.Exists(hold => hold.Source == source)) TellOfReply(account, reply, source, until);
        Begin(account, new Hold(source, at, until, catalog.Escalations.RepliesTitle, rule.Blocks, rule.Quiet), at);
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
        if (set.Account(slot, signal.AccountId) is not { } account) return;
        CatchUp(account, signal.At, isInclusive: false);
        // Who lets the account go by hand wants its mails to go: no quiet time.
        foreach (var hold in account.Holds.ToList()) EndHold(account, hold with { Quiet = TimeSpan.Zero }, signal.By, signal.At);
        SettleAccount(account, null, signal.At);
        Rest(account, signal.At);
    }

    private void Begin(AccountState account, Hold hold, DateTimeOffset at)
    {
        account.Holds.RemoveAll(known => known.Source == hold.Source);
        account.Holds.Add(hold);
        Note(account, null, Reason.HoldStarted, at, detail: Detail(("because", hold.Because), ("until", hold.Until.ToString("O", System.Globalization.CultureInfo.InvariantCulture)), ("source", hold.Source)));
        HoldsChanged(account);
    }

    private void EndHolds(AccountState account, DateTimeOffset at)
    {
        foreach (var hold in account.Holds.Where(hold => hold.Until <= at).ToList())
        {
            if (account.Escalations.Find(open => Hold.SourceOf(open.Id) == hold.Source) is { } escalation)
                Do(new Effect.EscalationNoted(escalation.Id, account.Id, hold.Until, "hold_over", "", "", ""));
            EndHold(account, hold, "", hold.Until);
        }
    }

    private void EndHold(AccountState account, Hold hold, string by, DateTimeOffset at)
    {
        // What was due for people while it lasted was held by it.
        CatchUpPeople(account, at);
        account.Holds.RemoveAll(known => known.Source == hold.Source);
        account.QuietUntil = Later(account.QuietUntil, at + hold.Quiet);
        Note(account, null, Reason.HoldEnded, at, detail: Detail(("because", hold.Because), ("by", by), ("source", hold.Source)));
        HoldsChanged(account);
        SettlePeople(account, at);
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

    private void HoldsChanged(AccountState account)
    {
        set.Touch(new SubjectKey(slot, account.Ref));
        set.TouchProfile(account);
        Do(new Effect.HoldsChanged(account.Id, [.. account.Holds], account.QuietUntil));
    }

    private List<ContactState> EnrolledPeople(AccountState account)
    {
        var keys = account.Members.Values.Where(member => member.IsEnrolled).Select(member => new SubjectKey(slot, SubjectRef.Contact(member.ContactId))).ToList();
        // All at once, or the batch would be decided anew for each.
        return keys.FindAll(key => !set.IsLoaded(key)) is { Count: > 0 } needed
            ? throw new SubjectNeededException(needed)
            : [.. keys.Select(set.Get).OfType<ContactState>()];
    }

    /// <summary>Until when the account's hold, or the quiet time after one, keeps the step's mail back; null where nothing does.</summary>
    private static DateTimeOffset? HeldUntil(AccountState? account, PublishedScenario published, Enrollment enrollment, Step.Send step, DateTimeOffset at)
    {
        if (account is null) return null;
        var (until, quietUntil) = ((DateTimeOffset?)null, account.QuietUntil);
        foreach (var hold in account.Holds)
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
        if ((subject as AccountState ?? AccountOf((ContactState)subject)) is not { } account) return;
        account.QuietUntil = Later(account.QuietUntil, Later(at, now) + BetweenHeldMails);
        set.Touch(new SubjectKey(slot, account.Ref));
    }
}
