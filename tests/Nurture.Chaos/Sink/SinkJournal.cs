using System.Text.Json;
using System.Threading.Channels;

namespace Nurture.Chaos.Sink;

/// <summary>One mail that the sink took. Its identity is recipient and step token, never an id that the product makes.</summary>
/// <param name="Token">What stands in brackets in the subject, else the whole subject.</param>
public sealed record AcceptedMail(string Recipient, string Token, string? MessageId, string Sha256);

/// <summary>The sink's memory: a line for each mail, on disk before anybody is told that it was accepted.</summary>
public sealed class SinkJournal : IAsyncDisposable
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private readonly FileStream file;
    private readonly Channel<(byte[] Line, TaskCompletionSource Written)> entries = Channel.CreateUnbounded<(byte[], TaskCompletionSource)>();
    private readonly Task writing;

    public SinkJournal(string path)
    {
        file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read);
        writing = WriteAsync();
    }

    /// <summary>Ends when the line is on disk; one sync serves everybody who came meanwhile.</summary>
    public Task AppendAsync(SinkEntry entry)
    {
        var line = JsonSerializer.SerializeToUtf8Bytes(entry, Json);
        var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        entries.Writer.TryWrite(([.. line, (byte)'\n'], written));
        return written.Task;
    }

    public static IReadOnlyList<AcceptedMail> Read(string path)
    {
        var accepted = new List<AcceptedMail>();
        foreach (var line in File.ReadLines(path))
        {
            var entry = JsonSerializer.Deserialize<SinkEntry>(line, Json)!;
            if (entry.Ev == SinkEntry.Accepted)
                accepted.AddRange(entry.Rcpt.Select(recipient => new AcceptedMail(recipient.ToLowerInvariant(), StepToken(entry.Subject), entry.Msgid, entry.Sha256)));
        }
        return accepted;
    }

    public async ValueTask DisposeAsync()
    {
        entries.Writer.Complete();
        await writing;
        await file.DisposeAsync();
    }

    private static string StepToken(string subject)
    {
        var open = subject.IndexOf('[');
        var close = subject.IndexOf(']', open + 1);
        return open >= 0 && close > open ? subject[(open + 1)..close] : subject;
    }

    private async Task WriteAsync()
    {
        var waiting = new List<TaskCompletionSource>();
        while (await entries.Reader.WaitToReadAsync())
        {
            waiting.Clear();
            while (entries.Reader.TryRead(out var entry))
            {
                file.Write(entry.Line);
                waiting.Add(entry.Written);
            }
            file.Flush(flushToDisk: true);
            foreach (var written in waiting)
                written.SetResult();
        }
    }
}

/// <summary>A line of the journal. <see cref="Ev"/> is <c>accepted</c>, or <c>acked</c> once the answer was sent.</summary>
public sealed record SinkEntry
{
    public const string Accepted = "accepted";
    public const string Acknowledged = "acked";

    public required string Ev { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public double T { get; init; } = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0;

    public required int Conn { get; init; }

    public string Frm { get; init; } = "";

    public string[] Rcpt { get; init; } = [];

    public string Subject { get; init; } = "";

    public string? Msgid { get; init; }

    public int Bytes { get; init; }

    public string Sha256 { get; init; } = "";

    /// <summary>A CR or LF that is not part of a CRLF.</summary>
    public bool BareLf { get; init; }

    public int LongLine { get; init; }
}
