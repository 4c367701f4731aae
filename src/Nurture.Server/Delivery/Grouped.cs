using System.Diagnostics;
using System.Threading.Channels;

namespace Nurture.Server.Delivery;

/// <summary>
/// Many callers, one commit: what comes in while one group is being written is the next group. A lone caller waits for
/// nobody, and a crowd shares the disk's sync.
/// </summary>
/// <param name="longestRest">After each group that was not full it waits for as long as the write took, at most so long, that more come together.</param>
/// <param name="write">Answers for each item, in order.</param>
public sealed class Grouped<T, TAnswer>(int mostAtOnce, TimeSpan longestRest, Func<IReadOnlyList<T>, CancellationToken, Task<IReadOnlyList<TAnswer>>> write)
{
    private readonly Channel<(T Item, TaskCompletionSource<TAnswer> Answer)> queue =
        Channel.CreateUnbounded<(T, TaskCompletionSource<TAnswer>)>(new() { SingleReader = true });

    public async Task<TAnswer> AddAsync(T item)
    {
        var answer = new TaskCompletionSource<TAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        await queue.Writer.WriteAsync((item, answer));
        return await answer.Task;
    }

    /// <summary>Ends what waits with the exception that the group's write threw, and goes on with the next group.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        var group = new List<(T Item, TaskCompletionSource<TAnswer> Answer)>(mostAtOnce);
        try
        {
            while (await queue.Reader.WaitToReadAsync(cancel))
            {
                group.Clear();
                while (group.Count < mostAtOnce && queue.Reader.TryRead(out var waiting)) group.Add(waiting);
                var began = Stopwatch.GetTimestamp();
                try
                {
                    var answers = await write([.. group.Select(waiting => waiting.Item)], cancel);
                    for (var i = 0; i < group.Count; i++) group[i].Answer.SetResult(answers[i]);
                }
                catch (Exception failure)
                {
                    foreach (var (_, answer) in group) answer.TrySetException(failure);
                    if (failure is OperationCanceledException && cancel.IsCancellationRequested) throw;
                }

                var rest = Stopwatch.GetElapsedTime(began) is var took && took < longestRest ? took : longestRest;
                // Whoever comes meanwhile shares the next group; a full one did not want for company.
                if (group.Count < mostAtOnce && rest > TimeSpan.Zero) await Task.Delay(rest, cancel);
            }
        }
        finally
        {
            queue.Writer.TryComplete();
            while (queue.Reader.TryRead(out var waiting)) waiting.Answer.TrySetCanceled(CancellationToken.None);
        }
    }
}
