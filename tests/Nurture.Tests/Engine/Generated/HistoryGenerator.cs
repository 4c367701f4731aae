using System.Text;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Escalations;
using Nurture.Sessions;
using Nurture.Simulation;

namespace Nurture.Tests.Engine.Generated;

/// <summary>Something that happens at a moment; <paramref name="Tell"/> says it on a stage, whose states it may look at.</summary>
internal sealed record Happening(DateTimeOffset At, string Kind, Action<Stage> Tell);

/// <summary>What three people of two accounts do and what is said of them in four months, drawn by a seed.</summary>
internal sealed class HistoryGenerator(Random random, IReadOnlyList<string> scenarios)
{
    private static readonly string[] Events = ["signed_up", "login", "ordered", "paid", "setup_completed"];
    private static readonly long[] People = [1, 2, 3];
    private static readonly long[] Accounts = [1001, 1002];

    private long lastEvent;

    public IReadOnlyList<Happening> Draw(int count)
    {
        var happenings = new List<Happening>();
        var at = World.Start;
        // Most are known from the beginning.
        foreach (var person in People)
        {
            if (random.Next(5) != 0) happenings.Add(new(at, "address said", s => s.Tell(new Signal.Described(person, Address(person), World.Start, true, ConsentBasis.OptIn), person)));
            var account = Pick(Accounts);
            if (random.Next(5) < 3) happenings.Add(new(at, "grouped", s => s.Tell(new Signal.Grouped(person, account, Slots.OfAccount(account), person == 1 ? ["admin"] : ["user"], World.Start), person)));
        }

        for (var i = 0; i < count; i++)
        {
            // Now and then several things at one moment.
            if (random.Next(4) != 0) at += random.Next(3) switch { 0 => TimeSpan.FromMinutes(random.Next(1, 300)), 1 => TimeSpan.FromHours(random.Next(1, 80)), _ => TimeSpan.FromDays(random.Next(1, 9)) };
            var moment = at;
            var (kind, tell) = One(moment);
            happenings.Add(new(moment, kind, tell));
        }

        return happenings;
    }

