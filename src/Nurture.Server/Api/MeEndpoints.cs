using Nurture.Server.Hosting;
using Nurture.Server.Security;

namespace Nurture.Server.Api;

internal static class MeEndpoints
{
    /// <param name="Email">Of a person; null for a key.</param>
    /// <param name="Role">Of a person; null for a key.</param>
    /// <param name="Now">The business clock.</param>
    public sealed record Me(string Name, string? Email, string? Role, IReadOnlyList<string> Permissions, string? Locale, DateTimeOffset Now, bool IsDevelopment);

    public static void MapMe(this IEndpointRouteBuilder api) =>
        api.MapGet("/me", (HttpContext context, BusinessClock clock, IHostEnvironment environment) =>
        {
            var caller = context.Caller();
            return new Me(caller.Name, null, null, [.. caller.Scopes.Permissions.Select(permission => permission.Name).Order(StringComparer.Ordinal)], null, clock.Now, environment.IsDevelopment());
        }).RequireCaller().WithSummary("Who asks, what he may do, and what time it is.");
}
