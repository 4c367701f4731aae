using System.Buffers;
using System.Text.Json;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Escalations;
using Nurture.Health;
using Nurture.Intake;
using Nurture.Intake.Hooks;
using Nurture.Scenarios.Yaml;
using Nurture.Sessions;
using Nurture.Templating.Syntax;
using NodaTime;
using NodaTime.Text;

namespace Nurture.Scenarios.Testing;

/// <summary>Text to <see cref="ScenarioTestFile"/>; never throws.</summary>
public sealed class ScenarioTestParser
{
    private static readonly string[] ContactKeys = ["id", "roles", "basis", "refuses", "suppressed", "known_for", "in_account"];
    private static readonly LocalDateTimePattern MomentPattern = LocalDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd HH:mm");

    private readonly YamlSource source;
    private readonly ParseEnvironment environment;

    // Of the test being read.
    private DateTimeZone zone = DateTimeZone.Utc;
    private DateTimeOffset start;
    private HashSet<string> people = [];
    private bool hasAccount;
    private DateTimeZone? accountClock;
    private string? accountId;
    private readonly Dictionary<string, (string? UserId, string? AnonymousId)> addresses = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, DateTimeZone> clocks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Session> sessions = new(StringComparer.Ordinal);

    private ScenarioTestParser(string text, string file, ParseEnvironment environment) => (source, this.environment) = (new(text, file), environment);

    /// <summary>The file is null exactly when a diagnostic is an error.</summary>
    public static (ScenarioTestFile? File, IReadOnlyList<Diagnostic> Diagnostics) Parse(string text, string file, ParseEnvironment environment)
    {
        var parser = new ScenarioTestParser(text, file, environment);
        ScenarioTestFile? read = null;
        if (YamlReader.Read(parser.source) is { } root) read = parser.ReadFile(root);
        else if (!parser.source.HasErrors)
            parser.source.Error(DiagnosticCodes.Empty, parser.source.Span(0, 0), "nothing stands in this file", "It begins with \"scenario:\" and the name of the scenario to test.");
        return (parser.source.HasErrors ? null : read, parser.source.Sorted());
    }

    private ScenarioTestFile? ReadFile(YamlNode root)
    {
        if (source.Map(root, "a file of tests", "It has scenario: and tests:.") is not { } mapping) return null;
        var fields = new Fields(source, mapping, "a file of tests");
        var scenarioNode = fields.Required("scenario", "Which scenario: scenario: trial-onboarding.");
        var scenario = source.Name(scenarioNode, "a scenario");
        var tests = new List<ScenarioTest>();
        foreach (var item in source.List(fields.Required("tests", "- name: what is shown, with given:, when: and expect:."), "tests")?.Items ?? [])
        {
            if (ReadTest(item) is { } test) tests.Add(test);
        }

        fields.RefuseOthers();
        return scenario is null ? null : new(scenario, tests, source.File, scenarioNode!.Span, source.Text);
    }

