namespace Nurture.Scenarios;

/// <summary>A key that may stand at a place of a scenario.</summary>
/// <param name="Value">What stands behind it: a kind that editors know values of (<c>template</c>, <c>event</c>, <c>condition</c> …), <c>word</c> for one of <see cref="Words"/>, or <c>map</c>, <c>steps</c>, <c>arms</c>.</param>
/// <param name="Meaning">What it is, for an author; in Markdown.</param>
/// <param name="Example">A value that is right.</param>
public sealed record ScenarioKey(string Key, string Value, string Meaning, string Example)
{
    /// <summary>The closed list of what may stand there; empty where there is none.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>What is so without it; <c>required</c>, or empty where there is nothing to say.</summary>
    public string Default { get; init; } = "";

    /// <summary>The place that a mapping behind it is; null for a plain value.</summary>
    public string? Opens { get; init; }

    public bool IsRequired => Default == ScenarioGrammar.Required;
}

/// <summary>
/// The one grammar of scenarios: which keys stand where, what each is and an example of it. The authoring guide's tables,
/// the JSON Schema and completion are made from it; that the parser reads each of its examples is a test.
/// </summary>
public static class ScenarioGrammar
{
    internal const string Required = "required";

    private static readonly string[] Classes = ["marketing", "service", "transactional"];
    private static readonly string[] DayWords = ["all", "business", "weekend"];
    private static readonly string[] ZoneWords = ["recipient", "account", "company"];

