using System.Text.RegularExpressions;

namespace Nurture.Mail.Smtp;

/// <summary>
/// What a refusal means. Being wrong is not symmetrical: an address taken for dead is lost for good, so only what is plainly said
/// about the recipient is a hard bounce, and what is said about us never is.
/// </summary>
internal static partial class ReplyRules
{
    public static SendOutcome Outcome(SendPhase phase, SmtpReply reply) =>
        new(phase, KindOf(phase, reply), reply.Code, reply.EnhancedCode, reply.Text);

    public static SendOutcomeKind KindOf(SendPhase phase, SmtpReply reply) => reply.Code switch
    {
        // RFC 5321 §3.8: the connection's end, whatever it answers. 503 says that we and the server have lost step.
        421 or 503 => SendOutcomeKind.ConnectionTemp,
        530 or 534 or 535 or 538 => SendOutcomeKind.Config, // RFC 4954 §6
        < 500 => SendOutcomeKind.Deferred,
        // RFC 7504: the domain takes no mail at all.
        556 when phase == SendPhase.RcptTo => SendOutcomeKind.HardBounce,
        _ when ByEnhancedCode(phase, reply) is { } kind => kind,
        _ when ByText(phase, reply.Text) is { } kind => kind,
        500 or 501 or 502 or 504 or 555 => SendOutcomeKind.MessageFault,
        552 => SendOutcomeKind.SoftBounce,
        // A recipient refused without a reason that we know: this mail is over, the address may be good.
        _ => phase == SendPhase.RcptTo ? SendOutcomeKind.SoftBounce : SendOutcomeKind.Rejected,
    };

    /// <summary>RFC 3463. Null where it says nothing or is known to be used for different things.</summary>
    private static SendOutcomeKind? ByEnhancedCode(SendPhase phase, SmtpReply reply)
    {
        if (reply.EnhancedCode?.Split('.') is not [_, var subject, var detail])
            return null;
        return (subject, detail) switch
        {
            ("1", "7" or "8") => SendOutcomeKind.Rejected, // the sender's address
            ("1", "0") => null,
            ("1", _) => phase == SendPhase.MailFrom ? SendOutcomeKind.Rejected : SendOutcomeKind.HardBounce,
            ("2", "3") => SendOutcomeKind.MessageFault, // longer than this mailbox takes
            ("2", _) => SendOutcomeKind.SoftBounce,
            ("3", "4") => SendOutcomeKind.MessageFault,
            ("6", _) => SendOutcomeKind.MessageFault,
            ("7", _) => SendOutcomeKind.Rejected,
            // Outlook.com answers an unknown user with 5.5.0.
            ("5", _) => ByText(phase, reply.Text) ?? SendOutcomeKind.MessageFault,
            _ => null,
        };
    }

    private static SendOutcomeKind? ByText(SendPhase phase, string text)
    {
        if (Policy().IsMatch(text))
            return SendOutcomeKind.Rejected;
        if (TooBig().IsMatch(text))
            return SendOutcomeKind.MessageFault;
        if (Full().IsMatch(text))
            return SendOutcomeKind.SoftBounce;
        return phase != SendPhase.MailFrom && Unknown().IsMatch(text) ? SendOutcomeKind.HardBounce : null;
    }

    // A reply is as long as the server likes.
    private const RegexOptions Linear = RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant;

    [GeneratedRegex(@"\b(spam|blocked|block ?list|black ?list|blacklisted|policy|reputation|PTR|reverse DNS|DMARC|DKIM|SPF|sender|relay(ing)?|authenticat\w+|spamhaus|RBL|unsolicited)\b",
        Linear)]
    private static partial Regex Policy();

    [GeneratedRegex(@"\b(message|size|data)\b.*\b(too (big|large)|exceeds?|exceeded)\b|\btoo (big|large)\b", Linear)]
    private static partial Regex TooBig();

    [GeneratedRegex(@"\b(mail ?box|inbox|account|quota|storage)\b.*\b(full|over|exceeded|disabled|inactive|suspended)\b|\bover ?quota\b", Linear)]
    private static partial Regex Full();

    [GeneratedRegex(@"\b(unknown (user|recipient|mailbox|address)|(user|recipient|mailbox|address|account)( \S+)? (is )?(unknown|not found|does ?n.t exist|does not exist|unavailable)|no such (user|recipient|mailbox|address|person|account)|no mailbox|invalid (recipient|mailbox)|mailbox unavailable|user not known)\b",
        Linear)]
    private static partial Regex Unknown();

    /// <summary>The name that the server gave to a mail it took, where its answer has one; for finding the mail in the server's log.</summary>
    public static string? QueueId(SmtpReply reply) =>
        Queue().Match(reply.Text) is { Success: true } match ? match.Groups["id"].Value : null;

    [GeneratedRegex(@"(?:queued as|queued mail for delivery as|\bid[=:]|message accepted:?|^ok:?)\s*<?(?<id>[\w.@+-]*\d[\w.@+-]*)", Linear)]
    private static partial Regex Queue();
}
