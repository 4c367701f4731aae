using Nurture.Contacts;
using Nurture.Scenarios;

namespace Nurture.Engine;

/// <summary>Of an account's people only so many at a time; who follows when one of them leaves (SEMANTICS.md 9).</summary>
internal sealed partial class Advance
{
    // Who comes after so many others has hardly a chance, and the account's row has an end.
    private const int MostWaiting = 20;

    /// <summary>Whether colleagues have all the places; then the person waits for one.</summary>
    private bool AreColleaguesIn(SubjectState subject, Scenario scenario, OccurredEvent? trigger)
    {
        if (scenario.PerAccount is not { } most || subject is not ContactState person || AccountOf(person) is not { } account) return false;
        var seats = account.Seats.FindAll(seat => seat.Scenario == scenario.Name);
        if (seats.Count(seat => seat.IsTaken && seat.ContactId != person.Id) < most) return false;
        if (!seats.Exists(seat => seat.ContactId == person.Id) && seats.Count(seat => !seat.IsTaken) < MostWaiting)
        {
            account.Seats.Add(new Seat(scenario.Name, person.Id, false, trigger));
            set.Touch(new SubjectKey(slot, account.Ref));
        }

        return true;
    }

    private void TakeSeat(SubjectState subject, Scenario scenario)
    {
        if (scenario.PerAccount is null || subject is not ContactState person || AccountOf(person) is not { } account) return;
        account.Seats.RemoveAll(seat => seat.Scenario == scenario.Name && seat.ContactId == person.Id);
        account.Seats.Add(new Seat(scenario.Name, person.Id, true, null));
        set.Touch(new SubjectKey(slot, account.Ref));
    }

    /// <summary>Who came to the end leaves the place to nobody: the account has been through it.</summary>
    /// <param name="ending">The passage that is over; of several, told apart by a key, the last one leaves the place.</param>
    private void LeaveSeat(SubjectState subject, Scenario scenario, Enrollment? ending, Reason reason, DateTimeOffset at)
    {
        if (scenario.PerAccount is null || reason == Reason.Restarted || subject is not ContactState person || AccountOf(person) is not { } account) return;
        if (person.Enrollments.Exists(other => other != ending && other.Scenario == scenario.Name && other.Status == EnrollmentStatus.Live))
        {
            // Two who had a place each are one now.
            if (reason == Reason.Merged) PassPlaceOn(account, scenario, at);
            return;
        }

        if (account.Seats.RemoveAll(seat => seat.Scenario == scenario.Name && seat.ContactId == person.Id && seat.IsTaken) == 0) return;
        set.Touch(new SubjectKey(slot, account.Ref));
        if (reason is Reason.Completed or Reason.Ended or Reason.GoalReached) account.Seats.RemoveAll(seat => seat.Scenario == scenario.Name && !seat.IsTaken);
        else PassPlaceOn(account, scenario, at);
    }

    /// <summary>Who is none of the account's people any more leaves every place to the next.</summary>
    private void LeaveSeats(AccountState account, ContactState person, DateTimeOffset at)
    {
        var left = account.Seats.FindAll(seat => seat.ContactId == person.Id);
        account.Seats.RemoveAll(left.Contains);
        foreach (var seat in left.Where(seat => seat.IsTaken))
        {
            if (catalog.Live.GetValueOrDefault(seat.Scenario) is { } published) PassPlaceOn(account, published.Scenario, at);
        }
    }

    /// <summary>A place that was passed on to somebody who may not enter is the next one's.</summary>
    private void PassOnUnlessTaken(SubjectState subject, Scenario scenario, DateTimeOffset at)
    {
        if (subject is ContactState person && AccountOf(person) is { } account && !person.Enrollments.Exists(one => one.Scenario == scenario.Name && one.Status == EnrollmentStatus.Live)) PassPlaceOn(account, scenario, at);
    }

    private void PassPlaceOn(AccountState account, Scenario scenario, DateTimeOffset at)
    {
        if (scenario.PerAccount is not { } most || account.Seats.Count(seat => seat.Scenario == scenario.Name && seat.IsTaken) >= most) return;
        var waiting = account.Seats.FindAll(seat => seat.Scenario == scenario.Name && !seat.IsTaken && account.Members.TryGetValue(seat.ContactId, out var member) && !member.HasLeft);
        account.Seats.RemoveAll(seat => seat.Scenario == scenario.Name && !seat.IsTaken);
        set.Touch(new SubjectKey(slot, account.Ref));
        if (waiting.Count == 0) return;
        var next = waiting.OrderBy(seat => Recipients.PlaceOf(scenario.Trigger.ForRole, account.Members[seat.ContactId])).First();
        account.Seats.AddRange(waiting.Where(seat => seat != next));
        Tell(SignalCodec.Store(
            new Signal.EnrollRequested(SubjectRef.Contact(next.ContactId), scenario.Name, false, "", "", at) { ByScenario = scenario.Name, Values = next.Trigger?.Properties ?? default }, slot, new StoredAbout(now, Correlation: correlation)));
    }
}
