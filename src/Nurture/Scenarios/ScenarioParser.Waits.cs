using System.Globalization;
using Nurture.Conditions;
using Nurture.Scenarios.Yaml;
using Nurture.Templating.Syntax;
using NodaTime;

namespace Nurture.Scenarios;

public sealed partial class ScenarioParser
{
    private Step? ReadWait(YamlNode value, Fields step, string? id, SourceSpan span, IReadOnlyList<string>? heard)
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
        if (fields.Has("for")) return ReadWaitFor(fields, step, id, span, heard);
        if (fields.Has("until")) return IsDate(fields["until"]) ? ReadWaitUntilDate(fields, step, id, span, heard) : ReadWaitUntil(fields, step, id, span);
        source.Error(DiagnosticCodes.MissingKey, fields.HeadSpan, "this wait does not say for what",
            fields.Has("up_to") ? "A plain length is wait: 3d; up_to: belongs to for:." : "for: a condition, until: \"09:00\", or until: account.contract_end; a plain length is wait: 3d.");
        return null;
    }

    private Step.WaitFor? ReadWaitFor(Fields fields, Fields step, string? id, SourceSpan span, IReadOnlyList<string>? heard)
    {
        var node = fields["for"];
        if (node is YamlNode.Scalar scalar && Values.TryLength(scalar.Value, out _))
        {
            source.Error(DiagnosticCodes.WrongShape, node.Span, $"\"for:\" is a condition, and {scalar.Value} is a length", $"Write wait: {scalar.Value}.");
            return null;
        }

        id = InnerId(fields, id, step);
        var condition = ReadCondition(node, "for", Scope(heard));
        var upTo = source.Length(fields["up_to"], "up_to");
        var until = fields.Has("until") ? ReadDateMoment(fields, heard) : null;
        if (fields.Has("until") && fields.Has("up_to"))
            source.Error(DiagnosticCodes.Contradiction, fields.KeySpan("until")!.Value, "a wait ends after a length or at a date, not both", "Keep up_to: or until:.");
        var late = source.Exact(fields["late"], "late");
        var hasTimeout = step.Has("timeout");
        if (hasTimeout && !fields.Has("up_to") && !fields.Has("until"))
            source.Error(DiagnosticCodes.MissingKey, step.KeySpan("timeout")!.Value, "this time-out never comes: the wait has no \"up_to:\"", "Say how long it waits: up_to: 3d.");
        var timeout = ReadSteps(step["timeout"], "timeout", heard);
        fields.RefuseOthers(InsteadInWait);
        if (node is not YamlNode.Scalar text) return null;

        var given = Claim(id, "wait-" + (Subject(text.Value) ?? "condition"), span);
        Remember(given, fields, "for", "up_to", "until");
        return new(given, condition ?? Unread, upTo is { IsExact: true } exact ? exact.Exact : null, span)
        {
            UpToDuration = upTo is { IsExact: false } calendar ? calendar : null,
            Until = until,
            Late = late ?? DefaultLate,
            Timeout = timeout,
        };
    }

    private static bool IsDate(YamlNode? node) => node is YamlNode.Scalar scalar && PathPattern().IsMatch(scalar.Value);

    private Step.WaitUntilDate? ReadWaitUntilDate(Fields fields, Fields step, string? id, SourceSpan span, IReadOnlyList<string>? heard)
    {
        RefuseTimeout(step, "nothing is heard here, so there is no time-out");
        id = InnerId(fields, id, step);
        var written = ((YamlNode.Scalar)fields["until"]!).Value;
        var moment = ReadDateMoment(fields, heard);
        var catchUp = source.Exact(fields["catch_up"], "catch_up");
        fields.RefuseOthers(InsteadInWait);
        if (moment is null) return null;
        var offset = fields["offset"] is YamlNode.Scalar { Value: var moved } ? Values.Slug(moved.TrimStart('+')) is var plain && moved.StartsWith('-') ? $"-{plain}-before" : $"-{plain}-after" : "";
        var given = Claim(id, $"wait-until-{Values.Slug(written.Split('.')[^1])}{offset}", span);
        Remember(given, fields, "until");
        return new(given, moment, span) { CatchUp = catchUp ?? DateMoment.DefaultCatchUp };
    }

    /// <summary><c>until: account.contract_end, offset: -90d, at: "10:00", days: business, zone: account</c>.</summary>
    private DateMoment? ReadDateMoment(Fields fields, IReadOnlyList<string>? heard)
    {
        var node = fields["until"];
        var offset = source.SignedLength(fields["offset"], "offset") ?? default;
        var at = source.TimeOfDay(fields["at"], "at");
        var days = ReadDays(fields["days"]);
        var zone = ReadZone(fields["zone"]);
        if (source.Text(node, "until") is not { } written) return null;
        if (!IsDate(node))
        {
            source.Error(DiagnosticCodes.BadValue, node!.Span, $"\"{written}\" is no date", "A date is an attribute or a field of an event: account.contract_end, trigger.starts_at. A length is up_to:.");
            return null;
        }

        var found = new List<Diagnostic>();
        var date = DateExpression.Compile(written, Scope(heard), found);
        var positionsOf = new ScalarPositions(source, (YamlNode.Scalar)node!);
        foreach (var diagnostic in found)
            source.Diagnostics.Add(diagnostic with { File = source.File, Span = positionsOf.Span(diagnostic.Span.Start, diagnostic.Span.Length) });
        return date is null ? null : new(date, offset, at, days, zone);
    }

    private Step.WaitUntil? ReadWaitUntil(Fields fields, Fields step, string? id, SourceSpan span)
    {
        RefuseTimeout(step, "a time of day always comes, so there is no time-out");
        id = InnerId(fields, id, step);
        var node = fields["until"];
        var time = source.TimeOfDay(node, "until");
        var days = ReadDays(fields["days"]);
        var zone = ReadZone(fields["zone"]);
        fields.RefuseOthers(InsteadInWait);
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

    private void RefuseTimeout(Fields step, Wording because)
    {
        if (step["timeout"] is { } timeout) source.Error(DiagnosticCodes.Contradiction, step.KeySpan("timeout") ?? timeout.Span, because, "What follows it is the next step.");
    }

    private static readonly Dictionary<string, Wording> InsteadInWait = new(StringComparer.Ordinal)
    {
        ["since"] = "event(…) in a wait means since entry; since: \"step\" inside it narrows that: event(\"x\", since: \"step\").",
        ["offset"] = "It belongs to a date: until: account.contract_end, offset: -30d.",
        ["catch_up"] = "It belongs to a date that the passage waits for: until: account.contract_end, catch_up: 5d.",
        ["at"] = "The time of day stands under until:, as in until: \"09:00\"; at: belongs to a date.",
        ["timeout"] = "It stands beside the wait, aligned with \"wait:\".",
    };
}
