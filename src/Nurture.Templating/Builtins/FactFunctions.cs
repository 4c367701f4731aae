using System.Globalization;
using Nurture.Templating.Runtime;

namespace Nurture.Templating.Builtins;

/// <summary>What conditions ask of values, for values that only the template has.</summary>
internal static class FactFunctions
{
    public const string DaysSinceName = "days_since";
    public const string DaysUntilName = "days_until";

    public static readonly BuiltinFunction[] All =
    [
        new("one_of", "value, choice, more...", OneOf),
        new("not", "value", Not),
        new(DaysSinceName, "date", DaysSince),
        new(DaysUntilName, "date", DaysUntil),
    ];

    /// <summary>Whether the value, or one of a list, is one of those that follow.</summary>
    /// <example>"pro" | one_of "pro" "team" → true</example>
    /// <example>["viewer", "admin"] | one_of "admin" → true</example>
    /// <example>one_of 3 1 2 → false</example>
    public static TemplateValue OneOf(in Call call)
    {
        IEnumerable<TemplateValue> values = call[0].Kind == TemplateValueKind.List ? call[0].AsList : [call[0]];
        foreach (var value in values)
        {
            call.Charge(call.Count);
            for (var choice = 1; choice < call.Count; choice++)
            {
                if (Operators.AreEqual(call.Context, value, call[choice], call.Span))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>Whether it is not so: true for null and false.</summary>
    /// <example>not(false) → true</example>
    /// <example>not("yes") → false</example>
    public static TemplateValue Not(in Call call) => !call[0].IsTrue;

    /// <summary>Whole days since a day or a moment; negative before it, null where there is none.</summary>
    /// <example>date.now | date.add_days (-3) | days_since → 3</example>
    public static TemplateValue DaysSince(in Call call) => Days(call) is { } days ? days : TemplateValue.Null;

    /// <summary>Whole days until a day or a moment; negative after it, null where there is none.</summary>
    /// <example>date.now | date.add_days 3 | days_until → 3</example>
    public static TemplateValue DaysUntil(in Call call) => Days(call) is { } days ? -days : TemplateValue.Null;

    private static long? Days(in Call call)
    {
        if (call[0].Kind == TemplateValueKind.Text && IsDay(call[0].AsText, out var day))
        {
            return Today(call.Context).DayNumber - day.DayNumber;
        }

        return call.Date(0) is { } moment ? (long)Math.Floor((call.Context.Options.Now - moment).TotalDays) : null;
    }

    // The day that it is where the mail comes from, which its maker knows.
    private static DateOnly Today(RenderContext context) =>
        context.Facts?[FactLanguage.Today] is { Kind: TemplateValueKind.Text } said && IsDay(said.AsText, out var today) ? today : DateOnly.FromDateTime(context.Options.Now.UtcDateTime);

    private static bool IsDay(string text, out DateOnly day) => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out day);
}
