using System.Globalization;
using System.Text.RegularExpressions;
using Nurture.Templating.Runtime;

namespace Nurture.Templating.Builtins;

/// <summary>Formatting of numbers and dates by .NET formats, within limits.</summary>
internal static partial class NumberFormat
{
    // "N999999999" would make a text of that many digits.
    [GeneratedRegex(@"^[A-Za-z]\d{3,}$", RegexOptions.NonBacktracking)]
    private static partial Regex HugePrecision();

    public static string Write(in Call call, TemplateValue value, string? format, string? cultureName)
    {
        var culture = Culture(call, cultureName);
        if (format is not null && (format.Length > 256 || HugePrecision().IsMatch(format)))
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
                TemplateValueKind.Double => value.AsDouble.ToString(format, culture),
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

    // A negative int in hexadecimal has eight digits, not sixteen.
    private static string Whole(long value, TemplateValueKind kind, string? format, CultureInfo culture) =>
        kind == TemplateValueKind.Int ? ((int)value).ToString(format, culture) : value.ToString(format, culture);

    public static CultureInfo Culture(in Call call, string? name)
    {
        if (string.IsNullOrEmpty(name))
        {
            return call.Culture;
        }

        try
        {
            return CultureInfo.GetCultureInfo(name);
        }
        catch (CultureNotFoundException exception)
        {
            throw call.Context.Error(call.Span, $"There is no culture `{name}`.", null, exception);
        }
    }
}
