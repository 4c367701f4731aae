using System.Buffers;
using System.Globalization;
using System.Text.Json;
using NodaTime;
using Nurture.Conditions;
using Nurture.Contacts;
using Nurture.Scenarios;
using Nurture.Scenarios.Testing;
using Nurture.Segments;
using Nurture.Templating.Syntax;

namespace Nurture.Simulation;

/// <param name="After">From the start.</param>
public sealed record InventedEvent(string Event, TimeSpan After);

/// <summary>
/// Somebody made up, for whom a scenario is played: what they are and what they do, as text, so that a page can show it and
/// let it be changed. <see cref="For"/> guesses somebody whom the scenario lets in.
/// </summary>
public sealed record Invention
{
    public const string Person = "ann";
    private const string Company = "acme";
    private const string SessionId = "example";

    public required DateTimeOffset Start { get; init; }

    public required string Zone { get; init; }

    /// <summary>Attributes by name, as files write them.</summary>
    public IReadOnlyDictionary<string, string> Contact { get; init; } = new Dictionary<string, string>();

    public IReadOnlyDictionary<string, string> Account { get; init; } = new Dictionary<string, string>();

    /// <summary>Of the event that starts the scenario.</summary>
    public IReadOnlyDictionary<string, string> Properties { get; init; } = new Dictionary<string, string>();

    public IReadOnlyList<string> Roles { get; init; } = [];

    /// <summary>What was done before, how long ago.</summary>
    public IReadOnlyList<InventedEvent> Past { get; init; } = [];

    /// <summary>What is done afterwards; the trigger's own event is not among them.</summary>
    public IReadOnlyList<InventedEvent> Happens { get; init; } = [];

    /// <summary>Somebody of whom is true what the trigger and the audience compare with a plain value.</summary>
    public static Invention For(Scenario scenario, TrackingPlan plan, Sends.SendPolicy policy, DateTimeOffset start)
    {
        var guess = new Guess();
        if (scenario.Trigger is Trigger.Event { Where: { } where }) guess.Read(where);
        if (scenario.Audience is { } audience) guess.Read(audience);
        if (scenario.Key is { Root: "trigger" } key) guess.Properties.TryAdd(key.Path, "1");
        if (scenario.Trigger is Trigger.Event { Names: var heard } && heard.All(Sessions.SessionEvents.IsOne)) guess.Properties[Sessions.SessionEvents.Key] = SessionId;
        if (scenario.Trigger is Trigger.DateAttribute date)
            (date.Of == SubjectKind.Contact ? guess.Contact : guess.Account)[date.Attribute] = DateFor(date, plan, start, policy.Zone);
        guess.Contact.TryAdd("email", $"{Person}@acme.example");
        guess.Contact.TryAdd("name", "Ann");
        guess.Contact.TryAdd("locale", policy.Locale);
        guess.Account.TryAdd("name", "Acme");
        return new()
        {
            Start = start,
            Zone = policy.Zone,
            Contact = guess.Contact,
            Account = guess.Account,
            Properties = guess.Properties,
            Roles = [.. guess.Roles.Concat(RolesOf(scenario)).Distinct()],
            Past = [.. guess.Past.Select(name => new InventedEvent(name, TimeSpan.FromHours(1)))],
        };
    }

    /// <param name="problem">Null where all of it could be read; else what could not, with its place: <c>account.seats</c>.</param>
    public ScenarioTest? ToScript(Scenario scenario, TrackingPlan plan, out string? problem)
    {
        problem = null;
        var contact = Typed(plan.ContactAttributes, Contact, "contact", ref problem);
        var account = Typed(plan.AccountAttributes, Account, "account", ref problem);
        var past = Past.Select(happened => new TestAction.Event(Start - happened.After, Person, happened.Event, default, default)).OrderBy(happened => happened.At).ToList();
        List<TestAction> when = [.. Happens.Select(happened => new TestAction.Event(Start + happened.After, Person, happened.Event, default, default))];
        if (scenario.Trigger is Trigger.Event trigger) when.Insert(0, new TestAction.Event(Start, Person, trigger.Names[0], Json(plan, trigger.Names, ref problem), default));
        if (problem is not null) return null;
        var since = past.Count > 0 ? past[0].At : Start;
        return new ScenarioTest
        {
            Name = scenario.Name,
            Start = Start,
            Zone = Zone,
            Account = new(Company, account, since),
            Contacts = [new TestContact { Id = Person, Attributes = contact, Roles = Roles, Basis = ConsentBasis.OptIn, CreatedAt = since }],
            Sessions = SessionsOf(scenario),
            History = past,
            When = [.. when.OrderBy(action => action.At)],
            Span = default,
        };
    }

