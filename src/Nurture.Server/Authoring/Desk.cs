using Nurture.Engine;
using Nurture.Scenarios;
using Nurture.Scenarios.Testing;
using Nurture.Server.Api;
using Nurture.Server.Hosting;
using Nurture.Server.Publishing;
using Nurture.Simulation;
using Nurture.Templates;
using Nurture.Templating;

namespace Nurture.Server.Authoring;

/// <summary>Holds a text against what is published, as publishing would, and plays it on virtual time.</summary>
internal sealed class Desk(CatalogSource catalogs, BusinessClock clock)
{
    /// <summary>As long as the longest of the usual waits, twice.</summary>
    private static readonly TimeSpan Usual = TimeSpan.FromDays(90);

    public async Task<ParseEnvironment> EnvironmentAsync(CancellationToken cancel)
    {
        var current = await catalogs.CurrentAsync(cancel);
        return new ParseEnvironment
        {
            Plan = current.Catalog.Plan,
            Policy = current.Catalog.Policy,
            Templates = current.Templates.Names,
            MailTemplates = current.Templates,
            Escalations = current.Catalog.Escalations,
            Health = current.Catalog.PreparingHealth ?? current.Catalog.Health,
            Segments = current.Catalog.PreparingSegments ?? current.Catalog.Segments,
            Hooks = current.Catalog.Hooks,
            IsWhole = true,
            KeptHistory = ScenarioLibrary.KeptHistory,
            Now = clock.Now,
        };
    }

    public static ParsedScenario Check(string text, ParseEnvironment environment) => ScenarioLibrary.Check(text, "scenario.yaml", environment);

    public static (ScenarioTestFile? File, List<Diagnostic> Diagnostics) CheckTests(string text, ParsedScenario parsed, ParseEnvironment environment)
    {
        if (string.IsNullOrWhiteSpace(text)) return (null, []);
        var (read, said) = ScenarioTestParser.Parse(text, "tests.yaml", environment);
        var found = said.ToList();
        if (read is not null && parsed.Name is { } name && read.Scenario != name)
        {
            found.Add(new(DiagnosticCodes.TestNamesNothing, Severity.Error, read.File, read.Span, $"These tests are of \"{read.Scenario}\", and the scenario is called \"{name}\".", $"Write scenario: {name}."));
            read = null;
        }

        return (read, found);
    }

    public static IReadOnlyList<ShownTest> RunTests(ScenarioTestFile file, Scenario scenario, ParseEnvironment environment)
    {
        var runner = new ScenarioTestRunner(scenario, environment, environment.MailTemplates);
        return [.. file.Tests.Select(runner.Run).Select(result => new ShownTest(result.Test.Name, result.Test.Span.Line, result.IsPassed,
            [.. result.Failures.Select(failure => new ShownFailure(failure.Span.Line, failure.Span.Column, failure.Expected, failure.But))], result.Trace))];
    }

    public ShownStory Tell(Scenario scenario, ParseEnvironment environment, GivenPerson? given, Language language)
    {
        var guess = Invention.For(scenario, environment.Plan, environment.Policy, given?.Start ?? NextMorning(environment.Policy.Zone));
        var invention = given is null ? guess : guess with
        {
            Contact = given.Contact ?? guess.Contact,
            Account = given.Account ?? guess.Account,
            Properties = given.Properties ?? guess.Properties,
            Roles = given.Roles ?? guess.Roles,
            Happens = [.. (given.Happens ?? []).Select(happens => new InventedEvent(
                happens.Event is { Length: > 0 } name ? name : throw RefusedException.Missing("event", "login"), TimeSpan.FromHours(happens.AfterHours)))],
        };
        var shown = GivenPerson.Of(invention);
        if (invention.ToScript(scenario, environment.Plan, out var problem) is not { } script) return new(shown, [], [], problem, false);
        var until = invention.Start + Usual + (scenario.Trigger is Trigger.Inactivity silence ? silence.For.Exact : TimeSpan.Zero);
        var rehearsal = Rehearsal.Play(script, scenario, environment, until);
        var lines = rehearsal.Trace.Select(line => new ShownLine(line.At, line.Verb, line.Text, line.Decision is { } decision ? Explanation.Sentence(decision, rehearsal.ScenarioOf(decision.Scenario), language) : null, line.Step, line.Decision?.Reason.Code(), Mail(line.Mail, environment, language))).ToList();
        var broken = rehearsal.Simulator.Poisoned.Select(poisoned => $"{poisoned.Step ?? scenario.Name}: {poisoned.Error.Split('\n')[0].Trim()}").FirstOrDefault();
        return new(shown, lines, [.. rehearsal.Positions().Select(position => new ShownPlace(position.Step, position.Until is { } due && due < DateTimeOffset.MaxValue ? due : null))],
            broken, rehearsal.Simulator.Journal.Any(entry => entry.Reason == Reason.Entered));
    }

