namespace Nurture.Chaos.Sink;

/// <summary>Lines that end in CRLF, of any length; a pipelining client sends many at once.</summary>
internal sealed class LineReader(Stream stream)
{
    private byte[] buffer = new byte[16 * 1024];
    private int start, end;

    /// <summary>Without its CRLF; null at the end of the stream, an unfinished line included.</summary>
    public async ValueTask<byte[]?> ReadAsync(CancellationToken cancel)
    {
        var searched = start;
        while (true)
        {
            var found = buffer.AsSpan(searched, end - searched).IndexOf("\r\n"u8);
            if (found >= 0)
            {
                var line = buffer[start..(searched + found)];
                start = searched + found + 2;
                return line;
            }
            searched = Math.Max(start, end - 1);
            if (end == buffer.Length)
            {
                searched -= start;
                MakeRoom();
            }
            var read = await stream.ReadAsync(buffer.AsMemory(end), cancel);
            if (read == 0)
                return null;
            end += read;
        }
    }

    private void MakeRoom()
    {
        var next = end - start > buffer.Length / 2 ? new byte[buffer.Length * 2] : buffer;
        Array.Copy(buffer, start, next, 0, end - start);
        (buffer, end, start) = (next, end - start, 0);
    }
}
