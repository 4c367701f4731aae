using Nurture.Mail.Smtp;
using Nurture.Mail.Tests.Support;

namespace Nurture.Mail.Tests.Smtp;

/// <summary>Against a server that is not ours, fails in the ways that real ones do, and keeps its own journal.</summary>
public sealed class OracleSinkTests
{
    private const int Mails = 300;

    [Fact]
    public async Task What_is_sent_is_in_the_journal_and_what_is_not_is_not()
    {
        await using var sink = await Sinks.OracleAsync("--strict-state", "--p-mail-451", ".1", "--p-rcpt-451", ".1", "--p-rcpt-550", ".05", "--p-data-451", ".1", "--p-421", ".05", "--max-per-conn", "10");
        await using var transport = new SmtpTransport(Sending.Loopback(sink.Port));

        var outcomes = await SendAllAsync(transport);

        Assert.Equal(Recipients(outcomes, SendOutcomeKind.Sent), Accepted(sink));
        Assert.Empty(sink.Journal("protocol_503"));
        Assert.Empty(sink.Journal("bare_lf_command"));
        Assert.DoesNotContain(sink.Journal("accepted"), m => m.GetProperty("bare_lf").GetBoolean());
        Assert.All(outcomes, o => Assert.Contains(o.Outcome.Kind, new[]
        {
            SendOutcomeKind.Sent, SendOutcomeKind.Deferred, SendOutcomeKind.HardBounce, SendOutcomeKind.ConnectionTemp,
        }));
    }

    [Fact]
    public async Task A_mail_that_was_taken_and_not_answered_is_uncertain_and_every_such_one_is_known()
    {
        await using var sink = await Sinks.OracleAsync("--strict-state", "--p-drop-before-250", ".2");
        await using var transport = new SmtpTransport(Sending.Loopback(sink.Port));

        var outcomes = await SendAllAsync(transport);

        var dropped = sink.Journal("dropped_before_250").Count;
        Assert.NotEqual(0, dropped);
        Assert.Equal(dropped, outcomes.Count(o => o.Outcome.Kind == SendOutcomeKind.Uncertain));
        Assert.Equal(Recipients(outcomes, SendOutcomeKind.Sent, SendOutcomeKind.Uncertain), Accepted(sink));
    }

    [Fact]
    public async Task A_server_that_hangs_up_during_the_body_has_nothing_and_is_never_taken_for_having_it()
    {
        await using var sink = await Sinks.OracleAsync("--p-drop-in-data", ".3");
        await using var transport = new SmtpTransport(Sending.Loopback(sink.Port));
        var large = Support.Mails.Bytes(Support.Mails.Simple with { TextBody = new string('x', 70) + string.Concat(Enumerable.Repeat("\n" + new string('y', 70), 20_000)) });

        var outcomes = await SendAllAsync(transport, large, count: 60);

        Assert.Equal(Recipients(outcomes, SendOutcomeKind.Sent), Accepted(sink));
        Assert.NotEmpty(sink.Journal("dropped_in_data"));
        // The dot may have left before we heard of the hang-up; nobody can know then.
        Assert.All(outcomes, o => Assert.Contains(o.Outcome.Kind, new[] { SendOutcomeKind.Sent, SendOutcomeKind.ConnectionTemp, SendOutcomeKind.Uncertain }));
    }

    [Fact]
    public async Task Recipients_are_told_apart_by_what_the_server_says_of_them()
    {
        await using var sink = await Sinks.OracleAsync("--strict-state");
        await using var transport = new SmtpTransport(Sending.Loopback(sink.Port));

        Assert.Equal((SendOutcomeKind.HardBounce, "5.1.1"), Seen(await transport.SendAsync("hard1@example.net")));
        Assert.Equal((SendOutcomeKind.Deferred, "4.2.2"), Seen(await transport.SendAsync("full1@example.net")));
        Assert.Equal((SendOutcomeKind.Deferred, "4.7.1"), Seen(await transport.SendAsync("soft1@example.net")));
        Assert.Equal((SendOutcomeKind.Uncertain, null), Seen(await transport.SendAsync("drop1@example.net")));
        Assert.Equal((SendOutcomeKind.Sent, "2.0.0"), Seen(await transport.SendAsync("drop1@example.net")));
        Assert.Empty(sink.Journal("protocol_503"));
    }

    [Fact]
    public async Task A_carrier_address_with_two_dots_arrives_quoted()
    {
        await using var sink = await Sinks.OracleAsync();
        await using var transport = new SmtpTransport(Sending.Loopback(sink.Port));

        await transport.SendAsync("a..b@docomo.ne.jp");

        Assert.Equal(["\"a..b\"@docomo.ne.jp"], Accepted(sink));
    }

    private static (SendOutcomeKind, string?) Seen(SendOutcome outcome) => (outcome.Kind, outcome.EnhancedCode);

    private static async Task<IReadOnlyList<(string To, SendOutcome Outcome)>> SendAllAsync(IMailTransport transport, byte[]? message = null, int count = Mails) =>
        await Task.WhenAll(Enumerable.Range(0, count).Select(async i => ($"r{i}@example.net", await transport.SendAsync($"r{i}@example.net", message))));

    private static IEnumerable<string> Recipients(IEnumerable<(string To, SendOutcome Outcome)> outcomes, params SendOutcomeKind[] kinds) =>
        outcomes.Where(o => kinds.Contains(o.Outcome.Kind)).Select(o => o.To).Order(StringComparer.Ordinal);

    /// <summary>A recipient that got two would be here twice.</summary>
    private static IEnumerable<string> Accepted(Sinks sink) =>
        sink.Journal("accepted").Select(m => m.GetProperty("rcpt")[0].GetString()!).Order(StringComparer.Ordinal);
}
