using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Nurture.Contacts;
using Nurture.Intake;
using Nurture.Intake.Hooks;
using Nurture.Server.Api;
using Nurture.Server.Hosting;
using Nurture.Server.Publishing;
using Nurture.Server.Security;
using Nurture.Server.Webhooks;
using Nurture.Storage;

namespace Nurture.Server.Intake;

/// <summary>Signed requests of other systems, each hook of hooks.yaml at an address of its own; and their secrets.</summary>
internal static class HookEndpoints
{
    private static readonly TimeSpan FormerLives = TimeSpan.FromDays(1);

    /// <param name="Secret">One that the other system made; a new one where not given.</param>
    /// <param name="DefaultBasis">On what ground the people may be mailed whom it makes known: none, opt_in, relationship, published. As it was, or none.</param>
    /// <param name="Namespace">In which its user ids mean something; as it was, or <c>default</c>.</param>
    public sealed record Draft(string? Secret, string? DefaultBasis, string? Namespace);

    /// <param name="Signature">standard-webhooks, or the header in which it stands.</param>
    /// <param name="SecretHint">Null where none was made yet: then every request is refused.</param>
    /// <param name="Secret">Shown once, when it is made.</param>
    public sealed record Shown(string Name, string Title, string Path, string Signature, IReadOnlyList<string> Events, string? SecretHint, DateTimeOffset? FormerUntil, string? DefaultBasis, string? Secret);

    /// <param name="Body">The JSON that the other system would send.</param>
    public sealed record Sample(JsonElement Body);

    public sealed record ShownEvent(
        string Event, string? User, string? Email, string? Account, DateTimeOffset? At, IReadOnlyDictionary<string, JsonElement> Properties, IReadOnlyDictionary<string, JsonElement> Traits, IReadOnlyDictionary<string, JsonElement> AccountTraits);

    /// <param name="Failure">Which expression says nothing; null where all could be read.</param>
    public sealed record Tried(IReadOnlyList<ShownEvent> Events, string? Id, string? Failure);

    /// <summary>What other systems call.</summary>
    public static void MapHooks(this IEndpointRouteBuilder app) =>
        app.MapPost("/hooks/{name}", TakeAsync).AllowPublic("requests are signed; the endpoint checks it itself").ExcludeFromDescription();

    /// <summary>What Settings → Event sources shows.</summary>
    public static void MapHookSecrets(this IEndpointRouteBuilder api)
    {
        api.MapGet("/hooks", async (CatalogSource catalogs, HookStore store, BusinessClock clock, CancellationToken cancel) =>
        {
            var secrets = (await store.ListAsync(cancel)).ToDictionary(secret => secret.Name);
            return new ApiPage<Shown>([.. (await catalogs.CurrentAsync(cancel)).Catalog.Hooks.ByName.Values.OrderBy(hook => hook.Name, StringComparer.Ordinal).Select(hook => ShownOf(hook, secrets.GetValueOrDefault(hook.Name), clock.Now))], null);
        }).RequirePermission(Permission.ReadSources).WithSummary("The hooks of hooks.yaml: where other systems tell, signed, what happened there.");
        api.MapPost("/hooks/{name}/secret", MakeAsync).RequirePermission(Permission.WriteSources).WithSummary("Makes the hook's secret, or a new one beside which the former is good for a day; shown once.");
        api.MapPost("/hooks/{name}/try", async (string name, Sample sample, CatalogSource catalogs, BusinessClock clock, CancellationToken cancel) =>
        {
            var hook = await NamedAsync(name, catalogs, cancel);
            if (sample.Body.ValueKind != JsonValueKind.Object) throw RefusedException.Missing("body", "the JSON object that the other system sends");
            var reading = HookReader.Read(hook, sample.Body, Encoding.UTF8.GetBytes(sample.Body.GetRawText()), clock.Now);
            return new Tried([.. reading.Events.Select(one => new ShownEvent(one.Event, one.User, one.Email, one.Account, one.At, one.Properties, one.Traits, one.AccountTraits))], reading.Id, reading.Failure);
        }).RequirePermission(Permission.ReadSources).WithSummary("Which events a body would make; nothing is taken.");
    }

    private static async Task<Hook> NamedAsync(string name, CatalogSource catalogs, CancellationToken cancel) =>
        (await catalogs.CurrentAsync(cancel)).Catalog.Hooks.Find(name) ?? throw RefusedException.NotFound($"hook {name} in hooks.yaml");

    private static async Task<Shown> MakeAsync(string name, Draft draft, CatalogSource catalogs, HookStore store, SourceStore sources, Audited audited, BusinessClock clock, CancellationToken cancel)
    {
        var hook = await NamedAsync(name, catalogs, cancel);
        var known = await store.FindAsync(name, cancel);
        if (!ConsentBases.TryParse(draft.DefaultBasis ?? (known?.Basis ?? ConsentBasis.None).Name(), out var basis))
            throw RefusedException.BadRequest("bad-word", "default_basis is none of its words.", $"\"{draft.DefaultBasis}\" was found; it is one of {string.Join(", ", ConsentBases.Names)}.");
        var secret = string.IsNullOrWhiteSpace(draft.Secret) ? StandardSignature.NewSecret() : draft.Secret.Trim();
        if (secret.Length < 16) throw RefusedException.BadRequest("short-secret", "The secret is too short.", "It has at least 16 characters, which nobody can guess.");
        if (hook.Signature.IsStandard && !StandardSignature.IsSecret(secret)) throw RefusedException.BadRequest("bad-secret", "This is no secret of Standard Webhooks.", "It is whsec_ and Base64.");
        await audited.RecordAsync("hook.secret_made", $"hook:{name}", new { IsNew = known is null, DefaultBasis = basis.Name() }, cancel);
        var @namespace = draft.Namespace ?? known?.Namespace ?? "default";
        var source = known?.SourceId;
        if (source is null || known!.Basis != basis || known.Namespace != @namespace)
        {
            // It sends by its signature alone: nobody has this write key.
            var added = await sources.AddAsync(new Source(0, $"{hook.Title} (hook)", @namespace, "", basis, null, null, default, null), SecretKeys.Hash(SecretKeys.New(SecretKeys.WritePrefix)), clock.Now, cancel);
            source = added.Id;
        }

        await store.PutAsync(name, source.Value, secret, clock.Now, clock.Now + FormerLives, cancel);
        return ShownOf(hook, await store.FindAsync(name, cancel), clock.Now) with { Secret = secret };
    }

