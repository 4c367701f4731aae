using System.Globalization;

namespace Nurture.Mail.Smtp;

/// <summary>What the server announced in its last EHLO.</summary>
internal sealed record SmtpCapabilities
{
    public bool HasPipelining { get; private init; }

    public bool HasStartTls { get; private init; }

    public bool Has8BitMime { get; private init; }

    public bool HasSmtpUtf8 { get; private init; }

    public bool HasDsn { get; private init; }

    public bool HasSize { get; private init; }

    /// <summary>0 is no limit (RFC 1870 §4).</summary>
    public long MaxSize { get; private init; }

    public IReadOnlyList<string> AuthMechanisms { get; private init; } = [];

    /// <summary>A server that knows only HELO.</summary>
    public static SmtpCapabilities None { get; } = new();

    /// <param name="reply">Whose first line is the server's name.</param>
    public static SmtpCapabilities From(SmtpReply reply)
    {
        var capabilities = None;
        foreach (var line in reply.Lines.Skip(1))
        {
            // "AUTH=LOGIN" is what servers wrote before RFC 2554, and some still do.
            var words = line.ToUpperInvariant().Split([' ', '='], StringSplitOptions.RemoveEmptyEntries);
            capabilities = words.FirstOrDefault() switch
            {
                "PIPELINING" => capabilities with { HasPipelining = true },
                "STARTTLS" => capabilities with { HasStartTls = true },
                "8BITMIME" => capabilities with { Has8BitMime = true },
                "SMTPUTF8" => capabilities with { HasSmtpUtf8 = true },
                "DSN" => capabilities with { HasDsn = true },
                "SIZE" => capabilities with { HasSize = true, MaxSize = ParseSize(words) },
                "AUTH" => capabilities with { AuthMechanisms = [.. capabilities.AuthMechanisms, .. words.Skip(1)] },
                _ => capabilities,
            };
        }
        return capabilities;
    }

    private static long ParseSize(string[] words) =>
        words.Length > 1 && long.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : 0;
}
