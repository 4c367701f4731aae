namespace Nurture.Conditions;

/// <summary>Names and functions as tables of the authoring guide.</summary>
public static class ConditionReference
{
    private const string OfPassage = "goal, exit, waits, branches";

    public static string Names() =>
        Table(["name", "is", "where", "means", "example"], ConditionNames.All.Select(name => new[] { Code(name.Path), name.Is, name.Where, name.Meaning, Code(name.Example) }));

    public static string Functions() =>
        Table(["function", "is", "where", "means", "example"], ConditionFunctions.All.Select(function => new[] { Code(function.Signature), function.Gives, WhereOf(function), function.Meaning, Code(function.Example) }));

    private static string WhereOf(ConditionFunction function) => function switch
    {
        { IsOfPassage: true, IsInMails: false } => OfPassage,
        { IsOfPassage: true } => $"{OfPassage}, mails",
        { IsInWhere: true } => "everywhere, inside `where:` too",
        _ => "everywhere",
    };

    private static string Code(string code) => $"`{code}`";

    private static string Table(string[] heads, IEnumerable<string[]> rows) =>
        string.Join('\n', new[] { Row(heads), Row([.. heads.Select(_ => "---")]) }.Concat(rows.Select(cells => Row([.. cells.Select(cell => cell.Replace("|", "\\|"))]))));

    private static string Row(string[] cells) => $"| {string.Join(" | ", cells)} |";
}
