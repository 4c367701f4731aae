using System.Text;
using Nurture.Mail.Smtp;
using Nurture.Mail.Tests.Support;

namespace Nurture.Mail.Tests.Smtp;

public sealed class SmtpTlsTests
{
    private static readonly SmtpCredentials Credentials = new("ann", "s3cr3t pässword");

    private static SmtpOptions Secure(ScriptedServer server, SmtpSecurity security = SmtpSecurity.Required) =>
        new() { Host = "localhost", Port = server.Port, Security = security, TrustedRoots = TestCertificates.Roots };

    [Theory]
    [InlineData(SmtpSecurity.Required)]
    [InlineData(SmtpSecurity.Opportunistic)]
    [InlineData(SmtpSecurity.Implicit)]
    public async Task A_mail_goes_over_TLS(SmtpSecurity security)
    {
        await using var server = new ScriptedServer { Certificate = TestCertificates.For("localhost"), IsImplicitTls = security == SmtpSecurity.Implicit };
        await using var transport = new SmtpTransport(Secure(server, security));

        var outcome = await transport.SendAsync();

        Assert.True(outcome.Kind == SendOutcomeKind.Sent, outcome.ToString());
        var expected = security == SmtpSecurity.Implicit ? new[] { "EHLO", "MAIL" } : ["EHLO", "STARTTLS", "EHLO", "MAIL"];
        Assert.Equal(expected, server.Commands.Take(expected.Length).Select(c => c.Split(' ')[0]));
    }

    [Fact]
    public async Task What_was_announced_in_clear_text_is_forgotten()
    {
        await using var server = new ScriptedServer { Certificate = TestCertificates.For("localhost"), ClearTextExtension = "AUTH PLAIN" };
        await using var transport = new SmtpTransport(Secure(server) with { Credentials = Credentials });

        var outcome = await transport.SendAsync();

        Assert.Equal((SendPhase.Auth, SendOutcomeKind.Config), (outcome.Phase, outcome.Kind));
        Assert.DoesNotContain(server.Commands, c => c.StartsWith("AUTH"));
    }

    [Fact]
    public async Task Replies_injected_before_the_handshake_end_the_connection()
    {
        await using var server = new ScriptedServer { Certificate = TestCertificates.For("localhost"), Injection = "250-test\r\n250 AUTH PLAIN" };
        await using var transport = new SmtpTransport(Secure(server) with { Credentials = Credentials });

        var outcome = await transport.SendAsync();

        Assert.Equal((SendPhase.Tls, SendOutcomeKind.ConnectionTemp), (outcome.Phase, outcome.Kind));
        Assert.Equal("STARTTLS", server.Commands[^1]);
    }

    [Fact]
    public async Task A_stripped_STARTTLS_stops_everything_where_TLS_is_required()
    {
        await using var server = new ScriptedServer();
        server.Extensions.Add("AUTH PLAIN");
        await using var transport = new SmtpTransport(Secure(server) with { Credentials = Credentials });

        var outcome = await transport.SendAsync();

        Assert.Equal((SendPhase.Tls, SendOutcomeKind.Config), (outcome.Phase, outcome.Kind));
        Assert.Single(server.Commands);
    }

    [Theory]
    [InlineData("other.example.com", false, true)]
    [InlineData("localhost", true, true)]
    [InlineData("localhost", false, false)]
    public async Task A_certificate_that_is_of_another_host_or_expired_or_of_an_unknown_root_is_refused(string host, bool isExpired, bool isKnownRoot)
    {
        foreach (var security in new[] { SmtpSecurity.Required, SmtpSecurity.Implicit, SmtpSecurity.Opportunistic })
        {
            await using var server = new ScriptedServer { Certificate = TestCertificates.For(host, isExpired), IsImplicitTls = security == SmtpSecurity.Implicit };
            await using var transport = new SmtpTransport(Secure(server, security) with { TrustedRoots = isKnownRoot ? TestCertificates.Roots : null });

            var outcome = await transport.SendAsync();

            Assert.Equal((SendPhase.Tls, SendOutcomeKind.Config), (outcome.Phase, outcome.Kind));
            Assert.DoesNotContain(server.Commands, c => c.StartsWith("MAIL"));
        }
    }

