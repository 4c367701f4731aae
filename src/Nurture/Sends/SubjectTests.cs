using Nurture.Engine;
using Nurture.Scenarios;

namespace Nurture.Sends;

/// <summary>How one of the tested subjects came off.</summary>
/// <param name="Left">Mails that left with it.</param>
/// <param name="Clicked">In how many of them a human followed a link.</param>
public sealed record ArmResult(string Arm, long Left, long Clicked);

/// <summary>How far the test of a step's subjects has come.</summary>
/// <param name="BeganAt">When the first of those whom it is found out with got an arm; null before.</param>
/// <param name="DecideAt">When it is decided; null before it began.</param>
/// <param name="Winner">Null until it is decided; then for ever.</param>
public sealed record SubjectTestState(DateTimeOffset? BeganAt, DateTimeOffset? DecideAt, string? Winner)
{
    public static SubjectTestState NotBegun { get; } = new(null, null, null);
}

/// <summary>
/// Which subject of several people click on (the key <c>subject_test</c> of a send). Some get the arm that is drawn for them at once, the
/// others wait for the winner. A test is of a step of a version, and decided once: who comes later gets the winner at once.
/// </summary>
public static class SubjectTests
{
    public static SubjectTestState Begun(SubjectTest test, DateTimeOffset now) => new(now, now + test.After, null);

    /// <summary>
    /// Decided: the subject with the most clickers for each mail that left; of equal ones the first. Where one has not left at all there is
    /// nothing to compare, and it is asked again after the test's time.
    /// </summary>
    public static SubjectTestState Decided(SubjectTest test, SubjectTestState state, IReadOnlyList<ArmResult> results, DateTimeOffset now)
    {
        var ofArms = test.Arms.Select(arm => results.FirstOrDefault(result => result.Arm == arm) ?? new(arm, 0, 0)).ToList();
        if (ofArms.Exists(result => result.Left == 0)) return state with { DecideAt = now + test.After };
        // Shares compared without dividing: equal ones are equal.
        return state with { Winner = ofArms.Aggregate((best, next) => next.Clicked * best.Left > best.Clicked * next.Left ? next : best).Arm };
    }

    /// <summary>The arm of somebody who asks; null while they wait.</summary>
    /// <param name="drawn">Of whom it is found out with.</param>
    public static (string Arm, ArmGround Ground)? Answer(SubjectTest test, SubjectTestState state, string? drawn, DateTimeOffset askedAt, DateTimeOffset now) =>
        state.Winner is { } winner ? (winner, ArmGround.Won)
        : drawn is not null ? (drawn, ArmGround.Tested)
        : now >= WaitsUntil(test, state, askedAt) ? (test.Arms[0], ArmGround.First)
        : null;

    /// <summary>Until when somebody waits for the winner: until it is decided, and where there is nothing to decide it by not longer than a test takes.</summary>
    public static DateTimeOffset WaitsUntil(SubjectTest test, SubjectTestState state, DateTimeOffset askedAt) =>
        IsRunning(test, state) ? DateTimeOffset.MaxValue : askedAt + test.After;

    /// <summary>It has begun, and its time is not over.</summary>
    public static bool IsRunning(SubjectTest test, SubjectTestState state) =>
        state is { BeganAt: { } began, DecideAt: { } decide, Winner: null } && decide <= began + test.After;
}
