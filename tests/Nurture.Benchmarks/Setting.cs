namespace Nurture.Benchmarks;

/// <summary>What was asked on the command line.</summary>
public sealed record Setting(string Store, bool IsQuick, int Rounds, CancellationToken Cancel)
{
    public int Few(int normal, int quick) => IsQuick ? quick : normal;
}
