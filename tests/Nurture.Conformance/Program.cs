using System.Globalization;
using Nurture.Conformance;

// Nurture.Conformance scriban FOLDER [--failures]: ends with 0 when every text is right and every error in its place.
// Nurture.Conformance fuzz [--runs N] [--seed N] [FOLDER...]: ends with 0 when nothing broke; templates of the folders are mutated too.
return args switch
{
    ["scriban", var folder, .. var options] when options.All(o => o == "--failures") => Scriban(folder, options.Length > 0),
    ["fuzz", .. var options] => Fuzz(options),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: Nurture.Conformance scriban FOLDER [--failures]\n       Nurture.Conformance fuzz [--runs N] [--seed N] [FOLDER...]");
    return 2;
}

static int Scriban(string folder, bool withFailures)
{
    if (!File.Exists(Path.Combine(folder, "cases.json")) && !File.Exists(Path.Combine(folder, "inline.json")))
    {
        Console.Error.WriteLine($"{folder}: neither cases.json nor inline.json is in this folder.");
        return 2;
    }

    var counts = ConformanceRun.Of(folder, withFailures ? Console.WriteLine : null);
    Console.WriteLine(counts);
    return counts.IsWhole ? 0 : 1;
}

static int Fuzz(string[] options)
{
    var (runs, seed) = (200_000, 1);
    var corpus = new List<string>(FuzzCorpus.Own);
    for (var i = 0; i < options.Length; i++)
    {
        if (options[i] is "--runs" or "--seed")
        {
            if (i + 1 == options.Length || !int.TryParse(options[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                return Usage();
            }

            (runs, seed) = options[i++] == "--runs" ? (number, seed) : (runs, number);
        }
        else if (File.Exists(options[i]) || Directory.Exists(options[i]))
        {
            corpus.AddRange(FuzzCorpus.Read(options[i]));
        }
        else
        {
            return Usage();
        }
    }

    // A small stack, as a worker may have: to run out of it would end the process.
    FuzzCounts? counts = null;
    var thread = new Thread(() => counts = FuzzRun.Of(seed, runs, corpus, done => Console.Error.WriteLine($"{done} templates")), maxStackSize: 1 << 20);
    thread.Start();
    thread.Join();
    foreach (var failure in counts!.Failures.Take(20))
    {
        Console.WriteLine(failure);
        Console.WriteLine();
    }

    Console.WriteLine($"{corpus.Count} templates to begin with");
    Console.WriteLine(counts);
    return counts.Failures.Count == 0 ? 0 : 1;
}
