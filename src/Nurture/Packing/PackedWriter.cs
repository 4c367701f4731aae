using System.Buffers.Binary;
using System.Text;

namespace Nurture.Packing;

/// <summary>
/// Tagged fields, as small as protocol buffers' wire format, whose shape this is: a tag of (field &lt;&lt; 3 | wire type),
/// wire type 0 a varint, 2 bytes with their length. A field that a reader does not know can be skipped and kept.
/// Numbers are zigzag-encoded; a zero, an empty text or a default instant is not written.
/// </summary>
internal sealed class PackedWriter
{
    private byte[] bytes = new byte[512];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => bytes.AsSpan(0, Length);

    public byte[] ToArray() => Written.ToArray();

    public void Raw(ReadOnlySpan<byte> value)
    {
        value.CopyTo(Room(value.Length));
        Length += value.Length;
    }

    public void Number(int field, long value)
    {
        if (value == 0) return;
        Varint((ulong)((uint)field << 3));
        Zigzag(value);
    }

    public void Flag(int field, bool value) => Number(field, value ? 1 : 0);

    /// <summary>Written also when it is the epoch, so that null and 1970 differ.</summary>
    public void Instant(int field, DateTimeOffset? at)
    {
        if (at is not { } moment) return;
        Varint((ulong)((uint)field << 3));
        Zigzag(moment.ToUnixTimeMilliseconds());
    }

    public void Double(int field, double value)
    {
        Span<byte> eight = stackalloc byte[8];
        BinaryPrimitives.WriteDoubleLittleEndian(eight, value);
        Bytes(field, eight);
    }

    public void Text(int field, string? value)
    {
        if (string.IsNullOrEmpty(value)) return;
        Varint((uint)field << 3 | 2);
        var length = Encoding.UTF8.GetByteCount(value);
        Varint((ulong)length);
        Length += Encoding.UTF8.GetBytes(value, Room(length));
    }

    public void Bytes(int field, ReadOnlySpan<byte> value)
    {
        Varint((uint)field << 3 | 2);
        Varint((ulong)value.Length);
        Raw(value);
    }

    /// <summary>A message inside this one; nothing where it would be empty, unless <paramref name="evenIfEmpty"/>.</summary>
    public void Message(int field, Action<PackedWriter> write, bool evenIfEmpty = true)
    {
        var tag = Length;
        var start = BeginMessage(field);
        write(this);
        if (Length == start && !evenIfEmpty) Length = tag;
        else EndMessage(start);
    }

    /// <summary>Numbers in ascending order, as the steps between them.</summary>
    public void Ascending(int field, IReadOnlyList<long> values)
    {
        if (values.Count == 0) return;
        var start = BeginMessage(field);
        var previous = 0L;
        foreach (var value in values)
        {
            Zigzag(value - previous);
            previous = value;
        }

        EndMessage(start);
    }

    /// <summary>Numbers of any size, exactly: of each its sign and decimals, then its digits as one or two varints.</summary>
    public void Decimals(int field, IReadOnlyList<decimal> values)
    {
        if (values.Count == 0) return;
        var start = BeginMessage(field);
        Span<int> bits = stackalloc int[4];
        foreach (var value in values)
        {
            // 2.50 and 2.5 are one number, written once.
            decimal.GetBits(value / 1.0000000000000000000000000000m, bits);
            var head = (uint)((bits[3] >> 16) & 0x1F) | (bits[3] < 0 ? 0x20u : 0) | (bits[2] != 0 ? 0x40u : 0);
            Varint(head);
            Varint((uint)bits[0] | ((ulong)(uint)bits[1] << 32));
            if (bits[2] != 0) Varint((uint)bits[2]);
        }

        EndMessage(start);
    }

    /// <summary>Leaves one byte for the length, which is enough for most.</summary>
    private int BeginMessage(int field)
    {
        Varint((uint)field << 3 | 2);
        Room(1);
        return ++Length;
    }

    private void EndMessage(int start)
    {
        var length = Length - start;
        var more = 0;
        for (var rest = length >> 7; rest != 0; rest >>= 7) more++;
        if (more > 0)
        {
            Room(more);
            bytes.AsSpan(start, length).CopyTo(bytes.AsSpan(start + more));
        }

        Length = start - 1;
        Varint((ulong)length);
        Length += length;
    }

    private void Zigzag(long value) => Varint(((ulong)value << 1) ^ (ulong)(value >> 63));

    private void Varint(ulong value)
    {
        var span = Room(10);
        var count = 0;
        while (value >= 0x80)
        {
            span[count++] = (byte)(value | 0x80);
            value >>= 7;
        }

        span[count++] = (byte)value;
        Length += count;
    }

    private Span<byte> Room(int count)
    {
        if (bytes.Length - Length < count) Array.Resize(ref bytes, Math.Max(bytes.Length * 2, Length + count));
        return bytes.AsSpan(Length);
    }
}
