using System.Buffers;
using System.Text;

namespace Nurture.Templating.Runtime;

/// <summary>Thrown to the node that printed; the node knows the place.</summary>
internal sealed class OutputLimitException(int limit) : Exception
{
    public Wording Said => $"The output exceeds the limit of {limit} bytes.";

    public override string Message => Said.ToString();
}

/// <summary>
/// In the compatible profile, how many characters may still be written, captures and includes together: what is more is cut
/// off with one <c>...</c>, and nothing follows.
/// </summary>
internal sealed class OutputBudget(int limit)
{
    private const string Ellipsis = "...";

    private long _left = limit;
    private bool _isOver;

    /// <summary>The part of a text that may be written.</summary>
    public ReadOnlySpan<char> Allow(ReadOnlySpan<char> text)
    {
        if (_isOver || text.Length <= _left)
        {
            _left -= _isOver ? 0 : text.Length;
            return _isOver ? [] : text;
        }

        _isOver = true;
        return string.Concat(text[..(int)_left], Ellipsis);
    }
}

/// <summary>
/// UTF-8 output in pooled memory. With an indent set, every newline is followed by it before the next text.
/// </summary>
/// <param name="expected">How many bytes there will be, as far as one can say.</param>
internal sealed class OutputBuffer(int limit, OutputBudget? budget, int expected = 4096)
{
    // Up to here a pass over the characters is faster than a search and an encoding of what lies between.
    private const int ShortText = 48;
    private const int LongestEntity = 6;

    private static readonly SearchValues<char> Special = SearchValues.Create("<>&\"'");

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(expected);
    private int _length;
    private bool _owesIndent;

    /// <summary>What precedes each new line, null for nothing.</summary>
    public byte[]? Indent { get; set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    public int Length => _length;

    public void Clear()
    {
        _length = 0;
        _owesIndent = false;
        Indent = null;
    }

    public void Release()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        _length = 0;
    }

    public void WriteUtf8(ReadOnlySpan<byte> utf8)
    {
        if (budget is not null)
        {
            WriteText(Encoding.UTF8.GetString(utf8));
            return;
        }

        if (Indent is not null || _owesIndent)
        {
            WriteIndented(utf8);
            return;
        }

        utf8.CopyTo(Reserve(utf8.Length));
        _length += utf8.Length;
    }

    public void WriteText(ReadOnlySpan<char> text)
    {
        if (budget is not null)
        {
            text = budget.Allow(text);
        }

        if (Indent is not null || _owesIndent)
        {
            WriteIndented(Encoding.UTF8.GetBytes(text.ToArray()));
            return;
        }

        // Three bytes for a UTF-16 unit at most.
        var room = Reserve(Math.Min(text.Length, limit) * 3);
        if (!Encoding.UTF8.TryGetBytes(text, room, out var written))
        {
            throw new OutputLimitException(limit);
        }

        _length += written;
    }

    public void WriteEscaped(ReadOnlySpan<char> text)
    {
        if (budget is null && Indent is null && !_owesIndent && text.Length <= ShortText)
        {
            text = text[WriteShort(text)..];
        }

        while (!text.IsEmpty)
        {
            var at = text.IndexOfAny(Special);
            if (at < 0)
            {
                WriteText(text);
                return;
            }

            if (at > 0)
            {
                WriteText(text[..at]);
            }

            WriteUtf8(EntityOf(text[at]));
            text = text[(at + 1)..];
        }
    }

    /// <summary>Writes and escapes a short text in one pass, up to the first character that is not ASCII; says how many were written.</summary>
    private int WriteShort(ReadOnlySpan<char> text)
    {
        var room = Reserve(text.Length * LongestEntity);
        var at = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c >= 0x80)
            {
                _length += at;
                return i;
            }

            // Most are letters and digits, which lie above all that is special but two.
            if (c > '>' || c is not ('<' or '>' or '&' or '"' or '\''))
            {
                room[at++] = (byte)c;
                continue;
            }

            var entity = EntityOf(c);
            entity.CopyTo(room[at..]);
            at += entity.Length;
        }

        _length += at;
        return text.Length;
    }

    private static ReadOnlySpan<byte> EntityOf(char special) => special switch
    {
        '<' => "&lt;"u8,
        '>' => "&gt;"u8,
        '&' => "&amp;"u8,
        '"' => "&quot;"u8,
        _ => "&#39;"u8,
    };

    public void WriteLong(long value)
    {
        if (Indent is not null || _owesIndent || budget is not null)
        {
            WriteText(value.ToString(System.Globalization.CultureInfo.InvariantCulture));
            return;
        }

        value.TryFormat(Reserve(20), out var written, default, System.Globalization.CultureInfo.InvariantCulture);
        _length += written;
    }

    private Span<byte> Reserve(int count)
    {
        if (_length + count <= _bytes.Length)
        {
            return _bytes.AsSpan(_length);
        }

        return Grow(count);
    }

    private Span<byte> Grow(int count)
    {
        if (_length > limit)
        {
            throw new OutputLimitException(limit);
        }

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_bytes.Length * 2, _length + count));
        _bytes.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
        return _bytes.AsSpan(_length);
    }

    private void WriteIndented(ReadOnlySpan<byte> utf8)
    {
        while (utf8.Length > 0)
        {
            if (_owesIndent)
            {
                _owesIndent = false;
                if (Indent is { } indent)
                {
                    indent.CopyTo(Reserve(indent.Length));
                    _length += indent.Length;
                }
            }

            var end = utf8.IndexOf((byte)'\n') + 1;
            _owesIndent = end > 0 && Indent is not null;
            var line = end == 0 ? utf8 : utf8[..end];
            line.CopyTo(Reserve(line.Length));
            _length += line.Length;
            utf8 = utf8[line.Length..];
        }
    }

    public void CheckLimit()
    {
        if (_length > limit)
        {
            throw new OutputLimitException(limit);
        }
    }
}
