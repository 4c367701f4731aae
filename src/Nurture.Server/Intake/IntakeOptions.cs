using System.ComponentModel.DataAnnotations;

namespace Nurture.Server.Intake;

/// <summary>Section <c>Nurture:Intake</c>.</summary>
public sealed record IntakeOptions
{
    /// <summary>Messages that may wait for the database; who comes on top is asked to come again (429).</summary>
    [Range(1, 1_000_000)]
    public int MaxPendingMessages { get; init; } = 20_000;

    /// <summary>Of their bodies, likewise.</summary>
    [Range(1, int.MaxValue)]
    public int MaxPendingBytes { get; init; } = 64 << 20;

    /// <summary>More than fit into one request, less than makes everybody wait for one commit.</summary>
    [Range(1, 100_000)]
    public int MaxMessagesPerCommit { get; init; } = 5_000;
}
