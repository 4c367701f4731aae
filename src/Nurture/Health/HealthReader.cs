using System.Globalization;
using Nurture.Conditions;
using Nurture.Contacts;
using Nurture.Scenarios;
using Nurture.Scenarios.Yaml;
using Nurture.Segments;

namespace Nurture.Health;

/// <summary><c>health.yaml</c> to <see cref="HealthDefinition"/>. Never throws: all mistakes are collected, each at its line.</summary>
public sealed class HealthReader
{
    private readonly YamlSource source;
    private readonly TrackingPlan plan;
    private readonly SegmentSet segments;

    private HealthReader(string text, string file, TrackingPlan plan, SegmentSet segments) => (source, this.plan, this.segments) = (new(text, file), plan, segments);

    /// <returns>The definition is null exactly when a diagnostic is an error.</returns>
    public static (HealthDefinition? Definition, IReadOnlyList<Diagnostic> Diagnostics) Read(string text, string file, TrackingPlan plan, SegmentSet segments)
    {
        var reader = new HealthReader(text, file, plan, segments);
        HealthDefinition? definition = null;
        if (YamlReader.Read(reader.source) is { } root) definition = reader.ReadDefinition(root, text);
        else if (!reader.source.HasErrors)
            reader.source.Error(DiagnosticCodes.Empty, reader.source.Span(0, 0), "nothing stands in this file", "A health definition begins with \"health: its-name\".");
        return (reader.source.HasErrors ? null : definition, reader.source.Sorted());
    }

    private HealthDefinition? ReadDefinition(YamlNode root, string text)
    {
        if (source.Map(root, "a health definition", "It has health:, measures: and bands:.") is not { } mapping) return null;
        var fields = new Fields(source, mapping, "the health definition");
        var name = source.Name(fields.Required("health", "The first line is its name: health: standard."), "a health definition");
        var title = source.Text(fields["title"], "title");
        var audience = ReadCondition(fields["for"], "for");
        var grace = source.Exact(fields["grace"], "grace") ?? TimeSpan.Zero;
        var measures = new List<Measure>();
        var measuresNode = fields.Required("measures", "What it is made of: - id: logins with value:, scale: and weight:.");
        foreach (var item in source.List(measuresNode, "measures")?.Items ?? [])
        {
            if (ReadMeasure(item) is not { } measure) continue;
            if (measures.Exists(known => known.Id == measure.Id)) source.Error(DiagnosticCodes.DuplicateKey, item.Span, $"there is a measure \"{measure.Id}\" already", "Name one of them otherwise.");
            measures.Add(measure);
        }

        if (measuresNode is YamlNode.Sequence { Items.Count: 0 }) source.Error(DiagnosticCodes.MissingKey, measuresNode.Span, "a score of no measures says nothing");
        var caps = new List<HealthCap>();
        foreach (var item in source.List(fields["caps"], "caps")?.Items ?? [])
        {
            if (ReadCap(item) is { } cap) caps.Add(cap);
        }

        var coverage = source.Share(fields["min_coverage"], "min_coverage") ?? 0;
        var bands = ReadBands(fields.Required("bands", "How scores read: bands: { healthy: { from: 70 }, watch: { from: 40 } }."));
        var margin = ReadNumber(fields["margin"], "margin", 0, 50) ?? 0;
        fields.RefuseOthers();
        if (name is null || bands is null) return null;
        var definition = new HealthDefinition
        {
            Name = name,
            Title = title ?? "",
            For = audience,
            Grace = grace,
            Measures = measures,
            Caps = caps,
            MinCoverage = coverage,
            Bands = bands,
            Margin = margin,
            Text = text,
        };
        return definition with { Meaning = SegmentSet.MeaningOf(definition.Segments) };
    }

    private Measure? ReadMeasure(YamlNode node)
    {
        if (source.Map(node, "a measure", "- { id: logins, value: 'count(\"login\", \"14d\")', scale: [[0, 0], [10, 100]], weight: 40 }") is not { } mapping) return null;
        var fields = new Fields(source, mapping, "a measure");
        var id = source.Name(fields.Required("id", "A short name for it: id: logins."), "a measure");
        var title = source.Text(fields["title"], "title");
        var group = source.Text(fields["group"], "group");
        var weight = ReadNumber(fields.Required("weight", "How much it counts beside the others: weight: 40."), "weight", 0.001, 1_000_000);
        var scale = ReadScale(fields.Required("scale", "From values to points: scale: [[0, 0], [2, 40], [16, 100]]."));
        var absent = source.OneOf(fields["absent"], "what a missing value means",
            ("reweight", WhenAbsent.Reweight), ("zero", WhenAbsent.Zero), ("required", WhenAbsent.Required)) ?? WhenAbsent.Reweight;
        var value = ReadQuantity(fields.Required("value", "What is measured: value: 'count(\"login\", \"14d\")'."), scale?.Last ?? 1);
        fields.RefuseOthers();
        return id is null || weight is null || scale is null || value is null ? null : new(id, title ?? id, group ?? "", weight.Value, value, scale, absent);
    }

