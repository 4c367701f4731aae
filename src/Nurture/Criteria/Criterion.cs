using Nurture.Conditions;
using Nurture.Contacts;

namespace Nurture.Criteria;

/// <summary>The numbers are stored.</summary>
public enum CriterionKind : byte
{
    /// <summary>How many matching events.</summary>
    Count = 1,

    /// <summary>How many distinct contacts of the account did it.</summary>
    People = 2,
}

/// <summary>
/// A part of a condition that looks at events in a window, kept as a counter that knows when it changes.
/// </summary>
/// <param name="Key">A hash of everything else, stored with the counter: the same question asked twice is counted once.</param>
/// <param name="Where">Over the event's own fields; null for every event of that name.</param>
/// <param name="Window">(now − window, now]; null for ever.</param>
/// <param name="Keep">How many of the latest matching times are kept, enough to answer the comparison exactly (1 to 64).</param>
public sealed record Criterion(
    long Key, SubjectKind Subject, CriterionKind Kind, string EventName, Condition? Where, string WhereText, TimeSpan? Window, int Keep);
