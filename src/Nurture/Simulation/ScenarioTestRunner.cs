using Nurture.Scenarios;
using Nurture.Scenarios.Testing;
using Nurture.Templates;
using Nurture.Templating.Syntax;

namespace Nurture.Simulation;

/// <summary>What is not as a test expects: <c>day 4 09:00  send  setup-help to ann</c>, and what was instead.</summary>
public sealed record ScenarioTestFailure(SourceSpan Span, string Expected, string But);

/// <param name="Trace">What happened and was decided, a line each.</param>
public sealed record ScenarioTestResult(ScenarioTest Test, IReadOnlyList<ScenarioTestFailure> Failures, IReadOnlyList<string> Trace)
{
    public bool IsPassed => Failures.Count == 0;

    /// <summary>Steps and ways that it came to, as <see cref="ScenarioCoverage"/> names them.</summary>
    public IReadOnlySet<string> Reached { get; init; } = new HashSet<string>();
}

/// <summary>Runs the tests of one scenario: the engine that production runs, on virtual time. Every mail that leaves is rendered.</summary>
/// <param name="templates">Null where they are not at hand: then no mail is rendered.</param>
public sealed class ScenarioTestRunner(Scenario scenario, ParseEnvironment environment, MailTemplateLibrary? templates)
{
    // Long enough for every wait and window; only due moments cost anything.
    private static readonly TimeSpan Aftermath = TimeSpan.FromDays(366);

    public ScenarioTestResult Run(ScenarioTest test)
    {
        var last = test.When.Select(action => action.At).Concat(test.Expect.Select(expected => expected.At ?? test.Start)).Append(test.NothingAfter ?? test.Start).Append(test.Start).Max();
        var rehearsal = Rehearsal.Play(test, scenario, environment, last + Aftermath, scheduledUntil: last);
        var time = new VirtualTime(test.Start, test.Zone);
        return new(test, new ScenarioTestJudge(test, rehearsal, time, templates).Judge(), TraceLine.Columns(rehearsal.Trace, time)) { Reached = ScenarioCoverage.ReachedIn(scenario, rehearsal) };
    }
}
