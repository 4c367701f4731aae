namespace Nurture.Criteria;

/// <summary>The kept times of one criterion for one subject: the latest <see cref="Criterion.Keep"/>, in milliseconds, oldest first.</summary>
public sealed partial class Counter
{
    public List<long> Times { get; } = [];

    /// <summary>Beside <see cref="Times"/> for <see cref="CriterionKind.People"/>: who it was, each person once with the latest time. Empty otherwise.</summary>
    public List<long> People { get; } = [];
}
