using System.Globalization;
using System.Text.RegularExpressions;
using Nurture.Contacts;
using Nurture.Scenarios.Yaml;
using Nurture.Sends;
using Nurture.Templating.Syntax;

namespace Nurture.Scenarios;

public sealed partial class ScenarioParser
{
    private Step.Send? ReadSend(YamlNode value, Fields step, string? id, SourceSpan span, IReadOnlyList<string>? heard, bool isAsking)
    {
        Fields? fields = null;
        if (value is not YamlNode.Scalar)
        {
            if (source.Map(value, isAsking ? "an ask" : "a send", isAsking ? AskExample : "send: welcome, or send: { template: welcome, to: trigger.contact }.") is not { } mapping) return null;
            fields = new(source, mapping, isAsking ? "an ask" : "a send");
        }
        else if (isAsking)
        {
            source.Error(DiagnosticCodes.MissingKey, value.Span, "an ask says what may be answered", AskExample);
            return null;
        }

        var templateNode = fields is null ? value : fields.Required("template", "Which mail: template: welcome.");
        var template = source.Name(templateNode, "a template");
        if (template is not null) CheckTemplate(templateNode!, template);
        id = InnerId(fields, id, step);
        var to = ReadRecipients(fields?["to"], "to");
        var nobody = ReadNobody(fields?["nobody"]);
        // What the step says goes before what its mail says, and that before the scenario; a mail never makes it weaker than its scenario.
        var mail = template is null ? null : environment.MailTemplates?.Find(template, null);
        var ofScenario = sendClass ?? SendClass.Marketing;
        var stepClass = SendClasses.Read(source, fields?["class"]) ?? (mail?.Class < ofScenario ? mail.Class.Value : ofScenario);
        var stepTopic = source.Name(fields?["topic"], "a topic") ?? mail?.Topic ?? topic;
        var expires = source.Exact(fields?["expires"], "expires");
        var leavesAtAnyHour = ReadHours(fields?["hours"], stepClass);
        var throttle = source.Pace(fields?["throttle"], "throttle");
        var subjectTest = ReadSubjectTest(fields?["subject_test"]);
        var condition = ReadCondition(fields?["if"], "if", Scope(heard));
        if (source.Text(fields?["channel"], "channel") is { } channel && channel != "mail")
            source.Error(DiagnosticCodes.UnknownWord, fields!["channel"]!.Span, $"\"{channel}\" is no channel of a send", "Every send is a mail: take channel: away, or write channel: mail.");
        var hasCalendar = ReadCalendar(fields?["calendar"]);
        var question = isAsking ? ReadQuestion(fields!) : null;
        var approve = fields is null ? null : ReadApprover(fields);
        var from = ReadFrom(fields?["from"]);
        var skippedNode = step["skipped"];
        var endsWhenSkipped = skippedNode is YamlNode.Scalar { Value: "end" };
        var skipped = endsWhenSkipped ? [] : ReadSteps(skippedNode, "skipped (end, or steps)", heard);
        fields?.RefuseOthers(BesideSend);
        if (template is null) return null;

        var given = Claim(id, Called(templateNode, template), span);
        Remember(given, fields, "template", "to", "nobody", "class", "topic", "expires", "hours", "throttle", "subject_test", "if", "calendar", "answers", "scale", "set", "registers");
        positions[given + "/template"] = templateNode!.Span;
        return new(given, template, span)
        {
            To = to,
            Nobody = nobody,
            Class = stepClass,
            Topic = stepTopic,
            Expires = expires,
            LeavesAtAnyHour = leavesAtAnyHour,
            Throttle = throttle,
            SubjectTest = subjectTest,
            If = condition,
            HasCalendar = hasCalendar,
            EndsWhenSkipped = endsWhenSkipped,
            Skipped = skipped,
            Asks = question,
            Approve = approve,
            From = from,
        };
    }

    private bool ReadHours(YamlNode? node, SendClass of)
    {
        if (source.OneOf(node, "when a mail may leave", ("any", true)) is not true) return false;
        if (of == SendClass.Marketing)
            source.Error(DiagnosticCodes.Contradiction, node!.Span, "a marketing mail leaves within the allowed hours of policy.yaml alone", "hours: any is for a service mail that answers what the person just did.");
        return true;
    }

