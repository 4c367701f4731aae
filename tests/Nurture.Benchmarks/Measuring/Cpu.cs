using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using Nurture.Harness;

namespace Nurture.Benchmarks.Measuring;

/// <summary>Processor time so far: of one process, and of a PostgreSQL server with all its sessions, from <c>/proc</c>.</summary>
public sealed class Cpu
{
    private static readonly double TicksPerSecond = 100;

    private readonly int process;
    private readonly int? postmaster;

    private Cpu(int process, int? postmaster) => (this.process, this.postmaster) = (process, postmaster);

    /// <param name="process">The server's; this process by default.</param>
    public static async Task<Cpu> OfAsync(TestDatabase database, CancellationToken cancel, int? process = null)
    {
        int? postmaster = null;
        if (database.Kind == TestDatabase.Postgres)
        {
            var file = await database.QueryAsync("select pg_read_file('postmaster.pid')", row => row.GetString(0), cancel);
            postmaster = int.Parse(file[0].Split('\n')[0], CultureInfo.InvariantCulture);
        }

        return new Cpu(process ?? Environment.ProcessId, postmaster);
    }

    /// <summary>Of this process, where no database takes part.</summary>
    public static Cpu OfThis() => new(Environment.ProcessId, null);

    public async Task<Lap> TimeAsync(Func<Task<long>> work)
    {
        var (server, database, started) = (ServerTime(), DatabaseTime(), Stopwatch.GetTimestamp());
        var units = await work();
        return new Lap(units, Stopwatch.GetElapsedTime(started), ServerTime() - server, DatabaseTime() - database);
    }

    private TimeSpan ServerTime()
    {
        if (process != Environment.ProcessId) return Stat(process) is { } stat ? stat.Own : TimeSpan.Zero;
        using var self = Process.GetCurrentProcess();
        return self.TotalProcessorTime;
    }

    // Sessions that end are added to their parent's account of its children.
    private TimeSpan DatabaseTime()
    {
        if (postmaster is not { } parent || Stat(parent) is not { } main) return TimeSpan.Zero;
        var total = main.Own + main.Children;
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) && Stat(id) is { } stat && stat.Parent == parent) total += stat.Own;
        }

        return total;
    }

    private static (int Parent, TimeSpan Own, TimeSpan Children)? Stat(int id)
    {
        string text;
        try
        {
            text = File.ReadAllText($"/proc/{id}/stat");
        }
        catch (IOException)
        {
            return null;   // ended meanwhile
        }

        // After the name, which may hold anything: state, parent, …; the times are fields 14 to 17 of proc(5).
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return (int.Parse(fields[1], CultureInfo.InvariantCulture), Ticks(11) + Ticks(12), Ticks(13) + Ticks(14));

        TimeSpan Ticks(int field) => TimeSpan.FromSeconds(long.Parse(fields[field], CultureInfo.InvariantCulture) / TicksPerSecond);
    }
}
