using System.Data.Common;
using Nurture.Sends;

namespace Nurture.Storage;

/// <param name="Name">The name of the scenario that it is published as.</param>
/// <param name="Form">What its author filled in, as JSON of the API's.</param>
/// <param name="Revision">Counts its savings from 1.</param>
public sealed record StoredBroadcast(string Name, string Form, int Revision, DateTimeOffset CreatedAt, DateTimeOffset EditedAt, string EditedBy);

/// <summary>What became of a scenario's mails.</summary>
public sealed record MailResults(long Waiting, long Sent, long NotSent, long Failed, long Uncertain, long Opened, long Clicked, long Bounced)
{
    public static MailResults None { get; } = new(0, 0, 0, 0, 0, 0, 0, 0);
}

/// <param name="Hour">Its beginning.</param>
public sealed record PlannedHour(string Scenario, string Template, DateTimeOffset Hour, long Count);

/// <param name="Since">The hour in which they came to the step, its beginning.</param>
public sealed record StandingHour(string Scenario, int Version, string Step, DateTimeOffset Since, long Count);

public sealed class BroadcastStore(Database database)
{
    private const string Columns = "name, form, revision, created_at, edited_at, edited_by";
    private const long Hour = 3_600_000;

    /// <summary>The newest first.</summary>
    public async Task<IReadOnlyList<StoredBroadcast>> ListAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.QueryAsync(null, $"select {Columns} from broadcasts order by created_at desc, name", [], Read, cancel);
    }

    public async Task<StoredBroadcast?> FindAsync(string name, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.FirstAsync(null, $"select {Columns} from broadcasts where name = @name", [("name", name)], Read, cancel);
    }

    /// <summary>False where there is one of the name.</summary>
    public Task<bool> AddAsync(string name, string form, DateTimeOffset now, string by, CancellationToken cancel) =>
        database.WriteAsync(async (connection, transaction, ct) => await connection.ExecuteAsync(transaction,
            $"insert into broadcasts ({Columns}) values (@name, @form, 1, @now, @now, @by) on conflict (name) do nothing",
            [("name", name), ("form", form), ("now", now), ("by", by)], ct) > 0, cancel);

    /// <summary>False where somebody else saved since that revision.</summary>
    public Task<bool> SaveAsync(string name, string form, int revision, DateTimeOffset now, string by, CancellationToken cancel) =>
        database.WriteAsync(async (connection, transaction, ct) => await connection.ExecuteAsync(transaction,
            "update broadcasts set form = @form, revision = revision + 1, edited_at = @now, edited_by = @by where name = @name and revision = @revision",
            [("name", name), ("form", form), ("now", now), ("by", by), ("revision", revision)], ct) > 0, cancel);

    public Task<bool> DeleteAsync(string name, CancellationToken cancel) =>
        database.WriteAsync(async (connection, transaction, ct) =>
            await connection.ExecuteAsync(transaction, "delete from broadcasts where name = @name", [("name", name)], ct) > 0, cancel);

    /// <summary>What became of a scenario's mails to customers so far; those to people of our own are not counted (SEMANTICS.md 57).</summary>
    public async Task<MailResults> ResultsAsync(string scenario, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        var rows = await connection.QueryAsync(null,
            $"select {SendStore.StateSql}, count(*), count(s.opened_at), count(s.clicked_at), count(s.bounced_at) from {SendStore.AllSends} where s.scenario = @scenario and {Counted.Person("s.recipient_id")} group by 1", [("scenario", scenario)],
            reader => (State: (SendState)reader.GetInt16(0), Count: reader.GetInt64(1), Opened: reader.GetInt64(2), Clicked: reader.GetInt64(3), Bounced: reader.GetInt64(4)), cancel);
        return rows.Aggregate(MailResults.None, (all, row) => Add(all, row.State, row.Count) with
        {
            Opened = all.Opened + row.Opened, Clicked = all.Clicked + row.Clicked, Bounced = all.Bounced + row.Bounced,
        });
    }

    /// <summary>Mails that are planned to leave in a time, by scenario and hour; what was to leave before counts for its first hour.</summary>
    public async Task<IReadOnlyList<PlannedHour>> PlannedAsync(DateTimeOffset from, DateTimeOffset until, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.QueryAsync(null,
            $"""
             select s.scenario, s.template, case when o.not_before < @from then @from else o.not_before end / {Hour} * {Hour}, count(*)
             from {SendStore.OutboxSends} where o.state = {(short)SendState.Planned} and o.not_before < @until group by 1, 2, 3 order by 3, 1, 2
             """, [("from", from), ("until", until)],
            reader => new PlannedHour(reader.GetString(0), reader.GetString(1), reader.Instant(2), reader.GetInt64(3)), cancel);
    }

    /// <summary>How many stand where since when; reads all positions, so it is asked seldom and its answer kept.</summary>
    public async Task<IReadOnlyList<StandingHour>> StandingAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.QueryAsync(null,
            $"select scenario, version, step, since / {Hour} * {Hour}, count(*) from positions group by 1, 2, 3, 4", [],
            reader => new StandingHour(reader.GetString(0), reader.GetInt32(1), reader.GetString(2), reader.Instant(3), reader.GetInt64(4)), cancel);
    }

    private static MailResults Add(MailResults all, SendState state, long count) => state switch
    {
        SendState.Planned or SendState.Claimed or SendState.Handed => all with { Waiting = all.Waiting + count },
        SendState.Sent => all with { Sent = all.Sent + count },
        SendState.Failed => all with { Failed = all.Failed + count },
        SendState.Uncertain => all with { Uncertain = all.Uncertain + count },
        SendState.Skipped or SendState.Expired or SendState.Cancelled => all with { NotSent = all.NotSent + count },
    };

    private static StoredBroadcast Read(DbDataReader reader) =>
        new(reader.GetString(0), reader.GetString(1), reader.GetInt32(2), reader.Instant(3), reader.Instant(4), reader.GetString(5));
}
