using Nurture.Scenarios.Yaml;
using Nurture.Sends;
using NodaTime;

namespace Nurture.Scenarios;

/// <summary><c>{ from: "09:00", until: "18:00", days: business }</c>.</summary>
internal static class HoursReader
{
    /// <param name="whose">For what is said: <c>the hours of …</c>.</param>
    public static AllowedHours? Read(YamlSource source, YamlNode? node, string key, string whose)
    {
        if (source.Map(node, Wording.Verbatim(key)) is not { } entry) return null;
        var fields = new Fields(source, entry, $"the hours of {whose}");
        var fromNode = fields.Required("from", "The first minute: from: \"09:00\".");
        var untilNode = fields.Required("until", "The minute after the last: until: \"18:00\".");
        var from = source.TimeOfDay(fromNode, "from");
        var until = source.Text(untilNode, "until") == "24:00" ? LocalTime.MaxValue : source.TimeOfDay(untilNode, "until");
        var days = source.OneOf(fields["days"], "a choice of days", ("all", Days.All), ("business", Days.Business), ("weekend", Days.Weekend)) ?? Days.All;
        fields.RefuseOthers();
        if (from is not { } first || until is not { } last) return null;
        if (first < last) return new(first, last, days);
        source.Error(DiagnosticCodes.NeverMeets, untilNode!.Span, "these hours end before they begin", "from: is inclusive, until: exclusive, both on one day.");
        return null;
    }
}
