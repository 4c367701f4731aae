using System.Buffers.Binary;
using System.Text;

namespace Nurture.Packing;

/// <summary>Reads what <see cref="PackedWriter"/> wrote, field by field. Throws <see cref="PackedFormatException"/> on anything else.</summary>
internal ref struct PackedReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> bytes = bytes;
    private int position;
    private int fieldStart;
    private int wire;
    private ulong varint;
    private ReadOnlySpan<byte> payload;

    /// <summary>The field just read.</summary>
    public int Field { get; private set; }

    public bool Next()
    {
        if (position >= bytes.Length) return false;
        fieldStart = position;
        var tag = Varint();
        Field = (int)(tag >> 3);
        wire = (int)(tag & 7);
        switch (wire)
        {
            case 0:
                varint = Varint();
                return true;
            case 2:
                var length = Varint();
                if (length > (ulong)(bytes.Length - position)) throw new PackedFormatException($"field {Field} ends after its message");
                payload = bytes.Slice(position, (int)length);
                position += (int)length;
                return true;
            default:
                throw new PackedFormatException($"field {Field} has the unknown wire type {wire}");
        }
    }

    public readonly long Number => wire == 0 ? (long)(varint >> 1) ^ -(long)(varint & 1) : throw Wrong("a number");

    public readonly bool Flag => Number != 0;

    public readonly DateTimeOffset Instant => DateTimeOffset.FromUnixTimeMilliseconds(Number);

    public readonly ReadOnlySpan<byte> Bytes => wire == 2 ? payload : throw Wrong("bytes");

    public readonly double Double => Bytes.Length == 8 ? BinaryPrimitives.ReadDoubleLittleEndian(Bytes) : throw Wrong("a double");

    public readonly string Text => Encoding.UTF8.GetString(Bytes);

    /// <summary>The field as it stands, tag included: for fields this build does not know.</summary>
    public readonly ReadOnlySpan<byte> Whole => bytes[fieldStart..position];

    public readonly void Ascending(List<long> into)
    {
        var reader = new PackedReader(Bytes);
        var previous = 0L;
        while (reader.position < reader.bytes.Length)
        {
            var value = reader.Varint();
            previous += (long)(value >> 1) ^ -(long)(value & 1);
            into.Add(previous);
        }
    }

    public readonly void Decimals(List<decimal> into)
    {
        var reader = new PackedReader(Bytes);
        while (reader.position < reader.bytes.Length)
        {
            var head = (int)reader.Varint();
            var low = reader.Varint();
            var high = (head & 0x40) != 0 ? (int)reader.Varint() : 0;
            if ((head & 0x1F) > 28) throw Wrong("decimals");
            into.Add(new((int)low, (int)(low >> 32), high, (head & 0x20) != 0, (byte)(head & 0x1F)));
        }
    }

    private ulong Varint()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (position >= bytes.Length) throw new PackedFormatException("the message is cut off");
            var b = bytes[position++];
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80) return value;
        }

        throw new PackedFormatException("a number is longer than 64 bits");
    }

    private readonly PackedFormatException Wrong(string expected) => new($"field {Field} is not {expected}");
}

/// <summary>Stored bytes that this build cannot read.</summary>
public sealed class PackedFormatException(string what) : Exception($"The packed bytes cannot be read: {what}.");

/// <summary>
/// A newer build wrote it, which runs beside this one or ran before it. It is nobody's mistake and nothing to be parked for:
/// this build must leave it alone.
/// </summary>
public sealed class NewerFormatException(string what) : Exception($"A newer build wrote this: {what}.");
