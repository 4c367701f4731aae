using Nurture.Conditions;
using Nurture.Criteria;
using Nurture.Segments;
using Nurture.Templating.Syntax;

namespace Nurture.Health;

/// <summary>What a missing value of a measure means.</summary>
public enum WhenAbsent
{
    /// <summary>The measure is left out, and the others weigh more.</summary>
    Reweight,

    /// <summary>As the number 0: nothing done is a sign.</summary>
    Zero,

    /// <summary>Without it nothing is said of the account.</summary>
    Required,
}

/// <summary>From a value to points, 0 to 100: linear between corners, flat outside of them.</summary>
/// <param name="Corners">By ascending value; points rise all along, or fall.</param>
public sealed record Scale(IReadOnlyList<(double Value, double Points)> Corners)
{
    public double First => Corners[0].Value;

    public double Last => Corners[^1].Value;

    public double At(double value)
    {
        if (value <= First) return Corners[0].Points;
        for (var i = 1; i < Corners.Count; i++)
        {
            var (from, to) = (Corners[i - 1], Corners[i]);
            if (value <= to.Value) return from.Points + (to.Points - from.Points) * (value - from.Value) / (to.Value - from.Value);
        }

        return Corners[^1].Points;
    }
}

/// <param name="Weight">Relative to the other measures'.</param>
public sealed record Measure(string Id, string Title, string Group, double Weight, Quantity Value, Scale Scale, WhenAbsent Absent);

/// <summary>Whatever the measures say, no more than <paramref name="Most"/> points while the condition holds.</summary>
public sealed record HealthCap(Condition When, double Most, string Because);

/// <param name="From">The lowest score of the band.</param>
/// <param name="None">Why no scenario answers it; null where one has to (SEMANTICS.md 52).</param>
/// <param name="Span">Where it stands in its file.</param>
public sealed record BandRule(HealthBand Band, double From, string? None, SourceSpan Span);

/// <summary>A published health definition: how an account's score is made, and how it reads. Immutable.</summary>
public sealed record HealthDefinition
{
    public required string Name { get; init; }

    /// <summary>0 until published.</summary>
    public int Version { get; init; }

    public string Title { get; init; } = "";

    /// <summary>Which accounts are scored; null for all.</summary>
    public Condition? For { get; init; }

    /// <summary>Nothing is said of an account younger than this.</summary>
    public TimeSpan Grace { get; init; }

    public required IReadOnlyList<Measure> Measures { get; init; }

    public IReadOnlyList<HealthCap> Caps { get; init; } = [];

    /// <summary>The share of all weight that must be known, 0 to 1.</summary>
    public double MinCoverage { get; init; }

    /// <summary>Every band, the best first; <see cref="HealthBand.Unknown"/> last.</summary>
    public required IReadOnlyList<BandRule> Bands { get; init; }

    /// <summary>How far beyond an edge a score has to be before the band changes; a fall into the worst one is immediate.</summary>
    public double Margin { get; init; }

    public required string Text { get; init; }

    /// <summary>Segments that it names, in measures and conditions.</summary>
    public IEnumerable<Segment> Segments => Measures.SelectMany(measure => measure.Value.Segments).Concat(Conditions.SelectMany(condition => condition.Segments));

    /// <summary>What its segments mean: another number when one of them is defined anew, which is as good as a new definition of health.</summary>
    public long Meaning { get; init; }

    public IEnumerable<Condition> Conditions => Caps.Select(cap => cap.When).Concat(For is null ? [] : [For]);

    public IEnumerable<Criterion> Criteria => Measures.SelectMany(measure => measure.Value.Criteria).Concat(Conditions.SelectMany(condition => condition.Criteria));
}
