using System.Text.RegularExpressions;
using Nurture.Conditions;
using Nurture.Contacts;
using Nurture.Scenarios.Yaml;
using Nurture.Templating.Syntax;

namespace Nurture.Scenarios;

/// <summary>
/// Text to <see cref="Scenario"/>. Never throws: all mistakes of a file are collected, each at its line and column. What can
/// be read and is not good is for the linter to say.
/// </summary>
public sealed partial class ScenarioParser
{
    private readonly YamlSource source;
    private readonly ParseEnvironment environment;
    private readonly Dictionary<string, SourceSpan> positions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SourceSpan> stepIds = new(StringComparer.Ordinal);

    private SubjectKind subject = SubjectKind.Contact;
    private SendClass? sendClass;
    private string? topic;
    private IReadOnlyList<string>? triggerEvents;
    private IReadOnlyCollection<string> sentTemplates = [];
    private IReadOnlyCollection<string> asks = [];
    private bool saysNoGoal;
    private bool isInRepeat;

    private ScenarioParser(string text, string file, ParseEnvironment environment)
    {
        source = new(text, file);
        this.environment = environment;
    }

    public static ParsedScenario Parse(string text, string file, ParseEnvironment environment)
    {
        var parser = new ScenarioParser(text, file, environment);
        string? name = null;
        Scenario? scenario = null;
        if (YamlReader.Read(parser.source) is { } root)
        {
            if (root is YamlNode.Mapping whole && whole.Entries.FirstOrDefault(entry => entry.Key.Value == "for_each") is { } forEach) return ParseRows(parser, whole, forEach, text, file, environment);
            scenario = parser.ReadScenario(root, text, out name);
        }
        else if (!parser.source.HasErrors)
            parser.source.Error(DiagnosticCodes.Empty, parser.source.Span(0, 0), "nothing stands in this file", "A scenario begins with \"scenario: its-name\".");
        return new(parser.source.HasErrors ? null : scenario, parser.source.Sorted())
        {
            Draft = scenario,
            SaysNoGoal = parser.saysNoGoal,
            Name = name,
            Positions = parser.positions,
            File = file,
        };
    }

    private Scenario? ReadScenario(YamlNode root, string text, out string? name)
    {
        name = null;
        if (source.Map(root, "a scenario", "It begins with \"scenario: its-name\".") is not { } mapping) return null;
        var fields = new Fields(source, mapping, "the scenario");
        foreach (var entry in mapping.Entries) positions[entry.Key.Value] = entry.Value.Span;

        name = source.Name(fields.Required("scenario", "The first line is its name: scenario: trial-onboarding."), "a scenario");
        var title = source.Text(fields["title"], "title");
        var owner = source.Text(fields["owner"], "owner");
        var purpose = source.Text(fields["purpose"], "purpose");
        subject = source.OneOf(fields["subject"], "the subject of a scenario", ("contact", SubjectKind.Contact), ("account", SubjectKind.Account)) ?? subject;
        sendClass = SendClasses.Read(source, fields.Required("class", "marketing needs consent, service a trial or contract, transactional neither: class: service."));
        topic = source.Name(fields["topic"], "a topic");
        var stream = source.Name(fields["stream"], "a stream");
        var priority = source.Whole(fields["priority"], "priority", 0);
        if (priority is not null && stream is null)
            source.Error(DiagnosticCodes.Contradiction, fields.KeySpan("priority")!.Value, "a priority orders the scenarios of a stream, and this one is in none", "Name it: stream: lifecycle.");

        var trigger = ReadTrigger(fields.Required("trigger", "What starts it: trigger: { event: signed_up }."));
        var stepsNode = fields.Required("steps", "What it does, one item a step: - send: welcome.");
        sentTemplates = TemplatesIn(stepsNode).ToHashSet(StringComparer.Ordinal);
        asks = AsksIn(stepsNode).ToHashSet(StringComparer.Ordinal);

        var audience = ReadCondition(fields["audience"], "audience", Scope(hasEnrollment: false));
        var reentry = ReadReentry(fields["reentry"]);
        var whileLive = source.OneOf(fields["while_live"], "what a trigger does while somebody is in the scenario",
            ("ignore", WhileLive.Ignore), ("restart", WhileLive.Restart), ("refresh", WhileLive.Refresh)) ?? WhileLive.Ignore;
        var key = ReadKey(fields["key"]);
        var holdout = source.Share(fields["holdout"], "holdout") ?? 0;
        var goal = ReadGoal(fields["goal"]);
        var exits = ReadExits(fields["exit"]);
        var perAccount = source.Whole(fields["per_account"], "per_account", 1);
        var steps = ReadSteps(stepsNode, "steps", heard: null);
        fields.RefuseOthers(InsteadInScenario);
        if (trigger is null || sendClass is null) return null;
        return new Scenario
        {
            Name = name ?? "",
            Title = title ?? "",
            Owner = owner ?? "",
            Purpose = purpose,
            Subject = subject,
            Class = sendClass.Value,
            Topic = topic,
            Stream = stream,
            Priority = priority ?? 0,
            Trigger = trigger,
            Facts = [.. facts],
            Audience = audience,
            Reentry = reentry,
            WhileLive = whileLive,
            Key = key,
            Holdout = holdout,
            Goal = goal,
            Exits = exits,
            PerAccount = perAccount,
            Steps = steps,
            Text = text,
        };
    }

