using System.Globalization;
using System.Text;
using Nurture.Templating.Runtime;
using Nurture.Templating.Syntax;

namespace Nurture.Templating.Builtins;

/// <summary><c>array.*</c>: each gives a new list and leaves the one it was given as it is.</summary>
internal static class ArrayFunctions
{
    public static readonly BuiltinFunction[] All =
    [
        new("array.add", "list, value", Add),
        new("array.add_range", "list1, list2", AddRange),
        new("array.any", "list, function, args...", Any),
        new("array.compact", "list", Compact),
        new("array.concat", "list1, list2", Concat),
        new("array.contains", "list, item", Contains),
        new("array.cycle", "list, group?", Cycle),
        new("array.each", "list, function", Each),
        new("array.filter", "list, function", Filter),
        new("array.first", "list", First),
        new("array.insert_at", "list, index, value", InsertAt),
        new("array.join", "list, delimiter, function?", Join),
        new("array.last", "list", Last),
        new("array.limit", "list, count", Limit),
        new("array.map", "list, member", Map),
        new("array.offset", "list, index", Offset),
        new("array.remove_at", "list, index", RemoveAt),
        new("array.reverse", "list", Reverse),
        new("array.size", "list", Size),
        new("array.sort", "list, member?", Sort),
        new("array.uniq", "list", Uniq),
    ];

    private static TemplateList Copy(in Call call, IEnumerable<TemplateValue>? items, int count)
    {
        call.Charge(count);
        var copy = call.NewArray(count);
        foreach (var item in items ?? [])
        {
            copy.Add(item);
        }

        return copy;
    }

    /// <summary>The list with a value more.</summary>
    /// <example>[1, 2, 3] | array.add 4 → [1, 2, 3, 4]</example>
    public static TemplateValue Add(in Call call)
    {
        var list = call.List(0);
        var made = Copy(call, list, (list?.Count ?? 0) + 1);
        made.Add(call[1]);
        return made;
    }

    /// <summary>One list behind the other.</summary>
    /// <example>[1, 2] | array.add_range [3, 4] → [1, 2, 3, 4]</example>
    public static TemplateValue AddRange(in Call call)
    {
        var (first, second) = (call.Items(0), call.Items(1));
        return first is null && second is null ? TemplateValue.Null : call.Sequence((first ?? []).Concat(second ?? []));
    }

    /// <summary>The same as <c>array.add_range</c>.</summary>
    /// <example>[1, 2] | array.concat [3, 4] → [1, 2, 3, 4]</example>
    public static TemplateValue Concat(in Call call) => AddRange(call);

