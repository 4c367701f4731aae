using Nurture.Scenarios.Yaml;

namespace Nurture.Scenarios;

/// <summary>One mail to many at one time, as its author fills it in. It is published as a scenario, so that every promise of scenarios is its too.</summary>
/// <param name="Condition">Who receives it; empty is everybody.</param>
/// <param name="At">A local time on the company's clock: <c>2026-12-01T09:00</c>.</param>
/// <param name="Pace">How many may enter in a time, <c>2000/h</c>; empty lets all enter at once.</param>
/// <param name="Throttle">How many mails may leave in a time; empty lets all leave that may.</param>
public sealed record Broadcast(string Title, string Owner, string Template, SendClass Class, string Topic, string Condition, string At, string Pace, string Throttle = "")
{
    /// <summary>The template's subjects that are tested, with how many and for how long; null tests none.</summary>
    public (IReadOnlyList<string> Arms, string Share, string After)? SubjectTest { get; init; }

    /// <summary>The scenario's text. Every value stands on a line of its own, so that what is wrong with it can be said of its field.</summary>
    /// <param name="fields">By line, counted from 1: the field that stands there.</param>
    public string ToText(string name, string zone, out IReadOnlyDictionary<int, string> fields)
    {
        var lines = new List<string>();
        var places = new Dictionary<int, string>();
        Line("", $"scenario: {name}");
        Line("title", $"title: {Text(Title)}");
        Line("", $"owner: {Text(Owner)}");
        Line("", "purpose: A broadcast");
        Line("class", $"class: {Class.ToString().ToLowerInvariant()}");
        if (Topic.Length > 0) Line("topic", $"topic: {Text(Topic)}");
        Line("at", "trigger:");
        Line("at", $"  at: {Text(At)}");
        Line("at", $"  zone: {zone}");
        if (Pace.Length > 0) Line("pace", $"  pace: {Text(Pace)}");
        if (Condition.Length > 0) Line("condition", $"audience: {Text(Condition)}");
        Line("", "goal: none");
        Line("template", "steps:");
        if (Throttle.Length == 0 && SubjectTest is null) Line("template", $"  - send: {Text(Template)}");
        else
        {
            Line("template", "  - send:");
            Line("template", $"      template: {Text(Template)}");
            if (SubjectTest is var (arms, share, after))
            {
                Line("subject_share", "      subject_test:");
                Line("subject_share", $"        arms: [{string.Join(", ", arms.Select(Text))}]");
                Line("subject_share", $"        share: {Text(share)}");
                Line("subject_after", $"        after: {Text(after)}");
            }

            if (Throttle.Length > 0)
            {
                Line("throttle", $"      throttle: {Text(Throttle)}");
                // Whoever stands in line is not to miss it for that.
                Line("throttle", "      expires: 30d");
            }
        }

        fields = places;
        return string.Join('\n', lines) + "\n";

        void Line(string field, string text)
        {
            lines.Add(text);
            if (field.Length > 0) places[lines.Count] = field;
        }
    }

    private static string Text(string value) => YamlTraps.Quoted(value.ReplaceLineEndings(" "));
}
