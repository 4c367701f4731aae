using System.Buffers;
using System.Text;

namespace Nurture.Mail.Mime;

internal static class WireText
{
    /// <summary>For text that is known to be ASCII.</summary>
    public static void WriteAscii(this IBufferWriter<byte> output, ReadOnlySpan<char> text) =>
        output.Advance(Encoding.ASCII.GetBytes(text, output.GetSpan(text.Length)));
}
