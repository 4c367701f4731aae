using Nurture.Mail.Smtp;
using Nurture.Mail.Tests.Support;

namespace Nurture.Mail.Tests.Smtp;

/// <summary>Against Postfix's smtp-sink, whose protocol engine is the one half the world's mail goes through.</summary>
public sealed class SmtpSinkTests
{
    [Theory]
    [InlineData("-c")]
    [InlineData("-p")] // no pipelining
    [InlineData("-e")] // no ESMTP
    public async Task Mails_go_through_over_few_connections(string option)
    {
        await using var sink = await Sinks.PostfixAsync(option);
        await using var transport = new SmtpTransport(Sending.Loopback(sink.Port));

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => transport.SendAsync($"r{i}@example.net")));

        Assert.All(outcomes, o => Assert.Equal(SendOutcomeKind.Sent, o.Kind));
    }

    [Theory]
    [InlineData("-r", "MAIL", SendPhase.MailFrom, SendOutcomeKind.Deferred)]
    [InlineData("-r", "RCPT", SendPhase.RcptTo, SendOutcomeKind.Deferred)]
    [InlineData("-r", "DATA", SendPhase.Data, SendOutcomeKind.Deferred)]
    [InlineData("-r", ".", SendPhase.Finish, SendOutcomeKind.Deferred)]
    [InlineData("-f", ".", SendPhase.Finish, SendOutcomeKind.MessageFault)] // "500 5.3.0 Error: command failed"
    [InlineData("-q", "CONNECT", SendPhase.Hello, SendOutcomeKind.ConnectionTemp)]
    [InlineData("-q", "RCPT", SendPhase.RcptTo, SendOutcomeKind.ConnectionTemp)]
    [InlineData("-q", ".", SendPhase.Finish, SendOutcomeKind.Uncertain)]
    public async Task What_it_does_at_each_step_is_understood(string option, string at, SendPhase phase, SendOutcomeKind kind)
    {
        await using var sink = await Sinks.PostfixAsync(option, at);
        await using var transport = new SmtpTransport(Sending.Loopback(sink.Port));

        for (var i = 0; i < 3; i++)
        {
            var outcome = await transport.SendAsync();
            Assert.Equal((phase, kind), (outcome.Phase, outcome.Kind));
        }
    }
}
