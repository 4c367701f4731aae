using Nurture.Criteria;

namespace Nurture.Conditions;

public sealed partial class Condition
{
    public string Text => throw new NotImplementedException();
    public IReadOnlyList<Criterion> Criteria => throw new NotImplementedException();
    public IReadOnlyList<EventPredicate> Events => throw new NotImplementedException();
    /// <summary>Whether it reads attributes of the person or of the account.</summary>
    public bool ReadsContact => throw new NotImplementedException();
    public bool ReadsAccount => throw new NotImplementedException();
    public Truth Evaluate(in ConditionContext context) => throw new NotImplementedException();
    /// <summary>The earliest instant after <c>context.At</c> at which the answer may differ if nothing happens; null for never.</summary>
    public DateTimeOffset? NextChange(in ConditionContext context) => throw new NotImplementedException();
    /// <summary>Null exactly when a diagnostic is an error.</summary>
    public static Condition? Compile(string text, ConditionScope scope, ICollection<Nurture.Scenarios.Diagnostic> diagnostics) => throw new NotImplementedException();
}
