using Nurture.Conditions;
using Nurture.Scenarios.Yaml;
using Nurture.Templates;
using Nurture.Templating;
using Nurture.Templating.Syntax;

namespace Nurture.Scenarios;

/// <summary>The steps that tell somebody outside: another system, a colleague.</summary>
public sealed partial class ScenarioParser
{
    // What webhooks before the place that is being read have declared of their answers.
    private readonly HashSet<string> responses = new(StringComparer.Ordinal);

    // What texts of steps ask.
    private readonly List<Fact> facts = [];

    private Step.Webhook? ReadWebhook(YamlNode value, Fields step, string? id, SourceSpan span, IReadOnlyList<string>? heard)
    {
        Fields? fields = null;
        if (value is not YamlNode.Scalar)
        {
            if (source.Map(value, "a webhook", "webhook: crm, or webhook: { endpoint: crm, body: { plan: account.plan } }.") is not { } mapping) return null;
            fields = new(source, mapping, "a webhook");
        }

        id = InnerId(fields, id, step);
        var endpoint = source.Name(fields is null ? value : fields.Required("endpoint", "Which, of Settings → Webhooks: endpoint: crm."), "an endpoint");
        var body = fields?["body"] is { } node && source.Map(node, "body", "body: { plan: account.plan, note: \"{{ contact.name }} is stuck\" }") is not null ? ReadGiven(node, "body", heard) : null;
        var expires = source.Exact(fields?["expires"], "expires");
        var wanted = ReadWanted(fields?["response"]);
        fields?.RefuseOthers(InsteadInWebhook);

        var hasFailed = step.Has("failed");
        var hasTimeout = step.Has("timeout");
        var failed = ReadSteps(step["failed"], "failed", heard);
        var timeout = ReadSteps(step["timeout"], "timeout", heard);
        // Only who was answered may read the answer, but what follows is also reached by the others: there it is absent.
        responses.UnionWith(wanted.Keys);
        if (endpoint is null) return null;
        var given = Claim(id, "webhook-" + endpoint, span);
        Remember(given, fields, "endpoint", "body", "expires", "response");
        return new(given, endpoint, span)
        {
            Body = body as Given.Map,
            Expires = expires,
            Response = wanted,
            Waits = hasFailed || hasTimeout || wanted.Count > 0,
            Failed = failed,
            Timeout = timeout,
            HasTimeout = hasTimeout,
        };
    }

    private Dictionary<string, string> ReadWanted(YamlNode? node)
    {
        var wanted = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in source.Map(node, "response", "response: { ticket: data.ticket.id }")?.Entries ?? [])
        {
            if (source.Name(key, "a value of the response") is { } name && source.Text(value, name) is { } path) wanted[name.Replace('-', '_')] = path;
        }

