using System.ComponentModel.DataAnnotations;
using Nurture.Mail;
using Nurture.Mail.Smtp;

namespace Nurture.Server.Delivery;

public enum MailTransportKind
{
    /// <summary>Into the server's own database, for development.</summary>
    Inbox,
    Smtp,
    /// <summary>One file per mail in <c>pickup/</c> of the data directory.</summary>
    Pickup,
}

/// <summary>How mail leaves: configuration section <c>Nurture:Mail</c>.</summary>
public sealed record MailOptions : IValidatableObject
{
    /// <summary>The built-in inbox in development mode and the pickup folder otherwise, where nothing is said: nothing leaves unasked.</summary>
    public MailTransportKind? Transport { get; init; }

    public string? Host { get; init; }

    /// <summary>587, or 465 for implicit TLS, where not given.</summary>
    [Range(1, 65535)]
    public int? Port { get; init; }

    public SmtpSecurity Security { get; init; } = SmtpSecurity.Required;

    public string? User { get; init; }

    public string? Password { get; init; }

    /// <summary>How many mails are under way at once.</summary>
    [Range(1, 500)]
    public int Connections { get; init; } = 16;

    /// <summary>How we introduce ourselves to the mail server.</summary>
    public string? HelloName { get; init; }

    /// <summary>Addresses or <c>@domains</c>; when there are any, nobody else is mailed (a restored backup, a staging copy).</summary>
    public IReadOnlyList<string> AllowList { get; init; } = [];

    public IEnumerable<ValidationResult> Validate(ValidationContext context)
    {
        if (Transport == MailTransportKind.Smtp && string.IsNullOrWhiteSpace(Host))
            yield return new("smtp needs to know the mail server.", [nameof(Host)]);
        if (User is null != Password is null)
            yield return new("a user needs a password, and a password a user.", [nameof(User)]);
        foreach (var entry in AllowList)
            if (!Delivery.AllowList.TryRead(entry, out _))
                yield return new($"\"{entry}\" is neither an address nor a domain such as @example.com.", [nameof(AllowList)]);
    }
}

/// <summary>Where mail goes after all settings are read.</summary>
public sealed record MailRoute(MailTransportKind Kind)
{
    /// <summary>Whether what leaves can be read by its recipient: a pickup folder is read by operators.</summary>
    public bool ReachesPeople => Kind != MailTransportKind.Pickup;
}

/// <summary>With what mail is signed: configuration section <c>Nurture:Dkim</c>. Without a key file nothing is signed.</summary>
public sealed record DkimOptions : IValidatableObject
{
    /// <summary>The domain of the sender's address, or a parent of it.</summary>
    public string? Domain { get; init; }

    public string? Selector { get; init; }

    /// <summary>An RSA private key in PEM.</summary>
    public string? KeyFile { get; init; }

    public IEnumerable<ValidationResult> Validate(ValidationContext context)
    {
        var given = new[] { Domain, Selector, KeyFile }.Count(value => !string.IsNullOrWhiteSpace(value));
        if (given is not (0 or 3))
            yield return new("signing needs all three: Domain, Selector and KeyFile.", [nameof(KeyFile)]);
        else if (given == 3 && !File.Exists(KeyFile))
            yield return new($"there is no file {KeyFile}.", [nameof(KeyFile)]);
    }
}
