using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Nurture.Server.Security;
using Nurture.Storage;

namespace Nurture.Server.Tests.Api;

/// <summary>Every endpoint against keys that lack its permission: what is closed stays closed, however many endpoints come.</summary>
public sealed partial class ApiMatrixTests(ApiServer api) : IClassFixture<ApiServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private sealed record Closed(HttpMethod Method, string Path, Permission Permission)
    {
        public override string ToString() => $"{Method} {Path}";
    }

    // Stands for every id and name in a path: 1 is whoever another test signed in first.
    private const string Nobody = "999999999";

    [Fact]
    public async Task No_endpoint_opens_without_a_key()
    {
        foreach (var endpoint in Endpoints())
        {
            var (missing, problem) = await api.CallAsync(endpoint.Method, endpoint.Path, key: null);
            var (madeUp, _) = await api.CallAsync(endpoint.Method, endpoint.Path, key: SecretKeys.New(SecretKeys.ApiPrefix));

            Assert.True((missing, madeUp) == (HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized), $"{endpoint}: {missing}, {madeUp}");
            Assert.Equal("urn:nurture:problem:unauthorized", problem!["type"]!.GetValue<string>());
        }
    }

    [Fact]
    public async Task No_endpoint_opens_to_a_key_that_has_every_permission_but_its_own()
    {
        var endpoints = Endpoints();
        var keys = new Dictionary<Permission, string>();
        foreach (var permission in endpoints.Select(endpoint => endpoint.Permission).Distinct())
            keys[permission] = await KeyAsync($"all but {permission}", Permission.All.Where(other => other != permission));

        foreach (var endpoint in endpoints)
        {
            var (status, problem) = await api.CallAsync(endpoint.Method, endpoint.Path, key: keys[endpoint.Permission]);

            Assert.True(status == HttpStatusCode.Forbidden, $"{endpoint} with all but {endpoint.Permission}: {status}");
            Assert.Contains(endpoint.Permission.Name, problem!["detail"]!.GetValue<string>(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Every_endpoint_opens_to_a_key_that_has_its_permission_alone()
    {
        // What would change something is asked for what is not there; not even a 500 may come of it.
        foreach (var endpoint in Endpoints().Where(endpoint => !endpoint.Path.EndsWith("/erasure", StringComparison.Ordinal)))
        {
            var key = await KeyAsync($"only {endpoint.Permission} {Guid.NewGuid()}", [endpoint.Permission]);

            var (status, _) = await api.CallAsync(endpoint.Method, endpoint.Path, endpoint.Method == HttpMethod.Get ? null : "{}", key);

            Assert.False(status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or >= HttpStatusCode.InternalServerError, $"{endpoint}: {status}");
        }
    }

    [Fact]
    public async Task Every_endpoint_opens_to_exactly_the_roles_that_have_its_permission()
    {
        var browsers = new Dictionary<Role, Browser>();
        foreach (var role in Role.All) browsers[role] = await api.SignedInAsync(role);

        foreach (var endpoint in Endpoints().Where(endpoint => !endpoint.Path.EndsWith("/erasure", StringComparison.Ordinal)))
        {
            foreach (var (role, browser) in browsers)
            {
                var (status, problem) = await browser.CallAsync(endpoint.Method, endpoint.Path, endpoint.Method == HttpMethod.Get ? null : "{}");

                if (role.Scopes.Allow(endpoint.Permission))
                    Assert.False(status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or >= HttpStatusCode.InternalServerError, $"{endpoint} as {role}: {status} {problem}");
                else
                    Assert.True(status == HttpStatusCode.Forbidden && problem!["type"]!.GetValue<string>() == "urn:nurture:problem:forbidden", $"{endpoint} as {role}: {status} {problem}");
            }
        }
    }

    [Fact]
    public async Task No_endpoint_takes_a_change_from_another_site_with_the_cookie()
    {
        var browser = await api.SignedInAsync(Role.Admin);
        var changing = Endpoints().Where(endpoint => endpoint.Method != HttpMethod.Get).ToList();
        Assert.NotEmpty(changing);

        foreach (var endpoint in changing)
        {
            foreach (var header in (string[])["Origin: https://elsewhere.example", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Site: same-site", "Sec-Fetch-Site: none", "X-None: "])
            {
                var (status, problem) = await browser.CallAsync(endpoint.Method, endpoint.Path, "{}", header);

                Assert.True(status == HttpStatusCode.Forbidden && problem!["type"]!.GetValue<string>() == "urn:nurture:problem:cross-site", $"{endpoint} with {header}: {status} {problem}");
            }
        }
    }

    [Fact]
    public async Task The_document_describes_every_endpoint_with_its_permission()
    {
        var (status, document) = await api.CallAsync(HttpMethod.Get, "openapi.json", key: null);

        Assert.Equal(HttpStatusCode.OK, status);
        foreach (var endpoint in Endpoints(filled: false))
        {
            var operation = document!["paths"]?[endpoint.Path]?[endpoint.Method.Method.ToLowerInvariant()];
            Assert.True(operation is not null, $"{endpoint} is not in the document.");
            Assert.Contains(endpoint.Permission.Name, operation!["description"]!.GetValue<string>(), StringComparison.Ordinal);
            Assert.True(operation["summary"] is not null, $"{endpoint} has no summary.");
            Assert.NotNull(operation["security"]);
        }
        var members = document!["components"]!["schemas"]!.AsObject().SelectMany(schema => schema.Value!["properties"]?.AsObject().Select(p => p.Key) ?? []);
        Assert.DoesNotContain(members, member => member.Any(char.IsUpper));
    }

    private async Task<string> KeyAsync(string name, IEnumerable<Permission> permissions)
    {
        var secret = SecretKeys.New(SecretKeys.ApiPrefix);
        await api.Server.Services.GetRequiredService<ApiKeyStore>().AddAsync(
            name, SecretKeys.Hash(secret), SecretKeys.Hint(secret), string.Join(' ', permissions), DateTimeOffset.UtcNow, Cancel);
        return secret;
    }

    private List<Closed> Endpoints(bool filled = true)
    {
        var found = api.Server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.RoutePattern.RawText!.StartsWith("/api/v1/", StringComparison.Ordinal))
            .SelectMany(endpoint => endpoint.Metadata.GetMetadata<EndpointAccess>() is EndpointAccess.Needs(var permission)
                ? endpoint.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods.Select(method =>
                    new Closed(new HttpMethod(method), Parameter.Replace(endpoint.RoutePattern.RawText!, match => filled ? Nobody : $"{{{match.Groups[1].Value}}}"), permission))
                : [])
            .ToList();
        Assert.True(found.Count > 35, $"Only {found.Count} endpoints were found.");
        return found;
    }

    [GeneratedRegex(@"\{(\w+)[^}]*\}")]
    private static partial Regex Parameter { get; }
}
