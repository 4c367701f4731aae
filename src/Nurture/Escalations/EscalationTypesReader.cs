using Nurture.Conditions;
using Nurture.Contacts;
using Nurture.Scenarios;
using Nurture.Scenarios.Yaml;
using Nurture.Segments;

namespace Nurture.Escalations;

/// <summary><c>escalations.yaml</c> to <see cref="EscalationTypes"/>; what cannot be read is left out and said.</summary>
public static class EscalationTypesReader
{
    private const string DefaultFamily = "risk";
    private const string DefaultQueue = "customer-success";

    private static readonly string[] StandardOutcomes = ["saved", "no_response", "false_alarm", "needs_product_fix", "downgraded", "churned"];
    private static readonly TimeSpan StandardCoolDown = TimeSpan.FromDays(14);
    private static readonly TimeSpan StandardQuiet = TimeSpan.FromDays(3);
    private static readonly TimeSpan PairQuiet = TimeSpan.FromDays(1);
    private static readonly Duration StandardMost = new(TimeSpan.FromDays(21));

    /// <param name="plan">What names of events are held against; null where that was done before.</param>
    /// <param name="asked">What playbooks may ask of an account; null for a plan and segments that nobody knows.</param>
    public static (EscalationTypes Types, IReadOnlyList<Diagnostic> Diagnostics) Read(string text, string file, TrackingPlan? plan = null, ConditionScope? asked = null)
    {
        var source = new YamlSource(text, file);
        var scope = (asked ?? ScopeIn(plan ?? TrackingPlan.Empty, SegmentSet.None.ForPublished())) with { File = file };
        var root = YamlReader.Read(source);
        if (root is null || source.Map(root, "the escalation types", "It has types: with a name each.") is not { } mapping) return (EscalationTypes.None, source.Sorted());
        var fields = new Fields(source, mapping, "the escalation types");
        var queue = source.Name(fields["queue"], "a queue") ?? DefaultQueue;
        var types = new Dictionary<string, EscalationType>(StringComparer.Ordinal);
        foreach (var (key, value) in source.Map(fields.Required("types", "Each type has its name as key: onboarding_stalled: { title: … }."), "types")?.Entries ?? [])
        {
            if (!Values.IsName(key.Value)) source.Error(DiagnosticCodes.BadName, key.Span, $"\"{key.Value}\" is no name for an escalation type: small letters, digits, - and _", Values.Slug(key.Value) is { Length: > 0 } better ? (Wording)$"For example {better}." : null);
            if (source.Map(value, $"the type \"{key.Value}\"", "It has at least a title.") is { } entry) types[key.Value] = ReadType(source, key.Value, entry, queue, scope);
        }

        var pools = ReadPools(source, fields["pools"]);
        var managers = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in source.Map(fields["managers"], "managers", "managers: { csm@example.com: head@example.com, otherwise: head@example.com }")?.Entries ?? [])
        {
            if (key.Value != "otherwise" && !key.Value.Contains('@')) source.Error(DiagnosticCodes.BadValue, key.Span, $"\"{key.Value}\" is no address of a colleague", "An address, or otherwise: for everybody else.");
            if (source.Text(value, Wording.Verbatim(key.Value)) is not { } manager) continue;
            if (!manager.Contains('@')) source.Error(DiagnosticCodes.BadValue, value.Span, $"\"{manager}\" is no address of a colleague");
            managers[key.Value] = manager;
        }

