using Nurture.Health;
using Nurture.Scenarios;
using Nurture.Server.Hosting;
using Nurture.Storage;
using Nurture.Templates;
using Nurture.Templating.Syntax;

namespace Nurture.Server.Publishing;

/// <summary>
/// Holds new segments against what asks the ones before: a scenario that is live or is being prepared, a version that
/// somebody still stands in, a broadcast that is to come, the health definition. None of them may lose what it asks.
/// </summary>
public sealed class SegmentUses(EnrollmentStore enrollments, WalkStore walks, BusinessClock clock)
{
    /// <param name="environment">With the new segments.</param>
    /// <param name="replaced">Scenarios that are published together with them, and checked by themselves.</param>
    /// <param name="health">The definition that stays; null where there is none, or a new one is published too.</param>
    public async Task<IReadOnlyList<Diagnostic>> CheckAsync(
        string file, ParseEnvironment environment, PublishedCatalog current, IReadOnlyCollection<string> replaced, HealthDefinition? health, CancellationToken cancel)
    {
        var found = new List<Diagnostic>();
        foreach (var scenario in current.Catalog.Versions.Values.Select(version => version.Scenario).DistinctBy(scenario => (Scenario.FamilyOf(scenario.Name), scenario.Version)).OrderBy(scenario => scenario.Name, StringComparer.Ordinal).ThenBy(scenario => scenario.Version))
        {
            var asked = CatalogIndex.SegmentsOf(scenario).Select(segment => segment.Name).ToList();
            if (asked.Count == 0) continue;
            var mistakes = ScenarioParser.Parse(scenario.Text, $"{scenario.Name}.yaml", environment).Diagnostics;
            if (Complaint($"the scenario \"{Scenario.FamilyOf(scenario.Name)}\" (version {scenario.Version})", asked, mistakes) is { } complaint && await IsInUseAsync(scenario, current, replaced, cancel)) found.Add(complaint);
        }

        if (health?.Segments.Any() == true)
        {
            var mistakes = HealthReader.Read(health.Text, ScenarioLibrary.HealthFile, environment.Plan, environment.Segments).Diagnostics;
            if (Complaint("the health definition", health.Segments.Select(segment => segment.Name), mistakes) is { } complaint) found.Add(complaint);
        }

        var types = current.Catalog.PreparingEscalations ?? current.Catalog.Escalations;
        if (environment.Escalations == types && Complaint("a playbook of escalations.yaml", types.Segments.Select(segment => segment.Name), []) is { } playbooks) found.Add(playbooks);

        // Those that are published together with them are checked by themselves.
        foreach (var mail in (environment.MailTemplates?.All ?? []).Intersect(current.Templates.All))
        {
            if (MailFacts.Check(mail, environment.Plan, environment.Segments).FirstOrDefault(mistake => mistake.Severity == Severity.Error) is { } first)
                found.Add(new(DiagnosticCodes.SegmentInUse, Severity.Error, file, new SourceSpan(0, 0, 1, 1), $"the mail \"{mail.Name}.{mail.Locale}\" can no longer ask the segments that it names: {first.Message}", "Keep the segment, or publish first what asks it without it."));
        }

        return found;

        Diagnostic? Complaint(string who, IEnumerable<string> asked, IReadOnlyList<Diagnostic> mistakes)
        {
            var said = asked.FirstOrDefault(name => environment.Segments.Find(name) is null) is { } missing
                ? $"{who} asks the segment \"{missing}\", which is not defined here any more."
                : mistakes.FirstOrDefault(mistake => mistake.Severity == Severity.Error) is { } first ? $"{who} can no longer ask the segments that it names: {first.Message}" : null;
            return said is null ? null : new(DiagnosticCodes.SegmentInUse, Severity.Error, file, new SourceSpan(0, 0, 1, 1), said, "Keep the segment, or publish first what asks it without it.");
        }
    }

    private async Task<bool> IsInUseAsync(Scenario scenario, PublishedCatalog current, IReadOnlyCollection<string> replaced, CancellationToken cancel)
    {
        var isCurrent = current.Catalog.Live.GetValueOrDefault(scenario.Name)?.Scenario.Version == scenario.Version
            || current.Preparing.Any(document => document.Kind == "scenario" && document.Name == Scenario.FamilyOf(scenario.Name) && document.Version == scenario.Version);
        if (isCurrent && !replaced.Contains(Scenario.FamilyOf(scenario.Name)) && !await IsOverAsync(scenario, cancel)) return true;
        return await enrollments.IsStoodInAsync(new ScenarioNames(current.Catalog.NamesOf(Scenario.FamilyOf(scenario.Name))), scenario.Version, cancel);
    }

    /// <summary>Whether its schedule comes no more and everybody has been asked, as after a broadcast.</summary>
    private async Task<bool> IsOverAsync(Scenario scenario, CancellationToken cancel) =>
        scenario.Trigger is Trigger.Schedule schedule
        && schedule.Timing.NextAfter(clock.Now) is null
        && (await walks.LatestAsync(cancel)).Any(walk => walk.Scenario == scenario.Name && walk.State != WalkState.Walking);
}
