using Nurture.Contacts;
using Nurture.Sends;
using Nurture.Server.Hosting;
using Nurture.Server.Security;
using Nurture.Storage;

namespace Nurture.Server.Api;

internal static class SendEndpoints
{
    /// <param name="By">Who stopped it; null while mails leave.</param>
    public sealed record ShownSending(bool IsStopped, string? By, DateTimeOffset? At);

    public static void MapSends(this IEndpointRouteBuilder api)
    {
        api.MapGet("/sends", ListAsync).RequirePermission(Permission.ReadSends).WithSummary("Sends, the newest first, with where each stands in the ledger.");
        api.MapPost("/sending/stop", async (SendStore sends, Audited audited, BusinessClock clock, CancellationToken cancel) =>
        {
            await audited.RecordAsync("sending.stopped", "sending", null, cancel);
            await sends.StopAsync(audited.Actor, clock.Now, cancel);
            return await ShowAsync(sends, cancel);
        }).RequirePermission(Permission.ControlSending).WithSummary("Stops all sending: nothing is claimed any more. What is being handed over at this moment still leaves.");
        api.MapPost("/sending/start", async (SendStore sends, Audited audited, WorkSignals signals, CancellationToken cancel) =>
        {
            await audited.RecordAsync("sending.started", "sending", null, cancel);
            await sends.StartAsync(cancel);
            signals.Sends.Raise();
            return await ShowAsync(sends, cancel);
        }).RequirePermission(Permission.ControlSending).WithSummary("Lets mails leave again.");
    }

    private static async Task<ShownSending> ShowAsync(SendStore sends, CancellationToken cancel) =>
        await sends.StoppedAsync(cancel) is { } stop ? new(true, stop.By, stop.At) : new(false, null, null);

    private static async Task<ApiPage<ShownSend>> ListAsync(
        long? contact, string? scenario, string? state, string? enrollment, int? limit, string? after, SendStore sends, ContactStore contacts, CancellationToken cancel)
    {
        if (contact is { } asked) contact = (await contacts.ResolveAsync(asked, cancel))?.Id ?? throw RefusedException.NotFound($"contact {asked}");
        long? enrollmentId = string.IsNullOrEmpty(enrollment) ? null : long.TryParse(enrollment, out var id) ? id : throw RefusedException.NotFound($"enrollment {enrollment}");
        SendPlace? place = Paging.Read(after, 2) is { } parts
            ? long.TryParse(parts[0], out var at) && Guid.TryParse(parts[1], out var send) ? new(Instants.FromMilliseconds(at), send) : throw Paging.BadPlace()
            : null;
        var page = await sends.ListAsync(new(contact, scenario, string.IsNullOrEmpty(state) ? null : ApiJson.Parse<SendState>("state", state), enrollmentId, place, Paging.Limit(limit)), cancel);
        return new([.. page.Items.Select(ShownSend.Of)], page.Next is { } next ? Paging.Write(next.PlannedAt.ToMilliseconds(), next.Id) : null);
    }
}
