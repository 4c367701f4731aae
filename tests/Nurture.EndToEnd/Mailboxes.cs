using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Nurture.Harness;

namespace Nurture.EndToEnd;

internal sealed record CaughtMail(string To, string Subject, string Text, string Html, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>The first tracked link of the HTML part.</summary>
    public Uri FirstLink => new(Regex.Match(Html, """href="([^"]*/c/[^"]+)""").Groups[1] is { Success: true } link
        ? WebUtility.HtmlDecode(link.Value)
        : throw new InvalidOperationException($"There is no tracked link in {Html}"));

    /// <summary>RFC 8058: the https or http address among those of List-Unsubscribe.</summary>
    public Uri OneClickUnsubscribe => new(Regex.Match(Headers["List-Unsubscribe"], "<(http[^>]+)>").Groups[1].Value);
}

/// <summary>Where the server's mails end.</summary>
internal interface IMailbox
{
    Task<IReadOnlyList<CaughtMail>> ReadAsync(CancellationToken cancel);
}

/// <summary>The inbox inside the server, in development mode.</summary>
internal sealed class BuiltInInbox(NurtureClient client) : IMailbox
{
    public async Task<IReadOnlyList<CaughtMail>> ReadAsync(CancellationToken cancel) =>
        [.. (await client.GetAsync("/dev/inbox.json", cancel)).AsArray().Select(mail => new CaughtMail(
            Text(mail!["to"]), Text(mail["subject"]), Text(mail["text"]), Text(mail["html"]), Headers(mail["headers"])))];

    private static string Text(JsonNode? node) => node is JsonArray list ? Text(list[0]) : node?.GetValue<string>() ?? "";

    private static Dictionary<string, string> Headers(JsonNode? node) => node switch
    {
        JsonObject map => map.ToDictionary(entry => entry.Key, entry => Text(entry.Value), StringComparer.OrdinalIgnoreCase),
        _ => throw new InvalidOperationException($"headers: {node}"),
    };
}
