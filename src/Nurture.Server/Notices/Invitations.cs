using Nurture.Contacts;
using Nurture.Notices;
using Nurture.Server.Delivery;
using Nurture.Server.Hosting;
using Nurture.Server.Publishing;
using Nurture.Server.Users;
using Nurture.Storage;

namespace Nurture.Server.Notices;

/// <param name="IsMailed">Whether it also goes to the colleague by mail.</param>
public sealed record Invited(string Link, DateTimeOffset ExpiresAt, bool IsMailed);

/// <summary>Links that let a colleague in, shown to who invites and mailed to who is invited where mail can leave.</summary>
public sealed class Invitations(OneTimeLinks links, ColleagueList colleagues, CatalogSource catalogs, MailRoute route, BusinessClock clock, WorkSignals signals)
{
    public async Task<Invited> MakeAsync(User user, string by, string correlation, CancellationToken cancel)
    {
        var policy = (await catalogs.CurrentAsync(cancel)).Catalog.Policy;
        if (!route.ReachesPeople || policy.Sender.Address.Length == 0)
        {
            var (shown, until) = await links.MakeAsync(LinkPurpose.Invitation, user.Id, cancel);
            return new(shown, until, false);
        }

        var (url, expiresAt) = await links.MakeAsync(LinkPurpose.Invitation, user.Id, hash =>
        {
            var notice = new Notice(
                NoticeKind.Invited, SubjectRef.Contact(0), 0, $"invited-{Convert.ToHexStringLower(hash)[..16]}", user.Email, new("", null) { By = by }, clock.Now, correlation);
            return colleagues.Address(notice, new(user.Id, user.Email!, user.Name, user.Role, user.Locale), hash, policy);
        }, cancel);
        signals.Sends.Raise();
        return new(url, expiresAt, true);
    }
}
