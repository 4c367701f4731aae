using Microsoft.Extensions.FileProviders;
using Microsoft.Net.Http.Headers;
using Nurture.Server.Hosting;

namespace Nurture.Server.Web;

/// <summary>
/// The web app as it was built (<c>webapp</c> beside the program): its files, and for every address that no endpoint knows
/// and a browser opens, its one page, which knows the rest. Where it was not built the server runs without it, and says so.
/// </summary>
public static class WebApp
{
    private const string Index = "/index.html";

    // Frames, scripts and connections from here only. Styles: the component library writes them into the page. Images:
    // a mail that is looked at shows those of its sender.
    private const string Policy =
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: https: http:; font-src 'self' data:; "
        + "frame-ancestors 'none'; base-uri 'none'; object-src 'none'; form-action 'self'";

    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "webapp");

    // Packed when they were built; the shorter first.
    private static readonly (string Name, string Ending)[] Packings = [("br", ".br"), ("gzip", ".gz")];

    public static bool IsBuilt => File.Exists(Path.Combine(Folder, "index.html"));

    public static void AddWebApp(this IHostApplicationBuilder builder)
    {
        if (!IsBuilt) builder.Services.AddSingleton(new StartupFact("web app", "not built (SkipWebBuild); there are only the API and the endpoints of mails"));
    }

    /// <summary>Stands behind routing: what an endpoint answers is never looked for among the files.</summary>
    public static void UseWebApp(this WebApplication app)
    {
        if (!IsBuilt) return;
        var files = new PhysicalFileProvider(Folder);
        app.Use(async (context, next) =>
        {
            var request = context.Request;
            if (context.GetEndpoint() is not null || !(HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)) || IsOurs(request.Path))
            {
                await next(context);
                return;
            }
            var isFile = files.GetFileInfo(request.Path) is { Exists: true, IsDirectory: false };
            if (!isFile && !OpensPage(request))
            {
                await next(context);
                return;
            }
            await SendAsync(context, files, isFile ? request.Path.Value! : Index);
        });
    }

    /// <summary>Below these there is no page: what is not known there is answered as such.</summary>
    private static bool IsOurs(PathString path) =>
        path.StartsWithSegments("/api", StringComparison.Ordinal) || path.StartsWithSegments("/v1", StringComparison.Ordinal) || path.StartsWithSegments("/dev", StringComparison.Ordinal);

    /// <summary>What opens a page wants HTML; a missing picture or script stays missing.</summary>
    private static bool OpensPage(HttpRequest request) => request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal);

    private static async Task SendAsync(HttpContext context, PhysicalFileProvider files, string path)
    {
        var response = context.Response;
        var accepted = context.Request.Headers.AcceptEncoding.ToString();
        var packing = Packings.FirstOrDefault(packing => accepted.Contains(packing.Name, StringComparison.Ordinal) && files.GetFileInfo(path + packing.Ending).Exists);
        var file = files.GetFileInfo(path + packing.Ending);
        if (packing.Name is not null) response.Headers.ContentEncoding = packing.Name;
        response.Headers.Vary = HeaderNames.AcceptEncoding;
        response.Headers.XContentTypeOptions = "nosniff";
        // The names of the built files carry a hash of what is in them.
        response.Headers.CacheControl = path.StartsWith("/assets/", StringComparison.Ordinal) ? "public, max-age=31536000, immutable" : "no-cache";
        if (path == Index)
        {
            response.Headers.ContentSecurityPolicy = Policy;
            response.Headers["Referrer-Policy"] = "same-origin";
            response.Headers.XFrameOptions = "DENY";
        }
        var type = ContentType(path);
        await Results.File(file.PhysicalPath!, type, lastModified: file.LastModified, entityTag: new($"\"{file.LastModified.UtcTicks:x}-{file.Length:x}\"")).ExecuteAsync(context);
    }

    private static string ContentType(string path) => Path.GetExtension(path) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        ".json" => "application/json",
        ".woff2" => "font/woff2",
        ".png" => "image/png",
        _ => "application/octet-stream",
    };
}
