using System.Collections.Frozen;

namespace Nurture.Server.Security;

/// <summary>
/// All live keys of one sort, by hash, as the database had them a few seconds ago. There are few and they are read whole,
/// so that made-up keys cost no query each. A revoked key works for <see cref="Life"/> at most; a new one at once, or
/// <see cref="Pause"/> after the last reading.
/// </summary>
public sealed class KeyRing<T>(TimeProvider machine, Func<CancellationToken, Task<IEnumerable<(byte[] Hash, T Value)>>> read) where T : class
{
    public static readonly TimeSpan Life = TimeSpan.FromSeconds(5);
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim reading = new(1, 1);
    private Snapshot snapshot = new(FrozenDictionary<UInt128, T>.Empty, null);

    private sealed record Snapshot(FrozenDictionary<UInt128, T> Keys, long? ReadAt);

    public async ValueTask<T?> FindAsync(string key, CancellationToken cancel)
    {
        var hash = SecretKeys.Short(SecretKeys.Hash(key));
        var known = snapshot;
        if (IsYounger(known, Life) && known.Keys.TryGetValue(hash, out var found)) return found;
        return (await ReadAsync(Pause, cancel)).Keys.GetValueOrDefault(hash);
    }

    private bool IsYounger(Snapshot than, TimeSpan age) => than.ReadAt is { } at && machine.GetElapsedTime(at) < age;

    private async Task<Snapshot> ReadAsync(TimeSpan unlessYounger, CancellationToken cancel)
    {
        if (IsYounger(snapshot, unlessYounger)) return snapshot;
        await reading.WaitAsync(cancel);
        try
        {
            if (IsYounger(snapshot, unlessYounger)) return snapshot;
            var at = machine.GetTimestamp();
            var keys = (await read(cancel)).ToFrozenDictionary(key => SecretKeys.Short(key.Hash), key => key.Value);
            return snapshot = new(keys, at);
        }
        finally
        {
            reading.Release();
        }
    }
}
