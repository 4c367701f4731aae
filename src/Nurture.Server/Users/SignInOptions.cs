using System.ComponentModel.DataAnnotations;

namespace Nurture.Server.Users;

/// <summary>How people get in: configuration section <c>Nurture:SignIn</c>.</summary>
public sealed record SignInOptions
{
    /// <summary>Of one network address: passwords, codes and one-time links tried.</summary>
    [Range(1, 10_000)]
    public int AttemptsPerMinute { get; init; } = 20;
}