    private SubjectTest? ReadSubjectTest(YamlNode? node)
    {
        if (source.Map(node, "a subject test", SubjectTestExample) is not { } mapping) return null;
        var fields = new Fields(source, mapping, "a subject test");
        var armsNode = fields.Required("arms", "Names of the mail's subjects: arms: [ a, b ].");
        var arms = source.Texts(armsNode, "arms").Select(arm => source.Name(arm, "a subject line")).OfType<string>().ToList();
        if (armsNode is not null && arms.Distinct(StringComparer.Ordinal).Count() != arms.Count) source.Error(DiagnosticCodes.DuplicateKey, armsNode.Span, "a subject is named twice");
        else if (armsNode is not null && source.Texts(armsNode, "arms").Count < 2) source.Error(DiagnosticCodes.BadSubjectTest, armsNode.Span, "one subject is nothing to choose from", SubjectTestExample);
        var shareNode = fields.Required("share", "How many it is found out with: share: 20%.");
        var share = source.Share(shareNode, "share");
        if (share is 0) source.Error(DiagnosticCodes.BadSubjectTest, shareNode!.Span, "with nobody nothing is found out", "A share of the readers: share: 20%.");
        else if (share is 1) source.Error(DiagnosticCodes.BadSubjectTest, shareNode!.Span, "nobody is left who would get what is found out", "A share of the readers: share: 20%.");
        var afterNode = fields.Required("after", "When it is decided: after: 4h.");
        var after = source.Exact(afterNode, "after");
        if (after == TimeSpan.Zero) source.Error(DiagnosticCodes.BadSubjectTest, afterNode!.Span, "nobody has clicked at once", "Give them time: after: 4h.");
        source.OneOf(fields["by"], "what decides", ("human_clicks", true));
        fields.RefuseOthers();
        return arms.Count < 2 || share is not (> 0 and < 1) || after is not { } time || time <= TimeSpan.Zero ? null : new(arms, share.Value, time);
    }

    private const string SubjectTestExample = "subject_test: { arms: [ a, b ], share: 20%, after: 4h }.";

    private Approver? ReadApprover(Fields fields)
    {
        var node = fields["approve"];
        var upTo = source.Length(fields["up_to"], "up_to");
        var otherwise = source.OneOf(fields["otherwise"], "what happens to a mail that nobody answers for", ("skip", false), ("send", true));
        if (node is null)
        {
            foreach (var key in new[] { "up_to", "otherwise" })
            {
                if (fields.KeySpan(key) is { } span) source.Error(DiagnosticCodes.Contradiction, span, $"\"{key}:\" belongs to approve:, and nobody approves this mail", "approve: owner, up_to: 3bd, otherwise: skip.");
            }

            return null;
        }

        if (source.Text(node, "approve") is not { } written) return null;
        var (address, attribute) = written == "owner" ? (null, new AttributeRef(SubjectKind.Account, "owner")) : ReadTaskOwner(node);
        return address is null && attribute is null ? null : new(address, attribute?.Name ?? "owner", upTo ?? new Duration(default, BusinessDays: 3), otherwise ?? false);
    }

    private string? ReadFrom(YamlNode? node)
    {
        if (source.Text(node, "from") is not { } written || written == Step.Send.FromOwner) return node is null ? null : Step.Send.FromOwner;
        if (environment.Policy.Identities.ContainsKey(written)) return written;
        source.Error(DiagnosticCodes.UnknownIdentity, node!.Span, $"policy.yaml declares no identity \"{written}\"",
            SendPolicy.HintForIdentity(written, environment.Policy));
        return null;
    }

    private bool ReadCalendar(YamlNode? node)
    {
        if (source.OneOf(node, "what goes into the calendar", ("session", true)) is not true) return false;
        if (!HasSession) source.Error(DiagnosticCodes.NoSession, node!.Span, "no session starts this, so there is none for the calendar", SessionExample);
        return true;
    }

    private const string SessionExample = "Such are trigger: { session: webinar, before: 14d }, and trigger: { event: nurture.session_registered }.";

    private const string AskExample = "ask: { template: nps, scale: \"0-10\" }, or ask: { template: invitation, answers: [ join, decline ] }.";

    private Question? ReadQuestion(Fields fields)
    {
        var (answersNode, scaleNode) = (fields["answers"], fields["scale"]);
        if (fields.Has("answers") == fields.Has("scale"))
        {
            source.Error(fields.Has("scale") ? DiagnosticCodes.Contradiction : DiagnosticCodes.MissingKey, fields.KeySpan("scale") ?? fields.HeadSpan,
                fields.Has("scale") ? "an ask has answers or a scale, one of the two" : "an ask says what may be answered", AskExample);
        }

        var answers = scaleNode is not null ? ReadScale(scaleNode) : ReadAnswers(answersNode);
        var text = ReadTitles(fields["question"], "question");
        var comment = source.YesOrNo(fields["comment"], "comment");
        var sets = ReadAnswerTarget(fields["set"], answers);
        var registers = ReadRegistering(fields["registers"], answers);
        return answers.Count == 0 ? null : new(answers, scaleNode is not null) { Text = text ?? Titles.None, TakesComment = comment ?? scaleNode is not null, Sets = sets, Registers = registers };
    }