    private ScenarioTest? ReadTest(YamlNode node)
    {
        if (source.Map(node, "a test") is not { } mapping) return null;
        var fields = new Fields(source, mapping, "a test");
        var name = source.Text(fields.Required("name", "A sentence: A trial that is set up in time gets the next steps."), "name");
        var zoneId = source.Zone(fields["zone"], "zone") ?? environment.Policy.Zone;
        zone = DateTimeZoneProviders.Tzdb[zoneId];
        start = ReadStart(fields.Required("start", "The first moment: start: \"2026-03-02 10:00\"."));
        people = [];
        hasAccount = false;
        sessions.Clear();
        clocks.Clear();
        addresses.Clear();
        (accountClock, accountId) = (null, null);

        TestAccount? account = null;
        var contacts = new List<TestContact>();
        var history = new List<TestAction.Event>();
        var closed = new List<ClosedCase>();
        if (source.Map(fields.Required("given", "Who there is: given: { contacts: [ { id: ann, email: ann@example.com } ] }."), "given") is { } givenNode)
        {
            var given = new Fields(source, givenNode, "given");
            account = ReadAccount(given["account"]);
            hasAccount = account is not null;
            (accountClock, accountId) = (ClockOf(account?.Attributes), account?.Id);
            foreach (var item in source.List(given["contacts"], "contacts")?.Items ?? [])
            {
                if (ReadContact(item) is not { } contact) continue;
                contacts.Add(contact);
                if (ClockOf(contact.Attributes) is { } own) clocks[contact.Id] = own;
                if (contact.Attributes.GetValueOrDefault("email") is { Kind: ValueKind.Text } address) addresses.TryAdd(address.AsText, (contact.Id, null));
            }

            foreach (var item in source.List(given["sessions"], "sessions")?.Items ?? [])
            {
                if (ReadSession(item) is { } session && !sessions.TryAdd(session.Id, session))
                    source.Error(DiagnosticCodes.DuplicateKey, item.Span, $"there is already a session called \"{session.Id}\" in this test");
            }

            foreach (var item in source.List(given["history"], "history")?.Items ?? [])
            {
                if (item is YamlNode.Mapping one && one.Entries.Any(entry => entry.Key.Value == "closed")) ReadClosed(one, closed);
                else if (ReadHistory(item) is { } past) history.Add(past);
            }

            given.RefuseOthers();
        }

        var when = new List<TestAction>();
        foreach (var item in source.List(fields["when"], "when")?.Items ?? [])
        {
            if (ReadAction(item) is { } action) when.Add(action);
        }

        var expect = new List<Expectation>();
        foreach (var item in source.List(fields["expect"], "expect")?.Items ?? [])
        {
            if (ReadExpectation(item) is { } expectation) expect.Add(expectation);
        }

        var nothingAfter = ReadMoment(fields["expect_nothing_after"]);
        if (!fields.Has("expect") && !fields.Has("expect_nothing_after"))
            source.Error(DiagnosticCodes.MissingKey, fields.HeadSpan, "this test expects nothing", "For example expect: [ { at: 0m, send: welcome, to: ann } ].");
        fields.RefuseOthers();
        return new()
        {
            Name = name ?? "",
            Start = start,
            Zone = zoneId,
            Account = account,
            Contacts = contacts,
            Sessions = [.. sessions.Values],
            History = [.. history.OrderBy(past => past.At)],
            Closed = [.. closed.OrderBy(past => past.At)],
            When = [.. when.OrderBy(action => action.At)],
            Expect = expect,
            NothingAfter = nothingAfter,
            Span = fields.HeadSpan,
        };
    }

    private static DateTimeZone? ClockOf(IReadOnlyDictionary<string, AttributeValue>? attributes) =>
        attributes?.GetValueOrDefault("zone") is { Kind: ValueKind.Text } named ? DateTimeZoneProviders.Tzdb.GetZoneOrNull(named.AsText) : null;

    private TestAccount? ReadAccount(YamlNode? node)
    {
        if (source.Map(node, "account") is not { } mapping) return null;
        var fields = new Fields(source, mapping, "the account");
        var id = source.Text(fields.Required("id", "A name for it: id: acme."), "id");
        var age = source.Exact(fields["known_for"], "known_for") ?? TimeSpan.Zero;
        var attributes = ReadAttributes(fields, mapping, SubjectKind.Account, ["id", "known_for"]);
        fields.RefuseOthers();
        return id is null ? null : new(id, attributes, start - age);
    }

    private TestContact? ReadContact(YamlNode node)
    {
        if (source.Map(node, "a contact") is not { } mapping) return null;
        var fields = new Fields(source, mapping, "a contact");
        var id = source.Text(fields.Required("id", "A name for them: id: ann."), "id");
        var roles = source.Texts(fields["roles"], "roles").Select(r => r.Value).ToArray();
        var basis = source.OneOf(fields["basis"], "a basis", ("none", ConsentBasis.None), ("opt_in", ConsentBasis.OptIn), ("relationship", ConsentBasis.Relationship), ("published", ConsentBasis.Published));
        var refuses = source.Texts(fields["refuses"], "refuses").Select(r => r.Value == "all" ? "*" : r.Value).ToArray();
        var isSuppressed = source.YesOrNo(fields["suppressed"], "suppressed") ?? false;
        var isInAccount = source.YesOrNo(fields["in_account"], "in_account") ?? true;
        var age = source.Exact(fields["known_for"], "known_for") ?? TimeSpan.Zero;
        var attributes = ReadAttributes(fields, mapping, SubjectKind.Contact, ContactKeys);
        fields.RefuseOthers();
        if (id is null) return null;
        if (!people.Add(id)) source.Error(DiagnosticCodes.DuplicateKey, mapping.Span, $"there is already somebody called \"{id}\" in this test");
        return new()
        {
            Id = id,
            Attributes = attributes,
            Roles = roles,
            Basis = basis ?? ConsentBasis.Relationship,
            Refuses = refuses,
            IsSuppressed = isSuppressed,
            IsInAccount = isInAccount,
            CreatedAt = start - age,
        };
    }

