using Nurture.Storage;

namespace Nurture.Server.Slots;

/// <summary>
/// What the slots have not read yet. Whoever asks many subjects at once goes at the slots' pace by it, so that a walk over
/// everybody does not stand before what customers do now.
/// </summary>
public sealed class SlotBacklog(SlotStore slots)
{
    // The slots may be another node's, and nothing of it is heard here: it is asked for.
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(50);

    /// <summary>Returns when no more than <paramref name="most"/> events are unread, of those up to an id (inclusive) where one is given.</summary>
    public async Task WaitAsync(long most, CancellationToken cancel, long upTo = long.MaxValue)
    {
        while (await slots.UnreadAsync(cancel, upTo) > most) await Task.Delay(BetweenLooks, cancel);
    }
}
