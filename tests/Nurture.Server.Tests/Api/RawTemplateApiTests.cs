using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Nurture.Storage;
using Nurture.Storage.Security;

namespace Nurture.Server.Tests.Api;

/// <summary>Markup that nobody escapes is published by those alone who may.</summary>
public sealed class RawTemplateApiTests(ApiServer api) : IClassFixture<ApiServer>
{
    private static readonly string Raw = Saying("{{ contact.name | raw }}");

    private static string Saying(string code) => ApiServer.Mail.Replace("<p>Welcome.</p>", $"<p>{code}</p>");

    [Theory]
    [InlineData("{{ contact.name | raw }}")]
    [InlineData("{{ html.raw contact.name }}")]
    [InlineData("{{ f = @html.raw; f contact.name }}")]
    [InlineData("{{ html['raw'] contact.name }}")]
    [InlineData("{{ object.eval_template contact.name }}")]
    public async Task A_template_that_prints_raw_needs_a_permission_of_its_own(string code)
    {
        var key = await KeyAsync("writes", Role.Marketer.Scopes.Permissions);

        var (status, problem) = await api.CallAsync(HttpMethod.Put, "templates/refused.en", new { text = Saying(code) }, key);
        var (together, _) = await api.CallAsync(HttpMethod.Post, "scenarios", new { files = new[] { new { file = "refused.en.html", text = Saying(code) } } }, key);

        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.Forbidden), (status, together));
        Assert.Equal("urn:nurture:problem:raw-not-allowed", problem!["type"]!.GetValue<string>());
        Assert.StartsWith("refused.en.html(5,", problem["detail"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Contains("templates.raw", problem["detail"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await api.CallAsync(HttpMethod.Get, "templates/refused.en")).Status);
    }

    [Fact]
    public async Task What_is_published_stays_publishable_until_it_changes()
    {
        var may = await KeyAsync("may", Role.Marketer.Scopes.Permissions.Append(Permission.PrintRaw));
        var mayNot = await KeyAsync("may not", Role.Marketer.Scopes.Permissions);

        var first = await api.CallAsync(HttpMethod.Put, "templates/known.en", new { text = Raw }, may);
        var same = await api.CallAsync(HttpMethod.Put, "templates/known.en", new { text = Raw }, mayNot);
        var changed = await api.CallAsync(HttpMethod.Put, "templates/known.en", new { text = Raw.Replace("subject: Welcome", "subject: Hello") }, mayNot);
        var without = await api.CallAsync(HttpMethod.Put, "templates/known.en", new { text = Saying("{{ contact.name ?? '' }}") }, mayNot);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.Forbidden, HttpStatusCode.OK), (first.Status, same.Status, changed.Status, without.Status));
    }

    [Fact]
    public async Task An_authors_own_markup_is_anybodys()
    {
        var key = await KeyAsync("own", Role.Marketer.Scopes.Permissions);

        var (status, answer) = await api.CallAsync(HttpMethod.Put, "templates/own.en", new { text = Saying("{{ '&#847;&zwnj;' * 5 | raw }}") }, key);

        Assert.True(status == HttpStatusCode.OK, $"{answer}");
    }

    private async Task<string> KeyAsync(string name, IEnumerable<Permission> permissions)
    {
        var secret = SecretKeys.New(SecretKeys.ApiPrefix);
        await api.Server.Services.GetRequiredService<ApiKeyStore>().AddAsync(
            $"{name} {Guid.NewGuid()}", SecretKeys.Hash(secret), SecretKeys.Hint(secret), string.Join(' ', permissions), DateTimeOffset.UtcNow, TestContext.Current.CancellationToken);
        return secret;
    }
}
