using System.Collections.Frozen;

namespace Nurture.Server.Security;

/// <summary>
/// All live keys of one sort, by hash, as the database had them a few seconds ago. There are few and they are read whole,
/// so that made-up keys cost no query each. What this process adds or revokes holds at once (<see cref="Reread"/>); of what
/// another node did, a revoked key works for <see cref="Life"/> at most, and a new one after <see cref="Pause"/>.
/// </summary>
public sealed class KeyRing<T>(TimeProvider machine, Func<CancellationToken, Task<IEnumerable<(byte[] Hash, T Value)>>> read) where T : class
{
    public static readonly TimeSpan Life = TimeSpan.FromSeconds(5);
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim reading = new(1, 1);
    private volatile Snapshot snapshot = new(FrozenDictionary<UInt128, T>.Empty, 0, -1);
    private volatile int changes;

    // Of how many changes it may know tells one that was read while a key was added from one that has the key.
    private sealed record Snapshot(FrozenDictionary<UInt128, T> Keys, long ReadAt, int Changes);

    public async ValueTask<T?> FindAsync(string key, CancellationToken cancel)
    {
        var hash = SecretKeys.Short(SecretKeys.Hash(key));
        var latest = snapshot;
        if (IsYounger(latest, Life) && latest.Keys.TryGetValue(hash, out var found)) return found;
        return (await ReadAsync(Pause, cancel)).Keys.GetValueOrDefault(hash);
    }

    public void Reread() => Interlocked.Increment(ref changes);

    private bool IsYounger(Snapshot than, TimeSpan age) => than.Changes == changes && machine.GetElapsedTime(than.ReadAt) < age;

    private async Task<Snapshot> ReadAsync(TimeSpan unlessYounger, CancellationToken cancel)
    {
        if (IsYounger(snapshot, unlessYounger)) return snapshot;
        await reading.WaitAsync(cancel);
        try
        {
            if (IsYounger(snapshot, unlessYounger)) return snapshot;
            var (at, known) = (machine.GetTimestamp(), changes);
            var keys = (await read(cancel)).ToFrozenDictionary(key => SecretKeys.Short(key.Hash), key => key.Value);
            return snapshot = new(keys, at, known);
        }
        finally
        {
            reading.Release();
        }
    }
}
