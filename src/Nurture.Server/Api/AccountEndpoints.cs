using System.Text.Json;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Intake;
using Nurture.Server.Hosting;
using Nurture.Server.Publishing;
using Nurture.Server.Security;
using Nurture.Simulation;
using Nurture.Storage;

namespace Nurture.Server.Api;

internal static class AccountEndpoints
{
    private const int MostPeople = 200;

    public sealed record Patch(JsonElement Attributes);

    public static void MapAccounts(this IEndpointRouteBuilder api)
    {
        api.MapGet("/accounts", async (string? query, int? limit, string? after, AccountStore accounts, CancellationToken cancel) =>
        {
            var page = await accounts.ListAsync(query, Paging.After(after), Paging.Limit(limit), cancel);
            return new ApiPage<ShownAccount>([.. page.Items.Select(ShownAccount.Of)], page.Next?.ToString());
        }).RequirePermission(Permission.ReadAccounts).WithSummary("Accounts in the order of their ids: all, or those whose name begins with the query, or whose external id it is.");

        api.MapGet("/accounts/{id:long}", async (long id, string? locale, AccountStore accounts, ContactStore contacts, EnrollmentStore enrollments, EscalationStore escalations, CatalogSource catalogs, CancellationToken cancel) =>
        {
            var catalog = (await catalogs.CurrentAsync(cancel)).Catalog;
            var account = await accounts.FindAsync(id, cancel) ?? throw RefusedException.NotFound($"account {id}");
            return ShownAccount.Of(account) with
            {
                People = [.. (await contacts.OfAccountAsync(id, MostPeople, cancel)).Select(ShownContact.Of)],
                AlsoPeople = [.. (await contacts.AlsoOfAccountAsync(id, MostPeople, cancel)).Select(ShownContact.Of)],
                Enrollments = [.. (await enrollments.OfSubjectAsync(SubjectRef.Account(id), null, cancel)).Select(position => ShownEnrollment.Of(position, catalog, Languages.Of(locale)))],
                Hold = (await escalations.HoldsAsync(id, cancel)).MaxBy(hold => hold.Until) is { } hold ? ShownHold.Of(hold) : null,
            };
        }).RequirePermission(Permission.ReadAccounts).WithSummary("An account, its first 200 people and what it is enrolled in.");

        api.MapPatch("/accounts/{id:long}", PatchAsync).RequirePermission(Permission.WriteAccounts)
            .WithSummary("Says attributes, typed by the tracking plan. All are taken or none.").Produces<Accepted>(StatusCodes.Status202Accepted);
    }

    private static async Task<IResult> PatchAsync(
        long id, Patch patch, CatalogSource catalogs, RequestStore requests, Audited audited, BusinessClock clock, WorkSignals signals, CancellationToken cancel)
    {
        var plan = (await catalogs.CurrentAsync(cancel)).Catalog.Plan;
        var (attributes, errors) = ImportRows.Attributes(patch.Attributes, SubjectKind.Account, plan);
        if (errors.Count > 0)
        {
            throw new RefusedException(StatusCodes.Status422UnprocessableEntity, "bad-attribute", "Nothing was taken.", Addresses.Sentence(errors))
            {
                Members = { ["errors"] = errors },
            };
        }
        if (attributes.Count == 0) throw RefusedException.Missing("attributes", "{\"attributes\": {\"tier\": \"high\"}}");

        var (subject, now) = (SubjectRef.Account(id), clock.Now);
        var told = await requests.TellAsync(subject, account => new Signal.AccountDescribed(account.Id, attributes, now),
            audited.Note("account.described", subject.ToString(), new { Attributes = attributes.Keys }), now, audited.Correlation, cancel);
        if (told is null) throw RefusedException.NotFound($"account {id}");
        signals.Events.Raise();
        return TypedResults.Accepted((string?)null, new Accepted(subject.ToString(), now, audited.Correlation));
    }
}
