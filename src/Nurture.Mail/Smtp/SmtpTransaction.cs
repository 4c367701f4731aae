namespace Nurture.Mail.Smtp;

/// <summary>A message that lacks its final dot, and the connection that holds it.</summary>
internal sealed class SmtpTransaction(SmtpTransport transport, SmtpConnection connection) : IMailTransaction
{
    private int isEnded;

    public async ValueTask<SendOutcome> FinishAsync(CancellationToken cancel)
    {
        if (Interlocked.Exchange(ref isEnded, 1) != 0)
            throw new InvalidOperationException("The transaction has already been finished or abandoned.");
        try
        {
            var outcome = await connection.FinishAsync(cancel);
            transport.Report(connection, outcome);
            return outcome;
        }
        finally
        {
            transport.GiveBack(connection);
        }
    }

    public ValueTask AbandonAsync()
    {
        if (Interlocked.Exchange(ref isEnded, 1) == 0)
        {
            connection.Abandon();
            transport.GiveBack(connection);
        }
        return ValueTask.CompletedTask;
    }
}
