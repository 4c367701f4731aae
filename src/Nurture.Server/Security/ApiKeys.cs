using Nurture.Storage;

namespace Nurture.Server.Security;

/// <summary>Whose key a request brings in <c>Authorization: Bearer</c>.</summary>
public sealed class ApiKeys
{
    private static readonly TimeSpan UseIsNotedEvery = TimeSpan.FromMinutes(1);
    // A domain that nobody has (RFC 2606), should development mail ever leave the machine.
    private static readonly Caller Developer = new("key:dev", Scopes.All) { Email = "developer@example.com" };

    private readonly ApiKeyStore store;
    private readonly IHostEnvironment environment;
    private readonly Hosting.BusinessClock clock;
    private readonly KeyRing<Entry> ring;
    private readonly System.Collections.Concurrent.ConcurrentDictionary<long, DateTimeOffset> noted = [];

    public ApiKeys(ApiKeyStore store, IHostEnvironment environment, Hosting.BusinessClock clock)
    {
        (this.store, this.environment, this.clock) = (store, environment, clock);
        ring = new(TimeProvider.System, async cancel =>
            (await store.LiveAsync(cancel)).Select(key => (key.Hash, new Entry(key.Key, new($"key:{key.Key.Name}", Scopes.Stored(key.Key.Scopes))))));
        store.Changed += ring.Reread;
    }

    private sealed record Entry(ApiKey Key, Caller Caller);

    public async ValueTask<Caller?> FindAsync(HttpRequest request, CancellationToken cancel)
    {
        const string scheme = "Bearer ";
        var header = request.Headers.Authorization.ToString();
        if (!header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)) return null;
        var key = header[scheme.Length..].Trim();
        if (key == SecretKeys.Development && environment.IsDevelopment()) return Developer;
        if (!key.StartsWith(SecretKeys.ApiPrefix, StringComparison.Ordinal) || await ring.FindAsync(key, cancel) is not { } found) return null;
        await NoteUseAsync(found.Key, cancel);
        return found.Caller;
    }

    private async Task NoteUseAsync(ApiKey key, CancellationToken cancel)
    {
        var now = clock.Now;
        if (now - (noted.GetValueOrDefault(key.Id, key.LastUsedAt ?? default)) < UseIsNotedEvery) return;
        noted[key.Id] = now;
        await store.UsedAsync(key.Id, now, cancel);
    }
}
