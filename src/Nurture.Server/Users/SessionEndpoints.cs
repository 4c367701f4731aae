using Microsoft.AspNetCore.Identity;
using Nurture.Server.Api;
using Nurture.Server.Security;
using Nurture.Storage;
using Nurture.Storage.Security;

namespace Nurture.Server.Users;

/// <summary>In and out: with a password, and by a link that works once.</summary>
internal static class SessionEndpoints
{
    /// <param name="Code">Of the second factor, or a recovery code; where the answer asked for it.</param>
    public sealed record Credentials(string? Email, string? Password, string? Code);

    /// <param name="Key">What stands behind the # of the link.</param>
    public sealed record LinkKey(string? Key);

    /// <param name="Purpose">set_up, invitation, reset.</param>
    /// <param name="Email">Whose it is; null for the set-up.</param>
    public sealed record ShownLink(string Purpose, string? Email, string? Name, DateTimeOffset ExpiresAt);

    /// <param name="Email">For the set-up; elsewhere it is known.</param>
    /// <param name="Name">As colleagues say it; left out, it stays.</param>
    public sealed record Welcome(string? Key, string? Email, string? Name, string? Password, string? Locale);

    public static void MapSession(this IEndpointRouteBuilder api)
    {
        const string entrance = "the way in: it asks for a password or a one-time key itself, counts attempts, and takes them from its own pages only";
        api.MapPost("/session", SignInAsync).AllowPublic(entrance).FromOwnPages().LimitAttempts().WithSummary("Signs in, for browsers: the answer sets the cookie.");
        api.MapDelete("/session", async (Sessions sessions, HttpContext context) =>
        {
            await sessions.EndAsync(context);
            return TypedResults.NoContent();
        }).RequireCaller().WithSummary("Signs out.");
        api.MapPost("/session/link", async (LinkKey link, OneTimeLinks links, UserManager<User> users, CancellationToken cancel) =>
        {
            var (found, user) = await FindAsync(link.Key, links, users, cancel);
            return new ShownLink(ApiJson.Word(found.Purpose), user?.Email, user?.Name, found.ExpiresAt);
        }).AllowPublic(entrance).FromOwnPages().LimitAttempts().WithSummary("What a one-time link is for; it stays good.");
        api.MapPost("/session/welcome", WelcomeAsync).AllowPublic(entrance).FromOwnPages().LimitAttempts().WithSummary("Uses a one-time link: sets the password and signs in.");
    }

    private static async Task<IResult> SignInAsync(Credentials given, SignIn signIn, Sessions sessions, AuditStore audit, TimeProvider machine, HttpContext context, CancellationToken cancel)
    {
        var email = given.Email ?? throw RefusedException.Missing("email", "\"ann@example.com\"");
        var password = given.Password ?? throw RefusedException.Missing("password", "\"…\"");
        var (outcome, user) = await signIn.TryAsync(email, password, given.Code);
        switch (outcome)
        {
            case SignInOutcome.Good:
                await audit.AddAsync($"user:{user!.Email}", "session.begun", $"user:{user.Email}", "", machine.GetUtcNow(), cancel);
                await sessions.BeginAsync(context, user);
                return TypedResults.NoContent();
            case SignInOutcome.CodeNeeded:
                throw new RefusedException(StatusCodes.Status401Unauthorized, "code-needed", "A code is needed.", "Send the code that the authenticator shows, or a recovery code.");
            case SignInOutcome.WrongCode:
                throw new RefusedException(StatusCodes.Status401Unauthorized, "wrong-code", "That code does not open.", "A code works for half a minute and once; a recovery code once.");
            default:
                throw new RefusedException(StatusCodes.Status401Unauthorized, "wrong-credentials", "The address or the password is wrong.",
                    "After five wrong attempts a user has to wait five minutes, and may then try again. An administrator can make a link that sets a new password.");
        }
    }

