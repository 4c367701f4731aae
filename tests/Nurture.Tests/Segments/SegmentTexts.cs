using Nurture.Scenarios;
using Nurture.Segments;

namespace Nurture.Tests.Segments;

internal static class SegmentTexts
{
    /// <param name="segments">Lines of segments.yaml: <c>x: { is: … }</c>.</param>
    public static SegmentSet Read(TrackingPlan plan, params string[] segments)
    {
        var (read, said) = SegmentsReader.Read($"segments:\n  {string.Join("\n  ", segments)}\n", "segments.yaml", plan);
        Assert.True(!said.Any(diagnostic => diagnostic.Severity == Severity.Error), string.Join('\n', said));
        return read;
    }
}
