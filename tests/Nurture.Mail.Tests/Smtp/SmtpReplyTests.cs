using System.Text;
using Nurture.Mail.Smtp;

namespace Nurture.Mail.Tests.Smtp;

public sealed class SmtpReplyTests
{
    [Theory]
    [InlineData("250 2.1.0 Ok\r\n", 250, "2.1.0", "Ok")]
    [InlineData("250 Ok\r\n", 250, null, "Ok")]
    [InlineData("250\r\n", 250, null, "")]
    [InlineData("354\n", 354, null, "")]
    [InlineData("550-5.1.1 The email account that you tried to reach\r\n550 5.1.1 does not exist.\r\n", 550, "5.1.1", "The email account that you tried to reach does not exist.")]
    [InlineData("550 4.1.1 class differs\r\n", 550, null, "4.1.1 class differs")]
    [InlineData("550 5.1 short\r\n", 550, null, "5.1 short")]
    [InlineData("550 5.7.515 Access denied\r\n", 550, "5.7.515", "Access denied")]
    [InlineData("550 1.2.3.4 is listed\r\n", 550, null, "1.2.3.4 is listed")]
    [InlineData("550 5.12.3.4 is an address\r\n", 550, null, "5.12.3.4 is an address")]
    [InlineData("250 a\tb\u0007c\r\n", 250, null, "a?b?c")]
    public void A_reply_is_read(string text, int code, string? enhanced, string expected)
    {
        var bytes = Encoding.UTF8.GetBytes(text);

        Assert.True(SmtpReply.TryRead([.. bytes, .. "250 next\r\n"u8], out var reply, out var consumed));

        Assert.Equal((code, enhanced, expected, bytes.Length), (reply!.Code, reply.EnhancedCode, reply.Text, consumed));
    }

    [Fact]
    public void A_reply_is_incomplete_until_its_last_octet()
    {
        var bytes = "250-first\r\n250-second\r\n250 third\r\n"u8.ToArray();

        for (var length = 0; length < bytes.Length; length++)
            Assert.False(SmtpReply.TryRead(bytes.AsSpan(0, length), out _, out _));
        Assert.True(SmtpReply.TryRead(bytes, out var reply, out _));
        Assert.Equal(["first", "second", "third"], reply!.Lines);
    }

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\n")]
    [InlineData("\r\n")]
    [InlineData("25\r\n")]
    [InlineData("999 x\r\n")]
    [InlineData("150 x\r\n")]
    [InlineData("250x\r\n")]
    [InlineData("250-a\r\n251 b\r\n")]
    public void What_is_no_reply_is_an_error(string text)
    {
        Assert.Throws<SmtpProtocolException>(() => SmtpReply.TryRead(Encoding.UTF8.GetBytes(text), out _, out _));
    }

    [Fact]
    public void A_reply_has_an_end()
    {
        var longLine = Encoding.ASCII.GetBytes("250 " + new string('x', 9000));
        var manyLines = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat($"250-{new string('x', 500)}\r\n", 200)));

        Assert.Throws<SmtpProtocolException>(() => SmtpReply.TryRead(longLine, out _, out _));
        Assert.Throws<SmtpProtocolException>(() => SmtpReply.TryRead(manyLines, out _, out _));
    }

    [Fact]
    public void Noise_is_read_or_refused_and_never_more()
    {
        for (var seed = 0; seed < 20_000; seed++)
        {
            var random = new Random(seed);
            var noise = new byte[random.Next(60)];
            for (var i = 0; i < noise.Length; i++)
                noise[i] = random.Next(3) == 0 ? (byte)random.Next(256) : "250 -\r\n5.1.1"u8[random.Next(12)];
            try
            {
                if (SmtpReply.TryRead(noise, out var reply, out var consumed))
                    Assert.True(consumed <= noise.Length && reply!.Text.All(c => !char.IsControl(c)), $"seed {seed}");
            }
            catch (SmtpProtocolException)
            {
                // the expected answer to most of it
            }
        }
    }
}
