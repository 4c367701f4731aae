using System.Text;
using Nurture.Harness;
using Nurture.Mail.Smtp;
using Nurture.Mail.Tests.Support;

namespace Nurture.Mail.Tests.Smtp;

public sealed class SmtpTransportTests
{
    [Fact]
    public async Task A_mail_arrives_as_it_was_written()
    {
        await using var server = new ScriptedServer();
        await using var transport = new SmtpTransport(Sending.Loopback(server.Port));
        var message = Encoding.ASCII.GetBytes("From: a@example.com\r\n\r\n.\r\n..two\r\n.three\r\n");

        var outcome = await transport.SendAsync(message: message);

        Assert.Equal(new SendOutcome(SendPhase.Finish, SendOutcomeKind.Sent, 250, "2.0.0", "Ok: queued as Q1", "Q1"), outcome);
        Assert.Equal([Encoding.ASCII.GetString(message)], server.Messages);
        Assert.Equal(["EHLO [127.0.0.1]", "MAIL FROM:<b+1@bounce.example.com> SIZE=41", "RCPT TO:<bob@example.net>", "DATA"], server.Commands);
    }

    [Fact]
    public async Task Nothing_is_sent_before_the_transaction_is_finished()
    {
        await using var server = new ScriptedServer();
        await using var transport = new SmtpTransport(Sending.Loopback(server.Port));

        var transaction = await transport.OfferAsync();
        Assert.Empty(server.Messages);
        var outcome = await transaction.FinishAsync(TestContext.Current.CancellationToken);

        Assert.Equal(SendOutcomeKind.Sent, outcome.Kind);
        Assert.Single(server.Messages);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await transaction.FinishAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task An_abandoned_mail_is_not_sent_and_its_connection_not_used_again()
    {
        await using var server = new ScriptedServer();
        await using var transport = new SmtpTransport(Sending.Loopback(server.Port));

        await using (await transport.OfferAsync())
        {
        }
        var outcome = await transport.SendAsync();
        await transport.DisposeAsync();
        await server.AllClosedAsync();

        Assert.Equal(SendOutcomeKind.Sent, outcome.Kind);
        Assert.Single(server.Messages);
        Assert.Equal(2, server.Connections);
    }

    [Fact]
    public async Task Commands_go_in_one_group_where_the_server_has_pipelining()
    {
        await using var server = new ScriptedServer { HoldUntil = "DATA" };
        await using var transport = new SmtpTransport(Sending.Loopback(server.Port));

        var outcome = await transport.SendAsync();

        Assert.Equal(SendOutcomeKind.Sent, outcome.Kind);
    }

    [Fact]
    public async Task Commands_go_one_by_one_where_it_has_not()
    {
        await using var server = new ScriptedServer { Answer = (_, line) => line.StartsWith("RCPT TO:<bad") ? "550 5.1.1 no such user" : null };
        server.Extensions.Remove("PIPELINING");
        await using var transport = new SmtpTransport(Sending.Loopback(server.Port));

        var refused = await transport.SendAsync("bad@example.net");
        var sent = await transport.SendAsync();

        Assert.Equal((SendPhase.RcptTo, SendOutcomeKind.HardBounce), (refused.Phase, refused.Kind));
        Assert.Equal(SendOutcomeKind.Sent, sent.Kind);
        Assert.False(server.HasSeenPipelining);
        Assert.Equal(["MAIL", "RCPT", "RSET", "MAIL", "RCPT", "DATA"], server.Commands.Skip(1).Select(c => c.Split(' ')[0]));
    }

    [Fact]
    public async Task A_server_that_knows_only_HELO_is_spoken_to()
    {
        await using var server = new ScriptedServer { Answer = (_, line) => line.StartsWith("EHLO") ? "502 5.5.1 what" : null };
        await using var transport = new SmtpTransport(Sending.Loopback(server.Port) with { HelloName = "nurture.example.com" });

        var outcome = await transport.SendAsync();

        Assert.Equal(SendOutcomeKind.Sent, outcome.Kind);
        Assert.Equal("HELO nurture.example.com", server.Commands[1]);
        Assert.Equal("MAIL FROM:<b+1@bounce.example.com>", server.Commands[2]);
    }

    [Theory]
    [InlineData("MAIL", "451 4.3.0 later", SendPhase.MailFrom, SendOutcomeKind.Deferred)]
    [InlineData("RCPT", "550 5.1.1 unknown", SendPhase.RcptTo, SendOutcomeKind.HardBounce)]
    [InlineData("DATA", "451 4.3.0 later", SendPhase.Data, SendOutcomeKind.Deferred)]
    [InlineData(".", "550 5.7.1 spam", SendPhase.Finish, SendOutcomeKind.Rejected)]
    public async Task After_a_refusal_the_connection_is_reset_and_used_again(string at, string answer, SendPhase phase, SendOutcomeKind kind)
    {
        var isRefusing = true;
        await using var server = new ScriptedServer();
        server.Answer = (_, line) => isRefusing && line.Split(' ')[0] == at ? answer : null;
        await using var transport = new SmtpTransport(Sending.Loopback(server.Port));

        var refused = await transport.SendAsync();
        isRefusing = false;
        var sent = await transport.SendAsync();

        Assert.Equal((phase, kind), (refused.Phase, refused.Kind));
        Assert.Equal(SendOutcomeKind.Sent, sent.Kind);
        Assert.Single(server.Messages, m => m.Length > 0);
        Assert.Equal(1, server.Connections);
        Assert.Single(server.Commands, "RSET");
    }

    [Fact]
    public async Task DATA_taken_without_a_recipient_is_ended_with_a_lone_dot()
    {
        await using var server = new ScriptedServer();
        server.Answer = (_, line) => line.StartsWith("RCPT TO:<bad") ? "550 5.1.1 unknown" : null; // and DATA gets its 354
        await using var transport = new SmtpTransport(Sending.Loopback(server.Port));

        var refused = await transport.SendAsync("bad@example.net");
        var sent = await transport.SendAsync();

        Assert.Equal(SendOutcomeKind.HardBounce, refused.Kind);
        Assert.Equal(SendOutcomeKind.Sent, sent.Kind);
        Assert.Equal(1, server.Connections);
    }

    [Theory]
    [InlineData("CONNECT", "421 4.7.0 too many connections", SendPhase.Hello)]
    [InlineData("CONNECT", "554 5.7.1 go away", SendPhase.Hello)]
    [InlineData("CONNECT", "HTTP/1.1 400 Bad Request", SendPhase.Hello)]
    [InlineData("CONNECT", ScriptedServer.Drop, SendPhase.Hello)]
    [InlineData("MAIL", "421 4.3.2 closing", SendPhase.MailFrom)]
    [InlineData("MAIL", "503 5.5.1 out of step", SendPhase.MailFrom)]
    [InlineData("MAIL", "354 what", SendPhase.MailFrom)]
    [InlineData("RCPT", "421 4.3.2 closing", SendPhase.RcptTo)]
    [InlineData("RCPT", ScriptedServer.Drop, SendPhase.RcptTo)]
    [InlineData("DATA", ScriptedServer.Drop, SendPhase.Data)]
    [InlineData("DATA", "250 what", SendPhase.Data)]
    [InlineData(".", "421 4.3.2 closing", SendPhase.Finish)]
    public async Task Trouble_with_the_connection_is_no_fault_of_the_mail(string at, string answer, SendPhase phase)
    {
        var failures = new List<(SendOutcome, string)>();
        await using var server = new ScriptedServer { Answer = (_, line) => line.Split(' ')[0] == at ? answer : null };
        await using var transport = new SmtpTransport(
            Sending.Loopback(server.Port) with { ConnectionFailed = (outcome, transcript) => failures.Add((outcome, transcript)) });

        var outcome = await transport.SendAsync();

        Assert.Equal((phase, SendOutcomeKind.ConnectionTemp), (outcome.Phase, outcome.Kind));
        var (told, _) = Assert.Single(failures);
        Assert.Equal(outcome, told);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_a_temporary_trouble()
    {
        await using var transport = new SmtpTransport(Sending.Loopback(Network.FreePort()));

        var outcome = await transport.SendAsync();

        Assert.Equal((SendPhase.Connect, SendOutcomeKind.ConnectionTemp), (outcome.Phase, outcome.Kind));
    }

    [Theory]
    [InlineData(ScriptedServer.Drop)]
    [InlineData("354 what")]
    [InlineData("nonsense")]
    public async Task An_end_between_the_final_dot_and_its_answer_is_uncertain(string answer)
    {
        await using var server = new ScriptedServer { Answer = (_, line) => line == "." ? answer : null };
        await using var transport = new SmtpTransport(Sending.Loopback(server.Port));

        var outcome = await transport.SendAsync();

        Assert.Equal((SendPhase.Finish, SendOutcomeKind.Uncertain), (outcome.Phase, outcome.Kind));
    }

    [Fact]
    public async Task No_answer_to_the_final_dot_in_time_is_uncertain()
    {
        var time = new ManualTime();
        var (dot, never) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var server = new ScriptedServer
        {
            BeforeAnsweringDot = () =>
            {
                dot.SetResult();
                return never.Task;
            },
        };
        await using var transport = new SmtpTransport(Sending.Loopback(server.Port), time);
        var transaction = await transport.OfferAsync();

        var finishing = transaction.FinishAsync(TestContext.Current.CancellationToken).AsTask();
        await dot.Task;
        await MoveUntilAsync(time, finishing);
        never.SetResult();

        Assert.Equal((SendPhase.Finish, SendOutcomeKind.Uncertain), ((await finishing).Phase, (await finishing).Kind));
    }

    [Fact]
    public async Task No_answer_before_the_final_dot_in_time_is_no_handover()
    {
        var time = new ManualTime();
        var reached = new TaskCompletionSource();
        await using var server = new ScriptedServer { HoldUntil = "NEVER" };
        server.Answer = (_, line) =>
        {
            if (line == "DATA")
                reached.SetResult();
            return null;
        };
        await using var transport = new SmtpTransport(Sending.Loopback(server.Port), time);

        var sending = transport.SendAsync();
        await reached.Task;
        await MoveUntilAsync(time, sending);

        Assert.Equal((SendPhase.MailFrom, SendOutcomeKind.ConnectionTemp), ((await sending).Phase, (await sending).Kind));
        Assert.Empty(server.Messages);
    }

    [Fact]
    public async Task Cancelling_before_the_final_dot_sends_nothing_and_after_it_is_uncertain()
    {
        using var cancelling = new CancellationTokenSource();
        var dot = new TaskCompletionSource();
        var answer = new TaskCompletionSource();
        await using var server = new ScriptedServer
        {
            BeforeAnsweringDot = () =>
            {
                dot.SetResult();
                return answer.Task;
            },
        };
        await using var transport = new SmtpTransport(Sending.Loopback(server.Port));
        var (first, second) = (await transport.OfferAsync(), await transport.OfferAsync());

        var waiting = first.FinishAsync(cancelling.Token).AsTask();
        await dot.Task;
        await cancelling.CancelAsync();
        answer.SetResult();

        Assert.Equal(SendOutcomeKind.Uncertain, (await waiting).Kind);
        Assert.Equal(SendOutcomeKind.ConnectionTemp, (await second.FinishAsync(cancelling.Token)).Kind);
        await server.AllClosedAsync();
        Assert.Single(server.Messages);
    }

    [Fact]
    public async Task A_connection_is_used_again_up_to_its_number_of_messages()
    {
        await using var server = new ScriptedServer();
        await using var transport = new SmtpTransport(Sending.Loopback(server.Port) with { MaxConnections = 1, MaxMessagesPerConnection = 3 });

        for (var i = 0; i < 7; i++)
            Assert.Equal(SendOutcomeKind.Sent, (await transport.SendAsync()).Kind);

        Assert.Equal(3, server.Connections);
        Assert.Equal(2, server.Commands.Count(c => c == "QUIT"));
    }

    [Fact]
    public async Task There_are_never_more_connections_than_allowed()
    {
        await using var server = new ScriptedServer();
        await using var transport = new SmtpTransport(Sending.Loopback(server.Port) with { MaxConnections = 3 });

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => transport.SendAsync()));

        Assert.All(outcomes, o => Assert.Equal(SendOutcomeKind.Sent, o.Kind));
        Assert.InRange(server.Connections, 1, 3);
    }

