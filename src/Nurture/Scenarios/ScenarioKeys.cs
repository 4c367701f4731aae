namespace Nurture.Scenarios;

/// <summary>A key that may stand at a place of a scenario.</summary>
/// <param name="Value">What stands behind it: a kind that editors know values of (<c>template</c>, <c>event</c>, <c>condition</c> …), or an example.</param>
/// <param name="Words">The closed list of what may stand there; empty where there is none.</param>
public sealed record ScenarioKey(string Key, string Value, params IReadOnlyList<string> Words);

/// <summary>Which keys stand where, for completion. That the parser reads each of them is a test.</summary>
public static class ScenarioKeys
{
    private static readonly string[] Classes = ["marketing", "service", "transactional"];
    private static readonly string[] DayWords = ["all", "business", "weekend"];

    public static IReadOnlyDictionary<string, IReadOnlyList<ScenarioKey>> Places { get; } = new Dictionary<string, IReadOnlyList<ScenarioKey>>
    {
        ["scenario"] =
        [
            new("scenario", "name"), new("title", "text"), new("owner", "text"), new("purpose", "text"), new("subject", "word", "contact", "account"), new("class", "word", Classes),
            new("topic", "topic"), new("trigger", "map"), new("audience", "condition"), new("reentry", "word", "once", "every time", "after 30d"),
            new("while_live", "word", "ignore", "restart", "refresh"), new("key", "path"), new("holdout", "share"), new("goal", "map"), new("exit", "conditions"),
            new("per_account", "number"), new("steps", "steps"),
        ],
        ["trigger"] =
        [
            new("event", "event"), new("where", "condition"), new("late", "length"), new("settle", "length"), new("inactive", "events"), new("for", "length"), new("date", "date"),
            new("before", "length"), new("after", "length"), new("at", "time"), new("days", "word", DayWords),
            new("schedule", "cron"), new("zone", "zone"), new("pace", "pace"), new("band", "word", "healthy", "watch", "at_risk", "unknown"),
        ],
        ["goal"] = [new("when", "condition"), new("within", "length"), new("target", "share"), new("on_goal", "word", "end", "continue")],
        ["step"] =
        [
            new("send", "map"), new("wait", "map"), new("branch", "arms"), new("set", "map"), new("escalate", "map"), new("task", "map"), new("end", "name"), new("id", "name"),
            new("timeout", "steps"), new("skipped", "steps"), new("outcome", "map"),
        ],
        ["send"] =
        [
            new("template", "template"), new("to", "recipients"), new("nobody", "recipients"), new("class", "word", Classes), new("topic", "topic"), new("expires", "length"),
            new("if", "condition"), new("id", "name"),
        ],
        ["wait"] =
        [
            new("for", "condition"), new("up_to", "length"), new("until", "time"), new("days", "word", DayWords), new("zone", "word", "recipient", "account", "company"), new("id", "name"),
        ],
        ["arm"] = [new("if", "condition"), new("then", "steps"), new("else", "steps")],
        ["escalate"] = [new("type", "escalation"), new("because", "text"), new("up_to", "length")],
        ["task"] = [new("title", "text"), new("due", "length")],
        ["set"] = [new("attribute", "attribute"), new("value", "text")],
    };

    /// <summary>Who may receive a send.</summary>
    public static IReadOnlyList<string> Recipients { get; } = ["trigger.contact", "heard.contact", "most_active", "'role(\"admin\", 1)'", "'roles(\"admin\", \"billing\")'"];
}
