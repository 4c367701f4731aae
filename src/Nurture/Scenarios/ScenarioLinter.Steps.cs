using System.Text.RegularExpressions;
using Nurture.Conditions;
using Nurture.Contacts;
using Nurture.Escalations;
using Nurture.Templates;
using Nurture.Templating.Syntax;
using NodaTime;

namespace Nurture.Scenarios;

public sealed partial class ScenarioLinter
{
    /// <summary>What is known of the moment at which a step is reached.</summary>
    /// <param name="HasHeard">A wait for something came before, whose answer may be read.</param>
    /// <param name="AtLeast">The time that has passed since entry at the very least.</param>
    /// <param name="Local">The local time of day that the step before waited for, if that is so.</param>
    /// <param name="Standing">The wait for a time of day since which no time has passed, if that is so.</param>
    /// <param name="Reached">The date, and how far from it, that has been reached at the very least.</param>
    private readonly record struct Moment(bool HasHeard, TimeSpan AtLeast, (LocalTime Time, Days Days)? Local, Step.WaitUntil? Standing, (string Date, Duration Offset)? Reached);

    // Templates and steps of which a mail may have been sent before the step that is looked at.
    private readonly HashSet<string> maybeSent = new(StringComparer.Ordinal);

    private void CheckSteps()
    {
        if (scenario.Steps.Count == 0)
        {
            WarnIfComplete(At("steps"), "this scenario does nothing", "A first step: - send: welcome.");
            return;
        }

        var start = new Moment(false, TimeSpan.Zero, scenario.Trigger is Trigger.DateAttribute date ? (date.At, date.Days) : null, null, scenario.Trigger switch
        {
            Trigger.DateAttribute { Every: null } on => ($"{(on.Of == SubjectKind.Contact ? "contact" : "account")}.{on.Attribute}", on.Offset),
            Trigger.Session { At: null } session => ("session.starts_at", session.Before),
            _ => null,
        });
        CheckList(scenario.Steps, start, isLast: true);
        CheckLocales();
    }

    /// <param name="isLast">Nothing follows after these steps.</param>
    private Moment CheckList(IReadOnlyList<Step> steps, Moment moment, bool isLast)
    {
        for (var i = 0; i < steps.Count; i++)
        {
            if (i > 0 && Ends(steps[i - 1]))
            {
                Error(DiagnosticCodes.Unreachable, steps[i].Span, $"nobody comes here: every way through the step on line {steps[i - 1].Span.Line} ends the scenario",
                    "Take it away, or let one way go on.");
                break;
            }

            moment = Check(steps[i], moment, isLast && i == steps.Count - 1);
        }

        return moment;
    }

