using System.Collections.Frozen;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Escalations;
using Nurture.Intake;
using Nurture.Scenarios;
using Nurture.Scenarios.Testing;
using Nurture.Sends;
using Nurture.Sessions;
using Nurture.Templates;

namespace Nurture.Simulation;

/// <summary>
/// One scenario played on virtual time, with people who have names. Nobody is held out here: a tenth of the tests would
/// fail for no fault of their scenario.
/// </summary>
public sealed class Rehearsal
{
    private const long FirstAccount = 1001;

    private readonly ScenarioTest script;
    private readonly Dictionary<string, long> contacts = new(StringComparer.Ordinal);
    private readonly List<TestAction> impossible = [];
    private readonly Trace trace;
    private readonly HashSet<(string Session, DateTimeOffset Moment)> invited = [];

    // As the server keeps it: who has a seat, and who waits for one, in their order.
    private readonly Dictionary<string, List<long>> seated = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<long>> waiting = new(StringComparer.Ordinal);
    private DateTimeOffset scheduledAt;

    private Rehearsal(ScenarioTest script, Scenario scenario, ParseEnvironment environment)
    {
        this.script = script;
        Scenario = scenario with { Version = 1, Holdout = 0, Rows = [.. scenario.Rows.Select(row => row with { Version = 1, Holdout = 0 })] };
        foreach (var contact in script.Contacts) contacts.Add(contact.Id, contacts.Count + 1);
        Simulator = new Simulator(CatalogOf(Scenario, environment with { Policy = environment.Policy with { Zone = script.Zone } }, script.Start) with { Sessions = script.Sessions.ToFrozenDictionary(session => session.Id) }, Beginning());
        trace = new Trace(this);
        // A schedule that comes at the start itself comes.
        scheduledAt = script.Start.AddMilliseconds(-1);
    }

    public Scenario Scenario { get; }

    /// <summary>The row of that name, of a scenario that has rows; else the scenario.</summary>
    public Scenario ScenarioOf(string name) => Scenario.Rows.FirstOrDefault(row => row.Name == name) ?? Scenario;

    public Simulator Simulator { get; }

    /// <summary>What happened and what was decided, in the order of time.</summary>
    public IReadOnlyList<TraceLine> Trace => trace.Lines;

    /// <summary>Clicks and opens of mails that had not left, and answers that nobody could give.</summary>
    public IReadOnlyList<TestAction> Impossible => impossible;

    internal int ContactCount => contacts.Count;

    /// <summary>Plays what happened before the start, then the script, then what follows by itself until the moment given.</summary>
    /// <param name="scheduledUntil">
    /// The scenario's schedule comes no more after this, but comes once if it had not by then; null for as long as the rest.
    /// </param>
    public static Rehearsal Play(ScenarioTest script, Scenario scenario, ParseEnvironment environment, DateTimeOffset until, DateTimeOffset? scheduledUntil = null)
    {
        var rehearsal = new Rehearsal(script, scenario, environment);
        rehearsal.PlayPast();
        foreach (var action in script.When.Where(action => action.At <= until)) rehearsal.Do(action);
        rehearsal.PlaySchedule(until, scheduledUntil ?? until);
        rehearsal.PlayInvitations(until);
        rehearsal.Simulator.AdvanceTo(until);
        rehearsal.trace.Follow();
        return rehearsal;
    }

    public long IdOf(string contact) => contacts[contact];

    public string NameOf(long contactId) => contacts.FirstOrDefault(pair => pair.Value == contactId).Key ?? "nobody";

    public string NameOf(SubjectRef subject) => subject.Kind == SubjectKind.Contact ? NameOf(subject.Id) : script.Account?.Id ?? "nobody";

    /// <summary>Where everybody who is enrolled stands now.</summary>
    public IEnumerable<(string Subject, string Step, DateTimeOffset? Until)> Positions() =>
        from pair in Simulator.States
        from enrollment in pair.State.Enrollments
        where enrollment is { Status: EnrollmentStatus.Live, Step: not null }
        orderby pair.Key.Subject.Id
        select (NameOf(pair.Key.Subject), enrollment.Step!, enrollment.StepDueAt);

