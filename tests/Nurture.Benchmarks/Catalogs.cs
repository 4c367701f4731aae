using Nurture.Harness;

namespace Nurture.Benchmarks;

/// <summary>What a benchmark publishes, as files of a scratch folder.</summary>
internal static class Catalogs
{
    /// <param name="files">By path: <c>scenarios/a.yaml</c>, <c>templates/b.en.html</c>.</param>
    public static async Task WriteAsync(ScratchFolder scratch, IReadOnlyDictionary<string, string> files, CancellationToken cancel)
    {
        foreach (var folder in new[] { "scenarios", "templates" }) Directory.CreateDirectory(scratch[folder]);
        foreach (var (path, text) in files) await File.WriteAllTextAsync(scratch[path], text, cancel);
    }
}
