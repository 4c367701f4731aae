using System.Text;

namespace Nurture.Mail;

/// <summary>
/// One mailbox, checked when it is made: a display name (or none), the local part without quotes, and the domain as given.
/// </summary>
/// <remarks>
/// Addresses that Japanese carriers once issued (<c>a..b@docomo.ne.jp</c>, <c>a.@ezweb.ne.jp</c>) break RFC 5322's dot-atom
/// and are real; they are accepted and written with a quoted local part, so both spellings are one <see cref="Key"/>.
/// </remarks>
public sealed record EmailAddress
{
    private string? displayName;

    /// <param name="displayName">Control characters, line ends included, become spaces; blank is no name.</param>
    /// <param name="local">The local part unquoted: <c>a..b</c>, not <c>"a..b"</c>.</param>
    /// <exception cref="MailFormatException">The address cannot be written.</exception>
    public EmailAddress(string? displayName, string local, string domain)
    {
        Local = AddressRules.CheckLocal(local);
        (Domain, WireDomain) = AddressRules.CheckDomain(domain);
        DisplayName = displayName;
        AddrSpec = $"{AddressRules.QuoteLocal(Local)}@{WireDomain}";
        // RFC 5321 §4.5.3.1.3: a path is at most 256 octets, angle brackets included.
        if (Encoding.UTF8.GetByteCount(AddrSpec) > 254)
            throw new MailFormatException($"The address is {Encoding.UTF8.GetByteCount(AddrSpec)} octets long; 254 is the most that SMTP carries.");
        Key = $"{Local.ToLowerInvariant()}@{WireDomain}";
        NeedsSmtpUtf8 = !Ascii.IsValid(Local);
    }

    public string? DisplayName
    {
        get => displayName;
        init => displayName = AddressRules.CleanName(value);
    }

    public string Local { get; }

    public string Domain { get; }

    /// <summary>The domain as it goes over the wire: A-labels (RFC 5890), lower case.</summary>
    public string WireDomain { get; }

    /// <summary>What stands between the angle brackets: the local part quoted where it must be, the domain in A-labels.</summary>
    public string AddrSpec { get; }

    /// <summary>For suppression and de-duplication only; mail goes to <see cref="AddrSpec"/>, which keeps the local part's case.</summary>
    public string Key { get; }

    /// <summary>The local part is not ASCII, so only a server with SMTPUTF8 (RFC 6531) can take it.</summary>
    public bool NeedsSmtpUtf8 { get; }

    public override string ToString() => AddrSpec;

    /// <summary>Reads <c>a@b.example</c>, <c>Name &lt;a@b.example&gt;</c> or <c>"Name" &lt;a@b.example&gt;</c>; comments, groups and lists are refused.</summary>
    public static bool TryParse(string text, out EmailAddress? address, out string? error)
    {
        try
        {
            address = AddressParser.Parse(text);
            error = null;
            return true;
        }
        catch (MailFormatException e)
        {
            address = null;
            error = e.Message;
            return false;
        }
    }

    /// <exception cref="MailFormatException">The text is not one address.</exception>
    public static EmailAddress Parse(string text) => AddressParser.Parse(text);
}
