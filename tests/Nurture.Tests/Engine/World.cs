using System.Collections.Frozen;
using System.Text;
using NodaTime;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Escalations;
using Nurture.Health;
using Nurture.Scenarios;
using Nurture.Segments;
using Nurture.Sends;
using Nurture.Simulation;
using Nurture.Templates;

namespace Nurture.Tests.Engine;

/// <summary>A simulated deployment that tests speak to in short words. Contacts 1… and accounts 1001… are made by being named.</summary>
internal sealed class World
{
    public static readonly DateTimeOffset Start = new(2026, 3, 2, 10, 0, 0, TimeSpan.Zero); // a Monday

    /// <summary>A definition of health that scores nobody.</summary>
    public const string NobodyScored = """
        health: none-yet
        for: ever("scored")
        measures: [ { id: x, weight: 1, value: 'count("login", "14d")', scale: [[0, 0], [1, 100]] } ]
        bands: { healthy: { from: 70, none: x }, watch: { from: 40, none: x }, at_risk: { none: x }, unknown: { none: x } }
        """;

    /// <summary>A scenario that mails when the health comes to be at risk.</summary>
    public const string RescuedAtRisk = """
        scenario: rescue
        title: Rescue
        owner: m@example.com
        subject: account
        class: transactional
        purpose: x
        goal: none
        trigger: { band: at_risk }
        steps:
          - send: { template: rescue, to: most_active, nobody: end }
        """;

    private const long FirstAccount = 1000;
    private long lastEvent;

    private World(Catalog catalog) => Simulator = new Simulator(catalog, Start);

    public Simulator Simulator { get; }

    public DateTimeOffset Now => Simulator.Now;

    public static World Of(params string[] scenarios) => Of(SendPolicy.Default, scenarios);

    public static World Of(SendPolicy policy, params string[] scenarios) => new(CatalogOf(policy, scenarios));

    /// <summary>With scored accounts and declared escalation types.</summary>
    public static World WithHealth(string health, string escalations, params string[] scenarios)
    {
        var (definition, wrong) = HealthReader.Read(health, "health.yaml", Plan, SegmentSet.None);
        Assert.True(definition is not null, string.Join('\n', wrong));
        var (types, mistakes) = EscalationTypesReader.Read(escalations, "escalations.yaml");
        Assert.Empty(mistakes);
        var catalog = Scored(CatalogOf(SendPolicy.Default, scenarios), definition with { Version = 1 });
        return new(catalog with
        {
            Escalations = types,
            CoveredSince = catalog.CoveredSince.Concat(types.Criteria.Select(c => KeyValuePair.Create(c.Key, DateTimeOffset.UnixEpoch))).DistinctBy(c => c.Key).ToFrozenDictionary(),
        });
    }

    public static Catalog Scored(Catalog catalog, HealthDefinition definition) => catalog with
    {
        Health = definition,
        CoveredSince = catalog.CoveredSince.Concat(definition.Criteria.Select(c => KeyValuePair.Create(c.Key, DateTimeOffset.UnixEpoch))).DistinctBy(c => c.Key).ToFrozenDictionary(),
    };

    /// <summary>A scenario that opens a case of the type each time an account is stuck.</summary>
    public static string Calling(string type) => $$"""
        scenario: call
        title: Call
        owner: m@example.com
        subject: account
        class: service
        trigger: { event: stuck }
        reentry: every time
        goal: { when: event("rescued"), within: 60d }
        steps:
          - escalate: { type: {{type}}, because: They are stuck }
        """;

    public AccountState Account(long account) => Simulator.States.Select(pair => pair.State).OfType<AccountState>().Single(state => state.Id == FirstAccount + account);

    public World Work(long account, EscalationAct act, string outcome = "", string text = "", DateTimeOffset? until = null, long contact = 0, string assignee = "")
    {
        var id = FirstAccount + account;
        Simulator.Tell(new Signal.EscalationWorked(id, Account(account).Escalations[0].Id, act, "csm@example.com", text, outcome, assignee, until, Now, contact, "Hello"), accountId: id);
        Simulator.Drain();
        return this;
    }

    public World TellAccount(long account, Func<long, Signal> signal)
    {
        Simulator.Tell(signal(FirstAccount + account), accountId: FirstAccount + account);
        Simulator.Drain();
        return this;
    }

    /// <summary>The account turns out to be another one.</summary>
    public World MergeAccounts(long from, long into)
    {
        Simulator.Tell(new Signal.AccountMergedInto(FirstAccount + from, FirstAccount + into, Slots.OfAccount(FirstAccount + into), Now), accountId: FirstAccount + from);
        Simulator.Drain();
        return this;
    }

    /// <summary>With what <c>segment("x")</c> names.</summary>
    public static World Of(SegmentSet segments, params string[] scenarios) => new(CatalogOf(SendPolicy.Default, segments, scenarios));

    public static Catalog CatalogOf(SendPolicy policy, params string[] scenarios) => CatalogOf(policy, SegmentSet.None, scenarios);

    /// <summary>With the mails themselves, whose front matter has a say.</summary>
    public static World Of(SendPolicy policy, MailTemplateLibrary mails, params string[] scenarios) => new(CatalogOf(policy, SegmentSet.None, mails, scenarios));

    public static Catalog CatalogOf(SendPolicy policy, SegmentSet segments, params string[] scenarios) => CatalogOf(policy, segments, MailTemplateLibrary.Empty, scenarios);

    public static World Of(SegmentSet segments, MailTemplateLibrary mails, params string[] scenarios) => new(CatalogOf(SendPolicy.Default, segments, mails, scenarios));

