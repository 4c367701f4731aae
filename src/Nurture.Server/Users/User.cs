using Microsoft.AspNetCore.Identity;

namespace Nurture.Server.Users;

/// <summary>Somebody who works with Nurture. Signs in by the address; one who was invited has no password yet.</summary>
public sealed class User : IdentityUser<long>
{
    public override string? UserName
    {
        get => Email;
        set => Email = value;
    }

    /// <summary>As colleagues call him.</summary>
    public required string Name { get; set; }

    /// <summary>Name of a <see cref="Storage.Security.Role"/>.</summary>
    public required string Role { get; set; }

    /// <summary>Language of the screens: en, ja.</summary>
    public string? Locale { get; set; }

    /// <summary>Whether he is mailed about cases.</summary>
    public bool HasCaseMails { get; set; } = true;

    /// <summary>The last code of the second factor that opened: none opens twice.</summary>
    public string? LastCode { get; set; }

    /// <summary>By an administrator, until he says otherwise; <see cref="IdentityUser{TKey}.LockoutEnd"/> is the pause after wrong passwords.</summary>
    public DateTimeOffset? LockedAt { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset? LastSeenAt { get; set; }
}