    [Theory]
    [InlineData("421 4.7.0 too many messages on this connection")]
    [InlineData(ScriptedServer.Drop)]
    public async Task A_used_connection_that_the_server_gave_up_is_replaced_without_a_word(string answer)
    {
        var mails = 0;
        var failures = 0;
        await using var server = new ScriptedServer();
        server.Answer = (connection, line) => line.StartsWith("MAIL") && connection == 1 && Interlocked.Increment(ref mails) == 2 ? answer : null;
        await using var transport = new SmtpTransport(Sending.Loopback(server.Port) with { ConnectionFailed = (_, _) => failures++ });

        Assert.Equal(SendOutcomeKind.Sent, (await transport.SendAsync()).Kind);
        Assert.Equal(SendOutcomeKind.Sent, (await transport.SendAsync()).Kind);

        Assert.Equal((2, 2, 0), (server.Connections, server.Messages.Count, failures));
    }

    [Fact]
    public async Task An_idle_connection_is_asked_before_it_is_trusted_and_closed_when_it_is_old()
    {
        var time = new ManualTime();
        await using var server = new ScriptedServer();
        await using var transport = new SmtpTransport(Sending.Loopback(server.Port), time);

        await transport.SendAsync();
        time.Advance(TimeSpan.FromSeconds(5));
        await transport.SendAsync();
        Assert.Single(server.Commands, "NOOP");
        Assert.Equal(1, server.Connections);

        time.Advance(TimeSpan.FromSeconds(30)); // the sweep
        await server.AllClosedAsync();
        Assert.Equal("QUIT", server.Commands[^1]);
        await transport.SendAsync();
        Assert.Equal(2, server.Connections);
    }