    /// <summary>One to be invited to, or to be registered for, where it is about sessions: soon enough to see what follows.</summary>
    private IReadOnlyList<Sessions.Session> SessionsOf(Scenario scenario)
    {
        if (scenario.Trigger.EventNames is not { Count: > 0 } names || !names.All(Sessions.SessionEvents.IsOne)) return [];
        var trigger = scenario.Trigger as Trigger.Session;
        var before = trigger is null ? TimeSpan.FromDays(14) : (trigger.Before.Before is var far ? far.Exact + TimeSpan.FromDays((far.BusinessDays * 2) + (far.Months * 31)) : default) + TimeSpan.FromDays(1);
        return
        [
            new()
            {
                Id = SessionId,
                Kind = trigger?.Named ?? "webinar",
                Titles = new Dictionary<string, string> { ["en"] = "A first look", ["ja"] = "はじめての活用セミナー" },
                StartsAt = Start + before,
                EndsAt = Start + before + TimeSpan.FromHours(1),
                Zone = Zone,
                Link = "https://example.com/session",
                ScheduledAt = Start,
                Version = 1,
            },
        ];
    }

    private static Dictionary<string, AttributeValue> Typed(IReadOnlyDictionary<string, PlannedAttribute> known, IReadOnlyDictionary<string, string> said, string whose, ref string? problem)
    {
        var values = new Dictionary<string, AttributeValue>(StringComparer.Ordinal);
        foreach (var (name, written) in said)
        {
            if (AttributeText.TryRead(written, known.GetValueOrDefault(name)?.Type, true, out var value)) values[name] = value;
            else problem ??= $"{whose}.{name}: \"{written}\" is no {known[name].Type.ToString().ToLowerInvariant()}. {AttributeText.Example(known[name].Type)}";
        }

        return values;
    }

    private ReadOnlyMemory<byte> Json(TrackingPlan plan, IReadOnlyList<string> events, ref string? problem)
    {
        var known = events.Select(name => plan.Events.GetValueOrDefault(name)).FirstOrDefault()?.Properties ?? new Dictionary<string, PlannedAttribute>();
        var json = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(json);
        writer.WriteStartObject();
        foreach (var (name, written) in Properties)
        {
            if (!AttributeText.TryRead(written, known.GetValueOrDefault(name)?.Type, true, out var value))
            {
                problem ??= $"trigger.{name}: \"{written}\" is no {known[name].Type.ToString().ToLowerInvariant()}. {AttributeText.Example(known[name].Type)}";
                continue;
            }

            if (value.Kind == ValueKind.Number) writer.WriteNumber(name, double.Parse(written, CultureInfo.InvariantCulture));
            else if (value.Kind == ValueKind.Boolean) writer.WriteBoolean(name, written == "true");
            else writer.WriteString(name, written);
        }

        writer.WriteEndObject();
        writer.Flush();
        return json.WrittenMemory;
    }

    private static string DateFor(Trigger.DateAttribute trigger, TrackingPlan plan, DateTimeOffset start, string zone)
    {
        // So that the moment comes on the day after the start.
        var offset = trigger.Offset.Exact + TimeSpan.FromDays((trigger.Offset.BusinessDays * 7 / 5) + (trigger.Offset.Months * 31));
        var day = Instant.FromDateTimeOffset(start + TimeSpan.FromDays(1) - offset).InZone(DateTimeZoneProviders.Tzdb[zone]).Date;
        var written = day.ToString("uuuu-MM-dd", CultureInfo.InvariantCulture);
        return plan.Attribute(trigger.Of, trigger.Attribute)?.Type == ValueKind.Instant ? $"{written}T00:00:00Z" : written;
    }

