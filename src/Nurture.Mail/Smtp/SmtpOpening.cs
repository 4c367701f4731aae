using System.Net.Sockets;
using System.Security.Authentication;

namespace Nurture.Mail.Smtp;

/// <summary>From nothing to a connection that takes mail: connect, greeting, EHLO, TLS, EHLO again, AUTH.</summary>
internal sealed class SmtpOpening(SmtpOptions options, TimeProvider time)
{
    private SendPhase phase = SendPhase.Connect;

    /// <exception cref="SmtpFailure">For whatever the world did.</exception>
    public async ValueTask<(SmtpChannel Channel, SmtpCapabilities Capabilities)> OpenAsync(CancellationToken cancel)
    {
        SmtpChannel? channel = null;
        try
        {
            channel = new SmtpChannel(await SmtpDial.ConnectAsync(options.Host, options.Port, options.Timeouts.Connect, time, cancel), time);
            return (channel, await IntroduceAsync(channel, cancel));
        }
        catch (Exception e)
        {
            channel?.Dispose();
            var failure = e switch
            {
                SmtpFailure known => known,
                // The same for every message until somebody mends a name, a clock or a certificate.
                AuthenticationException => SmtpFailure.Config(SendPhase.Tls, $"TLS with {options.Host} failed: {e.Message}"),
                _ when SmtpFailure.IsOfTheWorld(e) => SmtpFailure.Temporary(phase, $"{options.Host}:{options.Port}: {e.Message}"),
                _ => null,
            };
            if (failure is null)
                throw;
            options.ConnectionFailed?.Invoke(failure.Outcome, channel?.Transcript.ToString() ?? "");
            throw failure;
        }
    }

    private async ValueTask<SmtpCapabilities> IntroduceAsync(SmtpChannel channel, CancellationToken cancel)
    {
        if (options.Security == SmtpSecurity.None && !channel.IsLoopback)
            throw SmtpFailure.Config(SendPhase.Connect, $"{options.Host} is not this machine, and mail leaves it only over TLS; set Security to Required, Implicit or Opportunistic.");
        if (options.Security == SmtpSecurity.Implicit)
            await EncryptAsync(channel, cancel);

        phase = SendPhase.Hello;
        var greeting = await channel.ReadReplyAsync(options.Timeouts.Greeting, cancel);
        if (!greeting.IsPositive)
            throw SmtpFailure.Answer(phase, SendOutcomeKind.ConnectionTemp, greeting);
        var capabilities = await HelloAsync(channel, cancel);

        if (options.Security is SmtpSecurity.Opportunistic or SmtpSecurity.Required)
            capabilities = await StartTlsAsync(channel, capabilities, cancel);
        if (options.Credentials is { } credentials)
        {
            phase = SendPhase.Auth;
            await new SmtpAuth(channel, options.Timeouts.Command).LogInAsync(credentials, capabilities, cancel);
        }
        return capabilities;
    }

    private async ValueTask<SmtpCapabilities> HelloAsync(SmtpChannel channel, CancellationToken cancel)
    {
        var name = options.HelloName ?? Literal(channel);
        await channel.WriteLineAsync($"EHLO {name}", options.Timeouts.Command, cancel);
        var reply = await channel.ReadReplyAsync(options.Timeouts.Command, cancel);
        if (reply.IsPositive)
            return SmtpCapabilities.From(reply);
        if (reply.Code is 500 or 502)
        {
            // RFC 5321 §3.2: a server that does not know EHLO is asked with HELO.
            await channel.WriteLineAsync($"HELO {name}", options.Timeouts.Command, cancel);
            reply = await channel.ReadReplyAsync(options.Timeouts.Command, cancel);
            if (reply.IsPositive)
                return SmtpCapabilities.None;
        }
        throw SmtpFailure.Answer(SendPhase.Hello, SendOutcomeKind.ConnectionTemp, reply);
    }

    private async ValueTask<SmtpCapabilities> StartTlsAsync(SmtpChannel channel, SmtpCapabilities capabilities, CancellationToken cancel)
    {
        phase = SendPhase.Tls;
        var isRequired = options.Security == SmtpSecurity.Required;
        if (!capabilities.HasStartTls)
        {
            return isRequired
                ? throw SmtpFailure.Config(phase, $"{options.Host} does not offer STARTTLS, or somebody took its offer away; nothing was sent in clear text.")
                : capabilities;
        }
        await channel.WriteLineAsync("STARTTLS", options.Timeouts.Command, cancel);
        var reply = await channel.ReadReplyAsync(options.Timeouts.Command, cancel);
        if (!reply.IsPositive)
            return isRequired || reply.Code == 421 ? throw SmtpFailure.Answer(phase, SendOutcomeKind.ConnectionTemp, reply) : capabilities;
        // What came in clear text after the answer would be read as if it had come encrypted (CVE-2011-0411 and its many successors).
        if (channel.HasUnread)
            throw SmtpFailure.Temporary(phase, $"{options.Host} went on talking after its answer to STARTTLS; somebody may be injecting replies.");
        await EncryptAsync(channel, cancel);
        // RFC 3207 §4.2: what was announced before counts for nothing.
        return await HelloAsync(channel, cancel);
    }

    private async ValueTask EncryptAsync(SmtpChannel channel, CancellationToken cancel)
    {
        phase = SendPhase.Tls;
        await channel.EncryptAsync(options.Host, options.TrustedRoots, options.Timeouts.Tls, cancel);
    }

    /// <summary>RFC 5321 §4.1.3 and §4.1.4.</summary>
    private static string Literal(SmtpChannel channel)
    {
        var address = channel.LocalAddress;
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        if (address.AddressFamily == AddressFamily.InterNetwork)
            return $"[{address}]";
        address.ScopeId = 0;
        return $"[IPv6:{address}]";
    }
}
