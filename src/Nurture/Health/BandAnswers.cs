using Nurture.Scenarios;

namespace Nurture.Health;

/// <summary>Each band is answered in one place: by a scenario whose trigger it is, or by a reason why nothing answers it (SEMANTICS.md 52).</summary>
public static class BandAnswers
{
    public static IEnumerable<Diagnostic> Check(HealthDefinition definition, string file, IEnumerable<Scenario> scenarios)
    {
        var answers = scenarios.SelectMany(scenario => scenario.Trigger is Trigger.Band trigger ? trigger.Bands.Select(band => (Band: band, Scenario: scenario)) : []).ToLookup(answer => answer.Band, answer => answer.Scenario);
        foreach (var rule in definition.Bands)
        {
            var word = HealthBands.Word(rule.Band);
            if (rule.None is null && !answers.Contains(rule.Band))
                yield return new(DiagnosticCodes.BandUnanswered, Severity.Error, file, rule.Span, $"No scenario answers the band \"{word}\".", $"Write one with trigger: {{ band: {word} }}, or say why not: {word}: {{ none: \"because …\" }}.");
            else if (rule.None is not null && answers.Contains(rule.Band))
                yield return new(DiagnosticCodes.BandUnanswered, Severity.Warning, file, rule.Span, $"A scenario answers the band \"{word}\", and this file says that none does.", "Take none: away.");
            // Rows are one scenario; two that ask for different accounts share the band between them.
            if (answers[rule.Band].GroupBy(scenario => Scenario.FamilyOf(scenario.Name)).Select(family => family.First()).ToList() is { Count: > 1 } several && several.GroupBy(scenario => scenario.Audience?.Text).ToList() is var byAudience && (byAudience.Count < several.Count || byAudience.Exists(group => group.Key is null)))
                yield return new(DiagnosticCodes.BandUnanswered, Severity.Warning, file, rule.Span, $"The band \"{word}\" starts {Suggestions.Listed(several.Select(scenario => scenario.Name).Order(StringComparer.Ordinal))}, all of them for the same account.", "Make them one scenario, or say in the audience: of each which accounts it is for.");
        }
    }
}
