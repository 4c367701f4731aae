using NodaTime;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Scenarios;
using Nurture.Sends;
using Nurture.Simulation;

namespace Nurture.Tests.Engine.Generated;

/// <summary>
/// Watches every mail of a run, by what people have said and not by what the engine has decided: caps, allowed hours,
/// refusals, holds, throttles, ends, and that no step mails anybody twice. It has a memory and a calendar of its own.
/// </summary>
internal sealed class MailJudge(string zone, IReadOnlyDictionary<SendClass, AllowedHours> hours, Cap cap, Func<LocalDate, bool> isBusinessDay)
{
    private readonly Dictionary<long, Person> people = [];
    private readonly Dictionary<long, (string? Zone, DateTimeOffset At)> zones = [];
    private readonly Dictionary<long, DateTimeOffset> holds = [];
    private readonly HashSet<long> accounts = [];
    private readonly Dictionary<long, long> merged = [];
    private readonly Dictionary<long, long> mergedAccounts = [];
    private readonly HashSet<long> ended = [];
    private readonly Dictionary<(long Enrollment, string Step, long Person), int> times = [];
    private readonly Dictionary<Guid, SimulatedSend> sends = [];
    private readonly Dictionary<(string Scenario, string Step), List<DateTimeOffset>> lines = [];
    private int seenEffects;
    private int seenSends;

    public List<string> Complaints { get; } = [];

    public int Mails { get; private set; }

    public void Suppress(long contact) => Of(contact).IsSuppressed = true;

    public void Hear(Signal signal, long who)
    {
        switch (signal)
        {
            case Signal.Described s when !Of(who).IsForgotten:
                if (s.Attributes.TryGetValue("zone", out var own) && s.At >= Of(who).Zone.At) Of(who).Zone = (own.IsNull ? null : own.AsText, s.At);
                if (Of(who).Basis == ConsentBasis.None) Of(who).Basis = s.Basis;
                break;
            case Signal.AccountDescribed s:
                accounts.Add(s.AccountId);
                if (s.Attributes.TryGetValue("zone", out var whole)) zones[NowOf(s.AccountId)] = (whole.IsNull ? null : whole.AsText, s.At);
                break;
            case Signal.Grouped s when !Of(who).IsForgotten && s.AccountId != 0 && Of(who).Account == 0:
                accounts.Add(s.AccountId);
                Of(who).Account = s.AccountId;
                break;
            case Signal.Refused s:
                if (s.IsRefused) Of(who).Refusals.Add(s.Topic);
                else Of(who).Refusals.Remove(s.Topic);
                break;
            case Signal.ConsentSaid s: Of(who).Basis = s.Basis; break;
            case Signal.Left: Of(who).HasLeft = true; break;
            case Signal.Erased: Of(who).IsForgotten = true; break;
            case Signal.MergedInto s: Merge(who, s.TargetId); break;
            case Signal.AccountMergedInto s: MergeAccounts(s.AccountId, s.TargetId); break;
            case Signal.SendEnded { Reason: not Reason.Uncertain } s: Of(s.RecipientId).Counted.RemoveAll(counted => counted.Id == s.SendId); break;
            case Signal.HoldRequested s when accounts.Contains(s.AccountId): holds[NowOf(s.AccountId)] = s.Until; break;
            case Signal.HoldReleased s: holds.Remove(NowOf(s.AccountId)); break;
        }
    }

    /// <summary>Judges what was carried out since the last look.</summary>
    public void Look(Simulator simulator)
    {
        for (; seenSends < simulator.Sends.Count; seenSends++) sends[simulator.Sends[seenSends].Draft.Id] = simulator.Sends[seenSends];
        for (; seenEffects < simulator.Carried.Count; seenEffects++)
        {
            switch (simulator.Carried[seenEffects])
            {
                case Effect.Positioned position when position.Step is null: ended.Add(position.EnrollmentId); break;
                // A contact that moves to its account is lifted and set down again.
                case Effect.Positioned position: ended.Remove(position.EnrollmentId); break;
                case Effect.Forget forget: Of(forget.ContactId).IsForgotten = true; break;
                case Effect.Journal { Entry: { Reason: Reason.TopicTaken } entry }: Of(entry.Subject.Id).Refusals.Add("news"); break;
                case Effect.PlanSend plan: Judge(plan.Draft, simulator); break;
            }
        }
    }

