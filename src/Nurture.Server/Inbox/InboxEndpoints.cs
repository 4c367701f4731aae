using Nurture.Server.Delivery;
using Nurture.Server.Hosting;
using Nurture.Server.Security;
using Nurture.Storage;

namespace Nurture.Server.Inbox;

/// <summary><c>/dev/inbox.json</c>: the caught mails, oldest first.</summary>
public static class InboxEndpoints
{
    private sealed record Shown(
        long Id, string To, string? Subject, string? Text, string? Html, IReadOnlyDictionary<string, object> Headers,
        IReadOnlyList<string> Links, DateTimeOffset At);

    public static void MapInbox(this IEndpointRouteBuilder app)
    {
        const string why = "development mode on this machine only";
        app.MapGet("/dev/inbox.json", async (InboxStore inbox, CancellationToken cancel) =>
            Results.Ok((await inbox.ReadAsync(cancel)).Select(Show))).OnlyInDevelopment().AllowPublic(why);
        app.MapGet("/dev/inbox", async (string? query, long? after, int? limit, InboxStore inbox, CancellationToken cancel) =>
        {
            var page = await inbox.ListAsync(query, after, Math.Clamp(limit ?? 50, 1, 500), cancel);
            return Results.Ok(new { page.Items, Next = page.Next?.ToString(System.Globalization.CultureInfo.InvariantCulture) });
        }).OnlyInDevelopment().AllowPublic(why);
        app.MapGet("/dev/inbox/{id:long}", async (long id, InboxStore inbox, CancellationToken cancel) =>
            await inbox.FindAsync(id, cancel) is { } mail ? Results.Ok(Show(mail)) : Results.NotFound()).OnlyInDevelopment().AllowPublic(why);
        app.MapGet("/dev/inbox/{id:long}/source", async (long id, InboxStore inbox, CancellationToken cancel) =>
            await inbox.FindAsync(id, cancel) is { } mail ? Results.Text(System.Text.Encoding.UTF8.GetString(mail.Message)) : Results.NotFound()).OnlyInDevelopment().AllowPublic(why);
        app.MapDelete("/dev/inbox", async (InboxStore inbox, CancellationToken cancel) =>
        {
            await inbox.ClearAsync(cancel);
            return Results.NoContent();
        }).OnlyInDevelopment().AllowPublic(why);
    }

    private static Shown Show(CaughtMail caught)
    {
        var mail = MimeReader.Read(caught.Message);
        var links = new List<string>();
        if (mail.Html is not null)
            TrackedHtml.Rewrite(mail.Html, (_, url) =>
            {
                links.Add(url);
                return null;
            }, null);
        return new(caught.Id, caught.Recipient, mail[Mail.HeaderNames.Subject], mail.Text, mail.Html, ByName(mail.Headers), links, caught.At);
    }

    /// <summary>A name that occurs several times has all its values.</summary>
    private static Dictionary<string, object> ByName(IReadOnlyList<KeyValuePair<string, string>> headers) => headers
        .GroupBy(field => field.Key, field => field.Value, StringComparer.OrdinalIgnoreCase)
        .ToDictionary(named => named.Key, named => named.ToArray() is [var only] ? (object)only : named.ToArray());
}
