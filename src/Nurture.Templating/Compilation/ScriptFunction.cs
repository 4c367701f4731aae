using Nurture.Templating.Runtime;
using Nurture.Templating.Syntax;

namespace Nurture.Templating.Compilation;

/// <summary>The names and number of locals (<c>$x</c>) of a template or function, settled when it is bound.</summary>
internal sealed class FrameLayout
{
    private readonly Dictionary<string, int> _slots = new(StringComparer.Ordinal);
    private readonly HashSet<string> _set = new(StringComparer.Ordinal);

    public int Count { get; private set; }

    public IEnumerable<KeyValuePair<string, int>> Slots => _slots;

    public int SlotOf(string name)
    {
        if (!_slots.TryGetValue(name, out var slot))
        {
            _slots.Add(name, slot = Count++);
        }

        return slot;
    }

    /// <summary>Notes that something sets the local of this name.</summary>
    public void Set(string name) => _set.Add(name);

    public bool IsSet(string name) => _set.Contains(name);

    /// <summary>Those that something sets.</summary>
    public IEnumerable<string> Names => _set;

    /// <summary>A slot without a name, for a loop variable, which is gone after its loop.</summary>
    public int Reserve() => Count++;

    public bool TryGetSlot(string name, out int slot) => _slots.TryGetValue(name, out slot);

    public TemplateValue[] NewLocals() => Count == 0 ? [] : new TemplateValue[Count];
}

/// <summary>A function of a template, as bound.</summary>
/// <param name="Name">Null for <c>do … end</c>.</param>
/// <param name="Parameters">Null where the arguments are found in <c>$</c> alone.</param>
/// <param name="Body">Empty for the inline form, which has a value instead.</param>
/// <param name="HasReturn">A <c>ret</c> stands somewhere in the body.</param>
/// <param name="SelfSlot">Where a function called <c>$name</c> finds itself; -1 for others.</param>
internal sealed record ScriptFunctionBody(
    string? Name, IReadOnlyList<FunctionParameter>? Parameters, StatementNode[] Body, ExpressionNode? Value, FrameLayout Layout, bool HasReturn, int SelfSlot);

/// <summary>A function written in a template: its body with the template it stands in.</summary>
/// <param name="around">Of what a <c>wrap</c> holds: the frame that it is written in, which it shares in a mail; null for functions, which have their own.</param>
internal sealed class ScriptFunction(ScriptFunctionBody body, Template template, Frame? around = null) : TemplateFunction(body.Name ?? "do")
{
    /// <summary>Calling it can only be a statement: it never returns a value.</summary>
    public bool IsStatement => body is { Value: null, HasReturn: false };

    public override bool TakesArguments => body.Parameters is null or { Count: > 0 };

    public override TemplateValue Invoke(in Invocation invocation)
    {
        var context = invocation.Context;
        var block = context.PendingBlock;
        context.PendingBlock = null;
        context.EnterCall(invocation.Site.Span, Name, around is null || !template.Options.IsMail ? body.Layout.Count : 0);
        var variables = body.Parameters is null ? null : new TemplateObject { Owner = context };
        var (callerFrame, callerTemplate) = (context.Frame, context.Template);

        // As published, what a `wrap` holds has the locals and arguments of the function that runs it.
        var runner = around is not null && !template.Options.IsMail ? callerFrame : null;
        var arguments = around is not null && invocation.Values.IsEmpty ? (runner ?? around).Arguments : variables is null ? CollectAll(invocation) : MatchParameters(invocation, variables);
        var locals = runner?.LocalsFor(body.Layout) ?? around?.Locals ?? body.Layout.NewLocals();
        var frame = new Frame(body.Layout, locals, arguments, block ?? around?.Block);
        if (body.SelfSlot >= 0)
        {
            frame.Locals[body.SelfSlot] = TemplateValue.From(this);
        }

        (context.Frame, context.Template) = (frame, template);
        context.PushFunction(new FunctionScope(variables is null ? null : new Scope(variables), HidesCallers: body.Name is not null));
        try
        {
            if (body.Value is not null)
            {
                return body.Value.Evaluate(context);
            }

            return StatementNode.Run(context, body.Body) == Flow.Return ? TakeResult(context, invocation.Site.Span) : TemplateValue.Null;
        }
        finally
        {
            context.PopFunction();
            (context.Frame, context.Template) = (callerFrame, callerTemplate);
            runner?.TakeBack(body.Layout, locals);
            context.LeaveCall();
        }
    }

    /// <summary>A range is returned as an array.</summary>
    private static TemplateValue TakeResult(RenderContext context, SourceSpan span)
    {
        var result = context.ReturnValue;
        context.ReturnValue = TemplateValue.Null;
        if (!result.TryGetList(out var list) || !list.IsSequence)
        {
            return result;
        }

        list = list.Settled();
        context.Charge(list.Count, span);
        var array = new TemplateList(list.Count) { Owner = context };
        foreach (var item in list)
        {
            array.Add(item);
        }

        return array;
    }

    private static TemplateList CollectAll(in Invocation invocation)
    {
        var arguments = new TemplateList(invocation.Values.Length) { Owner = invocation.Context };
        for (var i = 0; i < invocation.Values.Length; i++)
        {
            if (!invocation.Names.IsEmpty && invocation.Names[i] is { } name)
            {
                (arguments.Members ??= new TemplateObject { Owner = invocation.Context })[name] = invocation.Values[i];
            }
            else
            {
                arguments.Add(invocation.Values[i]);
            }
        }

        return arguments;
    }

    private TemplateList MatchParameters(in Invocation invocation, TemplateObject variables)
    {
        var context = invocation.Context;
        var parameters = body.Parameters!;
        var arguments = new TemplateList { Owner = context };
        var rest = parameters.Count > 0 && parameters[^1].IsRest ? new TemplateList { Owner = context } : null;
        var plain = parameters.Count - (rest is null ? 0 : 1);
        var next = 0;
        for (var i = 0; i < invocation.Values.Length; i++)
        {
            var name = invocation.Names.IsEmpty ? null : invocation.Names[i];
            var at = name is null ? -1 : IndexOf(parameters, name);
            if (at < 0)
            {
                while (next < plain && variables.Contains(parameters[next].Name))
                {
                    next++;
                }

                at = next;
            }

            arguments.Add(invocation.Values[i]);
            if (at < plain)
            {
                variables[parameters[at].Name] = invocation.Values[i];
            }
            else if (rest is not null)
            {
                rest.Add(invocation.Values[i]);
            }
            else
            {
                throw context.Error(invocation.Site.Argument(i), WrongCount(invocation.Values.Length, plain));
            }
        }

        for (var i = 0; i < plain; i++)
        {
            var parameter = parameters[i];
            if (variables.Contains(parameter.Name))
            {
                continue;
            }

            if (parameter.Default is null)
            {
                throw context.Error(context.Template.EndOf(invocation.Site.Span), WrongCount(invocation.Values.Length, parameters.Count(p => p is { Default: null, IsRest: false })));
            }

            variables[parameter.Name] = Numbers.FromBoxed(parameter.Default.Value);
        }

        if (rest is not null)
        {
            variables[parameters[^1].Name] = rest;
        }

        return arguments;
    }

    private static int IndexOf(IReadOnlyList<FunctionParameter> parameters, string name)
    {
        for (var i = 0; i < parameters.Count; i++)
        {
            if (parameters[i].Name == name)
            {
                return i;
            }
        }

        return -1;
    }

    private Wording WrongCount(int given, int expected) =>
        $"Invalid number of arguments `{given}` passed to `{Name}` while expecting `{expected}` arguments";
}
