using Nurture.Templating.Syntax;

namespace Nurture.Templating.Runtime;

/// <summary>The arguments of a call as they were written, not yet matched to parameters.</summary>
/// <param name="names">Empty when all are positional; else one entry an argument, null for a positional one.</param>
internal readonly ref struct Invocation(RenderContext context, CallSite site, ReadOnlySpan<TemplateValue> values, ReadOnlySpan<string?> names)
{
    public RenderContext Context { get; } = context;

    public CallSite Site { get; } = site;

    public ReadOnlySpan<TemplateValue> Values { get; } = values;

    public ReadOnlySpan<string?> Names { get; } = names;
}

/// <summary>Where a call stands, for the errors it may end in.</summary>
internal readonly record struct CallSite(SourceSpan Span, SourceSpan[] Arguments)
{
    public SourceSpan Argument(int at) => (uint)at < (uint)Arguments.Length ? Arguments[at] : Span;
}

/// <summary>Something that can be called from a template.</summary>
internal abstract class TemplateFunction(string name) : ReferenceValue(TemplateValueKind.Function)
{
    public string Name { get; } = name;

    /// <summary>Whether an argument more than those given would have a parameter to go to.</summary>
    public abstract bool TakesArguments { get; }

    public abstract TemplateValue Invoke(in Invocation invocation);

    /// <summary>A call from a list function, with plain arguments.</summary>
    public TemplateValue Invoke(RenderContext context, SourceSpan span, params ReadOnlySpan<TemplateValue> values) =>
        Invoke(new Invocation(context, new CallSite(span, []), values, []));
}
