using System.Net;
using System.Net.Sockets;
using System.Text;
using Nurture.Storage;

namespace Nurture.Cli.Tests;

public class MailServerCheckTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_that_greets_and_offers_STARTTLS_is_well()
    {
        var finding = await AskAsync("220 mail.example ready", "250-mail.example\r\n250-PIPELINING\r\n250 STARTTLS", "Required");

        Assert.Equal((FindingLevel.Good, "mail.example ready, with STARTTLS"), (finding.Level, finding.Detail[(finding.Detail.IndexOf(": ", StringComparison.Ordinal) + 2)..]));
    }

    [Fact]
    public async Task TLS_that_is_asked_for_and_not_offered_is_wrong()
    {
        var finding = await AskAsync("220 mail.example ready", "250 mail.example", "Required");

        Assert.Equal(FindingLevel.Bad, finding.Level);
        Assert.EndsWith("offers no STARTTLS, which Nurture__Mail__Security=Required asks for. Use its TLS port, or set Opportunistic", finding.Detail);
    }

    [Fact]
    public async Task A_server_that_refuses_is_quoted()
    {
        var finding = await AskAsync("554 no service for you", "", "None");

        Assert.Equal(FindingLevel.Bad, finding.Level);
        Assert.EndsWith("does not want us: 554 no service for you", finding.Detail);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_said()
    {
        var finding = await MailServerCheck.RunAsync(new MailServer("smtp", "127.0.0.1", Harness.Network.FreePort(), "None"), Cancel);

        Assert.Equal(FindingLevel.Bad, finding.Level);
        Assert.Contains("cannot be reached", finding.Detail);
    }

    [Fact]
    public async Task No_server_is_asked_where_mail_goes_to_the_inbox() =>
        Assert.Equal(FindingLevel.Good, (await MailServerCheck.RunAsync(new MailServer("inbox", null, 587, "Required"), Cancel)).Level);

    private static async Task<Finding> AskAsync(string greeting, string answer, string security)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = ServeAsync(listener, greeting, answer);
        var finding = await MailServerCheck.RunAsync(new MailServer("smtp", "127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port, security), Cancel);
        await serving;
        return finding;
    }

    private static async Task ServeAsync(TcpListener listener, string greeting, string answer)
    {
        using var client = await listener.AcceptTcpClientAsync(Cancel);
        await using var stream = client.GetStream();
        using var reader = new StreamReader(stream, Encoding.ASCII);
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"{greeting}\r\n"), Cancel);
        while (await reader.ReadLineAsync(Cancel) is { } line)
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(line == "QUIT" ? "221 bye\r\n" : $"{answer}\r\n"), Cancel);
            if (line == "QUIT") return;
        }
    }
}
