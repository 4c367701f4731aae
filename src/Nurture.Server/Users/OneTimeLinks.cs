using Nurture.Server.Hosting;
using Nurture.Storage;
using Nurture.Storage.Security;

namespace Nurture.Server.Users;

/// <summary>Links that let somebody in who has no password yet. The key stands behind the #, so it is in no log of any server or proxy.</summary>
public sealed class OneTimeLinks(UserLinkStore store, PublicAddress address)
{
    public const string Path = "/welcome";

    private const string KeyPrefix = "nl_";

    public static readonly TimeSpan SetUpLife = TimeSpan.FromHours(24);
    public static readonly TimeSpan InvitationLife = TimeSpan.FromDays(7);
    public static readonly TimeSpan ResetLife = TimeSpan.FromDays(1);

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    public Task<(string Url, DateTimeOffset ExpiresAt)> MakeAsync(LinkPurpose purpose, long? userId, CancellationToken cancel) => MakeAsync(purpose, userId, null, cancel);

    /// <param name="notice">From the link's hash, the mail that brings it.</param>
    public async Task<(string Url, DateTimeOffset ExpiresAt)> MakeAsync(LinkPurpose purpose, long? userId, Func<byte[], PlannedNotice>? notice, CancellationToken cancel)
    {
        var key = SecretKeys.New(KeyPrefix);
        var expiresAt = Now + purpose switch
        {
            LinkPurpose.SetUp => SetUpLife,
            LinkPurpose.Invitation => InvitationLife,
            LinkPurpose.Reset => ResetLife,
        };
        var hash = SecretKeys.Hash(key);
        await store.AddAsync(hash, new(purpose, userId, expiresAt), notice?.Invoke(hash), Now, cancel);
        return (UrlOf(key), expiresAt);
    }

    /// <summary>A second link to what the first opens, and only one of them works; null where the first is over.</summary>
    public async Task<string?> MakeBesideAsync(byte[] first, CancellationToken cancel)
    {
        var key = SecretKeys.New(KeyPrefix);
        return await store.AddBesideAsync(SecretKeys.Hash(key), first, Now, cancel) ? UrlOf(key) : null;
    }

    public Task<UserLink?> FindAsync(string key, CancellationToken cancel) => store.FindAsync(SecretKeys.Hash(key), Now, cancel);

    public Task<bool> UseAsync(string key, CancellationToken cancel) => store.UseAsync(SecretKeys.Hash(key), Now, cancel);

    private string UrlOf(string key) => $"{Reachable(address.Url)}{Path}#{key}";

    /// <summary>A server that listens everywhere is opened on this machine by its own name.</summary>
    private static string Reachable(string url) =>
        url.Replace("//[::]", "//localhost", StringComparison.Ordinal).Replace("//0.0.0.0", "//localhost", StringComparison.Ordinal).Replace("//+", "//localhost", StringComparison.Ordinal).Replace("//*", "//localhost", StringComparison.Ordinal);
}

/// <summary>Says at each start, as long as there is nobody, how the first administrator gets in.</summary>
internal sealed class SetUp(UserLinkStore store, OneTimeLinks links, IHostApplicationLifetime lifetime) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        // Where it listens is known only then. Nobody waits for the line, and nothing depends on it.
        lifetime.ApplicationStarted.Register(() => _ = SayAsync(lifetime.ApplicationStopping));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task SayAsync(CancellationToken cancel)
    {
        if (await store.HasUsersAsync(cancel)) return;
        var (url, expiresAt) = await links.MakeAsync(LinkPurpose.SetUp, null, cancel);
        // To the console and not the log: a log is kept, and read by others.
        await Console.Out.WriteLineAsync($"""

            There is no user yet. Open this link to become the first administrator; it works once, until {expiresAt:yyyy-MM-dd HH:mm} UTC:

              {url}

            """);
    }
}
