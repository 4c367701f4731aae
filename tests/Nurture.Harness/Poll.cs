using System.Diagnostics;

namespace Nurture.Harness;

/// <summary>Waits for what another process does, by asking until a deadline.</summary>
public static class Poll
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public static async Task UntilAsync(string what, TimeSpan patience, Func<Task<bool>> isSo, CancellationToken cancel) =>
        await ForAsync(what, patience, async () => await isSo() ? "so" : null, cancel);

    /// <summary>The first answer that is not null.</summary>
    public static async Task<T> ForAsync<T>(string what, TimeSpan patience, Func<Task<T?>> ask, CancellationToken cancel) where T : class
    {
        var asked = Stopwatch.StartNew();
        while (true)
        {
            if (await ask() is { } answer)
                return answer;
            if (asked.Elapsed > patience)
                throw new TimeoutException($"Waited {asked.Elapsed.TotalSeconds:0} s in vain until {what}.");
            await Task.Delay(Pause, cancel);
        }
    }
}
