using Nurture.Scenarios;

namespace Nurture.Health;

/// <summary>Each band is answered in one place: by a scenario whose trigger it is, or by a reason why nothing answers it (SEMANTICS.md 52).</summary>
public static class BandAnswers
{
    public static IEnumerable<Diagnostic> Check(HealthDefinition definition, string file, IEnumerable<Scenario> scenarios)
    {
        var answered = scenarios.Select(scenario => scenario.Trigger).OfType<Trigger.Band>().SelectMany(trigger => trigger.Bands).ToHashSet();
        foreach (var rule in definition.Bands)
        {
            var word = HealthBands.Word(rule.Band);
            if (rule.None is null && !answered.Contains(rule.Band))
                yield return new(DiagnosticCodes.BandUnanswered, Severity.Error, file, rule.Span, $"No scenario answers the band \"{word}\".", $"Write one with trigger: {{ band: {word} }}, or say why not: {word}: {{ none: \"because …\" }}.");
            else if (rule.None is not null && answered.Contains(rule.Band))
                yield return new(DiagnosticCodes.BandUnanswered, Severity.Warning, file, rule.Span, $"A scenario answers the band \"{word}\", and this file says that none does.", "Take none: away.");
        }
    }
}
