using Nurture.Harness;
using Nurture.Storage;
using Nurture.Storage.Rebuilding;

namespace Nurture.Chaos;

/// <summary>Whatever went wrong, each state is what the events make it.</summary>
public static class StatesMadeAgain
{
    /// <summary>What is not so.</summary>
    public static async Task<IReadOnlyList<string>> FaultsAsync(TestDatabase database, string dataDirectory, CancellationToken cancel)
    {
        await using var open = Database.Create(new DatabaseOptions { DataDirectory = dataDirectory, Postgres = database.Settings["Nurture__Postgres"], IsNode = false });
        var faults = new List<string>();
        var report = await new Rebuild(open, faults.Add).RunAsync(new(), null,
            difference => faults.Add($"{difference.Key}: {string.Join(", ", difference.Fields.Select(field => $"{field.Field} {field.Live ?? "nothing"} → {field.MadeAgain ?? "nothing"}"))}"), _ => { }, cancel);
        Console.WriteLine($"{report.Agreeing} states are as {report.Events} events in {report.Turns} batches make them, {report.Differing} are not");
        return faults;
    }
}
