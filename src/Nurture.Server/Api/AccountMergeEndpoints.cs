using System.Globalization;
using Nurture.Contacts;
using Nurture.Server.Hosting;
using Nurture.Server.Security;
using Nurture.Storage;

namespace Nurture.Server.Api;

/// <summary>Two accounts turn out to be one (SEMANTICS.md 11). There is no way back, so what comes together is shown first.</summary>
internal static class AccountMergeEndpoints
{
    /// <param name="Into">The account that stays; the one of the path goes into it.</param>
    public sealed record Merge(long? Into);

    /// <param name="Id">Text: it has more bits than JSON's numbers keep.</param>
    /// <param name="Becomes">The open case of the other account of the same family: the two will be one. Null where there is none.</param>
    public sealed record MergedCase(string Id, string Title, string Family, string? Becomes);

    /// <param name="People">Whose primary account it is.</param>
    /// <param name="Enrollments">Live passages of the account itself.</param>
    public sealed record MergedAccount(ShownAccount Account, long People, long Enrollments, IReadOnlyList<MergedCase> OpenCases);

    /// <param name="From">Goes into the other one.</param>
    public sealed record MergePreview(MergedAccount From, MergedAccount Into);

    public static void MapAccountMerges(this IEndpointRouteBuilder api)
    {
        api.MapGet("/accounts/{id:long}/merge", PreviewAsync).RequirePermission(Permission.ReadAccounts).WithSummary("What merging the account into another one would bring together; changes nothing.");
        api.MapPost("/accounts/{id:long}/merge", MergeAsync).RequirePermission(Permission.MergeAccounts)
            .WithSummary("Merges the account into another one, with its people, passages and open cases. There is no way back.").Produces<Accepted>(StatusCodes.Status202Accepted);
    }

    private static async Task<MergePreview> PreviewAsync(long id, long? into, AccountStore accounts, AccountMergeStore merges, CancellationToken cancel)
    {
        var target = into ?? throw RefusedException.Missing("into", "17, the account that stays");
        if (await merges.RefusalAsync(id, target, cancel) is { } refused) throw Refused(refused);
        var (from, stays) = (await OfAsync(id), await OfAsync(target));
        return new(Show(from, stays), Show(stays, from));

        async Task<AccountContents> OfAsync(long account) =>
            await merges.ContentsAsync(await accounts.FindAsync(account, cancel) ?? throw RefusedException.NotFound($"account {account}"), cancel);
    }

    private static MergedAccount Show(AccountContents one, AccountContents other) => new(
        ShownAccount.Of(one.Account), one.People, one.Enrollments,
        [.. one.OpenCases.Select(open => new MergedCase(
            Text(open.Id), open.Title, open.Family, other.OpenCases.FirstOrDefault(theirs => theirs.Family == open.Family) is { Id: not 0 } theirs ? Text(theirs.Id) : null))]);

    private static async Task<IResult> MergeAsync(long id, Merge merge, AccountMergeStore merges, Audited audited, BusinessClock clock, WorkSignals signals, CancellationToken cancel)
    {
        var (target, now) = (merge.Into ?? throw RefusedException.Missing("into", "17, the account that stays"), clock.Now);
        var (from, into) = (SubjectRef.Account(id).ToString(), SubjectRef.Account(target).ToString());
        if (await merges.MergeAsync(id, target, audited.Note("account.merged", from, new { Into = into }), now, audited.Correlation, cancel) is { } refused) throw Refused(refused);
        signals.Events.Raise();
        return TypedResults.Accepted((string?)null, new Accepted(into, now, audited.Correlation));
    }

    private static RefusedException Refused(RefusedMerge refused) => refused.Refusal switch
    {
        MergeRefusal.Unknown => RefusedException.NotFound($"account {refused.AccountId}"),
        MergeRefusal.Same => RefusedException.Conflict("same-account", "These are one account already.", $"Both are account {refused.AccountId}; name the account that it turned out to be."),
        MergeRefusal.AlreadyMerged => RefusedException.Conflict("already-merged", "One of the two is another account already.", $"Account {refused.AccountId} was merged into account {refused.MergedInto}; name that one."),
        MergeRefusal.Parked => RefusedException.Conflict("account-parked", "One of the two stands still.", $"Account {refused.AccountId} needs attention. Resume it first, so that nothing of it is left behind."),
    };

    private static string Text(long id) => id.ToString(CultureInfo.InvariantCulture);
}
