using System.Text;
using Nurture.Mail.Smtp;

namespace Nurture.Mail.Tests.Smtp;

public sealed class ReplyRulesTests
{
    [Theory]
    [InlineData(SendPhase.MailFrom, "421 4.3.2 closing", SendOutcomeKind.ConnectionTemp)]
    [InlineData(SendPhase.MailFrom, "503 5.5.1 Sender already specified", SendOutcomeKind.ConnectionTemp)]
    [InlineData(SendPhase.MailFrom, "451 4.3.0 later", SendOutcomeKind.Deferred)]
    [InlineData(SendPhase.MailFrom, "530 5.7.0 Must issue a STARTTLS command first", SendOutcomeKind.Config)]
    [InlineData(SendPhase.MailFrom, "550 5.1.1 sender unknown", SendOutcomeKind.Rejected)]
    [InlineData(SendPhase.MailFrom, "550 no such user", SendOutcomeKind.Rejected)]
    [InlineData(SendPhase.MailFrom, "552 5.3.4 Message size exceeds fixed limit", SendOutcomeKind.MessageFault)]
    [InlineData(SendPhase.RcptTo, "450 4.2.1 greylisted", SendOutcomeKind.Deferred)]
    [InlineData(SendPhase.RcptTo, "452 4.2.2 mailbox full", SendOutcomeKind.Deferred)]
    [InlineData(SendPhase.RcptTo, "550 5.1.1 <x@y.z> user unknown", SendOutcomeKind.HardBounce)]
    [InlineData(SendPhase.RcptTo, "550 5.1.10 RecipientNotFound", SendOutcomeKind.HardBounce)]
    [InlineData(SendPhase.RcptTo, "550 User unknown", SendOutcomeKind.HardBounce)]
    [InlineData(SendPhase.RcptTo, "550 No such user here", SendOutcomeKind.HardBounce)]
    [InlineData(SendPhase.RcptTo, "550 5.5.0 Requested action not taken: mailbox unavailable", SendOutcomeKind.HardBounce)]
    [InlineData(SendPhase.RcptTo, "556 5.1.10 domain takes no mail", SendOutcomeKind.HardBounce)]
    [InlineData(SendPhase.RcptTo, "550 5.1.0 Address rejected", SendOutcomeKind.SoftBounce)]
    [InlineData(SendPhase.RcptTo, "550 5.1.8 Sender domain not found", SendOutcomeKind.Rejected)]
    [InlineData(SendPhase.RcptTo, "550 5.2.1 The account is disabled", SendOutcomeKind.SoftBounce)]
    [InlineData(SendPhase.RcptTo, "552 5.2.2 Over quota", SendOutcomeKind.SoftBounce)]
    [InlineData(SendPhase.RcptTo, "552 Mailbox is full", SendOutcomeKind.SoftBounce)]
    [InlineData(SendPhase.RcptTo, "550 go away", SendOutcomeKind.SoftBounce)]
    [InlineData(SendPhase.RcptTo, "550 5.7.1 Relaying denied", SendOutcomeKind.Rejected)]
    [InlineData(SendPhase.RcptTo, "550 5.7.1 user unknown", SendOutcomeKind.Rejected)]
    [InlineData(SendPhase.RcptTo, "554 Service unavailable; Client host [1.2.3.4] blocked using zen.spamhaus.org", SendOutcomeKind.Rejected)]
    [InlineData(SendPhase.Finish, "550 5.7.26 This mail is unauthenticated", SendOutcomeKind.Rejected)]
    [InlineData(SendPhase.Finish, "550 5.7.515 Access denied, sending domain does not meet the required authentication level", SendOutcomeKind.Rejected)]
    [InlineData(SendPhase.Finish, "554 Transaction failed", SendOutcomeKind.Rejected)]
    [InlineData(SendPhase.Finish, "552 5.2.2 mailbox full", SendOutcomeKind.SoftBounce)]
    [InlineData(SendPhase.Finish, "552 Message too large", SendOutcomeKind.MessageFault)]
    [InlineData(SendPhase.Finish, "554 5.6.0 malformed", SendOutcomeKind.MessageFault)]
    [InlineData(SendPhase.Finish, "451 4.3.0 try later", SendOutcomeKind.Deferred)]
    [InlineData(SendPhase.Data, "554 5.5.1 no valid recipients", SendOutcomeKind.MessageFault)]
    public void A_refusal_is_understood(SendPhase phase, string reply, SendOutcomeKind kind)
    {
        Assert.Equal(kind, ReplyRules.Outcome(phase, Read(reply)).Kind);
    }

    [Theory]
    [InlineData("250 2.0.0 Ok: queued as 4XyZ12abc", "4XyZ12abc")]
    [InlineData("250 OK id=1qWeRt-0001Ab-2c", "1qWeRt-0001Ab-2c")]
    [InlineData("250 2.0.0 OK  1700000000 d2e1a72fcca58-6c4 - gsmtp", "1700000000")]
    [InlineData("250 Ok 0100018c-aaaa-bbbb-000000", "0100018c-aaaa-bbbb-000000")]
    [InlineData("250 2.0.0 Ok", null)]
    [InlineData("250 Message accepted for delivery", null)]
    public void The_queue_id_is_found_where_there_is_one(string reply, string? id)
    {
        Assert.Equal(id, ReplyRules.QueueId(Read(reply)));
    }

    private static SmtpReply Read(string text) =>
        SmtpReply.TryRead(Encoding.UTF8.GetBytes(text + "\r\n"), out var reply, out _) ? reply! : throw new ArgumentException(text);
}
