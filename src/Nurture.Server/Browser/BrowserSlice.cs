using Microsoft.Net.Http.Headers;
using Nurture.Contacts;
using Nurture.Server.Api;
using Nurture.Server.Hosting;
using Nurture.Server.Intake;
using Nurture.Server.Security;
using Nurture.Storage;

namespace Nurture.Server.Browser;

/// <summary>
/// Segment's SDK for browsers, served as its own CDN serves it: <c>dist/umd</c> of the package @segment/analytics-next,
/// untouched, laid into <c>analytics</c> beside the program by the build. And the way to part a browser from a person.
/// </summary>
public static class BrowserSlice
{
    private const string WhyPublic = "every visitor of the company's sites loads it";
    private const string Main = "standalone.js";

    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "analytics");

    /// <param name="Separated">The browser's anonymous id; what it does next is nobody's in particular.</param>
    /// <param name="Stays">What is not undone.</param>
    public sealed record Undone(long Link, string Contact, string Separated, string Stays);

    public static bool IsThere => File.Exists(Path.Combine(Folder, Main));

    public static void AddBrowser(this IHostApplicationBuilder builder)
    {
        if (!IsThere) builder.Services.AddSingleton(new StartupFact("analytics.js", "not built (SkipWebBuild): pages load the SDK from elsewhere"));
    }

    public static void MapBrowser(this IEndpointRouteBuilder app)
    {
        app.MapGet("/analytics.js/v1/{writeKey}/analytics.min.js", async (string writeKey, HttpContext http, WriteKeys keys, CancellationToken cancel) =>
            // The short name stays and what is behind it changes; the pieces carry a hash in their names.
            await keys.FindAsync(writeKey, cancel) is null ? Results.NotFound() : Script(http, Main, "public, max-age=600")).AllowPublic(WhyPublic);
        app.MapGet("/analytics-next/bundles/{file}", (string file, HttpContext http) =>
            Script(http, file, "public, max-age=31536000, immutable")).AllowPublic(WhyPublic);

        app.MapGroup(ApiSlice.Root).WithTags("contacts").MapDelete("/contacts/{id:long}/links/{link:long}", UndoAsync).RequirePermission(Permission.WriteContacts)
            .WithSummary("Parts a browser from the contact, whatever linked them: what it does next is nobody's in particular. What it did stays.");
    }

    private static IResult Script(HttpContext http, string file, string cacheControl)
    {
        // One segment of a path, so it names nothing outside; what is no script of the folder is not there.
        var path = Path.Combine(Folder, file);
        if (!file.EndsWith(".js", StringComparison.Ordinal) || Path.GetFileName(file) != file || !File.Exists(path)) return Results.NotFound();
        var headers = http.Response.Headers;
        headers.CacheControl = cacheControl;
        headers.XContentTypeOptions = "nosniff";
        headers.Vary = HeaderNames.AcceptEncoding;
        if (http.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.OrdinalIgnoreCase) && File.Exists(path + ".gz"))
        {
            headers.ContentEncoding = "gzip";
            path += ".gz";
        }

        return Results.File(path, "text/javascript; charset=utf-8");
    }

    private static async Task<Undone> UndoAsync(long id, long link, ContactStore contacts, Audited audited, BusinessClock clock, CancellationToken cancel)
    {
        if (await contacts.ResolveAsync(id, cancel) is not { ErasedAt: null } person) throw RefusedException.NotFound($"contact {id}");
        var subject = SubjectRef.Contact(person.Id).ToString();
        var found = await contacts.UndoAsync(person.Id, link, audited.Note("contact.link_undone", subject, new { Link = link }), clock.Now, cancel)
            ?? throw RefusedException.NotFound($"link {link} of {subject}");
        if ((IdentityKind)found.Kind != IdentityKind.Anonymous)
            throw new RefusedException(StatusCodes.Status409Conflict, "not-a-browser", "Only a browser can be parted from a contact.", $"This link is the contact's {ApiJson.Word((IdentityKind)found.Kind)} id: it says who the contact is.");
        return new(link, subject, found.Value, "What this browser did so far stays with the contact, in its timeline and in what was counted. If somebody signs in on it, it is theirs again.");
    }
}
