namespace Nurture.Tests.Engine.Generated;

/// <summary>Scenarios of every trigger and step that the grammar has, drawn by a seed; they pass the linter, or are drawn again.</summary>
internal sealed class ScenarioGenerator(Random random)
{
    private static readonly string[] Events = ["signed_up", "login", "ordered", "paid", "setup_completed"];
    private static readonly string[] Lengths = ["30m", "4h", "1d", "3d", "9d"];
    private static readonly string[] Windows = ["12h", "2d", "7d", "14d"];

    private string name = "";
    private bool isAccount;
    private bool hasTrigger;
    private bool hasSession;
    private bool hasRows;
    private bool isInRepeat;
    private int steps;
    private IReadOnlyList<string> others = [];
    private IReadOnlyList<string> startable = [];

    /// <param name="others">Scenarios that it may stop or follow.</param>
    /// <param name="startable">Those that it may start: of a scenario with rows one of them.</param>
    public string Draw(string called, bool aboutAccount, IReadOnlyList<string> others, IReadOnlyList<string> startable)
    {
        (name, isAccount, isInRepeat, steps, this.others, this.startable) = (called, aboutAccount, false, 0, others, startable);
        hasRows = random.Next(6) == 0;
        var trigger = Trigger();
        var isMarketing = random.Next(4) == 0;
        var lines = new List<string>
        {
            $"scenario: {name}", $"title: {name}", "owner: m@example.com", $"subject: {(isAccount ? "account" : "contact")}", $"class: {(isMarketing ? "marketing" : random.Next(3) == 0 ? "transactional" : "service")}",
            $"trigger: {trigger}", $"goal: {{ when: '{Inside(1)}', within: {Pick("3d", "14d", "40d")}{Maybe(", on_goal: continue")} }}",
        };
        if (hasRows) lines.Insert(2, "for_each: [ { id: a, event: login, most: 3, template: t1 }, { id: b, event: ordered, most: 5, template: t2 } ]");
        if (isMarketing) lines.Add("topic: news");
        if (random.Next(2) == 0) lines.Add($"audience: '{Outside(1)}'");
        if (random.Next(2) == 0) lines.Add($"exit: [ '{Inside(1)}'{(lines[^1].StartsWith("audience", StringComparison.Ordinal) ? Maybe(", audience_lost") : "")} ]");
        lines.Add($"reentry: {Pick("once", "every time", "after 2d")}");
        if (random.Next(3) == 0) lines.Add($"while_live: {Pick("restart", "refresh")}");
        if (random.Next(5) == 0 && !lines.Contains("class: transactional")) lines.Add("holdout: 30%");
        if (random.Next(4) == 0) lines.AddRange(["stream: one", $"priority: {random.Next(3)}"]);
        if (!isAccount && random.Next(4) == 0) lines.Add("per_account: 1");
        if (hasTrigger && random.Next(5) == 0) lines.Add("key: trigger.order_id");
        lines.Add("steps:");
        lines.AddRange(Steps("  ", 2, random.Next(1, 6)));
        return string.Join('\n', lines) + "\n";
    }

