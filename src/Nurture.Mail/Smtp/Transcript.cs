using System.Text;

namespace Nurture.Mail.Smtp;

/// <summary>The last few kilobytes of a conversation, for whoever has to find out why it failed. Holds octets, so that keeping it costs nothing.</summary>
internal sealed class Transcript
{
    private readonly byte[] ring = new byte[4096];
    private long written;

    public void Sent(ReadOnlySpan<byte> text) => Add("C: "u8, text);

    public void Received(ReadOnlySpan<byte> text) => Add("S: "u8, text);

    public void Note(string text) => Add("-- "u8, Encoding.UTF8.GetBytes(text + "\r\n"));

    public override string ToString()
    {
        var start = Math.Max(0, written - ring.Length);
        var text = new byte[written - start];
        for (var i = 0; i < text.Length; i++)
            text[i] = ring[(start + i) % ring.Length];
        return (start > 0 ? "…" : "") + Encoding.UTF8.GetString(text).Replace("\r\n", "\n");
    }

    private void Add(ReadOnlySpan<byte> mark, ReadOnlySpan<byte> text)
    {
        Append(mark);
        Append(text);
    }

    private void Append(ReadOnlySpan<byte> text)
    {
        if (text.Length > ring.Length)
            text = text[^ring.Length..];
        var at = (int)(written % ring.Length);
        var first = Math.Min(text.Length, ring.Length - at);
        text[..first].CopyTo(ring.AsSpan(at));
        text[first..].CopyTo(ring);
        written += text.Length;
    }
}