    private Dictionary<string, AttributeValue> ReadAttributes(Fields fields, YamlNode.Mapping mapping, SubjectKind of, string[] own)
    {
        var attributes = new Dictionary<string, AttributeValue>(StringComparer.Ordinal);
        foreach (var (key, _) in mapping.Entries)
        {
            if (own.Contains(key.Value)) continue;
            if (ReadAttribute(fields[key.Value], of, key.Value, key.Span) is { } value) attributes[key.Value] = value;
        }

        return attributes;
    }

    private AttributeValue? ReadAttribute(YamlNode? node, SubjectKind of, string name, SourceSpan at)
    {
        var known = of == SubjectKind.Contact ? environment.Plan.ContactAttributes : environment.Plan.AccountAttributes;
        var builtIn = of == SubjectKind.Contact ? name is "email" or "name" or "locale" or "zone" : name is "name" or "tier" or "stage" or "owner" or "locale" or "zone";
        var isMark = name == SubjectState.InternalAttribute;
        if (known.Count > 0 && !known.ContainsKey(name) && !builtIn && !isMark)
            source.Error(DiagnosticCodes.NotInPlan, at, $"events.yaml knows no attribute \"{name}\" of {(Wording)(of == SubjectKind.Contact ? "a contact" : "an account")}", Suggestions.For(name, known.Keys));
        if (node is null || source.Text(node, Wording.Verbatim(name)) is not { } written) return null;
        var type = known.GetValueOrDefault(name)?.Type ?? (isMark ? ValueKind.Boolean : builtIn ? ValueKind.Text : null);
        if (AttributeText.TryRead(written, type, ((YamlNode.Scalar)node).IsPlain, out var value)) return value;
        source.Error(DiagnosticCodes.WrongType, node.Span, $"\"{name}\" is a {type!.Value.ToString().ToLowerInvariant()}, and \"{written}\" is not", AttributeText.Example(type.Value));
        return null;
    }

    private TestAction.Event? ReadHistory(YamlNode node)
    {
        if (source.Map(node, "a past event", "- { ago: 10d, contact: ann, event: login }") is not { } mapping) return null;
        var fields = new Fields(source, mapping, "a past event");
        var ago = source.Exact(fields.Required("ago", "How long before the start: ago: 10d."), "ago") ?? TimeSpan.Zero;
        return ReadEvent(fields, start - ago, isPast: true);
    }

    /// <summary><c>- { ago: 3d, closed: onboarding_stalled }</c>.</summary>
    private void ReadClosed(YamlNode.Mapping mapping, List<ClosedCase> closed)
    {
        var fields = new Fields(source, mapping, "a closed case");
        var ago = source.Exact(fields.Required("ago", "How long before the start: ago: 3d."), "ago") ?? TimeSpan.Zero;
        var type = ReadType(fields["closed"]);
        if (!hasAccount) source.Error(DiagnosticCodes.MissingKey, fields.HeadSpan, "whose case was that?", "Give the test an account: account: { id: acme }.");
        fields.RefuseOthers();
        if (type is not null) closed.Add(new(type, start - ago));
    }

