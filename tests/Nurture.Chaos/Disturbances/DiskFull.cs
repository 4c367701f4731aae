using System.Diagnostics;
using Nurture.Harness;

namespace Nurture.Chaos.Disturbances;

/// <summary>The disk with the database, a small one mounted for the run, is full for a while in the middle of the load.</summary>
public sealed class DiskFull : Disturbance
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private bool isMounted;

    public override string Name => "a full disk";

    public override bool OwnsDatabase => true;

    public override TimeSpan LoadFor(ChaosOptions options) => TimeSpan.FromSeconds(20);

    public override string PlaceOf(ScratchFolder scratch) => scratch["disk"];

    public override async Task<string?> WhyNotAsync(ChaosOptions options, ScratchFolder scratch, CancellationToken cancel)
    {
        Directory.CreateDirectory(scratch["disk"]);
        var (exitCode, output) = await ChildProcess.RunAsync("mount", ["-t", "tmpfs", "-o", $"size={(options.IsQuick ? 400 : 2000)}m,mode=755", "tmpfs", scratch["disk"]], cancel);
        isMounted = exitCode == 0;
        return isMounted ? null : $"no disk can be mounted here: {output.Trim()}";
    }

    public override async Task RunAsync(Stage stage, CancellationToken cancel)
    {
        await stage.LoadedAsync(0.3, cancel);
        var ballast = Path.Combine(PlaceOf(stage.Scratch), "ballast");
        var full = Stopwatch.StartNew();
        await FillAsync(ballast, cancel);
        await Poll.UntilAsync("the server says that it is not ready", Patience, async () =>
        {
            // What was freed meanwhile is taken too.
            await FillAsync(ballast, cancel);
            return await stage.IsReadyAsync(0, cancel) is false;
        }, cancel);
        Console.WriteLine($"the disk is full; the server says that it is not ready after {full.Elapsed.TotalSeconds:0.0} s");
        await Poll.UntilAsync("the log says what is wrong", Patience, async () => await IsSaidAsync(stage, cancel), cancel);
        // For senders to come again and again.
        await Task.Delay(TimeSpan.FromSeconds(3), cancel);
        var refused = stage.Loader.Retries;

        File.Delete(ballast);
        var room = Stopwatch.StartNew();
        if (stage.Database is PostgresDatabase { IsClusterUp: false } cluster)
        {
            // PostgreSQL ends where it cannot write its log; whoever watches over it starts it again.
            await cluster.StartClusterAsync(cancel);
            Console.WriteLine("PostgreSQL had ended, and was started again");
        }
        await stage.GoesOnAsync(cancel);
        Console.WriteLine($"there is room after {full.Elapsed.TotalSeconds:0.0} s, {refused} attempts failed; events acknowledged again after {room.Elapsed.TotalSeconds:0.0} s");
        await Poll.UntilAsync("the server is ready again", Patience, async () => await stage.IsReadyAsync(0, cancel) is true, cancel);
        Console.WriteLine($"ready again after {room.Elapsed.TotalSeconds:0.0} s");
        if (stage.Servers[0].HasExited) throw new InvalidOperationException("The server ended with its disk.");
    }

    public override async Task CleanUpAsync(ScratchFolder scratch)
    {
        if (!isMounted) return;
        var (exitCode, output) = await ChildProcess.RunAsync("umount", ["--lazy", scratch["disk"]], CancellationToken.None);
        if (exitCode != 0) throw new InvalidOperationException($"{scratch["disk"]} stays mounted: {output}");
    }

    private static async Task FillAsync(string path, CancellationToken cancel)
    {
        var block = new byte[1 << 20];
        await using var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
        for (var size = block.Length; size >= 4096;)
        {
            try
            {
                await file.WriteAsync(block.AsMemory(0, size), cancel);
            }
            catch (IOException)
            {
                size /= 2;   // no room for so much
            }
        }
    }

    private static async Task<bool> IsSaidAsync(Stage stage, CancellationToken cancel)
    {
        await using var log = new FileStream(stage.Settings[0].Log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(log);
        return (await reader.ReadToEndAsync(cancel)).Contains("disk of the database is full", StringComparison.Ordinal);
    }
}