    private (string Kind, Action<Stage> Tell) One(DateTimeOffset at)
    {
        var (person, account, which, number) = (Pick(People), Pick(Accounts), random.Next(), random.Next(20));
        var scenario = Pick([.. scenarios]);
        switch (random.Next(33))
        {
            case 26 or 27:
                var about = Pick(["demo", "lab"]);
                var what = Pick(["registered", "waitlisted", "registration_cancelled", "attended", "missed"]);
                return ("seat said", s => s.Tell(new Signal.Occurred(new OccurredEvent(++lastEvent, SessionEvents.Prefix + what, person, 0, at, at, Encoding.UTF8.GetBytes($$"""{"session":"{{about}}"}"""))), person));
            case 28: return ("session changed", s => s.Change(Pick(which, ["demo", "lab"]), number, at));
            case 29 or 30: return ("approval given", s => Asked(s, which, row => s.Tell(new Signal.ApprovalGiven(row.Subject, row.RecipientId, row.Id, number < 14, number < 3 ? "Hello" : "", number < 5 ? "My own" : "", "csm@example.com", at), row.RecipientId)));
            case 31: return ("call ended", s => Called(s, which, call => s.Simulator.Answer(call, number < 12 ? new(true, 200, "", "{\"score\":7}"u8.ToArray()) : new(false, 500, "refused", default))));
            case 32: return ("start asked", s => s.Tell(new Signal.StartAsked(number < 10 ? SubjectRef.Contact(person) : SubjectRef.Account(account), scenario, number % 2 == 0, number == 7, "ann", "", at, at), number < 10 ? person : 0, number < 10 ? 0 : account));
            case 0:
            case 1:
                var attributes = new Dictionary<string, AttributeValue> { ["seats"] = AttributeValue.From(number), [Pick(["onboarded", "zone"])] = default };
                // Some say nothing of where they are.
                if (number % 4 != 0) attributes["zone"] = AttributeValue.From(Pick(["Asia/Tokyo", "America/New_York", "Australia/Lord_Howe"]));
                attributes["onboarded"] = AttributeValue.From(number % 2 == 0);
                return ("described", s => s.Tell(new Signal.Described(person, attributes, at, true, ConsentBasis.OptIn), person));
            case 2: return ("address said", s => s.Tell(new Signal.Described(person, Address(person), at, true, ConsentBasis.OptIn), person));
            case 3:
            case 4:
                var said = new Dictionary<string, AttributeValue> { ["seats"] = AttributeValue.From(number), ["plan"] = AttributeValue.From(Pick(["pro", "free"])), ["tier"] = AttributeValue.From(Pick(["tech", "low", "high"])) };
                if (number % 5 == 0) said["zone"] = AttributeValue.From(Pick(["Europe/Berlin", "Asia/Tokyo"]));
                return ("account described", s => s.Tell(new Signal.AccountDescribed(account, said, at), accountId: account));
            case 5:
                var day = DateOnly.FromDateTime(at.UtcDateTime.AddDays(random.Next(-20, 60)));
                var stage = Pick(["onboarding", "adoption", "renewal", number < 2 ? "churned" : "adoption"]);
                return ("contract said", s => s.Tell(new Signal.AccountDescribed(account, new Dictionary<string, AttributeValue> { ["contract_end"] = AttributeValue.From(day), ["stage"] = AttributeValue.From(stage) }, at), accountId: account));
            case 6: return ("grouped", s => s.Tell(new Signal.Grouped(person, account, Slots.OfAccount(account), number < 10 ? ["admin"] : ["user"], at), person));
            case 7: return ("refused", s => s.Tell(new Signal.Refused(person, number < 3 ? "*" : "news", number % 3 != 0, at), person));
            case 8: return ("consent said", s => s.Tell(new Signal.ConsentSaid(person, number < 10 ? ConsentBasis.None : ConsentBasis.OptIn, at), person));
            case 9 when number == 0: return ("left", s => s.Tell(new Signal.Left(person, at), person));
            case 10 when number == 0: return ("erased", s => s.Tell(new Signal.Erased(person, at), person));
            case 11: return ("enroll asked", s => s.Tell(new Signal.EnrollRequested(number < 10 ? SubjectRef.Contact(person) : SubjectRef.Account(account), scenario, number == 4, "ann", "", at), number < 10 ? person : 0, number < 10 ? 0 : account));
            case 12 when number < 10:
                var act = (EnrollmentAct)(1 + (number % 3));
                return ("worked by hand", s => Enrolled(s, which, (subject, enrollment) =>
                {
                    var steps = s.Simulator.Catalog.Versions[(enrollment.Scenario, enrollment.Version)].Program.Nodes.Keys.Order(StringComparer.Ordinal).ToList();
                    s.Tell(new Signal.EnrollmentWorked(subject.Ref, enrollment.Id, act, steps[which % steps.Count], "ann", "", at), ContactOf(subject), AccountOf(subject));
                }));
            case 12: return ("stop asked", s => Enrolled(s, which, (subject, enrollment) => s.Tell(new Signal.StopRequested(subject.Ref, enrollment.Id, "ann", at), ContactOf(subject), AccountOf(subject))));
            case 13: return ("held", s => s.Tell(new Signal.HoldRequested(account, at.AddDays(number), "visit", "csm@example.com", at), accountId: account));
            case 14: return ("hold released", s => s.Tell(new Signal.HoldReleased(account, "csm@example.com", at), accountId: account));
            case 15: return ("case worked", s => Case(s, which, (holder, open) => s.Tell(new Signal.EscalationWorked(holder.Id, open.Id, number < 6 ? EscalationAct.Acknowledge : number < 9 ? EscalationAct.Snooze : EscalationAct.Close, "csm@example.com", "", number < 15 ? "saved" : "no_response", "", number is >= 6 and < 9 ? at.AddDays(2) : null, at), accountId: holder.Id)));
            case 16: return ("clicked", s => Mailed(s, which, send => s.Tell(new Signal.Hit(send.Subject, send.EnrollmentId, send.Id, send.Step, send.RecipientId, true, at), ContactOf(send.Subject), AccountOf(send.Subject))));
            case 25: return ("task done", s => Tasked(s, which, task => s.Tell(new Signal.TaskDone(task.ContactId != 0 ? SubjectRef.Contact(task.ContactId) : SubjectRef.Account(task.AccountId), task.Id, number < 10 ? "yes_please" : "no_thanks", "csm@example.com", at), task.ContactId, task.AccountId)));
            case 24: return ("answered", s => Mailed(s, which, send => s.Tell(new Signal.Answered(send.Subject, send.EnrollmentId, send.Id, send.Scenario, send.Step, send.Template, send.RecipientId, $"{number % 3}", true, number < 5 ? "contact.seats" : "", number < 3 ? "fine" : "", at), send.RecipientId)));
            case 17: return ("send ended", s => Mailed(s, which, send =>
            {
                // A mail ends once.
                if (s.EndedSends.Add(send.Id)) s.Tell(send.Ended(Reason.Refused, at), ContactOf(send.Subject), AccountOf(send.Subject));
            }));
            case 18: return ("imported", s => s.Tell(Event(person, at.AddDays(-number), at, which, number, countsOnly: true), person));
            case 19: return ("late event", s => s.Tell(Event(person, at.AddHours(-number * 5), at, which, number), person));
            case 9 when number == 1: return ("suppressed", s => s.Suppress(person));
            case 10 when number == 1:
                var into = person % People.Length + 1;
                return ("merged", s => s.Merge(person, into, at));
            case 10 when number is 2 or 3: return ("accounts merged", s => s.MergeAccounts(account, account == Accounts[0] ? Accounts[1] : Accounts[0], at));
            case 20: return ("prepared", s => s.Tell(new Signal.Prepared(SubjectRef.Contact(person), [], [], at), person));
            default: return ("event", s => s.Tell(Event(person, at, at, which, number), person));
        }
    }