    private TestAction? ReadAction(YamlNode node)
    {
        if (source.Map(node, "something that happens", "- { at: 1d, contact: ann, event: login }") is not { } mapping) return null;
        var fields = new Fields(source, mapping, "something that happens");
        var at = ReadMoment(fields.Required("at", "When, counted from the start: at: 1d."), ReadClock(fields, null)) ?? start;
        var kinds = new[] { "event", "set", "clicks", "opens", "answers", "refuses", "replies", "leaves", "takes", "closes", "done", "responds", "fails", "registers", "cancels", "session", "approves", "declines", "starts", "hook", "joins", "paused" }.Where(fields.Has).ToArray();
        if (kinds.Length != 1)
        {
            source.Error(kinds.Length == 0 ? DiagnosticCodes.MissingKey : DiagnosticCodes.Contradiction, fields.HeadSpan,
                kinds.Length == 0 ? "nothing happens here" : (Wording)$"\"{kinds[0]}:\" and \"{kinds[1]}:\" stand in one item", "One of event:, set:, clicks:, opens:, answers:, refuses:, replies:, takes:, closes:, done:, responds:, fails:, registers:, cancels:, session:, approves:, declines:, hook:, joins:, paused:, starts: true or leaves: true.");
            return null;
        }

        if (kinds[0] == "event") return ReadEvent(fields, at);
        if (kinds[0] == "set") return ReadSet(fields, at);
        if (kinds[0] == "hook") return ReadHook(fields, at);
        if (kinds[0] == "starts") return ReadStartByHand(fields, at);
        if (kinds[0] is "responds" or "fails") return ReadResponse(fields, kinds[0], at);
        if (kinds[0] is "takes" or "closes") return ReadWork(fields, kinds[0], at);
        if (kinds[0] is "approves" or "declines")
        {
            var asked = source.Name(fields[kinds[0]], "a template or step");
            var to = fields.Has("to") ? ReadPerson(fields["to"]) : null;
            fields.RefuseOthers();
            return asked is null ? null : new TestAction.Decide(at, asked, to, kinds[0] == "approves", fields.HeadSpan);
        }

        if (kinds[0] == "paused")
        {
            var isPaused = source.YesOrNo(fields["paused"], "paused");
            fields.RefuseOthers();
            return isPaused is null ? null : new TestAction.Pause(at, isPaused.Value, fields.HeadSpan);
        }

        if (kinds[0] == "session") return ReadSessionChange(fields, at);
        if (kinds[0] == "done")
        {
            var task = source.Text(fields["done"], "done");
            var outcome = source.Name(fields["outcome"], "an outcome");
            fields.RefuseOthers();
            return task is null ? null : new TestAction.Done(at, task, outcome ?? Step.Task.Done, fields.HeadSpan);
        }

        var who = ReadPerson(fields.Required("contact", "Who does it: contact: ann."));
        if (kinds[0] is "registers" or "cancels")
        {
            var session = ReadKnownSession(fields[kinds[0]]);
            fields.RefuseOthers();
            return who is null || session is null ? null : new TestAction.Register(at, who, session, kinds[0] == "cancels", fields.HeadSpan);
        }

        if (kinds[0] == "joins")
        {
            var (joined, roles) = (source.Text(fields["joins"], "joins"), source.Texts(fields["roles"], "roles").Select(role => role.Value).ToArray());
            if (joined is not null && joined != accountId)
                source.Error(DiagnosticCodes.TestNamesNothing, fields["joins"]!.Span, $"no account in this test is called \"{joined}\"", accountId is null ? (Wording)$"Say so in given: account: {{ id: {joined} }}." : (Wording)$"There is \"{accountId}\".");
            fields.RefuseOthers();
            return who is null || joined is null ? null : new TestAction.Join(at, who, roles, fields.HeadSpan);
        }

        if (kinds[0] == "replies")
        {
            var isAutomatic = source.OneOf(fields["replies"], "who replies", ("human", false), ("automatic", true));
            fields.RefuseOthers();
            return who is null || isAutomatic is null ? null : new TestAction.Reply(at, who, isAutomatic.Value, fields.HeadSpan);
        }

        var what = source.Text(fields[kinds[0]], Wording.Verbatim(kinds[0]));
        if (kinds[0] == "answers")
        {
            var with = source.Text(fields.Required("with", "Which answer: with: 9."), "with");
            var comment = source.Text(fields["comment"], "comment");
            fields.RefuseOthers();
            return who is null || what is null || with is null ? null : new TestAction.Answer(at, who, what, with, comment ?? "", fields.HeadSpan);
        }

        if (kinds[0] is "clicks" or "opens") CheckTemplate(fields[kinds[0]], what);
        fields.RefuseOthers();
        if (who is null || what is null) return null;
        return kinds[0] switch
        {
            "clicks" => new TestAction.Click(at, who, what, fields.HeadSpan),
            "opens" => new TestAction.Open(at, who, what, fields.HeadSpan),
            "refuses" => new TestAction.Refuse(at, who, what is "all" ? "*" : what, fields.HeadSpan),
            _ => new TestAction.Leave(at, who, fields.HeadSpan),
        };
    }

    private TestAction.Event? ReadEvent(Fields fields, DateTimeOffset at, bool isPast = false)
    {
        var who = hasAccount && !fields.Has("contact") ? null : ReadPerson(fields.Required("contact", "Who does it: contact: ann."));
        var eventNode = fields.Required("event", "What happens: event: login.");
        var name = source.Text(eventNode, "event");
        var known = environment.Plan.Events;
        if (name is not null && known.Count > 0 && !known.ContainsKey(name) && name is not ("page" or "screen"))
            source.Error(DiagnosticCodes.NotInPlan, eventNode!.Span, $"events.yaml knows no event \"{name}\"", Nurture.Conditions.Spelling.OfMails(name) ?? Suggestions.For(name, known.Keys));
        var properties = WriteProperties(source.Map(fields["properties"], "properties"), name is null ? null : known.GetValueOrDefault(name));
        var isImported = !isPast && source.YesOrNo(fields["imported"], "imported") == true;
        var ago = isImported ? source.Exact(fields["ago"], "ago") : null;
        fields.RefuseOthers();
        return name is null ? null : new(at, who, name, properties, fields.HeadSpan) { IsImported = isImported, HappenedAt = ago is { } before ? at - before : null };
    }

