using System.Data.Common;
using System.Diagnostics;
using System.Threading.Channels;
using Nurture.Server.Hosting;
using Nurture.Server.Operation;
using Nurture.Storage;

namespace Nurture.Server.Intake;

/// <summary>
/// Brings what all requests hold into the database, many in one commit, and lets each be answered once that commit is on
/// disk. There is no lingering: what arrives while a commit runs makes up the next one.
/// </summary>
public sealed partial class IntakeWriter(IntakeStore store, IntakeOptions options, WorkSignals signals, Measures measures, ILogger<IntakeWriter> log) : BackgroundService
{
    private readonly Channel<Pending> waiting = Channel.CreateUnbounded<Pending>(new() { SingleReader = true });
    private int messages;
    private int bytes;

    private sealed record Pending(Submission Submission, int Bytes)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        // Refused items are rows too.
        public int Weight { get; } = Math.Max(1, Submission.Batch.Items.Count + Submission.Batch.Refused.Count);
    }

    /// <summary>
    /// Completes when the submission is on disk, fails when it is not; null when too many wait already. A submission of
    /// any size is taken while nothing waits.
    /// </summary>
    /// <param name="bodyBytes">Of the request it came in.</param>
    public Task? TryWriteAsync(Submission submission, int bodyBytes)
    {
        var pending = new Pending(submission, bodyBytes);
        var (nowMessages, nowBytes) = (Interlocked.Add(ref messages, pending.Weight), Interlocked.Add(ref bytes, bodyBytes));
        var isAlone = nowMessages == pending.Weight;
        if ((isAlone || (nowMessages <= options.MaxPendingMessages && nowBytes <= options.MaxPendingBytes)) && waiting.Writer.TryWrite(pending))
            return pending.Done.Task;
        Forget(pending);
        return null;
    }

    private void Forget(Pending pending)
    {
        Interlocked.Add(ref messages, -pending.Weight);
        Interlocked.Add(ref bytes, -pending.Bytes);
    }

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        // The server has stopped taking requests by then; what they brought is still written.
        await using var stop = stopping.Register(() => waiting.Writer.TryComplete());
        var batch = new List<Pending>();
        while (await waiting.Reader.WaitToReadAsync(CancellationToken.None))
        {
            var weight = 0;
            while (weight < options.MaxMessagesPerCommit && waiting.Reader.TryRead(out var pending))
            {
                batch.Add(pending);
                weight += pending.Weight;
            }
            await WriteAsync(batch);
            foreach (var pending in batch) Forget(pending);
            batch.Clear();
        }
    }

    private async Task WriteAsync(List<Pending> batch)
    {
        var startedAt = Stopwatch.GetTimestamp();
        try
        {
            var counts = await store.WriteAsync([.. batch.Select(pending => pending.Submission)], CancellationToken.None);
            foreach (var pending in batch) pending.Done.SetResult();
            measures.Committed(counts.Messages - counts.Duplicates, counts.Duplicates, counts.Refused, startedAt);
            if (counts.Events > 0) signals.Events.Raise();
            LogWritten(batch.Count, counts.Messages, counts.Duplicates, counts.Events, counts.Refused, counts.NewContacts, counts.Merges);
            if (counts.Refused > 0) LogRefused(counts.Refused);
        }
        catch (Exception failure) when (batch.Count > 1 && failure is not DbException { IsTransient: true })
        {
            // One of them is at fault, and the others shall not suffer for it.
            foreach (var pending in batch) await WriteAsync([pending]);
        }
        catch (Exception failure)
        {
            LogFailed(failure, batch.Count, Database.IsDiskFull(failure) ? Database.DiskFull : failure.Message);
            foreach (var pending in batch) pending.Done.SetException(failure);
        }
    }

    [LoggerMessage(LogLevel.Debug, "Intake committed {Requests} requests: {Messages} messages, {Duplicates} repeated, {Events} events, {Refused} refused, {NewContacts} new contacts, {Merges} merges")]
    private partial void LogWritten(int requests, int messages, int duplicates, int events, int refused, int newContacts, int merges);

    [LoggerMessage(LogLevel.Information, "Intake refused {Refused} items or attributes; they are dead letters with the reason")]
    private partial void LogRefused(int refused);

    [LoggerMessage(LogLevel.Error, "Intake could not write {Requests} requests ({Trouble}); their senders are told to come again")]
    private partial void LogFailed(Exception failure, int requests, string trouble);
}
