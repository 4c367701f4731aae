using System.Globalization;
using System.Text;

namespace Nurture.Mail.Calendar;

/// <summary>
/// A meeting for the reader's calendar (RFC 5545, RFC 5546): an invitation, its change and its cancellation carry the same
/// <see cref="Uid"/>, and each change a higher <see cref="Sequence"/>. Times are written in UTC, so no zone has to be described.
/// </summary>
public sealed record CalendarEntry
{
    private const int MostOctetsOfLine = 75; // RFC 5545 §3.1, the line end aside

    /// <summary>The same for ever, <c>webinar-2026-12@example.com</c>.</summary>
    public required string Uid { get; init; }

    public required int Sequence { get; init; }

    /// <summary>It is taken out of the calendar.</summary>
    public bool IsCancelled { get; init; }

    /// <summary>When this was written.</summary>
    public required DateTimeOffset Stamp { get; init; }

    public required DateTimeOffset StartsAt { get; init; }

    public required DateTimeOffset EndsAt { get; init; }

    public required string Summary { get; init; }

    /// <summary>Where it takes place; empty where nobody has said so.</summary>
    public string Link { get; init; } = "";

    public required EmailAddress Organizer { get; init; }

    public required EmailAddress Attendee { get; init; }

    /// <summary>Whether the attendee has said that they come.</summary>
    public bool IsAccepted { get; init; }

    /// <summary>The method of RFC 5546, which stands in the part's media type too.</summary>
    public string Method => IsCancelled ? "CANCEL" : "REQUEST";

    /// <summary>The whole object, with CRLF.</summary>
    public string Write()
    {
        var text = new StringBuilder();
        Line("BEGIN:VCALENDAR");
        Line("VERSION:2.0");
        Line("PRODID:-//Nurture//Nurture//EN");
        Line("CALSCALE:GREGORIAN");
        Line($"METHOD:{Method}");
        Line("BEGIN:VEVENT");
        Line($"UID:{Text(Uid)}");
        Line($"SEQUENCE:{Sequence.ToString(CultureInfo.InvariantCulture)}");
        Line($"DTSTAMP:{Moment(Stamp)}");
        Line($"DTSTART:{Moment(StartsAt)}");
        Line($"DTEND:{Moment(EndsAt)}");
        Line($"SUMMARY:{Text(Summary)}");
        if (Link.Length > 0)
        {
            Line($"LOCATION:{Text(Link)}");
            Line($"DESCRIPTION:{Text(Link)}");
            Line($"URL:{Link}");
        }

        Line($"STATUS:{(IsCancelled ? "CANCELLED" : "CONFIRMED")}");
        Line($"ORGANIZER{Name(Organizer)}:mailto:{Organizer.AddrSpec}");
        // Nobody reads what calendars would answer: whether somebody comes is said on the session's own page.
        Line($"ATTENDEE{Name(Attendee)};ROLE=REQ-PARTICIPANT;PARTSTAT={(IsAccepted ? "ACCEPTED" : "NEEDS-ACTION")};RSVP=FALSE:mailto:{Attendee.AddrSpec}");
        Line("TRANSP:OPAQUE");
        Line("END:VEVENT");
        Line("END:VCALENDAR");
        return text.ToString();

        void Line(string line) => Fold(line, text);
    }

    private static string Moment(DateTimeOffset at) => at.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    /// <summary>§3.3.11: what would end a value or a line is escaped; other control characters have no place.</summary>
    private static string Text(string value)
    {
        var text = new StringBuilder(value.Length + 8);
        foreach (var c in value.ReplaceLineEndings("\n"))
        {
            if (c is '\\' or ';' or ',') text.Append('\\').Append(c);
            else if (c == '\n') text.Append("\\n");
            else if (!char.IsControl(c)) text.Append(c);
        }

        return text.ToString();
    }

    /// <summary>§3.2: a parameter's value in quotes, which has no quotes within.</summary>
    private static string Name(EmailAddress address) =>
        address.DisplayName is { Length: > 0 } name ? $";CN=\"{new string([.. name.Where(c => c != '"' && !char.IsControl(c))])}\"" : "";

    /// <summary>Lines of at most 75 octets; a further one begins with a space, and no character is cut apart.</summary>
    private static void Fold(string line, StringBuilder into)
    {
        var room = MostOctetsOfLine;
        foreach (var rune in line.EnumerateRunes())
        {
            if (rune.Utf8SequenceLength > room)
            {
                into.Append("\r\n ");
                room = MostOctetsOfLine - 1;
            }

            into.Append(rune.ToString());
            room -= rune.Utf8SequenceLength;
        }

        into.Append("\r\n");
    }
}
