using System.Globalization;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Server.Hosting;
using Nurture.Server.Publishing;
using Nurture.Server.Security;
using Nurture.Storage;

namespace Nurture.Server.Api;

internal static class EnrollmentEndpoints
{
    /// <param name="Force">Past re-entry rules, never past consent; needs <paramref name="Because"/>.</param>
    public sealed record Draft(string? Subject, string? Scenario, bool Force, string? Because);

    /// <param name="Step">Where to, when moving.</param>
    public sealed record Work(string? Act, string? Step, string? Because);

    public static void MapEnrollments(this IEndpointRouteBuilder api)
    {
        api.MapGet("/enrollments", ListAsync).RequirePermission(Permission.ReadEnrollments)
            .WithSummary("Live enrollments of a subject, in the order of entering, or of a scenario, by version and step.");
        api.MapPost("/enrollments", EnrollAsync).RequirePermission(Permission.WriteEnrollments)
            .WithSummary("Enrolls a subject by hand. Audience, goal and re-entry are asked as ever; the journal says what came of it.").Produces<Accepted>(StatusCodes.Status202Accepted);
        api.MapPost("/enrollments/{id}/work", WorkAsync).RequirePermission(Permission.WriteEnrollments)
            .WithSummary("Does something to an enrollment by hand: skip_wait, move to a step of its version, or start_again.").Produces<Accepted>(StatusCodes.Status202Accepted);
        api.MapDelete("/enrollments/{id}", StopAsync).RequirePermission(Permission.WriteEnrollments)
            .WithSummary("Takes an enrollment out; what it planned and has not left is withdrawn.").Produces<Accepted>(StatusCodes.Status202Accepted);
    }

    private static async Task<ApiPage<ShownEnrollment>> ListAsync(
        string? subject, string? scenario, int? limit, string? after, EnrollmentStore enrollments, CatalogSource catalogs, CancellationToken cancel)
    {
        var most = Paging.Limit(limit);
        if (Subjects.ParseOptional(subject) is { } whose)
        {
            // Few at a time, so the page is cut from the whole.
            var all = await enrollments.OfSubjectAsync(whose, scenario, cancel);
            var first = (int)(Paging.After(after) ?? 0);
            var items = all.Skip(first).Take(most).Select(ShownEnrollment.Of).ToList();
            return new(items, first + items.Count < all.Count ? (first + items.Count).ToString(CultureInfo.InvariantCulture) : null);
        }

        if (string.IsNullOrEmpty(scenario)) throw RefusedException.Missing("subject or scenario", "?subject=contact:17 or ?scenario=trial-onboarding");
        PositionPlace? place = Paging.Read(after, 3) is { } parts
            ? int.TryParse(parts[0], out var version) && long.TryParse(parts[2], out var id) ? new(version, parts[1], id) : throw Paging.BadPlace()
            : null;
        var page = await enrollments.OfScenarioAsync(new ScenarioNames((await catalogs.CurrentAsync(cancel)).Catalog.NamesOf(scenario)), place, most, cancel);
        return new([.. page.Items.Select(ShownEnrollment.Of)], page.Next is { } next ? Paging.Write(next.Version, next.Step, next.EnrollmentId) : null);
    }

    private static async Task<IResult> EnrollAsync(
        Draft draft, CatalogSource catalogs, RequestStore requests, Audited audited, BusinessClock clock, WorkSignals signals, CancellationToken cancel)
    {
        var subject = Subjects.Parse(draft.Subject ?? throw RefusedException.Missing("subject", "contact:17"));
        var name = draft.Scenario ?? throw RefusedException.Missing("scenario", "trial-onboarding");
        var catalog = (await catalogs.CurrentAsync(cancel)).Catalog;
        if (catalog.NamesOf(name) is [var row, ..] && row != name && catalog.Live.ContainsKey(row))
            throw RefusedException.BadRequest("row-needed", "The scenario has rows.", $"A person enters one of them: {string.Join(", ", catalog.NamesOf(name).Where(catalog.Live.ContainsKey))}.");
        if (!catalog.Live.TryGetValue(name, out var published)) throw RefusedException.NotFound($"live scenario \"{name}\"");
        if (published.Scenario.Subject != subject.Kind)
        {
            throw RefusedException.BadRequest("wrong-subject", "The scenario is about something else.",
                $"{name} is about {ApiJson.Word(published.Scenario.Subject)}s, and {subject} is none.");
        }
        if (draft.Force && string.IsNullOrWhiteSpace(draft.Because)) throw RefusedException.Missing("because", "the reason why re-entry rules are passed over");

        var now = clock.Now;
        var told = await requests.TellAsync(subject,
            whom => new Signal.EnrollRequested(whom, name, draft.Force, audited.Actor, draft.Because ?? "", now),
            audited.Note("enrollment.requested", subject.ToString(), new { Scenario = name, draft.Force, draft.Because }), now, audited.Correlation, cancel);
        if (told is not { } enrolled) throw RefusedException.NotFound(subject.ToString());
        signals.Events.Raise();
        return TypedResults.Accepted((string?)null, new Accepted(enrolled.ToString(), now, audited.Correlation));
    }

