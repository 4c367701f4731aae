namespace Nurture.Intake;

/// <summary>
/// What a source sends beside what is usual of it at these hours of the week. It is silent when as many hours as had to bring
/// thirty events brought a tenth of what is usual: by chance alone that does not happen.
/// </summary>
/// <param name="Expected">In the hours looked at; 0 while too little is known.</param>
/// <param name="Hours">How many hours were looked at, before the one that runs.</param>
/// <param name="LastHour">The last hour in which anything came, by its number since 1970; null where none did.</param>
public sealed record SourceReading(double Expected, long Came, int Hours, double ExpectedNow, long CameNow, long? LastHour)
{
    /// <summary>In the hour that runs and the one before.</summary>
    public long CameLately { get; init; }

    private const long Hour = 3_600_000;
    private const int HoursOfWeek = 168;
    private const int Weeks = 4;
    private const int LeastWeeks = 2;
    private const double Enough = 30;
    private const int MostHours = 24;
    private const double Share = 0.1;
    private const double BackShare = 0.3;

    public bool IsKnown => Expected >= Enough;

    public bool IsSilent => IsKnown && Came + CameNow < Expected * Share;

    /// <summary>Enough comes again, in the hour that runs or the one before.</summary>
    public bool IsBack => CameLately >= Math.Max(3, ExpectedNow * BackShare);

    /// <param name="hours">How many came, by the hour's number since 1970; hours without any are not there.</param>
    public static SourceReading Of(IReadOnlyDictionary<long, long> hours, DateTimeOffset now)
    {
        var current = Contacts.Instants.ToMilliseconds(now) / Hour;
        var cameNow = hours.GetValueOrDefault(current);
        if (hours.Count == 0) return new(0, 0, 0, 0, 0, null);
        var (first, last) = (hours.Keys.Min(), hours.Keys.Max());
        if (current - first < LeastWeeks * HoursOfWeek) return new(0, 0, 0, 0, cameNow, last);
        var (expected, came, looked) = (0d, 0L, 0);
        while (looked < MostHours && expected < Enough)
        {
            looked++;
            expected += UsualAt(current - looked);
            came += hours.GetValueOrDefault(current - looked);
        }

        return new(expected, came, looked, UsualAt(current), cameNow, last) { CameLately = cameNow + hours.GetValueOrDefault(current - 1) };

        // The middle of the same hour of the weeks before: a week of holidays or one flood moves it little.
        double UsualAt(long hour)
        {
            var known = Enumerable.Range(1, Weeks).Select(week => hour - (long)week * HoursOfWeek).Where(then => then >= first).Select(then => hours.GetValueOrDefault(then)).Order().ToList();
            return known.Count == 0 ? 0 : known.Count % 2 == 1 ? known[known.Count / 2] : (known[known.Count / 2 - 1] + known[known.Count / 2]) / 2d;
        }
    }
}
