using System.Buffers;

namespace Nurture.Mail.Mime;

/// <summary>What a message must be before it is written. Template data reaches headers, so this is where injection ends.</summary>
internal static class MessageRules
{
    /// <summary>RFC 5322 §3.6.8: printable ASCII without the colon.</summary>
    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create([.. Enumerable.Range(33, 94).Select(c => (char)c).Where(c => c != ':')]);

    /// <summary>Written from properties, or (Bcc, Return-Path, X-Sender) never to be written by a sender.</summary>
    private static readonly HashSet<string> Reserved = new(StringComparer.OrdinalIgnoreCase)
    {
        HeaderNames.From, HeaderNames.To, HeaderNames.ReplyTo, HeaderNames.Subject, HeaderNames.Date, HeaderNames.MessageId,
        "MIME-Version", "Content-Type", "Content-Transfer-Encoding", "DKIM-Signature", "Bcc", "Return-Path", "X-Sender",
    };

    public static void Check(EmailMessage message)
    {
        CheckFrom(message.From);
        CheckValue(HeaderNames.Subject, message.Subject);
        CheckMessageId(message.MessageId);
        for (var i = 0; i < message.Headers.Count; i++)
        {
            var (name, value) = message.Headers[i];
            CheckName(name);
            CheckValue(name, value);
            for (var before = 0; before < i; before++)
                if (string.Equals(message.Headers[before].Name, name, StringComparison.OrdinalIgnoreCase))
                    throw new MailFormatException($"The header {name} is given twice.");
        }
    }

    /// <summary>Gmail refuses a From that shows one address and is another.</summary>
    private static void CheckFrom(EmailAddress from)
    {
        if (from.DisplayName is { } name && name.Contains('@') && !string.Equals(name, from.AddrSpec, StringComparison.OrdinalIgnoreCase))
            throw new MailFormatException($"The sender's name \"{AddressRules.Printable(name)}\" looks like an address other than {from.AddrSpec}.");
    }

    private static void CheckName(string name)
    {
        if (name.Length is 0 or > 60 || name.AsSpan().ContainsAnyExcept(NameCharacters))
            throw new MailFormatException($"\"{AddressRules.Printable(name)}\" is not a header name (1 to 60 printable ASCII characters without a colon).");
        if (Reserved.Contains(name))
            throw new MailFormatException($"The header {name} cannot be set as an extra header.");
    }

    private static void CheckValue(string name, string value)
    {
        var bad = value.AsSpan().IndexOfAnyInRange('\0', '\x1f');
        while (bad >= 0 && value[bad] == '\t')
            bad = value.AsSpan(bad + 1).IndexOfAnyInRange('\0', '\x1f') is >= 0 and var next ? bad + 1 + next : -1;
        if (bad < 0)
            bad = value.IndexOf('\x7f');
        if (bad >= 0)
            throw new MailFormatException($"The header {name} has a control character (U+{(int)value[bad]:X4}) at position {bad}; a line end there would start a header of its own.");
    }

    /// <summary>RFC 5322 §3.6.4 without quoting: nothing that a reader could take for the id's end.</summary>
    private static void CheckMessageId(string id)
    {
        var at = id.IndexOf('@');
        if (at <= 0 || at == id.Length - 1 || id.Length > 900 || id.AsSpan(at + 1).Contains('@')
            || id.AsSpan().ContainsAnyExceptInRange('!', '~') || id.AsSpan().ContainsAny("<>()[]\\,;:\""))
            throw new MailFormatException($"\"{AddressRules.Printable(id)}\" is not a message id: left@right, in ASCII, without angle brackets.");
    }
}
