using System.Collections;

namespace Nurture.Templating;

/// <summary>A list of values. Fill it before rendering; a render never changes what it was given.</summary>
public sealed class TemplateList : ReferenceValue, IReadOnlyList<TemplateValue>
{
    private readonly List<TemplateValue> _items;

    public TemplateList()
        : this(0)
    {
    }

    public TemplateList(int capacity)
        : base(TemplateValueKind.List) => _items = new List<TemplateValue>(capacity);

    public TemplateList(IEnumerable<TemplateValue> items)
        : base(TemplateValueKind.List) => _items = [.. items];

    public int Count => _items.Count;

    /// <summary>The render that made this list and may change it; null for what came with the model.</summary>
    internal object? Owner { get; init; }

    /// <summary>Made by a range or a list function: templates can tell it from an array by its type name.</summary>
    internal bool IsSequence { get; init; }

    /// <summary>How many items were looked at to make this sequence; sequences are counted as if they were made at each use.</summary>
    internal int Walked { get; init; }

    /// <summary>Lists can carry named members too (<c>$.name</c>, <c>a.x = 1</c>).</summary>
    internal TemplateObject? Members { get; set; }

    public TemplateValue this[int index]
    {
        get => _items[index];
        internal set => _items[index] = value;
    }

    public void Add(TemplateValue item) => _items.Add(item);

    internal void Insert(int index, TemplateValue item) => _items.Insert(index, item);

    internal void RemoveAt(int index) => _items.RemoveAt(index);

    internal void Reverse() => _items.Reverse();

    public IEnumerator<TemplateValue> GetEnumerator() => _items.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
