using Nurture.Chaos;
using Nurture.Chaos.Disturbances;
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
    var isGood = true;
    using var undisturbedFolder = new ScratchFolder("undisturbed");
    try
    {
        Console.WriteLine($"== undisturbed: {options.Events} events on {options.Store}");
        var undisturbed = await new ChaosRun(options, null, undisturbedFolder).RunAsync(cancel);
        isGood = Show(undisturbed.Faults);
        foreach (var disturbance in options.Disturbances) isGood &= await RunDisturbedAsync(options, disturbance, undisturbed, cancel);
        if (!isGood) Keep(undisturbedFolder);
        return isGood ? 0 : 1;
    }
    catch
    {
        Keep(undisturbedFolder);
        throw;
    }
}

async Task<bool> RunDisturbedAsync(ChaosOptions options, Disturbance disturbance, RunResult undisturbed, CancellationToken cancel)
{
    Console.WriteLine($"== {disturbance.Name}");
    using var folder = new ScratchFolder("chaos");
    try
    {
        if (await disturbance.WhyNotAsync(options, folder, cancel) is { } whyNot)
        {
            Console.WriteLine($"skipped: {whyNot}");
            return true;
        }
        var disturbed = await new ChaosRun(options, disturbance, folder).RunAsync(cancel);
        var verdict = Verdict.Of(disturbed, undisturbed);
        var isGood = Show(disturbed.Faults) && verdict.IsGood;
        if (!disturbance.LeavesDoubt && verdict.Uncertain > 0)
        {
            Console.WriteLine($"not good: of {verdict.Uncertain} mails it is not known if they left");
            isGood = false;
        }
        if (!isGood) Keep(folder);
        Console.WriteLine(verdict);
        return isGood;
    }
    catch
    {
        Keep(folder);
        throw;
    }
    finally
    {
        await disturbance.CleanUpAsync(folder);
    }
}

static bool Show(IReadOnlyList<string> faults)
{
    foreach (var fault in faults) Console.WriteLine($"not good: {fault}");
    return faults.Count == 0;
}

static void Keep(ScratchFolder folder)
{
    folder.IsKept = true;
    Console.WriteLine($"databases, journals and logs: {folder.Path}");
}
