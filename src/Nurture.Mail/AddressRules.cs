using System.Buffers;
using System.Globalization;
using System.Text;

namespace Nurture.Mail;

/// <summary>What an address may consist of: RFC 5321 §4.1.2 and §4.5.3.1, RFC 6531 §3.3, RFC 5890.</summary>
internal static class AddressRules
{
    /// <summary>RFC 5322 §3.2.3, and the dot, which a dot-atom has between atoms.</summary>
    private static readonly SearchValues<char> AtextAndDot =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-/=?^_`{|}~.");

    private static readonly IdnMapping Idn = new() { UseStd3AsciiRules = true };

    public static bool IsAtextOrDot(char c) => c > 0x7f || AtextAndDot.Contains(c);

    public static string CheckLocal(string local)
    {
        if (local.Length == 0)
            throw new MailFormatException("The address has nothing before the @.");
        foreach (var rune in local.EnumerateRunes())
        {
            if (rune == Rune.ReplacementChar || Rune.IsControl(rune))
                throw new MailFormatException("The address has a control or broken character before the @.");
            // No mailbox has them, and relays that forget the quotes take what follows for a second path.
            if (rune.Value is '<' or '>')
                throw new MailFormatException("The address has an angle bracket before the @.");
        }
        var normal = local.Normalize(NormalizationForm.FormC);
        if (Encoding.UTF8.GetByteCount(normal) is > 64 and var length)
            throw new MailFormatException($"The part before the @ is {length} octets long; 64 is the most (RFC 5321 §4.5.3.1.1).");
        return normal;
    }

    /// <summary>The domain as given, in NFC, and its A-label form.</summary>
    public static (string Domain, string Wire) CheckDomain(string domain)
    {
        if (domain.Length == 0)
            throw new MailFormatException("The address has nothing after the @.");
        if (domain[0] == '[')
            throw new MailFormatException($"\"{domain}\" is an address literal; mail goes to domain names only.");
        if (IsPlain(domain)) return (domain, domain.ToLowerInvariant());
        string normal, wire;
        try
        {
            normal = domain.Normalize(NormalizationForm.FormC);
            wire = Idn.GetAscii(normal).ToLowerInvariant();
        }
        catch (ArgumentException)
        {
            throw new MailFormatException($"\"{Printable(domain)}\" is not a domain name.");
        }
        // IdnMapping lets a trailing dot through; RFC 5321 §4.1.2 does not.
        if (wire[^1] == '.')
            throw new MailFormatException($"The domain \"{Printable(domain)}\" ends with a dot.");
        if (wire.Length > 253)
            throw new MailFormatException($"The domain is {wire.Length} octets long; 253 is the most.");
        return (normal, wire);
    }

    /// <summary>Labels of letters, digits and inner single hyphens are their own A-labels: nearly all domains, at a tenth of the price.</summary>
    private static bool IsPlain(string domain)
    {
        var label = 0;
        var before = '.';
        foreach (var c in domain)
        {
            if (c == '.' && label is > 0 and <= 63 && before != '-') label = 0;
            else if (char.IsAsciiLetterOrDigit(c) || (c == '-' && label > 0 && before != '-')) label++;
            else return false;
            before = c;
        }

        return label is > 0 and <= 63 && before != '-' && domain.Length <= 253;
    }

    public static string QuoteLocal(string local)
    {
        var isDotAtom = local[0] != '.' && local[^1] != '.' && !local.Contains("..", StringComparison.Ordinal);
        foreach (var c in local)
            isDotAtom &= IsAtextOrDot(c);
        return isDotAtom ? local : Quote(local);
    }

    /// <summary>RFC 5322 §3.2.4 quoted-string.</summary>
    public static string Quote(string text) => $"\"{text.Replace("\\", "\\\\").Replace("\"", "\\\"")}\"";

    public static string? CleanName(string? name)
    {
        if (string.IsNullOrWhiteSpace(name))
            return null;
        if (!name.AsSpan().ContainsAnyInRange('\0', '\x1f') && !name.AsSpan().ContainsAnyInRange('\x7f', '\x9f'))
            return name.Trim();
        var spaced = string.Create(name.Length, name, static (to, from) =>
        {
            for (var i = 0; i < to.Length; i++)
                to[i] = char.IsControl(from[i]) ? ' ' : from[i];
        });
        var words = spaced.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words.Length == 0 ? null : string.Join(' ', words);
    }

    /// <summary>For messages: a text from outside must not bring line ends into a log.</summary>
    public static string Printable(string text) => CleanName(text.Length > 80 ? text[..80] + "…" : text) ?? "";
}
