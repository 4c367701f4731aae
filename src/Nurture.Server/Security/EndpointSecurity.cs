using Nurture.Server.Users;
using Nurture.Storage;

namespace Nurture.Server.Security;

/// <summary>Who asks, once the key or the session was found good.</summary>
/// <param name="Name">As it stands in the audit log: <c>key:deploy</c>, <c>user:ann@example.com</c>.</param>
public sealed record Caller(string Name, Scopes Scopes)
{
    /// <summary>Who is signed in; null for a key.</summary>
    public Person? Person { get; init; }

    /// <summary>Where a signed-in person gets mail; null for a key, which has none.</summary>
    public string? Email { get; init; }
}

/// <summary>An endpoint's word on who may use it. Every endpoint carries exactly one, or the server does not start.</summary>
public abstract record EndpointAccess
{
    private EndpointAccess() { }

    public sealed record Needs(Permission Permission) : EndpointAccess;

    /// <summary>Whoever has a good key, whatever it may do: what is asked is about the caller alone.</summary>
    public sealed record AnyCaller : EndpointAccess;

    /// <param name="Because">Why nobody is asked for a key here.</param>
    public sealed record Public(string Because) : EndpointAccess;
}

public static class EndpointSecurity
{
    public static TBuilder RequirePermission<TBuilder>(this TBuilder endpoint, Permission permission) where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new EndpointAccess.Needs(permission));

    public static TBuilder RequireCaller<TBuilder>(this TBuilder endpoint) where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new EndpointAccess.AnyCaller());

    public static TBuilder AllowPublic<TBuilder>(this TBuilder endpoint, string because) where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new EndpointAccess.Public(because));

    /// <summary>The caller of an endpoint that is not public.</summary>
    public static Caller Caller(this HttpContext context) =>
        context.Features.Get<Caller>() ?? throw new InvalidOperationException("This endpoint is public: nobody has named himself.");

    /// <summary>Closed by default: fails the start when an endpoint says nothing, or two things, about who may use it.</summary>
    public static void RequireEveryEndpointToNameItsAccess(this IEndpointRouteBuilder app)
    {
        var open = app.DataSources.SelectMany(source => source.Endpoints)
            .Select(endpoint => (endpoint.DisplayName, Count: endpoint.Metadata.GetOrderedMetadata<EndpointAccess>().Count))
            .Where(endpoint => endpoint.Count != 1)
            .Select(endpoint => $"{endpoint.DisplayName} ({(endpoint.Count == 0 ? "none" : "more than one")})")
            .ToList();
        if (open.Count > 0)
            throw new InvalidOperationException($"Each endpoint must name one permission, or be public for a reason: {string.Join(", ", open)}.");
    }

    /// <summary>Of a public endpoint that gives a session: only pages of this origin may ask.</summary>
    public static TBuilder FromOwnPages<TBuilder>(this TBuilder endpoint) where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(OwnPagesOnly.Here);

    private sealed class OwnPagesOnly
    {
        public static readonly OwnPagesOnly Here = new();
    }

    /// <summary>Lets nobody reach an endpoint without the permission it names. Stands between routing and the endpoints.</summary>
    public static void UseEndpointSecurity(this IApplicationBuilder app) => app.Use(static async (context, next) =>
    {
        // No endpoint: routing found nothing, and the answer will be 404.
        var refusal = context.GetEndpoint()?.Metadata is { } metadata ? await RefuseAsync(context, metadata) : null;
        if (refusal is null) await next(context);
        else await refusal.ExecuteAsync(context);
    });

    private static async Task<IResult?> RefuseAsync(HttpContext context, EndpointMetadataCollection metadata)
    {
        if (metadata.GetMetadata<EndpointAccess>() is not { } access) return null;
        var origin = context.RequestServices.GetRequiredService<SameOrigin>();
        if (access is EndpointAccess.Public)
            return metadata.GetMetadata<OwnPagesOnly>() is not null && !origin.Allows(context.Request) ? CrossSite() : null;

        var isKey = context.Request.Headers.Authorization.Count > 0;
        var caller = isKey
            ? await context.RequestServices.GetRequiredService<ApiKeys>().FindAsync(context.Request, context.RequestAborted)
            : await context.RequestServices.GetRequiredService<Users.Sessions>().FindAsync(context);
        if (caller is null)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            return Problem(StatusCodes.Status401Unauthorized, "unauthorized", "Nobody is signed in, and there is no key.",
                "Sign in; or, as a program, send the header \"Authorization: Bearer nk_…\" with a key that has not been revoked.");
        }
        // A browser adds the cookie to whatever any page makes it send; a key it does not know.
        if (!isKey && !origin.Allows(context.Request)) return CrossSite();
        if (access is EndpointAccess.Needs(var permission) && !caller.Scopes.Allow(permission))
        {
            return Problem(StatusCodes.Status403Forbidden, "forbidden", isKey ? "The key may not do this." : "Your role does not allow this.",
                $"It would need the permission {permission}.");
        }
        context.Features.Set(caller);
        return null;
    }

    private static IResult CrossSite() => Problem(StatusCodes.Status403Forbidden, "cross-site", "That came from another site.",
        "What changes something is only taken from this site's own pages; programs use a key.");

    private static IResult Problem(int status, string type, string title, string detail) =>
        Results.Problem(detail, statusCode: status, title: title, type: Problems.Type(type));
}
