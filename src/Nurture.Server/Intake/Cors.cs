using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace Nurture.Server.Intake;

/// <summary>
/// What lets a browser on another site send (Fetch standard, "CORS protocol"). Its SDK sends <c>Authorization</c>, so each
/// endpoint is asked first. Which sites a source allows is known only with the key, that is, with the message itself.
/// </summary>
internal static class Cors
{
    private const int PreflightSeconds = 86_400;

    /// <summary>On every answer, refusals included: a page may not read the status otherwise, and would retry what will never work.</summary>
    public static void Allow(HttpContext context)
    {
        var origin = context.Request.Headers.Origin;
        if (StringValues.IsNullOrEmpty(origin)) return;
        var headers = context.Response.Headers;
        headers.AccessControlAllowOrigin = origin;
        headers.AccessControlExposeHeaders = "Retry-After";
        headers.Vary = "Origin";
    }

    public static Task AnswerPreflightAsync(HttpContext context)
    {
        Allow(context);
        var headers = context.Response.Headers;
        headers.AccessControlAllowMethods = "POST, OPTIONS";
        headers.AccessControlAllowHeaders = "authorization, content-type, content-encoding, x-retry-count";
        headers.AccessControlMaxAge = PreflightSeconds.ToString(CultureInfo.InvariantCulture);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }
}
