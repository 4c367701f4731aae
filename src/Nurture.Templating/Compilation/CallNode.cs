using Nurture.Templating.Builtins;
using Nurture.Templating.Runtime;
using Nurture.Templating.Syntax;

namespace Nurture.Templating.Compilation;

internal sealed class CallNode : ExpressionNode
{
    private readonly ExpressionNode _function;
    private readonly ExpressionNode[] _arguments;
    private readonly string?[] _names;
    private readonly bool[] _spreads;
    private readonly bool _hasSpread;
    private readonly bool _isPiped;
    private readonly CallSite _site;

    public CallNode(ExpressionNode function, ExpressionNode[] arguments, string?[] names, bool[] spreads, bool isPiped, SourceSpan span)
        : base(span)
    {
        _function = function;
        _arguments = arguments;
        _names = Array.TrueForAll(names, n => n is null) ? [] : names;
        _spreads = spreads;
        _hasSpread = Array.Exists(spreads, s => s);
        _isPiped = isPiped;
        _site = new CallSite(span, [.. arguments.Select(a => a.Span)]);
    }

    /// <summary>The body of a <c>wrap</c>, which the function runs by <c>$$</c>.</summary>
    public ScriptFunctionBody? Block { get; init; }

    /// <summary>Within an expression: a function that never returns a value is an error.</summary>
    public bool RefusesStatements { get; init; }

    public override TemplateValue Evaluate(RenderContext context) => Run(context, isPrinted: false);

    /// <summary>As <see cref="Evaluate"/>, but an include may write straight to the output and then gives null.</summary>
    public TemplateValue EvaluateToPrint(RenderContext context) => Run(context, isPrinted: true);

    private TemplateValue Run(RenderContext context, bool isPrinted)
    {
        context.EnsureStack(Span);
        var function = FunctionToCall(context);
        if (RefusesStatements)
        {
            RefuseStatement(context, function, Span);
        }

        var start = context.ArgumentCount;
        try
        {
            if (_hasSpread)
            {
                return InvokeSpread(context, function, start);
            }

            foreach (var argument in _arguments)
            {
                context.PushArgument(argument.Evaluate(context));
            }

            var invocation = new Invocation(context, _site, context.ArgumentsFrom(start), _names);
            if (isPrinted && function is IncludeFunction include)
            {
                return include.Print(invocation);
            }

            context.PendingBlock = Block is null ? null : new ScriptFunction(Block, context.Template, context.Frame);
            return function.Invoke(invocation);
        }
        finally
        {
            context.PopArguments(start);
        }
    }

    public static void RefuseStatement(RenderContext context, TemplateFunction function, SourceSpan span)
    {
        if (function is ScriptFunction { IsStatement: true })
        {
            throw context.Error(span, $"The function `{function.Name}` is a statement and cannot be used within an expression");
        }
    }

    private TemplateFunction FunctionToCall(RenderContext context)
    {
        var value = _function.EvaluateUncalled(context);
        if (value.TryGetFunction(out var function))
        {
            return function;
        }

        if (value.TryGetObject(out var callable) && callable.Function is { } own)
        {
            return own;
        }

        if (Block is not null && _function is GlobalNode or LocalNode && !value.IsNull)
        {
            throw context.Error(_function.Span, $"Expecting a direct function instead of the expression `{_function.Describe(context)}/variable`");
        }

        throw _isPiped
            ? context.Error(_function.Span, $"Pipe expression destination `{_function.Describe(context)}` is not a valid function ")
            : value.IsNull
                ? context.Error(Span, $"The function `{_function.Describe(context)}` was not found", Suggestion.For(_function.Describe(context), context.KnownNames()))
                : context.Error(Span, $"Invalid target function `{_function.Describe(context)}` ({Numbers.TypeName(value)})");
    }

    /// <summary><c>f ^list</c>: the items become arguments.</summary>
    private TemplateValue InvokeSpread(RenderContext context, TemplateFunction function, int start)
    {
        var names = new List<string?>();
        for (var i = 0; i < _arguments.Length; i++)
        {
            var value = _arguments[i].Evaluate(context);
            if (!_spreads[i])
            {
                context.PushArgument(value);
                names.Add(_names.Length == 0 ? null : _names[i]);
                continue;
            }

            if (!value.TryGetList(out var spread))
            {
                throw context.Error(_arguments[i].Span, $"Only a list can be spread with ^, not `{Numbers.TypeName(value)}`.");
            }

            var items = spread.Settled();
            context.Charge(items.Count, Span);
            foreach (var item in items)
            {
                context.PushArgument(item);
                names.Add(null);
            }
        }

        return function.Invoke(new Invocation(context, _site, context.ArgumentsFrom(start), _names.Length == 0 ? [] : names.ToArray()));
    }
}

/// <summary>
/// A built-in reached by its full name, <c>string.upcase</c>: known when the template is bound, unless the model or the
/// template has a variable of the namespace's name.
/// </summary>
internal sealed class BuiltinNode(string head, TemplateFunction function, ExpressionNode whenShadowed, SourceSpan span) : ExpressionNode(span)
{
    public TemplateFunction Function => function;

    public override TemplateValue Evaluate(RenderContext context)
    {
        var value = EvaluateUncalled(context);
        return value.TryGetFunction(out var found) ? found.Invoke(context, Span) : value;
    }

    public override TemplateValue EvaluateUncalled(RenderContext context)
    {
        var at = -1;
        return context.TryFindInScopes(head, ref at, out _) ? whenShadowed.EvaluateUncalled(context) : TemplateValue.From(function);
    }
}
