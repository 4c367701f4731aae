using Nurture.Server.Hosting;
using Nurture.Server.Security;
using Nurture.Storage;
using Nurture.Storage.Security;

namespace Nurture.Server.Users;

/// <summary>
/// The cookie of those who are signed in. Scripts cannot read it, other sites' requests do not carry it, and it is bound
/// to this host where the site has TLS. Its value is a random key; what it opens stands in the database.
/// </summary>
public sealed class Sessions(SessionStore store, NurtureOptions options)
{
    private const string Name = "nurture";
    private const string KeyPrefix = "ns_";

    // A session is measured on the machine's clock, as leases and timeouts are.
    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    public async ValueTask<Caller?> FindAsync(HttpContext context)
    {
        if (KeyOf(context) is not { } key) return null;
        var person = await store.FindAsync(SecretKeys.Hash(key), Now, context.RequestAborted);
        return person is not null && Role.Find(person.Role) is { } role ? new Caller($"user:{person.Email}", role.Scopes) { Person = person, Email = person.Email } : null;
    }

    public async Task BeginAsync(HttpContext context, User user)
    {
        var key = SecretKeys.New(KeyPrefix);
        await store.AddAsync(SecretKeys.Hash(key), user.Id, user.SecurityStamp!, Now, context.RequestAborted);
        context.Response.Cookies.Append(CookieName(context), key, Cookie(context, SessionStore.Longest));
    }

    public async Task EndAsync(HttpContext context)
    {
        if (KeyOf(context) is { } key) await store.EndAsync(SecretKeys.Hash(key), context.RequestAborted);
        context.Response.Cookies.Delete(CookieName(context), Cookie(context, null));
    }

    private string? KeyOf(HttpContext context) =>
        context.Request.Cookies.TryGetValue(CookieName(context), out var key) && key.StartsWith(KeyPrefix, StringComparison.Ordinal) ? key : null;

    /// <summary>The prefix makes browsers refuse a cookie of that name from a subdomain or without TLS.</summary>
    private string CookieName(HttpContext context) => IsSecure(context) ? $"__Host-{Name}" : Name;

    private CookieOptions Cookie(HttpContext context, TimeSpan? life) =>
        new() { HttpOnly = true, Secure = IsSecure(context), SameSite = SameSiteMode.Strict, Path = "/", MaxAge = life, IsEssential = true };

    /// <summary>Behind a proxy that ends TLS the request itself is plain.</summary>
    private bool IsSecure(HttpContext context) => context.Request.IsHttps || options.PublicUrl?.StartsWith("https://", StringComparison.OrdinalIgnoreCase) == true;
}
