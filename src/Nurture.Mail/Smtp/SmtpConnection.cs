using System.Buffers;
using System.Text;

namespace Nurture.Mail.Smtp;

/// <summary>An open connection, good for one transaction at a time, and for many one after another.</summary>
internal sealed class SmtpConnection(SmtpChannel channel, SmtpCapabilities capabilities, SmtpOptions options, TimeProvider time) : IAsyncDisposable
{
    private const string Reset = "RSET\r\n";

    private static readonly byte[] FinalDot = ".\r\n"u8.ToArray();
    private static readonly byte[] LineEnd = "\r\n"u8.ToArray();

    private readonly long openedAt = time.GetTimestamp();
    private long usedAt = time.GetTimestamp();
    private int messages;
    private bool needsReset;
    private SendPhase phase;

    public bool IsBroken { get; private set; }

    /// <summary>Has carried more than the message that it carries now.</summary>
    public bool IsReused => messages > 1;

    public bool IsUsedUp =>
        IsBroken || messages >= options.MaxMessagesPerConnection || time.GetElapsedTime(openedAt) >= options.MaxConnectionAge;

    public TimeSpan Idle => time.GetElapsedTime(usedAt);

    public string Transcript => channel.Transcript.ToString();

    public static async ValueTask<SmtpConnection> OpenAsync(SmtpOptions options, TimeProvider time, CancellationToken cancel)
    {
        var (channel, capabilities) = await new SmtpOpening(options, time).OpenAsync(cancel);
        return new SmtpConnection(channel, capabilities, options, time);
    }

    /// <summary>Everything but the final dot.</summary>
    /// <returns>Null if the server waits for the dot now; else why not.</returns>
    public async ValueTask<SendOutcome?> OfferAsync(MailEnvelope envelope, ReadOnlyMemory<byte> message, CancellationToken cancel)
    {
        var isStuffed = DotStuffing.IsNeeded(message.Span);
        var commands = new SmtpCommands(envelope, message.Span, capabilities, options.RequestReports);
        if (commands.Refusal is { } refusal)
            return refusal;
        messages++;
        phase = SendPhase.MailFrom;
        try
        {
            if (channel.HasUnread)
                throw new SmtpProtocolException("The server spoke without being asked.");
            if (await AskAsync(commands, cancel) is { } refused)
                return refused;
            phase = SendPhase.Body;
            await WriteBodyAsync(message, isStuffed, cancel);
            return null;
        }
        catch (Exception e) when (SmtpFailure.IsOfTheWorld(e))
        {
            return Break(SendOutcomeKind.ConnectionTemp, e.Message);
        }
        catch
        {
            IsBroken = true;
            throw;
        }
    }

    /// <summary>The final dot and its answer. Only once the dot has left can the outcome be uncertain.</summary>
    public async ValueTask<SendOutcome> FinishAsync(CancellationToken cancel)
    {
        phase = SendPhase.Finish;
        if (cancel.IsCancellationRequested)
            return Break(SendOutcomeKind.ConnectionTemp, "Cancelled before the final dot.");
        if (channel.HasUnread)
            return Break(SendOutcomeKind.ConnectionTemp, "The server spoke before the final dot.");
        try
        {
            await channel.WriteAsync(FinalDot, options.Timeouts.Block, cancel);
        }
        catch (Exception e) when (SmtpFailure.IsOfTheWorld(e) || e is OperationCanceledException)
        {
            // A write that fails has not left whole: no dot on a line of its own, no complete TLS record.
            return Break(SendOutcomeKind.ConnectionTemp, e.Message);
        }
        try
        {
            var reply = await channel.ReadReplyAsync(options.Timeouts.FinalDot, cancel);
            usedAt = time.GetTimestamp();
            if (reply.IsPositive)
                return new SendOutcome(phase, SendOutcomeKind.Sent, reply.Code, reply.EnhancedCode, reply.Text, ReplyRules.QueueId(reply));
            if (reply.Code < 400)
                throw new SmtpProtocolException($"{reply.Code} is no answer to the final dot.");
            return Refused(phase, reply);
        }
        catch (Exception e) when (SmtpFailure.IsOfTheWorld(e) || e is OperationCanceledException)
        {
            return Break(SendOutcomeKind.Uncertain, e.Message);
        }
    }

    /// <summary>Whether the server is still there (NOOP).</summary>
    public async ValueTask<bool> IsAliveAsync(CancellationToken cancel)
    {
        try
        {
            await channel.WriteLineAsync("NOOP", options.Timeouts.Command, cancel);
            IsBroken |= !(await channel.ReadReplyAsync(options.Timeouts.Command, cancel)).IsPositive;
        }
        catch (Exception e) when (SmtpFailure.IsOfTheWorld(e))
        {
            IsBroken = true;
        }
        catch
        {
            channel.Dispose();
            throw;
        }
        return !IsBroken;
    }