    private Moment Check(Step step, Moment moment, bool isLast)
    {
        switch (step)
        {
            case Step.Send send:
                CheckSend(send, moment);
                maybeSent.UnionWith([send.Template, send.Id]);
                CheckList(send.Skipped, moment, isLast);
                return moment with { Local = null, Standing = send is { Approve: null, Throttle: null } && LeavesAtOnce(send, moment.Standing) ? moment.Standing : null };
            case Step.WaitLength wait:
                if (isLast) NothingFollows(wait);
                else if (wait.Length == default) Warn(DiagnosticCodes.PointlessWait, wait.Span, "this wait is over at once", "Take it away.");
                return moment with { AtLeast = moment.AtLeast + Least(wait.Length), Local = null, Standing = null };
            case Step.WaitUntil until:
                if (isLast) NothingFollows(until);
                else if (moment.Standing is { } before && before.Time == until.Time && before.Zone == until.Zone && (until.Days == Scenarios.Days.All || until.Days == before.Days))
                    Warn(DiagnosticCodes.PointlessWait, until.Span, $"it is {until.Time:HH:mm} already since the wait on line {before.Span.Line}, so this one is over at once", "To go on at that time of a later day, wait a day between them: - wait: 1d.");
                return moment with { Local = (until.Time, until.Days), Standing = until };
            case Step.WaitUntilDate until:
                if (isLast) NothingFollows(until);
                CheckDate(until.Until, until.Span, moment);
                return moment with { Local = until.Until.At is { } time ? (time, until.Until.Days) : null, Standing = null, Reached = (NameOf(until.Until), until.Until.Offset) };
            case Step.WaitFor wait:
                if (!wait.IsBounded && !Has($"{wait.Id}/up_to") && !Has($"{wait.Id}/until") && wait.Timeout.Count == 0)
                    Warn(DiagnosticCodes.PointlessWait, At($"{wait.Id}/for", wait.Span), "this wait has no end: who never does it stands here for ever", "Say how long: up_to: 7d.");
                if (wait.UpTo is { } upTo && upTo <= TimeSpan.Zero) Warn(DiagnosticCodes.PointlessWait, At($"{wait.Id}/up_to", wait.Span), "this wait is over at once", "Say how long: up_to: 7d.");
                CheckSentBefore(wait.For, At($"{wait.Id}/for", wait.Span));
                CheckList(wait.Timeout, moment with { AtLeast = moment.AtLeast + (wait.UpTo ?? TimeSpan.Zero), Local = null, Standing = null }, isLast);
                return moment with { HasHeard = moment.HasHeard || Hears(wait), Local = null, Standing = null };
            case Step.Branch branch:
                CheckArms(branch, moment, isLast);
                return branch.Arms.All(arm => arm.Then.Count == 0) ? moment : moment with { Local = null, Standing = null };
            case Step.Webhook webhook:
                CheckList(webhook.Failed, moment with { Local = null, Standing = null }, isLast);
                CheckList(webhook.Timeout, moment with { Local = null, Standing = null }, isLast);
                return webhook.Waits ? moment with { Local = null, Standing = null } : moment;
            case Step.Notify { Who: Colleagues.Manager manager } notify when environment.Escalations is { Managers.Count: 0 }:
                Warn(DiagnosticCodes.UnknownPool, At($"{notify.Id}/who", notify.Span), $"escalations.yaml names no managers, so nobody is told as {manager}", "Name them there: managers: { csm@example.com: head@example.com, otherwise: head@example.com }.");
                return moment;
            case Step.Escalate escalate:
                CheckEscalate(escalate, moment, isLast);
                return moment with { Local = null, Standing = null };
            case Step.Task task:
                CheckTask(task, moment, isLast);
                return task.WaitsForOutcome ? moment with { Local = null, Standing = null } : moment;
            case Step.Split split:
                foreach (var arm in split.Arms) CheckList(arm.Then, moment, isLast);
                return moment with { Local = null, Standing = null };
            case Step.Repeat repeat:
                maybeSent.UnionWith(Step.All(repeat.Steps).OfType<Step.Send>().SelectMany(send => new[] { send.Template, send.Id }));
                if (repeat.Until is { } asked) CheckSentBefore(asked, At($"{repeat.Id}/until", repeat.Span));
                CheckList(repeat.Steps, moment with { Local = null, Standing = null }, isLast: false);
                return moment with { HasHeard = moment.HasHeard || Step.All(repeat.Steps).OfType<Step.WaitFor>().Any(Hears), Local = null, Standing = null };
            case Step.Start start:
                CheckStart(start, moment);
                return moment;
            case Step.Assign { Pool: { } pool } assign when environment.Escalations is { } types && !types.Pools.ContainsKey(pool):
                Error(DiagnosticCodes.UnknownPool, At($"{assign.Id}/pool", assign.Span), $"escalations.yaml declares no pool \"{pool}\"", Suggestions.For(pool, types.Pools.Keys, "There are") ?? "Declare it there: pools: { low-touch: [ csm@example.com ] }.");
                return moment;
            case Step.Set { On: var of, Attribute: var attribute, Value: var value } set:
                CheckValue(of, attribute, value, set.Span);
                return moment;
            case Step.Assign or Step.Unsubscribe or Step.Forget or Step.Enlist or Step.Stop or Step.End or Step.Notify:
                return moment;
            default:
                throw new InvalidOperationException($"No rule for {step.GetType().Name}.");
        }
    }

    /// <summary>Whether it may hear an event; what cannot be read may be anything.</summary>
    private static bool Hears(Step.WaitFor wait) => wait.For == ScenarioParser.Unread || wait.For.Events.Count > 0;

