using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Sends;
using Nurture.Server.Hosting;
using Nurture.Server.Security;
using Nurture.Storage;

namespace Nurture.Server.Api;

/// <summary>What a person wants and allows, recorded by hand: told to the person's slot, and to the audit.</summary>
internal static class ConsentEndpoints
{
    /// <param name="Basis">opt_in, relationship or published.</param>
    public sealed record GivenConsent(string? Basis, string? Note);

    /// <param name="Topic"><c>*</c> where not given: everything but transactional mail.</param>
    /// <param name="IsRefused">False takes a refusal back.</param>
    public sealed record GivenRefusal(string? Topic, bool IsRefused, string? Note);

    public static void MapConsent(this IEndpointRouteBuilder api)
    {
        api.MapPost("/contacts/{id:long}/consent", ConsentAsync).RequirePermission(Permission.WriteContacts)
            .WithSummary("Records on what ground the person may be mailed. Whoever wants no more mail is unsubscribed instead.").Produces<Accepted>(StatusCodes.Status202Accepted);
        api.MapPost("/contacts/{id:long}/refusals", RefuseAsync).RequirePermission(Permission.WriteContacts)
            .WithSummary("Unsubscribes the person from a topic or from everything, or takes that back. Nothing that is claimed later leaves.").Produces<Accepted>(StatusCodes.Status202Accepted);
        api.MapPost("/contacts/{id:long}/left", LeftAsync).RequirePermission(Permission.WriteContacts)
            .WithSummary("Records that the person works there no more: it leaves every scenario and receives nothing.").Produces<Accepted>(StatusCodes.Status202Accepted);
    }

    private static async Task<IResult> ConsentAsync(
        long id, GivenConsent given, RequestStore requests, Audited audited, BusinessClock clock, WorkSignals signals, CancellationToken cancel)
    {
        if (!ConsentBases.TryParse(given.Basis ?? "", out var basis) || basis == ConsentBasis.None)
        {
            throw RefusedException.BadRequest("bad-basis", "That is no ground for mailing.",
                $"\"{given.Basis}\" was found; basis is one of opt_in, relationship, published. Who wants no mail is unsubscribed: POST /contacts/{id}/refusals.");
        }

        var now = clock.Now;
        var told = await requests.TellAsync(SubjectRef.Contact(id), contact => new Signal.ConsentSaid(contact.Id, basis, now),
            audited.Note("contact.consent", SubjectRef.Contact(id).ToString(), new { Basis = basis.Name(), given.Note }), now, audited.Correlation, cancel);
        return Answer(told, id, now, audited, signals);
    }

    private static async Task<IResult> RefuseAsync(
        long id, GivenRefusal given, ContactStore contacts, SendStore sends, Audited audited, BusinessClock clock, WorkSignals signals, CancellationToken cancel)
    {
        if (await contacts.ResolveAsync(id, cancel) is not { ErasedAt: null } person) throw RefusedException.NotFound($"contact {id}");
        var topic = string.IsNullOrWhiteSpace(given.Topic) ? Consent.Everything : given.Topic.Trim();
        if (topic.Length > 100) throw RefusedException.BadRequest("bad-topic", "That is no topic.", "A topic is a short name, such as product-news.");
        var (subject, now) = (SubjectRef.Contact(person.Id), clock.Now);
        await audited.RecordAsync(given.IsRefused ? "contact.unsubscribed" : "contact.resubscribed", subject.ToString(), new { Topic = topic, given.Note }, cancel);
        await sends.RefuseAsync(person.Id, topic, given.IsRefused, now, audited.Correlation, cancel);
        return Answer(subject, id, now, audited, signals);
    }

    private static async Task<IResult> LeftAsync(long id, RequestStore requests, Audited audited, BusinessClock clock, WorkSignals signals, CancellationToken cancel)
    {
        var now = clock.Now;
        var told = await requests.TellAsync(SubjectRef.Contact(id), contact => new Signal.Left(contact.Id, now),
            audited.Note("contact.left", SubjectRef.Contact(id).ToString()), now, audited.Correlation, cancel);
        return Answer(told, id, now, audited, signals);
    }

    private static IResult Answer(SubjectRef? told, long id, DateTimeOffset now, Audited audited, WorkSignals signals)
    {
        if (told is not { } subject) throw RefusedException.NotFound($"contact {id}");
        signals.Events.Raise();
        return TypedResults.Accepted((string?)null, new Accepted(subject.ToString(), now, audited.Correlation));
    }
}
