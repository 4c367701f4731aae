using Npgsql;

namespace Nurture.Storage;

/// <summary>What one node tells the others at once. It carries no work: that stands in the database, and is found without a call too.</summary>
public enum NodeCall
{
    /// <summary>Events were appended, perhaps to lanes of another node.</summary>
    Events,

    /// <summary>Mails were planned.</summary>
    Sends,

    /// <summary>Lanes were given up.</summary>
    Lanes,
}

/// <summary>
/// A node's open line to the others on the same PostgreSQL: they see by it that the node lives, and it hears their calls.
/// Not to be used by two threads at once.
/// </summary>
public sealed class NodeLine : IAsyncDisposable
{
    internal const string Channel = "nurture";

    // With the longest node name 61 bytes; a name in pg_stat_activity has 63.
    internal const string NamePrefix = "nurture-node ";

    private readonly NpgsqlConnection connection;
    private readonly string countNodes;
    private readonly HashSet<NodeCall> heard = [];

    internal NodeLine(NpgsqlConnection connection, string countNodes)
    {
        (this.connection, this.countNodes) = (connection, countNodes);
        connection.Notification += (_, said) =>
        {
            // Of a newer build in a rolling restart, a call may be one that this one does not know.
            if (said.PID != connection.ProcessID && Enum.TryParse<NodeCall>(said.Payload, out var call)) heard.Add(call);
        };
    }

    /// <summary>Shows the others that this node lives; answers how many do, this one included.</summary>
    public async Task<int> BeatAsync(CancellationToken cancel) => (int)await connection.ScalarAsync<long>(null, countNodes, [], cancel);

    /// <summary>What was called since the last time, waiting for a call no longer than said.</summary>
    public async Task<IReadOnlyList<NodeCall>> HearAsync(TimeSpan atMost, CancellationToken cancel)
    {
        if (heard.Count == 0) await connection.WaitAsync(atMost, cancel);
        NodeCall[] calls = [.. heard];
        heard.Clear();
        return calls;
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();
}
