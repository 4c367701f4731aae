using System.Collections.Concurrent;
using System.Data.Common;
using System.Diagnostics;
using Nurture.Mail;
using Nurture.Sends;
using Nurture.Server.Hosting;
using Nurture.Server.Notices;
using Nurture.Storage;
using Nurture.Templating;

namespace Nurture.Server.Delivery;

/// <summary>
/// One attempt at one claimed send: compose, offer everything but the final dot, write down that it is being handed over,
/// take the last step. What can be refused is refused before that commit, so little is ever uncertain.
/// </summary>
public sealed class SendAttempt(
    TemplateShelf shelf, NoticeLinks links, MailComposer composer, IMailTransport transport, LedgerWriter ledger, SendStore store, Circuit circuit, ILogger<SendAttempt> logger)
{
    private static readonly TimeSpan RenewEvery = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<Guid, ClaimedSend> waiting = [];

    /// <param name="claimedAt"><see cref="Stopwatch.GetTimestamp"/> from before the claim.</param>
    /// <param name="cancel">Ends waiting; before the final dot nothing is sent then.</param>
    public async Task<Attempt> RunAsync(ClaimedSend send, long claimedAt, CancellationToken cancel)
    {
        try
        {
            var documents = await shelf.FindAsync(send.Documents, cancel);
            var mail = composer.Compose(send, documents, await links.FindAsync(send, cancel));
            if (Stopwatch.GetElapsedTime(claimedAt) > Ledger.ClaimToDot / 2) return TooLate();
            return await OfferAsync(mail, claimedAt, cancel) switch
            {
                MailOffer.Refused(var outcome) => Judge(outcome, circuit),
                MailOffer.Accepted(var transaction) => await HandOverAsync(send, mail, transaction, claimedAt, cancel),
                var other => throw new InvalidOperationException($"No answer to an offer: {other.GetType().Name}."),
            };
        }
        catch (Exception problem) when (problem is TemplateException or MissingTemplateException or MailFormatException)
        {
            // The whole text is in the ledger; it may quote what it could not print.
            var place = problem is TemplateException at ? $"{at.TemplateName}({at.Line},{at.Column})" : send.Template;
            logger.LogWarning("Send {Send} of {Scenario}, step {Step}, cannot be rendered: {Problem} in {Place}", send.Id, send.Scenario, send.Step, problem.GetType().Name, place);
            return new Attempt.NotRendered(problem.Message);
        }
        catch (LinkOverException over)
        {
            return new Attempt.NotTried(over.Message, TimeSpan.Zero);
        }
        catch (UnusableAddressException problem)
        {
            return new Attempt.NotAddressable(problem.Message);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return new Attempt.NotTried("the server is stopping", TimeSpan.Zero);
        }
        catch (DbException problem)
        {
            logger.LogError(problem, "The database could not be asked about send {Send}; it is tried again", send.Id);
            return new Attempt.NotTried(problem.Message, AfterFailure);
        }
    }

    /// <summary>A server that takes longer than the claim lasts is no server for us now: what it accepts later is abandoned.</summary>
    private async Task<MailOffer> OfferAsync(ComposedMail mail, long claimedAt, CancellationToken cancel)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limited.CancelAfter(Ledger.ClaimToDot - Stopwatch.GetElapsedTime(claimedAt));
        try
        {
            return await transport.OfferAsync(mail.Envelope, mail.Bytes, limited.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new MailOffer.Refused(new(
                SendPhase.Body, SendOutcomeKind.ConnectionTemp, 0, null, $"the mail server did not take the mail within {Ledger.ClaimToDot.TotalSeconds:0} s of its claim"));
        }
    }

    private async Task<Attempt> HandOverAsync(ClaimedSend send, ComposedMail mail, IMailTransaction transaction, long claimedAt, CancellationToken cancel)
    {
        await using (transaction)
        {
            if (await ledger.HandOverAsync(new HandOver(send, mail.MessageId)) is { } not) return not;
            if (Stopwatch.GetElapsedTime(claimedAt) > Ledger.ClaimToDot) return TooLate();
            waiting[send.Id] = send;
            try
            {
                return Judge(await transaction.FinishAsync(cancel), circuit);
            }
            catch (Exception bug)
            {
                logger.LogError(bug, "Send {Send} was being handed over when this failed; whether it left is unknown", send.Id);
                return new Attempt.Unanswered(bug.Message);
            }
            finally
            {
                waiting.TryRemove(send.Id, out _);
            }
        }
    }

    /// <summary>Keeps those alive whose answer is still waited for.</summary>
    public async Task RenewAsync(CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(RenewEvery);
        while (await timer.WaitForNextTickAsync(cancel))
        {
            var sends = waiting.Values.ToList();
            if (sends.Count == 0) continue;
            try
            {
                await store.RenewAsync(sends, LedgerWriter.HandedLease, cancel);
            }
            catch (DbException problem)
            {
                logger.LogError(problem, "{Count} mails whose answer is waited for could not be kept alive; they may be listed as uncertain", sends.Count);
            }
        }
    }

    private static Attempt.NotTried TooLate() => new("there was no time left between claim and final dot", TimeSpan.Zero);

    /// <summary>What an outcome means for the send (reference: RFC 3463 classes as <see cref="SendOutcomeKind"/> has them).</summary>
    public static Attempt Judge(SendOutcome outcome, Circuit circuit)
    {
        var reply = outcome.QueueId is { } queue ? $"{outcome.Text} [{queue}]" : outcome.Text;
        switch (outcome.Kind)
        {
            case SendOutcomeKind.ConnectionTemp or SendOutcomeKind.Config: circuit.Failed(outcome); break;
            case SendOutcomeKind.Uncertain: break;
            default: circuit.Succeeded(); break;
        }
        return outcome.Kind switch
        {
            SendOutcomeKind.Sent => new Attempt.Accepted(reply),
            SendOutcomeKind.Deferred => new Attempt.Deferred(reply),
            SendOutcomeKind.HardBounce => new Attempt.AddressUnknown(reply),
            SendOutcomeKind.SoftBounce => new Attempt.MailboxUnavailable(reply),
            SendOutcomeKind.Rejected or SendOutcomeKind.MessageFault => new Attempt.Refused(reply),
            SendOutcomeKind.ConnectionTemp or SendOutcomeKind.Config => new Attempt.NotTried(reply, circuit.Pause),
            SendOutcomeKind.Uncertain => new Attempt.Unanswered(reply),
        };
    }
}
