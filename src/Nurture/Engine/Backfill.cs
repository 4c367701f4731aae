using Nurture.Conditions;
using Nurture.Contacts;
using Nurture.Scenarios;

namespace Nurture.Engine;

/// <summary>
/// A trigger on state starts nobody of whom it was true when it was published (SEMANTICS.md 12). A backfill starts those,
/// as they are now.
/// </summary>
public static class Backfill
{
    /// <summary>Of whom the trigger asks whether it is true; null where it asks no state: an event, a date, a change, coming out of a segment.</summary>
    public static SubjectKind? KindOf(Trigger trigger) => trigger switch
    {
        Trigger.Segment { IsLeaving: true } => null,
        Trigger.Turning turning => turning.Of,
        Trigger.Band => SubjectKind.Account,
        _ => null,
    };

    /// <param name="context">Of a subject of that kind.</param>
    public static bool Holds(Trigger trigger, in ConditionContext context) => trigger switch
    {
        Trigger.Segment { IsLeaving: true } => false,
        Trigger.Turning turning => turning.When.Evaluate(context) == Truth.True,
        Trigger.Band band => context.Account?.Health is { } health && band.Bands.Contains(health.Band),
        _ => false,
    };
}
