namespace Nurture.Tests.Scenarios;

public sealed class JapaneseDiagnosticsTests
{
    [Fact]
    public void Dump()
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var all = WordingsInSource.All;
        File.WriteAllLines("/tmp/h5-dump.txt", all.Formats.OrderBy(one => one.Value.Split('(')[0]).ThenBy(one => int.Parse(one.Value.Split('(')[1].TrimEnd(')'))).Select(one => $"{one.Value}\t{one.Key}"));
        File.WriteAllLines("/tmp/h5-bad.txt", all.Unreadable);
        Assert.Fail($"{watch.Elapsed} {all.Formats.Count} {all.Unreadable.Count}");
    }
}
