namespace Nurture.Conditions;

/// <param name="Signature">As the reference shows it, with an example of each argument.</param>
public sealed record ConditionFunction(string Name, string Signature, string Meaning);

/// <summary>The functions that conditions may call: the reference page is made of this list.</summary>
public static class ConditionFunctions
{
    public static IReadOnlyList<ConditionFunction> All { get; } =
    [
        new("event", "event(\"x\", where: event.y == 1, since: \"step\")",
            "Whether it happened since entry, the trigger itself excluded. In an account scenario by anyone; account.event(…) asks the account of a person."),
        new("count", "count(\"x\", \"14d\", where: event.y == 1)",
            "How often it happened in the window, which excludes its start and includes now; \"ever\" for all time. account.count(…) asks the account."),
        new("people", "account.people(\"x\", \"28d\", where: event.y == 1)",
            "How many different people of the account did it in the window."),
        new("sum", "sum(\"x\", event.y, \"30d\", where: event.z == 1)",
            "What a number of the events in the window adds up to, 0 where there is none. account.sum(…) asks the account."),
        new("average", "average(\"x\", event.y, \"30d\", where: event.z == 1)",
            "The mean of a number of the events in the window. No number where none carries it."),
        new("max", "max(\"x\", event.y, \"30d\", where: event.z == 1)",
            "The greatest number of the events in the window. No number where none carries it."),
        new("min", "min(\"x\", event.y, \"30d\", where: event.z == 1)",
            "The least number of the events in the window. No number where none carries it."),
        new("first", "first(\"x\", where: event.y == 1)",
            "The moment at which it happened for the first time; nothing for who never did it. Compared with a day or a moment, or in days_since(…)."),
        new("last", "last(\"x\", where: event.y == 1)",
            "The moment at which it happened last; nothing for who never did it."),
        new("ever", "ever(\"x\", where: event.y == 1)",
            "Whether it ever happened. account.ever(…) asks the account."),
        new("days_since", "days_since(\"x\")",
            "Whole days since the event happened last, or since a day or moment: days_since(account.attribute). No number for who never did it, so that every comparison but != is false."),
        new("days_until", "days_until(account.contract_end)",
            "Whole days until a day or moment; negative after it."),
        new("silent", "silent([\"x\", \"y\"], \"14d\")",
            "Whether none of the events happened for that long, counted from the later of the last one and the subject's creation."),
        new("segment", "segment(\"active-trials\")",
            "Whether the segment's condition is true, as segments.yaml defines it now. A segment of accounts, asked about a person, asks their account."),
        new("one_of", "one_of(account.plan, \"pro\", \"enterprise\")",
            "Whether the value is one of those that follow."),
        new("not", "not(account.setup_completed)",
            "Whether it is not so; unknown stays unknown."),
        new("exists", "exists(contact.x)",
            "Whether anything was ever said of it, defaults aside."),
        new("has_role", "has_role(\"admin\")",
            "Whether somebody of the account, who has not left, has the role; contact.has_role(\"admin\") asks the person."),
        new("reachable", "reachable(\"mail\", \"marketing\", \"newsletter\")",
            "Whether mail of that class (and topic) may be sent to the person as things stand, caps and hours aside."),
        new("sent", "sent(\"template\")",
            "Whether this enrollment sent the template: not skipped, not held out."),
        new("clicked", "clicked(\"template\")",
            "Whether a link in it was followed."),
        new("opened", "opened(\"template\")",
            "Whether its picture was loaded. Not opened is no proof of not read."),
        new("answered", "answered(\"template-or-step\")",
            "Whether the question that it asked was answered."),
    ];

    public static ConditionFunction? Find(string name) => All.FirstOrDefault(function => function.Name == name);
}