    private static Shown ShownOf(Hook hook, HookSecret? secret, DateTimeOffset now) => new(
        hook.Name, hook.Title, $"/hooks/{hook.Name}", hook.Signature.IsStandard ? "standard-webhooks" : hook.Signature.Header, [.. hook.Events.Select(made => made.Event).Distinct()],
        secret is null ? null : StandardSignature.Hint(secret.Secret), secret?.FormerUntil > now ? secret.FormerUntil : null, secret?.Basis.Name(), null);

    private static async Task<IResult> TakeAsync(string name, HttpContext http, CatalogSource catalogs, HookStore store, IntakeWriter writer, PlanInForce plan, BusinessClock clock, CancellationToken cancel)
    {
        try
        {
            if ((await catalogs.CurrentAsync(cancel)).Catalog.Hooks.Find(name) is not { } hook) return Refuse(StatusCodes.Status404NotFound, $"hooks.yaml declares no hook \"{name}\".");
            if (await store.FindAsync(name, cancel) is not { } secret) return Refuse(StatusCodes.Status401Unauthorized, "No secret was made for this hook yet (Settings → Event sources).");
            using var read = await RequestBody.ReadAsync(http.Request, cancel);
            string[] secrets = secret is { FormerSecret: { } former, FormerUntil: { } until } && until > clock.Now ? [secret.Secret, former] : [secret.Secret];
            if (HookSignatures.Complaint(hook.Signature, secrets, Header, read.Bytes.Span, TimeProvider.System.GetUtcNow()) is { } complaint) return Refuse(StatusCodes.Status401Unauthorized, complaint);

            JsonDocument body;
            try
            {
                body = JsonDocument.Parse(read.Bytes);
            }
            catch (JsonException malformed)
            {
                return Refuse(StatusCodes.Status400BadRequest, $"The body is not JSON: {malformed.Message}");
            }

            using (body)
            {
                if (body.RootElement.ValueKind != JsonValueKind.Object) return Refuse(StatusCodes.Status400BadRequest, "The body is not a JSON object.");
                var reading = HookReader.Read(hook, body.RootElement, read.Bytes, clock.Now);
                if (reading.Failure is { } failure) return Refuse(StatusCodes.Status400BadRequest, failure);
                if (hook.IdHeader is { } idHeader && Header(idHeader) is null) return Refuse(StatusCodes.Status400BadRequest, $"The header {idHeader} is missing, by which a repetition is known.");
                if (reading.Events.Count == 0) return TypedResults.Ok(new { success = true, events = 0 });
                var own = reading.Id ?? (hook.IdHeader is { } header ? Header(header) : hook.Signature.IsStandard && hook.Id is null ? Header("webhook-id") : null);
                var id = $"hook:{name}:{Convert.ToHexStringLower(SHA256.HashData(own is null ? read.Bytes.Span : Encoding.UTF8.GetBytes(own)))[..40]}";
                var known = await store.WhoHasAsync(reading.Events.Where(one => one.User is null && one.Email is not null).Select(one => one.Email!), secret.Namespace, cancel);
                return await WriteAsync(HookReader.ToBatch(reading.Events, id, known), reading.Events.Count, secret);
            }
        }
        catch (BodyRefusedException refused)
        {
            return Refuse(refused.Status, refused.Message);
        }
        catch (DbException)
        {
            http.Response.Headers.RetryAfter = "5";
            return Refuse(StatusCodes.Status503ServiceUnavailable, "The database does not answer.");
        }

        string? Header(string header) => http.Request.Headers.TryGetValue(header, out var values) && values.Count > 0 ? values.ToString() : null;

        async Task<IResult> WriteAsync(byte[] batch, int events, HookSecret secret)
        {
            using var request = IntakeRequest.Open(batch, out _) ?? throw new InvalidOperationException("A hook made a batch that intake does not read.");
            var receivedAt = clock.Now;
            var messages = request.Read(null, null, receivedAt, plan.Plan);
            if (writer.TryWriteAsync(new Submission(secret.SourceId, secret.Namespace, secret.Basis, messages, receivedAt, http.TraceIdentifier), batch.Length) is not { } written)
            {
                http.Response.Headers.RetryAfter = "1";
                return Refuse(StatusCodes.Status429TooManyRequests, "Too many messages wait for the database.");
            }

            await written;
            return TypedResults.Ok(new { success = true, events, refused = messages.Refused.Select(letter => letter.Detail) });
        }
    }

    private static IResult Refuse(int status, string message) => TypedResults.Json(new { success = false, message }, statusCode: status);
}