    /// <summary>By place, in the order in which authors meet them.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<ScenarioKey>> Places { get; } = new Dictionary<string, IReadOnlyList<ScenarioKey>>
    {
        ["scenario"] =
        [
            new("scenario", "name", "its name: small letters, digits, `-`, `_`; the file is called the same", "trial-onboarding") { Default = Required },
            new("title", "text", "what people read", "Trial onboarding") { Default = "none (a warning)" },
            new("owner", "text", "who is asked about it", "marketing@example.com") { Default = "none (a warning)" },
            new("purpose", "text", "why it may do without a goal (transactional or scheduled)", "The receipt for an order"),
            new("subject", "word", "whom it is about", "account") { Words = ["contact", "account"], Default = "`contact`" },
            new("class", "word", "what its mails need to be allowed", "service") { Words = Classes, Default = Required },
            new("topic", "topic", "what readers may turn off", "product-news"),
            new("stream", "name", "of the scenarios of a stream a subject is mailed by one at a time: the others go on, and their mails wait", "lifecycle"),
            new("priority", "number", "in a stream: the higher one goes first; of equal ones, the one entered first. An account's scenario goes before its people's of the same priority", "20") { Default = "`0`" },
            new("for_each", "rows", "the scenario once for each row, `row.…` everywhere; a row has an `id`, see below; or the name of a CSV or YAML file beside it that has the rows", "[ { id: reports, event: login } ]") { Default = "once" },
            new("trigger", "map", "what starts it, see below; or `manual`: nothing but a person, a program or another scenario", "{ event: signed_up }") { Default = Required, Opens = "trigger" },
            new("audience", "condition", "asked once, at entry", "account.tier == \"tech\"") { Default = "everybody" },
            new("reentry", "word", "may somebody enter again: `once`, `every time`, `after LENGTH` from the end of the last passage", "after 30d") { Words = ["once", "every time", "after 30d"], Default = "`once`" },
            new("while_live", "word", "what the trigger does to somebody who is in it: `ignore`, `restart`, or `refresh` (take the new `trigger.…`, stay)", "refresh") { Words = ["ignore", "restart", "refresh"], Default = "`ignore`" },
            new("key", "path", "a path that tells passages apart", "trigger.plan") { Default = "one passage a subject; `session.id` where a session starts it" },
            new("holdout", "share", "the share that runs through silently, for comparison", "10%") { Default = "`0%`" },
            new("goal", "map", "what it is for, see below; or `none`", "{ when: event(\"login\"), within: 14d }") { Default = Required, Opens = "goal" },
            new("exit", "conditions", "conditions that end it, and `audience_lost`", "[ event(\"subscription_cancelled\") ]"),
            new("per_account", "number", "in a contact scenario: at most so many people of one account at a time", "1") { Default = "all" },
            new("steps", "steps", "what it does", "[ send: welcome ]") { Default = Required },
        ],
        ["trigger"] =
        [
            new("event", "event", "an event, or a list: any of them", "signed_up"),
            new("where", "condition", "with `event`: a condition over `trigger.…`", "trigger.plan == \"trial\"") { Default = "every such event" },
            new("late", "length", "with `event`: one that arrives later than this starts nothing; with `schedule`, `at` and `session`: so does a moment that is noticed later", "5d") { Default = "`72h`" },
            new("settle", "length", "with `event`: how long entry waits for what is still unknown (no account, no address)", "5m") { Default = "500 ms, up to 5 min while an identity is incomplete" },
            new("delay", "length", "with `event` and `goal_of`: enters so much later, unless goal or exit came true meanwhile", "60d"),
            new("goal_of", "scenario", "the goal of another scenario is reached", "onboarding"),
            new("inactive", "events", "none of these events happened …", "[ login, page ]"),
            new("for", "length", "… for this long, from the later of the last one and the subject's creation. In a contact scenario, with a trigger of the account, or an event that names no person: who of the account enters, `'role(\"admin\", 1)'`", "14d") { Default = "required with `inactive`, and there" },
            new("condition", "condition", "a condition turns true", "contact.score > 3"),
            new("entered", "segment", "the subject comes into the segment", "engaged"),
            new("left", "segment", "the subject, having been in the segment, leaves it", "engaged"),
            new("crosses", "condition", "a number …", "contact.score"),
            new("above", "number", "… comes to this or above", "8"),
            new("below", "number", "… or falls below this", "3"),
            new("rearm_below", "number", "with `above`: starts again only after it was below this", "7") { Default = "`above`" },
            new("rearm_above", "number", "with `below`: starts again only after it was this or above", "4") { Default = "`below`" },
            new("changed", "attribute", "an attribute becomes another one; `trigger.from` and `trigger.to` are readable", "contact.onboarded"),
            new("from", "values", "with `changed`: what it was, one or several; with `every`: the date attribute", "false") { Default = "anything" },
            new("to", "values", "with `changed`: what it is now, one or several", "true") { Default = "anything" },
            new("tier", "values", "the account's tier becomes this, or one of these", "low"),
            new("stage", "values", "the account comes to this stage, or one of these", "renewal"),
            new("date", "date", "a date attribute's day comes", "contact.born_on"),
            new("every", "length", "comes again every so many days or months from the date `from`; `trigger.occurrence` counts them", "3mo"),
            new("before", "length", "with `date`, `every` and `session`: how far before it (also `bd`, `mo`)", "30d") { Default = "on the day" },
            new("after", "length", "with `date` and `every`: how far after it", "2bd") { Default = "on the day" },
            new("at", "time", "with `date`, `every` and `session`: the local time of day; alone: one local moment, `\"2026-12-01T09:00\"`", "\"10:00\"") { Default = "`09:00`" },
            new("days", "word", "with `date`, `every` and `session`: on which days; else the next such day", "business") { Words = DayWords, Default = "`all`" },
            new("catch_up", "length", "with `date` and `every`: noticed later than this after its moment, the steps up to the next date still to come are left out", "5d") { Default = "`2d`" },
            new("band", "word", "the account's health comes into it; several in `[ ]`", "at_risk") { Words = ["healthy", "watch", "at_risk", "unknown"] },
            new("session", "name", "a session's id, or the kind of many: everybody is asked so long `before` it, as by a schedule", "webinar"),
            new("schedule", "cron", "a recurring time in five fields of cron: minute, hour, day of the month, month, day of the week", "\"0 9 * * MON\""),
            new("zone", "zone", "with `schedule` and `at`: on whose clock; with `at` also `recipient`, each one's own", "Asia/Tokyo") { Default = "the policy's" },
            new("pace", "pace", "with `schedule`, `at` and `session`: how many enter in a minute, hour or day", "2000/h") { Default = "all at once" },
            new("spread", "length", "with all others: entries are spread over this long: in the order of coming, evenly, within the allowed hours", "4h") { Default = "at once" },
        ],
        ["goal"] =
        [
            new("when", "condition", "the condition to reach", "event(\"login\")") { Default = Required },
            new("within", "length", "until when after entry it counts; past it the goal is missed, which ends nothing", "14d") { Default = "no end (a warning)" },
            new("target", "share", "the share you hope for, shown beside the rate", "60%"),
            new("on_goal", "word", "whether reaching it ends the passage", "continue") { Words = ["end", "continue"], Default = "`end`" },
        ],
        ["step"] =
        [
            new("send", "map", "a mail: its template, or more, see below", "welcome") { Opens = "send" },
            new("ask", "map", "a mail with a question that is answered by a click, see below", "{ template: welcome, scale: \"0-10\" }") { Opens = "ask" },
            new("wait", "map", "a length; or for something, or until a time or date, see below", "3d") { Opens = "wait" },
            new("branch", "arms", "the first arm whose condition is true; without `else` and with none true, what follows", "[ { if: contact.onboarded, then: [] } ]") { Opens = "arm" },
            new("split", "arms", "one arm by chance, the same for all people of an account, and for ever", "[ { share: 50%, then: [] }, { share: 50%, then: [] } ]") { Opens = "split" },
            new("repeat", "map", "the same steps again and again, with a bound", "{ times: 3, steps: [ wait: 7d ] }") { Opens = "repeat" },
            new("set", "map", "an attribute, `{ contact.onboarded: true }`; `null` clears", "{ contact.onboarded: true }") { Opens = "set" },
            new("assign", "map", "gives the account another owner", "{ owner: csm@example.com }") { Opens = "assign" },
            new("unsubscribe", "map", "in a contact scenario: takes a topic for refused; the person may take that back", "newsletter") { Opens = "unsubscribe" },
            new("forget", "name", "in a contact scenario: erases the person, as an erasure by hand does, and ends; the value is the reason", "unconfirmed"),
            new("add_to", "segment", "writes the subject into a segment that says `is: listed`", "beta"),
            new("remove_from", "segment", "strikes the subject out of it", "beta"),
            new("escalate", "map", "calls a human: the type of `escalations.yaml`, or more, see below", "onboarding_stalled") { Opens = "escalate" },
            new("task", "map", "something to do for the account's owner: its title, or more", "Thank them by phone") { Opens = "task" },
            new("webhook", "map", "calls an endpoint of Settings → Webhooks: its name, or more, see below", "crm") { Opens = "webhook" },
            new("notify", "map", "tells a colleague or a channel something, see below", "{ who: account.owner, about: They are stuck }") { Opens = "notify" },
            new("start", "map", "starts another scenario, which decides itself who enters, and goes on", "win-back") { Opens = "start" },
            new("stop", "scenario", "ends what runs of these scenarios and what is about to begin, for the subject and (of an account) its people; it counts as neither goal nor miss", "[ win-back ]"),
            new("end", "name", "ends the passage with a reason of your own", "not_interested"),
            new("id", "name", "its name, beside it or inside", "first-mail") { Default = "what it does" },
            new("failed", "steps", "beside a `webhook`: what runs when nobody took it", "[ send: welcome ]"),
            new("timeout", "steps", "beside a `wait` with `for`, a `task` or a `webhook`: what runs when its time is over", "[ send: welcome ]"),
            new("skipped", "steps", "beside a `send` or an `ask`: what runs when the mail was skipped, or `end`", "end") { Default = "what follows" },
            new("outcome", "map", "beside an `escalate` or a `task`: steps by outcome, and `otherwise`, which is required (but for a `task` with `timeout`)", "{ otherwise: [] }"),
        ],
        ["send"] =
        [
            new("template", "template", "the mail", "setup-help") { Default = Required },
            new("to", "recipients", "in an account scenario: who, decided when the mail is released", "'role(\"admin\", 2)'") { Default = "required there" },
            new("nobody", "recipients", "if nobody is found: another rule, `task` (for a colleague, to find somebody; the mail is skipped), or `end` (the enrollment)", "trigger.contact") { Default = "required with a role" },
            new("class", "word", "stricter than the scenario's and the mail's own, never weaker", "marketing") { Words = Classes, Default = "the mail's, else the scenario's" },
            new("topic", "topic", "what readers may turn off", "tips") { Default = "the mail's, else the scenario's" },
            new("channel", "word", "by which way; `mail` is the only one", "mail") { Words = ["mail"], Default = "`mail`" },
            new("expires", "length", "how long it may wait to leave", "12h") { Default = "transactional 24h, service 3d, marketing 7d" },
            new("hours", "word", "`any`: a service mail that answers what the person just did leaves at any hour; consent, caps and holds are asked all the same", "any") { Words = ["any"], Default = "the class's allowed hours" },
            new("throttle", "pace", "how many leave in a minute, hour or day, over everybody and in the order of their coming; the others wait here", "2000/d") { Default = "all at once" },
            new("subject_test", "map", "which of the mail's `subjects` more people click on: some get them first, the others the better one, see below", "{ arms: [ a, b ], share: 20%, after: 4h }") { Default = "none: the mail's first subject", Opens = "subject_test" },
            new("if", "condition", "asked there and then; if not, it is skipped", "contact.onboarded") { Default = "always" },
            new("approve", "text", "who approves the mail before it leaves, and may edit it: `owner`, another attribute of the account that holds an address, or an address", "owner") { Default = "nobody" },
            new("up_to", "length", "with `approve`: how long it waits for that", "3bd") { Default = "`3bd`" },
            new("otherwise", "word", "with `approve`: what happens to it when nobody answers", "send") { Words = ["skip", "send"], Default = "`skip`" },
            new("from", "text", "who writes: an identity of the policy, or `account.owner`", "account.owner") { Default = "the mail's, else the policy's `sender`" },
            new("calendar", "word", "`session`: with the session for the reader's calendar; once it is cancelled, with its removal", "session") { Words = ["session"] },
            new("id", "name", "its name", "first-mail") { Default = "the template's" },
        ],
        ["ask"] =
        [
            new("template", "template", "the mail; it shows a link for each answer, of `ask.answers`", "welcome") { Default = Required },
            new("answers", "map", "what may be answered: names, or names with their titles, in one language or by locale", "[ join, decline ]") { Default = "one of the two" },
            new("scale", "text", "numbers to choose from, from the first to the last, at most 11", "\"0-10\"") { Default = "one of the two" },
            new("question", "text", "what the page behind the links asks, or by locale: `{ en: …, ja: … }`", "How likely are you to recommend us?") { Default = "none" },
            new("comment", "word", "whether the page has a field for a few words", "true") { Words = ["true", "false"], Default = "`true` with `scale`" },
            new("set", "attribute", "the attribute that the answer is written to", "contact.name") { Default = "none" },
            new("registers", "text", "in a scenario about sessions: the answer that registers for the session; any other gives the seat back", "join") { Default = "none" },
            new("to", "recipients", "as of a `send`", "'role(\"admin\", 2)'") { Default = "required in an account scenario" },
            new("nobody", "recipients", "as of a `send`", "trigger.contact") { Default = "required with a role" },
            new("class", "word", "as of a `send`", "marketing") { Words = Classes, Default = "the mail's, else the scenario's" },
            new("topic", "topic", "as of a `send`", "tips") { Default = "the mail's, else the scenario's" },
            new("channel", "word", "as of a `send`", "mail") { Words = ["mail"], Default = "`mail`" },
            new("expires", "length", "as of a `send`", "12h") { Default = "as of a `send`" },
            new("hours", "word", "as of a `send`", "any") { Words = ["any"], Default = "the class's allowed hours" },
            new("throttle", "pace", "as of a `send`", "2000/d") { Default = "all at once" },
            new("subject_test", "map", "as of a `send`; an answer is a click, too", "{ arms: [ a, b ], share: 20%, after: 4h }") { Default = "none", Opens = "subject_test" },
            new("if", "condition", "as of a `send`", "contact.onboarded") { Default = "always" },
            new("approve", "text", "as of a `send`; the answers stand below a text of their own", "owner") { Default = "nobody" },
            new("up_to", "length", "as of a `send`", "3bd") { Default = "`3bd`" },
            new("otherwise", "word", "as of a `send`", "send") { Words = ["skip", "send"], Default = "`skip`" },
            new("from", "text", "as of a `send`", "account.owner") { Default = "the policy's `sender`" },
            new("calendar", "word", "as of a `send`", "session") { Words = ["session"] },
            new("id", "name", "its name", "first-question") { Default = "the template's" },
        ],
        ["subject_test"] =
        [
            new("arms", "values", "two or more of the mail's `subjects`, in every language that it is written in; the first one is what all get where none is better", "[ a, b ]") { Default = Required },
            new("share", "share", "how many it is found out with, drawn as a `split` is: the same for all people of an account, and for ever", "20%") { Default = Required },
            new("after", "length", "how long after the first of these mails it is decided; not longer than the mail `expires`", "4h") { Default = Required },
            new("by", "word", "what decides: how many of the mails that left a human clicked in", "human_clicks") { Words = ["human_clicks"], Default = "`human_clicks`" },
        ],
        ["wait"] =
        [
            new("for", "condition", "until it is true; after `up_to` or `until` the steps under `timeout:` run, then what follows the wait", "event(\"login\")"),
            new("up_to", "length", "with `for`: how long; also `bd`, `mo`", "3d") { Default = "without an end (a warning)" },
            new("late", "length", "with `for`: an event that arrives later than this after it happened is not heard", "5d") { Default = "`72h`" },
            new("until", "time", "the next such time of day, at once if it is exactly that; or a date, `account.contract_end`, `trigger.starts_at`", "\"09:00\""),
            new("offset", "length", "with a date: how far before it (`-30d`) or after it (`2bd`)", "-30d") { Default = "on it" },
            new("at", "time", "with a date: the local time of day", "\"10:00\"") { Default = "a moment's own; `09:00` of a day" },
            new("days", "word", "which days are meant; else the next such day", "business") { Words = DayWords, Default = "`all`" },
            new("catch_up", "length", "with a date, without `for`: come to later than this after it, what follows is left out, up to the next date still to come", "5d") { Default = "`2d`" },
            new("zone", "word", "whose clock; or a name such as `Asia/Tokyo`", "account") { Words = ZoneWords, Default = "`recipient`" },
            new("id", "name", "its name", "first-wait") { Default = "what it waits for" },
        ],
        ["arm"] =
        [
            new("if", "condition", "what it asks", "contact.onboarded") { Default = "required, but for `else`" },
            new("then", "steps", "what it does; `[]` for nothing", "[ send: welcome ]") { Default = "required with `if`" },
            new("else", "steps", "the last arm: for everybody else", "[ send: welcome ]"),
        ],
        ["split"] =
        [
            new("share", "share", "how many go this way; all shares make 100%", "50%") { Default = Required },
            new("name", "name", "what is remembered of who goes it", "long-text") { Default = "`a`, `b`, …" },
            new("then", "steps", "what it does; `[]` for nothing", "[ send: welcome ]") { Default = Required },
        ],
        ["repeat"] =
        [
            new("times", "number", "not more often than this, 100 at most", "3") { Default = Required },
            new("until", "condition", "asked before each turn: not again where it is true", "contact.onboarded") { Default = "all the times" },
            new("steps", "steps", "what is done again; inside, `event(\"x\")` means since the turn began", "[ wait: 7d ]") { Default = Required },
            new("id", "name", "its name", "reminders") { Default = "`repeat`" },
        ],
        ["set"] = [new("attribute", "attribute", "which", "contact.onboarded") { Default = Required }, new("value", "value", "to what", "true") { Default = Required }],
        ["assign"] =
        [
            new("owner", "text", "a colleague's address", "csm@example.com") { Default = "one of the two" },
            new("pool", "name", "a pool of `escalations.yaml`: one of its people, who speaks the account's language before the others, and for an account always the same", "low-touch") { Default = "one of the two" },
            new("id", "name", "its name", "hand-over") { Default = "`assign-…`" },
        ],
        ["unsubscribe"] =
        [
            new("topic", "topic", "which", "newsletter") { Default = Required },
            new("because", "text", "why, for the journal", "sunset"),
            new("id", "name", "its name", "sunset") { Default = "`unsubscribe-…`" },
        ],
        ["escalate"] =
        [
            new("type", "escalation", "a type of `escalations.yaml`", "onboarding_stalled") { Default = Required },
            new("because", "text", "the sentence that the human reads first", "Nobody has signed in for a week"),
            new("up_to", "length", "how long it waits for the `outcome:` beside it", "14d") { Default = "the type's `hold.max`" },
            new("id", "name", "its name", "call") { Default = "`escalate-…`" },
        ],
        ["task"] =
        [
            new("title", "text", "what is to be done", "Thank them by phone") { Default = Required },
            new("due", "length", "when; also `bd`, `mo`", "2bd"),
            new("owner", "text", "whose it is: `account.owner`, another attribute of the account that holds an address, or an address", "account.owner") { Default = "`account.owner`" },
            new("queue", "name", "a queue where it waits for anybody, instead of an owner", "ops") { Default = "none" },
            new("outcomes", "values", "how it may be done", "[ reached, not_reached ]") { Default = "`done`" },
            new("up_to", "length", "how long it waits for the `outcome:` or `timeout:` beside it", "5bd") { Default = "required with these" },
            new("wait", "word", "`false` goes on at once, as it does without `outcome:` and `timeout:`", "false") { Words = ["true", "false"] },
            new("id", "name", "its name", "thank") { Default = "`task-…`" },
        ],
        ["webhook"] =
        [
            new("endpoint", "name", "which, of Settings → Webhooks", "crm") { Default = Required },
            new("body", "map", "what is sent, as JSON: paths, plain values, texts with `{{ }}`, maps and lists of them", "{ plan: account.plan, note: \"{{ account.name }} is stuck\" }") { Default = "scenario, step, contact and account" },
            new("expires", "length", "how long it is tried, and waited for", "1h") { Default = "`3d`" },
            new("response", "map", "what is read of the answer: names for `response.…`, each with its path in the JSON", "{ ticket: data.ticket.id }") { Default = "nothing" },
            new("id", "name", "its name", "tell-crm") { Default = "`webhook-…`" },
        ],
        ["notify"] =
        [
            new("who", "text", "a colleague: `account.owner` or another attribute with an address, `manager(account.owner)`, an address, a pool of `escalations.yaml`, or `queue` for all who may work cases", "account.owner") { Default = "this or `channel`" },
            new("about", "text", "what the mail says, with `{{ }}`", "They are stuck") { Default = "required with `who`" },
            new("channel", "name", "an endpoint of Settings → Webhooks that takes messages as Slack does", "sales") { Default = "this or `who`" },
            new("text", "text", "what is written there, with `{{ }}`", "They are stuck") { Default = "required with `channel`" },
            new("id", "name", "its name", "tell-owner") { Default = "`notify-…`" },
        ],
        ["start"] =
        [
            new("scenario", "scenario", "which", "win-back") { Default = Required },
            new("for", "recipients", "from an account scenario: who of the account enters a contact scenario", "'role(\"admin\")'") { Default = "`trigger.contact`" },
            new("with", "map", "values that it reads as `trigger.…`: paths of this scenario, or written out", "{ plan: contact.onboarded, offer: 3 }"),
            new("id", "name", "its name", "win-them-back") { Default = "`start-…`" },
        ],
    };

    /// <summary>Who may receive a send.</summary>
    public static IReadOnlyList<string> Recipients { get; } = ["trigger.contact", "heard.contact", "most_active", "'role(\"admin\", 1)'", "'roles(\"admin\", \"billing\")'"];

    /// <summary>Keys as a table of the authoring guide.</summary>
    public static string Table(IReadOnlyList<ScenarioKey> keys) => string.Join('\n', new[] { "| key | is | default | example |", "|---|---|---|---|" }.Concat(keys.Select(Row)));

    private static string Row(ScenarioKey key)
    {
        var words = key.Words.Count > 0 && !key.Meaning.Contains('`') ? $": {string.Join(", ", key.Words.Select(word => $"`{word}`"))}" : "";
        return $"| `{key.Key}` | {key.Meaning}{words} | {key.Default} | `{key.Example}` |".Replace("|  |", "| |").Replace("||", "\\|\\|");
    }
}
