using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using Nurture.Contacts;
using Nurture.Storage.Security;

namespace Nurture.Server.Users;

/// <summary>The users as ASP.NET Core Identity keeps them. The tables are made by the migrations of the storage.</summary>
public sealed class UsersContext(DbContextOptions<UsersContext> options) : DbContext(options)
{
    public DbSet<User> Users => Set<User>();

    protected override void ConfigureConventions(ModelConfigurationBuilder conventions)
    {
        // As everywhere: instants are milliseconds, yes and no are 1 and 0.
        conventions.Properties<DateTimeOffset>().HaveConversion<Milliseconds>();
        conventions.Properties<bool>().HaveConversion<BoolToZeroOneConverter<short>>();
    }

    protected override void OnModelCreating(ModelBuilder model)
    {
        model.Entity<User>(user =>
        {
            user.ToTable("users");
            user.Ignore(u => u.UserName).Ignore(u => u.NormalizedUserName).Ignore(u => u.PhoneNumber).Ignore(u => u.PhoneNumberConfirmed).Ignore(u => u.EmailConfirmed);
            user.Property(u => u.Id).HasColumnName("id");
            user.Property(u => u.Email).HasColumnName("email").IsRequired();
            user.Property(u => u.NormalizedEmail).HasColumnName("normalized_email").IsRequired();
            user.Property(u => u.Name).HasColumnName("name");
            user.Property(u => u.Role).HasColumnName("role");
            user.Property(u => u.Locale).HasColumnName("locale");
            user.Property(u => u.HasCaseMails).HasColumnName("has_case_mails");
            user.Property(u => u.PasswordHash).HasColumnName("password_hash");
            user.Property(u => u.SecurityStamp).HasColumnName("security_stamp").IsRequired();
            user.Property(u => u.ConcurrencyStamp).HasColumnName("concurrency_stamp").IsRequired().IsConcurrencyToken();
            user.Property(u => u.TwoFactorEnabled).HasColumnName("is_totp_on");
            user.Property(u => u.LastCode).HasColumnName("last_code");
            user.Property(u => u.AccessFailedCount).HasColumnName("failures");
            user.Property(u => u.LockoutEnabled).HasColumnName("is_lockout_on");
            user.Property(u => u.LockoutEnd).HasColumnName("lockout_end");
            user.Property(u => u.LockedAt).HasColumnName("locked_at");
            user.Property(u => u.CreatedAt).HasColumnName("created_at");
            // Written with the sessions, beside EF.
            user.Property(u => u.LastSeenAt).HasColumnName("last_seen_at").ValueGeneratedOnAddOrUpdate();
        });
        model.Entity<IdentityUserToken<long>>(token =>
        {
            token.ToTable("user_tokens");
            token.HasKey(t => new { t.UserId, t.LoginProvider, t.Name });
            token.Property(t => t.UserId).HasColumnName("user_id");
            token.Property(t => t.LoginProvider).HasColumnName("login_provider");
            token.Property(t => t.Name).HasColumnName("name");
            token.Property(t => t.Value).HasColumnName("value");
        });
    }

    private sealed class Milliseconds() : ValueConverter<DateTimeOffset, long>(at => at.ToMilliseconds(), ms => Instants.FromMilliseconds(ms));
}

/// <summary>Identity's store on <see cref="UsersContext"/>. Users sign in by their address, and recovery codes are kept as hashes.</summary>
public sealed class UserStore(UsersContext context, IdentityErrorDescriber describer) : UserOnlyStore<User, UsersContext, long>(context, describer)
{
    public override Task<User?> FindByNameAsync(string normalizedUserName, CancellationToken cancellationToken = default) => FindByEmailAsync(normalizedUserName, cancellationToken);

    public override Task ReplaceCodesAsync(User user, IEnumerable<string> recoveryCodes, CancellationToken cancellationToken) =>
        base.ReplaceCodesAsync(user, recoveryCodes.Select(Hashed), cancellationToken);

    public override Task<bool> RedeemCodeAsync(User user, string code, CancellationToken cancellationToken) => base.RedeemCodeAsync(user, Hashed(code), cancellationToken);

    private static string Hashed(string code) => Convert.ToHexStringLower(SecretKeys.Hash(code));
}