    private Reentry ReadReentry(YamlNode? node)
    {
        if (source.Text(node, "reentry") is not { } written) return Reentry.Once;
        if (written == "once") return Reentry.Once;
        if (written == "every time") return Reentry.EveryTime;
        var after = ReentryPattern().Match(written);
        if (after.Success && Values.TryLength(after.Groups[1].Value, out var length) && length.IsExact) return new(false, length.Exact);
        source.Error(DiagnosticCodes.UnknownWord, node!.Span, $"\"{written}\" does not say whether somebody may enter again",
            "There are \"once\", \"every time\" and \"after 30d\", counted from the end of the last passage.");
        return Reentry.Once;
    }

    private KeyExpression? ReadKey(YamlNode? node)
    {
        // Whoever is in for one session may be in for another one too.
        if (node is null && HasSession) return KeyExpression.OfSession;
        if (source.Text(node, "key") is not { } written) return null;
        if (written == "session.id")
        {
            if (!HasSession) source.Error(DiagnosticCodes.NoSession, node!.Span, "no session starts this, so there is no session.id", "Such are trigger: { session: webinar, before: 14d }, and trigger: { event: nurture.session_registered }.");
            return KeyExpression.OfSession;
        }

        var match = PathPattern().Match(written);
        if (match.Success && match.Groups["root"].Value is var root && root is "trigger" or "contact" or "account")
        {
            var path = match.Groups["path"].Value;
            if (root == "trigger") CheckTriggerField(node!, path);
            else CheckAttribute(node!, root == "contact" ? SubjectKind.Contact : SubjectKind.Account, path);
            if (root == "contact" && subject == SubjectKind.Account)
                source.Error(DiagnosticCodes.WrongSubject, node!.Span, "an account has many people: their attributes tell no two passages of it apart");
            return new(root, path);
        }

        source.Error(DiagnosticCodes.BadValue, node!.Span, $"\"{written}\" cannot tell two passages apart",
            "A key is one path: trigger.order_id, or an attribute such as account.contract_end.");
        return null;
    }

    private bool HasSession => triggerEvents is { Count: > 0 } && triggerEvents.All(Sessions.SessionEvents.IsOne);

    private void CheckTriggerField(YamlNode node, string path)
    {
        if (triggerEvents is null)
        {
            source.Error(DiagnosticCodes.Contradiction, node.Span, "this trigger is no event, so there is no trigger.… to read");
            return;
        }

        if (path == KeyExpression.Actor) return;
        foreach (var name in triggerEvents)
        {
            if ((environment.Plan.Events.GetValueOrDefault(name) ?? Engine.ProductEvents.OfTrigger(name)) is { } planned && !planned.Properties.ContainsKey(path))
                source.Error(DiagnosticCodes.NotInPlan, node.Span, $"the event \"{name}\" has no property \"{path}\"",
                    Suggestions.For(path, planned.Properties.Keys, "It has") ?? "Add it to events.yaml if it has.");
        }
    }

