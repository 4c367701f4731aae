using Xunit.v3;

namespace Nurture;

/// <summary>The test proves these rules of SEMANTICS.md, by their numbers. A run can be asked for one: <c>-trait "Rule=23"</c>.</summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class)]
internal sealed class RuleAttribute(params int[] rules) : Attribute, ITraitAttribute
{
    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() =>
        [.. rules.Select(rule => KeyValuePair.Create("Rule", rule.ToString(System.Globalization.CultureInfo.InvariantCulture)))];
}

/// <summary>What hurts the users of other engines, by its numbers, does not happen here.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LessonAttribute(params int[] lessons) : Attribute, ITraitAttribute
{
    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() =>
        [.. lessons.Select(lesson => KeyValuePair.Create("Lesson", lesson.ToString(System.Globalization.CultureInfo.InvariantCulture)))];
}
