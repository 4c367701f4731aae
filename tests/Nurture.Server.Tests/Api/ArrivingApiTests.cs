using System.Net;
using System.Text.Json.Nodes;
using Nurture.Harness;

namespace Nurture.Server.Tests.Api;

/// <summary>The tracking plan against what arrives.</summary>
public abstract class ArrivingApiTests(ApiServer api)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_arrives_is_held_against_the_plan_and_adopted_into_it()
    {
        await api.PublishAsync();
        await api.PersonAsync("orders", "orders@a.example", string.Concat(Enumerable.Range(1, 4).Select(n =>
            $$$""",{"type":"track","userId":"orders","event":"ordered","properties":{"total":{{{n}}}{{{(n == 1 ? ",\"coupon\":\"x\",\"at\":\"2026-03-01\",\"items\":[1]" : "")}}}}}""")));

        await ReadAsync();

        var ordered = await EventAsync("ordered");
        Assert.Equal((false, 4, 4), (ordered["is_planned"]!.GetValue<bool>(), ordered["in_day"]!.GetValue<int>(), ordered["in_weeks"]!.GetValue<int>()));
        Assert.NotNull(ordered["last_at"]);
        Assert.NotEmpty(ordered["sources"]!.AsArray());
        Assert.Equal(
            ["at date 0.25 date", "coupon text 0.25 text", "items list 0.25 ", "total number 1 number"],
            ordered["properties"]!.AsArray().Select(one => FormattableString.Invariant($"{one!["name"]} {one["seen"]![0]} {one["share"]!.GetValue<double>()} {one["guess"]}")));
        Assert.Equal((true, 0), ((await EventAsync("setup_completed"))["is_planned"]!.GetValue<bool>(), (await EventAsync("setup_completed"))["in_weeks"]!.GetValue<int>()));

        await api.DoAsync(HttpMethod.Post, "arriving/adopt", new { @event = "ordered", properties = new Dictionary<string, string> { ["total"] = "number", ["coupon"] = "number" } });

        ordered = await EventAsync("ordered");
        Assert.True(ordered["is_planned"]!.GetValue<bool>());
        Assert.Equal("number", ordered["properties"]!.AsArray().Single(one => one!["name"]!.GetValue<string>() == "total")!["planned"]!.GetValue<string>());
        Assert.Equal(1, ordered["properties"]!.AsArray().Single(one => one!["name"]!.GetValue<string>() == "coupon")!["mistyped"]!.GetValue<int>());
        Assert.Equal("bad-type", await api.ProblemAsync(HttpMethod.Post, "arriving/adopt", new { @event = "ordered", properties = new Dictionary<string, string> { ["x"] = "list" } }, HttpStatusCode.BadRequest));
    }

    private async Task ReadAsync()
    {
        await api.DoAsync(HttpMethod.Post, "arriving/reading");
        await Poll.UntilAsync("the log is read", TimeSpan.FromSeconds(30), async () => (await api.GetAsync("arriving"))["read"] is null, Cancel);
    }

    private async Task<JsonNode> EventAsync(string name) => (await api.GetAsync("arriving"))["items"]!.AsArray().Single(one => one!["name"]!.GetValue<string>() == name)!;
}

public sealed class ArrivingApiOnSqlite(ApiServer api) : ArrivingApiTests(api), IClassFixture<ApiServer>;

public sealed class ArrivingApiOnPostgres(PostgresApiServer api) : ArrivingApiTests(api), IClassFixture<PostgresApiServer>;
