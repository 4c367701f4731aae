namespace Nurture.Templating.Runtime;

/// <summary>
/// The items that a loop goes through, in its order. What is made when it is used is made on the way, one item ahead, so that
/// the last is known to be it.
/// </summary>
internal sealed class LoopWalk : IDisposable
{
    private readonly TemplateList _items;
    private readonly int _step;
    private readonly IEnumerable<TemplateValue>? _sequence;
    private readonly IEnumerator<TemplateValue>? _made;
    private int _at;
    private int _left;

    private LoopWalk(TemplateList items, int from, int count, int step) => (_items, _at, _left, _step, Length) = (items, from, count, step, count);

    private LoopWalk(TemplateList items, IEnumerable<TemplateValue> sequence)
    {
        (_items, _sequence, _made) = (items, sequence, sequence.GetEnumerator());
        _left = _made.MoveNext() ? 1 : 0;
    }

    /// <param name="offset">Left out at the front, whatever the direction.</param>
    /// <param name="limit">Zero and less for no limit.</param>
    public static LoopWalk Of(TemplateList items, int offset, int limit, bool isReversed)
    {
        if (items.IsMadeAtUse && !isReversed)
        {
            return new LoopWalk(items, limit > 0 ? items.Skip(offset).Take(limit) : items.Skip(offset));
        }

        items = items.Settled();
        var remaining = Math.Max(0, items.Count - offset);
        var count = limit > 0 ? Math.Min(limit, remaining) : remaining;
        return isReversed ? new LoopWalk(items, items.Count - 1, count, step: -1) : new LoopWalk(items, offset, count, step: 1);
    }

    /// <summary>How many there are; of what is made when it is used, this makes them all once more.</summary>
    public int Length => _sequence?.Count() ?? field;

    public bool IsOver => _left == 0;

    public TemplateValue Next()
    {
        if (_made is not null)
        {
            var made = _made.Current;
            _left = _made.MoveNext() ? 1 : 0;
            return made;
        }

        var item = _items[_at];
        (_at, _left) = (_at + _step, _left - 1);
        return item;
    }

    public void Dispose() => _made?.Dispose();
}
