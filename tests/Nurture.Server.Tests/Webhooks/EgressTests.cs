using System.Net;
using Nurture.Server.Webhooks;

namespace Nurture.Server.Tests.Webhooks;

/// <summary>Which addresses calls reach, decided on what a name resolves to when the connection is made.</summary>
public sealed class EgressTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static Egress With(Func<string, IPAddress[]> resolve, params string[] allow) => new(new WebhookOptions { Allow = allow }, (host, _) => Task.FromResult(resolve(host)));

    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("2606:4700::1111", true)]
    [InlineData("127.0.0.1", false)]
    [InlineData("10.0.0.1", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("192.168.1.1", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::1", false)]
    [InlineData("::", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("64:ff9b::a00:1", false)]
    [InlineData("fd00::1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("ff02::1", false)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("2001:0:1::", false)]
    public void Only_addresses_of_the_public_internet_are_reached(string address, bool isReachable) =>
        Assert.Equal(isReachable, With(_ => []).IsReachable(IPAddress.Parse(address)));

    [Theory]
    [InlineData("10.1.0.0/16", "10.1.2.3", true)]
    [InlineData("10.1.0.0/16", "10.2.2.3", false)]
    [InlineData("fd12::/16", "fd12::5", true)]
    public void An_operator_may_allow_a_range(string range, string address, bool isReachable) =>
        Assert.Equal(isReachable, With(_ => [], range).IsReachable(IPAddress.Parse(address)));

    [Fact]
    public async Task A_name_that_answers_with_a_private_address_the_second_time_is_refused_the_second_time()
    {
        var asked = 0;
        await using var crm = await Receiver.StartAsync();
        var port = new Uri(crm.Url).Port;
        // The first answer stands for the public one: a range that the test may reach.
        var egress = With(_ => [asked++ == 0 ? IPAddress.Loopback : IPAddress.Parse("127.9.9.9")], "127.0.0.1/32");
        using var client = new HttpClient(new SocketsHttpHandler { ConnectCallback = egress.ConnectAsync, PooledConnectionLifetime = TimeSpan.Zero });

        using (var answer = await client.PostAsync($"http://rebound.example:{port}/hook", null, Cancel)) Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var refused = await Assert.ThrowsAsync<HttpRequestException>(() => client.PostAsync($"http://rebound.example:{port}/hook", null, Cancel));

        Assert.IsType<RefusedAddressException>(refused.InnerException);
        Assert.Equal(2, asked);
        Assert.Single(crm.Requests);
    }

    [Fact]
    public async Task A_name_with_one_private_address_among_others_is_connected_to_the_others_alone()
    {
        await using var crm = await Receiver.StartAsync();
        var egress = With(_ => [IPAddress.Parse("127.9.9.9"), IPAddress.Loopback], "127.0.0.1/32");
        using var client = new HttpClient(new SocketsHttpHandler { ConnectCallback = egress.ConnectAsync });

        using var answer = await client.PostAsync($"http://mixed.example:{new Uri(crm.Url).Port}/hook", null, Cancel);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }
}
