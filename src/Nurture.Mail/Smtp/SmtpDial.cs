using System.Net;
using System.Net.Sockets;

namespace Nurture.Mail.Smtp;

/// <summary>Connects to the first of a host's addresses that answers.</summary>
internal static class SmtpDial
{
    /// <summary>How long one address is alone before the next is tried beside it (RFC 8305 §5).</summary>
    private static readonly TimeSpan HeadStart = TimeSpan.FromMilliseconds(250);

    public static async ValueTask<Socket> ConnectAsync(string host, int port, TimeSpan timeout, TimeProvider time, CancellationToken cancel)
    {
        using var deadline = new CancellationTokenSource(timeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancel);
        try
        {
            var addresses = Interleave(await Dns.GetHostAddressesAsync(host, linked.Token));
            return await RaceAsync(addresses, port, time, linked.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new TimeoutException($"{host}:{port} did not accept a connection within {timeout.TotalSeconds:0} s.");
        }
    }

    internal static async Task<Socket> RaceAsync(IReadOnlyList<IPAddress> addresses, int port, TimeProvider time, CancellationToken cancel)
    {
        using var losers = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var running = new List<Task<Socket>>();
        var next = 0;
        while (true)
        {
            running.Add(OneAsync(addresses[next++], port, losers.Token));
            Task<Socket>? finished;
            do
            {
                finished = await FirstAsync(running, next < addresses.Count ? HeadStart : Timeout.InfiniteTimeSpan, time, cancel);
                if (finished is { IsCompletedSuccessfully: true })
                {
                    running.Remove(finished);
                    await losers.CancelAsync();
                    foreach (var loser in running)
                        _ = loser.ContinueWith(static l => l.Result.Dispose(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
                    return await finished;
                }
                if (finished is not null)
                    running.Remove(finished);
            }
            while (next == addresses.Count && running.Count > 0);
            if (next == addresses.Count)
                return await finished!; // the last to fail says why
        }
    }

    private static async Task<Task<Socket>?> FirstAsync(List<Task<Socket>> running, TimeSpan patience, TimeProvider time, CancellationToken cancel)
    {
        var any = Task.WhenAny(running);
        if (patience == Timeout.InfiniteTimeSpan)
            return await any.WaitAsync(cancel);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var waited = await Task.WhenAny(any, Task.Delay(patience, time, enough.Token));
        await enough.CancelAsync();
        return waited == any ? await any : null;
    }

    private static async Task<Socket> OneAsync(IPAddress address, int port, CancellationToken cancel)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(new IPEndPoint(address, port), cancel);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>IPv6 and IPv4 by turns, in the resolver's order (RFC 8305 §4).</summary>
    private static List<IPAddress> Interleave(IPAddress[] addresses)
    {
        var ordered = addresses
            .GroupBy(a => a.AddressFamily)
            .SelectMany(family => family.Select((address, turn) => (address, turn)))
            .OrderBy(a => a.turn)
            .Select(a => a.address);
        return [.. ordered];
    }
}