    private static Catalog CatalogOf(Scenario scenario, ParseEnvironment environment, DateTimeOffset liveSince)
    {
        var published = scenario.Each().Select(one => new PublishedScenario(one, ScenarioProgram.Of(one.Steps), false, liveSince)).ToList();
        return new Catalog
        {
            Revision = 1,
            Plan = environment.Plan,
            Policy = environment.Policy,
            Mails = environment.MailTemplates ?? MailTemplateLibrary.Empty,
            Segments = environment.Segments,
            Escalations = environment.Escalations ?? EscalationTypes.None,
            Health = environment.Health is { } health ? health with { Version = 1 } : null,
            Live = published.ToFrozenDictionary(p => p.Scenario.Name),
            Versions = published.ToFrozenDictionary(p => (p.Scenario.Name, p.Scenario.Version)),
            CoveredSince = CatalogIndex.CriteriaOf(scenario).Concat(environment.Health?.Criteria ?? []).Concat(environment.Escalations?.Criteria ?? [])
                .Concat(MailFacts.Of((environment.MailTemplates ?? MailTemplateLibrary.Empty).Reads, environment.Plan, environment.Segments).Values.SelectMany(fact => fact.Criteria)).Select(criterion => criterion.Key).Distinct().ToFrozenDictionary(key => key, _ => DateTimeOffset.UnixEpoch),
        };
    }

    private void PlayPast()
    {
        var past = new List<(DateTimeOffset At, Action Tell)>();
        if (script.Account is { } account) past.Add((AccountSince(), () => Meet(account)));
        past.AddRange(script.Contacts.Select(contact => (Since(contact), (Action)(() => Meet(contact)))));
        past.AddRange(script.History.Select(happened => (happened.At, (Action)(() => Tell(happened, countsOnly: true)))));
        foreach (var (at, tell) in past.OrderBy(item => item.At))
        {
            Simulator.AdvanceBefore(at);
            tell();
            Simulator.Drain();
        }

        // As publishing does: whoever is in a state already at the start does not enter by it.
        Simulator.AdvanceTo(script.Start);
        foreach (var closed in script.Closed) Close(closed);
        if (script.Account is not null) Simulator.Tell(new Signal.Prepared(SubjectRef.Account(FirstAccount), [], [], script.Start), accountId: FirstAccount);
        foreach (var id in contacts.Values) Simulator.Tell(new Signal.Prepared(SubjectRef.Contact(id), [], [], script.Start), id);
        Simulator.Drain();
        trace.Follow();
    }

    /// <summary>Lets the scenario's schedule come at each of its moments up to one (inclusive).</summary>
    private void PlaySchedule(DateTimeOffset until, DateTimeOffset recurringUntil)
    {
        if (Scenario.Trigger is not Trigger.Schedule schedule) return;
        while (schedule.Timing.NextAfter(scheduledAt) is { } moment && moment <= until && (moment <= recurringUntil || scheduledAt < script.Start))
        {
            scheduledAt = moment;
            Simulator.AdvanceTo(moment);
            trace.Follow();
            trace.Add(new TraceLine(moment, "schedule", schedule.Timing.ToString()));
            foreach (var name in Scenario.Each().Select(one => one.Name))
            {
                if (Scenario.Subject == SubjectKind.Account && script.Account is not null)
                    Simulator.Tell(new Signal.Scheduled(SubjectRef.Account(FirstAccount), name, moment, moment), accountId: FirstAccount);
                foreach (var id in Scenario.Subject == SubjectKind.Contact ? contacts.Values.ToArray() : []) Simulator.Tell(new Signal.Scheduled(SubjectRef.Contact(id), name, moment, moment), id);
            }

            Simulator.Drain();
            trace.Follow();
        }
    }

