using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Identity;
using Nurture.Server.Api;
using Nurture.Server.Hosting;
using Nurture.Server.Security;
using Nurture.Storage;

namespace Nurture.Server.Users;

/// <summary>Those who work with Nurture: how they get in, and who they are.</summary>
public static class UsersSlice
{
    public const int ShortestPassword = 12;

    /// <summary>Of PBKDF2 with HMAC-SHA512, as OWASP's password storage sheet asks for.</summary>
    internal const int HashIterations = 210_000;

    private const string AttemptPolicy = "attempts";

    public static void AddUsers(this IHostApplicationBuilder builder, Database database)
    {
        var options = builder.AddSettings<SignInOptions>("Nurture:SignIn");
        var services = builder.Services;
        services.AddDbContext<UsersContext>(context => database.Configure(context));
        services.Configure<PasswordHasherOptions>(hasher => hasher.IterationCount = HashIterations);
        services.AddIdentityCore<User>(identity =>
        {
            // Length is what makes a password hard to guess; rules about its characters make it hard to remember.
            identity.Password = new() { RequiredLength = ShortestPassword, RequiredUniqueChars = 5, RequireDigit = false, RequireLowercase = false, RequireUppercase = false, RequireNonAlphanumeric = false };
            identity.Lockout = new() { AllowedForNewUsers = true, MaxFailedAccessAttempts = 5, DefaultLockoutTimeSpan = TimeSpan.FromMinutes(5) };
            identity.User = new() { RequireUniqueEmail = true, AllowedUserNameCharacters = "" };
        })
            .AddUserStore<UserStore>()
            .AddPasswordValidator<OwnNames>()
            .AddTokenProvider<AuthenticatorTokenProvider<User>>(TokenOptions.DefaultAuthenticatorProvider);
        services.AddScoped<SignIn>();
        services.AddSingleton<SessionStore>();
        services.AddSingleton<UserLinkStore>();
        services.AddSingleton<Sessions>();
        services.AddSingleton<OneTimeLinks>();
        services.AddHostedService<SetUp>();

        services.AddRateLimiter(limits =>
        {
            limits.AddPolicy(AttemptPolicy, context => RateLimitPartition.GetFixedWindowLimiter(
                context.Connection.RemoteIpAddress?.ToString() ?? "", _ => new() { PermitLimit = options.AttemptsPerMinute, Window = TimeSpan.FromMinutes(1) }));
            limits.OnRejected = async (rejected, _) =>
            {
                var wait = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? (int)Math.Ceiling(after.TotalSeconds) : 60;
                rejected.HttpContext.Response.Headers.RetryAfter = wait.ToString(CultureInfo.InvariantCulture);
                await new RefusedException(StatusCodes.Status429TooManyRequests, "too-many-attempts", "Too many attempts.", $"Try again in {wait} seconds.").ToResult().ExecuteAsync(rejected.HttpContext);
            };
        });
    }

    /// <summary>Tries of one network address are counted together.</summary>
    internal static TBuilder LimitAttempts<TBuilder>(this TBuilder endpoint) where TBuilder : IEndpointConventionBuilder => endpoint.RequireRateLimiting(AttemptPolicy);

    /// <summary>The address and the name are what others try first.</summary>
    private sealed class OwnNames : IPasswordValidator<User>
    {
        public Task<IdentityResult> ValidateAsync(UserManager<User> manager, User user, string? password)
        {
            string[] known = [user.Email ?? "", (user.Email ?? "").Split('@')[0], user.Name];
            return Task.FromResult(known.Any(name => name.Length > 2 && string.Equals(name, password, StringComparison.OrdinalIgnoreCase)) || password?.Contains("nurture", StringComparison.OrdinalIgnoreCase) == true && password.Length < 20
                ? IdentityResult.Failed(new IdentityError { Code = "PasswordIsName", Description = "The password is the user's or the product's name." })
                : IdentityResult.Success);
        }
    }
}