    private static Dictionary<string, AttributeValue> Address(long person) => new() { ["email"] = AttributeValue.From($"p{person}@example.com") };

    private Signal.Occurred Event(long person, DateTimeOffset at, DateTimeOffset receivedAt, int which, int number, bool countsOnly = false) => new(
        new OccurredEvent(++lastEvent, Events[which % Events.Length], person, 0, at, receivedAt, Encoding.UTF8.GetBytes($$"""{"total":{{number}},"order_id":"o{{number % 3}}","plan":"pro"}""")), countsOnly);

    private static void Enrolled(Stage stage, int which, Action<SubjectState, Enrollment> tell)
    {
        var all = stage.Simulator.States.OrderBy(pair => pair.Key.Subject.Kind).ThenBy(pair => pair.Key.Subject.Id).SelectMany(pair => pair.State.Enrollments.Select(enrollment => (pair.State, enrollment))).ToList();
        if (all.Count > 0) tell(all[which % all.Count].State, all[which % all.Count].enrollment);
    }

    private static void Case(Stage stage, int which, Action<AccountState, EscalationState> tell)
    {
        var all = stage.Simulator.States.OrderBy(pair => pair.Key.Subject.Id).Select(pair => pair.State).OfType<AccountState>().SelectMany(account => account.Escalations.Select(open => (account, open))).ToList();
        if (all.Count > 0) tell(all[which % all.Count].account, all[which % all.Count].open);
    }

    private static void Mailed(Stage stage, int which, Action<Nurture.Sends.SendDraft> tell)
    {
        if (stage.Simulator.Sends.Count > 0 && stage.Simulator.Sends[which % stage.Simulator.Sends.Count] is { IsCancelled: false } send) tell(send.Draft);
    }

    private static void Asked(Stage stage, int which, Action<ApprovalRow> tell)
    {
        var all = stage.Simulator.Carried.OfType<Effect.ApprovalAsked>().Select(asked => asked.Row).ToList();
        // Mostly the latest: what was answered already may be answered twice.
        if (all.Count > 0) tell(which % 3 == 0 ? all[which % all.Count] : all[^1]);
    }

    private static void Called(Stage stage, int which, Action<SimulatedCall> tell)
    {
        var all = stage.Simulator.Calls.Where(call => !call.IsOver).ToList();
        if (all.Count > 0) tell(all[which % all.Count]);
    }

    private static T Pick<T>(int which, T[] values) => values[which % values.Length];

    private static void Tasked(Stage stage, int which, Action<CsmTask> tell)
    {
        var all = stage.Simulator.Carried.OfType<Effect.TaskOpened>().Select(opened => opened.Task).ToList();
        if (all.Count > 0) tell(all[which % all.Count]);
    }

    private static long ContactOf(SubjectState subject) => ContactOf(subject.Ref);

    private static long AccountOf(SubjectState subject) => AccountOf(subject.Ref);

    private static long ContactOf(SubjectRef subject) => subject.Kind == SubjectKind.Contact ? subject.Id : 0;

    private static long AccountOf(SubjectRef subject) => subject.Kind == SubjectKind.Account ? subject.Id : 0;

    private T Pick<T>(T[] values) => values[random.Next(values.Length)];
}
