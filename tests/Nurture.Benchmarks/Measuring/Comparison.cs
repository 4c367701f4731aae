using System.Globalization;

namespace Nurture.Benchmarks.Measuring;

/// <summary>The medians of one contender's laps.</summary>
/// <param name="Microseconds">Processor time a unit, of server and database together.</param>
public readonly record struct Middle(double PerSecond, double Microseconds);

/// <summary>Runs a baseline and what stands against it in turn, and prints the medians as rows <c>name value unit</c>.</summary>
/// <param name="rounds">How often each runs; at least three, but for a quick look.</param>
public sealed class Comparison(int rounds)
{
    // Neighbours halve rates now and then; below that nothing but the ratio says anything.
    private const double FarOff = 0.5;

    /// <param name="goal">The least ratio of the rates; null where another number is the goal.</param>
    /// <param name="usual">What the baseline does a second on the reference machine when that is quiet; 0 where nobody knows.</param>
    public async Task<(Middle Baseline, Middle Ours)> RunAsync(string name, string unit, Func<Task<Lap>> baseline, Func<Task<Lap>> ours, double? goal, double usual = 0)
    {
        var (theirs, own) = (new List<Lap>(), new List<Lap>());
        for (var round = 0; round < rounds; round++)
        {
            theirs.Add(await baseline());
            own.Add(await ours());
        }

        Print($"{name}.baseline", unit, theirs);
        Print(name, unit, own);
        var (before, after) = (MiddleOf(theirs), MiddleOf(own));
        Row(name, after.PerSecond / before.PerSecond, "ratio", goal is { } least ? $"goal {least.ToString("0.##", CultureInfo.InvariantCulture)}" : "");
        Row($"{name}.cpu", before.Microseconds / after.Microseconds, "ratio");
        if (before.PerSecond < FarOff * usual)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"the machine is busy: the baseline did {before.PerSecond:0}/s where about {usual:0} is usual; only ratios count"));
        return (before, after);
    }

    public static void Row(string name, double value, string unit, string also = "") =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-40} {value,12:0.##} {unit,-14} {also}").TrimEnd());

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted.Count % 2 == 1 ? sorted[sorted.Count / 2] : (sorted[sorted.Count / 2 - 1] + sorted[sorted.Count / 2]) / 2;
    }

    private static void Print(string name, string unit, List<Lap> laps)
    {
        var rates = laps.Select(lap => lap.PerSecond).Order().ToList();
        Row(name, Median(rates), $"{unit}/s", string.Create(CultureInfo.InvariantCulture, $"{rates[0]:0} to {rates[^1]:0}"));
        Row($"{name}.server", Median(laps.Select(lap => lap.ServerMicroseconds)), $"µs/{unit}");
        Row($"{name}.database", Median(laps.Select(lap => lap.DatabaseMicroseconds)), $"µs/{unit}");
    }

    private static Middle MiddleOf(List<Lap> laps) =>
        new(Median(laps.Select(lap => lap.PerSecond)), Median(laps.Select(lap => lap.ServerMicroseconds + lap.DatabaseMicroseconds)));
}
