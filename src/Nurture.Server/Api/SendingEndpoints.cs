using Nurture.Mail;
using Nurture.Mail.Smtp;
using Nurture.Scenarios;
using Nurture.Sends;
using Nurture.Server.Delivery;
using Nurture.Server.Hosting;
using Nurture.Server.Inbox;
using Nurture.Server.Publishing;
using Nurture.Server.Security;
using Nurture.Storage;

namespace Nurture.Server.Api;

/// <summary>In whose name mail leaves, by which way, and whether it does at all: as the configuration and the policy say it.</summary>
internal static class SendingEndpoints
{
    /// <param name="Stopped">Who stopped everything; null while mails leave.</param>
    /// <param name="Waiting">Mails that wait to leave.</param>
    /// <param name="Links">What links in mails begin with.</param>
    /// <param name="AllowListed">How many addresses and domains mail is limited to; null where it is not.</param>
    public sealed record Sending(StatusEndpoints.StoppedSending? Stopped, long Waiting, Identity Sender, Way Way, Signature? Dkim, string Links, int? AllowListed)
    {
        /// <summary>Each in whose name mail may leave, whether it does, and what waits.</summary>
        public required IReadOnlyList<ShownIdentitySending> Identities { get; init; }
    }

    /// <param name="Identity">As <c>identities:</c> of the policy names it; <c>sender</c> for the policy's own, <c>account.owner</c> for the owners of accounts.</param>
    /// <param name="Name">As readers see it; null for the owners of accounts, and for one that the policy knows no more.</param>
    /// <param name="Stopped">Who stopped it; null while its mails leave.</param>
    public sealed record ShownIdentitySending(string Identity, string? Name, string? Address, StatusEndpoints.StoppedSending? Stopped, long Waiting);

    /// <param name="OwnDomains">Colleagues' domains: mailed, never counted.</param>
    public sealed record Identity(string Name, string Address, string? ReplyTo, string Organization, string PostalAddress, IReadOnlyList<string> OwnDomains);

    /// <param name="Kind">inbox, smtp, pickup.</param>
    /// <param name="RestsSeconds">How long nothing is tried, after the mail server could not be reached; 0 where all is well.</param>
    public sealed record Way(string Kind, string? Host, int? Port, string? Security, bool HasCredentials, double RestsSeconds);

    /// <param name="Record">The name under which DNS has to hold the public key.</param>
    /// <param name="IsAligned">Whether the sender's address is of the domain, or below it, as DMARC asks.</param>
    public sealed record Signature(string Domain, string Selector, string Record, bool IsAligned);

    private const string MainIdentity = "sender";

    public static void MapSending(this IEndpointRouteBuilder api) =>
        api.MapGet("/sending", async (
            SendStore sends, CatalogSource catalogs, MailOptions mail, DkimOptions dkim, IMailTransport transport, Circuit circuit, PublicAddress links, CancellationToken cancel) =>
        {
            var policy = (await catalogs.CurrentAsync(cancel)).Catalog.Policy;
            var stopped = await sends.StoppedAsync(cancel);
            var waiting = (await sends.CountAsync(cancel)).GetValueOrDefault(SendState.Planned);
            return new Sending(
                StatusEndpoints.StoppedSending.Of(stopped), waiting,
                new(policy.Sender.Name, policy.Sender.Address, policy.Sender.ReplyTo, policy.Sender.Organization, policy.Sender.PostalAddress, [.. policy.OwnDomains]),
                WayOf(transport, mail, circuit), SignatureOf(dkim, policy.Sender.Address), links.Url, mail.AllowList.Count == 0 ? null : mail.AllowList.Count)
            {
                Identities = await ShowIdentitiesAsync(sends, catalogs, cancel),
            };
        }).RequirePermission(Permission.ReadStatus).WithSummary("In whose name mail leaves, by which way, how it is signed, and whether all sending is stopped.");

    internal static async Task<IReadOnlyList<ShownIdentitySending>> ShowIdentitiesAsync(SendStore sends, CatalogSource catalogs, CancellationToken cancel)
    {
        var policy = (await catalogs.CurrentAsync(cancel)).Catalog.Policy;
        var known = (await sends.IdentitiesAsync(cancel)).ToDictionary(sending => sending.Identity);
        return [.. new[] { "" }.Concat(policy.Identities.Keys.Order(StringComparer.Ordinal)).Append(Step.Send.FromOwner).Union(known.Keys).Select(identity =>
        {
            var (sender, sending) = (identity.Length == 0 ? policy.Sender : policy.Identities.GetValueOrDefault(identity), known.GetValueOrDefault(identity));
            return new ShownIdentitySending(identity.Length == 0 ? MainIdentity : identity, sender?.Name, sender?.Address, StatusEndpoints.StoppedSending.Of(sending?.Stop), sending?.Waiting ?? 0);
        })];
    }

    /// <summary>An identity as the ledger names it; refused where there is none of that name.</summary>
    internal static async Task<string> StoredAsync(string identity, SendStore sends, CatalogSource catalogs, CancellationToken cancel) =>
        (await ShowIdentitiesAsync(sends, catalogs, cancel)).Any(known => known.Identity == identity) ? identity == MainIdentity ? "" : identity : throw RefusedException.NotFound($"identity {identity}");

    private static Way WayOf(IMailTransport transport, MailOptions mail, Circuit circuit) => transport switch
    {
        InboxTransport => new("inbox", null, null, null, false, 0),
        SmtpTransport => new("smtp", mail.Host, mail.Port ?? (mail.Security == SmtpSecurity.Implicit ? 465 : 587), ApiJson.Word(mail.Security), mail.User is not null, circuit.Remaining.TotalSeconds),
        _ => new("pickup", null, null, null, false, 0),
    };

    private static Signature? SignatureOf(DkimOptions dkim, string sender)
    {
        if (string.IsNullOrWhiteSpace(dkim.KeyFile)) return null;
        var domain = sender[(sender.LastIndexOf('@') + 1)..];
        var isAligned = domain.Equals(dkim.Domain, StringComparison.OrdinalIgnoreCase) || domain.EndsWith($".{dkim.Domain}", StringComparison.OrdinalIgnoreCase);
        return new(dkim.Domain!, dkim.Selector!, $"{dkim.Selector}._domainkey.{dkim.Domain}", isAligned);
    }
}
