using System.Buffers.Binary;

namespace Nurture.Contacts;

/// <summary>On its way to another slot a state is one run of bytes: the length of the first row's part (4 bytes, little-endian), then both.</summary>
public static partial class StateCodec
{
    internal static byte[] PackWhole(SubjectState state)
    {
        var packed = Pack(state);
        var whole = new byte[4 + packed.Doc.Length + (packed.Rest?.Length ?? 0)];
        BinaryPrimitives.WriteInt32LittleEndian(whole, packed.Doc.Length);
        packed.Doc.CopyTo(whole, 4);
        packed.Rest?.CopyTo(whole, 4 + packed.Doc.Length);
        return whole;
    }

    internal static ContactState UnpackWhole(ReadOnlySpan<byte> whole)
    {
        var doc = DocOf(whole);
        return UnpackContact(doc, whole[(4 + doc.Length)..]);
    }

    internal static AccountState UnpackWholeAccount(ReadOnlySpan<byte> whole)
    {
        var doc = DocOf(whole);
        return UnpackAccount(doc, whole[(4 + doc.Length)..]);
    }

    /// <summary>Null too where nothing is left of it, as of somebody who was forgotten on the way.</summary>
    internal static SaidEmail? TryReadEmailOfWhole(ReadOnlySpan<byte> whole)
    {
        if (whole.Length < 4 || (uint)BinaryPrimitives.ReadInt32LittleEndian(whole) > whole.Length - 4) return null;
        var doc = DocOf(whole);
        return TryReadEmail(doc, whole[(4 + doc.Length)..]);
    }

    private static ReadOnlySpan<byte> DocOf(ReadOnlySpan<byte> whole) => whole.Slice(4, BinaryPrimitives.ReadInt32LittleEndian(whole));
}