    private static async Task<IResult> WelcomeAsync(
        Welcome given, OneTimeLinks links, UserManager<User> users, Sessions sessions, AuditStore audit, TimeProvider machine, HttpContext context, CancellationToken cancel)
    {
        var (link, user) = await FindAsync(given.Key, links, users, cancel);
        var password = given.Password ?? throw RefusedException.Missing("password", "\"…\"");
        var isNew = user is null;
        if (user is null)
        {
            var email = Addresses.Key(given.Email ?? throw RefusedException.Missing("email", "\"ann@example.com\"")) is not null
                ? given.Email.Trim()
                : throw RefusedException.BadRequest("bad-address", "That is no address.", "email must be one address, such as ann@example.com.");
            user = new User { Email = email, Name = given.Name ?? throw RefusedException.Missing("name", "\"Ann Example\""), Role = Role.Admin.Name, CreatedAt = machine.GetUtcNow() };
        }
        if (!string.IsNullOrWhiteSpace(given.Name)) user.Name = given.Name.Trim();
        if (given.Locale is not null) user.Locale = ProfileEndpoints.Locale(given.Locale);
        // Looked at before the link is spent.
        foreach (var validator in users.PasswordValidators) (await validator.ValidateAsync(users, user, password)).OrRefuse();
        if (!await links.UseAsync(given.Key!, cancel)) throw Over();

        var name = $"user:{user.Email}";
        await audit.AddAsync(name, link.Purpose switch { LinkPurpose.SetUp => "user.set_up", LinkPurpose.Invitation => "user.joined", LinkPurpose.Reset => "user.reset" }, name, "", machine.GetUtcNow(), cancel);
        if (isNew)
        {
            (await users.CreateAsync(user, password)).OrRefuse();
        }
        else
        {
            user.TwoFactorEnabled = false;
            user.LockoutEnd = null;
            user.AccessFailedCount = 0;
            user.PasswordHash = users.PasswordHasher.HashPassword(user, password);
            // Saves the rest too, and ends the sessions there were.
            (await users.UpdateSecurityStampAsync(user)).OrRefuse();
        }
        await sessions.BeginAsync(context, user);
        return TypedResults.NoContent();
    }

    private static async Task<(UserLink Link, User? User)> FindAsync(string? key, OneTimeLinks links, UserManager<User> users, CancellationToken cancel)
    {
        if (await links.FindAsync(key ?? throw RefusedException.Missing("key", "\"nl_…\""), cancel) is not { } link) throw Over();
        if (link.UserId is not { } id) return (link, null);
        return await users.FindByIdAsync(id.ToString(System.Globalization.CultureInfo.InvariantCulture)) is { LockedAt: null } user ? (link, user) : throw Over();
    }

    private static RefusedException Over() => new(StatusCodes.Status404NotFound, "link-over", "This link does not work any more.",
        "It was used, or its time is over. An administrator can make another; while there is no user, the server prints a new one at each start.");

    /// <summary>What Identity refuses, as problem details.</summary>
    public static void OrRefuse(this IdentityResult result)
    {
        if (result.Succeeded) return;
        var codes = result.Errors.Select(error => error.Code).ToList();
        if (codes.Contains("ConcurrencyFailure")) throw RefusedException.Conflict("changed-meanwhile", "Somebody changed the same user meanwhile.", "Look again, and repeat it.");
        if (codes.Any(code => code.StartsWith("Duplicate", StringComparison.Ordinal)))
            throw RefusedException.Conflict("address-taken", "The address is taken.", "There is a user with this address.");
        var isPassword = codes.All(code => code.StartsWith("Password", StringComparison.Ordinal));
        throw RefusedException.BadRequest(isPassword ? "weak-password" : "bad-user", isPassword ? "The password is too easy to guess." : "That is no user.",
            isPassword ? $"It needs {UsersSlice.ShortestPassword} characters, five different ones at least, and is not the name or address: {string.Join(' ', result.Errors.Select(error => error.Description))}" : string.Join(' ', result.Errors.Select(error => error.Description)));
    }
}
