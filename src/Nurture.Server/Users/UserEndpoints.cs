using System.Globalization;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Nurture.Server.Api;
using Nurture.Server.Notices;
using Nurture.Server.Security;
using Nurture.Storage;
using Nurture.Storage.Security;

namespace Nurture.Server.Users;

/// <summary>The colleagues: who is in, as what, and since when not. Nobody gives more than he has, and one administrator always remains.</summary>
internal static class UserEndpoints
{
    /// <param name="IsLocked">By an administrator.</param>
    /// <param name="IsInvited">Has no password yet.</param>
    public sealed record Shown(
        long Id, string Name, string Email, string Role, string? Locale, bool IsLocked, bool IsInvited, bool HasTotp, DateTimeOffset CreatedAt, DateTimeOffset? LastSeenAt)
    {
        internal static Shown Of(User user) => new(
            user.Id, user.Name, user.Email!, user.Role, user.Locale, user.LockedAt is not null, user.PasswordHash is null, user.TwoFactorEnabled, user.CreatedAt, user.LastSeenAt);
    }

    /// <param name="Role">admin, marketer, cs_manager, csm, viewer.</param>
    public sealed record Invitation(string? Email, string? Name, string? Role, string? Locale);

    public sealed record Changes(string? Name, string? Role);

    /// <param name="Link">Shown once; who has it becomes this user.</param>
    /// <param name="IsMailed">Whether the user gets a link by mail too.</param>
    public sealed record WithLink(Shown User, string Link, DateTimeOffset ExpiresAt, bool IsMailed)
    {
        internal static WithLink Of(User user, Invited invited) => new(Shown.Of(user), invited.Link, invited.ExpiresAt, invited.IsMailed);
    }

    public sealed record ShownRole(string Name, IReadOnlyList<string> Permissions);

    public static void MapUsers(this IEndpointRouteBuilder api)
    {
        api.MapGet("/users", async (string? role, int? limit, string? after, UsersContext context, CancellationToken cancel) =>
        {
            var (most, from) = (Paging.Limit(limit), Paging.After(after) ?? 0);
            var found = await context.Users.AsNoTracking().Where(user => user.Id > from && (role == null || user.Role == role)).OrderBy(user => user.Id).Take(most + 1).ToListAsync(cancel);
            return new ApiPage<Shown>([.. found.Take(most).Select(Shown.Of)], found.Count > most ? found[most - 1].Id.ToString(CultureInfo.InvariantCulture) : null);
        }).RequirePermission(Permission.ReadUsers).WithSummary("Those who work with Nurture; with role, those of one.");

        api.MapGet("/roles", () => Role.All.Select(role => new ShownRole(role.Name, [.. role.Scopes.Permissions.Select(permission => permission.Name).Order(StringComparer.Ordinal)])).ToList())
            .RequirePermission(Permission.ReadUsers).WithSummary("The roles and what they may do.");

        api.MapPost("/users", InviteAsync).RequirePermission(Permission.WriteUsers)
            .WithSummary("Invites somebody: the answer holds a link that works once, and sets his password.").Produces<WithLink>(StatusCodes.Status201Created);

        api.MapPatch("/users/{id:long}", async (long id, Changes changes, UserManager<User> users, UsersContext rows, Audited audited, HttpContext context, CancellationToken cancel) =>
        {
            var user = await FindAsync(id, users, context);
            if (!string.IsNullOrWhiteSpace(changes.Name)) user.Name = changes.Name.Trim();
            if (changes.Role is not null && changes.Role != user.Role)
            {
                var role = RoleOf(changes.Role, context);
                await audited.RecordAsync("user.role_changed", $"user:{user.Email}", new { From = user.Role, To = role.Name }, cancel);
                await using var kept = await KeepAdminAsync(user, rows, cancel);
                user.Role = role.Name;
                (await users.UpdateSecurityStampAsync(user)).OrRefuse();
                await kept.CommitAsync(cancel);
            }
            else
            {
                (await users.UpdateAsync(user)).OrRefuse();
            }
            return Shown.Of(user);
        }).RequirePermission(Permission.WriteUsers).WithSummary("Gives a user another name or role. A change of role ends his sessions.");

        api.MapPost("/users/{id:long}/lock", async (long id, UserManager<User> users, UsersContext rows, Audited audited, TimeProvider machine, HttpContext context, CancellationToken cancel) =>
        {
            var user = await FindAsync(id, users, context);
            await audited.RecordAsync("user.locked", $"user:{user.Email}", null, cancel);
            await using var kept = await KeepAdminAsync(user, rows, cancel);
            user.LockedAt ??= machine.GetUtcNow();
            (await users.UpdateSecurityStampAsync(user)).OrRefuse();
            await kept.CommitAsync(cancel);
            return Shown.Of(user);
        }).RequirePermission(Permission.WriteUsers).WithSummary("Shuts a user out, at once and until he is let in again.");

        api.MapPost("/users/{id:long}/unlock", async (long id, UserManager<User> users, Audited audited, HttpContext context, CancellationToken cancel) =>
        {
            var user = await FindAsync(id, users, context);
            await audited.RecordAsync("user.unlocked", $"user:{user.Email}", null, cancel);
            user.LockedAt = null;
            user.LockoutEnd = null;
            user.AccessFailedCount = 0;
            (await users.UpdateAsync(user)).OrRefuse();
            return Shown.Of(user);
        }).RequirePermission(Permission.WriteUsers).WithSummary("Lets a user in again who was locked, or has to wait after wrong passwords.");

        api.MapPost("/users/{id:long}/reset", async (long id, UserManager<User> users, OneTimeLinks links, Invitations invitations, Audited audited, HttpContext context, CancellationToken cancel) =>
        {
            var user = await FindAsync(id, users, context);
            await audited.RecordAsync("user.link_made", $"user:{user.Email}", null, cancel);
            if (user.PasswordHash is null) return WithLink.Of(user, await invitations.MakeAsync(user, audited.Who, audited.Correlation, cancel));
            // Not mailed: it takes the second factor away, and whoever reads the mailbox would be in.
            var (url, expiresAt) = await links.MakeAsync(LinkPurpose.Reset, user.Id, cancel);
            return new WithLink(Shown.Of(user), url, expiresAt, false);
        }).RequirePermission(Permission.WriteUsers).WithSummary("Makes a link that works once: who has it sets a new password, and the second factor is gone. Earlier links of the user end.");

        api.MapDelete("/users/{id:long}", async (long id, UserManager<User> users, UsersContext rows, Audited audited, HttpContext context, CancellationToken cancel) =>
        {
            var user = await FindAsync(id, users, context);
            await audited.RecordAsync("user.removed", $"user:{user.Email}", null, cancel);
            await using var kept = await KeepAdminAsync(user, rows, cancel);
            (await users.DeleteAsync(user)).OrRefuse();
            await kept.CommitAsync(cancel);
            return TypedResults.NoContent();
        }).RequirePermission(Permission.WriteUsers).WithSummary("Removes a user. What he did stays in the audit log under his address.");
    }

