namespace Nurture.Templating;

/// <summary>What a misspelled name may have meant.</summary>
internal static class Suggestion
{
    /// <summary>Null when nothing known is near enough.</summary>
    public static Wording? For(string name, IEnumerable<string> known)
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

        return nearest is null ? null : (Wording)$"Did you mean `{nearest}`?";
    }

    // Optimal string alignment: insertions, deletions, replacements, and neighbors that changed places.
    private static int Distance(string a, string b)
    {
        if (Math.Abs(a.Length - b.Length) > a.Length / 3 + 1 || a.Length > 64)
        {
            return int.MaxValue;
        }

        // The row that is filled, the one above it and the one above that: at most 64 + 64 / 3 + 2 columns each.
        Span<int> rows = stackalloc int[3 * (b.Length + 1)];
        var row = rows[..(b.Length + 1)];
        var above = rows.Slice(b.Length + 1, b.Length + 1);
        var twoAbove = rows[^(b.Length + 1)..];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    row[j] = i + j;
                    continue;
                }

                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                row[j] = Math.Min(Math.Min(above[j] + 1, row[j - 1] + 1), above[j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    row[j] = Math.Min(row[j], twoAbove[j - 2] + 1);
                }
            }

            var last = twoAbove;
            twoAbove = above;
            above = row;
            row = last;
        }

        return above[b.Length];
    }
}