    private Scale? ReadScale(YamlNode? node)
    {
        if (source.List(node, "scale") is not { } list) return null;
        var corners = new List<(double, double)>();
        foreach (var item in list.Items)
        {
            if (item is not YamlNode.Sequence { Items: [var value, var points] })
            {
                source.Error(DiagnosticCodes.WrongShape, item.Span, "a corner of a scale is a value and its points", "For example [2, 40].");
                return null;
            }

            if (ReadNumber(value, "a value", double.MinValue, double.MaxValue) is not { } x || ReadNumber(points, "points", 0, 100) is not { } y) return null;
            corners.Add((x, y));
        }

        if (corners.Count < 2)
        {
            source.Error(DiagnosticCodes.BadValue, list.Span, "a scale has at least two corners", "For example [[0, 0], [10, 100]].");
            return null;
        }

        var steps = corners.Zip(corners.Skip(1)).ToList();
        if (steps.Exists(step => step.Second.Item1 <= step.First.Item1))
        {
            source.Error(DiagnosticCodes.BadValue, list.Span, "the values of a scale rise from corner to corner", "Sort them; points may fall: [[3, 100], [30, 0]].");
            return null;
        }

        if (steps.Exists(step => step.Second.Item2 > step.First.Item2) && steps.Exists(step => step.Second.Item2 < step.First.Item2))
        {
            source.Error(DiagnosticCodes.BadValue, list.Span, "the points of a scale rise all along, or fall all along", "Two measures say two things.");
            return null;
        }

        return new(corners);
    }

    private HealthCap? ReadCap(YamlNode node)
    {
        if (source.Map(node, "a cap", "- { when: 'ever(\"subscription_cancelled\")', max: 20, because: It was cancelled }") is not { } mapping) return null;
        var fields = new Fields(source, mapping, "a cap");
        var when = ReadCondition(fields.Required("when", "While what holds: when: a condition."), "when");
        var most = ReadNumber(fields.Required("max", "The highest score meanwhile: max: 39."), "max", 0, 100);
        var because = source.Text(fields.Required("because", "Shown beside the score: because: It was cancelled."), "because");
        fields.RefuseOthers();
        return when is null || most is null || because is null ? null : new(when, most.Value, because);
    }

    private List<BandRule>? ReadBands(YamlNode? node)
    {
        if (source.Map(node, "bands", "bands: { healthy: { from: 70 }, watch: { from: 40 } }") is not { } mapping) return null;
        var fields = new Fields(source, mapping, "bands");
        var healthy = ReadBand(fields, HealthBand.Healthy);
        var watch = ReadBand(fields, HealthBand.Watch);
        var (atRisk, unknown) = (ReadBand(fields, HealthBand.AtRisk), ReadBand(fields, HealthBand.Unknown));
        fields.RefuseOthers();
        if (healthy is null || watch is null || atRisk is null || unknown is null) return null;
        if (healthy.From > watch.From && watch.From > 0) return [healthy, watch, atRisk, unknown];
        source.Error(DiagnosticCodes.NeverMeets, mapping.Span, "healthy begins above watch, and watch above 0", "For example healthy from 70 and watch from 40.");
        return null;
    }

    private BandRule? ReadBand(Fields bands, HealthBand band)
    {
        var word = HealthBands.Word(band);
        var hasEdge = band is HealthBand.Healthy or HealthBand.Watch;
        var node = hasEdge ? bands.Required(word, $"From which score on: {word}: {{ from: 70 }}.") : bands[word];
        if (source.Map(node, Wording.Verbatim(word)) is not { } mapping) return hasEdge ? null : new(band, 0, null, bands.HeadSpan);
        var fields = new Fields(source, mapping, $"the band \"{word}\"");
        var from = hasEdge ? ReadNumber(fields.Required("from", "The lowest score of it: from: 70."), "from", 0, 100) : 0;
        var none = source.Text(fields["none"], "none");
        fields.RefuseOthers();
        return from is { } edge ? new(band, edge, none, bands.KeySpan(word)!.Value) : null;
    }

    private double? ReadNumber(YamlNode? node, Wording what, double least, double most)
    {
        if (source.Text(node, what) is not { } written) return null;
        if (double.TryParse(written, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most) return number;
        source.Error(DiagnosticCodes.BadValue, node!.Span, $"\"{written}\" is not a number, as {what} has to be",
            most < double.MaxValue ? (Wording)$"From {least.ToString(CultureInfo.InvariantCulture)} to {most.ToString(CultureInfo.InvariantCulture)}." : null);
        return null;
    }

    private ConditionScope Scope => new() { Subject = SubjectKind.Account, Plan = plan, Segments = segments, File = source.File, Origin = new(0, 0, 1, 1) };

    private Condition? ReadCondition(YamlNode? node, Wording what) => source.Expression(node, what, (text, found) => Condition.Compile(text, Scope, found));

    private Quantity? ReadQuantity(YamlNode? node, double most) => source.Expression(node, "value", (text, found) => Quantity.Compile(text, most, Scope, found));
}
