using Nurture.Contacts;

namespace Nurture.Conditions;

/// <param name="Path">As it is written; x stands for what the author names.</param>
/// <param name="Where">Where it may stand.</param>
/// <param name="Example">One that runs.</param>
public sealed record ConditionName(string Path, string Is, string Where, string Meaning, string Example);

/// <summary>The names that conditions and mails may read: the reference page is made of this list.</summary>
public static class ConditionNames
{
    private const string Everywhere = "everywhere";
    private const string OfPeople = "asked of a person, mails";
    private const string Started = "after an event has started it, mails";

    public static IReadOnlyList<ConditionName> All { get; } =
    [
        new("contact.x", "as events.yaml says", OfPeople, "An attribute of the person.", "contact.score > 3"),
        new("contact.id", "number", OfPeople, "The number by which Nurture knows the person.", "contact.id > 0"),
        new("contact.email", "text", OfPeople, "The address.", "exists(contact.email)"),
        new("contact.name", "text", OfPeople, "The whole name.", "exists(contact.name)"),
        new("contact.locale", "text", OfPeople, "The language: ja, en-GB.", "contact.locale == \"ja\""),
        new("contact.zone", "text", OfPeople, "The clock: Asia/Tokyo.", "contact.zone == \"Asia/Tokyo\""),
        new("contact.role", "roles", OfPeople, "The roles in the account; == asks whether this is one of them. In a mail a list that for goes through.", "contact.role == \"admin\""),
        new("contact.created_at", "moment", OfPeople, "When the person was first heard of.", "days_since(contact.created_at) > 30"),
        new("contact.is_known", "yes or no", OfPeople, "The product has named the person, by an id of its own.", "contact.is_known"),
        new("contact.is_internal", "yes or no", OfPeople, "One of our own: mailed, never counted.", "!contact.is_internal"),
        new("contact.status", "text", OfPeople, "active, left, erased.", "contact.status == \"active\""),
        new("contact.basis", "text", OfPeople, "On what ground marketing may be mailed: none, opt_in, relationship, published.", "contact.basis == \"opt_in\""),
        new("account.x", "as events.yaml says", Everywhere, "An attribute of the account.", "account.plan == \"trial\""),
        new("account.id", "number", Everywhere, "The number by which Nurture knows the account.", "account.id > 0"),
        new("account.name", "text", Everywhere, "What it is called.", "exists(account.name)"),
        new("account.tier", "text", Everywhere, "high, low or tech; tech until somebody says otherwise.", "account.tier == \"tech\""),
        new("account.stage", "text", Everywhere, "Where it stands; churned is built in.", "account.stage == \"churned\""),
        new("account.owner", "text", Everywhere, "The colleague's address.", "exists(account.owner)"),
        new("account.locale", "text", Everywhere, "The language of its people who say none.", "account.locale == \"ja\""),
        new("account.zone", "text", Everywhere, "The clock of its people who say none.", "account.zone == \"Asia/Tokyo\""),
        new("account.created_at", "moment", Everywhere, "When the account was first heard of.", "days_since(account.created_at) > 30"),
        new("account.is_internal", "yes or no", Everywhere, "Our own.", "!account.is_internal"),
        new("account.is_on_hold", "yes or no", Everywhere, "Its mails are kept back.", "not(account.is_on_hold)"),
        new("account.health.score", "number", Everywhere, "0 to 100; nothing while it is not scored.", "account.health.score < 40"),
        new("account.health.band", "text", Everywhere, "healthy, watch, at_risk, unknown; nothing while it is not scored.", "account.health.band == \"at_risk\""),
        new("trigger.x", "as events.yaml says", Started, "A field of the event that started the passage, frozen for its life.", "trigger.plan == \"trial\""),
        new("trigger.name", "text", Started, "What the event is called, unless it has a field of that name.", "trigger.name == \"signed_up\""),
        new("trigger.occurred_at", "moment", Started, "When it happened, unless it has a field of that name.", "days_since(trigger.occurred_at) > 7"),
        new("trigger.contact.id", "number", Started, "Who did it.", "exists(trigger.contact.id)"),
        new("trigger.contact.role", "roles", Started, "The roles of who did it.", "trigger.contact.role == \"admin\""),
        new("heard.x", "as events.yaml says", "after a wait for an event, mails", "A field of what the last wait heard; name, occurred_at, contact.id and contact.role as of trigger.", "heard.total >= 100"),
        new("response.x", "text, number, yes or no", "after a webhook that names x, mails", "What was read of its answer.", "response.ticket == \"T-1\""),
        new("session.x", "see Sessions", "where a session starts it, mails", "The session that the passage is about.", "session.state == \"planned\""),
        new("event.x", "as events.yaml says", "inside where:", "A field of the event that is counted.", "count(\"ordered\", \"30d\", where: event.total >= 100) >= 1"),
        new("now", "moment", Everywhere, "The moment at which it is asked; in a mail, at which it was released.", "account.contract_end > now"),
    ];

    // The mail's inputs hold what somebody said; this they do not.
    private static readonly string[] OfActors = [.. new[] { "trigger", "heard" }.SelectMany(which => new[] { $"{which}.contact.id", $"{which}.contact.role" })];

    /// <summary>Paths that are answered for a mail as conditions answer them, since nobody ever said them.</summary>
    public static IEnumerable<string> Answered =>
    [
        "now", .. OfActors,
        .. ProductKnowledge.Answered(SubjectKind.Contact).Append("role").Select(name => $"contact.{name}"),
        .. ProductKnowledge.Answered(SubjectKind.Account).Select(name => $"account.{name}"),
    ];
}