    [Fact]
    public async Task A_connection_is_replaced_when_it_is_old_however_busy_it_is()
    {
        var time = new ManualTime();
        await using var server = new ScriptedServer();
        await using var transport = new SmtpTransport(Sending.Loopback(server.Port), time);

        for (var i = 0; i < 25; i++)
        {
            await transport.SendAsync();
            time.Advance(TimeSpan.FromSeconds(3));
        }

        Assert.Equal(2, server.Connections);
        Assert.DoesNotContain("NOOP", server.Commands);
    }

    [Fact]
    public async Task An_address_beyond_ASCII_goes_only_where_SMTPUTF8_is()
    {
        await using var without = new ScriptedServer();
        await using var with = new ScriptedServer();
        with.Extensions.Add("SMTPUTF8");
        await using var first = new SmtpTransport(Sending.Loopback(without.Port));
        await using var second = new SmtpTransport(Sending.Loopback(with.Port));

        var refused = await first.SendAsync("josé@example.net");
        var sent = await second.SendAsync("josé@example.net");

        Assert.Equal((SendOutcomeKind.MessageFault, "5.6.7"), (refused.Kind, refused.EnhancedCode));
        Assert.Equal(SendOutcomeKind.Sent, sent.Kind);
        Assert.EndsWith(" SMTPUTF8", with.Commands[1]);
        Assert.Equal("RCPT TO:<josé@example.net>", with.Commands[2]);
    }

