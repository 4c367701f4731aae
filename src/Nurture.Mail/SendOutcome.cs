namespace Nurture.Mail;

/// <summary>How far a send came.</summary>
public enum SendPhase
{
    Connect,
    Tls,
    Hello,
    Auth,
    MailFrom,
    RcptTo,
    Data,
    Body,
    /// <summary>The final dot and its answer.</summary>
    Finish,
}

/// <summary>What an outcome means for the send, the recipient and the sender.</summary>
public enum SendOutcomeKind
{
    Sent,
    /// <summary>Not now; try again later. Counts as an attempt.</summary>
    Deferred,
    /// <summary>The address does not exist; never mail it again.</summary>
    HardBounce,
    /// <summary>The mailbox is full or disabled; this mail is over, the address may recover.</summary>
    SoftBounce,
    /// <summary>The sender or the content is refused (policy, reputation, authentication). Says nothing about the recipient: never suppress for it.</summary>
    Rejected,
    /// <summary>This message can never be sent as it is: its size or format.</summary>
    MessageFault,
    /// <summary>No usable connection. Nothing was handed over, and it is no attempt of this message.</summary>
    ConnectionTemp,
    /// <summary>Our settings are wrong (credentials, certificate, TLS mode): the same for every message until somebody changes them.</summary>
    Config,
    /// <summary>The connection ended between the final dot and the answer; the mail was taken or not, and nobody can say.</summary>
    Uncertain,
}

/// <summary>The result of one attempt to send.</summary>
/// <param name="ReplyCode">The SMTP reply code; 0 where there was no reply.</param>
/// <param name="EnhancedCode">RFC 3463, for example <c>5.1.1</c>.</param>
/// <param name="Text">What the server said, or what happened instead. Text from outside: printable, on one line, at most 1,000 characters.</param>
/// <param name="QueueId">The name that the server gave to the mail, where its answer has one.</param>
public sealed record SendOutcome(
    SendPhase Phase, SendOutcomeKind Kind, int ReplyCode, string? EnhancedCode, string Text, string? QueueId = null);
