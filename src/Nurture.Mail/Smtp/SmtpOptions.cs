using System.Security.Cryptography.X509Certificates;

namespace Nurture.Mail.Smtp;

/// <summary>How a connection is protected. Certificates are always checked against <see cref="SmtpOptions.Host"/>.</summary>
public enum SmtpSecurity
{
    /// <summary>Clear text, to this machine only: a connection to any other address is refused.</summary>
    None,
    /// <summary>STARTTLS where offered. Whoever sits between can take the offer away, so never with credentials over a network: those are sent only over TLS.</summary>
    Opportunistic,
    /// <summary>STARTTLS or nothing (port 587).</summary>
    Required,
    /// <summary>TLS from the first octet (port 465, RFC 8314).</summary>
    Implicit,
}

public sealed record SmtpCredentials(string User, string Password)
{
    public override string ToString() => $"{User}, password withheld";
}

/// <summary>A submission server or relay, and how to use it.</summary>
public sealed record SmtpOptions
{
    public required string Host { get; init; }

    public int Port { get; init; } = 587;

    public SmtpSecurity Security { get; init; } = SmtpSecurity.Required;

    public SmtpCredentials? Credentials { get; init; }

    /// <summary>How we introduce ourselves: a name that resolves to us. If absent, our address as a literal; never the machine's name.</summary>
    public string? HelloName { get; init; }

    public int MaxConnections { get; init; } = 8;

    /// <summary>Providers close connections after a number of mails; being first saves their 421.</summary>
    public int MaxMessagesPerConnection { get; init; } = 100;

    public TimeSpan MaxConnectionAge { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>A connection idle for longer is asked (NOOP) before it is trusted with a mail. Some providers hang up within seconds.</summary>
    public TimeSpan NoopAfter { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>A connection idle for longer is closed.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Ask for delivery reports on failure and delay, with the envelope's id (RFC 3461), where the server can.</summary>
    public bool RequestReports { get; init; }

    /// <summary>Roots to trust instead of the system's.</summary>
    public X509Certificate2Collection? TrustedRoots { get; init; }

    public SmtpTimeouts Timeouts { get; init; } = new();

    /// <summary>
    /// Told of each connection that failed, with the end of its conversation. Passwords are blanked and bodies left out; addresses
    /// are not. Called on the sending thread.
    /// </summary>
    public Action<SendOutcome, string>? ConnectionFailed { get; init; }

    /// <exception cref="ArgumentException">A setting that cannot work, by name.</exception>
    public void Validate()
    {
        Require(Host.Length > 0, nameof(Host), "is empty");
        Require(Port is > 0 and < 65536, nameof(Port), "is not a port");
        Require(MaxConnections > 0, nameof(MaxConnections), "must be at least 1");
        Require(MaxMessagesPerConnection > 0, nameof(MaxMessagesPerConnection), "must be at least 1");
        Require(HelloName is null || HelloName.AsSpan().IndexOfAnyExceptInRange('!', '~') < 0, nameof(HelloName), "is not a domain name");
        // Giving up early here is how mails are sent twice (RFC 5321 §4.5.3.2.6).
        Require(Timeouts.FinalDot >= TimeSpan.FromMinutes(2), nameof(Timeouts.FinalDot), "must be at least two minutes");
    }

    private static void Require(bool holds, string name, string problem)
    {
        if (!holds)
            throw new ArgumentException($"SMTP option {name} {problem}.");
    }
}

/// <summary>How long to wait for what (RFC 5321 §4.5.3.2).</summary>
public sealed record SmtpTimeouts
{
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(30);

    public TimeSpan Greeting { get; init; } = TimeSpan.FromMinutes(5);

    public TimeSpan Tls { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>EHLO, AUTH, MAIL, RCPT.</summary>
    public TimeSpan Command { get; init; } = TimeSpan.FromMinutes(5);

    public TimeSpan Data { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>For each block of the body.</summary>
    public TimeSpan Block { get; init; } = TimeSpan.FromMinutes(3);

    public TimeSpan FinalDot { get; init; } = TimeSpan.FromMinutes(10);
}
