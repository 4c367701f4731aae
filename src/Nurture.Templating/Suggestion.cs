namespace Nurture.Templating;

/// <summary>What a misspelled name may have meant.</summary>
internal static class Suggestion
{
    /// <summary>Null when nothing known is near enough.</summary>
    public static string? For(string name, IEnumerable<string> known)
    {
        var best = name.Length / 3 + 1;
        string? nearest = null;
        foreach (var candidate in known)
        {
            var distance = Distance(name, candidate);
            if (distance <= best && (nearest is null || distance < best))
            {
                (best, nearest) = (distance, candidate);
            }
        }

        return nearest is null ? null : $"Did you mean `{nearest}`?";
    }

    // Optimal string alignment: insertions, deletions, replacements, and neighbors that changed places.
    private static int Distance(string a, string b)
    {
        if (Math.Abs(a.Length - b.Length) > a.Length / 3 + 1 || a.Length > 64)
        {
            return int.MaxValue;
        }

        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    rows[i, j] = i + j;
                    continue;
                }

                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                rows[i, j] = Math.Min(Math.Min(rows[i - 1, j] + 1, rows[i, j - 1] + 1), rows[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
                }
            }
        }

        return rows[a.Length, b.Length];
    }
}
