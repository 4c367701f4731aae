using System.Buffers;
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
    private readonly ArrayBufferWriter<byte> buffer = new(256);

    public int Length => buffer.WrittenCount;

    public ReadOnlySpan<byte> Written => buffer.WrittenSpan;

    public byte[] ToArray() => buffer.WrittenSpan.ToArray();

    public void Raw(ReadOnlySpan<byte> bytes) => buffer.Write(bytes);

    public void Number(int field, long value)
    {
        if (value == 0) return;
        Varint((ulong)((uint)field << 3));
        Varint(((ulong)value << 1) ^ (ulong)(value >> 63));
    }

    public void Flag(int field, bool value) => Number(field, value ? 1 : 0);

    /// <summary>Written also when it is the epoch, so that null and 1970 differ.</summary>
    public void Instant(int field, DateTimeOffset? at)
    {
        if (at is not { } moment) return;
        Varint((ulong)((uint)field << 3));
        var value = moment.ToUnixTimeMilliseconds();
        Varint(((ulong)value << 1) ^ (ulong)(value >> 63));
    }

    public void Double(int field, double value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteDoubleLittleEndian(bytes, value);
        Bytes(field, bytes);
    }

    public void Text(int field, string? value)
    {
        if (string.IsNullOrEmpty(value)) return;
        Varint((uint)field << 3 | 2);
        var length = Encoding.UTF8.GetByteCount(value);
        Varint((ulong)length);
        Encoding.UTF8.GetBytes(value, buffer.GetSpan(length));
        buffer.Advance(length);
    }

    public void Bytes(int field, ReadOnlySpan<byte> value)
    {
        Varint((uint)field << 3 | 2);
        Varint((ulong)value.Length);
        buffer.Write(value);
    }

    /// <summary>A message inside this one; nothing where it would be empty, unless <paramref name="evenIfEmpty"/>.</summary>
    public void Message(int field, Action<PackedWriter> write, bool evenIfEmpty = true)
    {
        var inner = new PackedWriter();
        write(inner);
        if (inner.Length > 0 || evenIfEmpty) Bytes(field, inner.Written);
    }

    /// <summary>Numbers in ascending order, as the steps between them.</summary>
    public void Ascending(int field, IReadOnlyList<long> values)
    {
        if (values.Count == 0) return;
        var inner = new PackedWriter();
        var previous = 0L;
        foreach (var value in values)
        {
            var step = value - previous;
            inner.Varint(((ulong)step << 1) ^ (ulong)(step >> 63));
            previous = value;
        }

        Bytes(field, inner.Written);
    }

    private void Varint(ulong value)
    {
        var span = buffer.GetSpan(10);
        var count = 0;
        while (value >= 0x80)
        {
            span[count++] = (byte)(value | 0x80);
            value >>= 7;
        }

        span[count++] = (byte)value;
        buffer.Advance(count);
    }
}