    private bool CheckAttribute(YamlNode node, SubjectKind of, string name)
    {
        var known = of == SubjectKind.Contact ? environment.Plan.ContactAttributes : environment.Plan.AccountAttributes;
        if (known.Count == 0 || known.ContainsKey(name)) return true;
        var what = of == SubjectKind.Contact ? "contact" : "account";
        source.Error(DiagnosticCodes.NotInPlan, node.Span, $"events.yaml knows no attribute \"{name}\" of {(Wording)(of == SubjectKind.Contact ? "a contact" : "an account")}",
            Suggestions.For(name, known.Keys) ?? $"Add it to {what}: in events.yaml.");
        return false;
    }

    private Goal? ReadGoal(YamlNode? node)
    {
        saysNoGoal = node is YamlNode.Scalar { Value: "none" };
        if (node is null || saysNoGoal) return null;
        if (node is YamlNode.Scalar condition)
        {
            source.Error(DiagnosticCodes.WrongShape, node.Span, "a goal is a condition and its time",
                $"Write goal: {{ when: {YamlTraps.Quoted(condition.Value)}, within: 14d }}.");
            return null;
        }

        if (source.Map(node, "goal") is not { } mapping) return null;
        var fields = new Fields(source, mapping, "the goal");
        foreach (var (key, value) in mapping.Entries) positions["goal." + key.Value] = value.Span;
        var when = ReadCondition(fields.Required("when", "What has to become true: when: event(\"setup_completed\")."), "when", Scope());
        var within = source.Exact(fields["within"], "within");
        var target = source.Share(fields["target"], "target");
        var ends = source.OneOf(fields["on_goal"], "what reaching the goal does", ("end", true), ("continue", false)) ?? true;
        fields.RefuseOthers();
        return when is null ? null : new(when, within, target, ends);
    }

    private List<ExitRule> ReadExits(YamlNode? node)
    {
        var exits = new List<ExitRule>();
        var items = node is YamlNode.Scalar ? [node] : source.List(node, "exit")?.Items ?? [];
        foreach (var item in items)
        {
            if (item is YamlNode.Scalar { Value: "audience_lost" }) exits.Add(new(null));
            else if (ReadCondition(item, "exit", Scope()) is { } condition) exits.Add(new(condition));
            positions[$"exit.{exits.Count - 1}"] = item.Span;
        }

        return exits;
    }

    private ConditionScope Scope(IReadOnlyList<string>? heard = null, bool hasEnrollment = true) => new()
    {
        Subject = subject,
        Plan = environment.Plan,
        Segments = environment.Segments,
        TriggerEvents = triggerEvents,
        HeardEvents = heard,
        HasEnrollment = hasEnrollment,
        IsInRepeat = isInRepeat,
        Responses = hasEnrollment ? responses : null,
        SentTemplates = hasEnrollment ? sentTemplates : null,
        Asks = asks,
        File = source.File,
        Origin = new(0, 0, 1, 1),
    };

