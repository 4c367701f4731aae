using Nurture.Templating.Syntax;

namespace Nurture.Conditions;

/// <summary>Whether a condition asks for those who have a value, itself or by a segment; <c>!=</c> and <c>not(…)</c> ask for the others.</summary>
internal static class AsksFor
{
    public static bool Value(Condition condition, string value) => Asks(condition, value, isPositive: true);

    private static bool Asks(Condition condition, string value, bool isPositive) =>
        ExpressionParser.Parse(condition.Text.Replace('\r', ' ').Replace('\n', ' ')).Root is { } root && Asks(root, condition, value, isPositive);

    private static bool Asks(Expression part, Condition within, string value, bool isPositive)
    {
        switch (part)
        {
            case Expression.Group group: return Asks(group.Inner, within, value, isPositive);
            case Expression.Unary { Operator: UnaryOperator.Not } not: return Asks(not.Operand, within, value, !isPositive);
            case Expression.Binary { Operator: BinaryOperator.And or BinaryOperator.Or } both: return Asks(both.Left, within, value, isPositive) || Asks(both.Right, within, value, isPositive);
            case Expression.Binary { Operator: BinaryOperator.Equal } equal: return isPositive && (IsValue(equal.Left) || IsValue(equal.Right));
            case Expression.Binary { Operator: BinaryOperator.NotEqual } other: return !isPositive && (IsValue(other.Left) || IsValue(other.Right));
            case Expression.Call { Function: Expression.Name { Identifier: "not" }, Arguments: [var inner] }: return Asks(inner.Value, within, value, !isPositive);
            case Expression.Call { Function: Expression.Name { Identifier: "one_of" } } among: return isPositive && among.Arguments.Any(choice => IsValue(choice.Value));
            case Expression.Call { Function: Expression.Name { Identifier: "segment" }, Arguments: [{ Value: Expression.Literal { Value: string name } }] }:
                return within.Segments.FirstOrDefault(segment => segment.Name == name) is { } segment && Asks(segment.Is, value, isPositive);
            default: return false;
        }

        bool IsValue(Expression side) => side is Expression.Literal { Value: string text } && text == value;
    }
}
