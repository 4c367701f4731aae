using Nurture.Templating.Runtime;
using Nurture.Templating.Syntax;

namespace Nurture.Templating.Compilation;

/// <summary>What a path does where there is nothing: decided when it is bound.</summary>
/// <param name="FailsOnMissing">An unknown name or member is an error, not null.</param>
/// <param name="FailsOnNullTarget">A member of null is an error, not null.</param>
internal readonly record struct PathRules(bool FailsOnMissing, bool FailsOnNullTarget);

/// <summary>A path: can be read, and all but a few written.</summary>
internal abstract class TargetNode(SourceSpan span) : ExpressionNode(span)
{
    public abstract void Assign(RenderContext context, TemplateValue value);

    public sealed override TemplateValue Evaluate(RenderContext context)
    {
        var value = EvaluateUncalled(context);
        return value.Kind == TemplateValueKind.Function ? CallBare(context, value.AsFunction) : value;
    }

    /// <summary>It stands alone as a statement, where a function that gives nothing may be called.</summary>
    public bool IsStatement { private get; set; }

    private TemplateValue CallBare(RenderContext context, TemplateFunction function)
    {
        if (!IsStatement && context.Template.Options.RefusesStatementCalls)
        {
            CallNode.RefuseStatement(context, function, Span);
        }

        return function.Invoke(context, Span);
    }
}

/// <summary><c>$x</c>, and loop variables of that kind.</summary>
/// <param name="needed">Where it is an error that nothing sets the local: the locals of its place; else null.</param>
internal sealed class LocalNode(string name, int slot, int writeSlot, FrameLayout? needed, SourceSpan span) : TargetNode(span)
{
    public string Name { get; } = name;

    public int Slot { get; } = slot;

    public override TemplateValue EvaluateUncalled(RenderContext context)
    {
        var value = context.Frame.Locals[Slot];
        if (value.IsNull && needed is not null && !IsGiven(context, needed))
        {
            throw context.Error(Span, $"Nothing sets the local `{Name}`, and no include gives it.",
                Suggestion.For(Name, needed.Names.Concat(context.Frame.Arguments?.Members?.Select(member => "$" + member.Key) ?? [])) ?? (Wording)$"Provide for it: {Name} ?? \"\".");
        }

        return value;
    }

    // A text that is evaluated has the locals of the place where that is done.
    private bool IsGiven(RenderContext context, FrameLayout layout) =>
        layout.IsSet(Name) || context.Frame.Arguments?.Members?.Contains(Name[1..]) == true || context.Template.EvaluatedAt is not null;

    public override void Assign(RenderContext context, TemplateValue value) => context.Frame.Locals[writeSlot] = value;
}

/// <summary><c>$</c>: the arguments.</summary>
internal sealed class ArgumentsNode(SourceSpan span) : TargetNode(span)
{
    public override TemplateValue EvaluateUncalled(RenderContext context) =>
        context.Frame.Arguments ??= new TemplateList { Owner = context };

    public override void Assign(RenderContext context, TemplateValue value) =>
        throw context.Error(Span, "Cannot assign to `$`.");
}

/// <summary><c>$0</c>, <c>$1</c>: one argument, null when not given.</summary>
internal sealed class ArgumentNode(int at, SourceSpan span) : TargetNode(span)
{
    public override TemplateValue EvaluateUncalled(RenderContext context) =>
        context.Frame.Arguments is { } arguments && at < arguments.Count ? arguments[at] : TemplateValue.Null;

    public override void Assign(RenderContext context, TemplateValue value)
    {
        context.Frame.Arguments ??= new TemplateList { Owner = context };
        ListWrites.Set(context, context.Frame.Arguments, at, value, Span);
    }
}

/// <summary><c>$$</c>: the body of the <c>wrap</c> that called this function.</summary>
internal sealed class BlockNode(SourceSpan span) : TargetNode(span)
{
    public override TemplateValue EvaluateUncalled(RenderContext context) =>
        context.Frame.Block is { } block ? TemplateValue.From(block) : TemplateValue.Null;

