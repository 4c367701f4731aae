namespace Nurture.Conditions;

/// <param name="Signature">As the reference shows it, with an example of each argument.</param>
/// <param name="Gives">What it is: yes or no, a number, a moment.</param>
/// <param name="Example">One that runs.</param>
public sealed record ConditionFunction(string Name, string Signature, string Gives, string Meaning, string Example)
{
    /// <summary>It asks about somebody: the subject, or whom <c>contact.</c> or <c>account.</c> in front of it names.</summary>
    public bool AsksSomebody { get; init; }

    /// <summary>It looks at its arguments alone, so a <c>where</c> may ask it too.</summary>
    public bool IsInWhere { get; init; }

    /// <summary>It asks about a passage, so nobody can before entry: goal, exit, waits and steps do.</summary>
    public bool IsOfPassage { get; init; }
}

/// <summary>The functions that conditions and mails may call: the reference page is made of this list.</summary>
public static class ConditionFunctions
{
    private const string YesOrNo = "yes or no";
    private const string Number = "number";
    private const string Moment = "moment";

    public static IReadOnlyList<ConditionFunction> All { get; } =
    [
        new("event", "event(\"x\", where: event.y == 1, since: \"step\")", YesOrNo,
            "Whether it happened since entry, the trigger itself excluded; inside a repeat, since its turn began. In an account scenario by anyone; account.event(…) asks the account of a person.",
            "event(\"ordered\", where: event.total >= 100)") { AsksSomebody = true, IsOfPassage = true },
        new("count", "count(\"x\", \"14d\", where: event.y == 1)", Number,
            "How often it happened in the window, which excludes its start and includes now; \"ever\" for all time. account.count(…) asks the account.",
            "count(\"login\", \"14d\") >= 3") { AsksSomebody = true },
        new("people", "account.people(\"x\", \"28d\", where: event.y == 1)", Number,
            "How many different people of the account did it in the window.",
            "account.people(\"login\", \"28d\") >= 2") { AsksSomebody = true },
        new("sum", "sum(\"x\", event.y, \"30d\", where: event.z == 1)", Number,
            "What a number of the events in the window adds up to, 0 where there is none. account.sum(…) asks the account.",
            "sum(\"ordered\", event.total, \"30d\") >= 1000") { AsksSomebody = true },
        new("average", "average(\"x\", event.y, \"30d\", where: event.z == 1)", Number,
            "The mean of a number of the events in the window. No number where none carries it.",
            "average(\"ordered\", event.total, \"ever\") > 50") { AsksSomebody = true },
        new("max", "max(\"x\", event.y, \"30d\", where: event.z == 1)", Number,
            "The greatest number of the events in the window. No number where none carries it.",
            "max(\"ordered\", event.total, \"30d\") > 500") { AsksSomebody = true },
        new("min", "min(\"x\", event.y, \"30d\", where: event.z == 1)", Number,
            "The least number of the events in the window. No number where none carries it.",
            "min(\"ordered\", event.total, \"30d\") < 10") { AsksSomebody = true },
        new("first", "first(\"x\", where: event.y == 1)", Moment,
            "The moment at which it happened for the first time; nothing for who never did it. Compared with a day or a moment, or in days_since(…).",
            "first(\"login\") > \"2026-04-01\"") { AsksSomebody = true },
        new("last", "last(\"x\", where: event.y == 1)", Moment,
            "The moment at which it happened last; nothing for who never did it.",
            "last(\"login\") < account.contract_end") { AsksSomebody = true },
        new("ever", "ever(\"x\", where: event.y == 1)", YesOrNo,
            "Whether it ever happened. account.ever(…) asks the account.",
            "ever(\"setup_completed\")") { AsksSomebody = true },
        new("days_since", "days_since(\"x\")", Number,
            "Whole days since the event happened last, or since a day or moment: days_since(account.attribute). No number for who never did it, so that every comparison but != is false.",
            "days_since(\"login\") > 7") { AsksSomebody = true },
        new("days_until", "days_until(account.contract_end)", Number,
            "Whole days until a day or moment; negative after it.",
            "days_until(account.contract_end) <= 30"),
        new("silent", "silent([\"x\", \"y\"], \"14d\")", YesOrNo,
            "Whether none of the events happened for that long, counted from the later of the last one and the subject's creation.",
            "silent([\"login\", \"page\"], \"14d\")") { AsksSomebody = true },
        new("segment", "segment(\"active-trials\")", YesOrNo,
            "Whether the segment's condition is true, as segments.yaml defines it now. A segment of accounts, asked about a person, asks their account.",
            "segment(\"active-trials\")"),
        new("one_of", "one_of(account.plan, \"pro\", \"enterprise\")", YesOrNo,
            "Whether the value is one of those that follow.",
            "one_of(account.plan, \"pro\", \"team\")") { IsInWhere = true },
        new("not", "not(account.setup_completed)", YesOrNo,
            "Whether it is not so; unknown stays unknown.",
            "not(segment(\"active-trials\"))") { IsInWhere = true },
        new("exists", "exists(contact.x)", YesOrNo,
            "Whether anything was ever said of it, defaults aside.",
            "exists(contact.name)") { IsInWhere = true },
        new("has_role", "has_role(\"admin\")", YesOrNo,
            "Whether somebody of the account, who has not left, has the role; contact.has_role(\"admin\") asks the person.",
            "contact.has_role(\"admin\")") { AsksSomebody = true },
        new("reachable", "reachable(\"mail\", \"marketing\", \"newsletter\")", YesOrNo,
            "Whether mail of that class (and topic) may be sent to the person as things stand, caps and hours aside.",
            "reachable(\"mail\", \"marketing\")"),
        new("sent", "sent(\"template\")", YesOrNo,
            "Whether this enrollment sent the template: not skipped, not held out.",
            "sent(\"welcome\")") { IsOfPassage = true },
        new("clicked", "clicked(\"template\")", YesOrNo,
            "Whether a link in it was followed.",
            "clicked(\"welcome\")") { IsOfPassage = true },
        new("opened", "opened(\"template\")", YesOrNo,
            "Whether its picture was loaded. Not opened is no proof of not read.",
            "opened(\"welcome\")") { IsOfPassage = true },
        new("answered", "answered(\"template-or-step\")", YesOrNo,
            "Whether the question that it asked was answered.",
            "answered(\"nps\")") { IsOfPassage = true },
    ];

    public static ConditionFunction? Find(string name) => All.FirstOrDefault(function => function.Name == name);
}
