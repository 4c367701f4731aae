using Nurture.Engine;
using Nurture.Sends;

namespace Nurture.Escalations;

/// <summary>A time in which a case was put aside: from (inclusive) until (exclusive).</summary>
public sealed record CasePause(DateTimeOffset From, DateTimeOffset Until);

/// <summary>By when a case is to be taken and resolved, and when it is called to mind; null for no promise.</summary>
public sealed record CaseClocks(DateTimeOffset? AcknowledgeBy, DateTimeOffset? ResolveBy, DateTimeOffset? RemindAt)
{
    public static CaseClocks Start(EscalationType type, DateTimeOffset at, LocalClock clock)
    {
        return new(After(type.Acknowledge), After(type.Resolve), After(type.Remind));

        DateTimeOffset? After(Scenarios.Duration? length) =>
            length is not { } given ? null : type.Hours is { } hours ? Calendar.AddWithin(at, given, hours, clock) : Calendar.Add(at, given, clock);
    }

    /// <summary>What was left when the pause began is left when it ends. What had run out by then stays as it was.</summary>
    /// <param name="hours">In which the clocks run; null where they run always.</param>
    public CaseClocks After(CasePause pause, AllowedHours? hours, LocalClock clock)
    {
        return new(Moved(AcknowledgeBy), Moved(ResolveBy), Moved(RemindAt));

        DateTimeOffset? Moved(DateTimeOffset? due) => due is not { } at || at <= pause.From || pause.Until <= pause.From ? due
            : hours is null ? at + (pause.Until - pause.From)
            : Calendar.AddWithin(pause.Until, Calendar.Within(pause.From, at, hours, clock), hours, clock);
    }
}
