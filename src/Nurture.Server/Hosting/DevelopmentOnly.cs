using System.Net;

namespace Nurture.Server.Hosting;

public static class DevelopmentOnly
{
    /// <summary>Outside development mode, and for any caller that is not this machine, there is no such endpoint.</summary>
    public static TBuilder OnlyInDevelopment<TBuilder>(this TBuilder endpoint) where TBuilder : IEndpointConventionBuilder =>
        endpoint.AddEndpointFilter(async (context, next) =>
        {
            var http = context.HttpContext;
            var isLocal = http.Connection.RemoteIpAddress is { } caller && IPAddress.IsLoopback(caller)
                // Behind a proxy on this machine everybody seems to be local.
                && !http.Request.Headers.ContainsKey("X-Forwarded-For") && !http.Request.Headers.ContainsKey("Forwarded");
            var isDevelopment = http.RequestServices.GetRequiredService<IHostEnvironment>().IsDevelopment();
            return isLocal && isDevelopment ? await next(context) : Results.NotFound();
        });
}
