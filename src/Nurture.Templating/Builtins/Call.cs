using System.Globalization;
using System.Numerics;
using Nurture.Templating.Runtime;
using Nurture.Templating.Syntax;

namespace Nurture.Templating.Builtins;

/// <summary>One call of a built-in function: its arguments, read as what the function wants them to be.</summary>
internal readonly ref struct Call(RenderContext context, CallSite site, ReadOnlySpan<TemplateValue> values)
{
    private const string Result = "The result of this function";
    private const string ListFunction = "list function";

    public RenderContext Context { get; } = context;

    public CallSite Site { get; } = site;

    public ReadOnlySpan<TemplateValue> Values { get; } = values;

    public SourceSpan Span => Site.Span;

    public CultureInfo Culture => Context.Culture;

    public TemplateValue this[int at] => Values[at];

    public int Count => Values.Length;

    public bool IsNull(int at) => Values[at].IsNull;

    /// <summary>The printed form of anything; null is "".</summary>
    public string Text(int at)
    {
        if (Values[at].AsPlainString is not { } text)
        {
            return Context.Print(Values[at], Span);
        }

        Context.Charge(text.Length / 32, Span);
        return text;
    }

    public string? TextOrNull(int at) => Values[at].IsNull ? null : Text(at);

    public int Int(int at, int whenNull = 0)
    {
        var value = Values[at];
        if (value.IsNull)
        {
            return whenNull;
        }

        var number = Integer(at);
        return number >= int.MinValue && number <= int.MaxValue ? (int)number : throw Wrong(at, "int");
    }

    private BigInteger Integer(int at)
    {
        var value = Values[at];
        switch (value.Kind)
        {
            case TemplateValueKind.Boolean or TemplateValueKind.Int or TemplateValueKind.Long: return value.AsLong;
            case TemplateValueKind.BigInteger: return value.AsBigInteger;
            case TemplateValueKind.Float or TemplateValueKind.Double or TemplateValueKind.Decimal:
                var number = Numbers.ToDouble(value);
                return double.IsFinite(number) ? new BigInteger(Math.Round(number)) : throw Wrong(at, "int");
            default: throw Wrong(at, "int");
        }
    }

    public double Double(int at) =>
        Values[at].IsNull ? 0 : Values[at].IsNumber || Values[at].Kind == TemplateValueKind.Boolean ? Numbers.ToDouble(Values[at]) : throw Wrong(at, "double");

    /// <summary>Null where null was given; anything that is neither list nor null becomes a list of itself only where the function says so.</summary>
    public TemplateList? List(int at)
    {
        var value = Values[at];
        switch (value.Kind)
        {
            case TemplateValueKind.Null: return null;
            case TemplateValueKind.List: return value.AsList.Settled();
            case TemplateValueKind.Object: return Entries(value.AsObject);
            case TemplateValueKind.Text:
                Charge(value.AsText.Length);
                var characters = NewList();
                foreach (var c in value.AsText)
                {
                    characters.Add(TemplateValue.From(c));
                }

                return characters;
            case TemplateValueKind.Empty: return NewList();
            default: throw Wrong(at, "list");
        }
    }

    private TemplateList Entries(TemplateObject members)
    {
        Charge(members.Count);
        Context.Charge(members.Count * (long)RenderContext.ObjectSteps, Span);
        var entries = NewList();
        foreach (var member in members)
        {
            entries.Add(new TemplateObject { Owner = Context, ["key"] = member.Key, ["value"] = member.Value });
        }

        return entries;
    }

    public TemplateFunction Function(int at) =>
        Values[at].TryGetFunction(out var function) ? function : throw Wrong(at, "function");

    public TemplateObject? Object(int at) => Values[at].Kind switch
    {
        TemplateValueKind.Object => Values[at].AsObject,
        TemplateValueKind.Null => null,
        _ => throw Wrong(at, "object"),
    };

    public DateTimeOffset? Date(int at)
    {
        var value = Values[at];
        if (value.Kind == TemplateValueKind.Text && DateParser.TryRead(value.AsText, Context.Options, Culture, out var read))
        {
            return read;
        }

        return value.Kind switch
        {
            TemplateValueKind.Null => null,
            TemplateValueKind.Date => value.AsDate,
            _ => throw Wrong(at, "date"),
        };
    }

    /// <summary>The items of a list one after the other, each of them counted; null where null was given.</summary>
    public IEnumerable<TemplateValue>? Items(int at) => Uncounted(at) is { } list ? Counted(Context, Span, list) : null;

    /// <summary>A list as it is, for those who take little of it.</summary>
    public TemplateList? Uncounted(int at) => Values[at].Kind == TemplateValueKind.List ? Values[at].AsList : List(at);

    private static IEnumerable<TemplateValue> Counted(RenderContext context, SourceSpan span, TemplateList list)
    {
        context.EnterLoop();
        try
        {
            if (list.IsMadeAtUse)
            {
                foreach (var item in list)
                {
                    context.CountIteration(span, ListFunction);
                    yield return item;
                }

                yield break;
            }

            // What a function adds to the list is not walked, as in a `for`.
            var count = list.Count;
            for (var i = 0; i < count && i < list.Count; i++)
            {
                context.CountIteration(span, ListFunction);
                yield return list[i];
            }
        }
        finally
        {
            context.LeaveLoop();
        }
    }

    /// <summary>What is made of the items of a list: in a mail at once, else when it is used, and again at each use.</summary>
    public TemplateList Sequence(IEnumerable<TemplateValue> items)
    {
        var made = TemplateList.MadeAtUse(items, Context);
        return Context.Template.Options.IsMail ? made.Settled() : made;
    }

    public TemplateList NewList() => new() { Owner = Context, IsSequence = true };

    public TemplateList NewArray(int capacity = 0) => new(capacity) { Owner = Context };

    public void Charge(long steps) => Context.CountIterations(steps, Span, ListFunction);

    /// <summary>To be called before a text of this length is made.</summary>
    public void ChargeText(long length) => Context.ChargeText(length, Span, Result);

    /// <summary>As the other, for a part of a text that is charged when it is whole.</summary>
    public void CheckText(long length) => Context.CheckText(length, Span, Result);

    /// <summary>To be called before a text is looked for in another.</summary>
    public void ChargeSearch(string text, string sought) => Context.ChargeSearch(text.Length, sought.Length, Span);

    public TemplateException Fail(string reason, string? hint = null) => Context.Error(Span, reason, hint);

    private TemplateException Wrong(int at, string wanted) =>
        Context.Error(Site.Argument(at), $"Unable to convert type `{Numbers.TypeName(Values[at])}` to {wanted}");
}
