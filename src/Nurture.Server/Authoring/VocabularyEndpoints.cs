using Nurture.Conditions;
using Nurture.Contacts;
using Nurture.Scenarios;
using Nurture.Server.Api;
using Nurture.Server.Publishing;
using Nurture.Server.Security;
using Nurture.Templating;

namespace Nurture.Server.Authoring;

/// <summary>The words that a scenario's author may use here, for completion and for forms.</summary>
internal static class VocabularyEndpoints
{
    public sealed record Vocabulary(
        IReadOnlyDictionary<string, IReadOnlyList<ScenarioKey>> Keys, IReadOnlyList<string> StepKinds, IReadOnlyList<string> TriggerKinds, IReadOnlyList<KnownEvent> Events,
        IReadOnlyList<KnownAttribute> Contact, IReadOnlyList<KnownAttribute> Account, IReadOnlyList<ConditionFunction> Functions, IReadOnlyList<KnownTemplate> Templates,
        IReadOnlyList<string> Topics, IReadOnlyList<KnownEscalation> Escalations, IReadOnlyList<KnownSegment> Segments, IReadOnlyList<string> Scenarios, IReadOnlyList<string> Recipients, string Zone, string Locale,
        IReadOnlyList<string> TemplateFunctions, IReadOnlyList<string> Identities);

    public sealed record KnownEvent(string Name, string Description, bool IsAccountFact, IReadOnlyList<KnownAttribute> Properties);

    public sealed record KnownAttribute(string Name, string Type, string Description);

    public sealed record KnownEscalation(string Name, string Title, IReadOnlyList<string> Outcomes);

    /// <param name="Of"><c>contact</c> or <c>account</c>.</param>
    /// <param name="Is">Its condition.</param>
    public sealed record KnownSegment(string Name, string Title, string About, string Of, string Is);

    /// <param name="Subjects">The arms of one with several subjects, in the default language.</param>
    public sealed record KnownTemplate(string Name, IReadOnlyList<string> Locales, IReadOnlyList<string> Subjects);

    public static void MapVocabulary(this IEndpointRouteBuilder api) => api.MapGet("/vocabulary", async (CatalogSource catalogs, CancellationToken cancel) =>
    {
        var current = await catalogs.CurrentAsync(cancel);
        var (plan, policy) = (current.Catalog.Plan, current.Catalog.Policy);
        var topics = current.Catalog.Live.Values.SelectMany(live => Step.All(live.Scenario.Steps).OfType<Step.Send>().Select(send => send.Topic).Append(live.Scenario.Topic));
        return new Vocabulary(ScenarioGrammar.Places, ScenarioFlow.StepKinds, ScenarioFlow.TriggerKinds,
            [.. plan.Events.Values.Select(one => new KnownEvent(one.Name, one.Description, one.IsAccountFact, Known(one.Properties.Values))).OrderBy(one => one.Name, StringComparer.Ordinal)],
            Attributes(plan, SubjectKind.Contact), Attributes(plan, SubjectKind.Account), ConditionFunctions.All,
            [.. current.Templates.Names.Order(StringComparer.Ordinal).Select(name => new KnownTemplate(name, [.. current.Templates.LocalesOf(name).Order(StringComparer.Ordinal)], [.. current.Templates.Find(name, null)?.Subjects.Select(one => one.Name) ?? []]))],
            [.. topics.OfType<string>().Distinct().Order(StringComparer.Ordinal)],
            [.. current.Catalog.Escalations.ByName.Values.Select(type => new KnownEscalation(type.Name, type.Title, type.Outcomes)).OrderBy(type => type.Name, StringComparer.Ordinal)],
            [.. (current.Catalog.PreparingSegments ?? current.Catalog.Segments).ByName.Values.Select(one => new KnownSegment(one.Name, one.Title, one.About, ApiJson.Word(one.Of), one.Is.Text)).OrderBy(one => one.Name, StringComparer.Ordinal)],
            [.. current.Catalog.Live.Keys.Order(StringComparer.Ordinal)],
            ScenarioGrammar.Recipients, policy.Zone, policy.Locale,
            Template.FunctionsOfMails, [Step.Send.FromOwner, .. policy.Identities.Keys.Order(StringComparer.Ordinal)]);
    }).RequirePermission(Permission.ReadScenarios).WithSummary("What may be written in a scenario: keys by place, events, attributes, functions of conditions, segments, templates.");

    private static List<KnownAttribute> Attributes(TrackingPlan plan, SubjectKind kind)
    {
        var planned = Known((kind == SubjectKind.Contact ? plan.ContactAttributes : plan.AccountAttributes).Values);
        return [.. planned.Concat(ProductKnowledge.Names(kind).Where(name => !planned.Any(one => one.Name == name)).Select(name => new KnownAttribute(name, "", ""))).OrderBy(one => one.Name, StringComparer.Ordinal)];
    }

    private static List<KnownAttribute> Known(IEnumerable<PlannedAttribute> attributes) =>
        [.. attributes.Select(one => new KnownAttribute(one.Name, ApiJson.Word(one.Type), one.Description))];
}
