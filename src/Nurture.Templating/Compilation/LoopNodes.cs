using System.Text;
using Nurture.Templating.Runtime;
using Nurture.Templating.Syntax;

namespace Nurture.Templating.Compilation;

/// <summary>What a <c>for</c> is made of besides its bodies.</summary>
/// <param name="Variable">The plain name it binds; null where <paramref name="Target"/> is assigned instead.</param>
/// <param name="Target">A local or a path that is assigned each item.</param>
internal sealed record LoopHead(
    LoopKind Kind, string? Variable, TargetNode? Target, ExpressionNode Source,
    ExpressionNode? Offset, ExpressionNode? Limit, ExpressionNode? Columns, bool IsReversed);

internal sealed class ForNode(LoopHead head, StatementNode[] body, StatementNode[] otherwise, SourceSpan span) : StatementNode(span)
{
    public override Flow Execute(RenderContext context)
    {
        context.EnsureStack(Span);
        var source = head.Source.Evaluate(context);
        if (source.IsNull)
        {
            return Flow.Next;
        }

        var items = Items(context, source);
        var offset = Math.Max(0, Option(context, head.Offset) ?? 0);
        var limit = Option(context, head.Limit) ?? 0;
        using var walk = LoopWalk.Of(items, offset, limit, head.IsReversed);
        if (walk.IsOver)
        {
            return Run(context, otherwise);
        }

        return head.Kind == LoopKind.Table ? Tabulate(context, walk) : Iterate(context, walk, columns: 0);
    }

    private Flow Tabulate(RenderContext context, LoopWalk walk)
    {
        var columns = Math.Max(1, Option(context, head.Columns) ?? 1);
        PrintNode.WriteMarkup(context, "<tr class=\"row1\">"u8, Span);
        var flow = Iterate(context, walk, columns);
        PrintNode.WriteMarkup(context, "</tr>\n"u8, Span);
        return flow;
    }

    private Flow Iterate(RenderContext context, LoopWalk walk, int columns)
    {
        var scope = context.LoopTarget;
        var loop = new LoopScope(head.Kind, head.Variable, scope.Loops) { Walk = walk };
        scope.Loops = loop;
        context.EnterLoop();
        var local = head.Target as LocalNode;
        if (local is not null)
        {
            (context.Frame.LoopLocals ??= []).Add((local.Name, local.Slot));
        }

        try
        {
            for (var i = 0; !walk.IsOver; i++)
            {
                context.CountIteration(Span);
                Begin(context, loop, walk.Next(), i);
                if (columns > 0)
                {
                    BeginCell(context, loop, columns);
                }

                var flow = Run(context, body);
                if (columns > 0)
                {
                    PrintNode.WriteMarkup(context, "</td>"u8, Span);
                }

                if (flow == Flow.Break)
                {
                    break;
                }

                if (flow == Flow.Return)
                {
                    return flow;
                }
            }

            return Flow.Next;
        }
        finally
        {
            context.LeaveLoop();
            scope.Loops = loop.Outer;
            if (local is not null)
            {
                context.Frame.LoopLocals!.RemoveAt(context.Frame.LoopLocals.Count - 1);
                local.Assign(context, TemplateValue.Null);
            }
        }
    }

    private void Begin(RenderContext context, LoopScope loop, TemplateValue item, int index)
    {
        loop.Last = loop.Value;
        loop.Value = item;
        loop.Index = index;
        head.Target?.Assign(context, item);
    }

    private void BeginCell(RenderContext context, LoopScope loop, int columns)
    {
        loop.Column = loop.Index % columns;
        if (loop.Index > 0 && loop.Column == 0)
        {
            PrintNode.WriteMarkup(context, "</tr>\n"u8, Span);
            PrintNode.WriteMarkup(context, Encoding.UTF8.GetBytes($"<tr class=\"row{loop.Index / columns + 1}\">"), Span);
        }

        PrintNode.WriteMarkup(context, Encoding.UTF8.GetBytes($"<td class=\"col{loop.Column + 1}\">"), Span);
    }

    private static int? Option(RenderContext context, ExpressionNode? option)
    {
        if (option is null)
        {
            return null;
        }

        var value = option.Evaluate(context);
        return value.Kind switch
        {
            TemplateValueKind.Null => null,
            TemplateValueKind.Int or TemplateValueKind.Boolean => value.AsInt,
            _ when value.IsNumber && Math.Round(Numbers.ToDouble(value)) is >= int.MinValue and <= int.MaxValue and var number => (int)number,
            _ => throw context.Error(option.Span, $"Unable to convert type `{Numbers.TypeName(value)}` to int"),
        };
    }

    private TemplateList Items(RenderContext context, TemplateValue source)
    {
        switch (source.Kind)
        {
            case TemplateValueKind.List:
                return source.AsList;
            case TemplateValueKind.Object:
                var entries = new TemplateList(source.AsObject.Count);
                context.Charge(source.AsObject.Count * (1L + RenderContext.ObjectSteps), Span);
                foreach (var member in source.AsObject)
                {
                    entries.Add(new TemplateObject { Owner = context, ["key"] = member.Key, ["value"] = member.Value });
                }

                return entries;
            case TemplateValueKind.Text:
                context.Charge(source.AsText.Length, Span);
                return new TemplateList(source.AsText.Select(TemplateValue.From));
            case TemplateValueKind.Empty:
                return [];
            default:
                throw context.Error(head.Source.Span, $"Unexpected type `{Numbers.TypeName(source)}` for iterator: a for loop needs a list");
        }
    }
}

internal sealed class WhileNode(ExpressionNode condition, StatementNode[] body, SourceSpan span) : StatementNode(span)
{
    public override Flow Execute(RenderContext context)
    {
        context.EnsureStack(Span);
        var scope = context.LoopTarget;
        var loop = new LoopScope(LoopKind.While, null, scope.Loops);
        scope.Loops = loop;
        context.EnterLoop();
        try
        {
            while (true)
            {
                // Every test counts, the last one too.
                context.CountIteration(Span);
                if (!condition.Evaluate(context).IsTrue)
                {
                    return Flow.Next;
                }

                var flow = Run(context, body);
                if (flow == Flow.Break)
                {
                    return Flow.Next;
                }

                if (flow == Flow.Return)
                {
                    return flow;
                }

                loop.Index++;
            }
        }
        finally
        {
            context.LeaveLoop();
            scope.Loops = loop.Outer;
        }
    }
}
