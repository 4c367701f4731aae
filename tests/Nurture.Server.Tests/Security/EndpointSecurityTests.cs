using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Nurture.Server.Security;
using Nurture.Storage;

namespace Nurture.Server.Tests.Security;

public sealed class EndpointSecurityTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_endpoint_that_names_no_permission_stops_the_start()
    {
        await using var app = WebApplication.CreateSlimBuilder().Build();
        app.MapGet("/closed", () => "").RequirePermission(Permission.ReadContacts);
        app.MapGet("/open", () => "").AllowPublic("a test");
        app.MapGet("/forgotten", () => "");
        app.MapGet("/both", () => "").RequirePermission(Permission.ReadContacts).AllowPublic("a test");

        var refused = Assert.Throws<InvalidOperationException>(() => ((IEndpointRouteBuilder)app).RequireEveryEndpointToNameItsAccess());

        Assert.Contains("/forgotten", refused.Message, StringComparison.Ordinal);
        Assert.Contains("/both", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("/closed", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("/open", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_opens_what_its_scopes_name_until_it_is_revoked()
    {
        await using var server = await RunningServer.StartAsync();
        var store = server.Services.GetRequiredService<ApiKeyStore>();
        var keys = server.Services.GetRequiredService<ApiKeys>();
        var secret = SecretKeys.New(SecretKeys.ApiPrefix);
        await store.AddAsync("reader", SecretKeys.Hash(secret), SecretKeys.Hint(secret), "contacts.read sends.read", DateTimeOffset.UtcNow, Cancel);

        var caller = await keys.FindAsync(Bearer(secret), Cancel);

        Assert.Equal("key:reader", caller!.Name);
        Assert.True(caller.Scopes.Allow(Permission.ReadContacts));
        Assert.False(caller.Scopes.Allow(Permission.EraseContacts));
        Assert.NotNull(Assert.Single(await store.ListAsync(Cancel)).LastUsedAt);
        Assert.Null(await keys.FindAsync(Bearer(SecretKeys.New(SecretKeys.ApiPrefix)), Cancel));
        Assert.Null(await keys.FindAsync(new DefaultHttpContext().Request, Cancel));

        Assert.True(await store.RevokeAsync(caller is null ? 0 : (await store.ListAsync(Cancel))[0].Id, DateTimeOffset.UtcNow, Cancel));
        Assert.Empty(await store.LiveAsync(Cancel));
    }

    [Fact]
    public async Task The_key_dev_opens_everything_in_development_and_nothing_elsewhere()
    {
        await using var development = await RunningServer.StartAsync();
        await using var production = await RunningServer.StartAsync("Production");

        var here = await development.Services.GetRequiredService<ApiKeys>().FindAsync(Bearer("dev"), Cancel);
        var there = await production.Services.GetRequiredService<ApiKeys>().FindAsync(Bearer("dev"), Cancel);

        Assert.All(Permission.All, permission => Assert.True(here!.Scopes.Allow(permission)));
        Assert.Null(there);
    }

    [Fact]
    public void Scopes_are_names_from_the_closed_list()
    {
        Assert.True(Scopes.TryParse("sends.read contacts.read", out var some, out _));
        Assert.Equal("contacts.read sends.read", some.ToString());
        Assert.True(Scopes.TryParse("*", out var all, out _));
        Assert.Equal("*", all.ToString());
        Assert.False(Scopes.TryParse("contacts.read everything", out _, out var unknown));
        Assert.Equal("everything", unknown);
    }

    private static HttpRequest Bearer(string key)
    {
        var context = new DefaultHttpContext();
        context.Request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key).ToString();
        return context.Request;
    }
}
