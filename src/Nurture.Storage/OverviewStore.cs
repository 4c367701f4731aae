using Nurture.Engine;
using Nurture.Sends;

namespace Nurture.Storage;

/// <summary>Counted up to a most: beyond it only that there are more is known.</summary>
public readonly record struct Capped(long Count, bool IsMore)
{
    /// <param name="found">Looked for up to one more than the most.</param>
    public static Capped Of(long found, int most) => new(Math.Min(found, most), found > most);
}

/// <param name="Sends">Planned since the beginning of the day, by how they stand; as all here, of customers.</param>
public sealed record Today(IReadOnlyDictionary<SendStanding, long> Sends, long Entered, long GoalsReached, long Completed);

/// <param name="Enrolled">Customers who stand in a scenario.</param>
/// <param name="Sends">All mails that wait, whoever gets them.</param>
public sealed record Waiting(Capped Enrolled, Capped Sends);

/// <param name="Refused">Items that intake refused.</param>
public sealed record Troubles(long Unclear, long Bounced, long Failed, long Refused);

/// <summary>Numbers of the first page. Each statement reads what it counts by an index, and counts what may be very many up to a most.</summary>
public sealed class OverviewStore(Database database)
{
    public const int Most = 10_000;

    public async Task<Today> TodayAsync(DateTimeOffset since, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        var sends = await connection.QueryAsync(null,
            $"select standing, count(*) from (select {SendStore.StandingSql} as standing from {SendStore.AllSends} where s.planned_at >= @since and {Counted.Person("s.recipient_id")}) t group by standing",
            [("since", since)], row => (Standing: (SendStanding)row.GetInt32(0), Count: row.GetInt64(1)), cancel);
        var turns = await connection.QueryAsync(null,
            $"select j.reason, count(*) from journal j where {JournalStore.IsTurn} and j.at >= @since and {Counted.Subject("j")} group by j.reason",
            [("since", since)], row => (Reason: (Reason)row.GetInt16(0), Count: row.GetInt64(1)), cancel);
        var byReason = turns.ToDictionary(turn => turn.Reason, turn => turn.Count);
        var byStanding = sends.ToDictionary(send => send.Standing, send => send.Count);
        return new(
            Enum.GetValues<SendStanding>().ToDictionary(standing => standing, standing => byStanding.GetValueOrDefault(standing)),
            byReason.GetValueOrDefault(Reason.Entered), byReason.GetValueOrDefault(Reason.GoalReached), byReason.GetValueOrDefault(Reason.Completed));
    }

    public async Task<Waiting> WaitingAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        var enrolled = await CountAsync($"positions p where {Counted.Subject("p")}");
        var sends = await CountAsync(SendStore.WaitingSends);
        return new(enrolled, sends);

        async Task<Capped> CountAsync(string what)
        {
            var count = await connection.ScalarAsync<long>(null, $"select count(*) from (select 1 from {what} limit {Most + 1}) t", [], cancel);
            return Capped.Of(count, Most);
        }
    }

    public async Task<Troubles> TroublesAsync(DateTimeOffset since, DateTimeOffset refusedSince, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        var found = await connection.QueryAsync(null,
            $"""
             select s.state, s.reason, count(*) from sends s
             where s.not_sent in ({(short)SendState.Failed}, {(short)SendState.Uncertain}) and s.planned_at >= @since
             group by s.state, s.reason
             """, [("since", since)], row => (State: (SendState)row.GetInt16(0), Reason: row.IsDBNull(1) ? (Reason?)null : (Reason)row.GetInt16(1), Count: row.GetInt64(2)), cancel);
        return new(
            found.Where(row => row.State == SendState.Uncertain).Sum(row => row.Count),
            found.Where(row => row.State == SendState.Failed && row.Reason is Reason.Bounced or Reason.Refused).Sum(row => row.Count),
            found.Where(row => row.State == SendState.Failed && row.Reason is not (Reason.Bounced or Reason.Refused)).Sum(row => row.Count),
            await connection.ScalarAsync<long>(null, "select count(*) from dead_letters where received_at >= @since", [("since", refusedSince)], cancel));
    }
}
