using System.Data.Common;

namespace Nurture.Storage;

/// <summary>A scenario's text that somebody works on and that nothing runs by.</summary>
/// <param name="Tests">Its tests' text; empty where it has none.</param>
/// <param name="Revision">Counts its savings from 1; whoever saves names the one they began with.</param>
/// <param name="BasedOn">The version it began as; 0 for a scenario that was never published.</param>
public sealed record ScenarioDraft(string Name, string Text, string Tests, int Revision, int BasedOn, DateTimeOffset EditedAt, string EditedBy);

/// <summary>Drafts of scenarios, one by name. No condition reads them, so no slot is told.</summary>
public sealed class DraftStore(Database database)
{
    private const string Columns = "name, content, tests, revision, based_on, edited_at, edited_by";

    public async Task<IReadOnlyList<ScenarioDraft>> ListAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.QueryAsync(null, $"select {Columns} from scenario_drafts order by name", [], Read, cancel);
    }

    public async Task<ScenarioDraft?> FindAsync(string name, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await FindAsync(connection, null, name, cancel);
    }

    /// <param name="began">The revision that was read before; 0 where there was none.</param>
    /// <returns>The draft as it is now, and whether it is what was given: false where somebody else was quicker.</returns>
    public Task<(ScenarioDraft Draft, bool IsSaved)> SaveAsync(
        string name, string text, string tests, int began, int basedOn, DateTimeOffset now, string by, CancellationToken cancel) =>
        database.WriteAsync(async (connection, transaction, ct) =>
        {
            (string, object?)[] args = [("name", name), ("content", text), ("tests", tests), ("began", began), ("based_on", basedOn), ("now", now), ("by", by)];
            var saved = await connection.ExecuteAsync(transaction,
                began == 0
                    ? """
                      insert into scenario_drafts (name, content, tests, revision, based_on, edited_at, edited_by) values (@name, @content, @tests, 1, @based_on, @now, @by)
                      on conflict (name) do nothing
                      """
                    : """
                      update scenario_drafts set content = @content, tests = @tests, revision = revision + 1, edited_at = @now, edited_by = @by
                      where name = @name and revision = @began
                      """, args, ct) > 0;
            var draft = await FindAsync(connection, transaction, name, ct);
            // Somebody threw it away meanwhile: what is typed is kept rather than lost.
            if (draft is null)
            {
                await connection.ExecuteAsync(transaction,
                    "insert into scenario_drafts (name, content, tests, revision, based_on, edited_at, edited_by) values (@name, @content, @tests, @began + 1, @based_on, @now, @by)", args, ct);
                draft = (await FindAsync(connection, transaction, name, ct))!;
                saved = true;
            }

            return (draft, saved);
        }, cancel);

    /// <summary>False where there is none.</summary>
    public Task<bool> DeleteAsync(string name, CancellationToken cancel) =>
        database.WriteAsync(async (connection, transaction, ct) =>
            await connection.ExecuteAsync(transaction, "delete from scenario_drafts where name = @name", [("name", name)], ct) > 0, cancel);

    private static async Task<ScenarioDraft?> FindAsync(DbConnection connection, DbTransaction? transaction, string name, CancellationToken cancel) =>
        await connection.FirstAsync(transaction, $"select {Columns} from scenario_drafts where name = @name", [("name", name)], Read, cancel);

    private static ScenarioDraft Read(DbDataReader reader) => new(
        reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetInt32(3), reader.GetInt32(4), reader.Instant(5), reader.GetString(6));
}
