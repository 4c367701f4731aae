using Nurture.Conditions;
using Nurture.Contacts;
using Nurture.Scenarios;
using Nurture.Scenarios.Yaml;

namespace Nurture.Intake.Hooks;

/// <summary><c>hooks.yaml</c> to <see cref="HookSet"/>; what cannot be read is left out and said.</summary>
public static class HooksReader
{
    public static (HookSet Hooks, IReadOnlyList<Diagnostic> Diagnostics) Read(string text, string file, TrackingPlan plan)
    {
        var source = new YamlSource(text, file);
        var hooks = new Dictionary<string, Hook>(StringComparer.Ordinal);
        if (YamlReader.Read(source) is not { } root || source.Map(root, "the hooks", "It has hooks: with a name each.") is not { } mapping) return (HookSet.None, source.Sorted());
        var fields = new Fields(source, mapping, "the hooks");
        foreach (var (key, value) in source.Map(fields.Required("hooks", "Each has its name as key: billing: { signature: standard-webhooks, events: […] }."), "hooks")?.Entries ?? [])
        {
            if (source.Name(key, "a hook") is { } name && source.Map(value, $"the hook \"{name}\"") is { } entry && ReadHook(source, name, entry, plan) is { } hook) hooks[name] = hook;
        }

        fields.RefuseOthers();
        return (new(hooks), source.Sorted());
    }

    private static Hook? ReadHook(YamlSource source, string name, YamlNode.Mapping mapping, TrackingPlan plan)
    {
        var fields = new Fields(source, mapping, $"the hook \"{name}\"");
        var title = source.Text(fields["title"], "title") ?? name;
        var signature = ReadSignature(source, fields.Required("signature", "How it is signed: signature: standard-webhooks, or signature: { header: X-Signature, encoding: hex }."));
        var (id, header) = ReadId(source, fields["id"]);
        var events = new List<HookEvent>();
        foreach (var item in source.List(fields.Required("events", "What it makes of a body: - { when: body.type == \"paid\", event: paid, user: body.customer }."), "events")?.Items ?? [])
        {
            if (ReadEvent(source, item, plan) is { } made) events.Add(made);
        }

        fields.RefuseOthers();
        return signature is null ? null : new(name, title, signature, events) { Id = id, IdHeader = header };
    }

    private static HookSignature? ReadSignature(YamlSource source, YamlNode? node)
    {
        if (node is null) return null;
        if (node is YamlNode.Scalar { Value: "standard-webhooks" }) return HookSignature.Standard;
        if (node is YamlNode.Scalar word)
        {
            source.Error(DiagnosticCodes.BadHook, word.Span, $"\"{word.Value}\" is no way of signing", "standard-webhooks, or { header: X-Signature, encoding: hex, prefix: \"sha256=\" }.");
            return null;
        }

        if (source.Map(node, "signature") is not { } mapping) return null;
        var fields = new Fields(source, mapping, "the signature");
        var header = source.Text(fields.Required("header", "In which header it stands: header: X-Signature."), "header");
        var prefix = source.Text(fields["prefix"], "prefix") ?? "";
        var encoding = source.OneOf(fields["encoding"], "an encoding", ("hex", HookEncoding.Hex), ("base64", HookEncoding.Base64)) ?? HookEncoding.Hex;
        var timestamp = source.Text(fields["timestamp"], "timestamp");
        var signsTimestamp = source.OneOf(fields["signs"], "what is signed", ("body", false), ("timestamp.body", true)) ?? timestamp is not null;
        var tolerance = source.Exact(fields["tolerance"], "tolerance") ?? TimeSpan.FromMinutes(5);
        if (timestamp is null && (fields.Has("tolerance") || signsTimestamp))
            source.Error(DiagnosticCodes.BadHook, fields.HeadSpan, "no header says when it was signed, so nothing can be held against the clock", "Name it: timestamp: X-Timestamp.");
        fields.RefuseOthers();
        return header is null ? null : new(false, header, prefix, encoding, timestamp, signsTimestamp, tolerance);
    }

    private static (HookValue? Value, string? Header) ReadId(YamlSource source, YamlNode? node)
    {
        if (node is not YamlNode.Mapping mapping) return (ReadValue(source, node, "id", mustBePath: true), null);
        var fields = new Fields(source, mapping, "the id");
        var header = source.Text(fields.Required("header", "In which header it stands: id: { header: X-Delivery }."), "header");
        fields.RefuseOthers();
        return (null, header);
    }

