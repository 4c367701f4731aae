namespace Nurture.Templating.Syntax;

internal sealed partial class Parser
{
    private Expression? ParseAnonymousFunction() => null;

    private static bool IsAssignment(TokenKind kind) => kind is TokenKind.Assign || CompoundOperator(kind) is not null;

    private static BinaryOperator? CompoundOperator(TokenKind kind) => kind switch
    {
        TokenKind.AddAssign => BinaryOperator.Add,
        TokenKind.SubtractAssign => BinaryOperator.Subtract,
        TokenKind.MultiplyAssign => BinaryOperator.Multiply,
        TokenKind.DivideAssign => BinaryOperator.Divide,
        TokenKind.DivideIntegerAssign => BinaryOperator.DivideInteger,
        TokenKind.ModuloAssign => BinaryOperator.Modulo,
        _ => null,
    };
}
