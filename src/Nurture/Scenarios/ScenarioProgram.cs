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

    private string? Lay(IReadOnlyList<Step> steps, string? last)
    {
        var next = last;
        for (var i = steps.Count - 1; i >= 0; i--)
        {
            var step = steps[i];
            // What a repeat does comes back to it.
            var after = step is Step.Repeat ? step.Id : next;
            IReadOnlyList<string?> targets = [.. step.Ways.Select(way => Lay(way, after))];
            nodes.Add(step.Id, new Node(step, step is Step.End ? null : next, targets));
            next = step.Id;
        }

        return next;
    }
}
