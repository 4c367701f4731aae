namespace Nurture.Mail.Dkim;

/// <summary>The <c>h=</c> list: which headers are signed, and how often each is named.</summary>
/// <remarks>
/// A header named once more than it occurs is over-signed: adding another breaks the signature (RFC 6376 §5.4.2, §8.15).
/// List headers are over-signed only where they occur, so that a service mail still verifies after a mailing list added its own.
/// </remarks>
internal static class SignedNames
{
    private enum Cover
    {
        WherePresent,
        OnceMoreWherePresent,
        OnceMore,
    }

    private static readonly (string Name, Cover Cover)[] All =
    [
        ("from", Cover.OnceMore),
        ("to", Cover.OnceMore),
        ("subject", Cover.OnceMore),
        ("date", Cover.OnceMore),
        ("message-id", Cover.WherePresent),
        ("mime-version", Cover.WherePresent),
        ("content-type", Cover.WherePresent),
        ("content-transfer-encoding", Cover.WherePresent),
        ("reply-to", Cover.OnceMore),
        ("cc", Cover.OnceMore),
        ("list-id", Cover.OnceMoreWherePresent),
        ("list-unsubscribe", Cover.OnceMoreWherePresent),
        ("list-unsubscribe-post", Cover.OnceMoreWherePresent),
        ("feedback-id", Cover.WherePresent),
        ("auto-submitted", Cover.WherePresent),
    ];

    public static List<string> For(HeaderFields fields)
    {
        var names = new List<string>(24);
        foreach (var (name, cover) in All)
        {
            var present = fields.Count(name);
            var times = cover switch
            {
                Cover.WherePresent => present,
                Cover.OnceMoreWherePresent => present == 0 ? 0 : present + 1,
                Cover.OnceMore => present + 1,
            };
            for (var i = 0; i < times; i++)
                names.Add(name);
        }
        // RFC 6376 §5.4: From MUST be signed.
        if (fields.Count("from") == 0)
            throw new MailFormatException("A message without a From header cannot be signed.");
        return names;
    }
}
