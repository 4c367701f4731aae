using System.Globalization;
using Nurture.Templating.Syntax;

namespace Nurture.Templating.Tests;

/// <summary>Writes an expression with every grouping made visible.</summary>
internal static class ExpressionShape
{
    public static string Of(Expression expression) => expression switch
    {
        Expression.Literal { Value: string text } => $"'{text}'",
        Expression.Literal literal => Convert.ToString(literal.Value ?? "null", CultureInfo.InvariantCulture)!,
        Expression.Name name => name.Identifier,
        Expression.Member member => $"{Of(member.Target)}{(member.IsNullTolerant ? "?." : ".")}{member.Identifier}",
        Expression.Index index => $"{Of(index.Target)}{(index.IsNullTolerant ? "?" : "")}[{Of(index.At)}]",
        Expression.Unary unary => Sign(unary.Operator) + Of(unary.Operand),
        Expression.Binary binary => $"({Of(binary.Left)} {Sign(binary.Operator)} {Of(binary.Right)})",
        Expression.Choice choice => $"({Of(choice.Condition)} ? {Of(choice.WhenTrue)} : {Of(choice.WhenFalse)})",
        Expression.Call call => $"{Of(call.Function)}{(call.IsPiped ? "|" : "")}({string.Join(", ", call.Arguments.Select(Of))})",
        Expression.ArrayLiteral array => $"[{string.Join(", ", array.Items.Select(Of))}]",
        Expression.ObjectLiteral made => $"{{{string.Join(", ", made.Members.Select(m => $"{m.Key}: {Of(m.Value)}"))}}}",
        Expression.Interpolation parts => $"$({string.Join(", ", parts.Parts.Select(Of))})",
        Expression.Group group => $"group({Of(group.Inner)})",
        _ => expression.GetType().Name,
    };

    private static string Of(Argument argument) => argument.Name is null ? Of(argument.Value) : $"{argument.Name}: {Of(argument.Value)}";

    private static string Sign(UnaryOperator sign) => sign switch
    {
        UnaryOperator.Not => "!",
        UnaryOperator.Minus => "-",
        UnaryOperator.Plus => "+",
        UnaryOperator.FunctionReference => "@",
        UnaryOperator.Spread => "^",
    };

    private static string Sign(BinaryOperator sign) => sign switch
    {
        BinaryOperator.Multiply => "*",
        BinaryOperator.Divide => "/",
        BinaryOperator.DivideInteger => "//",
        BinaryOperator.Modulo => "%",
        BinaryOperator.ShiftLeft => "<<",
        BinaryOperator.ShiftRight => ">>",
        BinaryOperator.Add => "+",
        BinaryOperator.Subtract => "-",
        BinaryOperator.Less => "<",
        BinaryOperator.LessOrEqual => "<=",
        BinaryOperator.Greater => ">",
        BinaryOperator.GreaterOrEqual => ">=",
        BinaryOperator.Equal => "==",
        BinaryOperator.NotEqual => "!=",
        BinaryOperator.And => "&&",
        BinaryOperator.Or => "||",
        BinaryOperator.Coalesce => "??",
        BinaryOperator.CoalesceNotNull => "?!",
        BinaryOperator.RangeInclusive => "..",
        BinaryOperator.RangeExclusive => "..<",
    };
}
