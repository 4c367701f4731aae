using System.Text;
using Nurture.Mail.Dkim;

namespace Nurture.Mail.Tests.Dkim;

public sealed class RelaxedTests
{
    // The first two are the examples of RFC 6376 §3.4.5.
    [Theory]
    [InlineData("A: X", "a:X")]
    [InlineData("B : Y\t\r\n\tZ  ", "b:Y Z")]
    [InlineData("Subject:", "subject:")]
    [InlineData("Subject:  \t ", "subject:")]
    [InlineData("SUBJect:\r\n a\r\n  b", "subject:a b")]
    [InlineData("S: a:b", "s:a:b")]
    public void A_header_is_lowered_unfolded_and_its_white_space_reduced(string field, string expected)
    {
        var to = new byte[field.Length];

        var length = Relaxed.Header(Encoding.ASCII.GetBytes(field), to);

        Assert.Equal(expected, Encoding.ASCII.GetString(to, 0, length));
    }

    // The first is the example of RFC 6376 §3.4.5.
    [Theory]
    [InlineData(" C \r\nD \t E\r\n\r\n\r\n", " C\r\nD E\r\n")]
    [InlineData("", "")]
    [InlineData("\r\n\r\n", "")]
    [InlineData(" \t\r\n\r\n", "")]
    [InlineData("a", "a\r\n")]
    [InlineData("a\r\n \t\r\nb", "a\r\n\r\nb\r\n")]
    [InlineData("a\r\n  ", "a\r\n")]
    [InlineData("\t\ta", " a\r\n")]
    public void A_body_has_its_white_space_reduced_and_its_empty_end_cut(string body, string expected)
    {
        var to = new byte[body.Length + 2];

        var length = Relaxed.Body(Encoding.ASCII.GetBytes(body), to);

        Assert.Equal(expected, Encoding.ASCII.GetString(to, 0, length));
    }
}
