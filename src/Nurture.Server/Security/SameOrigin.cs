using Nurture.Server.Hosting;

namespace Nurture.Server.Security;

/// <summary>
/// Closes cross-site request forgery without tokens: what changes something and is let in by the cookie, or gives one, must
/// come from a page of this very origin. Browsers say so themselves, and a page cannot make them lie: in
/// <c>Sec-Fetch-Site</c> (Fetch Metadata), or where that is not sent (plain http) in <c>Origin</c>. A request that says
/// neither is refused: programs use keys. That the cookie is <c>SameSite=Strict</c> is a second lock, not the only one.
/// </summary>
public sealed class SameOrigin(NurtureOptions options)
{
    private readonly string? publicOrigin = options.PublicUrl is { } url ? new Uri(url).GetLeftPart(UriPartial.Authority) : null;

    public bool Allows(HttpRequest request)
    {
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)) return true;
        var site = request.Headers["Sec-Fetch-Site"];
        if (site.Count > 0) return site is ["same-origin"];
        var origin = request.Headers.Origin;
        return origin is [{ } own] && (own == $"{request.Scheme}://{request.Host}" || own == publicOrigin);
    }
}
