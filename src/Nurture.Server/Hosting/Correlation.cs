using System.Buffers.Text;
using System.Security.Cryptography;

namespace Nurture.Server.Hosting;

/// <summary>
/// One id follows from the request to its events, the decisions, the mails and all their log lines. It is
/// <see cref="HttpContext.TraceIdentifier"/>, the header <c>X-Correlation-Id</c> of the answer, and the log property
/// <c>Correlation</c>. A caller may bring its own.
/// </summary>
public static class Correlation
{
    public const string Header = "X-Correlation-Id";
    public const int MaxLength = 64;

    public static string New()
    {
        Span<byte> bytes = stackalloc byte[12];
        RandomNumberGenerator.Fill(bytes);
        return Base64Url.EncodeToString(bytes);
    }

    public static void UseCorrelation(this IApplicationBuilder app)
    {
        var log = app.ApplicationServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(Correlation).FullName!);
        app.Use(async (context, next) =>
        {
            var given = context.Request.Headers[Header];
            var id = given.Count == 1 && IsSane(given[0]!) ? given[0]! : New();
            context.TraceIdentifier = id;
            context.Response.Headers[Header] = id;
            using (log.BeginScope(new KeyValuePair<string, object>[] { new("Correlation", id) })) await next(context);
        });
    }

    private static bool IsSane(string id) =>
        id.Length is > 0 and <= MaxLength && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
}
