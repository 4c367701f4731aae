using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Nurture.Harness;
using Nurture.Server.Slots;

namespace Nurture.Server.Tests.Slots;

public sealed class UnreadableStateTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_state_that_nobody_can_read_is_parked_and_the_others_go_on()
    {
        await using var server = await RunningServer.StartAsync();
        await SignUpAsync(server, "ann");
        await OverwriteAsync(server, "01 00 FF FF FF FF FF FF FF FF FF FF FF FF");

        await server.SendAsync("/v1/track", Track("ann", "2", "login"), Cancel);
        await SignUpAsync(server, "bob");
        await Poll.UntilAsync("ann is parked", Patience, async () => await server.CountAsync("parked where resumed_at is null", Cancel) == 1, Cancel);

        Assert.Equal(HttpStatusCode.OK, (await server.Http.GetAsync("/readyz", Cancel)).StatusCode);
    }

    [Fact]
    public async Task What_cannot_be_read_of_an_account_stays_as_it_is_however_much_its_people_do()
    {
        await using var server = await RunningServer.StartAsync();
        await SignUpAsync(server, "ann");
        await server.SendAsync("/v1/group", """{"userId": "ann", "messageId": "ann-g", "groupId": "acme", "traits": {"plan": "gold"}}""", Cancel);
        await Poll.UntilAsync("the slots know the account", Patience, async () => await server.CountAsync("states where kind = 2", Cancel) == 1, Cancel);
        await ReadAsync(server);
        await OverwriteAsync(server, "01 00 FF FF FF FF FF FF FF FF FF FF FF FF", "kind = 2");

        foreach (var message in new[] { "2", "3" })
        {
            await server.SendAsync("/v1/track", Track("ann", message, "login"), Cancel);
            await ReadAsync(server);
        }

        Assert.Equal(1, await server.CountAsync("states where kind = 2 and hex(doc) = '0100FFFFFFFFFFFFFFFFFFFFFFFF'", Cancel));
        Assert.Equal(1, await server.CountAsync("parked where kind = 2 and resumed_at is null", Cancel));
    }

    [Fact]
    public async Task Who_meets_a_state_of_a_newer_build_parks_nobody_and_gives_its_lanes_up()
    {
        await using var server = await RunningServer.StartAsync();
        await SignUpAsync(server, "ann");
        var states = await server.CountAsync("states", Cancel);
        await OverwriteAsync(server, "02 00 08 02");

        await server.SendAsync("/v1/track", Track("ann", "2", "login"), Cancel);
        await Poll.UntilAsync("the lanes are given up", Patience, async () => await server.CountAsync("lanes where owner is null", Cancel) > 0, Cancel);

        Assert.Contains("newer build", server.Services.GetRequiredService<SlotWorker>().Trouble, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await server.Http.GetAsync("/readyz", Cancel)).StatusCode);
        Assert.Equal((0, states), (await server.CountAsync("parked", Cancel), await server.CountAsync("states where hex(doc) = '02000802'", Cancel)));
    }

    private static string Track(string who, string messageId, string name) => $$"""{"userId": "{{who}}", "messageId": "{{who}}-{{messageId}}", "event": "{{name}}"}""";

    private static async Task SignUpAsync(RunningServer server, string who)
    {
        var before = await server.CountAsync("states", Cancel);
        await server.SendAsync("/v1/track", Track(who, "1", "signed_up"), Cancel);
        await Poll.UntilAsync("the slots know the contact", Patience, async () => await server.CountAsync("states", Cancel) == before + 1, Cancel);
        await ReadAsync(server);
    }

    private static Task ReadAsync(RunningServer server) =>
        Poll.UntilAsync("nothing is left to read", Patience, async () => await server.CountAsync("events where id > (select event_id from lanes)", Cancel) == 0, Cancel);

    private static Task OverwriteAsync(RunningServer server, string hex, string which = "true") => server.Database.WriteAsync(async (connection, transaction, cancel) =>
    {
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = $"update states set doc = x'{hex.Replace(" ", "", StringComparison.Ordinal)}' where {which}";
        await command.ExecuteNonQueryAsync(cancel);
    }, Cancel);
}
