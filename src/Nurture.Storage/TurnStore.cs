using Nurture.Engine;

namespace Nurture.Storage;

/// <param name="Id">Ascends within a lane.</param>
public sealed record RecordedTurn(long Id, Turn Turn);

/// <summary>By what each batch was decided, in the order of the commits.</summary>
public sealed class TurnStore(Database database)
{
    internal static int BitOf(short lane) => 1 << lane;

    /// <summary>A lane's turns after one and up to another (inclusive), in their order.</summary>
    public async Task<IReadOnlyList<RecordedTurn>> ReadAsync(short lane, long after, long upTo, int limit, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.QueryAsync(null,
            "select id, doc from turns where id > @after and id <= @up_to and lanes & @bit <> 0 order by id limit @limit",
            [("after", after), ("up_to", upTo), ("bit", BitOf(lane)), ("limit", limit)], reader => new RecordedTurn(reader.GetInt64(0), Turn.Unpack(reader.Bytes(1))), cancel);
    }
}
