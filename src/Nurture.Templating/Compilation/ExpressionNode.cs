using System.Text;
using Nurture.Templating.Runtime;
using Nurture.Templating.Syntax;

namespace Nurture.Templating.Compilation;

/// <summary>A bound expression, fast to evaluate and free of state.</summary>
internal abstract class ExpressionNode(SourceSpan span) : Node(span)
{
    /// <summary>The value; a path that holds a function calls it without arguments.</summary>
    public abstract TemplateValue Evaluate(RenderContext context);

    /// <summary>The value, where a function is wanted as itself: as the callee, or behind <c>@</c>.</summary>
    public virtual TemplateValue EvaluateUncalled(RenderContext context) => Evaluate(context);

    /// <summary>How messages write the expression.</summary>
    public virtual string Describe(RenderContext context) => context.Template.TextOf(Span);
}

internal sealed class ConstantNode(TemplateValue value, SourceSpan span) : ExpressionNode(span)
{
    public TemplateValue Value { get; } = value;

    public override TemplateValue Evaluate(RenderContext context) => Value;
}

internal sealed class NotNode(ExpressionNode operand, SourceSpan span) : ExpressionNode(span)
{
    public override TemplateValue Evaluate(RenderContext context) => !operand.Evaluate(context).IsTrue;
}

internal sealed class SignNode(bool isMinus, ExpressionNode operand, SourceSpan span) : ExpressionNode(span)
{
    public override TemplateValue Evaluate(RenderContext context)
    {
        var value = operand.Evaluate(context);
        if (value.IsNull)
        {
            return value;
        }

        if (!value.IsNumber)
        {
            throw context.Error(Span, $"Unexpected value `{context.Print(value, Span)}` / Type: {Numbers.TypeName(value)}. Cannot negate(-)/positive(+) a non-numeric value");
        }

        return isMinus ? Numbers.Negate(value) : value;
    }
}

/// <summary><c>@f</c>: the function itself.</summary>
internal sealed class FunctionReferenceNode(ExpressionNode target, SourceSpan span) : ExpressionNode(span)
{
    public override TemplateValue Evaluate(RenderContext context) => target.EvaluateUncalled(context);
}

internal sealed class GroupNode(ExpressionNode inner, SourceSpan span) : ExpressionNode(span)
{
    public override TemplateValue Evaluate(RenderContext context)
    {
        context.EnsureStack(Span);
        return inner.Evaluate(context);
    }
}

internal sealed class BinaryNode(BinaryOperator @operator, ExpressionNode left, ExpressionNode right, SourceSpan span, SourceSpan operatorSpan)
    : ExpressionNode(span)
{
    public override TemplateValue Evaluate(RenderContext context)
    {
        context.EnsureStack(Span);
        var first = left.Evaluate(context);
        var second = right.Evaluate(context);
        try
        {
            return Operators.Apply(context, @operator, first, second, Span);
        }
        catch (TemplateFault fault)
        {
            throw context.Error(fault.IsAtLeftSide ? Span : operatorSpan, fault);
        }
    }
}

internal sealed class AndNode(ExpressionNode left, ExpressionNode right, SourceSpan span) : ExpressionNode(span)
{
    public override TemplateValue Evaluate(RenderContext context)
    {
        context.EnsureStack(Span);
        return left.Evaluate(context).IsTrue && right.Evaluate(context).IsTrue;
    }
}

internal sealed class OrNode(ExpressionNode left, ExpressionNode right, SourceSpan span) : ExpressionNode(span)
{
    public override TemplateValue Evaluate(RenderContext context)
    {
        context.EnsureStack(Span);
        return left.Evaluate(context).IsTrue || right.Evaluate(context).IsTrue;
    }
}

/// <summary><c>a ?? b</c> and <c>a ?! b</c>. Both sides are evaluated, as templates can observe.</summary>
internal sealed class CoalesceNode(bool whenNull, ExpressionNode left, ExpressionNode right, SourceSpan span) : ExpressionNode(span)
{
    public override TemplateValue Evaluate(RenderContext context)
    {
        context.EnsureStack(Span);
        var first = left.Evaluate(context);
        var second = right.Evaluate(context);
        return whenNull == first.IsNull ? second : first;
    }
}

