using System.Data.Common;
using System.Text.Json;
using Nurture.Intake;
using Nurture.Server.Hosting;
using Nurture.Server.Operation;
using Nurture.Server.Security;
using Nurture.Storage;

namespace Nurture.Server.Intake;

/// <summary>The Segment-compatible HTTP API: its SDKs for servers and browsers work with it unmodified.</summary>
public static class IntakeEndpoints
{
    private const int RetryAfterSeconds = 1;
    private const string WhyPublic = "write keys are public by nature; the endpoint asks for one itself";

    private static readonly byte[] Success = """{"success":true}"""u8.ToArray();

    // The browser SDK shortens each type to its first letter.
    private static readonly (string Path, MessageType? Type)[] Paths =
    [
        ("batch", null), ("b", null), ("import", null),
        .. Enum.GetValues<MessageType>().Select(type => (type.Name(), (MessageType?)type)),
        .. Enum.GetValues<MessageType>().Select(type => (type.Name()[..1], (MessageType?)type)),
    ];

    public static void MapIntake(this IEndpointRouteBuilder app)
    {
        var v1 = app.MapGroup("/v1");
        foreach (var (path, type) in Paths)
        {
            v1.MapPost(path, context => TakeAsync(context, type)).AllowPublic(WhyPublic);
            v1.MapMethods(path, [HttpMethods.Options], Cors.AnswerPreflightAsync).AllowPublic(WhyPublic);
        }

        // The SDK's own metrics: taken and forgotten.
        v1.MapPost("m", context =>
        {
            Cors.Allow(context);
            return SucceedAsync(context);
        }).AllowPublic(WhyPublic);
        v1.MapMethods("m", [HttpMethods.Options], Cors.AnswerPreflightAsync).AllowPublic(WhyPublic);
        v1.MapGet("projects/{writeKey}/settings", SettingsAsync).AllowPublic(WhyPublic);
    }

    // Segment's own names are in camelCase, whatever those of our API are.
    private static readonly JsonSerializerOptions SegmentsJson = new(JsonSerializerDefaults.Web);

    private static async Task TakeAsync(HttpContext context, MessageType? type)
    {
        Cors.Allow(context);
        try
        {
            await TakeAllowedAsync(context, type);
        }
        catch (DbException)
        {
            // Logged by the writer and by the slots. Clients come again with the same message ids, should it have been written after all.
            context.Response.Headers.RetryAfter = $"{RetryAfterSeconds}";
            await RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, "The database does not answer.");
        }
    }

    private static async Task TakeAllowedAsync(HttpContext context, MessageType? type)
    {
        var services = context.RequestServices;
        var keys = services.GetRequiredService<WriteKeys>();
        var cancel = context.RequestAborted;
        Sender? sender = null;
        if (WriteKeys.FromHeader(context.Request) is { } headerKey && (sender = await keys.FindAsync(headerKey, cancel)) is null)
        {
            await RefuseAsync(context, StatusCodes.Status401Unauthorized, "The write key is not known.");
            return;
        }

        Submission submission;
        int bodyBytes;
        try
        {
            using var body = await RequestBody.ReadAsync(context.Request, cancel);
            bodyBytes = body.Bytes.Length;
            using var request = IntakeRequest.Open(body.Bytes, out var refusal);
            if (request is null)
            {
                await RefuseAsync(context, StatusCodes.Status400BadRequest, Explain(refusal));
                return;
            }

            sender ??= request.WriteKey is { } bodyKey ? await keys.FindAsync(bodyKey, cancel) : null;
            if (sender is null)
            {
                await RefuseAsync(context, StatusCodes.Status401Unauthorized, request.WriteKey is null ? "A write key is needed." : "The write key is not known.");
                return;
            }
            if (!sender.Allows(context.Request.Headers.Origin))
            {
                await RefuseAsync(context, StatusCodes.Status403Forbidden, "This source does not take messages from pages of that origin.");
                return;
            }

            var receivedAt = services.GetRequiredService<BusinessClock>().Now;
            var batch = request.Read(type, sender.Types, receivedAt, services.GetRequiredService<PlanInForce>().Plan);
            submission = new(sender.SourceId, sender.Namespace, sender.Basis, batch, receivedAt, context.TraceIdentifier);
        }
        catch (BodyRefusedException refused)
        {
            await RefuseAsync(context, refused.Status, refused.Message);
            return;
        }

        var written = services.GetRequiredService<IntakeWriter>().TryWriteAsync(submission, bodyBytes);
        if (written is null)
        {
            context.Response.Headers.RetryAfter = $"{RetryAfterSeconds}";
            await RefuseAsync(context, StatusCodes.Status429TooManyRequests, "Too many messages wait for the database.");
            return;
        }
        await written;
        await SucceedAsync(context);
    }

    private static Task SucceedAsync(HttpContext context)
    {
        context.RequestServices.GetRequiredService<Measures>().Answered(StatusCodes.Status200OK);
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = Success.Length;
        return context.Response.Body.WriteAsync(Success, context.RequestAborted).AsTask();
    }

    private static Task RefuseAsync(HttpContext context, int status, string message)
    {
        context.RequestServices.GetRequiredService<Measures>().Answered(status);
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(new { success = false, message }, context.RequestAborted);
    }

    private static string Explain(RequestRefusal refusal) => refusal switch
    {
        RequestRefusal.MalformedJson => "The body is not JSON.",
        RequestRefusal.NotAnObject => "The body is not a JSON object.",
        RequestRefusal.NoItems => "batch is not a list.",
        RequestRefusal.TooManyItems => $"A batch may hold {IntakeLimits.ItemsPerRequest} messages.",
    };

    /// <summary>What the browser SDK asks its CDN for before it sends anything.</summary>
    private static async Task SettingsAsync(HttpContext context)
    {
        Cors.Allow(context);
        var key = (string)context.GetRouteValue("writeKey")!;
        if (await context.RequestServices.GetRequiredService<WriteKeys>().FindAsync(key, context.RequestAborted) is null)
        {
            await RefuseAsync(context, StatusCodes.Status404NotFound, "The write key is not known.");
            return;
        }
        var home = new Uri(context.RequestServices.GetRequiredService<PublicAddress>().Url);
        await context.Response.WriteAsJsonAsync(new
        {
            integrations = new Dictionary<string, object>
            {
                ["Segment.io"] = new { apiKey = key, apiHost = $"{home.Authority}{home.AbsolutePath.TrimEnd('/')}/v1", protocol = home.Scheme },
            },
        }, SegmentsJson, context.RequestAborted);
    }
}
