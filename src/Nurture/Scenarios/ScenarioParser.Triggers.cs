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
        if (node is YamlNode.Scalar { IsEmpty: false } name)
        {
            source.Error(DiagnosticCodes.WrongShape, node.Span, "a trigger says what kind it is", $"Write trigger: {{ event: {Values.Slug(name.Value)} }}.");
            return null;
        }

        if (source.Map(node, "trigger") is not { } mapping) return null;
        foreach (var (key, value) in mapping.Entries) positions["trigger." + key.Value] = value.Span;
        var fields = new Fields(source, mapping, "the trigger");
        var kinds = new[] { "event", "inactive", "date", "band", "schedule", "at" }.Where(fields.Has).Where(kind => kind != "at" || !fields.Has("date")).ToArray();
        if (kinds.Length > 1)
        {
            source.Error(DiagnosticCodes.Contradiction, fields.KeySpan(kinds[1])!.Value, $"a trigger is \"{kinds[0]}:\" or \"{kinds[1]}:\", not both",
                "Several events may start one scenario: event: [ first, second ].");
            return null;
        }

        Trigger? trigger = kinds.FirstOrDefault() switch
        {
            "event" => ReadEventTrigger(fields),
            "inactive" => ReadInactivityTrigger(fields),
            "date" => ReadDateTrigger(fields),
            "schedule" or "at" => ReadSchedule(fields),
            "band" => ReadBandTrigger(fields),
            _ => null,
        };
        if (kinds.Length == 0 && !mapping.Entries.Any(e => LaterInTrigger.ContainsKey(e.Key.Value)))
            source.Error(DiagnosticCodes.MissingKey, fields.HeadSpan, "the trigger does not say what starts the scenario",
                "event: signed_up, inactive: [ login ] with for: 14d, date: account.contract_end with before: 30d, band: at_risk, schedule: \"0 9 1 * *\", or at: \"2026-12-01T09:00\".");
        fields.RefuseOthers(LaterInTrigger);
        return trigger;
    }

    private Trigger.Event? ReadEventTrigger(Fields fields)
    {
        var names = ReadEventNames(fields["event"], "event");
        triggerEvents = names;
        var where = ReadCondition(fields["where"], "where", Scope(hasEnrollment: false));
        var late = source.Exact(fields["late"], "late") ?? DefaultLate;
        var settle = source.Exact(fields["settle"], "settle");
        RefuseRole(fields, "an event is somebody's, and that person enters");
        return names.Count == 0 ? null : new(names, where, late, settle, fields.Span);
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
        return isSilent is null ? null : new(names, new(silence), fields.Span) { IsSilent = isSilent };
    }

    private Trigger.DateAttribute? ReadDateTrigger(Fields fields)
    {
        var node = fields["date"];
        var match = source.Text(node, "date") is { } written ? PathPattern().Match(written) : null;
        var of = SubjectKind.Contact;
        string? attribute = null;
        if (match is { Success: true } && match.Groups["root"].Value is "contact" or "account")
        {
            of = match.Groups["root"].Value == "contact" ? SubjectKind.Contact : SubjectKind.Account;
            attribute = match.Groups["path"].Value;
            if (CheckAttribute(node!, of, attribute) && environment.Plan.Attribute(of, attribute) is { Type: not (ValueKind.Date or ValueKind.Instant) } planned)
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
        if (attribute is null) return null;
        var offset = before is { } b ? new Duration(-b.Exact, -b.BusinessDays, -b.Months) : after ?? default;
        return new(of, attribute, offset, at, days, fields.Span) { ForRole = role };
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
            else source.Error(DiagnosticCodes.BadValue, fields["at"]!.Span, $"\"{written}\" is not a local time", "Day and time, as in \"2026-12-01T09:00\"; whose clock is said by zone:.");
        }

        var zone = source.Zone(fields["zone"], "zone") ?? environment.Policy.Zone;
        var pace = source.Pace(fields["pace"], "pace");
        var late = source.Exact(fields["late"], "late") ?? DefaultLate;
        RefuseRole(fields, "everybody of the audience enters");
        return cron is null && once is null ? null : new(new(cron, once, zone), pace, late, fields.Span);
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

    private void RefuseRole(Fields fields, string because)
    {
        if (fields["for"] is { } node)
            source.Error(DiagnosticCodes.Contradiction, node.Span, $"\"for:\" has no meaning here: {because}", "Take it away, or let steps say to: who is mailed.");
    }

    private List<string> ReadEventNames(YamlNode? node, string what)
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

    private string? DatesOf(SubjectKind of)
    {
        var attributes = of == SubjectKind.Contact ? environment.Plan.ContactAttributes : environment.Plan.AccountAttributes;
        var dates = attributes.Values.Where(a => a.Type is ValueKind.Date or ValueKind.Instant).Select(a => a.Name).ToArray();
        return dates.Length == 0 ? null : $"Dates are {Suggestions.Listed(dates)}.";
    }

    private static readonly LocalDateTimePattern MomentPattern = LocalDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd'T'HH:mm");

    private const string TriggerKinds = "A trigger is an event, inactive: with for:, a date:, a band: of health, or a schedule:.";

    private static readonly Dictionary<string, string> LaterInTrigger = new(StringComparer.Ordinal)
    {
        ["condition"] = TriggerKinds,
        ["segment"] = TriggerKinds,
        ["crosses"] = TriggerKinds,
        ["above"] = TriggerKinds,
        ["rearm_below"] = TriggerKinds,
        ["changed"] = TriggerKinds,
        ["goal_of"] = TriggerKinds,
        ["every"] = "A recurring time is a schedule: schedule: \"0 9 * * MON\".",
        ["any"] = "Several events are a list: event: [ first, second ].",
        ["delay"] = "Let the first step wait: - wait: 60d.",
        ["spread"] = "A schedule has a pace: pace: 2000/h; whom other triggers start enters at once.",
        ["since"] = "Inactivity counts from the later of the last such event and the subject's creation.",
    };
}
