using System.Text.Json;
using Nurture.Server.Hosting;
using Nurture.Server.Security;
using Nurture.Storage;

namespace Nurture.Server.Api;

/// <summary>
/// Who does what, recorded. Where a signal carries an act out, its row stands in the signal's transaction; elsewhere it is
/// written before the act, so that nothing is done unrecorded: an act that failed then shows as one that was asked for.
/// </summary>
internal sealed class Audited(AuditStore store, BusinessClock clock, IHttpContextAccessor requests)
{
    public string Actor => Request.Caller().Name;

    /// <summary>By what colleagues know who it is: a user's address; a program's key.</summary>
    public string Who => Request.Caller().Email ?? Actor;

    public bool May(Permission permission) => Request.Caller().Scopes.Allow(permission);

    public string Correlation => Request.TraceIdentifier;

    private HttpContext Request => requests.HttpContext ?? throw new InvalidOperationException("Acts are recorded while a request is answered.");

    /// <param name="detail">Small and without personal data: the log outlives an erasure.</param>
    public AuditNote Note(string action, string target, object? detail = null) =>
        new(Actor, action, target, detail is null ? "" : JsonSerializer.Serialize(detail, ApiJson.Options));

    public Task RecordAsync(string action, string target, object? detail, CancellationToken cancel) =>
        store.AddAsync(Note(action, target, detail), clock.Now, cancel);
}