    /// <summary>Lets the moments come at which the scenario invites to sessions, up to one (inclusive).</summary>
    private void PlayInvitations(DateTimeOffset until)
    {
        if (Scenario.Trigger is not Trigger.Session trigger) return;
        while (Next() is (var session, { } moment))
        {
            invited.Add((session, moment));
            Simulator.AdvanceTo(moment);
            trace.Follow();
            trace.Add(new TraceLine(Simulator.Now, "invite", $"to {session}"));
            foreach (var id in contacts.Values) Simulator.Tell(new Signal.Scheduled(SubjectRef.Contact(id), Scenario.Name, moment, Simulator.Now), id);
            Simulator.Drain();
            trace.Follow();
        }

        (string Session, DateTimeOffset? Moment) Next() => trigger.Of(Simulator.Catalog)
            .Select(session => (session.Id, Moment: trigger.MomentOf(session, Simulator.Catalog.Policy)))
            .Where(one => one.Moment <= until && !invited.Contains((one.Id, one.Moment.Value))).OrderBy(one => one.Moment).FirstOrDefault();
    }

    /// <returns>Whether that could be done.</returns>
    private bool Register(TestAction.Register action)
    {
        var (session, id) = (Simulator.Catalog.Sessions[action.Session], IdOf(action.Contact));
        var (seats, line) = (Of(seated), Of(waiting));
        if (action.IsCancelling)
        {
            if (!seats.Remove(id) && !line.Remove(id)) return false;

            Happens(SessionEvents.RegistrationCancelled, id, session.Id, action.At);
            if (line.Count > 0 && seats.Count < session.Seats)
            {
                seats.Add(line[0]);
                Happens(SessionEvents.Registered, line[0], session.Id, action.At);
                line.RemoveAt(0);
            }

            return true;
        }

        if (session.State == SessionState.Cancelled || action.At >= session.OpenUntil) return false;
        if (seats.Contains(id) || line.Contains(id)) return true;
        var hasSeat = session.Seats is not { } most || seats.Count < most;
        (hasSeat ? seats : line).Add(id);
        Happens(hasSeat ? SessionEvents.Registered : SessionEvents.Waitlisted, id, session.Id, action.At);
        return true;

        List<long> Of(Dictionary<string, List<long>> book) => book.TryGetValue(action.Session, out var known) ? known : book[action.Session] = [];
    }

    private void Change(TestAction.ChangeSession action)
    {
        var session = Simulator.Catalog.Sessions[action.Session];
        var isOver = action.Attended is not null;
        var changed = action.MovedTo is { } start
            ? session with { StartsAt = start, EndsAt = start + (session.EndsAt - session.StartsAt), Sequence = session.Sequence + 1, RegistrationUntil = session.RegistrationUntil + (start - session.StartsAt) }
            : isOver ? session with { IsAttendanceComplete = true } : session with { State = SessionState.Cancelled, Sequence = session.Sequence + 1 };
        changed = changed with { Version = session.Version + 1 };
        Simulator.Catalog = Simulator.Catalog with { Sessions = Simulator.Catalog.Sessions.Values.Where(one => one.Id != changed.Id).Append(changed).ToFrozenDictionary(one => one.Id) };
        if (action.Attended is { } came)
        {
            foreach (var id in seated.GetValueOrDefault(session.Id) ?? []) Happens(came.Any(name => IdOf(name) == id) ? SessionEvents.Attended : SessionEvents.Missed, id, session.Id, action.At);
            // Who came without having registered came all the same.
            foreach (var id in came.Select(IdOf).Where(id => !(seated.GetValueOrDefault(session.Id) ?? []).Contains(id))) Happens(SessionEvents.Attended, id, session.Id, action.At);
        }

        var news = action.MovedTo is not null ? SessionNews.Moved : isOver ? SessionNews.AttendanceComplete : SessionNews.Cancelled;
        Simulator.Drain();
        foreach (var id in contacts.Values) Simulator.Tell(new Signal.SessionChanged(id, session.Id, changed.Version, news, action.At), id);
    }