    // On a business morning, where most is sent at once and a reader follows the days easily.
    private DateTimeOffset NextMorning(string zoneId)
    {
        var zone = NodaTime.DateTimeZoneProviders.Tzdb[zoneId];
        var day = NodaTime.Instant.FromDateTimeOffset(clock.Now).InZone(zone).Date.PlusDays(1);
        while (day.DayOfWeek is NodaTime.IsoDayOfWeek.Saturday or NodaTime.IsoDayOfWeek.Sunday) day = day.PlusDays(1);
        return day.At(new NodaTime.LocalTime(10, 0)).InZoneLeniently(zone).ToDateTimeOffset().ToUniversalTime();
    }

    private static ShownMail? Mail(SimulatedSend? send, ParseEnvironment environment, Language language)
    {
        if (send is null) return null;
        try
        {
            var rendered = environment.MailTemplates is { } templates ? MailPreview.Render(send, templates, environment.Policy.Sender) : null;
            return new(send.Draft.Template, send.Draft.Locale, rendered?.Subject, null);
        }
        catch (TemplateException refused)
        {
            return new(send.Draft.Template, send.Draft.Locale, null, refused.In(language));
        }
    }
}

/// <param name="Trace">What happened, a line each.</param>
public sealed record ShownTest(string Name, int Line, bool IsPassed, IReadOnlyList<ShownFailure> Failures, IReadOnlyList<string> Trace);

public sealed record ShownFailure(int Line, int Column, string Expected, string But);

public sealed record GivenHappening(string? Event, double AfterHours);

/// <summary>The invented contact that a scenario is played with; what is left out is guessed, so that the scenario lets them in.</summary>
public sealed record GivenPerson(
    DateTimeOffset? Start, IReadOnlyDictionary<string, string>? Contact, IReadOnlyDictionary<string, string>? Account, IReadOnlyDictionary<string, string>? Properties,
    IReadOnlyList<string>? Roles, IReadOnlyList<GivenHappening>? Happens)
{
    internal static GivenPerson Of(Invention invention) => new(invention.Start, invention.Contact, invention.Account, invention.Properties, invention.Roles,
        [.. invention.Happens.Select(happens => new GivenHappening(happens.Event, happens.After.TotalHours))]);
}

/// <param name="Sentence">The decision in the reader's language; null for what came from outside and for a wait that begins.</param>
/// <param name="Mail">What left at this moment; null where this is no mail.</param>
public sealed record ShownLine(DateTimeOffset At, string Verb, string Text, string? Sentence, string? Step, string? Reason, ShownMail? Mail);

/// <param name="Problem">Why it could not be rendered.</param>
public sealed record ShownMail(string Template, string Locale, string? Subject, string? Problem);

public sealed record ShownPlace(string Step, DateTimeOffset? Until);

/// <param name="Person">With whom it was played.</param>
/// <param name="Standing">Where they stand in the end, if they still do.</param>
/// <param name="Problem">What could not be read or broke; null where nothing did.</param>
public sealed record ShownStory(GivenPerson Person, IReadOnlyList<ShownLine> Lines, IReadOnlyList<ShownPlace> Standing, string? Problem, bool HasEntered);
