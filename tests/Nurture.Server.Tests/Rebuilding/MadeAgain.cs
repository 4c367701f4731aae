using Nurture.Storage;
using Nurture.Storage.Rebuilding;

namespace Nurture.Server.Tests.Rebuilding;

/// <summary>States made again from checkpoint and events, as <c>nurture rebuild</c> does it.</summary>
internal static class MadeAgain
{
    public static async Task<(RebuildReport Report, IReadOnlyList<SubjectDifference> Differing)> RunAsync(Database database, CancellationToken cancel, Mender? mender = null, RebuildScope? scope = null)
    {
        var differing = new List<SubjectDifference>();
        var report = await new Rebuild(database, mistake => throw new InvalidOperationException(mistake)).RunAsync(scope ?? new(), mender, differing.Add, _ => { }, cancel);
        return (report, differing);
    }

    /// <summary>Every state is what checkpoint and events make it.</summary>
    public static async Task<RebuildReport> AgreesAsync(Database database, CancellationToken cancel)
    {
        var (report, differing) = await RunAsync(database, cancel);
        Assert.True(differing.Count == 0, string.Join('\n', differing.Select(difference =>
            $"{difference.Key}\n{string.Join('\n', difference.Fields.Select(field => $"    {field.Field}: {field.Live ?? "nothing"} → {field.MadeAgain ?? "nothing"}"))}")));
        return report;
    }
}
