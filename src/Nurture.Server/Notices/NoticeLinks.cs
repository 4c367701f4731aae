using Nurture.Notices;
using Nurture.Server.Hosting;
using Nurture.Server.Users;
using Nurture.Storage;

namespace Nurture.Server.Notices;

/// <summary>What an invitation's mail would open was used, replaced or over a moment ago.</summary>
public sealed class LinkOverException() : Exception("the invitation's link is over");

/// <summary>
/// Where a notice leads. An invitation gets a key of its own when it is rendered, and another one with each attempt: the
/// key stands in the mail and nowhere else, and its hash beside that of the link that was shown.
/// </summary>
public sealed class NoticeLinks(NoticeStore store, OneTimeLinks links, PublicAddress site)
{
    /// <summary>Null where the send is no notice.</summary>
    /// <exception cref="LinkOverException">There is nothing to lead to; the next claim ends the mail.</exception>
    public async Task<string?> FindAsync(ClaimedSend send, CancellationToken cancel)
    {
        if (send.Scenario != Notice.Scenario) return null;
        return await store.FindAsync(send.Slot, send.Id, cancel) switch
        {
            { LinkHash: { } shown } => await links.MakeBesideAsync(shown, cancel) ?? throw new LinkOverException(),
            { EscalationId: 0 } when send.Template == "notice-approve" => $"{site.Url}/escalations?tab=approvals",
            { Kind: var kind } when Notice.IsCall(kind) => $"{site.Url}/overview",
            { EscalationId: 0 } => $"{site.Url}/{(send.Subject.Kind == Contacts.SubjectKind.Account ? "accounts" : "contacts")}/{send.Subject.Id}",
            { EscalationId: var id } => $"{site.Url}/escalations/{id}",
            null => throw new InvalidOperationException($"The notice {send.Id} says nothing of what it is about."),
        };
    }
}
