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

internal static class ContactEndpoints
{
    private const int MostEvidence = 100;

    /// <param name="Attributes">New values by name; null clears.</param>
    public sealed record Patch(JsonElement Attributes);

    public static void MapContacts(this IEndpointRouteBuilder api)
    {
        api.MapGet("/contacts", ListAsync).RequirePermission(Permission.ReadContacts)
            .WithSummary("Contacts in the order of their ids: all, or those whose address or name begins with the query, or whose identity it is.");
        api.MapGet("/contacts/{id:long}", GetAsync).RequirePermission(Permission.ReadContacts)
            .WithSummary("A contact; for one that was merged, the one that it is now.");
        api.MapPatch("/contacts/{id:long}", PatchAsync).RequirePermission(Permission.WriteContacts)
            .WithSummary("Says attributes, typed by the tracking plan. All are taken or none.").Produces<Accepted>(StatusCodes.Status202Accepted);
        api.MapDelete("/contacts/{id:long}", EraseAsync).RequirePermission(Permission.EraseContacts)
            .WithSummary("Forgets the contact: everything about it ends and is emptied, its addresses stay suppressed as keyed hashes.").Produces<Accepted>(StatusCodes.Status202Accepted);
        api.MapPost("/contacts/{id:long}/erasure", EraseAsync).RequirePermission(Permission.EraseContacts)
            .WithSummary("The same as deleting the contact.").Produces<Accepted>(StatusCodes.Status202Accepted);
        api.MapGet("/contacts/{id:long}/export", ExportAsync).RequirePermission(Permission.ExportContacts)
            .WithSummary("Everything that is kept about the contact, as one JSON object.");
    }

    private static async Task<ApiPage<ShownContact>> ListAsync(string? query, int? limit, string? after, ContactStore contacts, AccountStore accounts, SuppressionStore suppressions, SettingsStore settings, CancellationToken cancel)
    {
        var page = await contacts.ListAsync(query, Paging.After(after), Paging.Limit(limit), cancel);
        var named = await Named.OfAsync(page.Items.Select(person => SubjectRef.Account(person.AccountId ?? 0)), contacts, accounts, cancel);
        var hash = await settings.AddressHashAsync(cancel);
        var hashes = page.Items.Select(person => person.Email is { } email && Addresses.Key(email) is { } key ? hash.Of(key) : null).ToList();
        var blocked = hashes.Exists(one => one is not null) ? await suppressions.FindAsync([.. hashes.OfType<byte[]>()], cancel) : [];
        return new([.. page.Items.Zip(hashes, (person, own) => ShownContact.Of(person) with
        {
            AccountName = named.Of(SubjectRef.Account(person.AccountId ?? 0)).Name,
            IsBlocked = own is not null && blocked.Contains(Convert.ToHexString(own)),
        })], page.Next?.ToString());
    }

    private static async Task<ShownContact> GetAsync(
        long id, string? locale, ContactStore contacts, AccountStore accounts, EnrollmentStore enrollments, EscalationStore escalations, SuppressionStore suppressions, SettingsStore settings, CatalogSource catalogs,
        CancellationToken cancel)
    {
        var person = await contacts.ResolveAsync(id, cancel) ?? throw RefusedException.NotFound($"contact {id}");
        var catalog = (await catalogs.CurrentAsync(cancel)).Catalog;
        return ShownContact.Of(person) with
        {
            Identities = [.. (await contacts.IdentitiesAsync(person.Id, cancel)).Select(ShownIdentity.Of)],
            Accounts = [.. (await accounts.OfContactAsync(person.Id, cancel)).Select(ShownAccount.Of)],
            Evidence = [.. (await contacts.EvidenceAsync(person.Id, MostEvidence, cancel)).Select(ShownEvidence.Of)],
            Suppression = person.Email is { } email && Addresses.Key(email) is { } key
                && await SuppressionEndpoints.FindAsync((await settings.AddressHashAsync(cancel)).Of(key), suppressions, cancel) is { } suppressed ? ShownBlock.Of(suppressed) : null,
            Holds = [.. (await escalations.HoldsOfContactAsync(person.Id, cancel)).Select(ShownHold.Of)],
            Enrollments = await ShowAsync(SubjectRef.Contact(person.Id)),
            AccountEnrollments = person.AccountId is { } account ? await ShowAsync(SubjectRef.Account(account)) : null,
        };

        async Task<IReadOnlyList<ShownEnrollment>> ShowAsync(SubjectRef subject) =>
            [.. (await enrollments.OfSubjectAsync(subject, null, cancel)).Select(position => ShownEnrollment.Of(position, catalog, Languages.Of(locale)))];
    }

    private static async Task<IResult> PatchAsync(
        long id, Patch patch, CatalogSource catalogs, RequestStore requests, Audited audited, BusinessClock clock, WorkSignals signals, CancellationToken cancel)
    {
        var plan = (await catalogs.CurrentAsync(cancel)).Catalog.Plan;
        var (attributes, errors) = ImportRows.Attributes(patch.Attributes, SubjectKind.Contact, plan);
        var broken = errors.Concat(Addresses.Check(attributes)).ToList();
        if (broken.Count > 0)
        {
            throw new RefusedException(StatusCodes.Status422UnprocessableEntity, "bad-attribute", "Nothing was taken.", Addresses.Sentence(broken))
            {
                Members = { ["errors"] = broken },
            };
        }
        if (attributes.Count == 0) throw RefusedException.Missing("attributes", "{\"attributes\": {\"name\": \"Hanako\"}}");

        var now = clock.Now;
        // It says nothing new of who the contact is, so a browser that nobody has named stays one.
        var told = await requests.TellAsync(SubjectRef.Contact(id),
            contact => new Signal.Described(contact.Id, attributes, now, IsKnown: false, ConsentBasis.None),
            audited.Note("contact.described", SubjectRef.Contact(id).ToString(), new { Attributes = attributes.Keys }), now, audited.Correlation, cancel);
        if (told is not { } subject) throw RefusedException.NotFound($"contact {id}");
        signals.Events.Raise();
        return TypedResults.Accepted((string?)null, new Accepted(subject.ToString(), now, audited.Correlation));
    }

    private static async Task<IResult> EraseAsync(
        long id, ContactStore contacts, ErasureWorker worker, Audited audited, BusinessClock clock, CancellationToken cancel)
    {
        if (await contacts.ResolveAsync(id, cancel) is not { } person) throw RefusedException.NotFound($"contact {id}");
        var (subject, now) = (SubjectRef.Contact(person.Id), clock.Now);
        if (person.ErasedAt is null)
        {
            await audited.RecordAsync("contact.erased", subject.ToString(), null, cancel);
            await worker.BeginAsync(person.Id, now, audited.Correlation, cancel);
        }
        else worker.Wake();
        return TypedResults.Accepted((string?)null, new Accepted(subject.ToString(), now, audited.Correlation));
    }

    private static async Task<IResult> ExportAsync(long id, ContactStore contacts, ExportStore exports, Audited audited, CancellationToken cancel)
    {
        if (await contacts.ResolveAsync(id, cancel) is not { } person) throw RefusedException.NotFound($"contact {id}");
        await audited.RecordAsync("contact.exported", SubjectRef.Contact(person.Id).ToString(), null, cancel);
        return Results.Stream(stream => exports.WriteAsync(person.Id, stream, cancel), "application/json", $"contact-{person.Id}.json");
    }
}
