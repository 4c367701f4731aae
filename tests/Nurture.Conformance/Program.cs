using Nurture.Conformance;

// Nurture.Conformance scriban FOLDER [--failures]: ends with 0 when every text is right and every error in its place.
if (args is not ["scriban", var folder, .. var options] || options.Any(o => o != "--failures"))
{
    Console.Error.WriteLine("usage: Nurture.Conformance scriban FOLDER [--failures]");
    return 2;
}

if (!File.Exists(Path.Combine(folder, "cases.json")) && !File.Exists(Path.Combine(folder, "inline.json")))
{
    Console.Error.WriteLine($"{folder}: neither cases.json nor inline.json is in this folder.");
    return 2;
}

var counts = ConformanceRun.Of(folder, options.Length > 0 ? Console.WriteLine : null);
Console.WriteLine(counts);
return counts.IsWhole ? 0 : 1;
