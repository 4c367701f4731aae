using Nurture.Templating.Runtime;
using Nurture.Templating.Syntax;

namespace Nurture.Templating.Compilation;

/// <summary>A bound statement.</summary>
internal abstract class StatementNode(SourceSpan span) : Node(span)
{
    public abstract Flow Execute(RenderContext context);

    public static Flow Run(RenderContext context, StatementNode[] statements)
    {
        foreach (var statement in statements)
        {
            var flow = statement.Execute(context);
            if (flow != Flow.Next)
            {
                return flow;
            }
        }

        return Flow.Next;
    }
}

/// <summary>Literal text, encoded when the template is bound.</summary>
internal sealed class TextNode(byte[] utf8, SourceSpan span) : StatementNode(span)
{
    public override Flow Execute(RenderContext context)
    {
        PrintNode.WriteMarkup(context, utf8, Span);
        return Flow.Next;
    }
}

/// <summary>Prints the value of an expression, escaped where the template is HTML and the value is not markup.</summary>
internal sealed class PrintNode(ExpressionNode value, bool isEscaped, bool isMail) : StatementNode(value.Span)
{
    public ExpressionNode Value => value;

    public override Flow Execute(RenderContext context)
    {
        // With auto-indent an include is indented as a whole, so only mails let it write by itself.
        var printed = isMail && value is CallNode call ? call.EvaluateToPrint(context) : value.Evaluate(context);
        Write(context, printed, isEscaped, Span);
        return Flow.Next;
    }

    public static void Write(RenderContext context, TemplateValue value, bool isEscaped, SourceSpan span)
    {
        try
        {
            switch (value.Kind)
            {
                case TemplateValueKind.Null:
                    return;
                case TemplateValueKind.Int or TemplateValueKind.Long:
                    context.Output.WriteLong(value.AsLong);
                    break;
                case TemplateValueKind.Text when value.AsCaptured is { } captured && (captured.IsMarkup || !isEscaped):
                    context.Output.WriteUtf8(captured.Utf8);
                    break;
                default:
                    var text = context.Print(value, span);
                    if (isEscaped)
                    {
                        context.Output.WriteEscaped(text);
                    }
                    else
                    {
                        context.Output.WriteText(text);
                    }

                    break;
            }
        }
        catch (OutputLimitException exception)
        {
            throw context.Error(span, exception.Said);
        }

        CheckLimit(context, span);
    }

    /// <summary>Writes what is UTF-8 already and is not escaped.</summary>
    public static void WriteMarkup(RenderContext context, ReadOnlySpan<byte> utf8, SourceSpan span)
    {
        try
        {
            context.Output.WriteUtf8(utf8);
        }
        catch (OutputLimitException exception)
        {
            throw context.Error(span, exception.Said);
        }

        CheckLimit(context, span);
    }

    public static void CheckLimit(RenderContext context, SourceSpan span)
    {
        if (context.Output.Length > context.Limits.OutputBytes)
        {
            throw context.Error(span, $"The output exceeds the limit of {context.Limits.OutputBytes} bytes.");
        }
    }
}

/// <summary>Indents the lines that a statement writes as its code block is indented.</summary>
internal sealed class IndentNode(StatementNode inner, byte[] indent) : StatementNode(inner.Span)
{
    public override Flow Execute(RenderContext context)
    {
        var output = context.Output;
        var outer = output.Indent;
        output.Indent = indent;
        try
        {
            return inner.Execute(context);
        }
        finally
        {
            output.Indent = outer;
        }
    }
}

internal sealed class AssignNode(TargetNode target, BinaryOperator? @operator, ExpressionNode value, SourceSpan span) : StatementNode(span)
{
    public override Flow Execute(RenderContext context)
    {
        var assigned = value.Evaluate(context);
        if (@operator is { } compound)
        {
            try
            {
                assigned = Operators.Apply(context, compound, target.Evaluate(context), assigned, Span);
            }
            catch (TemplateFault fault)
            {
                throw context.Error(Span, fault);
            }
        }

        target.Assign(context, assigned);
        return Flow.Next;
    }
}

internal sealed class IfNode((ExpressionNode Condition, StatementNode[] Body)[] branches, StatementNode[] otherwise, SourceSpan span) : StatementNode(span)
{
    public override Flow Execute(RenderContext context)
    {
        context.EnsureStack(Span);
        foreach (var (condition, body) in branches)
        {
            if (condition.Evaluate(context).IsTrue)
            {
                return Run(context, body);
            }
        }

        return Run(context, otherwise);
    }
}

