using Nurture.Conditions;
using Nurture.Contacts;
using Nurture.Health;
using Nurture.Scenarios.Yaml;
using NodaTime;
using NodaTime.Text;

namespace Nurture.Scenarios;

public sealed partial class ScenarioParser
{
    /// <summary>An event that arrives later than this after it happened starts nothing (SEMANTICS.md 21).</summary>
    public static readonly TimeSpan DefaultLate = TimeSpan.FromHours(72);

    private static readonly LocalTime DefaultTimeOfDate = new(9, 0);

    private Trigger? ReadTrigger(YamlNode? node)
    {
        if (node is YamlNode.Scalar { Value: "manual" })
        {
            triggerEvents = [Engine.ProductEvents.Started];
            return new Trigger.ByHand(node.Span);
        }

        if (node is YamlNode.Scalar { IsEmpty: false } name)
        {
            source.Error(DiagnosticCodes.WrongShape, node.Span, "a trigger says what kind it is", $"Write trigger: {{ event: {Values.Slug(name.Value)} }}.");
            return null;
        }

        if (source.Map(node, "trigger") is not { } mapping) return null;
        foreach (var (key, value) in mapping.Entries) positions["trigger." + key.Value] = value.Span;
        var fields = new Fields(source, mapping, "the trigger");
        var kinds = TriggerKinds.Where(fields.Has).Where(kind => kind != "at" || !fields.Has("date") && !fields.Has("every") && !fields.Has("session")).ToArray();
        if (kinds.Length > 1)
        {
            source.Error(DiagnosticCodes.Contradiction, fields.KeySpan(kinds[1])!.Value, $"a trigger is \"{kinds[0]}:\" or \"{kinds[1]}:\", not both",
                "Several events may start one scenario: event: [ first, second ].");
            return null;
        }

        Trigger? trigger = kinds.FirstOrDefault() switch
        {
            "event" => ReadEventTrigger(fields),
            "goal_of" => ReadGoalTrigger(fields),
            "inactive" => ReadInactivityTrigger(fields),
            "condition" => ReadConditionTrigger(fields),
            "entered" => ReadSegmentTrigger(fields, "entered"),
            "left" => ReadSegmentTrigger(fields, "left"),
            "crosses" => ReadCrossing(fields),
            "changed" => ReadChange(fields),
            "tier" => ReadChangeTo(fields, "tier"),
            "stage" => ReadChangeTo(fields, "stage"),
            "date" => ReadDateTrigger(fields, "date"),
            "every" => ReadDateTrigger(fields, "from"),
            "schedule" or "at" => ReadSchedule(fields),
            "band" => ReadBandTrigger(fields),
            "session" => ReadSessionTrigger(fields),
            _ => null,
        };
        if (kinds.Length == 0 && !mapping.Entries.Any(e => InsteadInTrigger.ContainsKey(e.Key.Value)))
            source.Error(DiagnosticCodes.MissingKey, fields.HeadSpan, "the trigger does not say what starts the scenario",
                "event: signed_up, inactive: [ login ] with for: 14d, condition: account.seats > 10, date: account.contract_end with before: 30d, band: at_risk, schedule: \"0 9 1 * *\", or at: \"2026-12-01T09:00\".");
        var delay = kinds is ["event" or "goal_of", ..] ? source.Exact(fields["delay"], "delay") : null;
        var spread = kinds is ["schedule" or "at" or "session", ..] ? null : source.Exact(fields["spread"], "spread");
        fields.RefuseOthers(InsteadInTrigger);
        triggerEvents = trigger?.EventNames;
        return trigger is null ? null : trigger with { Delay = delay ?? default, Spread = spread ?? default };
    }

    private Trigger.Event? ReadEventTrigger(Fields fields)
    {
        var names = ReadEventNames(fields["event"], "event");
        triggerEvents = names;
        var where = ReadCondition(fields["where"], "where", Scope(hasEnrollment: false));
        var late = source.Exact(fields["late"], "late") ?? DefaultLate;
        var settle = source.Exact(fields["settle"], "settle");
        var role = ReadTriggerRole(fields["for"]);
        return names.Count == 0 ? null : new(names, where, late, settle, fields.Span) { ForRole = role };
    }

