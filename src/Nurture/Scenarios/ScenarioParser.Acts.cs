using Nurture.Conditions;
using Nurture.Contacts;
using Nurture.Scenarios.Yaml;
using Nurture.Templating.Syntax;

namespace Nurture.Scenarios;

/// <summary>The steps that change something and go on at once: who owns, who is listed, who refuses, what else runs.</summary>
public sealed partial class ScenarioParser
{
    private Step.Assign? ReadAssign(YamlNode value, Fields step, string? id, SourceSpan span)
    {
        if (source.Map(value, "an assignment", "assign: { owner: csm@example.com }, or assign: { pool: low-touch }.") is not { } mapping) return null;
        var fields = new Fields(source, mapping, "an assignment");
        id = InnerId(fields, id, step);
        var (owner, pool) = (source.Text(fields["owner"], "owner"), source.Name(fields["pool"], "a pool"));
        fields.RefuseOthers();
        if (owner is null == pool is null)
        {
            source.Error(DiagnosticCodes.Contradiction, span, "an assignment names an owner or a pool, one of the two", "For example assign: { pool: low-touch }.");
            return null;
        }

        if (owner is not null && !owner.Contains('@')) source.Error(DiagnosticCodes.BadValue, fields["owner"]!.Span, $"\"{owner}\" is no address of a colleague", "For example owner: csm@example.com.");
        var given = Claim(id, "assign-" + (pool ?? Values.Slug(owner!.Split('@')[0])), span);
        Remember(given, fields, "owner", "pool");
        return new(given, owner, pool, span);
    }

    private Step.Unsubscribe? ReadUnsubscribe(YamlNode value, Fields step, string? id, SourceSpan span)
    {
        Fields? fields = null;
        if (value is not YamlNode.Scalar)
        {
            if (source.Map(value, "an unsubscription", "unsubscribe: newsletter, or unsubscribe: { topic: newsletter, because: sunset }.") is not { } mapping) return null;
            fields = new(source, mapping, "an unsubscription");
        }

        id = InnerId(fields, id, step);
        var refused = source.Name(fields is null ? value : fields.Required("topic", "Which: topic: newsletter."), "a topic");
        var because = source.Text(fields?["because"], "because");
        fields?.RefuseOthers();
        NeedsPerson(span, "who of an account's people refuses it?");
        return refused is null ? null : new(Claim(id, "unsubscribe-" + refused, span), refused, because, span);
    }

    private Step.Forget? ReadForget(YamlNode value, string? id, SourceSpan span)
    {
        NeedsPerson(span, "who of an account's people is forgotten?");
        return source.Name(value, "the reason of a forgetting") is { } reason ? new(Claim(id, "forget-" + reason, span), reason, span) : null;
    }

    private Step.Enlist? ReadEnlist(YamlNode value, string kind, string? id, SourceSpan span)
    {
        if (source.Name(value, "a segment") is not { } segment) return null;
        if (environment.Segments.Find(segment) is not { } known)
            source.Error(ConditionDiagnostics.UnknownSegment, value.Span, $"segments.yaml defines no segment \"{segment}\"", Suggestions.For(segment, environment.Segments.ByName.Keys, "There are"));
        else if (!known.IsList)
            source.Error(DiagnosticCodes.Contradiction, value.Span, $"\"{segment}\" is a condition: who belongs to it is asked, not written down", "A segment that is written down says is: listed.");
        else if (known.Of != subject)
            source.Error(DiagnosticCodes.WrongSubject, value.Span, $"\"{segment}\" lists {(known.Of == SubjectKind.Contact ? "contacts" : "accounts")}, and the scenario is about {(subject == SubjectKind.Contact ? "a contact" : "an account")}");
        return new(Claim(id, $"{Values.Slug(kind.Replace('_', '-'))}-{segment}", span), segment, kind == "remove_from", span);
    }

    private Step.Start? ReadStart(YamlNode value, Fields step, string? id, SourceSpan span, IReadOnlyList<string>? heard)
    {
        Fields? fields = null;
        if (value is not YamlNode.Scalar)
        {
            if (source.Map(value, "a start", "start: win-back, or start: { scenario: win-back, with: { plan: account.plan } }.") is not { } mapping) return null;
            fields = new(source, mapping, "a start");
        }

        id = InnerId(fields, id, step);
        var node = fields is null ? value : fields.Required("scenario", "Which: scenario: win-back.");
        var scenario = source.ScenarioName(node);
        var who = ReadRecipients(fields?["for"], "for");
        if (who is not null && subject == SubjectKind.Contact)
            source.Error(DiagnosticCodes.WrongSubject, fields!.KeySpan("for")!.Value, "this scenario is about one person, who is the one who enters", "Take for: away.");
        var with = new Dictionary<string, StartValue>(StringComparer.Ordinal);
        foreach (var (key, written) in source.Map(fields?["with"], "with", "with: { plan: account.plan }")?.Entries ?? [])
        {
            if (ReadStartValue(written, heard) is { } given) with[key.Value] = given;
        }

        fields?.RefuseOthers();
        if (scenario is null) return null;
        var claimed = Claim(id, "start-" + scenario, span);
        positions[$"{claimed}/scenario"] = node!.Span;
        return new(claimed, scenario, span) { For = who, With = with };
    }

    private StartValue? ReadStartValue(YamlNode node, IReadOnlyList<string>? heard)
    {
        if (source.Text(node, "a value of with:") is not { } written) return null;
        if (PathPattern().Match(written) is not { Success: true } path || path.Groups["root"].Value is not ("trigger" or "heard" or "contact" or "account" or "response"))
        {
            AttributeText.TryRead(written, null, ((YamlNode.Scalar)node).IsPlain, out var plain);
            return new(null, plain);
        }

        if (ReadFact((YamlNode.Scalar)node, written, 0, heard) is not { } fact) return null;
        if (!fact.IsRoles) return new(fact, default);
        source.Error(DiagnosticCodes.BadValue, node.Span, $"{written} is several roles, and here is one value", $"Write a text: \"{{{{ {written} | array.join ', ' }}}}\".");
        return null;
    }

    private Step.Stop? ReadStop(YamlNode value, string? id, SourceSpan span)
    {
        var names = new List<string>();
        foreach (var scalar in source.Texts(value, "stop"))
        {
            if (source.ScenarioName(scalar) is { } name) names.Add(name);
        }

        if (names.Count == 0) return null;
        var claimed = Claim(id, "stop-" + names[0], span);
        positions[$"{claimed}/scenario"] = value.Span;
        return new(claimed, names, span);
    }

    private void NeedsPerson(SourceSpan span, string question)
    {
        if (subject == SubjectKind.Account) source.Error(DiagnosticCodes.WrongSubject, span, $"this scenario is about an account: {question}", "Do it in a scenario about contacts, and start: that one from here.");
    }
}