    /// <summary>A moment before the one that has been reached already has always gone.</summary>
    private void CheckDate(DateMoment until, SourceSpan at, Moment moment)
    {
        if (moment.Reached is not var (date, reached) || NameOf(until) != date || until.Days != Scenarios.Days.All) return;
        var isSession = date == "session.starts_at";
        // Local times of one day lie within it.
        var gap = Earliest(reached) - Latest(until.Offset);
        if (gap <= TimeSpan.Zero || until.At is not null && gap < TimeSpan.FromDays(1)) return;
        if (isSession && scenario.Trigger is Trigger.Session { At: null, Before: var before } && before == reached)
            Error(DiagnosticCodes.BeforeInvitation, at, $"people are invited {Days(-before.Exact)} before the session, and this is {Days(-until.Offset.Exact)} before it", "Invite earlier, or come nearer to the session.");
        else
            Error(DiagnosticCodes.BeforeInvitation, at, $"whoever comes here stands at {date} {Signed(reached)} or later, and this waits for {Signed(until.Offset)}, which has gone", "Turn their order round, or begin earlier.");
    }

    /// <summary>Whether a mail that becomes due at the time of a wait leaves then, but on days that its class leaves out.</summary>
    private bool LeavesAtOnce(Step.Send send, Step.WaitUntil? due) =>
        due is not null && (!environment.Policy.AllowedHours.TryGetValue(send.Class, out var hours) || due.Time >= hours.From && due.Time < hours.Until);

    /// <summary>Of a mail that no way has sent yet nothing is clicked, opened or answered.</summary>
    private void CheckSentBefore(Condition asked, SourceSpan at)
    {
        foreach (var template in asked.HitTemplates.Where(template => !maybeSent.Contains(template)))
            Warn(DiagnosticCodes.PointlessWait, at, $"no step before this one sends \"{template}\", so nobody can have clicked, opened or answered it", "Ask after it was sent.");
    }

    /// <summary>Of a date trigger <c>trigger.date</c> is the attribute's.</summary>
    private string NameOf(DateMoment until) =>
        until.Date.Text == "trigger.date" && scenario.Trigger is Trigger.DateAttribute { Every: null } on ? $"{(on.Of == SubjectKind.Contact ? "contact" : "account")}.{on.Attribute}" : until.Date.Text;

    private static TimeSpan Earliest(Duration length) => length.Exact + TimeSpan.FromDays(length.Months < 0 ? 31 * length.Months : 28 * length.Months) + TimeSpan.FromDays(length.BusinessDays < 0 ? 3 * length.BusinessDays - 14 : length.BusinessDays);

    private static TimeSpan Latest(Duration length) => -Earliest(length.Before);

    private static string Signed(Duration length) =>
        length.Months != 0 ? $"{length.Months:+0;-0}mo" : length.BusinessDays != 0 ? $"{length.BusinessDays:+0;-0}bd" : length.Exact == TimeSpan.Zero ? "itself" : $"{(length.Exact < TimeSpan.Zero ? "-" : "+")}{Days(length.Exact.Duration())}";

    private void NothingFollows(Step wait) =>
        WarnIfComplete(wait.Span, "nothing follows this wait", "Take it away; the goal is measured until its within: all the same.");

    /// <summary>Steps that could not be read may be what follows.</summary>
    private void WarnIfComplete(SourceSpan at, Wording message, Wording hint)
    {
        if (IsComplete) Warn(DiagnosticCodes.PointlessWait, at, message, hint);
    }

    private void CheckArms(Step.Branch branch, Moment moment, bool isLast)
    {
        foreach (var (index, arm) in branch.Arms.Index())
        {
            var earlier = arm.If is null || arm.If == ScenarioParser.Unread ? -1 : branch.Arms.Take(index).ToList().FindIndex(other => other.If?.Text == arm.If.Text);
            if (earlier >= 0)
                Error(DiagnosticCodes.Unreachable, At($"{branch.Id}/arm.{index}", branch.Span), $"nobody comes here: arm {earlier + 1} asks the same and goes first");
            if (arm.If is { } asked) CheckSentBefore(asked, At($"{branch.Id}/arm.{index}", branch.Span));
            CheckList(arm.Then, moment, isLast);
        }
    }

