using Nurture.Templating.Compilation;
using Nurture.Templating.Syntax;

namespace Nurture.Templating.Runtime;

/// <summary>A store that names are looked up in: a global object or the variables of a function, with the loops running on it.</summary>
internal sealed class Scope(TemplateObject variables)
{
    public TemplateObject Variables { get; set; } = variables;

    public LoopScope? Loops { get; set; }
}

internal enum LoopKind { For, While, Table }

/// <summary>A loop that is running: its variable and what <c>for.index</c> and its like say.</summary>
internal sealed class LoopScope(LoopKind kind, string? variable, LoopScope? outer)
{
    public LoopKind Kind { get; } = kind;

    /// <summary>The plain name the loop binds; null where it binds a local, a path or nothing.</summary>
    public string? Variable { get; } = variable;

    public LoopScope? Outer { get; } = outer;

    public TemplateValue Value;
    public int Index;
    public LoopWalk? Walk;
    public int Column;
    public TemplateValue Last;

    /// <summary>Whether the item is another than the one before.</summary>
    public bool IsChanged(RenderContext context, SourceSpan span) => Index == 0 || (Last.Kind == TemplateValueKind.List) != (Value.Kind == TemplateValueKind.List) || !Operators.AreEqual(context, Last, Value, span);

    /// <summary>All but <c>changed</c>, which costs a comparison.</summary>
    public TemplateValue Member(string name) => name switch
    {
        "index" => Index,
        "rindex" when Walk is not null => Walk.Length - Index - 1,
        "first" => Index == 0,
        "last" when Walk is not null => Walk.IsOver,
        "even" => (Index & 1) == 0,
        "odd" => (Index & 1) == 1,
        "length" when Walk is not null => Walk.Length,
        "col" when Kind == LoopKind.Table => Column,
        _ => TemplateValue.Null,
    };
}

/// <summary>The locals of one run of a template, an include or a function.</summary>
internal sealed class Frame(FrameLayout layout, TemplateValue[] locals, TemplateList? arguments, TemplateFunction? block)
{
    public FrameLayout Layout { get; } = layout;

    public TemplateValue[] Locals { get; } = locals;

    /// <summary>What <c>$</c> is.</summary>
    public TemplateList? Arguments { get; set; } = arguments;

    /// <summary>What <c>$$</c> runs: the body of a <c>wrap</c>.</summary>
    public TemplateFunction? Block { get; } = block;

    /// <summary>The local variables of the loops that run, innermost last, with their slots; null before the first.</summary>
    public List<(string Name, int Slot)>? LoopLocals { get; set; }

    /// <summary>What code that was bound by itself starts with, if it runs here: these locals, by their names.</summary>
    public TemplateValue[] LocalsFor(FrameLayout code)
    {
        var locals = code.NewLocals();
        foreach (var (name, slot) in code.Slots)
        {
            if (LoopLocals?.FindLastIndex(local => local.Name == name) is >= 0 and var loop)
            {
                locals[slot] = Locals[LoopLocals[loop].Slot];
            }
            else if (Layout.TryGetSlot(name, out var from))
            {
                locals[slot] = Locals[from];
            }
        }

        return locals;
    }

    /// <summary>What that code set of these locals is set here.</summary>
    public void TakeBack(FrameLayout code, TemplateValue[] locals)
    {
        foreach (var (name, slot) in code.Slots)
        {
            if (code.IsSet(name) && Layout.TryGetSlot(name, out var to))
            {
                Locals[to] = locals[slot];
            }
        }
    }
}

/// <summary>A function's variables while it runs.</summary>
/// <param name="Scope">Null for a function without declared parameters: it writes where its caller would.</param>
/// <param name="HidesCallers">A named function does not see the variables of the functions that called it; <c>do</c> does.</param>
internal readonly record struct FunctionScope(Scope? Scope, bool HidesCallers);

/// <summary>How a statement left off.</summary>
internal enum Flow { Next, Break, Continue, Return }

/// <summary>A place in the source, for what is evaluated there.</summary>
internal abstract class Node(SourceSpan span)
{
    public SourceSpan Span { get; } = span;
}