    private static async Task<IResult> InviteAsync(
        Invitation given, UserManager<User> users, Invitations invitations, Audited audited, TimeProvider machine, HttpContext context, CancellationToken cancel)
    {
        var email = given.Email?.Trim() ?? throw RefusedException.Missing("email", "\"ann@example.com\"");
        if (Addresses.Key(email) is null) throw RefusedException.BadRequest("bad-address", "That is no address.", "email must be one address, such as ann@example.com.");
        var role = RoleOf(given.Role ?? throw RefusedException.Missing("role", "\"csm\""), context);
        var user = new User
        {
            Email = email,
            Name = string.IsNullOrWhiteSpace(given.Name) ? email.Split('@')[0] : given.Name.Trim(),
            Role = role.Name,
            Locale = given.Locale is null ? null : ProfileEndpoints.Locale(given.Locale),
            CreatedAt = machine.GetUtcNow(),
        };
        await audited.RecordAsync("user.invited", $"user:{email}", new { Role = role.Name }, cancel);
        (await users.CreateAsync(user)).OrRefuse();
        return TypedResults.Created($"/api/v1/users/{user.Id}", WithLink.Of(user, await invitations.MakeAsync(user, audited.Who, audited.Correlation, cancel)));
    }

    /// <summary>The role of that name, if the caller may do all that it may.</summary>
    private static Role RoleOf(string name, HttpContext context)
    {
        var role = Role.Find(name) ?? throw RefusedException.BadRequest("bad-word", "There is no such role.", $"\"{name}\" was found; the roles are {string.Join(", ", Role.All)}.");
        if (role.Scopes.Permissions.Where(permission => !context.Caller().Scopes.Allow(permission)).Select(permission => permission.Name).ToList() is { Count: > 0 } beyond)
            throw new RefusedException(StatusCodes.Status403Forbidden, "beyond-own-scopes", "Nobody gives more than he has.", $"The caller lacks {string.Join(", ", beyond)}.");
        return role;
    }

    private static async Task<User> FindAsync(long id, UserManager<User> users, HttpContext context)
    {
        var user = await users.FindByIdAsync(id.ToString(CultureInfo.InvariantCulture)) ?? throw RefusedException.NotFound($"user {id}");
        // Who can lock, reset or remove somebody could become him.
        RoleOf(user.Role, context);
        return user;
    }

    /// <summary>
    /// Holds all administrators until the transaction ends, so that two of them cannot take each other's role away at once.
    /// </summary>
    /// <exception cref="RefusedException">Without this one nobody could administer.</exception>
    private static async Task<IDbContextTransaction> KeepAdminAsync(User user, UsersContext context, CancellationToken cancel)
    {
        var transaction = await context.Database.BeginTransactionAsync(cancel);
        var admins = context.Users.Where(other => other.Role == Role.Admin.Name);
        await admins.ExecuteUpdateAsync(set => set.SetProperty(admin => admin.Role, admin => admin.Role), cancel);
        var able = await admins.Where(admin => admin.LockedAt == null && admin.PasswordHash != null).Select(admin => admin.Id).ToListAsync(cancel);
        if (able is [var last] && last == user.Id)
            throw RefusedException.Conflict("last-admin", "That is the last administrator.", "Make somebody else an administrator first.");
        return transaction;
    }
}