    private void CheckEscalate(Step.Escalate step, Moment moment, bool isLast)
    {
        if (environment.Escalations is { } types)
        {
            if (types.Find(step.Type) is not { } type)
                Error(DiagnosticCodes.UnknownEscalation, At($"{step.Id}/type", step.Span), $"escalations.yaml declares no type \"{step.Type}\"",
                    Suggestions.For(step.Type, types.ByName.Keys, "There are") ?? "Declare it there: its title, outcomes and playbook.");
            else
            {
                string[] known = [.. type.Outcomes, EscalationTypes.NotOpened, EscalationTypes.RecoveredByItself];
                foreach (var arm in step.Outcomes.Where(arm => !known.Contains(arm.Outcome)))
                    Error(DiagnosticCodes.UnknownEscalation, At($"{step.Id}/outcome.{arm.Outcome}", step.Span), $"nobody can close \"{step.Type}\" as \"{arm.Outcome}\"", Suggestions.For(arm.Outcome, known, "There are"));
                if (step is { WaitsForOutcome: true, UpTo: null } && type.Hold is null)
                    Warn(DiagnosticCodes.PointlessWait, At($"{step.Id}/outcome", step.Span), "this type holds nobody, so the wait for its outcome takes its standard of 21d", "Say how long: escalate: { type: …, up_to: 14d }.");
            }
        }

        if (scenario.Goal is null or { EndsEnrollment: true } && step.Outcomes.Any(arm => arm.Outcome == EscalationTypes.RecoveredByItself))
            Warn(DiagnosticCodes.Unreachable, At($"{step.Id}/outcome.{EscalationTypes.RecoveredByItself}", step.Span), "nobody comes here: a case resolves by itself with the goal of the passage that called, and this one does not go on after a goal", "Let it go on: on_goal: continue; or take this outcome away.");
        foreach (var arm in step.Outcomes) CheckList(arm.Then, moment with { Local = null }, isLast);
        CheckList(step.Otherwise, moment with { Local = null }, isLast);
    }

    private void CheckTask(Step.Task task, Moment moment, bool isLast)
    {
        foreach (var arm in task.Arms.Where(arm => !task.Outcomes.Contains(arm.Outcome)))
            Error(DiagnosticCodes.UnknownOutcome, At($"{task.Id}/outcome.{arm.Outcome}", task.Span), $"nobody can do this task as \"{arm.Outcome}\"",
                Suggestions.For(arm.Outcome, task.Outcomes, "There are") ?? "Say how it may be done: outcomes: [ reached, not_reached ].");
        foreach (var way in task.Ways) CheckList(way, moment with { Local = null }, isLast);
    }

    private void CheckSend(Step.Send send, Moment moment)
    {
        if (IsAccountScenario) CheckRecipients(send, moment);
        else if (send.To is not null || send.Nobody is not null)
        {
            var key = send.To is not null ? "to" : "nobody";
            Error(DiagnosticCodes.WrongSubject, At($"{send.Id}/{key}", send.Span), "this scenario is about one person, who is the one mailed", $"Take {key}: away, or make it subject: account.");
        }

        CheckQuestion(send);
        if (send.Class > scenario.Class)
            Error(DiagnosticCodes.WeakerClass, At($"{send.Id}/class", send.Span), $"a {Word(send.Class)} mail in a {Word(scenario.Class)} scenario would pass by what its readers refused",
                $"A step may be stricter than its scenario, never weaker: take class: away, or make the scenario {Word(send.Class)}.");
        CheckMailClass(send);
        if (scenario.Goal?.Within is { } within && moment.AtLeast >= within)
            Warn(DiagnosticCodes.NeverMeets, send.Span, $"this mail leaves {Days(moment.AtLeast)} after entry at the earliest, and the goal counts for {Days(within)}",
                "Wait shorter, or let the goal count longer.");
        if (scenario.Trigger.EventNames is not { Count: > 0 } names || !names.All(Sessions.SessionEvents.IsOne))
        {
            foreach (var name in environment.MailTemplates?.All.Where(mail => mail.Name == send.Template).SelectMany(mail => mail.Body.Names.Concat(mail.SubjectTexts.SelectMany(text => text.Names))).Where(name => name.StartsWith("session.", StringComparison.Ordinal)).Take(1) ?? [])
                Error(DiagnosticCodes.NoSession, At($"{send.Id}/template", send.Span), $"the mail reads {name}, and no session starts this scenario", "Such are trigger: { session: webinar, before: 14d }, and trigger: { event: nurture.session_registered }.");
        }

        if (send.If is { } asked) CheckSentBefore(asked, At($"{send.Id}/if", send.Span));
        if (send.Expires is { } expires && expires <= TimeSpan.Zero)
            Error(DiagnosticCodes.NeverMeets, At($"{send.Id}/expires", send.Span), "this mail expires before it can leave", "Say how long it is of use: expires: 12h; without it, its class says so.");
        CheckHours(send, moment);
        CheckColumns(send);
        CheckEvents(send, moment);
        CheckThrottle(send);
        CheckSubjects(send);
        CheckHelp(send);
    }

