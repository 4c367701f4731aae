using System.Net;
using System.Net.Sockets;

namespace Nurture.Chaos.Sink;

/// <summary>How the sink misbehaves. All zero: it takes everything at once.</summary>
/// <param name="AnswerDelay">Up to this long between the journal's line and the 250: widens the moment in which a kill makes a send uncertain.</param>
/// <param name="DropBeforeAnswer">The share of mails that are journaled and never answered: the connection closes.</param>
/// <param name="DropInData">The share of connections closed in the middle of the text, nothing journaled.</param>
/// <param name="RefuseForNow">The share of mails refused with 451 at the final dot.</param>
public sealed record SinkFaults(TimeSpan AnswerDelay, double DropBeforeAnswer, double DropInData, double RefuseForNow, int Seed);

/// <summary>
/// An SMTP server that keeps nothing but a journal, and stands outside of what is tested: in a process of its own, knowing
/// nothing of Nurture. Loopback only.
/// </summary>
public sealed class SmtpSink(int port, SinkJournal journal, SinkFaults faults)
{
    private int connections;

    public async Task RunAsync(CancellationToken cancel)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start(1024);
        Console.WriteLine($"listening on 127.0.0.1:{port}");
        while (!cancel.IsCancellationRequested)
        {
            var client = await listener.AcceptTcpClientAsync(cancel);
            _ = ServeAsync(client, Interlocked.Increment(ref connections), cancel);
        }
    }

    private async Task ServeAsync(TcpClient client, int number, CancellationToken cancel)
    {
        using (client)
        {
            client.NoDelay = true;
            try
            {
                await new SinkConnection(client.GetStream(), number, journal, faults).RunAsync(cancel);
            }
            catch (Exception error) when (error is IOException or SocketException or OperationCanceledException)
            {
                Console.WriteLine($"connection {number}: {error.Message}");   // whom we test was killed, or we are being stopped
            }
        }
    }
}