    [Fact]
    public async Task A_message_larger_than_the_server_takes_is_refused_without_asking()
    {
        await using var server = new ScriptedServer();
        server.Extensions[^1] = "SIZE 100";
        await using var transport = new SmtpTransport(Sending.Loopback(server.Port));

        var outcome = await transport.SendAsync();

        Assert.Equal((SendOutcomeKind.MessageFault, "5.3.4"), (outcome.Kind, outcome.EnhancedCode));
        Assert.Single(server.Commands);
    }

    [Fact]
    public async Task Delivery_reports_are_asked_for_where_they_are_known()
    {
        await using var server = new ScriptedServer();
        server.Extensions.Add("DSN");
        await using var transport = new SmtpTransport(Sending.Loopback(server.Port) with { RequestReports = true });

        await transport.OfferAsync(
            new MailEnvelope(null, EmailAddress.Parse("a+b@example.net"), "id=1"), Mails.Bytes(Mails.Simple), TestContext.Current.CancellationToken);

        Assert.StartsWith("MAIL FROM:<> SIZE=", server.Commands[1]);
        Assert.EndsWith(" RET=HDRS ENVID=id+3D1", server.Commands[1]);
        Assert.Equal("RCPT TO:<a+b@example.net> NOTIFY=FAILURE,DELAY ORCPT=rfc822;a+2Bb@example.net", server.Commands[2]);
    }

    [Fact]
    public async Task A_message_with_a_bare_line_end_is_our_mistake_and_costs_no_connection()
    {
        await using var server = new ScriptedServer();
        await using var transport = new SmtpTransport(Sending.Loopback(server.Port));

        await Assert.ThrowsAsync<MailFormatException>(() => transport.SendAsync(message: "From: a\r\n\r\na\n.\nb\r\n"u8.ToArray()));
        var outcome = await transport.SendAsync();

        Assert.Equal(SendOutcomeKind.Sent, outcome.Kind);
        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public void Settings_that_cannot_work_are_refused_by_name()
    {
        var hasty = new SmtpTimeouts { FinalDot = TimeSpan.FromSeconds(30) };

        Assert.Contains("FinalDot", Assert.Throws<ArgumentException>(() => new SmtpTransport(Sending.Loopback(25) with { Timeouts = hasty })).Message);
        Assert.Contains("Host", Assert.Throws<ArgumentException>(() => new SmtpTransport(new SmtpOptions { Host = "" })).Message);
        Assert.Contains("HelloName", Assert.Throws<ArgumentException>(() => new SmtpTransport(Sending.Loopback(25) with { HelloName = "a\r\nMAIL" })).Message);
    }

    private static async Task MoveUntilAsync(ManualTime time, Task done)
    {
        while (!done.IsCompleted)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            time.Advance(TimeSpan.FromSeconds(10));
            await Task.Yield();
        }
    }
}
