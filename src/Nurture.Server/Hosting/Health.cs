using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Nurture.Server.Security;

namespace Nurture.Server.Hosting;

/// <summary><c>/healthz</c>: the process answers. <c>/readyz</c>: it can do its work; each slice adds its check.</summary>
public static class Health
{
    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        app.MapHealthChecks("/healthz", new HealthCheckOptions { Predicate = _ => false, ResponseWriter = WriteAsync })
            .AllowPublic("load balancers ask, and learn nothing");
        app.MapHealthChecks("/readyz", new HealthCheckOptions { ResponseWriter = WriteAsync })
            .AllowPublic("load balancers ask, and learn nothing");
    }

    // Names and states only: what went wrong is in the log.
    private static Task WriteAsync(HttpContext context, HealthReport report) => Results.Json(new
    {
        status = report.Status.ToString(),
        checks = report.Entries.ToDictionary(entry => entry.Key, entry => entry.Value.Status.ToString()),
    }, statusCode: context.Response.StatusCode).ExecuteAsync(context);
}
