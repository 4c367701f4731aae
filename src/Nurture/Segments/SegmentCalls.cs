using Nurture.Templating.Syntax;

namespace Nurture.Segments;

/// <summary>Which segments an expression asks, before anything is bound: a file's segments are read in the order in which they need each other.</summary>
internal static class SegmentCalls
{
    public const string Function = "segment";

    public static IEnumerable<(string Name, SourceSpan Span)> In(Expression expression) => expression switch
    {
        Expression.Call { Function: Expression.Name { Identifier: Function }, Arguments: [{ Name: null, Value: Expression.Literal { Value: string name } }] } call => [(name, call.Span)],
        Expression.Call call => call.Arguments.SelectMany(argument => In(argument.Value)),
        Expression.Group group => In(group.Inner),
        Expression.Unary unary => In(unary.Operand),
        Expression.Binary binary => In(binary.Left).Concat(In(binary.Right)),
        // Conditions have nothing else that could hold a call: the binder refuses it.
        _ => [],
    };
}
