using Nurture.Conditions;
using Nurture.Scenarios.Yaml;
using Nurture.Templating.Syntax;

namespace Nurture.Scenarios;

/// <summary>The steps that choose a way by chance, or go one again.</summary>
public sealed partial class ScenarioParser
{
    // A passage that goes on for longer than this is a scenario of its own.
    private const int MostTimes = 100;

    private Step.Split? ReadSplit(YamlNode value, string? id, SourceSpan span, IReadOnlyList<string>? heard)
    {
        if (value is YamlNode.Mapping)
        {
            source.Error(DiagnosticCodes.WrongShape, value.Span, "a split is a list of arms", "Each is one: - { share: 50%, then: […] }.");
            return null;
        }

        var arms = new List<SplitArm>();
        var items = source.List(value, "split")?.Items ?? [];
        foreach (var (index, item) in items.Index())
        {
            if (source.Map(item, "an arm of a split", "- { share: 50%, then: […] }") is not { } mapping) continue;
            var fields = new Fields(source, mapping, "an arm of a split");
            var share = source.Share(fields.Required("share", "How many go this way: share: 50%."), "share");
            var name = source.Name(fields["name"], "an arm") ?? ((char)('a' + (index % 26))).ToString();
            var then = ReadSteps(fields.RequiredOrNothing("then", "What it does: then: with steps, or then: [] for nothing.") is YamlNode.Scalar { IsEmpty: true } ? null : fields["then"], "then", heard);
            fields.RefuseOthers();
            if (arms.Exists(arm => arm.Name == name)) source.Error(DiagnosticCodes.Contradiction, item.Span, $"two arms of the split are called \"{name}\"", "Name them apart: name: long.");
            arms.Add(new(name, share ?? 0, then));
        }

        if (arms.Count < 2) source.Error(DiagnosticCodes.WrongShape, value.Span, "a split has at least two arms", "Each is one: - { share: 50%, then: […] }.");
        else if (!source.HasErrors && Math.Abs(arms.Sum(arm => arm.Share) - 1) > 0.0001)
            source.Error(DiagnosticCodes.BadValue, value.Span, $"the shares make {arms.Sum(arm => arm.Share) * 100:0.##}%, not 100%", "An arm for whoever is left has then: [].");
        var given = Claim(id, "split", span);
        for (var i = 0; i < arms.Count && i < items.Count; i++) positions[$"{given}/arm.{i}"] = items[i].Span;
        return new(given, arms, span);
    }

    private Step.Repeat? ReadRepeat(YamlNode value, Fields step, string? id, SourceSpan span, IReadOnlyList<string>? heard)
    {
        if (source.Map(value, "a repeat", "repeat: { times: 3, steps: […] }") is not { } mapping) return null;
        var fields = new Fields(source, mapping, "a repeat");
        id = InnerId(fields, id, step);
        if (isInRepeat)
            source.Error(DiagnosticCodes.Contradiction, span, "a repeat stands inside a repeat", "Start another scenario from inside, or write its steps out.");
        var times = source.Whole(fields.Required("times", "Not more often than: times: 4."), "times", 1);
        if (times > MostTimes)
            source.Error(DiagnosticCodes.BadValue, fields["times"]!.Span, $"a repeat goes round {MostTimes} times at most", "What goes on for longer begins anew: trigger: { every: 7d, from: … }.");
        var wasInRepeat = isInRepeat;
        isInRepeat = true;
        var until = ReadCondition(fields["until"], "until", Scope(heard));
        var steps = ReadSteps(fields.Required("steps", "What is done again: steps: with its list."), "steps", heard is null ? null : []);
        isInRepeat = wasInRepeat;
        fields.RefuseOthers();
        if (steps.Count == 0 && fields["steps"] is YamlNode.Sequence) source.Error(DiagnosticCodes.WrongShape, span, "a repeat without steps", "What is done again stands under steps:.");
        var given = Claim(id, "repeat", span);
        Remember(given, fields, "times", "until");
        return times is { } most ? new(given, most, until, steps, span) : null;
    }
}
