using Nurture.Scenarios;

namespace Nurture.Storage;

/// <summary>An account of which a scenario's trigger found nobody.</summary>
/// <param name="Times">How many triggers.</param>
public sealed record NobodyThere(string Scenario, long AccountId, string? AccountName, string? Owner, long Times, DateTimeOffset FirstAt, DateTimeOffset LastAt);

/// <summary>Which accounts scenarios do not reach, since nobody there has the role that they ask for (SEMANTICS.md 7).</summary>
public sealed class CoverageStore(Database database)
{
    /// <summary>By account, who was missed last first; of customers alone.</summary>
    /// <param name="owner">Whose accounts; null for all.</param>
    public async Task<IReadOnlyList<NobodyThere>> NobodyAsync(ScenarioNames? scenario, long? account, string? owner, DateTimeOffset since, int limit, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        // The number is that of the partial index: NobodyMatches.
        return await connection.QueryAsync(null,
            $"""
             select j.scenario, a.id, coalesce(a.name, a.external_id), a.owner, count(*), min(j.at), max(j.at)
             from journal j join accounts o on o.id = j.subject_id join accounts a on a.id = coalesce(o.merged_into, o.id)
             where j.reason = 12 and j.kind = 2 and j.at >= @since and a.is_internal = 0
                 {(scenario is { } names ? $"and {names.Are("j.scenario")}" : "")} {(account is null ? "" : "and a.id = @account")} {(owner is null ? "" : "and a.owner = @owner")}
             group by j.scenario, a.id, a.name, a.external_id, a.owner order by max(j.at) desc, j.scenario, a.id limit @limit
             """, [.. scenario?.Arguments ?? [], ("since", since), ("account", account ?? 0), ("owner", owner ?? ""), ("limit", limit)],
            reader => new NobodyThere(reader.GetString(0), reader.GetInt64(1), reader.TextOrNull(2), reader.TextOrNull(3), reader.GetInt64(4), reader.InstantOrNull(5)!.Value, reader.InstantOrNull(6)!.Value), cancel);
    }
}
