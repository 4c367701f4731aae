using Nurture.Server.Delivery;

namespace Nurture.Server.Tests.Delivery;

public sealed class GroupedTests
{
    [Fact]
    public async Task What_comes_during_one_write_is_the_next_group()
    {
        using var stop = new CancellationTokenSource();
        var gate = new TaskCompletionSource();
        var groups = new List<int>();
        var grouped = new Grouped<int, int>(100, TimeSpan.Zero, async (items, _) =>
        {
            lock (groups) groups.Add(items.Count);
            await gate.Task;
            return [.. items.Select(item => item * 2)];
        });
        var first = grouped.AddAsync(1);
        var running = grouped.RunAsync(stop.Token);
        while (true)
        {
            lock (groups)
                if (groups.Count == 1) break;
            await Task.Yield();
        }

        var rest = Enumerable.Range(2, 30).Select(grouped.AddAsync).ToList();
        gate.SetResult();

        var answers = await Task.WhenAll([first, .. rest]);
        Assert.Equal([2, .. Enumerable.Range(2, 30).Select(item => item * 2)], answers);
        Assert.Equal([1, 30], groups);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task A_group_that_fails_fails_alone()
    {
        using var stop = new CancellationTokenSource();
        var grouped = new Grouped<int, int>(1, TimeSpan.Zero, (items, _) => items[0] == 2 ? throw new InvalidOperationException("two") : Task.FromResult<IReadOnlyList<int>>(items));
        var (one, two, three) = (grouped.AddAsync(1), grouped.AddAsync(2), grouped.AddAsync(3));

        var running = grouped.RunAsync(stop.Token);

        Assert.Equal((1, 3), (await one, await three));
        await Assert.ThrowsAsync<InvalidOperationException>(() => two);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }
}