    /// <summary>Whether the function is true for an item; further arguments are passed on to it.</summary>
    /// <example>["a1", "b2"] | array.any @string.contains "2" → true</example>
    public static TemplateValue Any(in Call call)
    {
        if (call.Items(0) is not { } items)
        {
            return false;
        }

        var function = call.Function(1);
        var arguments = new TemplateValue[call.Count - 1];
        call.Values[2..].CopyTo(arguments.AsSpan(1));
        foreach (var item in items)
        {
            arguments[0] = item;
            var result = function.Invoke(call.Context, call.Span, arguments);
            if (result.Kind == TemplateValueKind.Boolean && result.IsTrue)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Without nulls.</summary>
    /// <example>[1, null, 3] | array.compact → [1, 3]</example>
    public static TemplateValue Compact(in Call call) =>
        call.Items(0) is { } items ? call.Sequence(items.Where(i => !i.IsNull)) : TemplateValue.Null;

    /// <summary>Whether an item is in the list.</summary>
    /// <example>[1, 2, 3] | array.contains 3 → true</example>
    public static TemplateValue Contains(in Call call)
    {
        foreach (var item in call.Items(0) ?? [])
        {
            if (Same(call.Context, item, call[1], call.Span))
            {
                return true;
            }
        }

        return false;
    }

    // Equality of values, without the comparison of texts with what prints alike. In the compatible profile what is of another
    // kind is another value (1 and 1.0), and a list is the same as itself alone.
    private static bool Same(RenderContext context, TemplateValue a, TemplateValue b, SourceSpan span)
    {
        if (!context.Template.Options.IsMail)
        {
            if (a.Kind != b.Kind || a.IsCharacter != b.IsCharacter)
            {
                return false;
            }

            if (a.Kind is TemplateValueKind.List or TemplateValueKind.Object)
            {
                return a.IsSameReference(b);
            }
        }

        return (a.Kind == TemplateValueKind.Text) == (b.Kind == TemplateValueKind.Text) && Operators.AreEqual(context, a, b, span);
    }

    /// <summary>The next item at each call, from the first again behind the last; calls of one group go on together.</summary>
    /// <example>$"{array.cycle ['odd', 'even']} {array.cycle ['odd', 'even']}" → odd even</example>
    public static TemplateValue Cycle(in Call call)
    {
        if (call.List(0) is not { Count: > 0 } list)
        {
            return TemplateValue.Null;
        }

        var group = call.IsNull(1) ? call.Text(0) : call.Text(1);
        var counters = call.Context.Cycles ??= new(StringComparer.Ordinal);
        var next = counters.GetValueOrDefault(group) % list.Count;
        counters[group] = next + 1;
        return list[next];
    }

    /// <summary>What the function makes of each item.</summary>
    /// <example>["a", "b"] | array.each @string.upcase → ["A", "B"]</example>
    public static TemplateValue Each(in Call call)
    {
        if (call.Items(0) is not { } items)
        {
            return TemplateValue.Null;
        }

        var (function, context, span) = (call.Function(1), call.Context, call.Span);
        return call.Sequence(items.Select(item => function.Invoke(context, span, item)));
    }

    /// <summary>The items for which the function is true.</summary>
    /// <example>["", "200", ""] | array.filter @string.empty → ["", ""]</example>
    public static TemplateValue Filter(in Call call)
    {
        if (call.Items(0) is not { } items)
        {
            return TemplateValue.Null;
        }

        var (function, context, span) = (call.Function(1), call.Context, call.Span);
        return call.Sequence(items.Where(item => function.Invoke(context, span, item).IsTrue));
    }

    /// <summary>The first item, null of an empty list.</summary>
    /// <example>[4, 5, 6] | array.first → 4</example>
    public static TemplateValue First(in Call call) => call.Uncounted(0)?.FirstOrDefault() ?? TemplateValue.Null;

    /// <summary>The last item, null of an empty list.</summary>
    /// <example>[4, 5, 6] | array.last → 6</example>
    public static TemplateValue Last(in Call call) => call.List(0) is { Count: > 0 } list ? list[^1] : TemplateValue.Null;

    /// <summary>The list with a value at a position.</summary>
    /// <example>["a", "c"] | array.insert_at 1 "b" → ["a", "b", "c"]</example>
    public static TemplateValue InsertAt(in Call call)
    {
        var list = call.List(0);
        var at = Math.Max(0, call.Int(1));
        call.Charge(Math.Max(at, list?.Count ?? 0) + 1L);
        var made = call.NewArray();
        foreach (var item in list ?? [])
        {
            made.Add(item);
        }

        while (made.Count < at)
        {
            made.Add(TemplateValue.Null);
        }

        made.Insert(at, call[2]);
        return made;
    }

    /// <summary>The printed items with a text between them; a function may change each first.</summary>
    /// <example>[1, 2, 3] | array.join "|" → 1|2|3</example>
    public static TemplateValue Join(in Call call)
    {
        if (call.List(0) is not { } list)
        {
            return "";
        }

        var delimiter = call.Text(1);
        var function = call.IsNull(2) ? null : call.Function(2);
        var (text, count) = (new StringBuilder(), list.Count);
        for (var i = 0; i < count; i++)
        {
            var item = function is null ? list[i] : function.Invoke(call.Context, call.Span, list[i]);
            var printed = call.Context.Print(item, call.Span);
            call.ChargeText((long)text.Length + printed.Length + delimiter.Length * (i == 0 ? 0 : 1));
            text.Append(i == 0 ? "" : delimiter).Append(printed);
        }

        return text.ToString();
    }

    /// <summary>So many items from the front.</summary>
    /// <example>[4, 5, 6] | array.limit 2 → [4, 5]</example>
    public static TemplateValue Limit(in Call call) =>
        call.Items(0) is { } items ? call.Sequence(items.Take(call.Int(1))) : TemplateValue.Null;

    /// <summary>The items behind so many from the front.</summary>
    /// <example>[4, 5, 6] | array.offset 2 → [6]</example>
    public static TemplateValue Offset(in Call call) =>
        call.Items(0) is { } items ? call.Sequence(items.Skip(call.Int(1))) : TemplateValue.Null;

    /// <summary>A member of each item that has it.</summary>
    /// <example>[{name: "a"}, {name: "b"}] | array.map "name" → ["a", "b"]</example>
    public static TemplateValue Map(in Call call)
    {
        var name = call.Text(1);
        if (call[0].Kind == TemplateValueKind.Object && call[0].AsObject.TryGet(name, out var single))
        {
            return single;
        }

        return call.Sequence(Members(call.Context, call.Items(0) ?? [], name));
    }

    private static IEnumerable<TemplateValue> Members(RenderContext context, IEnumerable<TemplateValue> items, string name)
    {
        foreach (var item in items)
        {
            if (MemberAccess.Find(context, item, name) is { } value)
            {
                yield return value;
            }
        }
    }

    /// <summary>Without the item at a position, which counts from the end when negative.</summary>
    /// <example>[4, 5, 6] | array.remove_at 1 → [4, 6]</example>
    public static TemplateValue RemoveAt(in Call call)
    {
        if (call.List(0) is not { } list)
        {
            return TemplateValue.Null;
        }

        var made = Copy(call, list, list.Count);
        var index = call.Int(1);
        var at = index < 0 ? index + list.Count : index;
        if (at >= 0 && at < made.Count)
        {
            made.RemoveAt(at);
        }

        return made;
    }

    /// <summary>From the last item to the first.</summary>
    /// <example>[4, 5, 6] | array.reverse → [6, 5, 4]</example>
    public static TemplateValue Reverse(in Call call) => call.Sequence((call.Items(0) ?? []).Reverse());

    /// <summary>The number of items.</summary>
    /// <example>[4, 5, 6] | array.size → 3</example>
    public static TemplateValue Size(in Call call) => call.Uncounted(0)?.Count ?? 0;

    /// <summary>In ascending order, by the items or by a member of theirs; equal ones keep their order.</summary>
    /// <example>[10, 2, 6] | array.sort → [2, 6, 10]</example>
    /// <example>[{n: 2}, {n: 1}] | array.sort "n" | array.map "n" → [1, 2]</example>
    public static TemplateValue Sort(in Call call)
    {
        if (call[0].Kind is not (TemplateValueKind.List or TemplateValueKind.Object or TemplateValueKind.Null or TemplateValueKind.Empty))
        {
            var single = call.NewArray(1);
            single.Add(call[0]);
            return single;
        }

        var list = call.List(0) ?? [];
        var member = call.TextOrNull(1);
        call.Charge(list.Count);
        call.Context.Charge(list.Count * (long)Math.Log2(list.Count + 2), call.Span);
        var path = member?.Split('.') ?? [];
        call.Context.Charge(list.Count * (long)path.Length, call.Span);
        var context = call.Context;
        var keyed = list.Select(item => (Key: member is null ? item : MemberOf(context, item, member, path), Item: item));
        var made = call.NewArray(list.Count);
        try
        {
            foreach (var (_, item) in keyed.OrderBy(k => k.Key, new Order(call.Context, call.Span)))
            {
                made.Add(item);
            }
        }
        catch (InvalidOperationException exception) when (exception.InnerException is TemplateFault fault)
        {
            throw call.Context.Error(call.Span, fault);
        }
        catch (InvalidOperationException exception) when (exception.InnerException is TemplateException exceeded)
        {
            throw call.Context.Error(call.Span, exceeded.Reason, exceeded.Hint, exception);
        }

        return made;
    }

    private static TemplateValue MemberOf(RenderContext context, TemplateValue item, string member, string[] path)
    {
        if (MemberAccess.Find(context, item, member) is { } exact)
        {
            return exact;
        }

        foreach (var name in path)
        {
            item = MemberAccess.Find(context, item, name) ?? TemplateValue.Null;
        }

        return item;
    }

    /// <summary>Null first, then numbers, texts or dates among themselves.</summary>
    private sealed class Order(RenderContext context, SourceSpan span) : IComparer<TemplateValue>
    {
        private readonly CompareInfo _texts = context.Culture.CompareInfo;

        public int Compare(TemplateValue x, TemplateValue y)
        {
            if (x.IsNull || y.IsNull)
            {
                return x.IsNull ? y.IsNull ? 0 : -1 : 1;
            }

            return (x.Kind, y.Kind) switch
            {
                (TemplateValueKind.Text, TemplateValueKind.Text) => CompareTexts(x.AsText, y.AsText),
                (TemplateValueKind.Date, TemplateValueKind.Date) => x.AsDate.CompareTo(y.AsDate),
                (TemplateValueKind.Duration, TemplateValueKind.Duration) => x.AsDuration.CompareTo(y.AsDuration),
                (TemplateValueKind.Boolean, TemplateValueKind.Boolean) => x.AsBoolean.CompareTo(y.AsBoolean),
                _ when x.IsNumber && y.IsNumber => Numbers.Compare(x, y) ?? Numbers.ToDouble(x).CompareTo(Numbers.ToDouble(y)),
                _ => throw new TemplateFault($"Cannot sort a list that holds both `{Numbers.TypeName(x)}` and `{Numbers.TypeName(y)}`."),
            };
        }

        private int CompareTexts(string x, string y)
        {
            // By the rules of a language, some nanoseconds a character.
            context.Charge(Math.Min(x.Length, y.Length) / 8, span);
            return _texts.Compare(x, y);
        }
    }

    /// <summary>Without repetitions: the first of equal items stays.</summary>
    /// <example>[1, 1, 4, 5, 4] | array.uniq → [1, 4, 5]</example>
    public static TemplateValue Uniq(in Call call) =>
        call.Items(0) is { } items ? call.Sequence(Distinct(call.Context, items, call.Span)) : TemplateValue.Null;

    private static IEnumerable<TemplateValue> Distinct(RenderContext context, IEnumerable<TemplateValue> items, SourceSpan span)
    {
        var seen = new Dictionary<(bool, string), List<TemplateValue>>();
        foreach (var item in items)
        {
            // Equal values print alike, so only those that do are compared.
            var key = (item.Kind == TemplateValueKind.Text, context.Print(item, span));
            if (!seen.TryGetValue(key, out var alike))
            {
                seen.Add(key, alike = []);
            }

            context.Charge(alike.Count, span);
            if (!IsAmong(context, alike, item, span))
            {
                alike.Add(item);
                yield return item;
            }
        }
    }

    private static bool IsAmong(RenderContext context, List<TemplateValue> alike, TemplateValue item, SourceSpan span)
    {
        try
        {
            return alike.Exists(other => Same(context, other, item, span));
        }
        catch (TemplateFault fault)
        {
            throw context.Error(span, fault);
        }
    }
}
