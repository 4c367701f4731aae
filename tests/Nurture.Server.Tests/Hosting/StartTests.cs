using System.Net;
using Microsoft.Extensions.Configuration;
using Nurture.Server.Hosting;
using Nurture.Server.Intake;
using Nurture.Storage;

namespace Nurture.Server.Tests.Hosting;

public sealed class StartTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Nurture:Intake:MaxPending", "5", "Nurture__Intake__MaxPending is not a setting. There are MaxPendingMessages, MaxPendingBytes, MaxMessagesPerCommit.")]
    [InlineData("Nurture:Intake:MaxPendingMessages", "0", "Nurture__Intake__MaxPendingMessages: The field MaxPendingMessages must be between 1 and 1000000.")]
    [InlineData("Nurture:Intake:MaxPendingMessages", "many", "Nurture:Intake: Failed to convert configuration value 'many' at 'Nurture:Intake:MaxPendingMessages'")]
    public void A_setting_that_is_wrong_is_named_with_what_would_be_right(string key, string value, string expected)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create(key, (string?)value)]).Build();

        var refused = Assert.Throws<SettingsException>(() => Settings.Read<IntakeOptions>(configuration, "Nurture:Intake"));

        Assert.StartsWith(expected, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_cannot_be_opened_is_named_without_its_password()
    {
        var refused = await Assert.ThrowsAsync<DatabaseUnavailableException>(() => Program.BuildAsync(
            [$"--Nurture:DataDirectory={Path.GetTempPath()}", "--Nurture:Postgres=Host=/nowhere;Database=n;Username=u;Password=hush"]));

        Assert.StartsWith("The database cannot be opened (PostgreSQL, n at /nowhere): ", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_started_server_is_healthy_and_ready()
    {
        await using var server = await RunningServer.StartAsync();

        Assert.Equal(HttpStatusCode.OK, (await server.Http.GetAsync("/healthz", Cancel)).StatusCode);
        var ready = await server.Http.GetAsync("/readyz", Cancel);
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        Assert.Contains("\"database\":\"Healthy\"", await ready.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_personal_is_logged_at_the_information_level()
    {
        var server = await RunningServer.StartAsync();
        string logged;
        try
        {
            await server.SendAsync("/v1/i", """{"userId":"hanako-17","anonymousId":"b-19","traits":{"email":"hanako@example.com","name":"花子","age":{"x":["y"]},"tags":[1]}}""", Cancel);
            await server.SendAsync("/v1/t", """{"userId":"hanako-17","event":"x","properties":{"a":"\u0000"}}""", Cancel);
            await server.Http.GetAsync("/api/v1/contacts?query=hanako@example.com", Cancel);
            await server.Http.GetAsync("/nowhere?query=hanako@example.com", Cancel);
        }
        finally
        {
            var files = Directory.GetFiles(server.Logs);
            logged = string.Concat(files.Select(file =>
            {
                using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
                return reader.ReadToEnd();
            }));
            await server.DisposeAsync();
        }

        Assert.Contains("Intake refused", logged, StringComparison.Ordinal);
        foreach (var personal in new[] { "hanako", "花子", "b-19" }) Assert.DoesNotContain(personal, logged, StringComparison.OrdinalIgnoreCase);
    }
}
