namespace Nurture.Storage;

public sealed record DatabaseOptions
{
    /// <summary>Holds <c>nurture.db</c> where no PostgreSQL is named; made when it does not exist.</summary>
    public string DataDirectory { get; init; } = "data";

    /// <summary>An Npgsql connection string; null or empty for SQLite.</summary>
    public string? Postgres { get; init; }

    /// <summary>
    /// As a server and a migration must: on SQLite the file is held for this process alone, on PostgreSQL the process
    /// counts as a node. A visitor that only looks (<c>doctor</c>) sets it to false.
    /// </summary>
    public bool IsNode { get; init; } = true;
}

/// <summary>The database is held by another process, or cannot be used as it is; the message is for the operator.</summary>
public sealed class DatabaseUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