    private string Trigger()
    {
        hasTrigger = hasSession = false;
        var kind = random.Next(isAccount ? 14 : 17);
        var more = random.Next(5) == 0 ? $", spread: {Pick("2h", "1d")}" : "";
        var role = isAccount ? "" : ", for: 'role(\"admin\")'";
        var root = isAccount ? "account" : "contact";
        switch (kind)
        {
            case 0: return $"{{ inactive: [ {Pick(Events)}, login ], for: {Pick("2d", "9d")}{more} }}";
            case 1: return $"{{ condition: '{Outside(0)}'{more} }}";
            case 2: return $"{{ entered: {(isAccount ? "big" : "active")}{more} }}";
            case 3: return $"{{ left: {(isAccount ? "big" : "active")}{more} }}";
            case 4: return $"{{ crosses: {root}.seats, above: {random.Next(5, 15)}, rearm_below: 4{more} }}";
            case 5: return $"{{ changed: {root}.{(isAccount ? "plan" : "seats")}{more} }}";
            case 6: return $"{{ tier: [ low, high ]{role}{more} }}";
            case 7: return $"{{ stage: [ adoption, renewal ]{role}{more} }}";
            case 8: return $"{{ date: account.contract_end, before: {Pick("3d", "1mo", "2bd")}{Maybe(", days: business")}{role}{more} }}";
            case 9: return $"{{ every: {Pick("9d", "1mo")}, from: account.contract_end{role}{more} }}";
            case 10 when others.Count > 0: return $"{{ goal_of: {Pick([.. others])}{more} }}";
            case 11: return "manual";
            case 14 or 15:
                hasSession = true;
                return $"{{ session: {Pick("webinar", "lab")}, before: {Pick("3d", "9d", "14d", "2bd")}{Maybe(", at: \"10:00\"")} }}";
            case 16:
                hasSession = true;
                return $"{{ event: {Pick("nurture.session_registered", "[ nurture.session_registered, nurture.session_waitlisted ]", "nurture.session_attended")} }}";
            default:
                hasTrigger = true;
                return $"{{ event: {(hasRows && random.Next(2) == 0 ? "row.event" : Pick(Events))}{Maybe(", where: 'trigger.total > 3'")}{(random.Next(5) == 0 ? $", delay: {Pick("1h", "3d")}" : more)}{Maybe(", late: 1d")} }}";
        }
    }

    private List<string> Steps(string indent, int depth, int count)
    {
        var lines = new List<string>();
        for (var i = 0; i < count; i++) lines.AddRange(Step(indent, depth));
        // Nothing may follow an end, so it stands last.
        if (depth < 2 && random.Next(8) == 0) lines.AddRange([$"{indent}- id: s{++steps}", $"{indent}  {(isAccount || random.Next(4) != 0 ? "end: done" : "forget: unconfirmed")}"]);
        return lines;
    }

    private IEnumerable<string> Step(string indent, int depth)
    {
        var id = $"{indent}- id: s{++steps}";
        var at = indent + "  ";
        if (hasSession && random.Next(2) == 0)
        {
            switch (random.Next(4))
            {
                case 0: return [id, $"{at}wait: {{ until: session.{Pick("starts_at", "ends_at")}, offset: {Pick("-1d", "-1h", "2h", "1bd")} }}"];
                case 1: return [id, $"{at}send: {{ template: t{random.Next(3)}, calendar: session{Maybe(", expires: 1h")} }}"];
                case 2: return [id, $"{at}ask: {{ template: t{random.Next(3)}, answers: [ a, b ], registers: a }}", $"{indent}- wait: {{ id: s{++steps}, for: event(\"answered\"), until: session.starts_at }}"];
                default: return [id, $"{at}wait: {{ for: '{Inside(1)}', until: session.starts_at, offset: {Pick("-1h", "5d")} }}"];
            }
        }

        var more = $"{(random.Next(6) switch { 0 => $", approve: {Pick("owner", "csm@example.com")}, up_to: {Pick("2d", "3bd")}{Maybe(", otherwise: send")}", 1 => $", subject_test: {{ arms: [ a, b ], share: {Pick("20%", "60%")}, after: {Pick("2h", "1d")} }}", _ => "" })}{(random.Next(5) == 0 ? $", throttle: {Pick("1/d", "2/d", "1/h")}" : "")}";
        switch (random.Next(depth > 0 ? 25 : 13))
        {
            case 0 or 1 or 2: return [id, $"{at}send: {{ template: {(hasRows && random.Next(2) == 0 ? "row.template" : $"t{random.Next(3)}")}{more}{(isAccount ? $", to: {Recipients()}, nobody: {Pick("most_active", "task", "end")}" : "")}{(random.Next(4) == 0 ? $", if: '{Inside(0)}'" : "")}{Maybe(", expires: 2d")} }}", .. random.Next(6) == 0 ? [$"{at}skipped: end"] : Array.Empty<string>()];
            case 3: return [id, $"{at}wait: {Pick([.. Lengths, "2bd", "1mo"])}"];
            case 4: return [id, $"{at}wait: {{ until: \"{random.Next(24):00}:{random.Next(4) * 15:00}\", days: {Pick("all", "business", "weekend")}{Maybe(", zone: Asia/Tokyo")} }}"];
            case 5: return [id, $"{at}wait: {{ until: account.contract_end, offset: {Pick("-9d", "-1mo", "2bd", "1h")}{Maybe(", at: \"10:00\"")}{Maybe(", days: business")} }}"];
            case 6: return [id, $"{at}set: {{ {Pick(isAccount ? ["account.plan: pro", "account.seats: 12", "account.tier: low"] : ["contact.seats: 12", "contact.onboarded: true", "account.plan: pro"])} }}"];
            case 7: return isAccount ? [id, $"{at}assign: {{ owner: csm@example.com }}"] : [id, $"{at}unsubscribe: news"];
            case 8: return [id, $"{at}{Pick("add_to", "remove_from")}: {(isAccount ? "partners" : "beta")}"];
            case 9 when startable.Count > 0: return [id, $"{at}start: {{ scenario: {Pick([.. startable])}{(isAccount ? $", for: {Pick("most_active", "'role(\"admin\")'")}" : "")}, with: {{ total: {random.Next(9)} }} }}"];
            case 10 when others.Count > 0: return [id, $"{at}stop: {Pick([.. others])}"];
            case 11: return [id, $"{at}escalate: {{ type: stalled }}"];
            case 12: return [id, $"{at}task: {{ title: Call, due: 1bd }}"];
            case 13 or 14: return [id, $"{at}wait: {{ for: '{Inside(1)}', {(random.Next(5) == 0 ? "until: account.contract_end" : $"up_to: {Pick([.. Lengths, "2bd"])}")}{Maybe(", late: 1h")} }}", $"{at}timeout:", .. OrNothing(Steps(at + "  ", depth - 1, random.Next(3)), at)];
            case 15:
                return [id, $"{at}branch:", $"{at}  - if: '{Inside(1)}'", $"{at}    then:", .. OrNothing(Steps(at + "      ", depth - 1, random.Next(3)), at + "    "),
                    .. random.Next(2) == 0 ? [$"{at}  - else:", .. OrNothing(Steps(at + "      ", depth - 1, random.Next(1, 3)), at + "    ")] : Array.Empty<string>()];
            case 16: return [id, $"{at}split:", $"{at}  - share: 40%", $"{at}    then:", .. OrNothing(Steps(at + "      ", depth - 1, random.Next(2)), at + "    "), $"{at}  - {{ share: 60%, then: [] }}"];
            case 17 when !isInRepeat:
                isInRepeat = true;
                string[] repeat = [id, $"{at}repeat:", $"{at}  times: {random.Next(1, 5)}", .. random.Next(2) == 0 ? [$"{at}  until: '{Inside(0)}'"] : Array.Empty<string>(), $"{at}  steps:", .. Steps(at + "    ", depth - 1, random.Next(1, 3))];
                isInRepeat = false;
                return repeat;
            case 18: return [id, $"{at}escalate: {{ type: stalled, up_to: 5d }}", $"{at}outcome:", $"{at}  saved:", .. OrNothing(Steps(at + "    ", depth - 1, random.Next(2)), at + "  "), $"{at}  otherwise: []"];
            case 21: return [id, $"{at}webhook: {{ endpoint: crm, body: {{ seats: {(isAccount ? "account" : "contact")}.seats }}{Maybe(", expires: 2h")} }}"];
            case 22 or 23: return [id, $"{at}webhook: {{ endpoint: crm, expires: {Pick(Lengths)}, response: {{ score: data.score }} }}", $"{at}failed:", .. OrNothing(Steps(at + "  ", depth - 1, random.Next(2)), at), $"{at}timeout:", .. OrNothing(Steps(at + "  ", depth - 1, random.Next(2)), at)];
            case 24: return [id, $"{at}notify: {{ {Pick("who: account.owner, about: They are here", "who: queue, about: They are here", "channel: sales, text: They are here")} }}"];
            case 19: return [id, $"{at}ask: {{ template: t{random.Next(3)}, {Pick("scale: \"1-3\"", "answers: [ a, b ]")}{more}{(isAccount ? $", to: {Recipients()}, nobody: end" : Maybe(", set: contact.plan"))} }}", $"{indent}- wait: {{ id: s{++steps}, for: event(\"answered\"), up_to: 3d }}"];
            case 20:
                return [id, $"{at}task: {{ title: Ask, outcomes: [ yes_please, no_thanks ], up_to: {Pick("2bd", "5d")}{Maybe(", queue: ops")} }}", $"{at}outcome:", $"{at}  yes_please:", .. OrNothing(Steps(at + "    ", depth - 1, random.Next(2)), at + "  "), $"{at}  otherwise: []",
                    .. random.Next(2) == 0 ? [$"{at}timeout:", .. OrNothing(Steps(at + "  ", depth - 1, random.Next(2)), at)] : Array.Empty<string>()];
            default: return [id, $"{at}wait: {Pick(Lengths)}"];
        }
    }

    // A key with nothing behind it is no list.
    private static IEnumerable<string> OrNothing(List<string> lines, string indent) => lines.Count > 0 ? lines : [$"{indent}  []"];

    private string Recipients() => Pick("most_active", "'role(\"admin\")'", "'roles(\"admin\", \"user\", 2)'", hasTrigger ? "trigger.contact" : "most_active");

    /// <summary>A condition that may stand in a passage.</summary>
    private string Inside(int depth) => random.Next(hasSession ? 4 : 3) switch
    {
        3 => $"event(\"nurture.session_{Pick("registered", "attended", "missed", "moved", "cancelled", "attendance_complete", "registration_cancelled")}\")",
        0 => $"event(\"{Pick(Events)}\"{(isInRepeat ? "" : Maybe(", since: \"step\""))})",
        1 when depth > 0 => $"{Inside(0)} {Pick("&&", "||")} {Outside(0)}",
        _ => Outside(depth),
    };

    private string Outside(int depth) => hasSession && random.Next(4) == 0 ? Pick("session.registration == \"registered\"", "session.registration == \"none\"", "session.is_full", "session.seats_left > 2", "days_until(session.starts_at) < 5")
        : hasRows && random.Next(4) == 0 ? Pick("count(row.event, \"7d\") < row.most", "not(ever(row.event))") : Plain(depth);

    private string Plain(int depth) => random.Next(depth > 0 ? 12 : 10) switch
    {
        0 => $"count(\"{Pick(Events)}\", \"{Pick(Windows)}\") {Pick(">=", "<", "==")} {random.Next(1, 4)}",
        1 => $"ever(\"{Pick(Events)}\")",
        2 => $"silent([\"login\"], \"{Pick(Windows)}\")",
        3 => isAccount ? $"account.seats > {random.Next(12)}" : $"contact.seats > {random.Next(12)}",
        4 => isAccount ? "account.plan == \"pro\"" : "contact.onboarded",
        5 => isAccount ? $"account.people(\"login\", \"{Pick(Windows)}\") >= 2" : "segment(\"active\")",
        6 => isAccount ? "has_role(\"admin\")" : $"days_since(\"login\") >= {random.Next(1, 6)}",
        7 => $"{Pick("sum", "average", "max", "min")}(\"ordered\", event.total, \"{Pick([.. Windows, "ever"])}\") {Pick(">=", "<")} {random.Next(1, 30)}",
        8 => $"days_since({Pick("first", "last")}(\"{Pick(Events)}\")) {Pick(">=", "<")} {random.Next(1, 9)}",
        9 => $"{Pick("first", "last")}(\"{Pick(Events)}\") {Pick(">=", "<")} \"2026-0{random.Next(3, 7)}-01\"",
        10 => $"not({Outside(0)})",
        _ => $"{Outside(0)} {Pick("&&", "||")} {Outside(0)}",
    };

    private string Maybe(string text) => random.Next(4) == 0 ? text : "";

    private string Pick(params string[] texts) => texts[random.Next(texts.Length)];
}
