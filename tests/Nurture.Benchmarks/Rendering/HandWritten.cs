using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;

namespace Nurture.Benchmarks.Rendering;

/// <summary>The mail as C# that somebody wrote for it alone: constant parts in UTF-8, values encoded and formatted into the buffer.</summary>
internal sealed class HandWritten(CultureInfo culture)
{
    private static readonly byte[][] Part = [.. MailTexts.Marked.Split('\u0001').Select(Encoding.UTF8.GetBytes)];

    public void Write(Invoice mail, IBufferWriter<byte> output)
    {
        var (contact, order, sender) = (mail.Contact, mail.Trigger, mail.Sender);
        output.Write(Part[0]);
        Text(contact.Name ?? "there", output);
        output.Write(Part[1]);
        Text(order.Number, output);
        output.Write(Part[2]);
        Text(order.Number, output);
        output.Write(Part[3]);
        Date(order.PlacedAt, output);
        output.Write(Part[4]);
        output.Write(contact.Plan == "trial" ? Part[5] : Part[6]);
        output.Write(Part[7]);
        foreach (var item in order.Items)
        {
            output.Write(Part[8]);
            Number(item.Id, output);
            output.Write(Part[9]);
            Text(item.Name, output);
            output.Write(Part[10]);
            Number(item.Quantity, output);
            output.Write(Part[11]);
        }

        output.Write(Part[12]);
        if (order.Reminders > 0) output.Write(Part[13]);
        output.Write(Part[14]);
        if (contact.IsAdmin) output.Write(Part[15]);
        output.Write(Part[16]);
        Money(mail.Total, output);
        output.Write(Part[17]);
        Text(order.Currency, output);
        output.Write(Part[18]);
        Text(sender.Name, output);
        output.Write(Part[19]);
        Text(sender.Organization, output);
        output.Write(Part[20]);
        Text(sender.PostalAddress, output);
        output.Write(Part[21]);
        Text(mail.UnsubscribeUrl, output);
        output.Write(Part[22]);
    }

    private static void Text(string text, IBufferWriter<byte> output)
    {
        Span<byte> plain = stackalloc byte[256];
        var length = Encoding.UTF8.GetBytes(text, plain);
        var into = output.GetSpan(6 * length);
        HtmlEncoder.Default.EncodeUtf8(plain[..length], into, out _, out var written);
        output.Advance(written);
    }

    private void Number(int number, IBufferWriter<byte> output)
    {
        number.TryFormat(output.GetSpan(16), out var written, default, culture);
        output.Advance(written);
    }

    private void Money(double amount, IBufferWriter<byte> output)
    {
        amount.TryFormat(output.GetSpan(32), out var written, "N2", culture);
        output.Advance(written);
    }

    private void Date(DateTimeOffset at, IBufferWriter<byte> output)
    {
        at.TryFormat(output.GetSpan(32), out var written, "dd MMM yyyy", culture);
        output.Advance(written);
    }
}
