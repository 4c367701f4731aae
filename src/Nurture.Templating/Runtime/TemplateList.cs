using System.Collections;

namespace Nurture.Templating;

/// <summary>A list of values. Fill it before rendering; a render never changes what it was given.</summary>
public sealed class TemplateList : ReferenceValue, IReadOnlyList<TemplateValue>
{
    private readonly List<TemplateValue> _items;

    // Of a sequence whose items are made anew at each use; null where they are kept.
    private readonly IEnumerable<TemplateValue>? _made;

    public TemplateList()
        : this(0)
    {
    }

    public TemplateList(int capacity)
        : base(TemplateValueKind.List) => _items = new List<TemplateValue>(capacity);

    public TemplateList(IEnumerable<TemplateValue> items)
        : base(TemplateValueKind.List) => _items = [.. items];

    private TemplateList(IEnumerable<TemplateValue> made, object owner)
        : base(TemplateValueKind.List) => (_items, _made, Owner, IsSequence) = ([], made, owner, true);

    /// <summary>A sequence that is made when it is used, and again at the next use.</summary>
    internal static TemplateList MadeAtUse(IEnumerable<TemplateValue> items, object owner) => new(items, owner);

    public int Count => _made?.Count() ?? _items.Count;

    /// <summary>The render that made this list and may change it; null for what came with the model.</summary>
    internal object? Owner { get; init; }

    /// <summary>Made by a range or a list function: templates can tell it from an array by its type name.</summary>
    internal bool IsSequence { get; init; }

    internal bool IsMadeAtUse => _made is not null;

    /// <summary>The items as they are now, for those who look at them more than once.</summary>
    internal TemplateList Settled() => _made is null ? this : new TemplateList(_made) { Owner = Owner, IsSequence = true };

    /// <summary>Lists can carry named members too (<c>$.name</c>, <c>a.x = 1</c>).</summary>
    internal TemplateObject? Members { get; set; }

    public TemplateValue this[int index]
    {
        get => _made is null ? _items[index] : _made.ElementAt(index);
        internal set => _items[index] = value;
    }

    public void Add(TemplateValue item) => _items.Add(item);

    internal void Insert(int index, TemplateValue item) => _items.Insert(index, item);

    internal void RemoveAt(int index) => _items.RemoveAt(index);

    public IEnumerator<TemplateValue> GetEnumerator() => (_made ?? _items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