internal sealed class CaseNode(ExpressionNode subject, (ExpressionNode[] Values, StatementNode[] Body)[] whens, StatementNode[] otherwise, SourceSpan span)
    : StatementNode(span)
{
    public override Flow Execute(RenderContext context)
    {
        context.EnsureStack(Span);
        var value = subject.Evaluate(context);
        foreach (var (candidates, body) in whens)
        {
            foreach (var candidate in candidates)
            {
                if (IsMatch(context, value, candidate))
                {
                    return Run(context, body);
                }
            }
        }

        return Run(context, otherwise);
    }

    private static bool IsMatch(RenderContext context, TemplateValue value, ExpressionNode candidate)
    {
        try
        {
            return Operators.AreEqual(context, value, candidate.Evaluate(context), candidate.Span);
        }
        catch (TemplateFault fault)
        {
            throw context.Error(candidate.Span, fault);
        }
    }
}

internal sealed class CaptureNode(TargetNode target, StatementNode[] body, bool isMarkup, SourceSpan span) : StatementNode(span)
{
    public override Flow Execute(RenderContext context)
    {
        context.EnsureStack(Span);
        var outer = context.BeginCapture();
        Flow flow;
        CapturedText? captured = null;
        try
        {
            flow = Run(context, body);
            captured = context.EndCapture(outer, isMarkup, Span);
        }
        finally
        {
            // Not caught and thrown on: a hundred of those within each other take more stack than there may be left.
            if (captured is null)
            {
                context.AbandonCapture(outer);
            }
        }

        target.Assign(context, TemplateValue.From(captured));
        return flow;
    }
}

internal sealed class WithNode(ExpressionNode target, StatementNode[] body, SourceSpan span) : StatementNode(span)
{
    public override Flow Execute(RenderContext context)
    {
        context.EnsureStack(Span);
        var value = target.Evaluate(context);
        if (!value.TryGetObject(out var members))
        {
            throw context.Error(target.Span, $"Invalid target property `{target.Describe(context)}` used for [with] statement. Must be an object instead of `{Numbers.TypeName(value)}`");
        }

        context.PushGlobal(members);
        try
        {
            return Run(context, body);
        }
        finally
        {
            context.PopGlobal();
        }
    }
}

internal sealed class ImportNode(ExpressionNode source, SourceSpan span) : StatementNode(span)
{
    public override Flow Execute(RenderContext context)
    {
        var value = source.Evaluate(context);
        if (!value.TryGetObject(out var members))
        {
            throw context.Error(source.Span, $"Unexpected value `{Numbers.TypeName(value)}` for import. Expecting an object");
        }

        var top = context.WritableTop();
        ListWrites.CheckOwner(context, top.Owner, Span, "this");
        context.Charge(members.Count, Span);
        foreach (var member in members)
        {
            if (!top.IsReadOnly(member.Key))
            {
                top[member.Key] = member.Value;
            }
        }

        return Flow.Next;
    }
}

internal sealed class ReadOnlyNode(string name, SourceSpan span) : StatementNode(span)
{
    public override Flow Execute(RenderContext context)
    {
        var target = context.WriteTarget(name);
        if (target.Contains(name))
        {
            ListWrites.CheckOwner(context, target.Owner, Span, name);
            target.MakeReadOnly(name);
        }

        return Flow.Next;
    }
}

internal sealed class ReturnNode(ExpressionNode? value, SourceSpan span) : StatementNode(span)
{
    public override Flow Execute(RenderContext context)
    {
        context.ReturnValue = value?.Evaluate(context) ?? TemplateValue.Null;
        return Flow.Return;
    }
}

/// <summary><c>break</c> and <c>continue</c>.</summary>
/// <param name="isOutside">Not inside a loop of this template or function.</param>
internal sealed class LeaveLoopNode(Flow flow, bool isOutside, SourceSpan span) : StatementNode(span)
{
    public override Flow Execute(RenderContext context) =>
        isOutside && context.Depth == 0
            ? throw context.Error(Span, $"The <{(flow == Flow.Break ? "break" : "continue")}> statement can only be used inside for/while loops")
            : flow;
}

internal sealed class DeclareFunctionNode(TargetNode target, ScriptFunctionBody body, SourceSpan span) : StatementNode(span)
{
    public override Flow Execute(RenderContext context)
    {
        target.Assign(context, TemplateValue.From(new ScriptFunction(body, context.Template)));
        return Flow.Next;
    }
}