    private static async Task<IResult> WorkAsync(
        string id, Work work, CatalogSource catalogs, EnrollmentStore enrollments, RequestStore requests, Audited audited, BusinessClock clock, WorkSignals signals, CancellationToken cancel)
    {
        if (!long.TryParse(id, out var enrollmentId) || await enrollments.FindAsync(enrollmentId, cancel) is not { } position)
            throw RefusedException.NotFound($"live enrollment {id}");
        EnrollmentAct act = work.Act switch
        {
            "skip_wait" => EnrollmentAct.SkipWait,
            "move" => EnrollmentAct.Move,
            "start_again" => EnrollmentAct.StartAgain,
            _ => throw RefusedException.Missing("act", "skip_wait, move or start_again"),
        };
        var steps = (await catalogs.CurrentAsync(cancel)).Catalog.Versions.GetValueOrDefault((position.Scenario, position.Version))?.Program.Nodes;
        if (act == EnrollmentAct.Move && (work.Step is not { } to || steps?.ContainsKey(to) != true))
            throw RefusedException.BadRequest("unknown-step", "There is no such step.", $"{position.Scenario} version {position.Version} has {string.Join(", ", steps?.Keys.Order(StringComparer.Ordinal) ?? Enumerable.Empty<string>())}.");
        if (act == EnrollmentAct.SkipWait && steps?[position.Step].Step is not (Scenarios.Step.WaitFor or Scenarios.Step.WaitLength or Scenarios.Step.WaitUntil or Scenarios.Step.WaitUntilDate))
            throw RefusedException.BadRequest("no-wait", "It waits for nothing.", $"It stands on {position.Step}, which is no wait. To go on elsewhere, move it.");
        var now = clock.Now;
        var told = await requests.TellAsync(position.Subject, whom => new Signal.EnrollmentWorked(whom, enrollmentId, act, work.Step ?? "", audited.Actor, work.Because ?? "", now),
            audited.Note("enrollment.worked", position.Subject.ToString(), new { position.Scenario, Enrollment = id, work.Act, work.Step, work.Because }), now, audited.Correlation, cancel);
        if (told is not { } subject) throw RefusedException.NotFound($"live enrollment {id}");
        signals.Events.Raise();
        return TypedResults.Accepted((string?)null, new Accepted(subject.ToString(), now, audited.Correlation));
    }

    private static async Task<IResult> StopAsync(
        string id, EnrollmentStore enrollments, RequestStore requests, Audited audited, BusinessClock clock, WorkSignals signals, CancellationToken cancel)
    {
        if (!long.TryParse(id, out var enrollmentId) || await enrollments.FindAsync(enrollmentId, cancel) is not { } position)
            throw RefusedException.NotFound($"live enrollment {id}");
        var now = clock.Now;
        var told = await requests.TellAsync(position.Subject, whom => new Signal.StopRequested(whom, enrollmentId, audited.Actor, now),
            audited.Note("enrollment.stopped", position.Subject.ToString(), new { position.Scenario, Enrollment = id }), now, audited.Correlation, cancel);
        if (told is not { } subject) throw RefusedException.NotFound($"live enrollment {id}");
        signals.Events.Raise();
        return TypedResults.Accepted((string?)null, new Accepted(subject.ToString(), now, audited.Correlation));
    }
}