        return wanted;
    }

    private Given? ReadGiven(YamlNode node, string what, IReadOnlyList<string>? heard)
    {
        switch (node)
        {
            case YamlNode.Mapping mapping:
                var members = new List<KeyValuePair<string, Given>>();
                foreach (var (key, value) in mapping.Entries)
                {
                    if (ReadGiven(value, key.Value, heard) is { } member) members.Add(new(key.Value, member));
                }

                return new Given.Map(members);
            case YamlNode.Sequence sequence:
                return new Given.Sequence([.. sequence.Items.Select(item => ReadGiven(item, what, heard)).OfType<Given>()]);
            case YamlNode.Scalar { IsEmpty: true }:
                return new Given.Value(new StartValue(null, default));
            case YamlNode.Scalar { Value: var written } when written.Contains("{{", StringComparison.Ordinal):
                return ReadWritten(node, what, heard) is { } text ? new Given.Text(text) : null;
            default:
                return ReadStartValue(node, heard) is { } plain ? new Given.Value(plain) : null;
        }
    }

    private WrittenText? ReadWritten(YamlNode? node, string what, IReadOnlyList<string>? heard)
    {
        if (source.Text(node, what) is not { } written) return null;
        var text = new WrittenText(written);
        foreach (var mistake in text.Template.Diagnostics)
            source.Error(DiagnosticCodes.TextCannotBeRead, node!.Span, $"this text cannot be read: {mistake.Message}", mistake.Hint);
        foreach (var name in text.Template.Names)
        {
            if (MailTemplateLinter.ComplaintInText(name, environment.Plan) is { } complaint) source.Error(DiagnosticCodes.TextCannotBeRead, node!.Span, complaint.Message, complaint.Hint);
        }

        return text with { Facts = ReadFacts(text, (YamlNode.Scalar)node!, heard) };
    }

    private Dictionary<string, Fact> ReadFacts(WrittenText text, YamlNode.Scalar node, IReadOnlyList<string>? heard)
    {
        var read = new Dictionary<string, Fact>(StringComparer.Ordinal);
        foreach (var asked in text.Template.Facts.Where(asked => asked.Text != FactLanguage.Today && !read.ContainsKey(asked.Text)))
        {
            if (ReadFact(node, asked.Text, asked.Span.Start, heard) is { } fact) read.Add(asked.Text, fact);
        }

        facts.AddRange(read.Values);
        return read;
    }

    /// <param name="at">Where it begins in the value.</param>
    private Fact? ReadFact(YamlNode.Scalar node, string written, int at, IReadOnlyList<string>? heard)
    {
        var said = new List<Diagnostic>();
        var fact = Fact.Compile(written, Scope(heard) with { Origin = new ScalarPositions(source, node).Span(at, written.Length) }, said);
        source.Diagnostics.AddRange(said.Where(one => one.Code != ConditionDiagnostics.Approximate));
        return fact;
    }

    private Step.Notify? ReadNotify(YamlNode value, Fields step, string? id, SourceSpan span, IReadOnlyList<string>? heard)
    {
        if (source.Map(value, "a notice", "notify: { who: account.owner, about: \"{{ account.name }} is stuck\" }, or notify: { channel: sales, text: … }.") is not { } mapping) return null;
        var fields = new Fields(source, mapping, "a notice");
        id = InnerId(fields, id, step);
        var (hasWho, hasChannel) = (fields.Has("who"), fields.Has("channel"));
        var who = ReadWho(fields["who"]);
        var channel = source.Name(fields["channel"], "a channel");
        if (hasWho == hasChannel)
        {
            source.Error(DiagnosticCodes.Contradiction, span, "a notice goes to a colleague or into a channel, one of the two", "who: account.owner, or channel: with an endpoint of Settings → Webhooks.");
        }

        var textNode = hasChannel && !hasWho ? fields["text"] ?? fields["about"] : fields["about"];
        if (textNode is null) source.Error(DiagnosticCodes.MissingKey, span, "a notice says what it is about", hasChannel ? "text: \"{{ account.name }} signed\"." : "about: \"{{ account.name }} is stuck\".");
        var text = ReadWritten(textNode, hasChannel ? "text" : "about", heard);
        fields.RefuseOthers();
        if (text is null || (who is null && channel is null)) return null;
        var given = Claim(id, "notify-" + (channel ?? who!.Slug), span);
        Remember(given, fields, "who", "channel", "about");
        return new(given, who, channel, text, span);
    }

    /// <summary><c>account.owner</c>, <c>manager(account.owner)</c>, an address, a pool, or <c>queue</c>.</summary>
    private Colleagues? ReadWho(YamlNode? node)
    {
        if (source.Text(node, "who") is not { } written) return null;
        if (written == "queue") return new Colleagues.Queue();
        if (written.StartsWith("manager(", StringComparison.Ordinal) && written.EndsWith(')'))
        {
            return AttributeOf(node!, written["manager(".Length..^1]) is { } of ? new Colleagues.Manager(of) : null;
        }

        if (written.Contains('@', StringComparison.Ordinal)) return new Colleagues.Address(written);
        if (PathPattern().IsMatch(written)) return AttributeOf(node!, written) is { } attribute ? new Colleagues.Attribute(attribute) : null;
        if (source.Name(node, "a pool") is not { } pool) return null;
        if (environment.Escalations is { } types && !types.Pools.ContainsKey(pool))
            source.Error(DiagnosticCodes.UnknownPool, node!.Span, $"escalations.yaml declares no pool \"{pool}\"", Suggestions.For(pool, types.Pools.Keys, "There are") ?? "who: is account.owner, an address, queue, or a pool of escalations.yaml.");
        return new Colleagues.Pool(pool);
    }

    private string? AttributeOf(YamlNode node, string path)
    {
        if (PathPattern().Match(path) is { Success: true } match && match.Groups["root"].Value == "account")
            return match.Groups["path"].Value == "owner" || CheckAttribute(node, Contacts.SubjectKind.Account, match.Groups["path"].Value) ? match.Groups["path"].Value : null;
        source.Error(DiagnosticCodes.BadValue, node.Span, $"\"{path}\" names no colleague", "An attribute of the account that holds an address: account.owner.");
        return null;
    }

    private static readonly Dictionary<string, string> InsteadInWebhook = new(StringComparer.Ordinal)
    {
        ["url"] = "Where it goes is declared under Settings → Webhooks, with its secret: endpoint: crm.",
        ["failed"] = "It stands beside the webhook, aligned with \"webhook:\".",
        ["timeout"] = "It stands beside the webhook, aligned with \"webhook:\".",
        ["up_to"] = "How long it is tried, and waited for: expires: 1h.",
    };
}
