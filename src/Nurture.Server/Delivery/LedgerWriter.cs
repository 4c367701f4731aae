using System.Data.Common;
using Nurture.Sends;
using Nurture.Server.Hosting;
using Nurture.Server.Operation;
using Nurture.Storage;

namespace Nurture.Server.Delivery;

/// <summary>
/// What the connections write into the ledger, for all of them in one commit: that mails are about to be handed over, and what
/// became of others.
/// </summary>
public sealed class LedgerWriter(SendStore store, BusinessClock clock, Measures measures, WorkSignals signals, ILogger<LedgerWriter> logger)
{
    /// <summary>An owner that is silent for this long is dead: its claims are taken back.</summary>
    public static readonly TimeSpan HandedLease = TimeSpan.FromSeconds(30);

    // The database may be gone: a loop without a pause would only fill the log.
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    // What is not handed over for the database's sake is tried again after this.
    private static readonly TimeSpan BeforeRetry = TimeSpan.FromSeconds(5);

    // A commit costs as much as several mails. Resting for as long as the last one took, at most this, the next carries more of them.
    private static readonly TimeSpan LongestRest = TimeSpan.FromMilliseconds(10);

    private Grouped<Note, Attempt?>? notes;

    private Grouped<Note, Attempt?> Notes => notes ??= new(256, LongestRest, WriteAsync);

    /// <summary>Returns when it is on disk that this mail is being handed over: null if the final dot may follow, else what became of it.</summary>
    public Task<Attempt?> HandOverAsync(HandOver mail) => Notes.AddAsync(new Note.Handing(mail));

    /// <summary>Returns when it is on disk, however long the database is away: without it a sent mail would be uncertain.</summary>
    public Task CompleteAsync(Completion completion) => Notes.AddAsync(new Note.Result(completion));

    public Task RunAsync(CancellationToken cancel) => Notes.RunAsync(cancel);

    private async Task<IReadOnlyList<Attempt?>> WriteAsync(IReadOnlyList<Note> group, CancellationToken cancel)
    {
        var mails = group.OfType<Note.Handing>().Select(note => note.Mail).ToList();
        var results = group.OfType<Note.Result>().Select(note => note.Completion).ToList();
        string? problem = null;
        IReadOnlySet<Guid> allowed = new HashSet<Guid>();
        while (true)
        {
            try
            {
                (allowed, var told) = await store.WriteAsync(problem is null ? mails : [], results, HandedLease, clock.Now, cancel);
                measures.Attempted(results.Select(result => result.Attempt));
                if (told > 0) signals.Events.Raise();
                break;
            }
            catch (DbException failure)
            {
                problem = failure.Message;
                logger.LogError(failure, "{HandOvers} mails are not handed over, and the results of {Results} could not be written", mails.Count, results.Count);
                if (results.Count == 0) break;
                await Task.Delay(AfterFailure, cancel);
            }
        }

        return [.. group.Select(Answer)];

        Attempt? Answer(Note note) => note switch
        {
            Note.Handing when problem is not null => new Attempt.NotTried(problem, BeforeRetry),
            Note.Handing(var mail) when !allowed.Contains(mail.Send.Id) => new Attempt.NotTried("cancelled, or claimed by another", TimeSpan.Zero),
            _ => null,
        };
    }

    private abstract record Note
    {
        private Note() { }

        public sealed record Handing(HandOver Mail) : Note;

        public sealed record Result(Completion Completion) : Note;
    }
}