    public override void Assign(RenderContext context, TemplateValue value) =>
        throw context.Error(Span, "Cannot assign to `$$`.");
}

/// <summary>A loop variable read inside its own loop: found by counting loops outward, not by name.</summary>
internal sealed class LoopVariableNode(string name, int loopsOutward, SourceSpan span) : TargetNode(span)
{
    public override TemplateValue EvaluateUncalled(RenderContext context)
    {
        var loop = context.LoopTarget.Loops!;
        for (var i = 0; i < loopsOutward; i++)
        {
            loop = loop.Outer!;
        }

        return loop.Value;
    }

    // Assigning never changes the loop's own variable: it writes a plain one of the same name.
    public override void Assign(RenderContext context, TemplateValue value) => GlobalNode.Write(context, name, value, Span);
}

/// <summary>A name looked up while rendering: in functions' variables, loops, the model, the built-ins.</summary>
internal sealed class GlobalNode(string name, PathRules rules, SourceSpan span) : TargetNode(span)
{
    // Where the name was found last; a hint shared by all renders, so that a race can only cost a search.
    private int _lastAt;

    public string Name { get; } = name;

    public override TemplateValue EvaluateUncalled(RenderContext context)
    {
        var at = _lastAt;
        if (context.TryFind(Name, ref at, out var value))
        {
            _lastAt = at;
            return value;
        }

        if (rules.FailsOnMissing)
        {
            throw context.Error(Span, $"The variable or function `{Name}` was not found.", Suggestion.For(Name, context.KnownNames()));
        }

        return TemplateValue.Null;
    }

    public override void Assign(RenderContext context, TemplateValue value) => Write(context, Name, value, Span);

    public static void Write(RenderContext context, string name, TemplateValue value, SourceSpan span)
    {
        var target = context.WriteTarget(name);
        if (target.IsReadOnly(name))
        {
            throw context.Error(span, $"Cannot set the readonly variable `{name}`");
        }

        if (!ReferenceEquals(target.Owner, context))
        {
            throw context.Error(span, $"Cannot set `{name}` here: the object was given to the template.", "Copy what is needed into a variable.");
        }

        context.Charge(1, span);
        target[name] = value;
    }
}

/// <summary><c>this</c>: the top global object.</summary>
internal sealed class ThisNode(SourceSpan span) : ExpressionNode(span)
{
    public override TemplateValue Evaluate(RenderContext context) => context.WritableTop();
}

/// <summary><c>for</c>, <c>while</c> or <c>tablerow</c> as the head of a path.</summary>
internal sealed class LoopNode(LoopKind kind, string member, string text, SourceSpan span, SourceSpan memberSpan) : ExpressionNode(span)
{
    public override TemplateValue Evaluate(RenderContext context)
    {
        var loop = context.FindLoop(kind) ?? throw context.Error(memberSpan, $"Cannot get the member {text} for a null object.");
        return member == "changed" && kind != LoopKind.While ? IsChanged(context, loop) : loop.Member(member);
    }

    private bool IsChanged(RenderContext context, LoopScope loop)
    {
        try
        {
            return loop.IsChanged(context, Span);
        }
        catch (TemplateFault fault)
        {
            throw context.Error(Span, fault);
        }
    }
}

/// <summary><c>.empty?</c></summary>
internal sealed class IsEmptyNode(ExpressionNode target, SourceSpan span) : ExpressionNode(span)
{
    public override TemplateValue Evaluate(RenderContext context)
    {
        var value = target.Evaluate(context);
        return value.IsNull ? TemplateValue.Null : Operators.IsEmpty(context, value);
    }
}

internal sealed class MemberNode(ExpressionNode target, string name, PathRules rules, SourceSpan span, SourceSpan nameSpan) : TargetNode(span)
{
    private int _lastAt;