    [Fact]
    public async Task AUTH_PLAIN_is_preferred_and_never_seen_in_a_transcript()
    {
        var transcripts = new StringBuilder();
        await using var server = new ScriptedServer { Certificate = TestCertificates.For("localhost"), Answer = (_, line) => line == "." ? ScriptedServer.Drop : null };
        server.Extensions.Add("AUTH LOGIN PLAIN");
        await using var transport = new SmtpTransport(
            Secure(server) with { Credentials = Credentials, ConnectionFailed = (_, transcript) => transcripts.Append(transcript) });

        await transport.SendAsync();

        var secret = Convert.ToBase64String(Encoding.UTF8.GetBytes("\0ann\0s3cr3t pässword"));
        Assert.Contains($"AUTH PLAIN {secret}", server.Commands);
        Assert.Contains("AUTH PLAIN (secret)", transcripts.ToString());
        Assert.Contains("C: MAIL FROM:<b+1@bounce.example.com>", transcripts.ToString());
        Assert.DoesNotContain(secret, transcripts.ToString());
        Assert.DoesNotContain("Hi Bob", transcripts.ToString());
        Assert.DoesNotContain("s3cr3t", Credentials.ToString());
    }

    [Fact]
    public async Task AUTH_LOGIN_answers_both_questions()
    {
        await using var server = new ScriptedServer { Certificate = TestCertificates.For("localhost") };
        server.Extensions.Add("AUTH=LOGIN");
        var (user, password) = (Encode(Credentials.User), Encode(Credentials.Password));
        server.Answer = (_, line) => line == "AUTH LOGIN" ? "334 VXNlcm5hbWU6" : line == user ? "334 UGFzc3dvcmQ6" : line == password ? "235 2.7.0 ok" : null;
        await using var transport = new SmtpTransport(Secure(server) with { Credentials = Credentials });

        var outcome = await transport.SendAsync();

        Assert.Equal(SendOutcomeKind.Sent, outcome.Kind);
        Assert.Contains(password, server.Commands);
    }

    [Fact]
    public async Task A_long_secret_waits_for_the_servers_question()
    {
        await using var server = new ScriptedServer { Certificate = TestCertificates.For("localhost") };
        server.Extensions.Add("AUTH PLAIN");
        var token = new string('t', 1000);
        server.Answer = (_, line) => line == "AUTH PLAIN" ? "334 " : line == Encode($"\0ann\0{token}") ? "235 ok" : null;
        await using var transport = new SmtpTransport(Secure(server) with { Credentials = new("ann", token) });

        Assert.Equal(SendOutcomeKind.Sent, (await transport.SendAsync()).Kind);
    }

    [Theory]
    [InlineData("535 5.7.8 bad credentials", SendOutcomeKind.Config)]
    [InlineData("454 4.7.0 temporary authentication failure", SendOutcomeKind.Config)]
    [InlineData("421 4.3.2 closing", SendOutcomeKind.ConnectionTemp)]
    [InlineData("334 ", SendOutcomeKind.ConnectionTemp)]
    public async Task A_failed_login_stops_before_any_mail(string answer, SendOutcomeKind kind)
    {
        await using var server = new ScriptedServer { Certificate = TestCertificates.For("localhost"), Answer = (_, line) => line.StartsWith("AUTH") ? answer : null };
        server.Extensions.Add("AUTH PLAIN");
        await using var transport = new SmtpTransport(Secure(server) with { Credentials = Credentials });

        var outcome = await transport.SendAsync();

        Assert.Equal((SendPhase.Auth, kind), (outcome.Phase, outcome.Kind));
        Assert.DoesNotContain(server.Commands, c => c.StartsWith("MAIL"));
    }

    private static string Encode(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
