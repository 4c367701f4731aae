using System.Text;

namespace Nurture.Mail;

/// <summary>RFC 5322 §3.4 mailbox without its obsolete forms, comments and folding; nothing is guessed.</summary>
internal static class AddressParser
{
    public static EmailAddress Parse(string text)
    {
        var rest = text.AsSpan().Trim();
        if (rest.IsEmpty)
            throw new MailFormatException("The address is empty.");
        if (rest[^1] != '>')
            return ParseSpec(null, rest);

        var name = ParseName(ref rest);
        if (rest.IsEmpty || rest[0] != '<')
            throw new MailFormatException("Expected \"<\" before the address; a name with a comma or other specials needs quotes.");
        return ParseSpec(name, rest[1..^1]);
    }

    private static string? ParseName(ref ReadOnlySpan<char> rest)
    {
        if (rest[0] == '"')
        {
            var quoted = ReadQuoted(ref rest);
            rest = rest.TrimStart();
            return quoted;
        }
        // A dot is obsolete in a bare phrase (§4.1) but everybody writes "John Q. Public".
        var end = rest.IndexOfAny("<>()[]:;@\\,\"");
        if (end < 0 || rest[end] != '<')
            throw new MailFormatException($"\"{rest[end]}\" in the name needs quotes around the name.");
        var bare = rest[..end].Trim();
        rest = rest[end..];
        return bare.IsEmpty ? null : bare.ToString();
    }

    private static EmailAddress ParseSpec(string? name, ReadOnlySpan<char> rest)
    {
        string local;
        if (!rest.IsEmpty && rest[0] == '"')
        {
            local = ReadQuoted(ref rest);
            if (rest.IsEmpty || rest[0] != '@')
                throw new MailFormatException("Expected \"@\" after the quoted local part.");
        }
        else
        {
            var at = rest.IndexOf('@');
            if (at < 0)
                throw new MailFormatException($"\"{AddressRules.Printable(rest.ToString())}\" has no @.");
            local = rest[..at].ToString();
            foreach (var c in local)
                if (!AddressRules.IsAtextOrDot(c))
                    throw new MailFormatException($"\"{AddressRules.Printable(c.ToString())}\" (U+{(int)c:X4}) cannot stand before the @.");
            rest = rest[at..];
        }
        return new EmailAddress(name, local, rest[1..].ToString());
    }

    private static string ReadQuoted(ref ReadOnlySpan<char> rest)
    {
        var text = new StringBuilder();
        for (var i = 1; i < rest.Length; i++)
        {
            var c = rest[i];
            if (c == '"')
            {
                rest = rest[(i + 1)..];
                return text.ToString();
            }
            if (c == '\\' && ++i < rest.Length)
                c = rest[i];
            text.Append(c);
        }
        throw new MailFormatException("A quote is opened and never closed.");
    }
}
