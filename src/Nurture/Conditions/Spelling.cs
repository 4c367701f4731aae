namespace Nurture.Conditions;

/// <summary>Did you mean …?</summary>
internal static class Spelling
{
    /// <summary>What an author means by an event that no log has: mails are asked of the passage that sent them. Null for any other name.</summary>
    public static Wording? OfMails(string name) => name switch
    {
        "mail_sent" or "email_sent" => "A mail is no event: ask sent(\"welcome\") of the passage that sends it. How many somebody gets is for caps: in policy.yaml.",
        "mail_clicked" or "mail_opened" or "email_clicked" or "email_opened" => "A mail is no event: ask clicked(\"welcome\") of the passage that sent it, and the product's own events, such as login or page, of those who are active.",
        "mail_bounced" or "send_bounced" => "A mail is no event: what could not leave stands under Mail, and its step's skipped: says what follows.",
        _ => null,
    };

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

    public static Wording? Hint(string written, IEnumerable<string> candidates, Func<string, string>? show = null) =>
        Nearest(written, candidates) is { } nearest ? (Wording)$"Did you mean {(show ?? Quoted)(nearest)}?" : null;

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
