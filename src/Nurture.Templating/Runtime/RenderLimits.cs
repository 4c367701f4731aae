namespace Nurture.Templating;

/// <summary>What one render may use. To exceed one is an error, never a truncation, in a mail.</summary>
public sealed record RenderLimits
{
    public static RenderLimits Default { get; } = new();

    /// <summary>Units of work: an iteration, a call, or some 32 characters handled by a function.</summary>
    public long WorkSteps { get; init; } = 1_000_000;

    /// <summary>Iterations of an outermost loop with all that runs inside it, and the size of a range or a padded list; 0 is no limit.</summary>
    public int LoopIterations { get; init; } = 10_000;

    /// <summary>All that is printed, captures included.</summary>
    public int OutputBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>Includes and calls of template functions within each other.</summary>
    public int RecursionDepth { get; init; } = 100;

    /// <summary>Characters of one text value.</summary>
    public int StringLength { get; init; } = 1024 * 1024;

    /// <summary>Of one search by a pattern that looks around or back, as mails have none.</summary>
    public TimeSpan PatternTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Lists and objects within each other, when printed or compared.</summary>
    public int ObjectDepth { get; init; } = 20;
}
