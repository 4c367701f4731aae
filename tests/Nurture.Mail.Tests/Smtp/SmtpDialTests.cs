using System.Net;
using System.Net.Sockets;
using Nurture.Mail.Smtp;

namespace Nurture.Mail.Tests.Smtp;

public sealed class SmtpDialTests
{
    [Fact]
    public async Task An_address_that_refuses_gives_way_to_the_next()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        using var socket = await SmtpDial.RaceAsync(
            [IPAddress.Parse("127.0.0.2"), IPAddress.Parse("127.0.0.3"), IPAddress.Loopback], port, TimeProvider.System, TestContext.Current.CancellationToken);

        Assert.Equal(IPAddress.Loopback, ((IPEndPoint)socket.RemoteEndPoint!).Address);
    }

    [Fact]
    public async Task When_every_address_refuses_the_last_says_why()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        var error = await Assert.ThrowsAsync<SocketException>(() => SmtpDial.RaceAsync(
            [IPAddress.Parse("127.0.0.2"), IPAddress.Parse("127.0.0.3")], port, TimeProvider.System, TestContext.Current.CancellationToken));

        Assert.Equal(SocketError.ConnectionRefused, error.SocketErrorCode);
    }
}
