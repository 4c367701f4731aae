using System.Globalization;
using System.Text.RegularExpressions;

namespace Nurture.Templates;

/// <summary>Locales as files and contacts name them: <c>en</c>, <c>ja</c>, <c>en-GB</c>. Case and <c>_</c> make no difference.</summary>
public static partial class Locales
{
    public static bool IsLocale(string text) => Pattern().IsMatch(text);

    public static string Normalize(string locale) => locale.Replace('_', '-').ToLowerInvariant();

    public static string Language(string locale) => Normalize(locale).Split('-')[0];

    /// <summary>How numbers and dates are written there; the invariant way where the system does not know the locale.</summary>
    public static CultureInfo CultureOf(string locale)
    {
        try
        {
            return CultureInfo.GetCultureInfo(locale, predefinedOnly: true);
        }
        catch (CultureNotFoundException)
        {
            return CultureInfo.InvariantCulture;
        }
    }

    [GeneratedRegex(@"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*\z")]
    private static partial Regex Pattern();
}