internal sealed class ChoiceNode(ExpressionNode condition, ExpressionNode whenTrue, ExpressionNode whenFalse, SourceSpan span) : ExpressionNode(span)
{
    public override TemplateValue Evaluate(RenderContext context)
    {
        context.EnsureStack(Span);
        return condition.Evaluate(context).IsTrue ? whenTrue.Evaluate(context) : whenFalse.Evaluate(context);
    }
}

internal sealed class ArrayNode(ExpressionNode[] items, SourceSpan span) : ExpressionNode(span)
{
    public override TemplateValue Evaluate(RenderContext context)
    {
        context.EnsureStack(Span);
        context.Charge(items.Length, Span);
        var list = new TemplateList(items.Length) { Owner = context };
        foreach (var item in items)
        {
            list.Add(item.Evaluate(context));
        }

        return list;
    }
}

/// <summary>While its members are evaluated the new object is the top global, so that later ones can use earlier ones.</summary>
internal sealed class ObjectNode(KeyValuePair<string, ExpressionNode>[] members, SourceSpan span) : ExpressionNode(span)
{
    public override TemplateValue Evaluate(RenderContext context)
    {
        context.EnsureStack(Span);
        context.Charge(RenderContext.ObjectSteps + members.Length, Span);
        var made = new TemplateObject { Owner = context };
        context.PushGlobal(made);
        foreach (var (name, value) in members)
        {
            made[name] = value.Evaluate(context);
        }

        context.PopGlobal();
        return made;
    }
}

/// <summary>The parts are joined in a form of their own: in the compatible profile as .NET writes them, <c>True</c> and the names of types among it.</summary>
internal sealed class InterpolationNode(ExpressionNode[] parts, bool isMail, SourceSpan span) : ExpressionNode(span)
{
    private static readonly Wording Interpolated = "The interpolated text";

    public override TemplateValue Evaluate(RenderContext context)
    {
        var text = new StringBuilder();
        foreach (var part in parts)
        {
            var value = part.Evaluate(context);
            var printed = (isMail ? null : Plain(context, value)) ?? context.Print(value, Span);
            if (isMail)
            {
                context.CheckText(text.Length + printed.Length, Span, Interpolated);
            }

            context.Charge(1 + (text.Length + printed.Length) / RenderContext.CharactersPerStep, Span);
            text.Append(printed);
        }

        return text.ToString();
    }

    // What .NET itself makes of it; null where that is what is printed anywhere.
    private static string? Plain(RenderContext context, TemplateValue value) => value.Kind switch
    {
        TemplateValueKind.Boolean => value.AsBoolean ? "True" : "False",
        TemplateValueKind.Text => value.AsText,
        TemplateValueKind.Date => context.Shown(value.AsDate).DateTime.ToString(context.Culture),
        TemplateValueKind.List => value.AsList.IsSequence ? "Scriban.Runtime.ScriptRange" : "Scriban.Runtime.ScriptArray",
        _ => null,
    };
}

/// <summary><c>do … end</c>.</summary>
internal sealed class FunctionLiteralNode(ScriptFunctionBody body, SourceSpan span) : ExpressionNode(span)
{
    public override TemplateValue Evaluate(RenderContext context) => TemplateValue.From(new ScriptFunction(body, context.Template));
}

internal sealed class IncrementNode(TargetNode target, int step, bool isPrefix, SourceSpan span) : ExpressionNode(span)
{
    public override TemplateValue Evaluate(RenderContext context)
    {
        var before = target.Evaluate(context);
        if (!before.IsNumber)
        {
            throw context.Error(Span, $"Cannot count a value of type `{Numbers.TypeName(before)}` up or down.");
        }

        var after = Counted(context, before);
        target.Assign(context, after);
        return isPrefix ? after : before;
    }

    private TemplateValue Counted(RenderContext context, TemplateValue before)
    {
        try
        {
            return Operators.Apply(context, BinaryOperator.Add, before, step, Span);
        }
        catch (TemplateFault fault)
        {
            throw context.Error(Span, fault);
        }
    }
}
