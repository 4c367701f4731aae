using Nurture.Conditions;
using Nurture.Contacts;
using Nurture.Criteria;
using Nurture.Segments;
using Nurture.Templates;

namespace Nurture.Scenarios;

/// <summary>What an event or a change can touch, so that matching does not try every scenario. Made once per catalog.</summary>
public sealed class CatalogIndex
{
    public CatalogIndex(Catalog catalog)
    {
        Catalog = catalog;
        ByTriggerEvent = catalog.Live.Values
            .SelectMany(published => published.Scenario.Trigger is Trigger.Event trigger ? trigger.Names.Select(name => (name, published)) : [])
            .GroupBy(pair => pair.name, pair => pair.published)
            .ToDictionary(group => group.Key, group => group.OrderBy(published => published.Scenario.Name, StringComparer.Ordinal).ToList());
        StateTriggers = catalog.Live.Values
            .Where(published => published.Scenario.Trigger is Trigger.Turning or Trigger.DateAttribute or Trigger.Band)
            .OrderBy(published => published.Scenario.Name, StringComparer.Ordinal).ToList();
        StateTriggersSince = StateTriggers.Select(published => published.LiveSince).DefaultIfEmpty().Max();
        ByChange = catalog.Live.Values.Where(published => published.Scenario.Trigger is Trigger.Changed)
            .GroupBy(published => ((Trigger.Changed)published.Scenario.Trigger) is var changed ? (changed.Of, changed.Attribute) : default)
            .ToDictionary(group => group.Key, group => group.OrderBy(published => published.Scenario.Name, StringComparer.Ordinal).ToList());
        Facts = MailFacts.Of(catalog.Mails.Reads, catalog.Plan, catalog.Segments);
        Criteria = new CriteriaIndex(catalog.Versions.Values.SelectMany(published => CriteriaOf(published.Scenario))
            .Concat(catalog.Health?.Criteria ?? []).Concat(catalog.PreparingHealth?.Criteria ?? [])
            .Concat(catalog.Segments.Criteria).Concat(catalog.PreparingSegments?.Criteria ?? [])
            .Concat(Facts.Values.SelectMany(fact => fact.Criteria)).Concat(CriteriaOf(catalog.PreparingMails, catalog))
            .Concat(catalog.Escalations.Criteria).Concat(catalog.PreparingEscalations?.Criteria ?? []));
        HealthRestsOn = catalog.Silences.Count == 0 || catalog.Health is null ? None : Names(catalog.Health.Criteria);
        if (catalog.Silences.Count > 0)
        {
            foreach (var published in StateTriggers) triggerRestsOn[published.Scenario.Name] = Names(published.Scenario.Trigger.Conditions.SelectMany(condition => condition.Criteria));
            foreach (var published in catalog.Versions.Values.Where(published => Step.All(published.Scenario.Steps).Any(step => step is Step.Escalate)))
            {
                var asked = Step.All(published.Scenario.Steps).Where(step => step is Step.WaitFor or Step.Branch).SelectMany(step => step.Conditions).Concat(published.Scenario.Trigger.Conditions).ToList();
                callRestsOn[(published.Scenario.Name, published.Scenario.Version)] = new HashSet<string>([
                    .. Names(asked.SelectMany(condition => condition.Criteria)), .. asked.SelectMany(condition => condition.Events).Select(predicate => predicate.EventName),
                    .. published.Scenario.Trigger is Trigger.Band ? HealthRestsOn : None]);
            }
        }

        HasAccountReaders = catalog.Versions.Values.Any(published =>
            published.Scenario.Subject == SubjectKind.Contact && WatchedConditions(published.Scenario).Any(condition => condition.ReadsAccount || condition.Events.Any(e => e.By == SubjectKind.Account)));
        ConcernsPeople = MovingPeople(catalog.Versions.Values.Select(published => published.Scenario).Where(scenario => scenario.Subject == SubjectKind.Contact));
    }

    // By the last three a person is written to, and at what time.
    private static HashSet<string> MovingPeople(IEnumerable<Scenario> ofPeople) =>
    [
        .. ofPeople.SelectMany(scenario => Step.All(scenario.Steps)).Select(step => step switch { Step.WaitUntilDate wait => wait.Until.Date.Attribute, Step.WaitFor wait => wait.Until?.Date.Attribute, _ => null })
            .OfType<(SubjectKind Of, string Name)>().Where(date => date.Of == SubjectKind.Account).Select(date => date.Name),
        "stage", "zone", "country",
    ];

