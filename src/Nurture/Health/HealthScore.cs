using Nurture.Conditions;

namespace Nurture.Health;

/// <summary>One measure of a score.</summary>
/// <param name="Value">Null where it is not known.</param>
/// <param name="Points">0 to 100; null where the measure is left out.</param>
/// <param name="Share">What it brings to the score: the shares add up to it before caps.</param>
public sealed record HealthPart(Measure Measure, double? Value, double? Points, double Share);

/// <summary>What a definition makes of an account at a moment.</summary>
/// <param name="Score">0 to 100; null where too little is known.</param>
/// <param name="Coverage">The share of all weight that is known, 0 to 1.</param>
public sealed record HealthReading(double? Score, double Coverage, IReadOnlyList<HealthPart> Parts, IReadOnlyList<HealthCap> Caps);

/// <summary>
/// The score of an account: the weighted mean of what is known, no higher than the lowest cap (reference: Gainsight's
/// weights, with coverage shown). A function of state, definition and moment.
/// </summary>
public static class HealthScore
{
    public static HealthReading Read(HealthDefinition definition, in ConditionContext context)
    {
        var parts = new List<HealthPart>(definition.Measures.Count);
        var (known, all, isMissing) = (0d, 0d, false);
        foreach (var measure in definition.Measures)
        {
            var part = Read(measure, context);
            parts.Add(part);
            all += measure.Weight;
            if (part.Points is not null) known += measure.Weight;
            else isMissing |= measure.Absent == WhenAbsent.Required;
        }

        var coverage = all == 0 ? 0 : known / all;
        for (var i = 0; i < parts.Count; i++)
        {
            if (parts[i].Points is { } points) parts[i] = parts[i] with { Share = points * parts[i].Measure.Weight / known };
        }

        var caps = new List<HealthCap>();
        foreach (var cap in definition.Caps)
        {
            if (cap.When.Evaluate(context) == Truth.True) caps.Add(cap);
        }

        var isTooYoung = context.Account is { } account && context.At < account.CreatedAt + definition.Grace;
        double? score = isMissing || isTooYoung || known == 0 || coverage < definition.MinCoverage
            ? null
            : caps.Aggregate(parts.Sum(part => part.Share), (least, cap) => Math.Min(least, cap.Most));
        return new(score, coverage, parts, caps);
    }

    private static HealthPart Read(Measure measure, in ConditionContext context)
    {
        var amount = measure.Value.Read(context);
        if (amount.Kind == AmountKind.Absent && measure.Absent == WhenAbsent.Zero) return new(measure, 0, measure.Scale.At(0), 0);
        if (amount.Kind != AmountKind.Known) return new(measure, null, null, 0);
        // A counter that knows only part of its window may still know enough: where the scale is flat, both bounds are the same.
        var (low, high) = (measure.Scale.At(amount.Low), measure.Scale.At(amount.High));
        return Math.Abs(low - high) < 1e-9 ? new(measure, amount.Low, low, 0) : new(measure, null, null, 0);
    }

    /// <summary>The earliest moment after <c>context.At</c> at which the reading may be another one if nothing happens.</summary>
    public static DateTimeOffset? NextChange(HealthDefinition definition, in ConditionContext context)
    {
        DateTimeOffset? next = null;
        foreach (var measure in definition.Measures) next = Sooner(next, measure.Value.NextChange(context, measure.Scale.First, measure.Scale.Last));
        foreach (var condition in definition.Conditions) next = Sooner(next, condition.NextChange(context));
        if (context.Account is { } account && context.At < account.CreatedAt + definition.Grace) next = Sooner(next, account.CreatedAt + definition.Grace);
        return next;
    }

    /// <summary>
    /// The band of a score, given the one it was in: an edge is passed by the margin, except that the worst band is fallen
    /// into at once (reference/customer-success.md §3.1 F: as many leavers found, two thirds fewer false returns).
    /// </summary>
    /// <param name="was">Null for a first reading, which has no history to be steady about.</param>
    public static HealthBand BandOf(HealthDefinition definition, double? score, HealthBand? was)
    {
        if (score is not { } points) return HealthBand.Unknown;
        var bare = definition.Bands.First(rule => rule.Band != HealthBand.Unknown && points >= rule.From).Band;
        if (was is not { } before || before == HealthBand.Unknown || bare == before || bare == HealthBand.AtRisk) return bare;
        var steady = before;
        if (bare > before)
        {
            // As many bands up as the score is clear of.
            foreach (var rule in definition.Bands.Where(rule => rule.Band > before && rule.Band <= bare).OrderBy(rule => rule.Band))
            {
                if (points >= rule.From + definition.Margin) steady = rule.Band;
            }
        }
        else if (points < definition.Bands.First(rule => rule.Band == before).From - definition.Margin)
        {
            steady = bare;
        }

        return steady;
    }

    private static DateTimeOffset? Sooner(DateTimeOffset? one, DateTimeOffset? other) => one is null || other < one ? other ?? one : one;
}
