using System.Net;
using System.Text.Json.Nodes;
using Nurture.Harness;

namespace Nurture.EndToEnd;

public sealed class FirstKeysTests
{
    private const string WriteKey = "wk_the_first_write_key";
    private const string ApiKey = "nk_the_first_api_key";

    [Fact]
    public async Task A_fresh_server_in_production_is_reached_by_the_keys_it_was_given_and_by_no_others()
    {
        var cancel = TestContext.Current.CancellationToken;
        using var scratch = new ScratchFolder("keys");
        var settings = new ServerSettings
        {
            DataDirectory = scratch["data"],
            Log = scratch["server.log"],
            Mode = "Production",
            Environment = new Dictionary<string, string?> { ["Nurture__Bootstrap__WriteKey"] = WriteKey, ["Nurture__Bootstrap__ApiKey"] = ApiKey, ["Nurture__Mail__Transport"] = "pickup" },
        };
        using var invited = new NurtureClient(settings.Address, WriteKey, ApiKey);
        using var developer = new NurtureClient(settings.Address, "dev", "dev");

        // The second start finds them there already.
        for (var start = 0; start < 2; start++)
        {
            await using var server = await ServerProcess.StartReadyAsync(settings, cancel);
            await invited.SendAsync("/v1/track", Event(), cancel);
            await invited.GetAsync("/api/v1/sources", cancel);
            Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(() => developer.SendAsync("/v1/track", Event(), cancel)));
            Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(() => developer.GetAsync("/api/v1/sources", cancel)));
        }
    }

    private static JsonObject Event() => new() { ["userId"] = "somebody", ["event"] = "looked_around" };

    private static async Task<HttpStatusCode?> StatusAsync(Func<Task> call) => (await Assert.ThrowsAsync<HttpRequestException>(call)).StatusCode;
}