    /// <summary><c>{ hook: billing, body: { type: paid, customer: ann } }</c>: read and typed as the server does.</summary>
    private TestAction.Hooked? ReadHook(Fields fields, DateTimeOffset at)
    {
        var nameNode = fields["hook"]!;
        var body = WriteProperties(source.Map(fields.Required("body", "What it tells: body: { type: paid, customer: ann }."), "body"), null);
        fields.RefuseOthers();
        if (source.Name(nameNode, "a hook") is not { } name || body.Length == 0) return null;
        if (environment.Hooks.Find(name) is not { } hook)
        {
            source.Error(DiagnosticCodes.BadHook, nameNode.Span, $"hooks.yaml has no hook \"{name}\"", Suggestions.For(name, environment.Hooks.ByName.Keys, "It has"));
            return null;
        }

        using var json = JsonDocument.Parse(body);
        var reading = HookReader.Read(hook, json.RootElement, body, at);
        if (reading.Failure is { } failure)
        {
            source.Error(DiagnosticCodes.BadHook, fields.HeadSpan, Wording.Verbatim(failure.TrimEnd('.')), "The server would refuse this body.");
            return null;
        }

        using var request = IntakeRequest.Open(HookReader.ToBatch(reading.Events, $"hook:{name}", addresses), out _);
        var batch = request!.Read(null, null, at, environment.Plan);
        foreach (var refused in batch.Refused) source.Error(DiagnosticCodes.BadHook, fields.HeadSpan, $"of this body the intake refuses something: {refused.Detail.TrimEnd('.')}", "What hooks.yaml makes has to fit events.yaml.");
        var items = new List<HookedItem>();
        foreach (var item in batch.Items)
        {
            var who = item.UserId ?? item.AnonymousId;
            var account = item switch { IntakeItem.Occurred happened => happened.GroupId, IntakeItem.Grouped grouped => grouped.GroupId, _ => null };
            if (who is not null && !people.Contains(who))
                source.Error(DiagnosticCodes.TestNamesNothing, fields.HeadSpan, $"the body speaks of \"{who}\", and nobody in this test is called so", Suggestions.For(who, people, "There are"));
            else if (account is not null && account != accountId)
                source.Error(DiagnosticCodes.TestNamesNothing, fields.HeadSpan, $"the body speaks of the account \"{account}\", and the test's is {(accountId is null ? "none" : Wording.Verbatim($"\"{accountId}\""))}", $"given: {{ account: {{ id: {account} }} }}.");
            else items.Add(new(who, item));
        }

        return new(at, name, items, fields.HeadSpan);
    }

    /// <summary><c>{ contact: ann, starts: true, with: { plan: pro } }</c>: a colleague lets somebody in.</summary>
    private TestAction.Start? ReadStartByHand(Fields fields, DateTimeOffset at)
    {
        var who = hasAccount && !fields.Has("contact") ? null : ReadPerson(fields.Required("contact", "Who is started: contact: ann."));
        var row = source.Name(fields["row"], "a row");
        var with = WriteProperties(source.Map(fields["with"], "with", "with: { plan: pro }"), null);
        if (source.YesOrNo(fields["starts"], "starts") == false) source.Error(DiagnosticCodes.UnknownWord, fields["starts"]!.Span, "starts: false starts nothing", "starts: true, or leave the line out.");
        fields.RefuseOthers();
        return new(at, who, row, with, fields.HeadSpan);
    }

    /// <summary><c>{ takes: onboarding_stalled }</c>, <c>{ closes: onboarding_stalled, outcome: saved }</c>: a human at work.</summary>
    private TestAction.Work? ReadWork(Fields fields, string kind, DateTimeOffset at)
    {
        var type = ReadType(fields[kind]);
        var isClosing = kind == "closes";
        var outcome = isClosing ? source.Name(fields.Required("outcome", "As what: outcome: saved."), "an outcome") : "";
        fields.RefuseOthers();
        return type is null || outcome is null ? null : new(at, type, isClosing ? EscalationAct.Close : EscalationAct.Acknowledge, outcome, fields.HeadSpan);
    }

    /// <summary><c>{ responds: crm, with: { ticket: "T-1" } }</c>, <c>{ fails: crm }</c>: what comes of the latest call to it.</summary>
    private TestAction.Respond? ReadResponse(Fields fields, string kind, DateTimeOffset at)
    {
        var endpoint = source.Name(fields[kind], "an endpoint");
        var isAnswered = kind == "responds";
        var with = isAnswered ? WriteProperties(source.Map(fields["with"], "with", "with: { ticket: \"T-1\" }"), null) : default;
        fields.RefuseOthers();
        return endpoint is null ? null : new(at, endpoint, isAnswered, with, fields.HeadSpan);
    }

    /// <summary><c>- { id: demo, starts: 14d, lasts: 1h, seats: 2, link: https://example.com/demo }</c>.</summary>
    private Session? ReadSession(YamlNode node)
    {
        if (source.Map(node, "a session", "- { id: demo, starts: 14d }") is not { } mapping) return null;
        var fields = new Fields(source, mapping, "a session");
        var id = source.Name(fields.Required("id", "A name for it: id: demo."), "a session");
        var kind = source.Name(fields["kind"], "a kind of session") ?? "webinar";
        var title = source.Text(fields["title"], "title");
        var starts = ReadMoment(fields.Required("starts", "When, counted from the start: starts: 14d; or local."));
        var lasts = source.Exact(fields["lasts"], "lasts") ?? TimeSpan.FromHours(1);
        var seats = source.Whole(fields["seats"], "seats", 0);
        var until = ReadMoment(fields["registration_until"]);
        var link = source.Text(fields["link"], "link") ?? "https://example.com/session";
        fields.RefuseOthers();
        return id is null || starts is not { } at ? null : new()
        {
            Id = id,
            Kind = kind,
            Titles = new Dictionary<string, string> { [environment.Policy.Locale] = title ?? id },
            StartsAt = at,
            EndsAt = at + lasts,
            Zone = zone.Id,
            Link = link,
            Seats = seats,
            RegistrationUntil = until,
            Locale = environment.Policy.Locale,
            ScheduledAt = start,
            Version = 1,
        };
    }

    private string? ReadKnownSession(YamlNode? node)
    {
        if (source.Text(node, "a session") is not { } id) return null;
        if (sessions.ContainsKey(id)) return id;
        source.Error(DiagnosticCodes.UnknownSession, node!.Span, $"no session in this test is called \"{id}\"", Suggestions.For(id, sessions.Keys, "There are") ?? "Say so in given: sessions: [ { id: demo, starts: 14d } ].");
        return null;
    }

    /// <summary><c>{ session: demo, moved_to: 16d }</c>, <c>cancelled: true</c>, <c>attended: [ ann ]</c>.</summary>
    private TestAction.ChangeSession? ReadSessionChange(Fields fields, DateTimeOffset at)
    {
        var session = ReadKnownSession(fields["session"]);
        var movedTo = ReadMoment(fields["moved_to"]);
        var isCancelled = source.YesOrNo(fields["cancelled"], "cancelled") ?? false;
        var attended = fields.Has("attended") ? source.Texts(fields["attended"], "attended").Select(ReadPerson).OfType<string>().ToList() : null;
        if (new[] { movedTo is not null, isCancelled, attended is not null }.Count(said => said) != 1)
            source.Error(DiagnosticCodes.UnknownSession, fields.HeadSpan, "what becomes of the session?", "One of moved_to: 16d, cancelled: true, attended: [ ann ].");
        fields.RefuseOthers();
        return session is null ? null : new(at, session, movedTo, isCancelled, attended, fields.HeadSpan);
    }

    private string? ReadType(YamlNode? node)
    {
        if (source.Name(node, "an escalation type") is not { } type) return null;
        if (environment.Escalations is { } known && known.Find(type) is null)
            source.Error(DiagnosticCodes.UnknownEscalation, node!.Span, $"escalations.yaml declares no type \"{type}\"", Suggestions.For(type, known.ByName.Keys, "There are"));
        return type;
    }

    private TestAction.Set? ReadSet(Fields fields, DateTimeOffset at)
    {
        var who = fields.Has("contact") ? ReadPerson(fields["contact"]) : null;
        if (!fields.Has("contact") && !hasAccount) source.Error(DiagnosticCodes.MissingKey, fields.HeadSpan, "whose attributes change?", "Say contact: ann, or give the test an account.");
        if (source.Map(fields["set"], "set", "set: { onboarded: true }") is not { } mapping) return null;
        var inner = new Fields(source, mapping, "set");
        var attributes = ReadAttributes(inner, mapping, who is null ? SubjectKind.Account : SubjectKind.Contact, []);
        var isImported = source.YesOrNo(fields["imported"], "imported") ?? false;
        fields.RefuseOthers();
        return new(at, who, attributes, fields.HeadSpan) { IsImported = isImported };
    }

    private Expectation? ReadExpectation(YamlNode node)
    {
        if (source.Map(node, "an expectation", "- { at: 0m, send: welcome, to: ann }") is not { } mapping) return null;
        var fields = new Fields(source, mapping, "an expectation");
        var kinds = new[] { "send", "not_sent", "step", "ends", "entered", "escalated", "band", "call", "notified" }.Where(fields.Has).ToArray();
        if (kinds.Length != 1)
        {
            source.Error(kinds.Length == 0 ? DiagnosticCodes.MissingKey : DiagnosticCodes.Contradiction, fields.HeadSpan,
                kinds.Length == 0 ? "this expects nothing" : (Wording)$"\"{kinds[0]}:\" and \"{kinds[1]}:\" stand in one item", "One of send:, not_sent:, step:, ends:, entered:, escalated:, band:, call: or notified:.");
            return null;
        }

        var kind = kinds[0];
        var value = fields[kind];
        var span = fields.HeadSpan;
        var to = kind is "send" or "not_sent" && fields.Has("to") ? ReadPerson(fields["to"]) : null;
        var clock = ReadClock(fields, to);
        var at = ReadMoment(fields["at"], clock);
        var because = kind is "not_sent" or "entered" ? ReadReason(fields["because"]) : null;
        Expectation? expectation = kind switch
        {
            "send" when CheckTemplate(value, source.Name(value, "a template")) is { } template => new Expectation.Send(at, template, to, span) { Arm = source.Name(fields["subject"], "a subject line") },
            "not_sent" when CheckTemplate(value, source.Name(value, "a template")) is { } template => new Expectation.NotSent(at, template, to, because, span),
            "step" when source.Name(value, "a step") is { } id => new Expectation.Step(at, id, span),
            "ends" when ReadReason(value) is { } reason => new Expectation.Ends(at, reason, span),
            "call" when source.Name(value, "an endpoint") is { } endpoint => new Expectation.Called(at, endpoint, span),
            "notified" when source.Text(value, "notified") is { } who => new Expectation.Notified(at, who, span),
            "escalated" when ReadType(value) is { } type => new Expectation.Escalated(at, type, span),
            "band" when source.OneOf(value, "a band of health",
                ("healthy", HealthBand.Healthy), ("watch", HealthBand.Watch), ("at_risk", HealthBand.AtRisk), ("unknown", HealthBand.Unknown)) is { } band => new Expectation.Band(at, band, span),
            "entered" when source.YesOrNo(value, "entered") is { } isEntered => new Expectation.Entered(at, isEntered, because, span),
            _ => null,
        };
        var row = kind is "entered" or "ends" or "step" ? source.Name(fields["row"], "a row") : null;
        fields.RefuseOthers();
        return expectation is null ? null : expectation with { Row = row, Zone = clock?.Id };
    }

    private string? CheckTemplate(YamlNode? node, string? template)
    {
        if (template is not null && environment.Templates is { } known && !known.Contains(template))
            source.Error(DiagnosticCodes.UnknownTemplate, node!.Span, $"template \"{template}\" is not defined", Suggestions.For(template, known));
        return template;
    }

    private string? ReadPerson(YamlNode? node)
    {
        if (source.Text(node, "a contact") is not { } id) return null;
        if (people.Contains(id)) return id;
        source.Error(DiagnosticCodes.TestNamesNothing, node!.Span, $"nobody in this test is called \"{id}\"", Suggestions.For(id, people, "There are"));
        return null;
    }

    private Reason? ReadReason(YamlNode? node)
    {
        if (source.Text(node, "a reason") is not { } code) return null;
        if (Reasons.TryParse(code, out var reason)) return reason;
        source.Error(DiagnosticCodes.UnknownWord, node!.Span, $"\"{code}\" is not a reason", Suggestions.For(code, Reasons.All) ?? "For example goal_reached, exit_true, completed, unsubscribed, audience_false.");
        return null;
    }

    private DateTimeOffset ReadStart(YamlNode? node)
    {
        if (source.Text(node, "start") is not { } written) return default;
        if (ReadLocal(written) is { } at) return at;
        source.Error(DiagnosticCodes.BadValue, node!.Span, $"\"{written}\" is not a moment", "For example \"2026-03-02 10:00\", in the test's zone.");
        return default;
    }

    /// <summary><c>3d</c> or <c>3d 23h</c> after the start, or a local time of the test's zone.</summary>
    /// <param name="clock">Whose clock a local time is read on; the test's where not given.</param>
    private DateTimeOffset? ReadMoment(YamlNode? node, DateTimeZone? clock = null)
    {
        if (source.Text(node, "at") is not { } written) return null;
        if (ReadLocal(written, clock) is { } local) return local;
        if (clock is not null)
        {
            source.Error(DiagnosticCodes.Contradiction, node!.Span, $"\"{written}\" is counted from the start, which is one moment on every clock", "zone: belongs to a local time, at: \"2026-03-06 09:00\".");
            return null;
        }

        var at = start;
        foreach (var part in written.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (Values.TryLength(part, out var length) && length.IsExact)
            {
                at += length.Exact;
                continue;
            }

            source.Error(DiagnosticCodes.BadValue, node!.Span, $"\"{written}\" is not a moment", "Counted from the start, 3d or 3d 23h; or a local time, \"2026-03-06 09:00\".");
            return null;
        }

        return at;
    }

    /// <summary>Whose clock an item's local time is on: <c>zone: America/New_York</c>, or in what is expected <c>zone: recipient</c>; null where it does not say.</summary>
    private DateTimeZone? ReadClock(Fields fields, string? recipient)
    {
        if (fields["zone"] is not { } node) return null;
        if (node is not YamlNode.Scalar { Value: "recipient" }) return source.Zone(node, "zone") is { } named ? DateTimeZoneProviders.Tzdb[named] : null;
        if (recipient is not null) return clocks.GetValueOrDefault(recipient, accountClock ?? zone);
        source.Error(DiagnosticCodes.MissingKey, node.Span, "whose clock is meant?", "zone: recipient goes with to: ann; else name one, zone: America/New_York.");
        return null;
    }

    private DateTimeOffset? ReadLocal(string written, DateTimeZone? clock = null) =>
        MomentPattern.Parse(written) is { Success: true } parsed ? parsed.Value.InZoneLeniently(clock ?? zone).ToDateTimeOffset().ToUniversalTime() : null;

    private ReadOnlyMemory<byte> WriteProperties(YamlNode.Mapping? mapping, PlannedEvent? planned)
    {
        if (mapping is null) return default;
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer)) Write(json, mapping, planned, "");
        return buffer.WrittenMemory;
    }

    private void Write(Utf8JsonWriter json, YamlNode node, PlannedEvent? planned, string path)
    {
        switch (node)
        {
            case YamlNode.Mapping mapping:
                json.WriteStartObject();
                foreach (var (key, value) in mapping.Entries)
                {
                    var inner = path.Length == 0 ? key.Value : $"{path}.{key.Value}";
                    if (value is not YamlNode.Mapping && planned is { Properties.Count: > 0 } && !planned.Properties.ContainsKey(inner))
                        source.Error(DiagnosticCodes.NotInPlan, key.Span, $"the event \"{planned.Name}\" has no property \"{inner}\"", Suggestions.For(inner, planned.Properties.Keys, "It has"));
                    json.WritePropertyName(key.Value);
                    Write(json, value, planned, inner);
                }

                json.WriteEndObject();
                break;
            case YamlNode.Sequence list:
                json.WriteStartArray();
                foreach (var item in list.Items) Write(json, item, null, path);
                json.WriteEndArray();
                break;
            case YamlNode.Scalar { IsEmpty: true }:
                json.WriteNullValue();
                break;
            case YamlNode.Scalar scalar:
                var type = planned?.Properties.GetValueOrDefault(path)?.Type;
                if (!AttributeText.TryRead(scalar.Value, type, scalar.IsPlain, out var typed))
                    source.Error(DiagnosticCodes.WrongType, scalar.Span, $"\"{path}\" is a {type!.Value.ToString().ToLowerInvariant()}, and \"{scalar.Value}\" is not", AttributeText.Example(type.Value));
                if (typed.Kind == ValueKind.Boolean) json.WriteBooleanValue(typed.AsBoolean);
                else if (typed.Kind == ValueKind.Number) json.WriteNumberValue(typed.AsNumber);
                else json.WriteStringValue(scalar.Value);
                break;
        }
    }
}
