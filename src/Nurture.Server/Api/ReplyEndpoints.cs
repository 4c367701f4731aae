using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Intake;
using Nurture.Server.Hosting;
using Nurture.Server.Security;
using Nurture.Storage;

namespace Nurture.Server.Api;

/// <summary>What people write back: told by a support desk, or by whoever reads the mailbox that answers go to.</summary>
internal static class ReplyEndpoints
{
    /// <param name="Contact">Who replied; or their <paramref name="Email"/>, or the <paramref name="Send"/> that was answered.</param>
    /// <param name="Send">The id of the mail that was answered, where it is known.</param>
    /// <param name="Kind"><c>human</c>; <c>automatic</c> for absence notes and the like, which move nothing.</param>
    /// <param name="At">When; now where it is not said.</param>
    /// <param name="MessageId">What tells this reply from others, as its Message-ID does: told again within seven days, it is not heard again.</param>
    public sealed record GivenReply(long? Contact, string? Email, Guid? Send, string? Kind, DateTimeOffset? At, string? MessageId);

    // Of a header's line, RFC 5322 §2.1.1.
    private const int MostOfMessageId = 998;

    public static void MapReplies(this IEndpointRouteBuilder api) =>
        api.MapPost("/replies", ReplyAsync).RequirePermission(Permission.WriteContacts)
            .WithSummary("A person answered a mail. A human's reply ends their marketing enrollments, and keeps automatic mail to their account back until its owner, who is mailed, releases it.")
            .Produces<Accepted>(StatusCodes.Status202Accepted);

    private static async Task<IResult> ReplyAsync(
        GivenReply given, RequestStore requests, ContactStore contacts, SendStore sends, Audited audited, BusinessClock clock, WorkSignals signals, CancellationToken cancel)
    {
        var isAutomatic = given.Kind switch
        {
            "human" => false,
            "automatic" => true,
            null or "" => throw RefusedException.Missing("kind", "\"human\", or \"automatic\" for what a mailbox answers by itself"),
            _ => throw RefusedException.BadRequest("bad-word", "kind is none of its words.", $"\"{given.Kind}\" was found; kind is human or automatic."),
        };
        var now = clock.Now;
        var at = given.At is { } said ? said.ToUniversalTime().Truncate() : now;
        if (at > now) throw RefusedException.BadRequest("bad-moment", "Nobody replies in the future.", $"at is {at:O}, and it is {now:O}.");
        var answered = given.Send is { } id ? await sends.FindContentAsync(id, cancel) ?? throw RefusedException.NotFound($"send {id:N}") : null;
        var contact = given.Contact ?? answered?.Send.RecipientId
            ?? (string.IsNullOrWhiteSpace(given.Email) ? throw RefusedException.Missing("contact", "12, or email or send instead")
                : await contacts.FindByAddressAsync(given.Email, cancel) ?? throw RefusedException.NotFound("one person with that address"));
        if (given.MessageId is { Length: > MostOfMessageId })
            throw RefusedException.BadRequest("too-long", "message_id is too long.", $"It has {given.MessageId.Length} characters; {MostOfMessageId} are the most.");
        MessageKey? key = string.IsNullOrWhiteSpace(given.MessageId) ? null : MessageKey.Of(given.MessageId, given.At is null ? null : at);
        var told = await requests.TellAsync(SubjectRef.Contact(contact),
            person => new Signal.Replied(person.Id, isAutomatic, answered?.Send.Scenario ?? "", answered?.Send.Step ?? "", answered?.Send.Template ?? "", at),
            audited.Note("contact.replied", SubjectRef.Contact(contact).ToString(), new { given.Kind, Send = answered?.Send.Id }), now, audited.Correlation, cancel, key);
        if (told is not { } subject) throw RefusedException.NotFound($"contact {contact}");
        signals.Events.Raise();
        return TypedResults.Accepted((string?)null, new Accepted(subject.ToString(), now, audited.Correlation));
    }
}
