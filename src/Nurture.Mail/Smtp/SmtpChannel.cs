using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Nurture.Mail.Smtp;

/// <summary>Octets out, replies in, each within a time. After any exception the connection is of no use.</summary>
internal sealed class SmtpChannel : IDisposable
{
    private readonly Socket socket;
    private readonly CancellationTokenSource deadline;
    private Stream stream;
    private byte[] input = new byte[4096];
    private int start;
    private int end;

    public SmtpChannel(Socket socket, TimeProvider time)
    {
        // Before the first write: command groups are small and each waits for its answer.
        socket.NoDelay = true;
        this.socket = socket;
        stream = new NetworkStream(socket, ownsSocket: true);
        deadline = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
    }

    public Transcript Transcript { get; } = new();

    public IPAddress LocalAddress => ((IPEndPoint)socket.LocalEndPoint!).Address;

    public bool IsLoopback => IPAddress.IsLoopback(((IPEndPoint)socket.RemoteEndPoint!).Address);

    public bool IsEncrypted => stream is SslStream;

    /// <summary>The server has said something that nobody has read yet.</summary>
    public bool HasUnread => end > start;

    /// <param name="isShown">In the transcript: not for secrets and bodies.</param>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> octets, TimeSpan timeout, CancellationToken cancel, bool isShown = true)
    {
        if (isShown)
            Transcript.Sent(octets.Span);
        cancel.ThrowIfCancellationRequested();
        var writing = stream.WriteAsync(octets, deadline.Token);
        if (writing.IsCompletedSuccessfully)
        {
            // Most often: the socket had room for it, and no clock is needed.
            await writing;
            return;
        }
        deadline.CancelAfter(timeout);
        using var link = Link(cancel);
        try
        {
            await writing;
        }
        catch (OperationCanceledException)
        {
            throw Expired(timeout, cancel);
        }
        deadline.CancelAfter(Timeout.InfiniteTimeSpan);
    }

    public ValueTask WriteLineAsync(string line, TimeSpan timeout, CancellationToken cancel, bool isShown = true) =>
        WriteAsync(Encoding.UTF8.GetBytes(line + "\r\n"), timeout, cancel, isShown);

    /// <param name="timeout">For the whole reply, however slowly it trickles.</param>
    public async ValueTask<SmtpReply> ReadReplyAsync(TimeSpan timeout, CancellationToken cancel)
    {
        if (TryTake(out var early))
            return early!;
        deadline.CancelAfter(timeout);
        using var link = Link(cancel);
        try
        {
            while (true)
            {
                MakeRoom();
                var read = await stream.ReadAsync(input.AsMemory(end), deadline.Token);
                if (read == 0)
                    throw new EndOfStreamException("The server closed the connection.");
                end += read;
                if (!TryTake(out var reply))
                    continue;
                deadline.CancelAfter(Timeout.InfiniteTimeSpan);
                return reply!;
            }
        }
        catch (OperationCanceledException)
        {
            throw Expired(timeout, cancel);
        }
    }

    /// <exception cref="AuthenticationException">No common protocol, or a certificate that is not the host's.</exception>
    public async ValueTask EncryptAsync(string host, X509Certificate2Collection? roots, TimeSpan timeout, CancellationToken cancel)
    {
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = host,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        };
        if (roots is not null)
        {
            options.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(roots);
        }
        var encrypted = new SslStream(stream, leaveInnerStreamOpen: false);
        stream = encrypted;
        deadline.CancelAfter(timeout);
        using var link = Link(cancel);
        try
        {
            await encrypted.AuthenticateAsClientAsync(options, deadline.Token);
        }
        catch (OperationCanceledException)
        {
            throw Expired(timeout, cancel);
        }
        deadline.CancelAfter(Timeout.InfiniteTimeSpan);
        Transcript.Note($"{encrypted.SslProtocol} with {host}");
    }

    public void Dispose()
    {
        stream.Dispose();
        deadline.Dispose();
    }

    private bool TryTake(out SmtpReply? reply)
    {
        if (!SmtpReply.TryRead(input.AsSpan(start, end - start), out reply, out var consumed))
            return false;
        Transcript.Received(input.AsSpan(start, consumed));
        start += consumed;
        return true;
    }

    private void MakeRoom()
    {
        input.AsSpan(start, end - start).CopyTo(input);
        (start, end) = (0, end - start);
        if (end == input.Length)
            Array.Resize(ref input, input.Length * 2); // SmtpReply.TryRead says when it is too much
    }

    private CancellationTokenRegistration Link(CancellationToken cancel) =>
        cancel.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), deadline);

    private static Exception Expired(TimeSpan timeout, CancellationToken cancel) =>
        cancel.IsCancellationRequested
            ? new OperationCanceledException(cancel)
            : new TimeoutException($"The server did not answer within {timeout.TotalSeconds:0} s.");
}
