using System.Globalization;
using Microsoft.AspNetCore.Identity;

namespace Nurture.Server.Users;

public enum SignInOutcome
{
    Good,
    /// <summary>Address or password, it is not said which; or too many tries, or locked.</summary>
    Wrong,
    /// <summary>The password was right, and a code of the second factor is asked for.</summary>
    CodeNeeded,
    WrongCode,
}

/// <summary>Password, then the second factor where there is one. Wrong ones of both kinds count towards the pause.</summary>
public sealed class SignIn(UserManager<User> users)
{
    private static readonly User Nobody = new() { Name = "", Role = "" };

    // Verified where there is nobody of that address, so that the time it takes does not tell.
    private static readonly Lazy<string> NobodysHash = new(() => new PasswordHasher<User>(Microsoft.Extensions.Options.Options.Create(new PasswordHasherOptions { IterationCount = UsersSlice.HashIterations }))
        .HashPassword(Nobody, Guid.NewGuid().ToString()));

    public async Task<(SignInOutcome Outcome, User? User)> TryAsync(string email, string password, string? code)
    {
        var user = await users.FindByEmailAsync(email.Trim());
        if (user?.PasswordHash is null || user.LockedAt is not null || await users.IsLockedOutAsync(user))
        {
            users.PasswordHasher.VerifyHashedPassword(Nobody, NobodysHash.Value, password);
            return (SignInOutcome.Wrong, null);
        }
        if (!await users.CheckPasswordAsync(user, password))
        {
            await users.AccessFailedAsync(user);
            return (SignInOutcome.Wrong, null);
        }
        if (user.TwoFactorEnabled)
        {
            if (string.IsNullOrWhiteSpace(code)) return (SignInOutcome.CodeNeeded, null);
            if (!await IsGoodCodeAsync(user, code))
            {
                await users.AccessFailedAsync(user);
                return (SignInOutcome.WrongCode, null);
            }
        }
        if (user.AccessFailedCount > 0) await users.ResetAccessFailedCountAsync(user);
        return (SignInOutcome.Good, user);
    }

    /// <summary>A code of the authenticator that was not used before, or one of the recovery codes, which is then gone.</summary>
    public async Task<bool> IsGoodCodeAsync(User user, string code)
    {
        var typed = code.Replace(" ", "", StringComparison.Ordinal).Trim();
        if (typed.Length == 6 && typed.All(char.IsAsciiDigit))
        {
            if (typed == user.LastCode || !await users.VerifyTwoFactorTokenAsync(user, TokenOptions.DefaultAuthenticatorProvider, typed)) return false;
            user.LastCode = typed;
            // Fails where another request used the same code meanwhile.
            return (await users.UpdateAsync(user)).Succeeded;
        }
        return (await users.RedeemTwoFactorRecoveryCodeAsync(user, typed.ToUpperInvariant())).Succeeded;
    }

    /// <summary>What authenticators read from a QR code ("Key Uri Format").</summary>
    public static string KeyUri(string key, string email) =>
        string.Create(CultureInfo.InvariantCulture, $"otpauth://totp/{Uri.EscapeDataString($"Nurture:{email}")}?secret={key}&issuer=Nurture&digits=6&period=30");
}
