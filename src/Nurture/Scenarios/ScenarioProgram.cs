namespace Nurture.Scenarios;

/// <summary>A scenario's steps as a graph: where each step leads. Made once per version.</summary>
public sealed class ScenarioProgram
{
    private readonly Dictionary<string, Node> nodes = new(StringComparer.Ordinal);

    private ScenarioProgram(string? first) => First = first;

    /// <summary>The id of the first step; null for a scenario without steps.</summary>
    public string? First { get; private set; }

    public IReadOnlyDictionary<string, Node> Nodes => nodes;

    /// <summary>A step and what follows: <paramref name="Next"/> after it, <paramref name="Targets"/> by arm, time-out or skip; null is the end.</summary>
    public sealed record Node(Step Step, string? Next, IReadOnlyList<string?> Targets);

    public static ScenarioProgram Of(IReadOnlyList<Step> steps)
    {
        var program = new ScenarioProgram(null);
        program.First = program.Lay(steps, null);
        return program;
    }

    private string? Lay(IReadOnlyList<Step> steps, string? after)
    {
        var next = after;
        for (var i = steps.Count - 1; i >= 0; i--)
        {
            var step = steps[i];
            IReadOnlyList<string?> targets = step switch
            {
                Step.WaitFor wait => [Lay(wait.Timeout, next)],
                Step.Branch branch => [.. branch.Arms.Select(arm => Lay(arm.Then, next))],
                Step.Send send => [Lay(send.Skipped, next)],
                Step.Escalate escalate => [.. escalate.Outcomes.Select(arm => Lay(arm.Then, next)), Lay(escalate.Otherwise, next)],
                Step.WaitLength or Step.WaitUntil or Step.Set or Step.End or Step.Task => [],
                _ => throw new InvalidOperationException($"No graph for {step.GetType().Name}."),
            };
            nodes.Add(step.Id, new Node(step, step is Step.End ? null : next, targets));
            next = step.Id;
        }

        return next;
    }
}
