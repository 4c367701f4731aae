using Nurture.Contacts;
using Nurture.Scenarios;
using Nurture.Segments;

namespace Nurture.Tests.Segments;

/// <summary>One segment is written into a text, and nothing else moves.</summary>
public sealed class SegmentsTextTests
{
    private const string Block = """
        # All of them.
        segments:
          # Who pays.
          paying:
            title: Paying   # people
            is: contact.plan == "pro"

          # Who comes.
          active:
            is: >-
              contact.seats > 1
              && contact.seats < 9
        """;

    public static TheoryData<string, string, SegmentForm?, string> Changes => new()
    {
        { "", "a", Form("true"), "segments:\n  a:\n    is: 'true'\n" },
        { "segments: {}\n", "a", Form("true"), "segments:\n  a:\n    is: 'true'\n" },
        { "segments:\n", "a", Form("listed"), "segments:\n  a:\n    is: listed\n" },
        { "segments: { a: { is: x }, b: { is: y } }\n# end\n", "a", Form("z"), "segments:\n  a:\n    is: 'z'\n  b: { is: y }\n# end\n" },
        { "segments: { a: { is: x }, b: { is: y } }\n", "b", null, "segments:\n  a: { is: x }\n" },
        { "segments: { a: { is: x } }\n", "a", null, "segments: {}\n" },
        { "segments:\n  a: { is: x }\n", "a", null, "segments: {}\n" },
        { "segments:\n    a: { is: x }\n# end", "b", Form("it's") with { Title = "B: b", Of = SubjectKind.Account }, "segments:\n    a: { is: x }\n    b:\n      title: 'B: b'\n      of: account\n      is: 'it''s'\n# end" },
        { Block, "new", Form("x\n  && y") with { Title = "新規", About = "no" }, $"{Block}\n  new:\n    title: 新規\n    about: 'no'\n    is: 'x && y'\n" },
        { Block, "paying", null, Block.Replace("  paying:\n    title: Paying   # people\n    is: contact.plan == \"pro\"\n", "", StringComparison.Ordinal) },
        { Block, "paying", Form("y"), Block.Replace("  paying:\n    title: Paying   # people\n    is: contact.plan == \"pro\"\n", "  paying:\n    is: 'y'\n", StringComparison.Ordinal) },
        { Block, "active", Form("y"), Block[..Block.IndexOf("  active:", StringComparison.Ordinal)] + "  active:\n    is: 'y'\n" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void A_segment_is_written_changed_or_taken_away(string text, string name, SegmentForm? form, string expected) =>
        Assert.Equal(expected, SegmentsText.With(text, name, form));

    [Fact]
    public void What_a_form_says_is_read_back()
    {
        var form = new SegmentForm("It's: 100% # \"good\"", "a: b", SubjectKind.Account, "account.plan == \"it's # x\" && count(\"a b\", \"14d\") > 2");

        var (read, said) = SegmentsReader.Read(SegmentsText.With(Block, "mine", form)!, "segments.yaml", TrackingPlan.Empty);

        Assert.Empty(said);
        var mine = read.Find("mine")!;
        Assert.Equal(form, new SegmentForm(mine.Title, mine.About, mine.Of, mine.Is.Text));
        Assert.Equal("contact.plan == \"pro\"", read.Find("paying")!.Is.Text);
    }

    [Fact]
    public void A_text_without_segments_takes_none() => Assert.Null(SegmentsText.With("others: 1\n", "a", Form("x")));

    private static SegmentForm Form(string @is) => new("", "", SubjectKind.Contact, @is);
}
