using Nurture.Server.Hosting;
using Nurture.Server.Security;
using Nurture.Storage;

namespace Nurture.Server.Api;

internal static class ParkedEndpoints
{
    /// <param name="Missed">How many signals wait for it.</param>
    public sealed record Shown(string Id, DateTimeOffset At, string? Step, string Error, int Missed);

    public static void MapParked(this IEndpointRouteBuilder api)
    {
        // Few, or something is badly wrong: one page.
        api.MapGet("/parked", async (int? limit, ParkedStore parked, CancellationToken cancel) =>
            new ApiPage<Shown>([.. (await parked.ListAsync(Paging.Limit(limit), cancel)).Select(p => new Shown(p.Subject.ToString(), p.At, p.Step, p.Error, p.EventIds.Count))], null))
            .RequirePermission(Permission.ReadParked).WithSummary("Subjects that stand still since a step of theirs failed, the longest first.");
        api.MapPost("/parked/{id}/resume", async (string id, ParkedStore parked, Audited audited, BusinessClock clock, WorkSignals signals, CancellationToken cancel) =>
        {
            var subject = Subjects.Parse(id);
            await audited.RecordAsync("parked.resumed", subject.ToString(), null, cancel);
            var now = clock.Now;
            if (!await parked.ResumeAsync(subject, now, audited.Correlation, cancel)) throw RefusedException.NotFound($"parked {subject}");
            signals.Events.Raise();
            return TypedResults.Accepted((string?)null, new Accepted(subject.ToString(), now, audited.Correlation));
        }).RequirePermission(Permission.ResumeParked).WithSummary("Takes a subject up again, with what it missed.");
    }
}