    private static HookEvent? ReadEvent(YamlSource source, YamlNode node, TrackingPlan plan)
    {
        if (source.Map(node, "an event of a hook", "- { when: body.type == \"paid\", event: paid, user: body.customer }") is not { } mapping) return null;
        var fields = new Fields(source, mapping, "an event of a hook");
        var when = ReadCondition(source, fields["when"]);
        var nameNode = fields.Required("event", "What it is called here: event: paid.");
        var name = source.Text(nameNode, "event");
        if (name is not null && plan.Events.Count > 0 && !plan.Events.ContainsKey(name))
            source.Error(DiagnosticCodes.NotInPlan, nameNode!.Span, $"events.yaml knows no event \"{name}\"", Suggestions.For(name, plan.Events.Keys));
        var (user, email, account) = (ReadValue(source, fields["user"], "user"), ReadValue(source, fields["email"], "email"), ReadValue(source, fields["account"], "account"));
        var at = ReadValue(source, fields["at"], "at", mustBePath: true);
        var planned = name is null ? null : plan.Events.GetValueOrDefault(name);
        var properties = ReadValues(source, fields["properties"], "properties", key => PropertyType(source, planned, key));
        var traits = ReadValues(source, fields["traits"], "traits", key => TraitType(source, SubjectKind.Contact, plan, key));
        var accountTraits = ReadValues(source, fields["account_traits"], "account_traits", key => TraitType(source, SubjectKind.Account, plan, key));
        if (!fields.Has("user") && !fields.Has("email") && !fields.Has("account"))
            source.Error(DiagnosticCodes.BadHook, fields.HeadSpan, "whose event is it?", "user: body.customer_id, email: body.email, or account: body.company_id.");
        if (traits.Count > 0 && !fields.Has("user") && !fields.Has("email")) source.Error(DiagnosticCodes.BadHook, fields.KeySpan("traits")!.Value, "traits: are a person's, and this event has none", "An account's are account_traits:.");
        if (accountTraits.Count > 0 && !fields.Has("account")) source.Error(DiagnosticCodes.BadHook, fields.KeySpan("account_traits")!.Value, "which account has these?", "account: body.company_id.");
        fields.RefuseOthers();
        return name is null ? null : new() { When = when, Event = name, User = user, Email = email, Account = account, At = at, Properties = properties, Traits = traits, AccountTraits = accountTraits };
    }

    private static Condition? ReadCondition(YamlSource source, YamlNode? node)
    {
        var scope = new ConditionScope { Subject = SubjectKind.Contact, Plan = TrackingPlan.Empty, TriggerEvents = [], HasBody = true };
        var condition = source.Expression(node, "when", (text, found) => Condition.Compile(text, scope, found));
        if (condition is not { Criteria.Count: 0, Events.Count: 0, ReadsContact: false, ReadsAccount: false } && condition is not null)
        {
            source.Error(DiagnosticCodes.BadHook, node!.Span, "a hook asks the body alone: nobody is known yet", "Write body.type == \"paid\"; what is known of the person, a scenario's where: or audience: asks.");
            return null;
        }

        return condition;
    }

    /// <summary>Of which type the plan says that it is; null where it says nothing, or does not know it.</summary>
    private static ValueKind? PropertyType(YamlSource source, PlannedEvent? planned, YamlNode.Scalar key)
    {
        if (planned is not { Properties.Count: > 0 }) return null;
        if (!planned.Properties.Keys.Any(known => known == key.Value || known.StartsWith($"{key.Value}.", StringComparison.Ordinal)))
            source.Error(DiagnosticCodes.NotInPlan, key.Span, $"the event \"{planned.Name}\" has no property \"{key.Value}\"", Suggestions.For(key.Value, planned.Properties.Keys, "It has"));
        return planned.Properties.GetValueOrDefault(key.Value)?.Type;
    }

    private static ValueKind? TraitType(YamlSource source, SubjectKind of, TrackingPlan plan, YamlNode.Scalar key)
    {
        var (known, what) = of == SubjectKind.Contact ? (plan.ContactAttributes, "a contact") : (plan.AccountAttributes, "an account");
        if (!Traits.IsKnown(of, plan, key.Value, out var type) && known.Count > 0)
            source.Error(DiagnosticCodes.NotInPlan, key.Span, $"events.yaml knows no attribute \"{key.Value}\" of {what}", Suggestions.For(key.Value, known.Keys));
        return type;
    }

    /// <param name="typeOf">Says what is wrong with a name, and which type its value has.</param>
    private static Dictionary<string, HookValue> ReadValues(YamlSource source, YamlNode? node, Wording what, Func<YamlNode.Scalar, ValueKind?> typeOf)
    {
        var values = new Dictionary<string, HookValue>(StringComparer.Ordinal);
        foreach (var (key, value) in source.Map(node, what, $"{what}: {{ plan: body.data.plan }}")?.Entries ?? [])
        {
            var type = typeOf(key);
            if (ReadValue(source, value, Wording.Verbatim(key.Value)) is not { } read) continue;
            values[key.Value] = read;
            if (read.Path is null && value is YamlNode.Scalar written && type is { } expected && !AttributeText.TryRead(written.Value, expected, written.IsPlain, out _))
                source.Error(DiagnosticCodes.WrongType, written.Span, $"\"{key.Value}\" is a {expected.ToString().ToLowerInvariant()}, and \"{written.Value}\" is not", AttributeText.Example(expected));
        }

        return values;
    }

    private static HookValue? ReadValue(YamlSource source, YamlNode? node, Wording what, bool mustBePath = false)
    {
        if (node is null || source.Text(node, what) is not { } written) return null;
        if (written.StartsWith("body.", StringComparison.Ordinal) && written.Length > "body.".Length && !written.Contains("..", StringComparison.Ordinal) && written[^1] != '.') return new(written["body.".Length..], default);
        if (mustBePath || written.StartsWith("body", StringComparison.Ordinal))
        {
            source.Error(DiagnosticCodes.BadHook, node.Span, $"\"{written}\" is no place in the body", "For example body.data.object.id, or body.items.0.id for the first of a list.");
            return null;
        }

        AttributeText.TryRead(written, null, ((YamlNode.Scalar)node).IsPlain, out var value);
        return new(null, value);
    }
}