    private static readonly IReadOnlySet<string> None = new HashSet<string>();

    // Few sources are ever silent, and only then it is asked.
    private readonly Dictionary<string, IReadOnlySet<string>> triggerRestsOn = [];
    private readonly Dictionary<(string, int), IReadOnlySet<string>> callRestsOn = [];

    public Catalog Catalog { get; }

    public IReadOnlyDictionary<string, List<PublishedScenario>> ByTriggerEvent { get; }

    /// <summary>Scenarios that start when a state turns true, not by an event.</summary>
    public IReadOnlyList<PublishedScenario> StateTriggers { get; }

    /// <summary>When the latest of those went live.</summary>
    public DateTimeOffset StateTriggersSince { get; }

    /// <summary>Scenarios that start when an attribute becomes another one.</summary>
    public IReadOnlyDictionary<(SubjectKind Of, string Attribute), List<PublishedScenario>> ByChange { get; }

    public CriteriaIndex Criteria { get; }

    /// <summary>What mails ask in the language of conditions, by its text.</summary>
    public IReadOnlyDictionary<string, Fact> Facts { get; }

    /// <summary>Events by whose absence the scenario's trigger on state may turn true.</summary>
    public IReadOnlySet<string> TriggerRestsOn(Scenario scenario) => triggerRestsOn.GetValueOrDefault(scenario.Name, None);

    /// <summary>Events by whose absence a passage of this version may come to call a human.</summary>
    public IReadOnlySet<string> CallRestsOn(Scenario scenario) => callRestsOn.GetValueOrDefault((scenario.Name, scenario.Version), None);

    /// <summary>Events that health is made of.</summary>
    public IReadOnlySet<string> HealthRestsOn { get; }

    /// <summary>Whether any contact scenario watches its account, so that what happens to an account concerns all enrolled people of it.</summary>
    public bool HasAccountReaders { get; }

    /// <summary>Attributes of an account by whose change its people's passages may go otherwise though they do not ask for it: when a local time is, what date they wait for, whether it is a customer's.</summary>
    public IReadOnlySet<string> ConcernsPeople { get; }

    private static HashSet<string> Names(IEnumerable<Criterion> criteria) => [.. criteria.Select(criterion => criterion.EventName)];

    /// <summary>Conditions that are watched while an enrollment lives: goal, exits, waits.</summary>
    public static IEnumerable<Condition> WatchedConditions(Scenario scenario)
    {
        if (scenario.Goal is { } goal) yield return goal.When;
        foreach (var exit in scenario.Exits)
        {
            if ((exit.When ?? scenario.Audience) is { } when) yield return when;
        }

        foreach (var wait in Step.All(scenario.Steps).OfType<Step.WaitFor>()) yield return wait.For;
    }

    public static IEnumerable<Condition> Conditions(Scenario scenario) =>
        [
            .. scenario.Trigger.Conditions,
            .. scenario.Audience is { } audience ? [audience] : Array.Empty<Condition>(),
            .. WatchedConditions(scenario),
            .. Step.All(scenario.Steps).Where(step => step is not Step.WaitFor).SelectMany(step => step.Conditions),
        ];

    /// <summary>What an enrollment in it must remember.</summary>
    public static IEnumerable<EventPredicate> EventsOf(Scenario scenario) => Conditions(scenario).SelectMany(condition => condition.Events).Concat(scenario.Facts.SelectMany(fact => fact.Events));

    /// <summary>Segments that the scenario's conditions and texts name.</summary>
    public static IEnumerable<Segment> SegmentsOf(Scenario scenario) =>
        scenario.Each().SelectMany(one => Conditions(one).SelectMany(condition => condition.Segments).Concat(one.Facts.SelectMany(fact => fact.Segments))).Distinct();

    /// <summary>What must be counted for mails that are published beside those of the catalog.</summary>
    public static IEnumerable<Criterion> CriteriaOf(MailTemplateLibrary? mails, Catalog beside) =>
        mails is null ? [] : MailFacts.Of(mails.Reads, beside.Plan, beside.PreparingSegments ?? beside.Segments).Values.SelectMany(fact => fact.Criteria);

    public static IEnumerable<Criterion> CriteriaOf(Scenario scenario) =>
        scenario.Each().SelectMany(one => Conditions(one).SelectMany(condition => condition.Criteria).Concat(one.Facts.SelectMany(fact => fact.Criteria)));
}
