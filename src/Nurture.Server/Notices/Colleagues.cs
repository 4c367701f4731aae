using Nurture.Notices;
using Nurture.Sends;
using Nurture.Server.Slots;
using Nurture.Storage;

namespace Nurture.Server.Notices;

/// <summary>Those who can be told something, as of one moment.</summary>
public sealed class Colleagues(IReadOnlyList<Colleague> all, AddressHash hash, SendPolicy policy)
{
    /// <summary>One mail for each whom the notice is for. What is addressed to somebody who does not work here goes to nobody, or finds another.</summary>
    public IReadOnlyList<PlannedNotice> Address(Notice notice)
    {
        if (notice is { To: { } to, FindsAnother: true } && !all.Any(colleague => IsOf(colleague, to))) notice = notice with { To = null };
        return [.. all.Where(colleague => IsFor(notice, colleague)).Select(colleague => Address(notice, colleague))];
    }

    public PlannedNotice Address(Notice notice, Colleague colleague, byte[]? linkHash = null)
    {
        var draft = notice.DraftFor(colleague, policy);
        var send = new PlannedSend(Notice.Slot, draft, ShippedTexts.DocumentsOf(draft.Template, draft.Locale), Committing.HashOf(hash, colleague.Address));
        return new(send, notice.Kind, colleague.Id, notice.EscalationId, linkHash, notice.IfTasksOf);
    }

    private static bool IsFor(Notice notice, Colleague colleague) => notice.To is { } address
        ? IsOf(colleague, address)
        : Role.Find(colleague.Role)?.Scopes.Allow(notice.Kind switch
        {
            NoticeKind.VolumeTripped => Permission.PauseScenarios,
            NoticeKind.SourceSilent => Permission.WriteSources,
            _ => Permission.WorkEscalations,
        }) == true;

    private static bool IsOf(Colleague colleague, string address) => string.Equals(address, colleague.Address, StringComparison.OrdinalIgnoreCase);
}

/// <summary>Who the colleagues are now.</summary>
public sealed class ColleagueList(NoticeStore store, AddressHash hash)
{
    public async Task<Colleagues> ReadAsync(SendPolicy policy, CancellationToken cancel) => new(await store.ColleaguesAsync(cancel), hash, policy);

    /// <summary>For somebody who has not come in yet.</summary>
    public PlannedNotice Address(Notice notice, Colleague colleague, byte[] linkHash, SendPolicy policy) => new Colleagues([], hash, policy).Address(notice, colleague, linkHash);
}
