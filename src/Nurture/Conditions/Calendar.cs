using NodaTime;
using Nurture.Contacts;

namespace Nurture.Conditions;

/// <summary>
/// Days without a zone meet instants on the deployment's calendar (<c>policy.yaml</c>'s zone): a condition over a date is
/// true for everybody at once, wherever they are. Days are numbered from 1970-01-01.
/// </summary>
internal static class Calendar
{
    private static readonly LocalDate Epoch = new(1970, 1, 1);
    private static readonly double FirstDay = Period.DaysBetween(Epoch, LocalDate.MinIsoValue) + 2;
    private static readonly double LastDay = Period.DaysBetween(Epoch, LocalDate.MaxIsoValue) - 2;

    private static readonly double Earliest = DateTimeOffset.MinValue.AddDays(2).ToMilliseconds();
    private static readonly double Latest = DateTimeOffset.MaxValue.AddDays(-2).ToMilliseconds();

    public static double DayOf(in ConditionContext context, double milliseconds) =>
        Period.DaysBetween(Epoch, Instant.FromUnixTimeMilliseconds((long)Math.Clamp(milliseconds, Earliest, Latest)).InZone(ZoneOf(context)).Date);

    /// <summary><see cref="Operand.Never"/> for a day beyond all calendars.</summary>
    public static long StartOf(in ConditionContext context, double day)
    {
        if (!(day >= FirstDay && day <= LastDay)) return Operand.Never;

        // A zone may skip a midnight, or a whole day (Apia, 2011-12-30): the day begins where the clock goes on.
        var midnight = ZoneOf(context).MapLocal(Epoch.PlusDays((int)day).AtMidnight());
        var start = midnight.Count == 0 ? midnight.LateInterval.Start : midnight.First().ToInstant();
        return start.ToUnixTimeMilliseconds();
    }

    private static DateTimeZone ZoneOf(in ConditionContext context) =>
        DateTimeZoneProviders.Tzdb.GetZoneOrNull(context.Catalog.Policy.Zone) ?? DateTimeZone.Utc;

    public static long Now(this in ConditionContext context) => context.At.ToMilliseconds();

    public static ConditionContext AskedAt(this in ConditionContext context, long milliseconds) =>
        context with { At = Instants.FromMilliseconds(milliseconds) };
}