    /// <summary>A connection that ends without the final dot takes its message with it (RFC 5321 §4.1.1.4).</summary>
    public void Abandon() => IsBroken = true;

    public async ValueTask DisposeAsync()
    {
        if (!IsBroken)
        {
            try
            {
                var patience = TimeSpan.FromSeconds(5);
                await channel.WriteLineAsync("QUIT", patience, CancellationToken.None);
                await channel.ReadReplyAsync(patience, CancellationToken.None);
            }
            catch (Exception e) when (SmtpFailure.IsOfTheWorld(e))
            {
                channel.Transcript.Note(e.Message); // it is going either way
            }
        }
        channel.Dispose();
    }

    /// <summary>MAIL, RCPT and DATA: one write where the server has PIPELINING (RFC 2920), and exactly one reply read for each.</summary>
    private async ValueTask<SendOutcome?> AskAsync(SmtpCommands commands, CancellationToken cancel)
    {
        var steps = new List<(SendPhase Phase, string Line)>(4);
        if (needsReset)
            steps.Add((SendPhase.MailFrom, Reset));
        steps.Add((SendPhase.MailFrom, commands.Mail));
        steps.Add((SendPhase.RcptTo, commands.Rcpt));
        steps.Add((SendPhase.Data, "DATA\r\n"));
        if (capabilities.HasPipelining)
            await WriteAsync(string.Concat(steps.Select(s => s.Line)), cancel);

        SendOutcome? refused = null;
        foreach (var (at, line) in steps)
        {
            if (!capabilities.HasPipelining)
            {
                if (refused is not null)
                    return refused;
                await WriteAsync(line, cancel);
            }
            phase = at;
            var reply = await channel.ReadReplyAsync(at == SendPhase.Data ? options.Timeouts.Data : options.Timeouts.Command, cancel);
            var isExpected = at == SendPhase.Data ? reply.Code == 354 : reply.IsPositive;
            if (line == Reset)
            {
                if (!isExpected)
                    return Broken(ReplyRules.Outcome(at, reply) with { Kind = SendOutcomeKind.ConnectionTemp });
                needsReset = false;
            }
            else if (refused is not null)
            {
                if (isExpected && at == SendPhase.Data)
                    await EndWithoutRecipientsAsync(cancel);
            }
            else if (!isExpected)
            {
                if (reply.Code < 400)
                    throw new SmtpProtocolException($"{reply.Code} is no answer to {line[..4]}.");
                refused = Refused(at, reply);
                if (IsBroken)
                    return refused;
            }
        }
        return refused;
    }

    private ValueTask WriteAsync(string lines, CancellationToken cancel) =>
        channel.WriteAsync(Encoding.UTF8.GetBytes(lines), options.Timeouts.Command, cancel);

    /// <summary>RFC 2920 §3.1: the server took DATA although nobody is to get it; a lone dot ends it, and the answer is of no interest.</summary>
    private async ValueTask EndWithoutRecipientsAsync(CancellationToken cancel)
    {
        await channel.WriteAsync(FinalDot, options.Timeouts.Block, cancel);
        await channel.ReadReplyAsync(options.Timeouts.FinalDot, cancel);
    }

    private async ValueTask WriteBodyAsync(ReadOnlyMemory<byte> message, bool isStuffed, CancellationToken cancel)
    {
        const int block = 48 * 1024;
        channel.Transcript.Note($"{message.Length} octets of message");
        var buffer = isStuffed ? ArrayPool<byte>.Shared.Rent(DotStuffing.MaxLength(block)) : [];
        var stuffing = new DotStuffing();
        for (var start = 0; start < message.Length; start += block)
        {
            var piece = message.Slice(start, Math.Min(block, message.Length - start));
            if (isStuffed)
                piece = buffer.AsMemory(0, stuffing.Write(piece.Span, buffer));
            await channel.WriteAsync(piece, options.Timeouts.Block, cancel, isShown: false);
        }
        if (!message.Span.EndsWith("\r\n"u8))
            await channel.WriteAsync(LineEnd, options.Timeouts.Block, cancel, isShown: false);
        if (isStuffed)
            ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <summary>The transaction is over, and the connection only after 421 and 503. Servers keep half of what failed ("503 sender already specified"), so the next one begins with RSET.</summary>
    private SendOutcome Refused(SendPhase at, SmtpReply reply)
    {
        needsReset = true;
        usedAt = time.GetTimestamp();
        var outcome = ReplyRules.Outcome(at, reply);
        return outcome.Kind == SendOutcomeKind.ConnectionTemp ? Broken(outcome) : outcome;
    }

    private SendOutcome Break(SendOutcomeKind kind, string text) => Broken(new SendOutcome(phase, kind, 0, null, text));

    private SendOutcome Broken(SendOutcome outcome)
    {
        IsBroken = true;
        return outcome;
    }
}
