using System.Collections;
using Nurture.Templating.Runtime;

namespace Nurture.Templating;

/// <summary>
/// Members in the order in which they were added. Fill it before rendering; a render never changes what it was given.
/// </summary>
public sealed class TemplateObject : ReferenceValue, IEnumerable<KeyValuePair<string, TemplateValue>>
{
    // Up to here a scan is faster than a hash.
    private const int ScanLimit = 8;

    private string[] _names = new string[4];
    private TemplateValue[] _values = new TemplateValue[4];
    private Dictionary<string, int>? _index;
    private HashSet<string>? _readOnly;

    public TemplateObject()
        : base(TemplateValueKind.Object)
    {
    }

    public int Count { get; private set; }

    /// <summary>The render that made this object and may change it; null for what came with the model.</summary>
    internal object? Owner { get; init; }

    /// <summary>What a call of the object itself does, as in <c>date "2026-01-05"</c>.</summary>
    internal TemplateFunction? Function { get; init; }

    /// <summary>Null for a member that is not there.</summary>
    public TemplateValue this[string name]
    {
        get => TryGet(name, out var value) ? value : TemplateValue.Null;
        set
        {
            var at = IndexOf(name);
            if (at < 0)
            {
                Append(name, value);
            }
            else
            {
                _values[at] = value;
            }
        }
    }

    public void Add(string name, TemplateValue value) => this[name] = value;

    public bool TryGet(string name, out TemplateValue value)
    {
        var at = IndexOf(name);
        value = at < 0 ? default : _values[at];
        return at >= 0;
    }

    /// <summary>As the public one, trying first where the member was found in an object of the same making.</summary>
    internal bool TryGet(string name, ref int lastAt, out TemplateValue value)
    {
        var at = lastAt;
        if ((uint)at >= (uint)Count || !ReferenceEquals(_names[at], name) && _names[at] != name)
        {
            at = IndexOf(name);
            if (at < 0)
            {
                value = default;
                return false;
            }

            lastAt = at;
        }

        value = _values[at];
        return true;
    }

    internal bool Contains(string name) => IndexOf(name) >= 0;

    internal ReadOnlySpan<string> Names => _names.AsSpan(0, Count);

    internal string NameAt(int at) => _names[at];

    internal TemplateValue ValueAt(int at) => _values[at];

    internal void MakeReadOnly(string name) => (_readOnly ??= []).Add(name);

    internal bool IsReadOnly(string name) => _readOnly?.Contains(name) == true;

    internal TemplateObject ShallowCopy(object owner)
    {
        var copy = new TemplateObject { Owner = owner, Function = Function };
        for (var i = 0; i < Count; i++)
        {
            copy.Append(_names[i], _values[i]);
        }

        return copy;
    }

    private int IndexOf(string name)
    {
        if (_index is not null)
        {
            return _index.TryGetValue(name, out var found) ? found : -1;
        }

        for (var i = 0; i < Count; i++)
        {
            if (ReferenceEquals(_names[i], name) || _names[i] == name)
            {
                return i;
            }
        }

        return -1;
    }

    private void Append(string name, TemplateValue value)
    {
        if (Count == _names.Length)
        {
            Array.Resize(ref _names, Count * 2);
            Array.Resize(ref _values, Count * 2);
        }

        _names[Count] = name;
        _values[Count] = value;
        if (_index is not null)
        {
            _index.Add(name, Count);
        }
        else if (Count == ScanLimit)
        {
            _index = new Dictionary<string, int>(StringComparer.Ordinal);
            for (var i = 0; i <= Count; i++)
            {
                _index.Add(_names[i], i);
            }
        }

        Count++;
    }

    public IEnumerator<KeyValuePair<string, TemplateValue>> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
        {
            yield return new(_names[i], _values[i]);
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