    private void Judge(SendDraft draft, Simulator simulator)
    {
        var (send, who) = (sends[draft.Id], Of(draft.RecipientId));
        var step = (draft.EnrollmentId, draft.Step, who.Id);
        times[step] = times.GetValueOrDefault(step) + 1;
        if (send.IsCancelled) return;
        Mails++;
        var left = send.LeftAt!.Value;
        if (draft.EnrollmentId != 0 && ended.Contains(draft.EnrollmentId)) Complain("after the end of its passage");
        if (times[step] > MostOften(simulator, draft)) Complain($"for the {times[step]}. time");
        if (who.IsSuppressed) Complain("to who is suppressed");
        if (who.HasLeft || who.IsForgotten) Complain("to who is gone");
        if (left > draft.ExpiresAt) Complain($"after it expired at {draft.ExpiresAt:O}");
        if (draft.Class == SendClass.Transactional) return;

        if (who.Refusals.Contains("*") || (draft.Topic is { } topic && who.Refusals.Contains(topic))) Complain("to who refuses it");
        if (draft.Class == SendClass.Marketing && who.Basis == ConsentBasis.None) Complain("to who never agreed");
        if (who.Account != 0 && holds.TryGetValue(NowOf(who.Account), out var until) && left < until) Complain($"though the account is on hold until {until:O}");
        var local = Instant.FromDateTimeOffset(left).InZone(DateTimeZoneProviders.Tzdb[who.Zone.Zone ?? zones.GetValueOrDefault(NowOf(who.Account)).Zone ?? zone]);
        if (hours.TryGetValue(draft.Class, out var allowed))
        {
            if (local.TimeOfDay < allowed.From || local.TimeOfDay >= allowed.Until) Complain($"at {local}, outside of its hours");
            if (allowed.Days == Days.Business && !isBusinessDay(local.Date)) Complain($"on {local.Date}, which is no business day");
        }

        if (ThrottleOf(simulator, draft) is { } pace)
        {
            var line = lines.TryGetValue((draft.Scenario, draft.Step), out var known) ? known : lines[(draft.Scenario, draft.Step)] = [];
            line.Add(left);
            if (line.Count(before => before > left - pace.Per) > pace.Count) Complain($"beyond its throttle of {pace}, after {string.Join(", ", line.Select(before => $"{before:O}"))}");
        }

        if (who.Counted.Count(counted => counted.At > left - cap.Within) >= cap.Sends) Complain($"beyond the cap, after {string.Join(", ", who.Counted.Select(counted => $"{counted.At:O}"))}");
        who.Counted.Add((draft.Id, left));

        void Complain(string what) => Complaints.Add($"a {draft.Class} mail {draft.Scenario}/{draft.Step} to {draft.RecipientId} left at {left:O} {what}");
    }

    private static Pace? ThrottleOf(Simulator simulator, SendDraft draft) =>
        Step.All(simulator.Catalog.Versions[(draft.Scenario, draft.Version)].Scenario.Steps).OfType<Step.Send>().First(step => step.Id == draft.Step).Throttle;

    /// <summary>How often the step may mail a person: once, or once in each turn of the repeat that it stands in. A hand may set a passage down in its midst.</summary>
    private static int MostOften(Simulator simulator, SendDraft draft)
    {
        var steps = simulator.Catalog.Versions[(draft.Scenario, draft.Version)].Scenario.Steps;
        return Step.All(steps).OfType<Step.Repeat>().FirstOrDefault(repeat => Step.All(repeat.Steps).Any(inside => inside.Id == draft.Step)) is { } repeat ? repeat.Times + 1 : 1;
    }

    private void Merge(long from, long into)
    {
        var (gone, stays) = (Of(from), Of(into));
        stays.Refusals.UnionWith(gone.Refusals);
        if (stays.Basis == ConsentBasis.None) stays.Basis = gone.Basis;
        if (gone.Zone.At > stays.Zone.At) stays.Zone = gone.Zone;
        if (stays.Account == 0) stays.Account = gone.Account;
        stays.Counted.AddRange(gone.Counted);
        merged[from] = into;
        foreach (var (step, often) in times.Where(pair => pair.Key.Person == from).ToList())
        {
            times.Remove(step);
            var same = step with { Person = into };
            times[same] = times.GetValueOrDefault(same) + often;
        }
    }

    /// <summary>The later word of the two on their zone, and the longer of two holds by hand.</summary>
    private void MergeAccounts(long from, long into)
    {
        if (zones.TryGetValue(from, out var zone) && zone.At > zones.GetValueOrDefault(into).At) zones[into] = zone;
        if (holds.TryGetValue(from, out var until) && until > holds.GetValueOrDefault(into)) holds[into] = until;
        accounts.Add(into);
        mergedAccounts[from] = into;
    }

    private long NowOf(long account) => mergedAccounts.GetValueOrDefault(account, account);

    private Person Of(long contact)
    {
        if (merged.TryGetValue(contact, out var into)) return Of(into);
        return people.TryGetValue(contact, out var known) ? known : people[contact] = new(contact);
    }

    private sealed class Person(long id)
    {
        public long Id => id;

        public (string? Zone, DateTimeOffset At) Zone { get; set; }

        public long Account { get; set; }

        public ConsentBasis Basis { get; set; }

        public HashSet<string> Refusals { get; } = [];

        public bool HasLeft { get; set; }

        public bool IsForgotten { get; set; }

        public bool IsSuppressed { get; set; }

        public List<(Guid Id, DateTimeOffset At)> Counted { get; } = [];
    }
}
