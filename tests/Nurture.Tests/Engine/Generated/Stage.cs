using System.Collections.Frozen;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Scenarios;
using Nurture.Sessions;
using Nurture.Simulation;

namespace Nurture.Tests.Engine.Generated;

/// <summary>A simulator and whoever watches it: all that is told to the one is told to the other.</summary>
internal sealed class Stage(Simulator simulator, MailJudge? judge = null)
{
    private static readonly long[] People = [1, 2, 3];

    private readonly Dictionary<long, long> merged = [];
    private readonly HashSet<long> mergedAccounts = [];
    private readonly HashSet<(string Scenario, string Session, DateTimeOffset Moment)> invited = [];
    private readonly List<(string Name, Trigger.Session Trigger)> inviting = [.. simulator.Catalog.Live.Values.Where(live => live.Scenario.Trigger is Trigger.Session).Select(live => (live.Scenario.Name, (Trigger.Session)live.Scenario.Trigger))];

    public Simulator Simulator => simulator;

    /// <summary>What kinds of signals were told, by the names of the history.</summary>
    public HashSet<string> Told { get; } = [];

    /// <summary>Mails of which was told that they did not leave.</summary>
    public HashSet<Guid> EndedSends { get; } = [];

    public DateTimeOffset Now => simulator.Now;

    public static implicit operator Simulator(Stage stage) => stage.Simulator;

    public void Tell(Signal signal, long contactId = 0, long accountId = 0)
    {
        judge?.Hear(signal, Who(contactId));
        simulator.Tell(signal, contactId, accountId);
    }

    public void Suppress(long contact)
    {
        foreach (var one in new[] { contact, Who(contact) })
        {
            simulator.Suppress(one);
            judge?.Suppress(one);
        }
    }

    /// <summary>One of them is the other one too, unless that one is nobody of their own any more.</summary>
    public void Merge(long from, long into, DateTimeOffset at)
    {
        if (Who(from) != from || Who(into) != into || from == into) return;
        var (slot, hop) = simulator.RouteOf(into);
        Tell(new Signal.MergedInto(from, into, slot, hop, at), from);
        merged[from] = into;
    }

    public void MergeAccounts(long from, long into, DateTimeOffset at)
    {
        if (mergedAccounts.Contains(into) || !mergedAccounts.Add(from)) return;
        Tell(new Signal.AccountMergedInto(from, into, Slots.OfAccount(into), at), accountId: from);
    }

    public void Play(Happening happening)
    {
        AdvanceBefore(happening.At);
        Told.Add(happening.Kind);
        happening.Tell(this);
        simulator.Drain();
        judge?.Look(simulator);
    }

    /// <summary>A session is moved, cancelled, or all who came are known; whom it concerns is told.</summary>
    public void Change(string id, int number, DateTimeOffset at)
    {
        var session = simulator.Catalog.Sessions[id];
        if (session.State == SessionState.Cancelled || session.IsAttendanceComplete) return;
        var (changed, news) = number switch
        {
            < 3 => (session with { State = SessionState.Cancelled }, SessionNews.Cancelled),
            < 8 when session.EndsAt < at => (session with { IsAttendanceComplete = true }, SessionNews.AttendanceComplete),
            < 12 => (session with { Link = $"https://example.com/{number}" }, SessionNews.Changed),
            _ => (session with { StartsAt = at.AddDays(number - 8), EndsAt = at.AddDays(number - 8).AddHours(1), ScheduledAt = at }, SessionNews.Moved),
        };
        changed = changed with { Version = session.Version + 1, Sequence = session.Sequence + 1 };
        simulator.Catalog = simulator.Catalog with { Sessions = simulator.Catalog.Sessions.Values.Where(one => one.Id != id).Append(changed).ToFrozenDictionary(one => one.Id) };
        foreach (var person in People) Tell(new Signal.SessionChanged(person, id, changed.Version, news, at), person);
    }

    /// <summary>Everybody is asked at the moment to invite to a session, as the server's walk does.</summary>
    private void Invite(DateTimeOffset until)
    {
        while (inviting.Count > 0 && Next() is { Moment: { } moment } next)
        {
            invited.Add((next.Scenario, next.Session, moment));
            simulator.AdvanceBefore(moment);
            judge?.Look(simulator);
            Told.Add("scheduled");
            foreach (var person in People) Tell(new Signal.Scheduled(SubjectRef.Contact(person), next.Scenario, moment, simulator.Now), person);
            simulator.Drain();
            judge?.Look(simulator);
        }

        (string Scenario, string Session, DateTimeOffset? Moment) Next() => inviting
            .SelectMany(one => one.Trigger.Of(simulator.Catalog).Select(session => (one.Name, session.Id, Moment: one.Trigger.MomentOf(session, simulator.Catalog.Policy))))
            .Where(one => one.Moment > World.Start && one.Moment < until && !invited.Contains((one.Name, one.Id, one.Moment.Value))).OrderBy(one => one.Moment).ThenBy(one => one.Name, StringComparer.Ordinal).ThenBy(one => one.Id, StringComparer.Ordinal).FirstOrDefault();
    }

    public void AdvanceTo(DateTimeOffset moment)
    {
        Invite(moment);
        simulator.AdvanceTo(moment);
        judge?.Look(simulator);
    }

    private void AdvanceBefore(DateTimeOffset moment)
    {
        Invite(moment);
        simulator.AdvanceBefore(moment);
        judge?.Look(simulator);
    }

    /// <summary>Whom a signal about somebody reaches.</summary>
    private long Who(long contact) => merged.TryGetValue(contact, out var into) ? Who(into) : contact;
}
