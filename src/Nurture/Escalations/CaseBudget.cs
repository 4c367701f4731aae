using Nurture.Scenarios;

namespace Nurture.Escalations;

/// <summary>How many new cases a human gets in a time (SEMANTICS.md 46).</summary>
public static class CaseBudget
{
    /// <summary>Cases that were let through later than this count at a moment.</summary>
    public static DateTimeOffset CountsSince(Pace budget, DateTimeOffset at) => at - budget.Per;

    public static bool IsLeft(Pace budget, DateTimeOffset at, IEnumerable<DateTimeOffset> opened) => opened.Count(one => one > CountsSince(budget, at)) < budget.Count;
}