    private static IEnumerable<string> RolesOf(Scenario scenario) => Step.All(scenario.Steps).OfType<Step.Send>()
        .SelectMany(send => new[] { send.To, send.Nobody?.Instead }).Append(scenario.Trigger.ForRole)
        .OfType<Recipients.Roles>().Select(roles => roles.Names[0]);

    /// <summary>Reads comparisons with plain values, all of which a conjunction wants and the first of which a disjunction does.</summary>
    private sealed class Guess
    {
        public Dictionary<string, string> Contact { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, string> Account { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, string> Properties { get; } = new(StringComparer.Ordinal);

        public List<string> Roles { get; } = [];

        public List<string> Past { get; } = [];

        private readonly Dictionary<string, Condition> segments = new(StringComparer.Ordinal);

        public void Read(Condition condition)
        {
            foreach (var segment in condition.Segments) segments[segment.Name] = segment.Is;
            if (ExpressionParser.Parse(condition.Text.Replace('\r', ' ').Replace('\n', ' ')).Root is { } root) Read(root);
        }

        private void Read(Expression expression)
        {
            switch (expression)
            {
                case Expression.Group group: Read(group.Inner); break;
                case Expression.Binary { Operator: BinaryOperator.And } both:
                    Read(both.Left);
                    Read(both.Right);
                    break;
                case Expression.Binary { Operator: BinaryOperator.Or } either: Read(either.Left); break;
                case Expression.Binary { Operator: BinaryOperator.Equal or BinaryOperator.GreaterOrEqual or BinaryOperator.LessOrEqual, Left: var path, Right: Expression.Literal { Value: { } value } } compared:
                    if (path is Expression.Call counted) Count(counted, value, compared.Operator);
                    else Say(path, Written(value));
                    break;
                case Expression.Binary { Operator: BinaryOperator.Greater, Left: var path, Right: Expression.Literal { Value: int above } }:
                    if (path is Expression.Call counts) Count(counts, above + 1, BinaryOperator.GreaterOrEqual);
                    else Say(path, Written(above + 1));
                    break;
                case Expression.Call call when NameOf(call) == "one_of" && call.Arguments is [{ Value: var asked }, { Value: Expression.Literal { Value: { } first } }, ..]: Say(asked, Written(first)); break;
                case Expression.Call call when NameOf(call) is "ever" && FirstText(call) is { } done: Past.Add(done); break;
                case Expression.Call call when NameOf(call) == SegmentCalls.Function && FirstText(call) is { } name && segments.TryGetValue(name, out var asked): Read(asked); break;
                case Expression.Call call when NameOf(call) == "has_role" && FirstText(call) is { } role: Roles.Add(role); break;
                case Expression.Call call when NameOf(call) == "exists" && call.Arguments is [{ Value: var path }]: Say(path, "x"); break;
                case Expression.Member member: Say(member, "true"); break;
            }
        }

        private void Count(Expression.Call call, object number, BinaryOperator comparison)
        {
            if (comparison == BinaryOperator.LessOrEqual || NameOf(call) is not ("count" or "people") || FirstText(call) is not { } done || number is not int times) return;
            for (var i = 0; i < times; i++) Past.Add(done);
        }

        private void Say(Expression path, string value)
        {
            if (path is not Expression.Member { Target: Expression.Name root } member) return;
            (root.Identifier switch { "contact" => Contact, "account" => Account, "trigger" => Properties, _ => null })?.TryAdd(member.Identifier, value);
        }

        private static string? NameOf(Expression.Call call) => call.Function switch
        {
            Expression.Name name => name.Identifier,
            Expression.Member member => member.Identifier,
            _ => null,
        };

        private static string? FirstText(Expression.Call call) => call.Arguments is [{ Value: Expression.Literal { Value: string text } }, ..] ? text : null;

        private static string Written(object value) => value switch
        {
            bool flag => flag ? "true" : "false",
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            _ => value.ToString()!,
        };
    }
}
