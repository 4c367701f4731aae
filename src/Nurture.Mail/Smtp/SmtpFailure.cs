using System.Net.Sockets;

namespace Nurture.Mail.Smtp;

/// <summary>A connection that could not be opened, or is of no more use, with what that means for the send that needed it.</summary>
internal sealed class SmtpFailure(SendOutcome outcome) : Exception(outcome.Text)
{
    public SendOutcome Outcome { get; } = outcome;

    public static SmtpFailure Config(SendPhase phase, string text) =>
        new(new SendOutcome(phase, SendOutcomeKind.Config, 0, null, text));

    public static SmtpFailure Temporary(SendPhase phase, string text) =>
        new(new SendOutcome(phase, SendOutcomeKind.ConnectionTemp, 0, null, text));

    public static SmtpFailure Answer(SendPhase phase, SendOutcomeKind kind, SmtpReply reply) =>
        new(new SendOutcome(phase, kind, reply.Code, reply.EnhancedCode, reply.Text));

    /// <summary>What a network does; anything else is our mistake, and is thrown on.</summary>
    public static bool IsOfTheWorld(Exception e) =>
        e is IOException or SocketException or TimeoutException or SmtpProtocolException;
}
