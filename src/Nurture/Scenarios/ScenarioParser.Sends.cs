using Nurture.Scenarios.Yaml;
using Nurture.Templating.Syntax;

namespace Nurture.Scenarios;

public sealed partial class ScenarioParser
{
    private Step.Send? ReadSend(YamlNode value, Fields step, string? id, SourceSpan span, bool hasHeard)
    {
        Fields? fields = null;
        if (value is not YamlNode.Scalar)
        {
            if (source.Map(value, "a send", "send: welcome, or send: { template: welcome, to: trigger.contact }.") is not { } mapping) return null;
            fields = new(source, mapping, "a send");
        }

        var templateNode = fields is null ? value : fields.Required("template", "Which mail: template: welcome.");
        var template = source.Name(templateNode, "a template");
        if (template is not null) CheckTemplate(templateNode!, template);
        id = InnerId(fields, id, step);
        var to = ReadRecipients(fields?["to"], "to");
        var nobody = ReadNobody(fields?["nobody"]);
        var stepClass = ReadClass(fields?["class"]) ?? sendClass ?? SendClass.Marketing;
        var stepTopic = source.Name(fields?["topic"], "a topic") ?? topic;
        var expires = source.Exact(fields?["expires"], "expires");
        var condition = ReadCondition(fields?["if"], "if", Scope(hasHeard));
        var hasCalendar = ReadCalendar(fields?["calendar"]);
        var skippedNode = step["skipped"];
        var endsWhenSkipped = skippedNode is YamlNode.Scalar { Value: "end" };
        var skipped = endsWhenSkipped ? [] : ReadSteps(skippedNode, "skipped (end, or steps)", hasHeard);
        fields?.RefuseOthers(LaterInSend);
        if (template is null) return null;

        var given = Claim(id, template, span);
        Remember(given, fields, "template", "to", "nobody", "class", "expires", "if", "calendar");
        positions[given + "/template"] = templateNode!.Span;
        return new(given, template, span)
        {
            To = to,
            Nobody = nobody,
            Class = stepClass,
            Topic = stepTopic,
            Expires = expires,
            If = condition,
            HasCalendar = hasCalendar,
            EndsWhenSkipped = endsWhenSkipped,
            Skipped = skipped,
        };
    }

    private bool ReadCalendar(YamlNode? node)
    {
        if (source.OneOf(node, "what goes into the calendar", ("session", true)) is not true) return false;
        if (!HasSession) source.Error(DiagnosticCodes.NoSession, node!.Span, "no session starts this, so there is none for the calendar", "Such are trigger: { session: webinar, before: 14d }, and trigger: { event: nurture.session_registered }.");
        return true;
    }

    private void CheckTemplate(YamlNode node, string template)
    {
        if (environment.Templates is not { } known || known.Contains(template)) return;
        source.Error(DiagnosticCodes.UnknownTemplate, node.Span, $"template \"{template}\" is not defined",
            Suggestions.For(template, known) ?? $"It would be the file templates/{template}.{environment.Policy.Locale}.html.");
    }

    private const string SendKeys = "A send has template, to, nobody, class, topic, expires, if, calendar and id.";

    private static readonly Dictionary<string, string> LaterInSend = new(StringComparer.Ordinal)
    {
        ["from"] = "Mails come from the sender in policy.yaml.",
        ["approve"] = SendKeys,
        ["up_to"] = SendKeys,
        ["otherwise"] = SendKeys,
        ["throttle"] = SendKeys,
        ["channel"] = "Every send is a mail.",
        ["skipped"] = "It stands beside the send, aligned with \"send:\".",
    };
}
