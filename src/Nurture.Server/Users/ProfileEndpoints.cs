using System.Globalization;
using Microsoft.AspNetCore.Identity;
using Nurture.Server.Api;
using Nurture.Server.Hosting;
using Nurture.Server.Security;
using Nurture.Storage.Security;

namespace Nurture.Server.Users;

/// <summary>What everybody may know and change about himself.</summary>
internal static class ProfileEndpoints
{
    private const int RecoveryCodes = 10;

    /// <param name="Email">Of a person; null for a key.</param>
    /// <param name="Role">Of a person; null for a key.</param>
    /// <param name="HasTotp">Of a person: whether a second factor is asked for.</param>
    /// <param name="HasCaseMails">Of a person: whether he is mailed about cases.</param>
    /// <param name="Now">The business clock.</param>
    public sealed record Me(
        string Name, string? Email, string? Role, IReadOnlyList<string> Permissions, string? Locale, bool HasTotp, bool HasCaseMails, DateTimeOffset Now, bool IsDevelopment);

    public sealed record Changes(string? Name, string? Locale, bool? HasCaseMails);

    public sealed record NewPassword(string? Current, string? New);

    public sealed record Password(string? Current);

    public sealed record Code(string? Value);

    /// <param name="Uri">For the QR code.</param>
    public sealed record Enrolment(string Key, string Uri);

    /// <param name="Codes">Shown once.</param>
    public sealed record Recovery(IReadOnlyList<string> Codes);

    public static string Locale(string locale) => locale is "en" or "ja"
        ? locale
        : throw RefusedException.BadRequest("bad-word", "The screens have no such language.", $"\"{locale}\" was found; they are in en and ja.");

    public static void MapProfile(this IEndpointRouteBuilder api)
    {
        api.MapGet("/me", async (HttpContext context, BusinessClock clock, IHostEnvironment environment, UserManager<User> users) =>
        {
            var caller = context.Caller();
            var permissions = caller.Scopes.Permissions.Select(permission => permission.Name).Order(StringComparer.Ordinal).ToList();
            if (caller.Person is not { } person) return new Me(caller.Name, null, null, permissions, null, false, false, clock.Now, environment.IsDevelopment());
            var user = await OwnAsync(context, users);
            return new Me(person.Name, person.Email, person.Role, permissions, person.Locale, user.TwoFactorEnabled, user.HasCaseMails, clock.Now, environment.IsDevelopment());
        }).RequireCaller().WithSummary("Who asks, what he may do, and what time it is.");

        api.MapPatch("/me", async (Changes changes, HttpContext context, UserManager<User> users) =>
        {
            var user = await OwnAsync(context, users);
            if (!string.IsNullOrWhiteSpace(changes.Name)) user.Name = changes.Name.Trim();
            if (changes.Locale is not null) user.Locale = Locale(changes.Locale);
            user.HasCaseMails = changes.HasCaseMails ?? user.HasCaseMails;
            (await users.UpdateAsync(user)).OrRefuse();
            return TypedResults.NoContent();
        }).RequireCaller().WithSummary("Changes one's own name, the language of the screens, or whether one is mailed about cases.");

        api.MapPost("/me/password", async (NewPassword given, HttpContext context, UserManager<User> users, Sessions sessions, Audited audited, CancellationToken cancel) =>
        {
            var user = await WithPasswordAsync(given.Current, context, users);
            await audited.RecordAsync("user.password_changed", $"user:{user.Email}", null, cancel);
            (await users.ChangePasswordAsync(user, given.Current!, given.New ?? throw RefusedException.Missing("new", "\"…\""))).OrRefuse();
            await GoOnAsync(context, sessions, user);
            return TypedResults.NoContent();
        }).RequireCaller().LimitAttempts().WithSummary("Sets another password. All other sessions end.");

        api.MapPost("/me/totp", async (Password given, HttpContext context, UserManager<User> users, Sessions sessions) =>
        {
            var user = await WithPasswordAsync(given.Current, context, users);
            if (user.TwoFactorEnabled) throw RefusedException.Conflict("totp-on", "There is a second factor already.", "Take it away first, and then enrol another device.");
            (await users.ResetAuthenticatorKeyAsync(user)).OrRefuse();
            await GoOnAsync(context, sessions, user);
            var key = (await users.GetAuthenticatorKeyAsync(user))!;
            return new Enrolment(key, SignIn.KeyUri(key, user.Email!));
        }).RequireCaller().LimitAttempts().WithSummary("Begins a second factor: what the authenticator is to be given. It counts once a code has confirmed it.");

        api.MapPost("/me/totp/confirm", async (Code given, HttpContext context, UserManager<User> users, SignIn signIn, Sessions sessions, Audited audited, CancellationToken cancel) =>
        {
            var user = await OwnAsync(context, users);
            if (user.TwoFactorEnabled || await users.GetAuthenticatorKeyAsync(user) is null)
                throw RefusedException.Conflict("totp-not-begun", "No second factor is being enrolled.", "Begin with POST /me/totp.");
            if (given.Value?.Trim().Length != 6 || !await signIn.IsGoodCodeAsync(user, given.Value))
                throw RefusedException.BadRequest("wrong-code", "That code is not of this key.", "It has six digits and works for half a minute; the device's clock must be right.");
            await audited.RecordAsync("user.totp_added", $"user:{user.Email}", null, cancel);
            (await users.SetTwoFactorEnabledAsync(user, true)).OrRefuse();
            var codes = (await users.GenerateNewTwoFactorRecoveryCodesAsync(user, RecoveryCodes))!.ToList();
            await GoOnAsync(context, sessions, user);
            return new Recovery(codes);
        }).RequireCaller().LimitAttempts().WithSummary("Confirms the second factor with a code. The answer's recovery codes are shown once.");

        api.MapPost("/me/totp/remove", async (Password given, HttpContext context, UserManager<User> users, Sessions sessions, Audited audited, CancellationToken cancel) =>
        {
            var user = await WithPasswordAsync(given.Current, context, users);
            await audited.RecordAsync("user.totp_removed", $"user:{user.Email}", null, cancel);
            (await users.SetTwoFactorEnabledAsync(user, false)).OrRefuse();
            await GoOnAsync(context, sessions, user);
            return TypedResults.NoContent();
        }).RequireCaller().LimitAttempts().WithSummary("Takes the second factor away.");
    }

    /// <summary>The stamp has changed and ended every session; this one begins anew.</summary>
    private static async Task GoOnAsync(HttpContext context, Sessions sessions, User user)
    {
        await sessions.EndAsync(context);
        await sessions.BeginAsync(context, user);
    }

    private static async Task<User> WithPasswordAsync(string? password, HttpContext context, UserManager<User> users)
    {
        var user = await OwnAsync(context, users);
        if (string.IsNullOrEmpty(password)) throw RefusedException.Missing("current", "\"…\"");
        if (!await users.IsLockedOutAsync(user) && await users.CheckPasswordAsync(user, password)) return user;
        await users.AccessFailedAsync(user);
        throw RefusedException.BadRequest("wrong-password", "That is not your password.", "Your present password is asked for, so that nobody changes this at a screen that was left open.");
    }

    private static async Task<User> OwnAsync(HttpContext context, UserManager<User> users) =>
        context.Caller().Person is { } person
            ? await users.FindByIdAsync(person.Id.ToString(CultureInfo.InvariantCulture)) ?? throw RefusedException.NotFound("such user")
            : throw new RefusedException(StatusCodes.Status403Forbidden, "not-a-person", "A key has no profile.", "Only somebody who is signed in has one.");
}
