namespace Nurture.Scenarios;

/// <summary>
/// A source sends far less than it usually does: whoever seems inactive by its events may not be. What rests on them stands
/// still until it is back, and as long again as it was silent, so that nobody is taken for inactive for its silence.
/// </summary>
/// <param name="EndedAt">When it was heard again; null while it is silent.</param>
/// <param name="EventNames">What it sends.</param>
public sealed record Silence(string Source, DateTimeOffset Since, DateTimeOffset? EndedAt, IReadOnlyList<string> EventNames)
{
    // How soon those who wait for an end that nobody knows yet are looked at again.
    private static readonly TimeSpan LookAgain = TimeSpan.FromHours(1);

    /// <summary>When what rests on it is asked again; null while that is not known.</summary>
    public DateTimeOffset? Thaws => EndedAt + (EndedAt - Since);

    /// <summary>Until when what rests on one of the events stands still, or is looked at again; null where it does not.</summary>
    public static DateTimeOffset? Until(IReadOnlyList<Silence> silences, IReadOnlySet<string> names, DateTimeOffset at)
    {
        DateTimeOffset? until = null;
        foreach (var silence in silences)
        {
            if (at < silence.Since || at >= silence.Thaws || !silence.EventNames.Any(names.Contains)) continue;
            var next = silence.Thaws ?? at + LookAgain;
            if (!(until >= next)) until = next;
        }

        return until;
    }
}
