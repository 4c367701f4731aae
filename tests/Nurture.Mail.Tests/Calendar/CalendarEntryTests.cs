using System.Text;
using Nurture.Mail.Calendar;
using Nurture.Mail.Tests.Support;

namespace Nurture.Mail.Tests.Calendar;

public sealed class CalendarEntryTests
{
    private static readonly CalendarEntry Demo = new()
    {
        Uid = "demo@example.com",
        Sequence = 0,
        Stamp = new(2026, 11, 20, 1, 2, 3, TimeSpan.Zero),
        StartsAt = new(2026, 12, 3, 14, 0, 0, TimeSpan.FromHours(9)),
        EndsAt = new(2026, 12, 3, 15, 0, 0, TimeSpan.FromHours(9)),
        Summary = "A first look, and more; with \\ care",
        Link = "https://meet.example.com/demo?a=1",
        Organizer = new("Ann \"the\" Smith", "ann", "example.com"),
        Attendee = new("山田 太郎", "taro", "example.jp"),
        IsAccepted = true,
    };

    [Fact]
    public void An_invitation_is_written_in_full() => Assert.Equal(
        """
        BEGIN:VCALENDAR
        VERSION:2.0
        PRODID:-//Nurture//Nurture//EN
        CALSCALE:GREGORIAN
        METHOD:REQUEST
        BEGIN:VEVENT
        UID:demo@example.com
        SEQUENCE:0
        DTSTAMP:20261120T010203Z
        DTSTART:20261203T050000Z
        DTEND:20261203T060000Z
        SUMMARY:A first look\, and more\; with \\ care
        LOCATION:https://meet.example.com/demo?a=1
        DESCRIPTION:https://meet.example.com/demo?a=1
        URL:https://meet.example.com/demo?a=1
        STATUS:CONFIRMED
        ORGANIZER;CN="Ann the Smith":mailto:ann@example.com
        ATTENDEE;CN="山田 太郎";ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;RSVP=FALSE:mailto:taro@example.jp
        TRANSP:OPAQUE
        END:VEVENT
        END:VCALENDAR

        """.ReplaceLineEndings("\r\n"), Unfolded(Demo.Write()));

    [Fact]
    public void A_change_and_a_cancellation_are_of_the_same_meeting()
    {
        var (moved, cancelled) = ((Demo with { Sequence = 1, StartsAt = Demo.StartsAt.AddDays(1) }).Write(), (Demo with { Sequence = 2, IsCancelled = true }).Write());

        Assert.All([moved, cancelled], text => Assert.Contains("\r\nUID:demo@example.com\r\n", text));
        Assert.Contains("\r\nMETHOD:REQUEST\r\n", moved);
        Assert.Contains("\r\nSEQUENCE:1\r\n", moved);
        Assert.Contains("\r\nMETHOD:CANCEL\r\n", cancelled);
        Assert.Contains("\r\nSTATUS:CANCELLED\r\n", cancelled);
        Assert.Contains("\r\nSEQUENCE:2\r\n", cancelled);
    }

    [Theory]
    [InlineData("はじめての活用セミナー:導入から定着までの三十日間で何をするか、先行する会社の事例とともに")]
    [InlineData("👩‍👩‍👧‍👦🎉👩‍👩‍👧‍👦🎉👩‍👩‍👧‍👦🎉👩‍👩‍👧‍👦🎉👩‍👩‍👧‍👦🎉")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public void No_line_is_longer_than_75_octets_and_no_character_is_cut(string summary)
    {
        var text = (Demo with { Summary = summary }).Write();

        Assert.All(text.Split("\r\n"), line => Assert.InRange(Encoding.UTF8.GetByteCount(line), 0, 75));
        Assert.Contains($"\r\nSUMMARY:{summary}\r\n", Unfolded(text));
        Assert.DoesNotContain('\uFFFD', Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)));
    }

    [Fact]
    public void A_line_end_in_a_title_begins_no_line_of_its_own()
    {
        var text = Unfolded((Demo with { Summary = "One\r\nATTENDEE:mailto:x@example.com\u0007" }).Write());

        Assert.Contains("\r\nSUMMARY:One\\nATTENDEE:mailto:x@example.com\r\n", text);
    }

    [Fact]
    public void In_a_mail_it_stands_among_the_alternatives_and_as_a_file()
    {
        var read = new MailReader(Mails.Bytes(Mails.Japanese with { Calendar = Demo }));

        Assert.StartsWith("multipart/mixed", read.Header("Content-Type"));
        Assert.Equal(2, read.Parts.Count);
        Assert.StartsWith("multipart/alternative", read.Parts[0].Header("Content-Type"));
        Assert.Equal(["text/plain; charset=utf-8", "text/html; charset=utf-8", "text/calendar; method=REQUEST; charset=utf-8"], read.Parts[0].Parts.Select(part => part.Header("Content-Type")));
        Assert.Equal(Demo.Write(), read.Parts[0].Parts[2].Body);
        Assert.Equal("attachment; filename=\"invite.ics\"", read.Parts[1].Header("Content-Disposition"));
        Assert.Equal(Demo.Write(), read.Parts[1].Body);
        Assert.Equal(Mails.Bytes(Mails.Japanese with { Calendar = Demo }), Mails.Bytes(Mails.Japanese with { Calendar = Demo }));
    }

    private static string Unfolded(string text) => text.Replace("\r\n ", "", StringComparison.Ordinal);
}