    private static Catalog CatalogOf(SendPolicy policy, SegmentSet segments, MailTemplateLibrary mails, string[] scenarios)
    {
        var published = scenarios.SelectMany(text =>
        {
            var parsed = ScenarioParser.Parse(text, "test.yaml", new ParseEnvironment { Plan = Plan, Policy = policy, Segments = segments, MailTemplates = mails });
            Assert.True(parsed.Scenario is not null, string.Join('\n', parsed.Diagnostics));
            return parsed.Scenario!.Each().Select(one => new PublishedScenario(one with { Version = 1 }, ScenarioProgram.Of(one.Steps), false, DateTimeOffset.UnixEpoch));
        }).ToList();
        return new Catalog
        {
            Revision = 1,
            Plan = Plan,
            Policy = policy,
            Segments = segments,
            Mails = mails,
            Live = published.ToFrozenDictionary(p => p.Scenario.Name),
            Versions = published.ToFrozenDictionary(p => (p.Scenario.Name, p.Scenario.Version)),
            CoveredSince = published.SelectMany(p => CatalogIndex.CriteriaOf(p.Scenario)).Concat(MailFacts.Of(mails.Reads, Plan, segments).Values.SelectMany(fact => fact.Criteria)).Select(c => c.Key).Distinct().ToFrozenDictionary(key => key, _ => DateTimeOffset.UnixEpoch),
        };
    }

    public static TrackingPlan Plan { get; } = new()
    {
        ContactAttributes = Attributes(("email", ValueKind.Text), ("locale", ValueKind.Text), ("zone", ValueKind.Text), ("seats", ValueKind.Number), ("score", ValueKind.Number), ("onboarded", ValueKind.Boolean)),
        AccountAttributes = Attributes(("tier", ValueKind.Text), ("plan", ValueKind.Text), ("seats", ValueKind.Number), ("contract_end", ValueKind.Date), ("zone", ValueKind.Text)),
    };

    private static Dictionary<string, PlannedAttribute> Attributes(params (string Name, ValueKind Type)[] attributes) =>
        attributes.ToDictionary(a => a.Name, a => new PlannedAttribute(a.Name, a.Type, "", a.Name == "tier" ? AttributeValue.From("tech") : default));

    public World Person(long contact, long account = 0, params string[] roles)
    {
        Say(contact, ("email", $"c{contact}@example.com"));
        if (account != 0) Join(contact, account, roles);
        return this;
    }

    public World Join(long contact, long account, params string[] roles)
    {
        Simulator.Tell(new Signal.Grouped(contact, FirstAccount + account, Slots.OfAccount(FirstAccount + account), roles, Now), contact);
        Simulator.Drain();
        return this;
    }

    public World Say(long contact, params (string Name, object? Value)[] attributes)
    {
        Simulator.Tell(new Signal.Described(contact, Typed(attributes), Now, true, ConsentBasis.OptIn), contact);
        Simulator.Drain();
        return this;
    }

    public World SayAccount(long account, params (string Name, object? Value)[] attributes)
    {
        Simulator.Tell(new Signal.AccountDescribed(FirstAccount + account, Typed(attributes), Now), accountId: FirstAccount + account);
        Simulator.Drain();
        return this;
    }

    public World Do(long contact, string name, string properties = "{}", TimeSpan ago = default)
    {
        Simulator.Tell(new Signal.Occurred(new OccurredEvent(++lastEvent, name, contact, 0, Now - ago, Now, Encoding.UTF8.GetBytes(properties))), contact);
        Simulator.Drain();
        return this;
    }

    public World Tell(Signal signal, long contact)
    {
        Simulator.Tell(signal, contact);
        Simulator.Drain();
        return this;
    }

    public World Pass(string length) => PassTo(Now + Period(length));

    public World PassTo(DateTimeOffset moment)
    {
        Simulator.AdvanceTo(moment);
        Assert.Empty(Simulator.Poisoned);
        return this;
    }

    /// <summary>What was decided, as <c>reason</c> or <c>reason step</c>, identity bookkeeping left out.</summary>
    public IReadOnlyList<string> Decisions(string? scenario = null) =>
        [.. Simulator.Journal.Where(e => e.Scenario.Length > 0 && (scenario is null || e.Scenario == scenario)).Select(e => e.Step.Length > 0 ? $"{e.Reason.Code()} {e.Step}" : e.Reason.Code())];

    /// <summary>Mails as <c>template to-contact</c>.</summary>
    public IReadOnlyList<string> Mails => [.. Simulator.Sends.Where(s => !s.IsCancelled).Select(s => $"{s.Draft.Template} {s.Draft.RecipientId}")];

    public JournalEntry Last(Reason reason) => Simulator.Journal.Last(e => e.Reason == reason);

    public static TimeSpan Period(string length) => length[^1] switch
    {
        's' => TimeSpan.FromSeconds(double.Parse(length[..^1])),
        'm' => TimeSpan.FromMinutes(double.Parse(length[..^1])),
        'h' => TimeSpan.FromHours(double.Parse(length[..^1])),
        'd' => TimeSpan.FromDays(double.Parse(length[..^1])),
        _ => throw new ArgumentException(length),
    };

    private static Dictionary<string, AttributeValue> Typed((string Name, object? Value)[] attributes) => attributes.ToDictionary(a => a.Name, a => a.Value switch
    {
        null => AttributeValue.Null,
        string text => AttributeValue.From(text),
        bool flag => AttributeValue.From(flag),
        int number => AttributeValue.From(number),
        DateOnly date => AttributeValue.From(date),
        DateTimeOffset at => AttributeValue.From(at),
        _ => throw new ArgumentException(a.Value.ToString()),
    });
}