    public override TemplateValue EvaluateUncalled(RenderContext context)
    {
        var value = target.Evaluate(context);
        if (value.TryGetObject(out var members))
        {
            var at = _lastAt;
            if (members.TryGet(name, ref at, out var member))
            {
                _lastAt = at;
                return member;
            }

            return rules.FailsOnMissing
                ? throw context.Error(nameSpan, $"The member `{name}` of `{target.Describe(context)}` was not found.", Suggestion.For(name, members.Select(m => m.Key)))
                : TemplateValue.Null;
        }

        return OfOther(context, value);
    }

    private TemplateValue OfOther(RenderContext context, TemplateValue value)
    {
        switch (value.Kind)
        {
            case TemplateValueKind.Null when rules.FailsOnNullTarget:
                throw context.Error(nameSpan, $"Cannot get the member {Describe(context)} for a null object.",
                    rules.FailsOnMissing ? "Write ?. or give a default with ??." : null);
            case TemplateValueKind.Null:
                return TemplateValue.Null;
            default:
                return MemberAccess.Find(context, value, name) ?? Missing(context, value);
        }
    }

    private TemplateValue Missing(RenderContext context, TemplateValue value) => rules.FailsOnMissing
        ? throw context.Error(nameSpan, $"A value of type `{Numbers.TypeName(value)}` has no member `{name}`.")
        : TemplateValue.Null;

    public override void Assign(RenderContext context, TemplateValue value)
    {
        var owner = target.Evaluate(context);
        switch (owner.Kind)
        {
            case TemplateValueKind.Object:
                var members = context.WithOwnMembers(owner.AsObject);
                if (members.IsReadOnly(name))
                {
                    throw context.Error(nameSpan, $"Cannot set a value for the readonly member: {Describe(context)}");
                }

                ListWrites.CheckOwner(context, members.Owner, Span, Describe(context));
                context.Charge(1, Span);
                members[name] = value;
                break;
            case TemplateValueKind.List:
                if (name == "size")
                {
                    throw context.Error(nameSpan, $"Cannot set a value for the readonly member: {Describe(context)}");
                }

                ListWrites.CheckOwner(context, owner.AsList.Owner, Span, Describe(context));
                (owner.AsList.Members ??= new TemplateObject { Owner = context })[name] = value;
                break;
            case TemplateValueKind.Null:
                throw context.Error(nameSpan, $"Cannot get the member {Describe(context)} for a null object.");
            default:
                throw context.Error(nameSpan, $"Cannot set a value for the readonly member: {Describe(context)}");
        }
    }
}

internal sealed class IndexNode(ExpressionNode target, ExpressionNode at, PathRules rules, SourceSpan span) : TargetNode(span)
{
    public override TemplateValue EvaluateUncalled(RenderContext context)
    {
        var value = target.Evaluate(context);
        if (value.IsNull)
        {
            return rules.FailsOnNullTarget
                ? throw context.Error(target.Span, $"Object `{target.Describe(context)}` is null. Cannot access indexer: {Describe(context)}")
                : value;
        }

        var index = IndexOf(context);
        switch (value.Kind)
        {
            case TemplateValueKind.List:
                var list = value.AsList.Settled();
                if (index.IsInteger || index.Kind is TemplateValueKind.Double or TemplateValueKind.Float or TemplateValueKind.Decimal)
                {
                    var position = ListWrites.Position(context, index, list.Count, at.Span);
                    return position >= 0 && position < list.Count ? list[position] : TemplateValue.Null;
                }

                var member = context.Print(index, at.Span);
                return MemberAccess.Find(context, value, member) ?? TemplateValue.Null;
            case TemplateValueKind.Object:
                var name = context.Print(index, at.Span);
                return value.AsObject.TryGet(name, out var result) ? result
                    : rules.FailsOnMissing ? throw context.Error(at.Span, $"The member `{name}` of `{target.Describe(context)}` was not found.", Suggestion.For(name, value.AsObject.Select(m => m.Key)))
                    : TemplateValue.Null;
            case TemplateValueKind.Text:
                var text = value.AsText;
                var place = ListWrites.Position(context, index, text.Length, at.Span);
                return place >= 0 && place < text.Length
                    ? TemplateValue.From(text[place])
                    : throw context.Error(at.Span, $"The index {place} lies outside the text, which has {text.Length} characters.");
            default:
                throw context.Error(target.Span, value.IsNumber
                    ? (Wording)$"Cannot use the {Numbers.TypeName(value)} primitive `{context.Print(value, Span)}` as a list."
                    : (Wording)$"Cannot index a value of type `{Numbers.TypeName(value)}`.");
        }
    }

