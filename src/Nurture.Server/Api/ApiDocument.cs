using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Nurture.Server.Security;

namespace Nurture.Server.Api;

/// <summary>The OpenAPI document of the API, made from the endpoints themselves.</summary>
internal static class ApiDocument
{
    public const string Name = "v1";

    private const string Scheme = "key";

    public static void Configure(OpenApiOptions options)
    {
        options.ShouldInclude = description => $"/{description.RelativePath}".StartsWith($"{ApiSlice.Root}/", StringComparison.Ordinal);
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new()
            {
                Title = "Nurture",
                Version = Name,
                Description = "Additive only: fields and endpoints are added, never taken away. Lists come in pages (limit, after, next). Errors are problem details (RFC 9457) with a stable type.",
            };
            // Where a caller reached this server is no part of the contract.
            document.Servers = [];
            document.Components ??= new();
            document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
            document.Components.SecuritySchemes[Scheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "A key of the API: nk_…" };
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            if (context.Description.ActionDescriptor.EndpointMetadata.OfType<EndpointAccess.Needs>().FirstOrDefault() is not { } access) return Task.CompletedTask;
            operation.Description = $"Needs the permission {access.Permission}.";
            operation.Security = [new() { [new OpenApiSecuritySchemeReference(Scheme, context.Document)] = [access.Permission.Name] }];
            operation.Responses ??= new();
            operation.Responses.TryAdd("400", new OpenApiResponse { Description = "Problem details: what was found, and what would be right." });
            operation.Responses.TryAdd("401", new OpenApiResponse { Description = "No good key." });
            operation.Responses.TryAdd("403", new OpenApiResponse { Description = $"The key lacks {access.Permission}." });
            return Task.CompletedTask;
        });
    }
}
