namespace Nurture.Scenarios;

/// <summary>The known word that was probably meant.</summary>
internal static class Suggestions
{
    /// <summary><c>Did you mean "welcome"?</c>, else what there is, else null.</summary>
    public static Wording? For(string written, IEnumerable<string> known, Wording? allOf = null)
    {
        var words = known.Distinct(StringComparer.Ordinal).ToArray();
        var best = words.Select(word => (Word: word, Distance: Distance(Plain(written), Plain(word))))
            .Where(candidate => candidate.Distance <= Math.Max(1, Math.Min(written.Length, candidate.Word.Length) / 3))
            .OrderBy(candidate => candidate.Distance).ThenBy(candidate => candidate.Word, StringComparer.Ordinal)
            .Select(candidate => candidate.Word).FirstOrDefault();
        if (best is not null) return $"Did you mean \"{best}\"?";
        return allOf is null || words.Length is 0 or > 24 ? null : (Wording)$"{allOf} {Listed(words)}.";
    }

    public static Wording Listed(IEnumerable<string> words)
    {
        var all = words.ToArray();
        return all.Length < 2 ? Wording.Verbatim(string.Concat(all)) : $"{string.Join(", ", all[..^1])} and {all[^1]}";
    }

    private static string Plain(string word) => word.ToLowerInvariant().Replace('-', '_').Replace(' ', '_');

    // Optimal string alignment: a swap of neighbors is one mistake, as it is to who types.
    private static int Distance(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++) d[i, 0] = i;
        for (var j = 0; j <= b.Length; j++) d[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                d[i, j] = Math.Min(Math.Min(d[i - 1, j] + 1, d[i, j - 1] + 1), d[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        }

        return d[a.Length, b.Length];
    }
}
