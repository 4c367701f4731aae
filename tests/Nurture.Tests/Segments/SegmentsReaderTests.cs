using Nurture.Conditions;
using Nurture.Contacts;
using Nurture.Scenarios;
using Nurture.Segments;
using Nurture.Tests.Conditions;

namespace Nurture.Tests.Segments;

public sealed class SegmentsReaderTests
{
    [Fact]
    public void A_file_is_read_with_what_people_read_and_what_is_asked()
    {
        var (segments, said) = Read(
            """
            segments:
              big-accounts:
                title: Big accounts
                about: More than ten seats.
                of: account
                is: account.seats > 10
              active-in-big:
                is: segment("big-accounts") && count("login", "14d") > 2
            """);

        Assert.Empty(said);
        Assert.Equal(("Big accounts", "More than ten seats.", SubjectKind.Account), (segments.Find("big-accounts")!.Title, segments.Find("big-accounts")!.About, segments.Find("big-accounts")!.Of));
        var outer = segments.Find("active-in-big")!;
        Assert.Equal(("active-in-big", SubjectKind.Contact), (outer.Title, outer.Of));
        Assert.Equal(["big-accounts"], outer.Is.Segments.Select(segment => segment.Name));
        Assert.True(outer.Is is { ReadsAccount: true, ReadsContact: true });
    }

    [Fact]
    public void The_order_in_the_file_does_not_matter()
    {
        var (segments, said) = Read("segments:\n  a: { is: segment(\"b\") }\n  b: { is: segment(\"c\") }\n  c: { is: contact.seats > 1 }\n");

        Assert.Empty(said);
        Assert.All(segments.ByName.Values, segment => Assert.NotSame(Condition.Unanswered, segment.Is));
    }

    [Theory]
    [InlineData("a: { is: segment(\"a\") }", "NUR132", 2, "segments ask each other in a circle: a → a.")]
    [InlineData("a: { is: segment(\"b\") }\n  b: { is: not(segment(\"c\")) }\n  c: { is: contact.seats > 1 && segment(\"a\") }", "NUR132", 4, "segments ask each other in a circle: a → b → c → a.")]
    [InlineData("a: { is: segment(\"bb\") }\n  bbb: { is: contact.seats > 1 }", "NUR221", 2, "segments.yaml defines no segment \"bb\".")]
    [InlineData("a: { of: account, is: segment(\"b\") }\n  b: { is: contact.seats > 1 }", "NUR212", 2, "segment(\"b\") asks one person, and the scenario is about an account.")]
    [InlineData("a: { is: segment(b) }\n  b: { is: contact.seats > 1 }", "NUR209", 2, "Here a segment's name is expected, written out in quotes, not b.")]
    [InlineData("a: { is: contact.segment(\"b\") }\n  b: { is: contact.seats > 1 }", "NUR205", 2, "segment(…) stands alone, without contact.")]
    [InlineData("a: { is: event(\"login\") }", "NUR212", 2, "event(\"login\") means since entry, and here nobody has entered.")]
    [InlineData("a: { is: 'count(\"login\", \"14d\")' }", "NUR201", 2, "count(\"login\", \"14d\") is a number, not yes or no.")]
    [InlineData("a: { of: acount, is: account.seats > 1 }", "NUR010", 2, "\"acount\" is not known as what a segment is of.")]
    [InlineData("a: { title: A }", "NUR008", 2, "the segment \"a\" has no \"is:\".")]
    [InlineData("a: { name: A, is: contact.seats > 1 }", "NUR006", 2, "the segment \"a\" has no key \"name\".")]
    [InlineData("Big Ones: { is: contact.seats > 1 }", "NUR013", 2, "\"Big Ones\" is no name for a segment: small letters, digits, - and _, at most 64.")]
    public void A_mistake_is_said_at_its_line(string segments, string code, int line, string message)
    {
        var said = Assert.Single(Read($"segments:\n  {segments}\n").Diagnostics);

        Assert.Equal((code, line, message), (said.Code, said.Span.Line, said.Message));
    }

    [Fact]
    public void A_misspelled_name_is_answered_with_the_right_one()
    {
        var said = Assert.Single(Read("segments:\n  a: { is: segment(\"big-acounts\") }\n  big-accounts: { is: contact.seats > 1 }\n").Diagnostics);

        Assert.Equal(("Did you mean \"big-accounts\"?", 20), (said.Hint, said.Span.Column));
    }

    [Fact]
    public void A_segment_with_a_mistake_answers_nothing_and_is_not_missed()
    {
        var (segments, _) = Read("segments:\n  a: { is: contact.nothing > 1 }\n");

        var condition = World.Compile("segment(\"a\") || not(segment(\"a\"))", World.Scope() with { Segments = segments });

        Assert.Equal(Truth.Unknown, condition.Evaluate(new World().Context(World.Start, condition)));
    }

    [Fact]
    public void Nothing_in_the_file_is_a_mistake_and_no_segments_are_none()
    {
        Assert.Equal(DiagnosticCodes.Empty, Assert.Single(Read("").Diagnostics).Code);
        Assert.Empty(Read("segments: {}\n").Diagnostics);
    }

    private static (SegmentSet Segments, IReadOnlyList<Diagnostic> Diagnostics) Read(string text) => SegmentsReader.Read(text, "segments.yaml", World.Plan);
}
