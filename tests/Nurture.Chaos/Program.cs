using Nurture.Chaos;
using Nurture.Chaos.Sink;
using Nurture.Harness;

return await Stoppable.RunAsync(ChaosOptions.Usage, cancel => args is ["sink", ..] ? RunSinkAsync(new Arguments(args[1..]), cancel) : RunChaosAsync(new Arguments(args), cancel));

async Task<int> RunSinkAsync(Arguments arguments, CancellationToken cancel)
{
    var faults = new SinkFaults(TimeSpan.FromMilliseconds(arguments.Number("delay", 0)), arguments.Share("drop"), arguments.Share("cut"), arguments.Share("refuse"), arguments.Number("seed", 1));
    var (port, path) = (arguments.Number("port", 2525), arguments.Text("journal", "journal.jsonl"));
    arguments.RequireNoneLeft();
    await using var journal = new SinkJournal(path);
    await new SmtpSink(port, journal, faults).RunAsync(cancel);
    return 0;
}

async Task<int> RunChaosAsync(Arguments arguments, CancellationToken cancel)
{
    var options = ChaosOptions.Parse(arguments);
    arguments.RequireNoneLeft();
    using var undisturbedFolder = new ScratchFolder("undisturbed");
    using var killedFolder = new ScratchFolder("killed");
    try
    {
        Console.WriteLine($"== without kills: {options.Events} events on {options.Store}");
        var undisturbed = await new ChaosRun(options, kills: 0, undisturbedFolder).RunAsync(cancel);
        Console.WriteLine($"== with {options.Kills} kills");
        var killed = await new ChaosRun(options, options.Kills, killedFolder).RunAsync(cancel);

        var verdict = Verdict.Of(killed.Acknowledged, killed, undisturbed);
        if (!verdict.IsGood)
            KeepFolders();
        Console.WriteLine(verdict);
        return verdict.IsGood ? 0 : 1;
    }
    catch
    {
        KeepFolders();
        throw;
    }

    void KeepFolders()
    {
        undisturbedFolder.IsKept = killedFolder.IsKept = true;
        Console.WriteLine($"databases, journals and logs: {undisturbedFolder.Path} {killedFolder.Path}");
    }
}
