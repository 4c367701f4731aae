using System.Globalization;

namespace Nurture.Benchmarks.Measuring;

/// <summary>Runs a baseline and what stands against it in turn, and prints the medians as rows <c>name value unit</c>.</summary>
/// <param name="rounds">How often each runs; at least three, but for a quick look.</param>
public sealed class Comparison(int rounds)
{
    public async Task RunAsync(string name, string unit, Func<Task<Lap>> baseline, Func<Task<Lap>> ours, double goal)
    {
        var (theirs, own) = (new List<Lap>(), new List<Lap>());
        for (var round = 0; round < rounds; round++)
        {
            theirs.Add(await baseline());
            own.Add(await ours());
        }

        Print($"{name}.baseline", unit, theirs);
        Print(name, unit, own);
        var ratio = Median(own.Select(lap => lap.PerSecond)) / Median(theirs.Select(lap => lap.PerSecond));
        var cost = Median(theirs.Select(Cost)) / Median(own.Select(Cost));
        Row(name, ratio, "ratio", $"goal {goal.ToString("0.##", CultureInfo.InvariantCulture)}");
        Row($"{name}.cpu", cost, "ratio");
    }

    public static void Row(string name, double value, string unit, string also = "") =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-40} {value,12:0.##} {unit,-14} {also}").TrimEnd());

    private static void Print(string name, string unit, List<Lap> laps)
    {
        var rates = laps.Select(lap => lap.PerSecond).Order().ToList();
        Row(name, Median(rates), $"{unit}/s", string.Create(CultureInfo.InvariantCulture, $"{rates[0]:0} to {rates[^1]:0}"));
        Row($"{name}.server", Median(laps.Select(lap => lap.ServerMicroseconds)), $"µs/{unit}");
        Row($"{name}.database", Median(laps.Select(lap => lap.DatabaseMicroseconds)), $"µs/{unit}");
    }

    private static double Cost(Lap lap) => lap.ServerMicroseconds + lap.DatabaseMicroseconds;

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted.Count % 2 == 1 ? sorted[sorted.Count / 2] : (sorted[sorted.Count / 2 - 1] + sorted[sorted.Count / 2]) / 2;
    }
}
