using System.Data.Common;
using Npgsql;

namespace Nurture.Storage;

/// <summary>
/// Who else works on this database, told by its sessions: a node that was killed has none, and one that is frozen lets all
/// of them rest. Asking that costs no write, and the clock is the server's.
/// </summary>
public sealed partial class PostgresDatabase
{
    /// <summary>
    /// A node beats every second, so several beats and any pause of a garbage collector lie within this; and with a look a
    /// second, whoever is silent for longer is relieved within five seconds, also by nodes that have too few processors.
    /// </summary>
    private const int LongestSilenceMilliseconds = 3000;

    // A session that waits for a slow disk rests as well; the beat beside it does not.
    private static readonly string LiveNodesSql =
        $"""
         select substring(application_name from '^nurture(?:-node)? (.*)$') as node from pg_stat_activity
         where datname = current_database() and application_name like 'nurture% %'
         group by 1 having max(coalesce(state_change, clock_timestamp())) > clock_timestamp() - interval '{LongestSilenceMilliseconds} milliseconds'
         """;

    // A node that only starts, or migrates, has no line yet and gets no share.
    internal override string NodeCountSql =>
        $"""
         select count(distinct application_name) from pg_stat_activity
         where datname = current_database() and application_name like '{NodeLine.NamePrefix}%'
             and substr(application_name, {NodeLine.NamePrefix.Length + 1}) in ({LiveNodesSql})
         """;

    // Waits for each to be gone, five seconds at most: what it held is then free.
    internal override string EndSessionsSql =>
        $"""
         with lost as (select distinct owner from lanes where owner <> @me and (expires_at <= {NowSql} or {IsOwnerGoneSql}))
         select pg_terminate_backend(pid, 5000) from pg_stat_activity
         where datname = current_database()
             and application_name in (select 'nurture ' || owner from lost union all select '{NodeLine.NamePrefix}' || owner from lost)
         """;

    internal override string IsOwnerGoneSql => $"lanes.owner not in ({LiveNodesSql})";

    public override async Task<NodeLine?> OpenLineAsync(CancellationToken cancel)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(ConnectionString) { ApplicationName = NodeLine.NamePrefix + Node, Pooling = false }.ConnectionString);
        try
        {
            await connection.OpenAsync(cancel);
            await connection.ExecuteAsync(null, $"listen {NodeLine.Channel}", [], cancel);
            return new NodeLine(connection, NodeCountSql);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    // A call takes a lock of all databases until its commit is over, which therefore does not wait for the disk.
    public override async Task CallAsync(NodeCall call, CancellationToken cancel)
    {
        await using var connection = await source.OpenConnectionAsync(cancel);
        await connection.ExecuteAsync(null, $"select set_config('synchronous_commit', 'off', true), pg_notify('{NodeLine.Channel}', '{call}')", [], cancel);
    }
}
