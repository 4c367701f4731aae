using Nurture.Harness;

namespace Nurture.Chaos.Disturbances;

/// <summary>
/// The clock that the server reads jumps an hour ahead in the middle of the load, and back again. When the load is over it
/// jumps ahead once more: what was promised by the wrong clock is due by it.
/// </summary>
public sealed class ClockJumps : Disturbance
{
    private const int HourInSeconds = 3600;

    public override string Name => "a clock that jumps";

    public override TimeSpan LoadFor(ChaosOptions options) => TimeSpan.FromSeconds(15);

    public override async Task<string?> WhyNotAsync(ChaosOptions options, ScratchFolder scratch, CancellationToken cancel)
    {
        try
        {
            var source = Path.Combine(AppContext.BaseDirectory, "Disturbances", "clock.c");
            var (exitCode, output) = await ChildProcess.RunAsync("cc", ["-O2", "-shared", "-fPIC", "-o", Library(scratch), source, "-ldl"], cancel);
            if (exitCode != 0) return $"cc ended with {exitCode}: {output}";
        }
        catch (System.ComponentModel.Win32Exception none)
        {
            return $"there is no C compiler ({none.Message})";
        }
        Set(scratch, 0);
        return null;
    }

    public override IReadOnlyDictionary<string, string?> Environment(ScratchFolder scratch) =>
        new Dictionary<string, string?> { ["LD_PRELOAD"] = Library(scratch), ["CHAOS_CLOCK"] = Offset(scratch) };

    public override async Task RunAsync(Stage stage, CancellationToken cancel)
    {
        await JumpAsync(stage, 0.25, HourInSeconds, cancel);
        await stage.LoadedAsync(0.6, cancel);
        // Who entered by the wrong clock and is heard of by the right one was active before the entry, as far as anybody can
        // tell. What waits, is due and is being mailed goes on across the jump.
        await stage.Loader.BetweenStoriesAsync(() => JumpAsync(stage, 0, 0, cancel), cancel);
        await stage.LoadedAsync(0.8, cancel);
    }

    public override async Task AfterLoadAsync(Stage stage, CancellationToken cancel) => await JumpAsync(stage, 0, HourInSeconds, cancel);

    private async Task JumpAsync(Stage stage, double share, int seconds, CancellationToken cancel)
    {
        await stage.LoadedAsync(share, cancel);
        Set(stage.Scratch, seconds);
        using var client = new HttpClient { BaseAddress = stage.Settings[0].Address };
        // The server's own word: its answers carry its time, which it looks up once a second.
        await Poll.UntilAsync($"the server's clock stands {seconds} s ahead", TimeSpan.FromSeconds(10), async () =>
        {
            using var answer = await client.GetAsync("/healthz", cancel);
            var ahead = answer.Headers.Date - DateTimeOffset.UtcNow;
            return ahead is { } by && Math.Abs(by.TotalSeconds - seconds) < 60;
        }, cancel);
        Console.WriteLine($"the server's clock stands {seconds / 60} minutes ahead");
    }

    private static string Library(ScratchFolder scratch) => scratch["clock.so"];

    private static string Offset(ScratchFolder scratch) => scratch["clock"];

    /// <summary>The library has the file mapped, so it is written in place.</summary>
    private static void Set(ScratchFolder scratch, long seconds)
    {
        using var file = new FileStream(Offset(scratch), FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
        file.Write(BitConverter.GetBytes(seconds));
    }
}
