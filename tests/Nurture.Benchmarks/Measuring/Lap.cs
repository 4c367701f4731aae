namespace Nurture.Benchmarks.Measuring;

/// <summary>One run of one contender.</summary>
/// <param name="Units">What was done, in the benchmark's unit: events, mails, renders.</param>
/// <param name="Server">Processor time of what is measured, without the database.</param>
/// <param name="Database">Processor time of PostgreSQL; zero for SQLite, which runs within the server.</param>
public readonly record struct Lap(long Units, TimeSpan Wall, TimeSpan Server, TimeSpan Database)
{
    public double PerSecond => Units / Wall.TotalSeconds;

    public double ServerMicroseconds => Server.TotalMicroseconds / Units;

    public double DatabaseMicroseconds => Database.TotalMicroseconds / Units;
}
