using Nurture.Templating.Runtime;
using Nurture.Templating.Syntax;

namespace Nurture.Templating.Builtins;

internal delegate TemplateValue BuiltinBody(in Call call);

/// <summary>
/// A function of the language. Its parameters are written as one text: <c>text, start, length?, rest...</c>; what is
/// optional and not given arrives as null.
/// </summary>
internal sealed class BuiltinFunction : TemplateFunction
{
    private readonly string[] _parameters;
    private readonly int _required;
    private readonly bool _hasRest;

    public BuiltinFunction(string name, string parameters, BuiltinBody body)
        : base(name)
    {
        var declared = parameters.Split(", ", StringSplitOptions.RemoveEmptyEntries);
        _hasRest = declared.Length > 0 && declared[^1].EndsWith("...", StringComparison.Ordinal);
        _required = declared.Count(p => !p.EndsWith('?') && !p.EndsWith("...", StringComparison.Ordinal));
        _parameters = [.. declared.Select(p => p.TrimEnd('?', '.'))];
        Declared = parameters;
        Body = body;
    }

    public BuiltinBody Body { get; }

    public int Required => _required;

    /// <summary>As they are declared: what is optional ends with a question mark.</summary>
    public string Declared { get; }

    public IReadOnlyList<string> Parameters => _parameters;

    public int Maximum => _hasRest ? int.MaxValue : _parameters.Length;

    public override bool TakesArguments => _parameters.Length > 0;

    public override TemplateValue Invoke(in Invocation invocation)
    {
        var context = invocation.Context;
        var site = invocation.Site;
        context.Charge(1, site.Span);
        if (invocation.Names.IsEmpty && invocation.Values.Length == _parameters.Length && !_hasRest)
        {
            return Run(new Call(context, site, invocation.Values));
        }

        CheckCount(invocation);
        var start = context.ArgumentCount;
        try
        {
            if (invocation.Names.IsEmpty && !_hasRest)
            {
                PushInOrder(invocation);
            }
            else
            {
                site = Match(invocation);
            }

            return Run(new Call(context, site, context.ArgumentsFrom(start)));
        }
        finally
        {
            context.PopArguments(start);
        }
    }

    /// <summary>All by their places, and null for what is not given.</summary>
    private void PushInOrder(in Invocation invocation)
    {
        for (var i = 0; i < _parameters.Length; i++)
        {
            invocation.Context.PushArgument(i < invocation.Values.Length ? invocation.Values[i] : TemplateValue.Null);
        }
    }

    private TemplateValue Run(in Call call)
    {
        try
        {
            return Body(call);
        }
        catch (TemplateFault fault)
        {
            throw call.Context.Error(call.Site.Span, fault);
        }
    }

    private void CheckCount(in Invocation invocation)
    {
        var given = invocation.Values.Length;
        var context = invocation.Context;
        if (given < _required)
        {
            throw context.Error(context.Template.EndOf(invocation.Site.Span), WrongCount(given, _required));
        }

        if (given > Maximum && invocation.Names.IsEmpty)
        {
            throw context.Error(invocation.Site.Argument(Maximum), WrongCount(given, Maximum));
        }
    }

    private Wording WrongCount(int given, int expected) =>
        $"Invalid number of arguments `{given}` passed to `{Name}` while expecting `{expected}` arguments";

    /// <summary>Puts one value a parameter on the argument stack, the rest behind each other; gives the call with the places of its arguments in this order.</summary>
    private CallSite Match(in Invocation invocation)
    {
        var values = new TemplateValue[_parameters.Length];
        var places = new List<SourceSpan>(Enumerable.Repeat(invocation.Site.Span, _parameters.Length - (_hasRest ? 1 : 0)));
        var isSet = new bool[_parameters.Length];
        var rest = new List<TemplateValue>();
        var next = 0;
        for (var i = 0; i < invocation.Values.Length; i++)
        {
            var name = invocation.Names.IsEmpty ? null : invocation.Names[i];
            var at = name is null ? -1 : Array.IndexOf(_parameters, name);
            if (at < 0)
            {
                while (next < _parameters.Length - (_hasRest ? 1 : 0) && isSet[next])
                {
                    next++;
                }

                at = next;
            }

            if (_hasRest && at >= _parameters.Length - 1)
            {
                rest.Add(invocation.Values[i]);
                places.Add(invocation.Site.Argument(i));
            }
            else if (at < _parameters.Length)
            {
                values[at] = invocation.Values[i];
                places[at] = invocation.Site.Argument(i);
                isSet[at] = true;
            }
            else
            {
                throw invocation.Context.Error(invocation.Site.Argument(i), WrongCount(invocation.Values.Length, Maximum));
            }
        }

        for (var i = 0; i < _parameters.Length - (_hasRest ? 1 : 0); i++)
        {
            if (!isSet[i] && i < _required)
            {
                throw invocation.Context.Error(invocation.Site.Span, $"The argument `{_parameters[i]}` of `{Name}` is missing");
            }

            invocation.Context.PushArgument(values[i]);
        }

        foreach (var value in rest)
        {
            invocation.Context.PushArgument(value);
        }

        return invocation.Site with { Arguments = [.. places] };
    }
}