    /// <summary>A mail may leave as something stricter than it says of itself, never as something weaker.</summary>
    private void CheckMailClass(Step.Send send)
    {
        if (environment.MailTemplates?.Find(send.Template, null) is not { Class: { } its } mail) return;
        var isSaid = parsed.Positions.ContainsKey($"{send.Id}/class");
        var file = Path.GetFileName(mail.File);
        if (isSaid && send.Class > its)
            Error(DiagnosticCodes.MailClass, At($"{send.Id}/class", send.Span), $"{file} says that it is a {Word(its)} mail, and as a {Word(send.Class)} one it would pass by what its readers refused",
                $"Take class: away here, or make the mail {Word(send.Class)}.");
        else if (!isSaid && its > scenario.Class)
            Error(DiagnosticCodes.MailClass, At($"{send.Id}/template", send.Span), $"{file} says that it is a {Word(its)} mail, and in a {Word(scenario.Class)} scenario it leaves as a {Word(send.Class)} one",
                $"Say so here: class: {Word(send.Class)}; or make the scenario {Word(its)}.");
    }

    /// <summary>Who begins has questions: a mail of an onboarding says where to ask them, or its answers reach people.</summary>
    private void CheckHelp(Step.Send send)
    {
        if (environment.MailTemplates is not { } library || !OnboardingHelp.IsOnboarding(scenario, send)) return;
        foreach (var mail in library.LocalesOf(send.Template).Select(locale => library.Find(send.Template, locale)!))
        {
            if (OnboardingHelp.NobodyReading(environment.Policy, send, mail) is not { } address || OnboardingHelp.IsSaid(mail, library.LayoutOf(mail))) continue;
            Warn(DiagnosticCodes.NoHelp, At($"{send.Id}/template", send.Span), $"{Path.GetFileName(mail.File)} belongs to an onboarding and says nowhere how to get help: its answers go to {address}, which nobody reads",
                "Let answers reach people (reply_to: support@example.com, or from: account.owner), or link to where help is: https://help.example.com, mailto:support@example.com.");
        }
    }

    private void CheckThrottle(Step.Send send)
    {
        if (send.Throttle is null) return;
        if (send.Class == SendClass.Transactional)
            Error(DiagnosticCodes.OddThrottle, At($"{send.Id}/throttle", send.Span), "a transactional mail waits for nobody", "Take throttle: away, or make the mail a service or marketing one.");
        else if (send.Expires is { } expires && expires < send.Throttle.Per)
            Warn(DiagnosticCodes.OddThrottle, At($"{send.Id}/throttle", send.Span), $"whoever is not among the first {send.Throttle.Count} never gets this mail: it expires after {Days(expires)}, before the next are let through", "Let it wait longer (expires:), or say the throttle for a shorter time: 100/h.");
    }