    private TemplateValue IndexOf(RenderContext context)
    {
        var index = at.Evaluate(context);
        return index.IsNull
            ? throw context.Error(at.Span, $"Cannot access target `{target.Describe(context)}` with a null indexer: {Describe(context)}")
            : index;
    }

    public override void Assign(RenderContext context, TemplateValue value)
    {
        var owner = target.Evaluate(context);
        if (owner.IsNull)
        {
            throw context.Error(target.Span, $"Object `{target.Describe(context)}` is null. Cannot access indexer: {Describe(context)}");
        }

        var index = IndexOf(context);
        switch (owner.Kind)
        {
            case TemplateValueKind.List when index.IsInteger && !owner.AsList.IsMadeAtUse:
                ListWrites.CheckOwner(context, owner.AsList.Owner, Span, Describe(context));
                ListWrites.Set(context, owner.AsList, ListWrites.Position(context, index, owner.AsList.Count, at.Span), value, Span);
                break;
            case TemplateValueKind.List when index.Kind == TemplateValueKind.Text && index.AsText != "size":
                ListWrites.CheckOwner(context, owner.AsList.Owner, Span, Describe(context));
                (owner.AsList.Members ??= new TemplateObject { Owner = context })[index.AsText] = value;
                break;
            case TemplateValueKind.Object:
                var name = context.Print(index, at.Span);
                var members = context.WithOwnMembers(owner.AsObject);
                if (members.IsReadOnly(name))
                {
                    throw context.Error(at.Span, $"Cannot set a value for the readonly member `{name}` in the indexer: {Describe(context)}");
                }

                ListWrites.CheckOwner(context, members.Owner, Span, Describe(context));
                context.Charge(1, Span);
                members[name] = value;
                break;
            default:
                throw context.Error(target.Span, $"Cannot set an element of a value of type `{Numbers.TypeName(owner)}`.");
        }
    }
}

/// <summary>Writing into lists, within the limits.</summary>
internal static class ListWrites
{
    private static readonly Wording Assignment = "array assignment";

    public static void CheckOwner(RenderContext context, object? owner, SourceSpan span, string what)
    {
        if (!ReferenceEquals(owner, context))
        {
            throw context.Error(span, $"Cannot set `{what}`: it was given to the template.", "Copy what is needed into a variable.");
        }
    }

    /// <summary>The position an index means: negative ones count from the end, and may lie before the start.</summary>
    public static int Position(RenderContext context, TemplateValue index, int count, SourceSpan span)
    {
        if (!index.IsNumber || index.Kind == TemplateValueKind.BigInteger)
        {
            throw context.Error(span, $"Expecting an integer as index, not `{Numbers.TypeName(index)}`.");
        }

        var position = index.IsInteger ? index.AsLong : (long)Math.Clamp(Numbers.ToDouble(index), int.MinValue, int.MaxValue);
        return (int)Math.Clamp(position < 0 ? position + count : position, -1, int.MaxValue);
    }

    /// <summary>Writing past the end pads with null.</summary>
    public static void Set(RenderContext context, TemplateList list, int at, TemplateValue value, SourceSpan span)
    {
        if (at < 0)
        {
            return;
        }

        if (at < list.Count)
        {
            list[at] = value;
            return;
        }

        context.CountIterations((long)at - list.Count + 1, span, Assignment);
        while (list.Count < at)
        {
            list.Add(TemplateValue.Null);
        }

        list.Add(value);
    }
}