        var holds = ReadPairs(source, fields["holds"], plan);
        var declared = new EscalationTypes(types) { Pools = pools, Managers = managers, Holds = holds, Budget = source.Pace(fields["budget"], "budget") };
        if (source.Map(fields["replies"], "replies", "replies: { up_to: 3bd }") is { } replies) declared = ReadReplies(source, new Fields(source, replies, "the hold after a reply"), declared);
        fields.RefuseOthers();
        return (declared, source.Sorted());
    }

    /// <summary>What a playbook may ask.</summary>
    public static ConditionScope ScopeIn(TrackingPlan plan, SegmentSet segments) => new() { Subject = SubjectKind.Account, Plan = plan, Segments = segments };

    private static EscalationTypes ReadReplies(YamlSource source, Fields fields, EscalationTypes declared)
    {
        var title = source.Text(fields["title"], "title") ?? declared.RepliesTitle;
        var rule = ReadRule(source, fields, source.Length(fields["up_to"], "up_to") ?? declared.Replies.Most, declared.Replies.Quiet);
        fields.RefuseOthers();
        return declared with { Replies = rule, RepliesTitle = title };
    }

    private static List<HoldPair> ReadPairs(YamlSource source, YamlNode? node, TrackingPlan? plan)
    {
        const string Example = "support: { title: A ticket is open, opened_by: ticket_opened, closed_by: ticket_closed, key: ticket_id, up_to: 14d }";
        var pairs = new List<HoldPair>();
        foreach (var (key, value) in source.Map(node, "holds", $"Each has its name as key: {Example}.")?.Entries ?? [])
        {
            if (source.Name(key, "a hold") is not { } name || source.Map(value, $"the hold \"{name}\"", Example) is not { } mapping) continue;
            var fields = new Fields(source, mapping, $"the hold \"{name}\"");
            var title = source.Text(fields.Required("title", "Why mails wait, for whoever looks: title: A ticket is open."), "title");
            var (opening, closing) = (fields.Required("opened_by", "The event that opens it."), fields.Required("closed_by", "The event that closes it."));
            var (openedBy, closedBy) = (ReadEvent(source, opening, plan), ReadEvent(source, closing, plan));
            var (keyNode, property) = (fields["key"], source.Text(fields["key"], "key"));
            var most = source.Length(fields.Required("up_to", "Where the closing event never comes, it ends after this: up_to: 14d."), "up_to");
            var rule = ReadRule(source, fields, most ?? StandardMost, PairQuiet);
            fields.RefuseOthers();
            if (openedBy is not null && openedBy == closedBy) source.Error(DiagnosticCodes.Contradiction, closing!.Span, $"\"{closedBy}\" would open the hold and close it", "Two events: one opens it, another one closes it.");
            foreach (var of in property is null || plan is null ? [] : new[] { openedBy, closedBy })
            {
                if (of is not null && plan!.Events.GetValueOrDefault(of) is { Properties.Count: > 0 } planned && !planned.Properties.ContainsKey(property!))
                    source.Error(DiagnosticCodes.NotInPlan, keyNode!.Span, $"the event \"{of}\" has no property \"{property}\"", Suggestions.For(property!, planned.Properties.Keys));
            }

            if (title is not null && openedBy is not null && closedBy is not null) pairs.Add(new(name, title, openedBy, closedBy, property ?? "", rule));
        }

        return pairs;
    }

    private static string? ReadEvent(YamlSource source, YamlNode? node, TrackingPlan? plan)
    {
        if (source.Text(node, "an event") is not { } name) return null;
        if (plan is { Events.Count: > 0 } && !plan.Events.ContainsKey(name) && !Engine.ProductEvents.All.Any(known => known.Name == name))
            source.Error(DiagnosticCodes.NotInPlan, node!.Span, $"events.yaml knows no event \"{name}\"", Suggestions.For(name, plan.Events.Keys));
        return name;
    }

    private static Dictionary<string, IReadOnlyList<PoolMember>> ReadPools(YamlSource source, YamlNode? node)
    {
        var pools = new Dictionary<string, IReadOnlyList<PoolMember>>(StringComparer.Ordinal);
        foreach (var (key, value) in source.Map(node, "pools", "Each has its name as key and its people as a list: low-touch: [ csm@example.com ].")?.Entries ?? [])
        {
            if (source.Name(key, "a pool") is not { } name) continue;
            var members = new List<PoolMember>();
            foreach (var item in source.List(value, $"the pool \"{name}\"")?.Items ?? [])
            {
                if (ReadMember(source, item) is { } member) members.Add(member);
            }

            if (members.Count == 0) source.Error(DiagnosticCodes.MissingKey, key.Span, $"nobody is in the pool \"{name}\"", "A list of addresses, or of - { address: csm@example.com, languages: [ ja ] }.");
            pools[name] = members;
        }

        return pools;
    }

    private static PoolMember? ReadMember(YamlSource source, YamlNode node)
    {
        var fields = node is YamlNode.Mapping mapping ? new Fields(source, mapping, "somebody of a pool") : null;
        var written = fields is null ? node : fields.Required("address", "Who: address: csm@example.com.");
        var address = source.Text(written, "address");
        var languages = source.Texts(fields?["languages"], "languages").Select(language => language.Value).ToList();
        fields?.RefuseOthers();
        if (address is null || address.Contains('@')) return address is null ? null : new(address, languages);
        source.Error(DiagnosticCodes.BadValue, written!.Span, $"\"{address}\" is no address of a colleague");
        return null;
    }

    private static EscalationType ReadType(YamlSource source, string name, YamlNode.Mapping mapping, string queue, ConditionScope scope)
    {
        var fields = new Fields(source, mapping, $"the type \"{name}\"");
        var outcomes = source.Texts(fields["outcomes"], "outcomes");
        foreach (var outcome in outcomes)
        {
            if (!Values.IsName(outcome.Value)) source.Error(DiagnosticCodes.BadName, outcome.Span, $"\"{outcome.Value}\" is no name for an outcome", $"For example {Values.Slug(outcome.Value)}.");
            else if (outcome.Value is EscalationTypes.NotOpened or EscalationTypes.RecoveredByItself)
                source.Error(DiagnosticCodes.Contradiction, outcome.Span, $"\"{outcome.Value}\" is given by Nurture itself", "Take it away; scenarios may branch on it all the same.");
            else if (outcome.Value is EscalationTypes.Merged)
                source.Error(DiagnosticCodes.Contradiction, outcome.Span, $"\"{outcome.Value}\" is said of a case that became part of another one", "Take another word; nobody hears this one as an outcome.");
        }

        var sla = source.Map(fields["sla"], "sla", "sla: { acknowledge: 1bd, resolve: 5bd }") is { } promised ? new Fields(source, promised, "the sla") : null;
        var type = new EscalationType
        {
            Name = name,
            Title = source.Text(fields.Required("title", "What a CSM reads: title: Onboarding has stalled."), "title") ?? name,
            Family = source.Name(fields["family"], "a family") ?? DefaultFamily,
            Priority = source.OneOf(fields["priority"], "a priority",
                ("low", EscalationPriority.Low), ("normal", EscalationPriority.Normal), ("high", EscalationPriority.High), ("urgent", EscalationPriority.Urgent)) ?? EscalationPriority.Normal,
            ToOwner = source.OneOf(fields["assign"], "who gets it", ("owner", true), ("queue", false)) ?? true,
            Queue = source.Name(fields["queue"], "a queue") ?? queue,
            Acknowledge = source.Length(sla?["acknowledge"], "acknowledge"),
            Resolve = source.Length(sla?["resolve"], "resolve"),
            Remind = source.Length(fields["remind"], "remind"),
            Hours = HoursReader.Read(source, sla?["hours"], "hours", "the sla"),
            Hold = ReadHold(source, fields["hold"]),
            CoolDown = source.Exact(fields["cool_down"], "cool_down") ?? StandardCoolDown,
            Budget = source.Pace(fields["budget"], "budget"),
            Outcomes = outcomes.Count > 0 ? [.. outcomes.Select(outcome => outcome.Value)] : StandardOutcomes,
            Playbook = ReadPlaybook(source, fields["playbook"], scope),
            IsOff = source.YesOrNo(fields["off"], "off") ?? false,
        };
        sla?.RefuseOthers();
        fields.RefuseOthers();
        return type with { Remind = type.Remind ?? type.Acknowledge };
    }

    private static HoldRule? ReadHold(YamlSource source, YamlNode? node)
    {
        if (node is null) return new(Blocked.Standard, StandardMost, StandardQuiet);
        if (node is YamlNode.Scalar { Value: "none" }) return null;
        if (source.Map(node, "hold", "hold: { max: 21d, quiet: 3d }, or hold: none.") is not { } mapping) return null;
        var fields = new Fields(source, mapping, "the hold");
        var hold = ReadRule(source, fields, source.Length(fields["max"], "max") ?? StandardMost, StandardQuiet);
        fields.RefuseOthers();
        return hold;
    }

    private static HoldRule ReadRule(YamlSource source, Fields fields, Duration most, TimeSpan quiet)
    {
        var (classes, topics) = (new SortedSet<SendClass>(), new SortedSet<string>(StringComparer.Ordinal));
        foreach (var written in source.Texts(fields["blocks"], "blocks"))
        {
            // Whatever is no class is a topic, so a slip of the pen would hold nothing.
            if (written.Value is "marketing" or "service") classes.Add(written.Value == "marketing" ? SendClass.Marketing : SendClass.Service);
            else if (written.Value == "transactional") source.Error(DiagnosticCodes.Contradiction, written.Span, "transactional mails are never held", "A hold blocks marketing, service, or a topic.");
            else if (Spelling.Nearest(written.Value, ["marketing", "service"]) is { } meant) source.Error(DiagnosticCodes.UnknownWord, written.Span, $"\"{written.Value}\" is no class that a hold may block", $"Did you mean {meant}?");
            else if (source.Name(written, "a topic") is { } topic) topics.Add(topic);
        }

        return new(classes.Count + topics.Count > 0 ? new([.. classes], [.. topics]) : Blocked.Standard, most, source.Exact(fields["quiet"], "quiet") ?? quiet);
    }

    private static List<PlaybookTask> ReadPlaybook(YamlSource source, YamlNode? node, ConditionScope scope)
    {
        var tasks = new List<PlaybookTask>();
        foreach (var item in source.List(node, "playbook")?.Items ?? [])
        {
            if (item is YamlNode.Scalar title)
            {
                tasks.Add(new(title.Value, null, false));
                continue;
            }

            if (source.Map(item, "a task of a playbook", "- { task: Call the admin, due: 1bd }") is not { } mapping) continue;
            var fields = new Fields(source, mapping, "a task of a playbook");
            var what = source.Text(fields.Required("task", "What is to be done: task: Call the admin."), "task");
            var due = source.Length(fields["due"], "due");
            var isRequired = source.YesOrNo(fields["required"], "required") ?? false;
            var condition = fields["if"] is { } asking ? source.Expression(asking, "if", (text, found) => Condition.Compile(text, scope, found)) ?? Condition.Unanswered : null;
            fields.RefuseOthers();
            if (what is not null) tasks.Add(new(what, due, isRequired, condition));
        }

        return tasks;
    }
}
