using System.Net;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Nurture.Server.Tests.Api;
using Nurture.Server.Users;
using Nurture.Storage;

namespace Nurture.Server.Tests.Users;

public abstract class SignInTests(ApiServer api)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_set_up_link_makes_one_administrator_and_no_second()
    {
        await using var server = await RunningServer.StartAsync();
        var links = server.Services.GetRequiredService<OneTimeLinks>();
        var (first, _) = await links.MakeAsync(LinkPurpose.SetUp, null, Cancel);
        var (second, _) = await links.MakeAsync(LinkPurpose.SetUp, null, Cancel);
        using var ann = new Browser(server);
        using var eve = new Browser(server);

        Assert.Equal("weak-password", await ann.ProblemAsync(HttpMethod.Post, "session/welcome", new { key = Browser.KeyOf(first), email = "ann@example.com", name = "Ann", password = "short" }));
        await ann.WelcomeAsync(first, "ann@example.com", "Ann");

        var me = await ann.DoAsync(HttpMethod.Get, "me");
        Assert.Equal(("Ann", "admin"), (me["name"]!.GetValue<string>(), me["role"]!.GetValue<string>()));
        foreach (var link in new[] { first, second })
            Assert.Equal("link-over", await eve.ProblemAsync(HttpMethod.Post, "session/welcome", new { key = Browser.KeyOf(link), email = "eve@example.com", name = "Eve", password = Browser.Password }));
    }

    [Fact]
    public async Task Of_two_who_open_a_set_up_link_at_once_one_becomes_administrator()
    {
        await using var server = await RunningServer.StartAsync();
        var (link, _) = await server.Services.GetRequiredService<OneTimeLinks>().MakeAsync(LinkPurpose.SetUp, null, Cancel);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 4).Select(async n =>
        {
            using var browser = new Browser(server);
            return (await browser.CallAsync(HttpMethod.Post, "session/welcome", new { key = Browser.KeyOf(link), email = $"p{n}@example.com", name = "P", password = Browser.Password })).Status;
        }));

        Assert.Equal(1, outcomes.Count(status => status == HttpStatusCode.NoContent));
        Assert.Equal(1, await server.CountAsync("users", Cancel));
    }

    [Fact]
    public async Task Neither_the_key_of_a_link_nor_of_a_session_is_kept()
    {
        var (browser, email) = await InvitedAsync(Role.Csm);
        var session = browser.SetCookies.Single().Split(';')[0].Split('=')[1];

        await using var connection = await api.Server.Database.OpenAsync(Cancel);
        await using var command = connection.CreateCommand();
        command.CommandText = "select count(*) from user_sessions where hash = @key";
        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.Value) = ("@key", System.Text.Encoding.UTF8.GetBytes(session));
        command.Parameters.Add(parameter);

        Assert.Equal(0L, await command.ExecuteScalarAsync(Cancel));
        Assert.True(await api.Server.Services.GetRequiredService<SessionStore>().FindAsync(SecretKeys.Hash(session), DateTimeOffset.UtcNow, Cancel) is { } person && person.Email == email);
    }

    [Fact]
    public async Task The_cookie_is_closed_to_scripts_and_other_sites_and_bound_to_the_host_under_tls()
    {
        await using var plain = await RunningServer.StartAsync();
        await using var secure = await RunningServer.StartAsync("Development", "--Nurture:PublicUrl=https://nurture.example.com");

        var here = await CookieAsync(plain);
        var there = await CookieAsync(secure);

        Assert.StartsWith("nurture=", here, StringComparison.Ordinal);
        Assert.All([here, there], cookie => Assert.Contains("; path=/; ", cookie, StringComparison.Ordinal));
        Assert.All([here, there], cookie => Assert.Contains("samesite=strict; httponly", cookie, StringComparison.Ordinal));
        Assert.StartsWith("__Host-nurture=", there, StringComparison.Ordinal);
        Assert.Contains("; secure;", there, StringComparison.Ordinal);

        static async Task<string> CookieAsync(RunningServer server)
        {
            var (link, _) = await server.Services.GetRequiredService<OneTimeLinks>().MakeAsync(LinkPurpose.SetUp, null, Cancel);
            using var browser = new Browser(server);
            await browser.WelcomeAsync(link, "ann@example.com", "Ann");
            return browser.SetCookies.Single();
        }
    }

    [Fact]
    public async Task A_wrong_password_and_an_unknown_address_are_answered_alike()
    {
        var (_, email) = await InvitedAsync(Role.Csm);
        using var browser = new Browser(api.Server);

        var (wrong, first) = await browser.CallAsync(HttpMethod.Post, "session", new { email, password = "not the password" });
        var (unknown, second) = await browser.CallAsync(HttpMethod.Post, "session", new { email = "nobody@example.com", password = "not the password" });

        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized), (wrong, unknown));
        Assert.Equal(first!.ToJsonString(), second!.ToJsonString());
    }

    [Fact]
    public async Task After_five_wrong_passwords_the_right_one_does_not_open_until_an_administrator_says_so()
    {
        var (_, email) = await InvitedAsync(Role.Csm);
        using var browser = new Browser(api.Server);

        for (var i = 0; i < 5; i++) Assert.Equal("wrong-credentials", await browser.SignInAsync(email, "not the password"));
        Assert.Equal("wrong-credentials", await browser.SignInAsync(email));
        await (await api.FirstAdminAsync()).DoAsync(HttpMethod.Post, $"users/{await IdAsync(email)}/unlock");

        Assert.Null(await browser.SignInAsync(email));
    }

    [Fact]
    public async Task A_second_factor_is_asked_for_opens_once_with_each_code_and_can_be_replaced_by_a_recovery_code()
    {
        var (browser, email) = await InvitedAsync(Role.Marketer);
        var enrolment = await browser.DoAsync(HttpMethod.Post, "me/totp", new { current = Browser.Password });
        var key = enrolment["key"]!.GetValue<string>();
        Assert.Contains($"secret={key}", enrolment["uri"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal("wrong-code", await browser.ProblemAsync(HttpMethod.Post, "me/totp/confirm", new { value = "000000" }));
        var confirming = Totp(key);
        var codes = (await browser.DoAsync(HttpMethod.Post, "me/totp/confirm", new { value = confirming }))["codes"]!.AsArray().Select(code => code!.GetValue<string>()).ToList();
        Assert.Equal(10, codes.Count);
        using var other = new Browser(api.Server);

        Assert.Equal("code-needed", await other.SignInAsync(email));
        Assert.Equal("wrong-code", await other.SignInAsync(email, code: confirming));
        Assert.Null(await other.SignInAsync(email, code: Totp(key, steps: 1)));
        Assert.Null(await other.SignInAsync(email, code: codes[0].ToLowerInvariant()));
        Assert.Equal("wrong-code", await other.SignInAsync(email, code: codes[0]));

        await other.DoAsync(HttpMethod.Post, "me/totp/remove", new { current = Browser.Password });
        Assert.Null(await other.SignInAsync(email));
    }

    [Theory]
    [InlineData("role")]
    [InlineData("lock")]
    [InlineData("remove")]
    [InlineData("password")]
    [InlineData("reset")]
    [InlineData("sign out")]
    public async Task A_session_is_over_with_the_next_request_after(string what)
    {
        var (browser, email) = await InvitedAsync(Role.Csm);
        using var elsewhere = new Browser(api.Server);
        Assert.Null(await elsewhere.SignInAsync(email));
        Assert.True(await browser.IsInAsync() && await elsewhere.IsInAsync());
        var admin = await api.FirstAdminAsync();
        var id = await IdAsync(email);

        switch (what)
        {
            case "role": await admin.DoAsync(HttpMethod.Patch, $"users/{id}", new { role = "viewer" }); break;
            case "lock": await admin.DoAsync(HttpMethod.Post, $"users/{id}/lock"); break;
            case "remove": await admin.DoAsync(HttpMethod.Delete, $"users/{id}"); break;
            case "password": await elsewhere.DoAsync(HttpMethod.Post, "me/password", new { current = Browser.Password, @new = "another long phrase" }); break;
            case "sign out": await browser.DoAsync(HttpMethod.Delete, "session"); break;
            case "reset":
                using (var third = new Browser(api.Server))
                    await third.WelcomeAsync((await admin.DoAsync(HttpMethod.Post, $"users/{id}/reset"))["link"]!.GetValue<string>(), password: "another long phrase");
                break;
        }

        Assert.False(await browser.IsInAsync());
        Assert.Equal(what is "password" or "sign out", await elsewhere.IsInAsync());
        if (what == "lock") Assert.Equal("wrong-credentials", await elsewhere.SignInAsync(email));
    }

    [Fact]
    public async Task The_last_administrator_stays()
    {
        await using var server = await RunningServer.StartAsync();
        var (link, _) = await server.Services.GetRequiredService<OneTimeLinks>().MakeAsync(LinkPurpose.SetUp, null, Cancel);
        using var ann = new Browser(server);
        await ann.WelcomeAsync(link, "ann@example.com", "Ann");
        // One who was invited and never came is none.
        await ann.DoAsync(HttpMethod.Post, "users", new { email = "bob@example.com", role = "admin" });

        Assert.Equal("last-admin", await ann.ProblemAsync(HttpMethod.Patch, "users/1", new { role = "viewer" }));
        Assert.Equal("last-admin", await ann.ProblemAsync(HttpMethod.Post, "users/1/lock"));
        Assert.Equal("last-admin", await ann.ProblemAsync(HttpMethod.Delete, "users/1"));
        Assert.True(await ann.IsInAsync());
    }

    [Fact]
    public async Task A_key_makes_nobody_who_may_do_more_than_it()
    {
        var secret = SecretKeys.New(SecretKeys.ApiPrefix);
        await api.Server.Services.GetRequiredService<ApiKeyStore>().AddAsync(
            "personnel", SecretKeys.Hash(secret), SecretKeys.Hint(secret), string.Join(' ', Role.Viewer.Scopes.Permissions.Append(Permission.WriteUsers)), DateTimeOffset.UtcNow, Cancel);
        var admin = await api.FirstAdminAsync();
        Assert.True(await admin.IsInAsync());

        var (viewer, _) = await api.CallAsync(HttpMethod.Post, "users", new { email = "v@example.com", role = "viewer" }, secret);
        var (more, _) = await api.CallAsync(HttpMethod.Post, "users", new { email = "a@example.com", role = "admin" }, secret);
        var (become, _) = await api.CallAsync(HttpMethod.Post, "users/1/reset", new { }, secret);

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Forbidden, HttpStatusCode.Forbidden), (viewer, more, become));
    }

    [Fact]
    public async Task The_audit_log_names_the_user()
    {
        var (browser, email) = await InvitedAsync(Role.Admin);

        await browser.DoAsync(HttpMethod.Post, "suppressions", new { email = "never@example.com" });

        Assert.Contains(await api.AuditAsync(), row => row.StartsWith($"user:{email} suppression.added ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Too_many_attempts_of_one_address_are_told_to_wait()
    {
        await using var server = await RunningServer.StartAsync("Development", "--Nurture:SignIn:AttemptsPerMinute=3");
        using var browser = new Browser(server);
        for (var i = 0; i < 3; i++) Assert.Equal("wrong-credentials", await browser.SignInAsync("nobody@example.com"));

        Assert.Equal("too-many-attempts", await browser.SignInAsync("nobody@example.com"));
    }

    [Fact]
    public async Task Every_column_that_the_users_are_mapped_to_is_there()
    {
        await using var scope = api.Server.Services.CreateAsyncScope();
        var context = scope.ServiceProvider.GetRequiredService<UsersContext>();

        await using var connection = await api.Server.Database.OpenAsync(Cancel);

        foreach (var entity in context.Model.GetEntityTypes())
        {
            await using var command = connection.CreateCommand();
            command.CommandText = $"select {string.Join(", ", entity.GetProperties().Select(property => property.GetColumnName()))} from {entity.GetTableName()} limit 1";
            await command.ExecuteNonQueryAsync(Cancel);
        }
    }

    private async Task<(Browser Browser, string Email)> InvitedAsync(Role role)
    {
        var email = $"{Guid.NewGuid():n}@example.com";
        return (await api.SignedInAsync(role, email), email);
    }

    private async Task<long> IdAsync(string email) =>
        (await api.GetAsync("users?limit=500"))["items"]!.AsArray().Single(user => user!["email"]!.GetValue<string>() == email)!["id"]!.GetValue<long>();

    /// <summary>RFC 6238 with SHA-1, six digits and steps of 30 s.</summary>
    private static string Totp(string base32, int steps = 0)
    {
        const string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        var bits = string.Concat(base32.Select(c => Convert.ToString(alphabet.IndexOf(c), 2).PadLeft(5, '0')));
        var key = Enumerable.Range(0, bits.Length / 8).Select(i => Convert.ToByte(bits.Substring(i * 8, 8), 2)).ToArray();
        var counter = BitConverter.GetBytes(IPAddress.HostToNetworkOrder(DateTimeOffset.UtcNow.ToUnixTimeSeconds() / 30 + steps));
#pragma warning disable CA5350 // The standard says SHA-1, and authenticators know no other.
        var hash = HMACSHA1.HashData(key, counter);
#pragma warning restore CA5350
        var offset = hash[^1] & 0xf;
        var number = ((hash[offset] & 0x7f) << 24) | (hash[offset + 1] << 16) | (hash[offset + 2] << 8) | hash[offset + 3];
        return (number % 1_000_000).ToString("D6", null);
    }
}

public sealed class SignInOnSqlite(ApiServer api) : SignInTests(api), IClassFixture<ApiServer>;

public sealed class SignInOnPostgres(PostgresApiServer api) : SignInTests(api), IClassFixture<PostgresApiServer>;
