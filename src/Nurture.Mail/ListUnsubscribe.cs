namespace Nurture.Mail;

/// <summary>One-click unsubscription (RFC 8058): Gmail and Yahoo ask for it in every promotional mail. DKIM must cover both headers (§4), and <see cref="Dkim.DkimSigner"/> does.</summary>
public static class ListUnsubscribe
{
    /// <param name="oneClick">
    /// An https address that tells recipient and topic by itself and cannot be guessed: it is POSTed
    /// <c>List-Unsubscribe=One-Click</c> without cookies, and must act without asking and without a redirect (§3.1, §3.2).
    /// </param>
    /// <param name="mailto">For readers that unsubscribe by mail.</param>
    public static IReadOnlyList<EmailHeader> Headers(Uri oneClick, EmailAddress? mailto = null)
    {
        if (!oneClick.IsAbsoluteUri || oneClick.Scheme != Uri.UriSchemeHttps)
            throw new MailFormatException("One-click unsubscription needs an absolute https address (RFC 8058 §3.1).");
        // AbsoluteUri is ASCII without spaces or angle brackets, whatever it was made from.
        var value = $"<{oneClick.AbsoluteUri}>";
        if (mailto is not null)
            value += $", <mailto:{Uri.EscapeDataString(mailto.Local)}@{mailto.WireDomain}>";
        return [new(HeaderNames.ListUnsubscribe, value), new(HeaderNames.ListUnsubscribePost, "List-Unsubscribe=One-Click")];
    }
}
