using System.Collections.Concurrent;

namespace Nurture.Mail.Smtp;

/// <summary>Sends through a submission server or relay, over a pool of connections that are used again and again.</summary>
public sealed class SmtpTransport : IMailTransport
{
    private readonly SmtpOptions options;
    private readonly TimeProvider time;
    private readonly SemaphoreSlim free;
    private readonly ITimer sweep;

    // The one used last is used next, so that the ones not needed grow old and close.
    private readonly ConcurrentStack<SmtpConnection> idle = [];
    private volatile bool isDisposed;

    /// <exception cref="ArgumentException">A setting that cannot work.</exception>
    public SmtpTransport(SmtpOptions options, TimeProvider? time = null)
    {
        options.Validate();
        this.options = options;
        this.time = time ?? TimeProvider.System;
        free = new SemaphoreSlim(options.MaxConnections);
        sweep = this.time.CreateTimer(_ => _ = CloseIdleAsync(options.IdleTimeout), null, options.IdleTimeout, options.IdleTimeout);
    }

    /// <inheritdoc/>
    /// <remarks>Waits for a connection while all of them are in use.</remarks>
    public async ValueTask<MailOffer> OfferAsync(MailEnvelope envelope, ReadOnlyMemory<byte> message, CancellationToken cancel)
    {
        await free.WaitAsync(cancel);
        SmtpConnection? connection = null;
        var isAccepted = false;
        try
        {
            ObjectDisposedException.ThrowIf(isDisposed, this);
            connection = await TakeIdleAsync(cancel) ?? await SmtpConnection.OpenAsync(options, time, cancel);
            var outcome = await connection.OfferAsync(envelope, message, cancel);
            if (outcome is { Kind: SendOutcomeKind.ConnectionTemp, Phase: SendPhase.MailFrom } && connection.IsReused)
            {
                // Servers hang up on connections that were idle or carried enough. That says nothing about now, so a fresh one is asked.
                await connection.DisposeAsync();
                connection = null;
                connection = await SmtpConnection.OpenAsync(options, time, cancel);
                outcome = await connection.OfferAsync(envelope, message, cancel);
            }
            isAccepted = outcome is null;
            if (outcome is null)
                return new MailOffer.Accepted(new SmtpTransaction(this, connection));
            Report(connection, outcome);
            return new MailOffer.Refused(outcome);
        }
        catch (SmtpFailure failure)
        {
            return new MailOffer.Refused(failure.Outcome);
        }
        finally
        {
            if (!isAccepted)
                GiveBack(connection);
        }
    }

    /// <summary>Closes idle connections. Transactions in flight end as they would, and close theirs.</summary>
    public async ValueTask DisposeAsync()
    {
        isDisposed = true;
        await sweep.DisposeAsync();
        await CloseIdleAsync(TimeSpan.Zero);
    }

    internal void Report(SmtpConnection connection, SendOutcome outcome)
    {
        if (connection.IsBroken)
            options.ConnectionFailed?.Invoke(outcome, connection.Transcript);
    }

    /// <param name="connection">Null if none was opened; its place is free again all the same.</param>
    internal void GiveBack(SmtpConnection? connection)
    {
        if (connection is null)
        {
            free.Release();
        }
        else if (connection.IsUsedUp || isDisposed)
        {
            // The sender does not wait for the goodbye, but the next connection does: providers count them.
            _ = CloseAsync();
        }
        else
        {
            idle.Push(connection);
            free.Release();
        }

        async Task CloseAsync()
        {
            await connection.DisposeAsync();
            free.Release();
        }
    }

    private async ValueTask<SmtpConnection?> TakeIdleAsync(CancellationToken cancel)
    {
        while (idle.TryPop(out var connection))
        {
            if (!connection.IsUsedUp && connection.Idle < options.IdleTimeout
                && (connection.Idle < options.NoopAfter || await connection.IsAliveAsync(cancel)))
                return connection;
            await connection.DisposeAsync();
        }
        return null;
    }

    private async Task CloseIdleAsync(TimeSpan longest)
    {
        var all = new SmtpConnection[options.MaxConnections];
        var count = idle.TryPopRange(all);
        for (var i = count - 1; i >= 0; i--)
        {
            if (all[i].Idle < longest && !all[i].IsUsedUp)
                idle.Push(all[i]);
            else
                await all[i].DisposeAsync();
        }
    }
}
