using System.Text;
using Nurture.Mail.Smtp;

namespace Nurture.Mail.Tests.Smtp;

public sealed class DotStuffingTests
{
    public static TheoryData<string> Messages =>
    [
        "", ".", "..", ".\r\n", "a.b\r\n", "a\r\n.b\r\n", ".\r\n.\r\n.\r\n", "\r\n.\r\n", "a\r\n..\r\n\r\n.", "x\r\n.\r\ny\r\n..z\r\n", "\r\n\r\n.",
    ];

    [Theory]
    [MemberData(nameof(Messages))]
    public void However_a_message_is_cut_the_same_dots_are_doubled(string message)
    {
        var bytes = Encoding.ASCII.GetBytes(message);
        var expected = ("\r\n" + message).Replace("\r\n.", "\r\n..")[2..];

        for (var first = 0; first <= bytes.Length; first++)
            for (var second = first; second <= bytes.Length; second++)
                Assert.Equal(expected, Stuff(bytes[..first], bytes[first..second], bytes[second..]));
        Assert.Equal(expected, Stuff([.. bytes.Select(b => new[] { b })]));
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void A_message_that_needs_no_dots_is_known_beforehand(string message)
    {
        var bytes = Encoding.ASCII.GetBytes(message);

        Assert.Equal(Stuff(bytes) != message, DotStuffing.IsNeeded(bytes));
    }

    [Theory]
    [InlineData("a\nb\r\n")]
    [InlineData("a\rb\r\n")]
    [InlineData("a\r\n.\n")]
    [InlineData("a\n.\r\n")]
    [InlineData("a\r")]
    public void A_bare_line_end_is_refused(string message)
    {
        Assert.Throws<MailFormatException>(() => DotStuffing.IsNeeded(Encoding.ASCII.GetBytes(message)));
    }

    private static string Stuff(params byte[][] pieces)
    {
        var stuffing = new DotStuffing();
        var text = new StringBuilder();
        foreach (var piece in pieces)
        {
            var to = new byte[DotStuffing.MaxLength(piece.Length)];
            text.Append(Encoding.ASCII.GetString(to, 0, stuffing.Write(piece, to)));
        }
        return text.ToString();
    }
}