    /// <summary>The event that a reached goal is, of that one scenario.</summary>
    private Trigger.Event? ReadGoalTrigger(Fields fields)
    {
        var scenario = source.ScenarioName(fields["goal_of"]);
        var role = ReadTriggerRole(fields["for"]);
        if (scenario is null) return null;
        triggerEvents = [Engine.ProductEvents.GoalReached];
        var where = Condition.Compile(scenario.Split(ScenarioRow.Mark) is [var all, var one] ? $"trigger.scenario == \"{all}\" && trigger.row == \"{one}\"" : $"trigger.scenario == \"{scenario}\"", Scope(hasEnrollment: false), []);
        return new([Engine.ProductEvents.GoalReached], where, DefaultLate, null, fields.Span) { GoalOf = scenario, ForRole = role };
    }

    private Trigger.Inactivity? ReadInactivityTrigger(Fields fields)
    {
        var names = ReadEventNames(fields["inactive"], "inactive");
        var length = source.Exact(fields.Required("for", "How long the silence has to last: for: 14d."), "for");
        if (names.Count == 0 || length is not { } silence) return null;

        // The question a condition would ask, so that the moment of silence is computed in one place.
        var found = new List<Diagnostic>();
        var written = ((YamlNode.Scalar)fields["for"]!).Value;
        var isSilent = Condition.Compile($"silent([{string.Join(", ", names.Select(n => $"\"{n}\""))}], \"{written}\")", Scope(hasEnrollment: false), found);
        foreach (var diagnostic in found) source.Diagnostics.Add(diagnostic with { File = source.File, Span = fields["inactive"]!.Span });
        return isSilent is null ? null : new(names, new(silence), subject, isSilent, fields.Span);
    }

    private Trigger.Becoming? ReadConditionTrigger(Fields fields)
    {
        var when = ReadCondition(fields["condition"], "condition", Scope(hasEnrollment: false));
        var role = ReadTriggerRole(fields["for"]);
        return when is null ? null : new(OfWhom(fields["condition"]!, when), when, fields.Span) { ForRole = role };
    }

    private Trigger.Segment? ReadSegmentTrigger(Fields fields, string key)
    {
        var node = fields[key];
        var name = source.Name(node, "a segment");
        var role = ReadTriggerRole(fields["for"]);
        if (name is null || Composed(node!, $"segment(\"{name}\")") is not { } when) return null;
        return new(name, key == "left", OfWhom(node!, when), when, fields.Span) { ForRole = role };
    }

    private Trigger.Crossing? ReadCrossing(Fields fields)
    {
        var node = fields["crosses"];
        var number = source.Text(node, "crosses");
        var isRising = !fields.Has("below");
        if (fields.Has("above") && fields.Has("below"))
            source.Error(DiagnosticCodes.Contradiction, fields.KeySpan("below")!.Value, "a number is crossed upwards or downwards, not both", "Write a scenario for each.");
        var bound = source.Number(isRising ? fields.Required("above", "Which number: above: 0.8, or below: 5.") : fields["below"], isRising ? "above" : "below");
        var rearmKey = isRising ? "rearm_below" : "rearm_above";
        var rearm = source.Number(fields[rearmKey], Wording.Verbatim(rearmKey));
        var role = ReadTriggerRole(fields["for"]);
        if (number is null || bound is not { } crossed) return null;
        if (rearm is { } other && (isRising ? other > crossed : other < crossed))
            source.Error(DiagnosticCodes.Contradiction, fields.KeySpan(rearmKey)!.Value, $"it would be armed again on the side that it crosses to", $"{rearmKey}: is {(Wording)(isRising ? "no higher than above" : "no lower than below")}:.");
        var (reached, back) = isRising ? (">=", "<") : ("<", ">=");
        if (Composed(node!, $"({number}) {reached} {Written(crossed)}") is not { } when) return null;
        return new(number, crossed, rearm, isRising, OfWhom(node!, when), when, fields.Span)
        {
            ForRole = role,
            Rearm = rearm is { } again ? Composed(node!, $"({number}) {back} {Written(again)}") : null,
        };

        static string Written(double value) => value.ToString("0.##########", System.Globalization.CultureInfo.InvariantCulture);
    }

    private Trigger.Changed? ReadChange(Fields fields)
    {
        var node = fields["changed"];
        var match = source.Text(node, "changed") is { } written ? PathPattern().Match(written) : null;
        var role = ReadTriggerRole(fields["for"]);
        if (match is { Success: true } && match.Groups["root"].Value is "contact" or "account")
        {
            var of = match.Groups["root"].Value == "contact" ? SubjectKind.Contact : SubjectKind.Account;
            var attribute = match.Groups["path"].Value;
            if (!CheckAttribute(node!, of, attribute)) return null;
            return new(of, attribute, ReadValues(fields["from"], of, attribute), ReadValues(fields["to"], of, attribute), fields.Span) { ForRole = role };
        }

        if (match is not null) source.Error(DiagnosticCodes.BadValue, node!.Span, "what changes is an attribute", "For example changed: account.plan, from: trial, to: pro.");
        _ = (fields["from"], fields["to"]);
        return null;
    }

    /// <summary><c>tier: low</c>, <c>stage: [ adoption, renewal ]</c>: the account's attribute of that name becomes it.</summary>
    private Trigger.Changed? ReadChangeTo(Fields fields, string attribute)
    {
        var to = ReadValues(fields[attribute], SubjectKind.Account, attribute);
        var role = ReadTriggerRole(fields["for"]);
        foreach (var value in to)
        {
            if (attribute == "tier" && ProductKnowledge.ChoicesOf(SubjectKind.Account, attribute, environment.Plan) is { } known && !known.Contains(value.ToString()))
                source.Error(DiagnosticCodes.UnknownWord, fields[attribute]!.Span, $"\"{value}\" is no {attribute}", Suggestions.For(value.ToString(), known, "There are"));
        }

        return to.Count == 0 ? null : new(SubjectKind.Account, attribute, [], to, fields.Span) { ForRole = role };
    }

    private List<AttributeValue> ReadValues(YamlNode? node, SubjectKind of, string attribute)
    {
        var values = new List<AttributeValue>();
        foreach (var written in source.Texts(node, Wording.Verbatim(attribute)))
        {
            if (ReadValue(written, environment.Plan.Attribute(of, attribute)?.Type, $"{(of == SubjectKind.Contact ? "contact" : "account")}.{attribute}") is { } value) values.Add(value);
        }

        return values;
    }

    /// <summary>A condition that is not written as one; what is wrong in it is said of the value that it is made of.</summary>
    private Condition? Composed(YamlNode node, string text)
    {
        var found = new List<Diagnostic>();
        var written = WriteOut(text, node.Span);
        var condition = Condition.Compile(written?.Text ?? text, Scope(hasEnrollment: false), found);
        foreach (var diagnostic in found) source.Diagnostics.Add(diagnostic with { File = source.File, Span = written?.Place(diagnostic.Span.Start, diagnostic.Span.Length).Row ?? node.Span });
        return condition;
    }

    /// <summary>Whose turning it is: the scenario's subject's, or the account's where a contact scenario asks nothing but the account.</summary>
    private SubjectKind OfWhom(YamlNode node, Condition when)
    {
        if (subject == SubjectKind.Account || !when.ReadsAccount) return subject;
        if (when.ReadsContact)
            source.Error(DiagnosticCodes.WrongSubject, node.Span, "a trigger turns true for a person or for an account, and this one asks both", "Ask the one here and the other in audience:.");
        return SubjectKind.Account;
    }

    /// <param name="key">Where the attribute stands: <c>date</c>, or <c>from</c> beside <c>every</c>.</param>
    private Trigger.DateAttribute? ReadDateTrigger(Fields fields, string key)
    {
        Duration? every = null;
        if (key == "from")
        {
            every = source.Length(fields["every"], "every");
            if (every is { } length && (length.BusinessDays != 0 || length.Exact.Ticks % TimeSpan.TicksPerDay != 0 || length == default))
            {
                source.Error(DiagnosticCodes.NotALength, fields["every"]!.Span, "a date comes again after whole days or months", "For example every: 90d, every: 3mo, every: 12mo for a year.");
                every = null;
            }
        }

        var node = key == "from" ? fields.Required("from", "From which date on: from: account.contract_start.") : fields["date"];
        var match = source.Text(node, Wording.Verbatim(key)) is { } written ? PathPattern().Match(written) : null;
        var of = SubjectKind.Contact;
        string? attribute = null;
        if (match is { Success: true } && match.Groups["root"].Value is "contact" or "account")
        {
            of = match.Groups["root"].Value == "contact" ? SubjectKind.Contact : SubjectKind.Account;
            attribute = match.Groups["path"].Value;
            if (attribute != "created_at" && CheckAttribute(node!, of, attribute) && environment.Plan.Attribute(of, attribute) is { Type: not (ValueKind.Date or ValueKind.Instant) } planned)
                source.Error(DiagnosticCodes.WrongType, node!.Span, $"{match.Value} is a {planned.Type.ToString().ToLowerInvariant()}, not a date",
                    DatesOf(of));
        }
        else if (match is not null)
            source.Error(DiagnosticCodes.BadValue, node!.Span, "a date is an attribute", "For example account.contract_end or contact.trial_ends_on.");

        if (fields.Has("before") && fields.Has("after"))
            source.Error(DiagnosticCodes.Contradiction, fields.KeySpan("after")!.Value, "a moment is before the date or after it, not both");
        var before = source.Length(fields["before"], "before");
        var after = source.Length(fields["after"], "after");
        var at = source.TimeOfDay(fields["at"], "at") ?? DefaultTimeOfDate;
        var days = ReadDays(fields["days"]);
        var role = ReadTriggerRole(fields["for"]);
        var catchUp = source.Exact(fields["catch_up"], "catch_up");
        if (attribute is null || key == "from" && every is null) return null;
        return new(of, attribute, before?.Before ?? after ?? default, at, days, fields.Span) { ForRole = role, Every = every, CatchUp = catchUp ?? DateMoment.DefaultCatchUp };
    }

    private Trigger.Schedule? ReadSchedule(Fields fields)
    {
        Cron? cron = null;
        LocalDateTime? once = null;
        if (source.Text(fields["schedule"], "schedule") is { } recurring)
        {
            cron = Cron.TryParse(recurring, out var problem);
            if (cron is null)
                source.Error(DiagnosticCodes.BadValue, fields["schedule"]!.Span, $"\"{recurring}\" is not a schedule: {problem}", "For example \"0 9 1 * *\": at 9:00 on the first of each month; \"0 9 * * MON\": each Monday.");
        }
        else if (source.Text(fields["at"], "at") is { } written)
        {
            if (MomentPattern.Parse(written.Replace(' ', 'T')) is { Success: true } moment) once = moment.Value;
            else source.Error(DiagnosticCodes.BadValue, fields["at"]!.Span, $"\"{written}\" is not a local time", "Day and time, as in \"2026-12-01T09:00\"; whose clock is said by zone:, with zone: recipient each one's own.");
        }

        var isOfRecipient = once is not null && fields["zone"] is YamlNode.Scalar { Value: Timing.OfRecipient };
        var zone = isOfRecipient ? Timing.OfRecipient : source.Zone(fields["zone"], "zone") ?? environment.Policy.Zone;
        var pace = source.Pace(fields["pace"], "pace");
        if (isOfRecipient && pace is not null)
            source.Error(DiagnosticCodes.Contradiction, fields.KeySpan("pace")!.Value, "everybody enters when the moment comes on their own clock, so nobody waits for a pace", "throttle: on the send says how many leave in a time.");
        var late = source.Exact(fields["late"], "late") ?? DefaultLate;
        RefuseRole(fields, "everybody of the audience enters");
        return cron is null && once is null ? null : new(new(cron, once, zone), pace, late, fields.Span);
    }

    private Trigger.Session? ReadSessionTrigger(Fields fields)
    {
        var named = source.Name(fields["session"], "a session, or a kind of sessions");
        var before = source.Length(fields.Required("before", "How long before the session people are invited: before: 14d."), "before");
        var at = source.TimeOfDay(fields["at"], "at");
        var days = ReadDays(fields["days"]);
        var pace = source.Pace(fields["pace"], "pace");
        var late = source.Exact(fields["late"], "late") ?? DefaultLate;
        RefuseRole(fields, "everybody of the audience enters");
        if (subject == SubjectKind.Account)
            source.Error(DiagnosticCodes.WrongSubject, fields["session"]!.Span, "people are invited to a session, not accounts", "Make it subject: contact.");
        return named is null || before is not { } length ? null : new(named, length.Before, at, days, pace, late, fields.Span);
    }

    private Trigger.Band? ReadBandTrigger(Fields fields)
    {
        var bands = new List<HealthBand>();
        foreach (var written in source.Texts(fields["band"], "band"))
        {
            if (source.OneOf(written, "a band of health", ("healthy", HealthBand.Healthy), ("watch", HealthBand.Watch), ("at_risk", HealthBand.AtRisk), ("unknown", HealthBand.Unknown)) is { } band) bands.Add(band);
        }

        var role = ReadTriggerRole(fields["for"]);
        return bands.Count == 0 ? null : new(bands, fields.Span) { ForRole = role };
    }

    private Recipients? ReadTriggerRole(YamlNode? node)
    {
        if (node is null) return null;
        var recipients = ReadRecipients(node, "for");
        if (recipients is null or Recipients.Roles) return recipients;
        source.Error(DiagnosticCodes.BadRecipients, node.Span, "only a role says who enters: nobody has done anything yet", "For example for: 'role(\"admin\", 1)'.");
        return null;
    }

    private void RefuseRole(Fields fields, Wording because)
    {
        if (fields["for"] is { } node)
            source.Error(DiagnosticCodes.Contradiction, node.Span, $"\"for:\" has no meaning here: {because}", "Take it away, or let steps say to: who is mailed.");
    }

    private List<string> ReadEventNames(YamlNode? node, Wording what)
    {
        var names = new List<string>();
        foreach (var scalar in source.Texts(node, what))
        {
            positions[$"trigger.events.{names.Count}"] = scalar.Span;
            names.Add(scalar.Value);
        }

        if (node is YamlNode.Sequence { Items.Count: 0 }) source.Error(DiagnosticCodes.MissingKey, node.Span, $"\"{what}:\" names no event");
        return names;
    }

    private Days ReadDays(YamlNode? node) =>
        source.OneOf(node, "a choice of days", ("all", Days.All), ("business", Days.Business), ("weekend", Days.Weekend)) ?? Days.All;

    private Wording? DatesOf(SubjectKind of)
    {
        var attributes = of == SubjectKind.Contact ? environment.Plan.ContactAttributes : environment.Plan.AccountAttributes;
        var dates = attributes.Values.Where(a => a.Type is ValueKind.Date or ValueKind.Instant).Select(a => a.Name).ToArray();
        return dates.Length == 0 ? null : (Wording)$"Dates are {Suggestions.Listed(dates)}.";
    }

    private static readonly LocalDateTimePattern MomentPattern = LocalDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd'T'HH:mm");

    private static readonly string[] TriggerKinds =
        ["event", "goal_of", "inactive", "condition", "entered", "left", "crosses", "changed", "tier", "stage", "date", "every", "band", "session", "schedule", "at"];

    private static readonly Dictionary<string, Wording> InsteadInTrigger = new(StringComparer.Ordinal)
    {
        ["segment"] = "Somebody comes into a segment or out of it: entered: active-trials, left: active-trials.",
        ["above"] = "It belongs to a number: crosses: account.usage_ratio, above: 0.8.",
        ["any"] = "Several events are a list: event: [ first, second ].",
        ["since"] = "Inactivity counts from the later of the last such event and the subject's creation.",
        ["manual"] = "It stands alone: trigger: manual.",
    };
}
