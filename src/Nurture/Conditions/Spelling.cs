namespace Nurture.Conditions;

/// <summary>Did you mean …?</summary>
internal static class Spelling
{
    /// <summary>The candidate closest to what was written, if it is close enough to have been meant.</summary>
    public static string? Nearest(string written, IEnumerable<string> candidates)
    {
        var most = Math.Max(1, Math.Min(3, written.Length / 3));
        return candidates
            .Select(candidate => (candidate, distance: Distance(written.ToLowerInvariant(), candidate.ToLowerInvariant())))
            .Where(found => found.distance <= most)
            .OrderBy(found => found.distance).ThenBy(found => found.candidate, StringComparer.Ordinal)
            .Select(found => found.candidate)
            .FirstOrDefault();
    }

    public static string? Hint(string written, IEnumerable<string> candidates, Func<string, string>? show = null) =>
        Nearest(written, candidates) is { } nearest ? $"Did you mean {(show ?? Quoted)(nearest)}?" : null;

    private static string Quoted(string name) => $"\"{name}\"";

    /// <summary>Changes, insertions, removals and swaps of neighbors (optimal string alignment).</summary>
    private static int Distance(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++) d[i, 0] = i;
        for (var j = 0; j <= b.Length; j++) d[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                d[i, j] = Math.Min(Math.Min(d[i - 1, j], d[i, j - 1]) + 1, d[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        }

        return d[a.Length, b.Length];
    }
}
