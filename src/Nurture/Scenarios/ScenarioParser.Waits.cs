using System.Globalization;
using Nurture.Scenarios.Yaml;
using Nurture.Templating.Syntax;
using NodaTime;

namespace Nurture.Scenarios;

public sealed partial class ScenarioParser
{
    private Step? ReadWait(YamlNode value, Fields step, string? id, SourceSpan span, bool hasHeard)
    {
        if (value is YamlNode.Scalar scalar)
        {
            RefuseTimeout(step, "this wait cannot time out");
            if (source.Length(value, "a wait") is not { } length) return null;
            var given = Claim(id, "wait-" + scalar.Value, span);
            return new Step.WaitLength(given, length, span);
        }

        if (source.Map(value, "a wait", "wait: 3d, wait: { for: event(\"x\"), up_to: 3d } or wait: { until: \"09:00\" }.") is not { } mapping) return null;
        var fields = new Fields(source, mapping, "a wait");
        if (fields.Has("for") && fields.Has("until"))
        {
            source.Error(DiagnosticCodes.Contradiction, fields.KeySpan("until")!.Value, "a wait is \"for:\" something or \"until:\" a time of day, not both",
                "Two waits one after the other do both.");
            return null;
        }

        if (fields.Has("for")) return ReadWaitFor(fields, step, id, span, hasHeard);
        if (fields.Has("until")) return ReadWaitUntil(fields, step, id, span);
        source.Error(DiagnosticCodes.MissingKey, fields.HeadSpan, "this wait does not say for what",
            fields.Has("up_to") ? "A plain length is wait: 3d; up_to: belongs to for:." : "for: a condition, or until: \"09:00\"; a plain length is wait: 3d.");
        return null;
    }

    private Step.WaitFor? ReadWaitFor(Fields fields, Fields step, string? id, SourceSpan span, bool hasHeard)
    {
        var node = fields["for"];
        if (node is YamlNode.Scalar scalar && Values.TryLength(scalar.Value, out _))
        {
            source.Error(DiagnosticCodes.WrongShape, node.Span, $"\"for:\" is a condition, and {scalar.Value} is a length", $"Write wait: {scalar.Value}.");
            return null;
        }

        id = InnerId(fields, id, step);
        var condition = ReadCondition(node, "for", Scope(hasHeard));
        var upTo = source.Length(fields["up_to"], "up_to");
        var hasTimeout = step.Has("timeout");
        if (hasTimeout && !fields.Has("up_to"))
            source.Error(DiagnosticCodes.MissingKey, step.KeySpan("timeout")!.Value, "this time-out never comes: the wait has no \"up_to:\"", "Say how long it waits: up_to: 3d.");
        var timeout = ReadSteps(step["timeout"], "timeout", hasHeard);
        fields.RefuseOthers(LaterInWait);
        if (node is not YamlNode.Scalar text) return null;

        var given = Claim(id, "wait-" + (Subject(text.Value) ?? "condition"), span);
        Remember(given, fields, "for", "up_to");
        return new(given, condition ?? Unread, upTo is { IsExact: true } exact ? exact.Exact : null, span)
        {
            UpToDuration = upTo is { IsExact: false } calendar ? calendar : null,
            Timeout = timeout,
        };
    }

    private Step.WaitUntil? ReadWaitUntil(Fields fields, Fields step, string? id, SourceSpan span)
    {
        RefuseTimeout(step, "a time of day always comes, so there is no time-out");
        id = InnerId(fields, id, step);
        var node = fields["until"];
        LocalTime? time = null;
        if (node is YamlNode.Scalar scalar && PathPattern().IsMatch(scalar.Value))
            source.Error(DiagnosticCodes.NotAvailable, node.Span, "waiting until a date attribute is not available in this version of Nurture",
                "until: is a time of day, as in \"09:00\"; a trigger can be a date.");
        else
            time = source.TimeOfDay(node, "until");
        var days = ReadDays(fields["days"]);
        var zone = ReadZone(fields["zone"]);
        fields.RefuseOthers(LaterInWait);
        if (time is not { } local) return null;
        var given = Claim(id, "wait-until-" + local.ToString("HHmm", CultureInfo.InvariantCulture), span);
        Remember(given, fields, "until");
        return new(given, local, days, zone, span);
    }

    private ZoneRule ReadZone(YamlNode? node)
    {
        switch (source.Text(node, "zone"))
        {
            case null or "recipient": return ZoneRule.Recipient;
            case "account": return new(ZoneOf.Account);
            case "company": return new(ZoneOf.Company);
            default: return source.Zone(node, "zone") is { } id ? new(ZoneOf.Named, id) : ZoneRule.Recipient;
        }
    }

    private void RefuseTimeout(Fields step, string because)
    {
        if (step["timeout"] is { } timeout) source.Error(DiagnosticCodes.Contradiction, step.KeySpan("timeout") ?? timeout.Span, because, "What follows it is the next step.");
    }

    private static readonly Dictionary<string, string> LaterInWait = new(StringComparer.Ordinal)
    {
        ["since"] = "event(…) in a wait means since entry; since: \"step\" inside it narrows that: event(\"x\", since: \"step\").",
        ["late"] = "The trigger has one; an event that comes late still ends a wait that stands.",
        ["offset"] = "until: is a time of day.",
        ["at"] = "The time of day stands under until:.",
        ["timeout"] = "It stands beside the wait, aligned with \"wait:\".",
    };
}
