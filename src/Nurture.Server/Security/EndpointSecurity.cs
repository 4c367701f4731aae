namespace Nurture.Server.Security;

/// <summary>Who asks, once the key was found good.</summary>
/// <param name="Name">As it stands in the audit log: <c>key:deploy</c>.</param>
public sealed record Caller(string Name, Scopes Scopes)
{
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

    /// <summary>Lets nobody reach an endpoint without the permission it names. Stands between routing and the endpoints.</summary>
    public static void UseEndpointSecurity(this IApplicationBuilder app) => app.Use(static async (context, next) =>
    {
        // No endpoint: routing found nothing, and the answer will be 404.
        if (context.GetEndpoint()?.Metadata.GetMetadata<EndpointAccess>() is { } access and not EndpointAccess.Public)
        {
            var caller = await context.RequestServices.GetRequiredService<ApiKeys>().FindAsync(context.Request, context.RequestAborted);
            if (caller is null)
            {
                context.Response.Headers.WWWAuthenticate = "Bearer";
                await Problem(StatusCodes.Status401Unauthorized, "unauthorized", "An API key is needed.",
                    "Send the header \"Authorization: Bearer nk_…\" with a key that has not been revoked.").ExecuteAsync(context);
                return;
            }
            if (access is EndpointAccess.Needs(var permission) && !caller.Scopes.Allow(permission))
            {
                await Problem(StatusCodes.Status403Forbidden, "forbidden", "The key may not do this.",
                    $"It would need the permission {permission}.").ExecuteAsync(context);
                return;
            }
            context.Features.Set(caller);
        }
        await next(context);
    });

    private static IResult Problem(int status, string type, string title, string detail) =>
        Results.Problem(detail, statusCode: status, title: title, type: Problems.Type(type));
}
