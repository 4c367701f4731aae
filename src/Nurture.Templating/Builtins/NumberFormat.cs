using System.Globalization;
using Nurture.Templating.Runtime;

namespace Nurture.Templating.Builtins;

/// <summary>Formatting of numbers and dates by .NET formats, within limits.</summary>
internal static class NumberFormat
{
    // "N999999999" would make a text of that many digits.
    private static bool IsHuge(ReadOnlySpan<char> format) =>
        format.Length > 256 || format.Length > 3 && char.IsAsciiLetter(format[0]) && !format[1..].ContainsAnyExceptInRange('0', '9');

    public static string Write(in Call call, TemplateValue value, string? format, string? cultureName)
    {
        var culture = Culture(call, cultureName);
        if (IsHuge(format))
        {
            throw call.Fail("This format asks for too many digits.");
        }

        if (value.Kind == TemplateValueKind.BigInteger)
        {
            call.Context.ChargeDigits(value, call.Span);
        }

        try
        {
            var written = value.Kind switch
            {
                TemplateValueKind.Int or TemplateValueKind.Long => Whole(value.AsLong, value.Kind, format, culture),
                TemplateValueKind.BigInteger => value.AsBigInteger.ToString(format, culture),
                TemplateValueKind.Float => value.AsFloat.ToString(format, culture),
                TemplateValueKind.Double => Money(value.AsDouble, format, culture) ?? value.AsDouble.ToString(format, culture),
                TemplateValueKind.Decimal => value.AsDecimal.ToString(format, culture),
                TemplateValueKind.Date => call.Context.Shown(value.AsDate).ToString(format, culture),
                TemplateValueKind.Duration => value.AsDuration.ToString(format, culture),
                _ => call.Context.Print(value, call.Span),
            };
            call.ChargeText(written.Length);
            return written;
        }
        catch (ArgumentOutOfRangeException exception)
        {
            throw call.Context.Error(call.Site.Argument(0), $"The calendar of the culture `{culture.Name}` does not have this date.", null, exception);
        }
        catch (FormatException exception)
        {
            throw call.Context.Error(call.Site.Argument(1), $"`{format}` is not a format for a value of type `{Numbers.TypeName(value)}`", null, exception);
        }
    }

    /// <summary>
    /// What <c>N2</c> and its like give, in a tenth of the time that .NET takes: it works out all digits of the double. Null
    /// where that is needed: near the middle between two results, and for what is large or negative.
    /// </summary>
    private static string? Money(double value, string? format, CultureInfo culture)
    {
        if (format is not [('N' or 'n' or 'F' or 'f') and var kind, >= '0' and <= '4' and var precision] || !(value > 0 || BitConverter.DoubleToInt64Bits(value) == 0))
        {
            return null;
        }

        var decimals = precision - '0';
        var scale = PowersOfTen[decimals];
        var scaled = value * scale;
        var whole = Math.Floor(scaled);

        // Below 10⁹ the product is right to some 10⁻⁷.
        if (scaled >= 1e9 || Math.Abs(scaled - whole - 0.5) < 1e-6)
        {
            return null;
        }

        var digits = (long)whole + (scaled - whole > 0.5 ? 1 : 0);
        var rules = NumberFormatInfo.GetInstance(culture);
        if (kind is 'N' or 'n' && rules.NumberGroupSizes is not [3])
        {
            return null;
        }

        return Grouped(digits / scale, digits % scale, decimals, kind is 'N' or 'n' ? rules.NumberGroupSeparator : "", rules.NumberDecimalSeparator);
    }

    private static readonly long[] PowersOfTen = [1, 10, 100, 1000, 10_000];

    private static string? Grouped(long whole, long fraction, int decimals, string groupSeparator, string decimalSeparator)
    {
        Span<char> room = stackalloc char[48];
        if (groupSeparator.Length > 2 || decimalSeparator.Length > 2)
        {
            return null;
        }

        var at = room.Length;
        for (var i = 0; i < decimals; i++, fraction /= 10)
        {
            room[--at] = (char)('0' + fraction % 10);
        }

        if (decimals > 0)
        {
            at -= decimalSeparator.Length;
            decimalSeparator.CopyTo(room[at..]);
        }

        for (var i = 0; i == 0 || whole > 0; i++, whole /= 10)
        {
            if (i > 0 && i % 3 == 0)
            {
                at -= groupSeparator.Length;
                groupSeparator.CopyTo(room[at..]);
            }

            room[--at] = (char)('0' + whole % 10);
        }

        return new string(room[at..]);
    }

    // A negative int in hexadecimal has eight digits, not sixteen.
    private static string Whole(long value, TemplateValueKind kind, string? format, CultureInfo culture) =>
        kind == TemplateValueKind.Int ? ((int)value).ToString(format, culture) : value.ToString(format, culture);

    private const int CultureSteps = 1000;

    public static CultureInfo Culture(in Call call, string? name)
    {
        if (string.IsNullOrEmpty(name))
        {
            return call.Culture;
        }

        // .NET keeps whatever name it has once made something of, for ever, so only those that there are.
        if ((call.Context.Cultures ??= new(StringComparer.OrdinalIgnoreCase)).TryGetValue(name, out var known))
        {
            return known;
        }

        call.Context.Charge(CultureSteps, call.Span);
        try
        {
            return call.Context.Cultures[name] = CultureInfo.GetCultureInfo(name, predefinedOnly: true);
        }
        catch (CultureNotFoundException exception)
        {
            throw call.Context.Error(call.Span, $"There is no culture `{name}`.", null, exception);
        }
    }
}