    private void CheckSubjects(Step.Send send)
    {
        var mails = environment.MailTemplates is not { } library ? [] : library.LocalesOf(send.Template).Select(locale => library.Find(send.Template, locale)!).ToList();
        if (send.SubjectTest is not { } test)
        {
            if (mails.Find(mail => mail.Subjects.Count > 1) is { } several && !Has($"{send.Id}/subject_test"))
            {
                Warn(DiagnosticCodes.UntestedSubjects, At($"{send.Id}/template", send.Span), $"{Path.GetFileName(several.File)} has several subjects, and this step tests none of them: all get \"{several.Subjects[0].Name}\"",
                    $"Find out the better one: subject_test: {{ arms: [ {string.Join(", ", several.Subjects.Select(one => one.Name))} ], share: 20%, after: 4h }}; or give the mail one subject:.");
            }

            return;
        }

        var at = At($"{send.Id}/subject_test", send.Span);
        foreach (var mail in mails)
        {
            foreach (var arm in test.Arms.Where(arm => mail.Subjects.All(one => one.Name != arm)))
                Error(DiagnosticCodes.BadSubjectTest, at, $"{Path.GetFileName(mail.File)} has no subject \"{arm}\"", Suggestions.For(arm, mail.Subjects.Select(one => one.Name), "It has") ?? "Give it both: subjects: { a: Three things to try, b: What is new in March }.");
        }

        if (send.Class == SendClass.Transactional)
            Error(DiagnosticCodes.BadSubjectTest, at, "nobody sees who clicks in a transactional mail, and it waits for nobody", "Take subject_test: away, or make the mail a service or marketing one.");
        if (send.Approve is not null)
            Error(DiagnosticCodes.Contradiction, at, "who approves a mail may change its subject, so none is tested", "Take approve: or subject_test: away.");
        var expires = send.Expires ?? SendClasses.ExpiryOf(send.Class);
        if (test.After > expires)
            Error(DiagnosticCodes.BadSubjectTest, at, $"the others wait {Days(test.After)} for the better subject, and the mail is of use for {Days(expires)}", "Decide earlier (after:), or let the mail live longer (expires:).");
    }

    /// <summary>What a mail reads as <c>row.…</c> is there for its reader.</summary>
    private void CheckColumns(Step.Send send)
    {
        if (environment.MailTemplates is not { } library) return;
        foreach (var column in library.All.Where(mail => mail.Name == send.Template).SelectMany(MailReads.NamesIn).Where(name => name.StartsWith("row.", StringComparison.Ordinal)).Select(name => name.Split('.')[1]).Distinct(StringComparer.Ordinal))
        {
            if (scenario.Row is null)
                Error(DiagnosticCodes.UnknownColumn, At($"{send.Id}/template", send.Span), $"template \"{send.Template}\" reads row.{column}, and this scenario has no rows", "Rows stand under for_each:.");
            else if (!scenario.Row.Values.ContainsKey(column))
                Error(DiagnosticCodes.UnknownColumn, parsed.RowSpan ?? send.Span, $"row \"{scenario.Row.Id}\" has no \"{column}\", which template \"{send.Template}\" reads", Suggestions.For(column, scenario.Row.Values.Keys) ?? $"Add {column}: to it.");
        }
    }

    /// <summary>What a mail prints of an event is there when it is sent, or it says what stands there instead.</summary>
    private void CheckEvents(Step.Send send, Moment moment)
    {
        if (environment.MailTemplates is not { } library) return;
        foreach (var mail in library.LocalesOf(send.Template).Select(locale => library.Find(send.Template, locale)).OfType<MailTemplate>().Distinct())
        {
            if (!moment.HasHeard && MailReads.Unprovided(mail, "heard").FirstOrDefault() is { } heard)
                Missing(mail, $"heard.{heard}", "no wait has heard anything before this step");
            if (MailReads.Unprovided(mail, "trigger").FirstOrDefault(IsOfNoTrigger) is { } field)
                Missing(mail, $"trigger.{field}", scenario.Trigger.EventNames is { } names ? (Wording)$"{Suggestions.Listed(names)} carries no such property" : "no event starts this scenario");
        }

        // What an event carries is known where the plan describes it with its properties.
        bool IsOfNoTrigger(string field) => scenario.Trigger.EventNames is not { } names
            || field is not ("name" or "occurred_at" or "contact") && names.All(name => (environment.Plan.Events.GetValueOrDefault(name) ?? Engine.ProductEvents.Find(name) ?? Engine.ProductEvents.OfTrigger(name)) is { Properties: { Count: > 0 } properties }
                && !properties.Keys.Any(known => known.Split('.')[0] == field));

        void Missing(MailTemplate mail, string path, Wording because) =>
            Warn(DiagnosticCodes.NothingHeard, At($"{send.Id}/template", send.Span), $"{Path.GetFileName(mail.File)} prints {path}, and {because}: nothing stands there then",
                $"Say what stands there instead: {{{{ {path} ?? \"there\" }}}}, or ask first: {{{{ if {path} }}}}.");
    }

