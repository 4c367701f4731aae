namespace Nurture.Conditions;

/// <summary>Names and functions as tables of the authoring guide.</summary>
public static class ConditionReference
{
    // Where something is asked, of whom, and what it has beside what everybody has.
    private static readonly string[][] Stands =
    [
        ["`where` of a trigger", "the scenario's subject", "`trigger.…`"],
        ["`condition`, `crosses`, `audience`", "the scenario's subject", "nothing of a passage; `trigger.…` where an event starts it"],
        ["`goal`, `exit`, `wait`, `if`, `until`", "the scenario's subject", "the passage; `heard.…`, `response.…`, `session.…` where there are any"],
        ["texts with `{{ }}` and paths of a step: `body`, `with`, `about`, `text`", "the scenario's subject", "the same as `if`"],
        ["a segment", "a contact, or an account where it says `of: account`", "nothing of a passage"],
        ["tiers and stages", "as of any scenario", "what makes an account one is a scenario that says `set`, so its conditions are the rule"],
        ["health: `for`, `value`, `when`", "the account", "nothing of a passage"],
        ["`if` of a playbook's task", "the account, when the case is opened", "nothing of a passage"],
        ["a mail", "whom it is to, and their account, whatever its scenario is about", "the passage that sends it, `trigger.…`, `heard.…`; `event(…)` is the reader's, `account.event(…)` anyone's"],
        ["`when` of a hook", "nobody: nobody is known yet", "`body.…` and nothing else, with `one_of`, `not`, `exists`, and `days_since` and `days_until` of a place in it"],
    ];

    public static string Places() => Table(["place", "asks", "has"], Stands);

    public static string Names() =>
        Table(["name", "is", "where", "means", "example"], ConditionNames.All.Select(name => new[] { Code(name.Path), name.Is, name.Where, name.Meaning, Code(name.Example) }));

    public static string Functions() =>
        Table(["function", "is", "where", "means", "example"], ConditionFunctions.All.Select(function => new[] { Code(function.Signature), function.Gives, WhereOf(function), function.Meaning, Code(function.Example) }));

    private static string WhereOf(ConditionFunction function) => function switch
    {
        { IsOfPassage: true } => "goal, exit, waits, branches, mails",
        { IsInWhere: true } => "everywhere, inside `where:` too",
        _ => "everywhere",
    };

    private static string Code(string code) => $"`{code}`";

    private static string Table(string[] heads, IEnumerable<string[]> rows) =>
        string.Join('\n', new[] { Row(heads), Row([.. heads.Select(_ => "---")]) }.Concat(rows.Select(cells => Row([.. cells.Select(cell => cell.Replace("|", "\\|"))]))));

    private static string Row(string[] cells) => $"| {string.Join(" | ", cells)} |";
}
