using Nurture.Engine;
using Nurture.Templating.Syntax;

namespace Nurture.Conditions;

/// <summary>Whether a condition may still turn true when some mails were skipped: nobody clicks, opens or answers those.</summary>
internal static class StillPossible
{
    /// <param name="isSkipped">Of a template or step: whether nobody got its mail.</param>
    /// <param name="isAnyAsked">Whether anybody got a mail that asks something.</param>
    public static bool Of(Condition condition, Func<string, bool> isSkipped, Func<bool> isAnyAsked)
    {
        return ExpressionParser.Parse(condition.Text.Replace('\r', ' ').Replace('\n', ' ')).Root is not { } root || May(root);

        bool May(Expression part) => part switch
        {
            Expression.Group group => May(group.Inner),
            Expression.Binary { Operator: BinaryOperator.And } both => May(both.Left) && May(both.Right),
            Expression.Binary { Operator: BinaryOperator.Or } either => May(either.Left) || May(either.Right),
            Expression.Call { Function: Expression.Name { Identifier: "clicked" or "opened" or "answered" }, Arguments: [{ Value: Expression.Literal { Value: string name } }] } => !isSkipped(name),
            Expression.Call { Function: Expression.Name { Identifier: "event" }, Arguments: [{ Value: Expression.Literal { Value: "answered" or ProductEvents.Answered } }, ..] } => isAnyAsked(),
            _ => true,
        };
    }
}
