using NodaTime;

namespace Nurture.Sends;

/// <summary>Which days people work: not on a weekend, a public holiday, or while the company is closed (SEMANTICS.md 34).</summary>
/// <param name="Countries">Whose accounts it is for, by ISO 3166 code; empty where the policy names it otherwise.</param>
/// <param name="Free">Holidays and closures.</param>
public sealed record BusinessCalendar(string Name, IReadOnlyList<string> Countries, IReadOnlySet<IsoDayOfWeek> Weekend, IReadOnlySet<LocalDate> Free)
{
    public static BusinessCalendar Standard { get; } = new("standard", [], new HashSet<IsoDayOfWeek> { IsoDayOfWeek.Saturday, IsoDayOfWeek.Sunday }, new HashSet<LocalDate>());

    public bool IsBusinessDay(LocalDate day) => !Weekend.Contains(day.DayOfWeek) && !Free.Contains(day);
}
