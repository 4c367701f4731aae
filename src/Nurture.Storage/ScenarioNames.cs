namespace Nurture.Storage;

/// <summary>A scenario, or all rows of one that has them: <c>feature-tip:reports</c>, <c>feature-tip:approvals</c>.</summary>
public readonly record struct ScenarioNames(IReadOnlyList<string> Names)
{
    public static implicit operator ScenarioNames(string name) => new([name]);

    /// <summary>A condition on a column, for <see cref="Arguments"/>.</summary>
    internal string Are(string column) => Names.Count == 1 ? $"{column} = @scenario0" : $"{column} in ({string.Join(", ", Names.Select((_, i) => $"@scenario{i}"))})";

    internal IEnumerable<(string, object?)> Arguments => Names.Select((name, i) => ($"scenario{i}", (object?)name));
}
