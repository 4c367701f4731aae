namespace Nurture.Benchmarks;

/// <summary>What was asked on the command line.</summary>
/// <param name="Only">Of a benchmark with several cases this one; empty for all.</param>
public sealed record Setting(string Store, bool IsQuick, int Rounds, string Only, CancellationToken Cancel)
{
    public bool Asks(string benchmarkCase) => Only.Length == 0 || Only == benchmarkCase;

    public int Few(int normal, int quick) => IsQuick ? quick : normal;
}
