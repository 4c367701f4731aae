using Nurture.Conditions;
using Nurture.Contacts;
using Nurture.Criteria;
using Nurture.Segments;

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
            .Where(published => published.Scenario.Trigger is Trigger.Inactivity or Trigger.DateAttribute or Trigger.Band)
            .OrderBy(published => published.Scenario.Name, StringComparer.Ordinal).ToList();
        Criteria = new CriteriaIndex(catalog.Versions.Values.SelectMany(published => CriteriaOf(published.Scenario))
            .Concat(catalog.Health?.Criteria ?? []).Concat(catalog.PreparingHealth?.Criteria ?? [])
            .Concat(catalog.Segments.Criteria).Concat(catalog.PreparingSegments?.Criteria ?? []));
        HasAccountReaders = catalog.Versions.Values.Any(published =>
            published.Scenario.Subject == SubjectKind.Contact && WatchedConditions(published.Scenario).Any(condition => condition.ReadsAccount || condition.Events.Any(e => e.By == SubjectKind.Account)));
    }

    public Catalog Catalog { get; }

    public IReadOnlyDictionary<string, List<PublishedScenario>> ByTriggerEvent { get; }

    /// <summary>Scenarios that start when a state turns true, not by an event.</summary>
    public IReadOnlyList<PublishedScenario> StateTriggers { get; }

    public CriteriaIndex Criteria { get; }

    /// <summary>Whether any contact scenario watches its account, so that what happens to an account concerns all enrolled people of it.</summary>
    public bool HasAccountReaders { get; }

    /// <summary>Conditions that are watched while an enrollment lives: goal, exits, waits.</summary>
    public static IEnumerable<Condition> WatchedConditions(Scenario scenario)
    {
        if (scenario.Goal is { } goal) yield return goal.When;
        foreach (var exit in scenario.Exits)
        {
            if ((exit.When ?? scenario.Audience) is { } when) yield return when;
        }

        foreach (var step in AllSteps(scenario.Steps))
        {
            if (step is Step.WaitFor wait) yield return wait.For;
        }
    }

    public static IEnumerable<Condition> Conditions(Scenario scenario)
    {
        if (scenario.Trigger is Trigger.Event { Where: { } where }) yield return where;
        if (scenario.Audience is { } audience) yield return audience;
        if (scenario.Trigger is Trigger.Inactivity inactivity) yield return inactivity.IsSilent;
        foreach (var condition in WatchedConditions(scenario)) yield return condition;
        foreach (var step in AllSteps(scenario.Steps))
        {
            if (step is Step.Send { If: { } asked }) yield return asked;
            if (step is Step.Branch branch)
            {
                foreach (var arm in branch.Arms)
                {
                    if (arm.If is { } when) yield return when;
                }
            }
        }
    }

    /// <summary>Segments that the scenario's conditions name.</summary>
    public static IEnumerable<Segment> SegmentsOf(Scenario scenario) => Conditions(scenario).SelectMany(condition => condition.Segments).Distinct();

    public static IEnumerable<Criterion> CriteriaOf(Scenario scenario) => Conditions(scenario).SelectMany(condition => condition.Criteria);

    public static IEnumerable<Step> AllSteps(IEnumerable<Step> steps)
    {
        foreach (var step in steps)
        {
            yield return step;
            var inner = step switch
            {
                Step.WaitFor wait => wait.Timeout,
                Step.Branch branch => branch.Arms.SelectMany(arm => arm.Then),
                Step.Send send => send.Skipped,
                Step.Escalate escalate => escalate.Outcomes.SelectMany(arm => arm.Then).Concat(escalate.Otherwise),
                _ => [],
            };
            foreach (var deeper in AllSteps(inner)) yield return deeper;
        }
    }
}
