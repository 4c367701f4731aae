namespace Nurture.Server.Operation;

/// <summary>How much there was in the last 60 whole seconds, on the machine's clock.</summary>
public sealed class LastMinute(TimeProvider machine)
{
    private const int Seconds = 60;

    private readonly Lock gate = new();
    private readonly long[] counts = new long[Seconds];
    private long second = machine.GetTimestamp() / machine.TimestampFrequency;

    public void Add(int count)
    {
        lock (gate)
        {
            Forget();
            counts[second % Seconds] += count;
        }
    }

    public long Count
    {
        get
        {
            lock (gate)
            {
                Forget();
                return counts.Sum();
            }
        }
    }

    private void Forget()
    {
        var now = machine.GetTimestamp() / machine.TimestampFrequency;
        for (var passed = Math.Min(now - second, Seconds); passed > 0; passed--) counts[(now - passed + 1) % Seconds] = 0;
        second = now;
    }
}