    /// <param name="composed">What is compiled, where it is not what is written.</param>
    private Condition? ReadCondition(YamlNode? node, Wording what, ConditionScope scope, string? composed = null)
    {
        if (node is null) return null;
        if (node is not YamlNode.Scalar scalar)
        {
            var text = source.Text[node.Span.Start..source.LineEnd(node.Span.Start)].Trim();
            Wording hint = text[0] switch
            {
                '[' when node is YamlNode.Sequence { Items: [YamlNode.Scalar only] } => (Wording)$"Take the brackets away: {what}: {YamlTraps.Quoted(only.Value)}",
                '{' or '[' => (Wording)$"A condition that begins with a bracket needs quotes around all of it: {what}: {YamlTraps.Quoted(text)}",
                _ => "For example account.tier == \"tech\".",
            };
            source.Error(DiagnosticCodes.WrongShape, node.Span, $"\"{what}:\" is a condition, not {Values.Shape(node)}", hint);
            return null;
        }

        if (scalar.IsPlain && scalar.Value.StartsWith('*')) return null;
        var positionsOf = new ScalarPositions(source, scalar);
        var found = new List<Diagnostic>();
        var written = WriteOut(composed ?? scalar.Value, node.Span);
        var condition = Condition.Compile(written?.Text ?? composed ?? scalar.Value, scope, found);
        foreach (var diagnostic in found)
        {
            var (ofRow, start, length) = written?.Place(diagnostic.Span.Start, diagnostic.Span.Length) ?? (null, diagnostic.Span.Start, diagnostic.Span.Length);
            source.Diagnostics.Add(diagnostic with { File = source.File, Span = ofRow ?? (composed is null ? positionsOf.Span(start, length) : node.Span) });
        }

        return condition;
    }

    /// <summary>Stands in a draft where a condition has mistakes.</summary>
    internal static readonly Condition Unread = Condition.Compile("true", new ConditionScope { Subject = SubjectKind.Contact, Plan = TrackingPlan.Empty }, [])!;

    private static IEnumerable<string> TemplatesIn(YamlNode? node) => node switch
    {
        YamlNode.Sequence list => list.Items.SelectMany(TemplatesIn),
        YamlNode.Mapping mapping => mapping.Entries.SelectMany(entry => entry.Key.Value is "send" or "ask" ? TemplateOf(entry.Value) : TemplatesIn(entry.Value)),
        _ => [],
    };

    private static IEnumerable<string> TemplateOf(YamlNode send) => send switch
    {
        YamlNode.Scalar scalar => [scalar.Value],
        YamlNode.Mapping mapping => mapping.Entries.Where(e => e.Key.Value == "template").Select(e => e.Value).OfType<YamlNode.Scalar>().Select(s => s.Value),
        _ => [],
    };

    /// <summary>The templates and steps that ask something, by which answers are asked for.</summary>
    private static IEnumerable<string> AsksIn(YamlNode? node) => node switch
    {
        YamlNode.Sequence list => list.Items.SelectMany(AsksIn),
        YamlNode.Mapping mapping => mapping.Entries.SelectMany(entry => entry.Key.Value == "ask"
            ? TemplateOf(entry.Value).Concat(NamesIn(entry.Value as YamlNode.Mapping)).Concat(NamesIn(mapping))
            : AsksIn(entry.Value)),
        _ => [],
    };

    private static IEnumerable<string> NamesIn(YamlNode.Mapping? mapping) => mapping?.Entries.Where(e => e.Key.Value == "id").Select(e => e.Value).OfType<YamlNode.Scalar>().Select(s => s.Value) ?? [];

    private static readonly Dictionary<string, Wording> InsteadInScenario = new(StringComparer.Ordinal)
    {
        ["broadcast"] = "A scenario with a schedule is what there is: scenario: its-name.",
        ["throttle"] = "Leave it out; sends leave as their gates allow.",
        ["subject_test"] = "It belongs into the send: - send: { template: …, subject_test: { arms: [ a, b ], share: 20%, after: 4h } }.",
        ["settle"] = "It belongs into the trigger: trigger: { event: signed_up, settle: 5m }.",
        ["late"] = "It belongs into the trigger: trigger: { event: signed_up, late: 5d }.",
        ["where"] = "It belongs into the trigger: trigger: { event: signed_up, where: … }.",
        ["within"] = "It belongs into the goal: goal: { when: …, within: 14d }.",
        ["target"] = "It belongs into the goal: goal: { when: …, target: 60% }.",
        ["on_goal"] = "It belongs into the goal: goal: { when: …, on_goal: continue }.",
    };

    [GeneratedRegex(@"^after ([0-9]+[a-z]+)\z")]
    private static partial Regex ReentryPattern();

    [GeneratedRegex(@"^(?<root>[a-z]+)\.(?<path>[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*)\z")]
    private static partial Regex PathPattern();
}
