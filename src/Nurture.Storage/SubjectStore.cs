using System.Data.Common;
using Nurture.Contacts;
using Nurture.Engine;

namespace Nurture.Storage;

/// <summary>Walks over subjects, a page at a time: for what is named and throttled, never for a decision.</summary>
public sealed class SubjectStore(Database database)
{
    public async Task<bool> AnyAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.ScalarAsync<long>(null, "select count(*) from (select 1 from states limit 1) s", [], cancel) > 0;
    }

    public async Task<long> CountAsync(SubjectKind kind, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.ScalarAsync<long>(null, "select count(*) from states where kind = @kind", [("kind", (short)kind)], cancel);
    }

    /// <summary>Every subject of a kind, by slot and id; empty at the end.</summary>
    public Task<List<SubjectKey>> PageAsync(SubjectKind kind, SubjectKey? after, int limit, CancellationToken cancel) => ReadAsync(
        """
        select slot, kind, subject_id from states
        where kind = @kind and (slot, subject_id) > (@slot, @id) order by slot, subject_id limit @limit
        """, [("kind", (short)kind)], after, limit, cancel);

    /// <summary>Those that stand in a scenario now.</summary>
    public Task<List<SubjectKey>> PageInAsync(ScenarioNames scenario, SubjectKey? after, int limit, CancellationToken cancel) => ReadAsync(
        $"""
        select distinct slot, kind, subject_id from positions
        where {scenario.Are("scenario")} and (slot, subject_id) > (@slot, @id) order by slot, subject_id limit @limit
        """, [.. scenario.Arguments], after, limit, cancel);

    private async Task<List<SubjectKey>> ReadAsync(string sql, (string Name, object? Value)[] args, SubjectKey? after, int limit, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.QueryAsync(null, sql,
            [.. args, ("slot", after?.Slot ?? (short)-1), ("id", after?.Subject.Id ?? 0L), ("limit", limit)],
            (DbDataReader reader) => new SubjectKey(reader.GetInt16(0), new SubjectRef((SubjectKind)reader.GetInt16(1), reader.GetInt64(2))), cancel);
    }
}