    /// <summary>The texts of an ask show its answers, those of a send show none.</summary>
    private void CheckQuestion(Step.Send send)
    {
        if (environment.MailTemplates is not { } library) return;
        foreach (var locale in library.LocalesOf(send.Template))
        {
            var showsAnswers = library.ReadsOf(send.Template, locale).Includes("ask", "answers");
            if (send.Asks is not null && !showsAnswers)
                Error(DiagnosticCodes.Unanswerable, At($"{send.Id}/template", send.Span), $"{send.Template}.{locale}.html shows none of the answers, so nobody can give one",
                    "Show a link for each: {{ for answer in ask.answers }}<a href=\"{{ answer.url }}\">{{ answer.label }}</a>{{ end }}.");
            if (send.Asks is { Text.ByLocale.Count: 0 } && library.Find(send.Template, locale) is { } asking && MailReads.TextsOf(asking).Any(PrintsQuestion))
                Error(DiagnosticCodes.MissingKey, At($"{send.Id}/template", send.Span), $"{Path.GetFileName(asking.File)} prints ask.question, and this step says none", "Say what is asked: question: How likely are you to recommend us?; or ask first: {{ if ask.question }}.");
            if (send.Asks is null && library.Find(send.Template, locale) is { } template && ReadsAsk(template))
                Error(DiagnosticCodes.NothingAsked, At($"{send.Id}/template", send.Span), $"{send.Template}.{locale}.html shows the answers to a question, and this step asks none", $"Write ask: {{ template: {send.Template}, answers: [ … ] }}.");
        }

        static bool PrintsQuestion(Templating.Template text) => text.Names.Contains("ask.question") && !QuestionGuard().IsMatch(text.Text);

        static bool ReadsAsk(MailTemplate template) => template.Body.Names.Concat(template.SubjectTexts.SelectMany(text => text.Names)).Any(name => name == "ask" || name.StartsWith("ask.", StringComparison.Ordinal));
    }

    [GeneratedRegex(@"\bif\s[^}]*\bask\.question\b|\bask\.question\s*\?\?")]
    private static partial Regex QuestionGuard();

    private void CheckRecipients(Step.Send send, Moment moment)
    {
        if (send.To is null)
            Error(DiagnosticCodes.NoRecipient, send.Span, $"an account has many people: whom does \"{send.Template}\" go to?",
                scenario.Trigger is Trigger.Event ? "For example to: trigger.contact, or to: 'role(\"admin\", 2)' with nobody: trigger.contact." : "For example to: 'role(\"admin\", 2)' with nobody: most_active.");
        if (send.To is Recipients.Roles && send.Nobody is null)
            Error(DiagnosticCodes.NoAnswerToNobody, At($"{send.Id}/to", send.Span), "what if nobody of the account has that role?", "Say nobody: most_active, another rule, or nobody: end.");
        if (send.Nobody?.Instead is { } instead && instead.Equals(send.To))
            Warn(DiagnosticCodes.NoAnswerToNobody, At($"{send.Id}/nobody", send.Span), "nobody: asks the same again", "Name another rule, or end.");
        CheckWho(send.To, At($"{send.Id}/to", send.Span), moment);
        CheckWho(send.Nobody?.Instead, At($"{send.Id}/nobody", send.Span), moment);
    }

    private void CheckWho(Recipients? who, SourceSpan at, Moment moment)
    {
        if (who is Recipients.TriggerContact && scenario.Trigger is not (Trigger.Event or Trigger.ByHand))
            Error(DiagnosticCodes.NothingHeard, at, "this trigger is no event, so there is no trigger.contact", "Name a role, or most_active.");
        if (who is Recipients.HeardContact && !moment.HasHeard)
            Error(DiagnosticCodes.NothingHeard, at, "no wait has heard anybody before this step", "A wait: with for: event(…) comes first, and its time-out hears nobody.");
    }

