using Nurture.Scenarios.Yaml;
using Nurture.Sends;
using NodaTime;
using NodaTime.Text;

namespace Nurture.Scenarios;

/// <summary>The calendars of <c>policy.yaml</c>.</summary>
internal static class BusinessCalendarReader
{
    // A closure of half a year is a mistake in a date.
    private const int LongestClosure = 200;

    /// <summary>Days on which the company is closed, whatever calendar says its holidays.</summary>
    public static IReadOnlySet<LocalDate> ReadClosures(YamlSource source, YamlNode? node) =>
        source.Texts(node, "closures").SelectMany(written => DaysOf(source, "closures", written)).ToHashSet();

    /// <param name="closures">The company's, of a calendar that says none of its own.</param>
    public static Dictionary<string, BusinessCalendar> Read(YamlSource source, YamlNode? node, IReadOnlySet<LocalDate> closures)
    {
        var calendars = new Dictionary<string, BusinessCalendar>(StringComparer.Ordinal);
        foreach (var (key, value) in source.Map(node, "calendars", "Each has its name as key: japan: { countries: [ JP ], holidays: [ 2026-11-23 ] }.")?.Entries ?? [])
        {
            if (source.Name(key, "a calendar") is not { } name || source.Map(value, $"the calendar \"{name}\"", "It has holidays: and closures:.") is not { } mapping) continue;
            var fields = new Fields(source, mapping, $"the calendar \"{name}\"");
            var countries = new List<string>();
            foreach (var country in source.Texts(fields["countries"], "countries"))
            {
                if (country.Value.Length == 2 && country.Value.All(char.IsAsciiLetterUpper)) countries.Add(country.Value);
                else source.Error(DiagnosticCodes.BadValue, country.Span, $"\"{country.Value}\" is no country", "Two capital letters, as in ISO 3166: JP, US, DE.");
            }

            var weekend = new HashSet<IsoDayOfWeek>();
            foreach (var day in source.Texts(fields["weekend"], "weekend"))
            {
                if (source.OneOf(day, "a day of the week", [.. Enum.GetValues<IsoDayOfWeek>().Where(one => one != IsoDayOfWeek.None).Select(one => (one.ToString().ToLowerInvariant(), one))]) is { } known) weekend.Add(known);
            }

            if (weekend.Count == 7) source.Error(DiagnosticCodes.BadValue, fields["weekend"]!.Span, "a week without a working day", "Name the days on which nobody works.");
            var free = source.Texts(fields["holidays"], "holidays").SelectMany(written => DaysOf(source, "holidays", written)).ToHashSet();
            free.UnionWith(fields.Has("closures") ? ReadClosures(source, fields["closures"]) : closures);
            fields.RefuseOthers();
            calendars[name] = new(name, countries, fields.Has("weekend") ? weekend : BusinessCalendar.Standard.Weekend, free);
        }

        return calendars;
    }

    /// <summary><c>2026-11-23</c>, or <c>2026-12-29..2027-01-03</c>, the last day included.</summary>
    private static IEnumerable<LocalDate> DaysOf(YamlSource source, Wording what, YamlNode.Scalar written)
    {
        var parts = written.Value.Split("..");
        var days = parts.Select(part => LocalDatePattern.Iso.Parse(part.Trim())).ToList();
        if (days.Count > 2 || days.Exists(day => !day.Success))
        {
            source.Error(DiagnosticCodes.BadValue, written.Span, $"\"{written.Value}\" is no day of {what}", "A day, 2026-11-23, or the first and last one: 2026-12-29..2027-01-03.");
            return [];
        }

        var (first, length) = (days[0].Value, Period.DaysBetween(days[0].Value, days[^1].Value));
        if (length is >= 0 and < LongestClosure) return Enumerable.Range(0, length + 1).Select(first.PlusDays);
        source.Error(DiagnosticCodes.BadValue, written.Span, $"\"{written.Value}\" is {(length < 0 ? "over before it begins" : (Wording)$"{length + 1} days long")}", "The first day and the last one: 2026-12-29..2027-01-03.");
        return [];
    }
}
