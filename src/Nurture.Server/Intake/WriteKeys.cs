using System.Text;
using Nurture.Contacts;
using Nurture.Intake;
using Nurture.Server.Security;
using Nurture.Storage;

namespace Nurture.Server.Intake;

/// <summary>A source as intake asks it.</summary>
public sealed record Sender(int SourceId, string Namespace, ConsentBasis Basis, IReadOnlySet<string>? Origins, IReadOnlySet<MessageType>? Types)
{
    /// <param name="origin">As the browser says it; a server says none, and no origin rule is meant for it.</param>
    public bool Allows(string? origin) => string.IsNullOrEmpty(origin) || Origins is null || Origins.Contains(origin);
}

/// <summary>Whose write key it is. Write keys stand in web pages for all to see: they let in events, and nothing out.</summary>
public sealed class WriteKeys
{
    private readonly IHostEnvironment environment;
    private readonly KeyRing<Sender> ring;

    public WriteKeys(SourceStore store, IHostEnvironment environment)
    {
        this.environment = environment;
        ring = new(TimeProvider.System, async cancel => (await store.LiveAsync(cancel)).Select(live => (live.KeyHash, From(live.Source))));
        store.Changed += ring.Reread;
    }

    public async ValueTask<Sender?> FindAsync(string key, CancellationToken cancel) =>
        key == SecretKeys.Development && !environment.IsDevelopment() ? null : await ring.FindAsync(key, cancel);

    /// <summary>The key that the header brings: <c>Basic base64("key:")</c>, with or without colon and password, or <c>Bearer key</c>; null without one.</summary>
    public static string? FromHeader(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        if (header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)) return header["Bearer ".Length..].Trim();
        if (!header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase)) return null;
        var encoded = header.AsSpan("Basic ".Length).Trim();
        Span<byte> bytes = stackalloc byte[512];
        // What is no base64 is no key: an empty one is nobody's.
        if (encoded.Length > 512 || !Convert.TryFromBase64Chars(encoded, bytes, out var length)) return "";
        var text = Encoding.UTF8.GetString(bytes[..length]);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? text : text[..colon];
    }

    private static Sender From(Source source) => new(
        source.Id, source.Namespace, source.DefaultBasis,
        source.AllowedOrigins?.ToHashSet(StringComparer.OrdinalIgnoreCase),
        source.AllowedTypes?.Select(MessageTypes.Find).OfType<MessageType>().ToHashSet());
}