    private void Happens(string name, long contactId, string session, DateTimeOffset at) =>
        Simulator.Tell(new Signal.Occurred(new OccurredEvent(0, name, contactId, 0, at, at, System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { [SessionEvents.Key] = session }))), contactId);

    private DateTimeOffset Beginning() => script.Contacts.Select(Since).Append(script.Account is null ? script.Start : AccountSince()).Append(script.Start).Min();

    // Whoever did something was there already.
    private DateTimeOffset Since(TestContact contact) =>
        script.History.Where(happened => happened.Contact == contact.Id).Select(happened => happened.At).Append(contact.CreatedAt).Min();

    private DateTimeOffset AccountSince() => script.Contacts.Select(Since).Concat(script.History.Select(happened => happened.At)).Append(script.Account!.CreatedAt).Min();

    private void Meet(TestAccount account) => Simulator.Tell(new Signal.AccountDescribed(FirstAccount, account.Attributes, Simulator.Now), accountId: FirstAccount);

    private void Meet(TestContact contact)
    {
        var id = contacts[contact.Id];
        if (contact.IsSuppressed) Simulator.Suppress(id);
        Simulator.Tell(new Signal.Described(id, contact.Attributes, Simulator.Now, true, contact.Basis), id);
        foreach (var topic in contact.Refuses) Simulator.Tell(new Signal.Refused(id, topic, true, Simulator.Now), id);
        if (script.Account is not null && contact.IsInAccount) Simulator.Tell(new Signal.Grouped(id, FirstAccount, Slots.OfAccount(FirstAccount), contact.Roles, Simulator.Now), id);
    }

    private void Do(TestAction action)
    {
        PlaySchedule(action.At, action.At);
        PlayInvitations(action.At);
        Simulator.AdvanceBefore(action.At);
        trace.Follow();
        trace.Add(action);
        switch (action)
        {
            case TestAction.Event happened: Tell(happened, happened.IsImported); break;
            case TestAction.Set { Contact: { } contact } set: Simulator.Tell(new Signal.Described(IdOf(contact), set.Attributes, set.At, true, ConsentBasis.None, set.IsImported), IdOf(contact)); break;
            case TestAction.Set set: Simulator.Tell(new Signal.AccountDescribed(FirstAccount, set.Attributes, set.At, set.IsImported), accountId: FirstAccount); break;
            case TestAction.Click click: Hit(click, click.Contact, click.Template, isClick: true); break;
            case TestAction.Open open: Hit(open, open.Contact, open.Template, isClick: false); break;
            case TestAction.Answer answer: Tell(answer); break;
            case TestAction.Refuse refuse: Simulator.Tell(new Signal.Refused(IdOf(refuse.Contact), refuse.Topic, true, refuse.At), IdOf(refuse.Contact)); break;
            case TestAction.Work work: Tell(work); break;
            case TestAction.Respond answer: Tell(answer); break;
            case TestAction.Register register when !Register(register): impossible.Add(register); break;
            case TestAction.Register: break;
            case TestAction.ChangeSession change: Change(change); break;
            case TestAction.Start started: Tell(started); break;
            case TestAction.Hooked hooked: Tell(hooked); break;
            case TestAction.Done done: Tell(done); break;
            case TestAction.Decide decide: Tell(decide); break;
            case TestAction.Reply reply: Simulator.Tell(new Signal.Replied(IdOf(reply.Contact), reply.IsAutomatic, "", "", "", reply.At), IdOf(reply.Contact)); break;
            case TestAction.Join join: Simulator.Tell(new Signal.Grouped(IdOf(join.Contact), FirstAccount, Slots.OfAccount(FirstAccount), join.Roles, join.At), IdOf(join.Contact)); break;
            case TestAction.Pause pause: Pause(pause); break;
            case TestAction.Leave leave: Simulator.Tell(new Signal.Left(IdOf(leave.Contact), leave.At), IdOf(leave.Contact)); break;
            default: throw new InvalidOperationException($"No playing of {action.GetType().Name}.");
        }

        Simulator.Drain();
        trace.Follow();
    }

    private void Close(ClosedCase closed)
    {
        var type = Simulator.Catalog.Escalations.Find(closed.Type)!;
        Simulator.Change(new SubjectKey(Slots.OfAccount(FirstAccount), SubjectRef.Account(FirstAccount)), state =>
        {
            var families = ((AccountState)state).ClosedFamilies;
            families.RemoveAll(known => known.Family == type.Family);
            families.Add(new ClosedFamily(type.Family, 1, closed.At + type.CoolDown));
        });
    }

    private void Tell(TestAction.Hooked hooked)
    {
        foreach (var (contact, item) in hooked.Items)
        {
            var (id, at) = (contact is null ? 0 : IdOf(contact), hooked.At);
            switch (item)
            {
                case IntakeItem.Occurred happened:
                    var account = id == 0 ? FirstAccount : 0;
                    Simulator.Tell(new Signal.Occurred(new OccurredEvent(0, happened.Name, id, account, happened.OccurredAt, at, happened.Properties)), id, account);
                    break;
                case IntakeItem.Described said: Simulator.Tell(new Signal.Described(id, said.Attributes, said.OccurredAt, true, ConsentBasis.None), id); break;
                case IntakeItem.Grouped said: Simulator.Tell(new Signal.AccountDescribed(FirstAccount, said.Attributes, said.OccurredAt), accountId: FirstAccount); break;
                default: throw new InvalidOperationException($"A hook makes no {item.GetType().Name}.");
            }
        }
    }

    private void Tell(TestAction.Start started)
    {
        var subject = started.Contact is { } contact ? SubjectRef.Contact(IdOf(contact)) : SubjectRef.Account(FirstAccount);
        var scenario = started.Row is null && Scenario.Rows.Count == 0 ? Scenario : Scenario.Rows.FirstOrDefault(row => row.Row!.Id == started.Row);
        if (scenario is null || scenario.Subject != subject.Kind)
        {
            impossible.Add(started);
            return;
        }

        Simulator.Tell(new Signal.EnrollRequested(subject, scenario.Name, false, "csm@example.com", "", started.At) { Values = started.With },
            subject.Kind == SubjectKind.Contact ? subject.Id : 0, subject.Kind == SubjectKind.Account ? subject.Id : 0);
    }

    private void Tell(TestAction.Respond answer)
    {
        if (Simulator.Calls.LastOrDefault(call => call.Draft.Endpoint == answer.Endpoint && !call.IsOver) is not { } call)
        {
            impossible.Add(answer);
            return;
        }

        Simulator.Answer(call, answer.IsAnswered ? new(true, 200, "", answer.With) : new(false, 0, "expired", default));
    }

    private void Tell(TestAction.Work work)
    {
        if (Simulator.States.Select(pair => pair.State).OfType<AccountState>().SelectMany(account => account.Escalations).FirstOrDefault(open => open.Type == work.Type) is not { } escalation)
        {
            impossible.Add(work);
            return;
        }

        Simulator.Tell(new Signal.EscalationWorked(FirstAccount, escalation.Id, work.Act, "csm@example.com", "", work.Outcome, "", null, work.At), accountId: FirstAccount);
    }

    private void Tell(TestAction.Event happened, bool countsOnly)
    {
        var contactId = happened.Contact is { } contact ? IdOf(contact) : 0;
        var accountId = happened.Contact is null ? FirstAccount : 0;
        Simulator.Tell(new Signal.Occurred(new OccurredEvent(0, happened.Name, contactId, accountId, happened.HappenedAt ?? happened.At, happened.At, happened.Properties), countsOnly), contactId, accountId);
    }

    /// <summary>As the server does it: whoever stands in the scenario is asked again when it goes on (SEMANTICS.md 45).</summary>
    private void Pause(TestAction.Pause pause)
    {
        var catalog = Simulator.Catalog;
        Simulator.Catalog = catalog with
        {
            Revision = catalog.Revision + 1,
            Live = catalog.Live.ToFrozenDictionary(pair => pair.Key, pair => pair.Value with { IsPaused = pause.IsPaused }),
            Versions = catalog.Versions.ToFrozenDictionary(pair => pair.Key, pair => pair.Value with { IsPaused = pause.IsPaused }),
        };
        if (pause.IsPaused) return;
        foreach (var (key, _) in Simulator.States.Where(pair => pair.State.Enrollments.Count > 0).ToList())
            Simulator.Tell(new Signal.Prepared(key.Subject, [], [], pause.At), key.Subject.Kind == SubjectKind.Contact ? key.Subject.Id : 0, key.Subject.Kind == SubjectKind.Account ? key.Subject.Id : 0);
    }

    private void Tell(TestAction.Decide decide)
    {
        var over = Simulator.Carried.OfType<Effect.ApprovalEnded>().Select(ended => ended.ApprovalId).ToHashSet();
        if (Simulator.Carried.OfType<Effect.ApprovalAsked>().LastOrDefault(asked => (asked.Row.Template == decide.Asked || asked.Row.Step == decide.Asked) && (decide.To is null || asked.Row.RecipientId == IdOf(decide.To)) && !over.Contains(asked.Row.Id))?.Row is not { } row)
        {
            impossible.Add(decide);
            return;
        }

        Simulator.Tell(new Signal.ApprovalGiven(row.Subject, row.RecipientId, row.Id, decide.IsApproved, "", "", "csm@example.com", decide.At), row.RecipientId);
    }

    private void Tell(TestAction.Done done)
    {
        var task = Simulator.Carried.OfType<Effect.TaskOpened>().LastOrDefault(opened => opened.Task.Step == done.Task || opened.Task.Title == done.Task)?.Task;
        if (task is null || (task.Outcomes.Count > 0 && !task.Outcomes.Contains(done.Outcome)))
        {
            impossible.Add(done);
            return;
        }

        var subject = task.ContactId != 0 ? SubjectRef.Contact(task.ContactId) : SubjectRef.Account(task.AccountId);
        Simulator.Tell(new Signal.TaskDone(subject, task.Id, done.Outcome, "csm@example.com", done.At), task.ContactId, task.AccountId);
        var properties = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(new { task = task.Step, title = task.Title, outcome = done.Outcome });
        Simulator.Tell(new Signal.Occurred(new OccurredEvent(0, ProductEvents.TaskDone, 0, task.AccountId, done.At, done.At, properties)), accountId: task.AccountId);
    }

    private void Tell(TestAction.Answer answer)
    {
        var mail = Simulator.Sends.LastOrDefault(send => send.LeftAt is not null && (send.Draft.Template == answer.Asked || send.Draft.Step == answer.Asked) && send.Draft.RecipientId == IdOf(answer.Contact))?.Draft;
        if (mail is null || Step.All(ScenarioOf(mail.Scenario).Steps).OfType<Step.Send>().FirstOrDefault(step => step.Id == mail.Step)?.Asks is not { } question || !question.Answers.Any(one => one.Value == answer.With))
        {
            impossible.Add(answer);
            return;
        }

        // As the server does it: the seat first, and who cannot register any more cannot say that they will come.
        if (question.Registers is { } registers && SessionOf(mail) is { } session
            && !Register(new TestAction.Register(answer.At, answer.Contact, session, answer.With != registers, answer.Span)) && answer.With == registers)
        {
            impossible.Add(answer);
            return;
        }

        var signal = new Signal.Answered(mail.Subject, mail.EnrollmentId, mail.Id, mail.Scenario, mail.Step, mail.Template, mail.RecipientId, answer.With, question.IsScale, question.Sets?.ToString() ?? "", answer.Comment, answer.At);
        Simulator.Tell(signal, mail.RecipientId);
    }

    /// <summary>The session that the mail's question is about, as its inputs have it.</summary>
    private static string? SessionOf(SendDraft mail)
    {
        using var inputs = System.Text.Json.JsonDocument.Parse(mail.Inputs);
        return inputs.RootElement.GetProperty("ask").TryGetProperty("session", out var session) ? session.GetString() : null;
    }

    private void Hit(TestAction action, string contact, string template, bool isClick)
    {
        if (Simulator.Sends.LastOrDefault(send => send.LeftAt is not null && send.Draft.Template == template && send.Draft.RecipientId == IdOf(contact)) is not { Draft: var mail })
        {
            impossible.Add(action);
            return;
        }

        var hit = new Signal.Hit(mail.Subject, mail.EnrollmentId, mail.Id, mail.Step, mail.RecipientId, isClick, action.At);
        if (mail.Subject.Kind == SubjectKind.Contact) Simulator.Tell(hit, mail.Subject.Id);
        else Simulator.Tell(hit, accountId: mail.Subject.Id);
    }
}