    private string? ReadRegistering(YamlNode? node, IReadOnlyList<Answer> answers)
    {
        if (source.Text(node, "registers") is not { } written) return null;
        if (!HasSession) source.Error(DiagnosticCodes.NoSession, node!.Span, "no session starts this, so there is none to register for", SessionExample);
        else if (!answers.Any(answer => answer.Value == written)) source.Error(DiagnosticCodes.Unanswerable, node!.Span, $"\"{written}\" is none of the answers", Suggestions.For(written, answers.Select(answer => answer.Value), "There are"));
        else return written;
        return null;
    }

    private IReadOnlyList<Answer> ReadScale(YamlNode node)
    {
        if (source.Text(node, "scale") is not { } written) return [];
        if (ScalePattern().Match(written) is { Success: true } match
            && int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) is var first && int.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture) is var last
            && first < last && last - first <= 10)
        {
            return [.. Enumerable.Range(first, last - first + 1).Select(number => new Answer(number.ToString(CultureInfo.InvariantCulture), Titles.None))];
        }

        source.Error(DiagnosticCodes.BadValue, node.Span, $"\"{written}\" is not a scale", "Its first number and its last, at most 10 apart: scale: \"0-10\".");
        return [];
    }

    private IReadOnlyList<Answer> ReadAnswers(YamlNode? node)
    {
        var answers = new List<Answer>();
        if (node is YamlNode.Mapping mapping)
        {
            foreach (var (key, value) in mapping.Entries)
            {
                Add(key, value is YamlNode.Scalar { IsEmpty: true } ? Titles.None : ReadTitles(value, $"the title of \"{key.Value}\"") ?? Titles.None);
            }
        }
        else
        {
            foreach (var scalar in source.Texts(node, "answers")) Add(scalar, Titles.None);
        }

        if (node is not null && answers.Count is < 2 or > 20)
            source.Error(DiagnosticCodes.WrongShape, node!.Span, $"a question has 2 to 20 answers, and here {(answers.Count == 1 ? "is 1" : (Wording)$"are {answers.Count}")}", "answers: [ join, decline ].");
        return answers;

        void Add(YamlNode.Scalar value, Titles titles)
        {
            if (value.Value.Length > 64) source.Error(DiagnosticCodes.BadValue, value.Span, "an answer is a word of at most 64 characters", "What people read is its title: answers: { join: { en: I will be there, ja: 参加する } }.");
            else if (answers.Exists(known => known.Value == value.Value)) source.Error(DiagnosticCodes.DuplicateKey, value.Span, $"the answer \"{value.Value}\" is given twice");
            else answers.Add(new(value.Value, titles));
        }
    }

    /// <summary>A text for everybody, or texts by locale.</summary>
    private Titles? ReadTitles(YamlNode? node, Wording what)
    {
        if (node is not YamlNode.Mapping mapping) return source.Text(node, what) is { } text ? Titles.Of(text) : null;
        var titles = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in mapping.Entries)
        {
            if (!Templates.Locales.IsLocale(key.Value)) source.Error(DiagnosticCodes.BadValue, key.Span, $"\"{key.Value}\" is no locale", "For example { en: Join, ja: 参加する }.");
            else if (source.Text(value, what) is { } text) titles[Templates.Locales.Normalize(key.Value)] = text;
        }

        return titles.Count > 0 ? new(titles) : null;
    }

    private AttributeRef? ReadAnswerTarget(YamlNode? node, IReadOnlyList<Answer> answers)
    {
        if (source.Text(node, "set") is not { } path) return null;
        if (AttributeRef.Parse(path) is not { } sets)
        {
            source.Error(DiagnosticCodes.BadValue, node!.Span, $"\"{path}\" is not an attribute", "It begins with contact. or account.: set: contact.role_at_work.");
            return null;
        }

        if (!CheckAttribute(node!, sets.Of, sets.Name)) return null;
        if (environment.Plan.Attribute(sets.Of, sets.Name)?.Type is { } type && answers.FirstOrDefault(answer => !AttributeText.TryRead(answer.Value, type, true, out _)) is { } unfit)
            source.Error(DiagnosticCodes.Unanswerable, node!.Span, $"{path} is a {type.ToString().ToLowerInvariant()}, and the answer \"{unfit.Value}\" is not", AttributeText.Example(type));
        return sets;
    }

    [GeneratedRegex(@"^([0-9]{1,2})-([0-9]{1,2})\z")]
    private static partial Regex ScalePattern();

    private void CheckTemplate(YamlNode node, string template)
    {
        if (environment.Templates is not { } known || known.Contains(template)) return;
        source.Error(DiagnosticCodes.UnknownTemplate, node.Span, $"template \"{template}\" is not defined",
            Suggestions.For(template, known) ?? $"It would be the file templates/{template}.{environment.Policy.Locale}.html.");
    }

    private static readonly Dictionary<string, Wording> BesideSend = new(StringComparer.Ordinal)
    {
        ["skipped"] = "It stands beside the send, aligned with \"send:\".",
    };
}
