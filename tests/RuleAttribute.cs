using Xunit.v3;

namespace Nurture;

/// <summary>The test proves these rules of SEMANTICS.md, by their numbers. A run can be asked for one: <c>-trait "Rule=23"</c>.</summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class)]
internal sealed class RuleAttribute(params int[] rules) : Attribute, ITraitAttribute
{
    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() =>
        [.. rules.Select(rule => KeyValuePair.Create("Rule", rule.ToString(System.Globalization.CultureInfo.InvariantCulture)))];
}
