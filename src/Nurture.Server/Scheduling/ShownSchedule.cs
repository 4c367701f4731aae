using Nurture.Scenarios;
using Nurture.Server.Api;
using Nurture.Storage;

namespace Nurture.Server.Scheduling;

/// <param name="Timing">As written: five fields of cron, or a local time; on the clock of <paramref name="Zone"/>.</param>
/// <param name="IsPaused">Then a moment that comes starts nothing, and a walk stands still.</param>
/// <param name="NextAt">Null where nothing is to come.</param>
/// <param name="Running">The walk over everybody that is under way; null where none is.</param>
/// <param name="Last">The latest one that is over; null before the first.</param>
public sealed record ShownSchedule(
    string Scenario, string Title, int Version, string Timing, string Zone, string? Pace, bool IsPaused, DateTimeOffset? NextAt, ShownWalk? Running, ShownWalk? Last)
{
    internal static ShownSchedule Of(PublishedScenario published, DateTimeOffset? nextAt, ScenarioWalk? latest)
    {
        var schedule = (Trigger.Schedule)published.Scenario.Trigger;
        return new(
            published.Scenario.Name, published.Scenario.Title, published.Scenario.Version, schedule.Timing.ToString()[..^(schedule.Timing.Zone.Length + 1)], schedule.Timing.Zone,
            schedule.Pace?.ToString(), published.IsPaused, nextAt,
            latest is { State: WalkState.Walking } ? ShownWalk.Of(latest) : null, latest is { State: not WalkState.Walking } ? ShownWalk.Of(latest) : null);
    }
}

/// <param name="Moment">The scheduled one.</param>
/// <param name="State"><c>walking</c>, <c>done</c>, <c>missed</c>.</param>
/// <param name="Because">Why it was missed.</param>
/// <param name="Asked">Of how many subjects so far, and how many of them entered.</param>
public sealed record ShownWalk(DateTimeOffset Moment, string State, string? Because, long Asked, long Entered, long Subjects, DateTimeOffset BeganAt, DateTimeOffset? EndedAt)
{
    internal static ShownWalk Of(ScenarioWalk walk) =>
        new(walk.Moment, ApiJson.Word(walk.State), walk.Reason.Length > 0 ? walk.Reason : null, walk.Asked, walk.Entered, walk.Subjects, walk.BeganAt, walk.EndedAt);
}