    private void CheckStart(Step.Start start, Moment moment)
    {
        CheckWho(start.For, start.Span, moment);
        if (start.Scenario == scenario.Name && scenario.Reentry is { IsOnce: false, After.Ticks: 0 })
            Error(DiagnosticCodes.StartsInCircle, At($"{start.Id}/scenario", start.Span), "this scenario starts itself, every time", "Say reentry: once or after 30d, or write a repeat:.");
    }

    /// <summary>A mail that becomes due outside the allowed hours and expires before they begin never leaves.</summary>
    private void CheckHours(Step.Send send, Moment moment)
    {
        if (send.LeavesAtAnyHour || moment.Local is not { } due || !environment.Policy.AllowedHours.TryGetValue(send.Class, out var hours)) return;
        var wait = due.Time < hours.From ? hours.From - due.Time
            : due.Time >= hours.Until ? hours.From - due.Time + Period.FromHours(24)
            : Period.Zero;
        var gap = TimeSpan.FromTicks(wait.ToDuration().BclCompatibleTicks);
        if (gap == TimeSpan.Zero && due.Days == Scenarios.Days.Weekend && hours.Days == Scenarios.Days.Business) gap = TimeSpan.FromHours(24);
        if (gap > TimeSpan.Zero && send.Expires is { } expires && expires < gap)
            Error(DiagnosticCodes.NeverMeets, At($"{send.Id}/expires", send.Span),
                $"{Word(send.Class)} mails leave from {hours.From:HH:mm} to {hours.Until:HH:mm}, this one becomes due at {due.Time:HH:mm} and expires before",
                "Let it live longer, or wait until an hour that is allowed.");
    }

    private void CheckLocales()
    {
        if (environment.MailTemplates is not { } library) return;
        var sends = Step.All(scenario.Steps).OfType<Step.Send>().Where(send => library.Names.Contains(send.Template)).ToArray();
        var languages = sends.SelectMany(send => library.LocalesOf(send.Template)).Select(Locales.Normalize).ToHashSet(StringComparer.Ordinal);
        foreach (var send in sends.DistinctBy(send => send.Template))
        {
            var has = library.LocalesOf(send.Template).Select(Locales.Normalize).ToArray();
            var at = At($"{send.Id}/template", send.Span);
            if (library.Find(send.Template, null) is null)
                Error(DiagnosticCodes.MissingLocale, at, $"template \"{send.Template}\" is not written in the default locale {library.DefaultLocale}", $"Add templates/{send.Template}.{library.DefaultLocale}.html.");
            else if (languages.Except(has).Where(missing => !has.Contains(Locales.Language(missing))).ToArray() is { Length: > 0 } missing)
                Warn(DiagnosticCodes.MissingLocale, at, $"template \"{send.Template}\" is not written in {Suggestions.Listed(missing)}, as others of this scenario are",
                    $"Its readers would get it in {library.DefaultLocale}; add templates/{send.Template}.{missing[0]}.html.");
        }
    }

    private static bool Ends(Step step) => step switch
    {
        Step.End => true,
        Step.Branch branch => branch.Arms.Count > 0 && branch.Arms[^1].If is null && branch.Arms.All(arm => EndsList(arm.Then)),
        Step.Split split => split.Arms.All(arm => EndsList(arm.Then)),
        Step.Escalate escalate => escalate.WaitsForOutcome && escalate.Ways.All(EndsList),
        Step.Task task => task.WaitsForOutcome && task.Ways.All(EndsList),
        Step.Forget => true,
        _ => false,
    };

    private static bool EndsList(IReadOnlyList<Step> steps) => steps.Any(Ends);

    /// <summary>A month has at least 28 days, and a business day may be tomorrow.</summary>
    private static TimeSpan Least(Duration length) => length.Exact + TimeSpan.FromDays(length.BusinessDays) + TimeSpan.FromDays(28L * length.Months);

    private static string Days(TimeSpan length) => length.TotalDays >= 1 ? $"{length.TotalDays:0.#}d" : $"{length.TotalHours:0.#}h";

    private static string Word(SendClass sendClass) => SendClasses.Word(sendClass);
}
