using Nurture.Contacts;
using Nurture.Scenarios;

namespace Nurture.Sessions;

/// <summary>Events about sessions, all of them with the session's id: facts of the person whom they are about.</summary>
public static class SessionEvents
{
    public const string Prefix = "nurture.session_";
    public const string Registered = "nurture.session_registered";
    public const string Waitlisted = "nurture.session_waitlisted";
    public const string RegistrationCancelled = "nurture.session_registration_cancelled";
    public const string Attended = "nurture.session_attended";
    public const string Missed = "nurture.session_missed";
    public const string Moved = "nurture.session_moved";
    public const string Changed = "nurture.session_changed";
    public const string Cancelled = "nurture.session_cancelled";
    public const string AttendanceComplete = "nurture.session_attendance_complete";

    // What a session's own trigger leaves to be read: never in the log.
    internal const string Invited = "nurture.session_invited";

    /// <summary>The property that names the session.</summary>
    public const string Key = "session";

    public static IReadOnlyList<PlannedEvent> All { get; } =
    [
        Planned(Registered, "The person has a seat in a session.", ("from_waiting_list", ValueKind.Boolean)),
        Planned(Waitlisted, "The person registered for a session that was full, and waits for a seat."),
        Planned(RegistrationCancelled, "The person gave the seat, or the place on the waiting list, back."),
        Planned(Attended, "The person was at a session.", ("minutes", ValueKind.Number)),
        Planned(Missed, "The person was registered for a session and did not come."),
        Planned(Moved, "A session that concerns the person is at another time."),
        Planned(Changed, "A session that concerns the person has another title, link or host."),
        Planned(Cancelled, "A session that concerns the person does not take place."),
        Planned(AttendanceComplete, "Who was at a session that concerns the person has been said."),
    ];

    internal static PlannedEvent OfTrigger { get; } = Planned(Invited, "The moment to invite to a session came.");

    public static bool IsOne(string name) => name.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>The session that an event is about; null where it is about none.</summary>
    public static string? SessionOf(OccurredEvent? happened) =>
        happened is not null && IsOne(happened.Name) && happened[Key] is { Kind: ValueKind.Text } id ? id.AsText : null;

    /// <summary>What the event makes of the person's registration; null where it leaves it as it is.</summary>
    public static Registration? RegistrationBy(string name) => name switch
    {
        Registered => Registration.Registered,
        Waitlisted => Registration.Waiting,
        RegistrationCancelled => Registration.Cancelled,
        Attended => Registration.Attended,
        Missed => Registration.Missed,
        _ => null,
    };

    public static string NameOf(SessionNews news) => news switch
    {
        SessionNews.Moved => Moved,
        SessionNews.Changed => Changed,
        SessionNews.Cancelled => Cancelled,
        SessionNews.AttendanceComplete => AttendanceComplete,
    };

    private static PlannedEvent Planned(string name, string description, params (string Name, ValueKind Type)[] more) =>
        new(name, description, false, more.Prepend((Name: Key, Type: ValueKind.Text))
            .ToDictionary(property => property.Name, property => new PlannedAttribute(property.Name, property.Type, "", AttributeValue.Null)));
}
