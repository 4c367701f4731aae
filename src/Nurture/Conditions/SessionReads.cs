using Nurture.Contacts;
using Nurture.Sessions;

namespace Nurture.Conditions;

/// <summary>What is read of the session that a passage is about.</summary>
internal sealed class SessionRead(Func<Session, ConditionContext, Reading> read, Func<Session, DateTimeOffset>? changesAt = null) : Operand
{
    private static readonly string[] States = ["planned", "cancelled", "over"];
    private static readonly string[] Registrations = ["none", "registered", "waiting", "cancelled", "attended", "missed"];

    private static readonly Dictionary<string, Part> Known = new(StringComparer.Ordinal)
    {
        ["id"] = Text(session => session.Id),
        ["kind"] = Text(session => session.Kind),
        ["title"] = new(PartType.Text, new SessionRead((session, context) => Reading.Of(session.TitleFor(context.Catalog.Policy.Locale))), MayBeAbsent: true),
        ["host"] = Text(session => session.Host),
        ["link"] = Text(session => session.Link),
        ["zone"] = Text(session => session.Zone),
        ["locale"] = Text(session => session.Locale),
        ["starts_at"] = Moment(session => session.StartsAt),
        ["ends_at"] = Moment(session => session.EndsAt),
        ["registration_until"] = Moment(session => session.OpenUntil),
        ["seats"] = new(PartType.Number, new SessionRead((session, _) => session.Seats is { } seats ? Reading.Of((double)seats) : Reading.Absent), MayBeAbsent: true),
        ["seats_left"] = new(PartType.Number, new SessionRead((session, _) => session.SeatsLeft is { } left ? Reading.Of((double)left) : Reading.Absent), MayBeAbsent: true),
        ["is_full"] = new(PartType.Boolean, new SessionRead((session, _) => Reading.Of(session.IsFull))),
        ["state"] = new(PartType.Text, new SessionRead(
            (session, context) => Reading.Of(session.State == SessionState.Cancelled ? "cancelled" : context.At >= session.EndsAt ? "over" : "planned"), session => session.EndsAt), Choices: States),
        ["registration"] = new(PartType.Text, new SessionRead(
            (session, context) => context.Contact is { } contact ? Reading.Of(Registrations[(int)contact.Sessions.GetValueOrDefault(session.Id).Registration]) : Reading.Unknown), Choices: Registrations),
    };

    public static IEnumerable<string> Names => Known.Keys;

    /// <summary>Null for what a session does not have.</summary>
    public static Part? Of(string name) => Known.GetValueOrDefault(name);

    public override Reading Read(in ConditionContext context) => SessionOf(context) is { } session ? read(session, context) : Reading.Absent;

    public override long NextChange(in ConditionContext context) =>
        changesAt is not null && SessionOf(context) is { } session && changesAt(session) is var at && at > context.At ? at.ToMilliseconds() : Never;

    private static Session? SessionOf(in ConditionContext context) =>
        SessionEvents.SessionOf(context.Event(Heard.Trigger)) is { } id ? context.Catalog.Sessions.GetValueOrDefault(id) : null;

    private static Part Text(Func<Session, string> read) =>
        new(PartType.Text, new SessionRead((session, _) => read(session) is { Length: > 0 } text ? Reading.Of(text) : Reading.Absent), MayBeAbsent: true);

    private static Part Moment(Func<Session, DateTimeOffset> read) =>
        new(PartType.Instant, new SessionRead((session, _) => Reading.Instant(read(session).ToMilliseconds())), MayBeAbsent: true);
}
