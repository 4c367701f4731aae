using System.Text.Json;
using NodaTime;
using Nurture.Templates;

namespace Nurture.Sessions;

/// <summary>What a mail may say of a session, as it is when the mail is released.</summary>
/// <param name="Clock">The reader's.</param>
/// <param name="HasCalendar">Whether the mail brings it for the reader's calendar.</param>
public sealed record SessionFacts(Session Session, Registration Registration, DateTimeZone Clock, bool HasCalendar)
{
    /// <summary>Of the mail's inputs: what its texts read.</summary>
    public const string Name = "session";

    /// <summary>Of the mail's inputs: what stands in the reader's calendar.</summary>
    public const string CalendarName = "calendar";

    /// <summary>What mails read as <c>session.…</c>; the two addresses are made when the mail is.</summary>
    public static readonly string[] Members =
    [
        "id", "kind", "title", "host", "link", "starts_at", "ends_at", "when", "registration_until", "seats", "seats_left", "is_full", "registration", RegisterUrl, CancelUrl,
    ];

    public const string RegisterUrl = "register_url";
    public const string CancelUrl = "cancel_url";

    internal void Write(Utf8JsonWriter json, MailReads reads, string locale)
    {
        if (reads.AnyOf(Name))
        {
            json.WriteStartObject(Name);
            json.WriteString("id", Session.Id);
            json.WriteString("kind", Session.Kind);
            json.WriteString("title", Session.TitleFor(locale));
            WriteText("host", Session.Host);
            WriteText("link", Session.Link);
            json.WriteString("starts_at", Session.StartsAt);
            json.WriteString("ends_at", Session.EndsAt);
            json.WriteString("when", SessionWords.When(Session.StartsAt, Session.EndsAt, Clock, locale));
            json.WriteString("registration_until", SessionWords.When(Session.OpenUntil, Session.OpenUntil, Clock, locale));
            if (Session.Seats is { } seats) json.WriteNumber("seats", seats);
            else json.WriteNull("seats");
            if (Session.SeatsLeft is { } left) json.WriteNumber("seats_left", left);
            else json.WriteNull("seats_left");
            json.WriteBoolean("is_full", Session.IsFull);
            json.WriteString("registration", Registration.ToString().ToLowerInvariant());
            json.WriteEndObject();
        }

        if (!HasCalendar) return;
        json.WriteStartObject(CalendarName);
        json.WriteString("id", Session.Id);
        json.WriteNumber("sequence", Session.Sequence);
        // Whoever gave the seat back has it taken out too.
        json.WriteBoolean("is_cancelled", Session.State == SessionState.Cancelled || Registration == Registration.Cancelled);
        json.WriteBoolean("is_accepted", Registration is Registration.Registered or Registration.Attended);
        json.WriteString("title", Session.TitleFor(locale));
        json.WriteString("link", Session.Link);
        json.WriteString("starts_at", Session.StartsAt);
        json.WriteString("ends_at", Session.EndsAt);
        json.WriteEndObject();

        // What nobody has said is absent: a mail asks "if session.link".
        void WriteText(string name, string text)
        {
            if (text.Length > 0) json.WriteString(name, text);
            else json.WriteNull(name);
        }
    }
}
