using System.ComponentModel;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.Metadata;
using Nurture.Server.Security;

namespace Nurture.Server.Api;

/// <summary>Whatever goes wrong below <c>/api</c> is answered with problem details, and nothing else.</summary>
internal static partial class ApiProblems
{
    public static void UseApiProblems(this IApplicationBuilder app)
    {
        var log = app.ApplicationServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(ApiProblems).FullName!);
        app.UseWhen(context => context.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal), api => api.Use(async (context, next) =>
        {
            try
            {
                await next(context);
                if (!context.Response.HasStarted && (NoEndpoint(context) ?? Unread(context)) is { } problem) await problem.ExecuteAsync(context);
            }
            catch (Exception failure) when (!context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
            {
                await Answer(failure, context, log).ExecuteAsync(context);
            }
        }));
    }

    /// <summary>What routing answers by itself, with an empty body; null where an endpoint of ours was reached.</summary>
    private static IResult? NoEndpoint(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<EndpointAccess>() is not null) return null;
        var asked = $"{context.Request.Method} {context.Request.Path}";
        return context.Response.StatusCode switch
        {
            StatusCodes.Status404NotFound => Problem(404, "no-endpoint", "There is no such endpoint.", $"{asked} is none; {ApiSlice.Root}/openapi.json lists them."),
            StatusCodes.Status405MethodNotAllowed => Problem(405, "no-endpoint", "There is no such endpoint.", $"{asked} is none; there is {context.Response.Headers.Allow} of this path."),
            StatusCodes.Status415UnsupportedMediaType => Problem(415, "not-json", "The body is not JSON.", $"It is said to be {context.Request.ContentType}; send application/json."),
            _ => null,
        };

        static IResult Problem(int status, string type, string title, string detail) => Results.Problem(detail, statusCode: status, title: title, type: Problems.Type(type));
    }

    /// <summary>What binding refuses with an empty body: a value that may be left out, and is not of its parameter's type.</summary>
    private static IResult? Unread(HttpContext context)
    {
        if (context.Response.StatusCode != StatusCodes.Status400BadRequest || context.GetEndpoint() is not { } endpoint) return null;
        return endpoint.Metadata.GetOrderedMetadata<IParameterBindingMetadata>()
            .Select(parameter => (parameter.Name, Said: context.Request.Query[parameter.Name].ToString(), Type: Nullable.GetUnderlyingType(parameter.ParameterInfo.ParameterType)))
            .Where(parameter => parameter.Said.Length > 0 && parameter.Type is not null && !TypeDescriptor.GetConverter(parameter.Type).IsValid(parameter.Said))
            .Select(parameter => UnreadRequest($"{parameter.Name} is \"{parameter.Said}\", where {Words(parameter.Type!.Name)} belongs."))
            .FirstOrDefault();
    }

    private static IResult UnreadRequest(string detail, int status = StatusCodes.Status400BadRequest) =>
        Results.Problem(detail, statusCode: status, title: "The request cannot be read.", type: Problems.Type("bad-request"));

    /// <summary>A type of .NET or C# as callers know it.</summary>
    private static string Words(string type) => type switch
    {
        "int" or "long" or nameof(Int32) or nameof(Int64) => "a whole number",
        "bool" or nameof(Boolean) => "true or false",
        nameof(DateTimeOffset) => "a moment, like 2026-03-02T09:00:00Z,",
        _ => type,
    };

    private static IResult Answer(Exception failure, HttpContext context, ILogger log)
    {
        switch (failure)
        {
            case RefusedException refused:
                return refused.ToResult();
            case BadHttpRequestException { InnerException: JsonException json } bad:
                return Results.Problem(Describe(json, context), statusCode: bad.StatusCode, title: "The body is not the JSON that belongs here.", type: Problems.Type("bad-json"));
            case BadHttpRequestException bad:
                return UnreadRequest(Describe(bad), bad.StatusCode);
            default:
                LogFailed(log, failure, context.Request.Method, context.GetEndpoint()?.DisplayName ?? "");
                return Results.Problem($"The log tells more under the correlation id {context.TraceIdentifier}.",
                    statusCode: StatusCodes.Status500InternalServerError, title: "Nurture failed.", type: Problems.Type("internal"));
        }
    }

    /// <summary>The framework speaks of its own types; callers know members.</summary>
    private static string Describe(JsonException json, HttpContext context)
    {
        if (UnknownMember.Match(json.Message) is not { Success: true } unknown) return json.Message;
        var members = context.GetEndpoint()?.Metadata.GetMetadata<IAcceptsMetadata>()?.RequestType?.GetProperties().Select(member => JsonNamingPolicy.SnakeCaseLower.ConvertName(member.Name)) ?? [];
        return $"\"{unknown.Groups[1].Value}\" is no member here; there are {string.Join(", ", members)}.";
    }

    private static string Describe(BadHttpRequestException bad) => UnboundParameter.Match(bad.Message) is { Success: true } unbound
        ? $"{unbound.Groups[2].Value} is \"{unbound.Groups[3].Value}\", where {Words(unbound.Groups[1].Value)} belongs."
        : bad.Message;

    [GeneratedRegex("^The JSON property '([^']*)' could not be mapped")]
    private static partial Regex UnknownMember { get; }

    [GeneratedRegex("^Failed to bind parameter \"(?:Nullable<)?(\\w+)>? (\\w+)\" from \"(.*)\"\\.$")]
    private static partial Regex UnboundParameter { get; }

    [LoggerMessage(LogLevel.Error, "{Method} {Endpoint} failed")]
    private static partial void LogFailed(ILogger log, Exception failure, string method, string endpoint);
}
