namespace Nurture.Templating.Syntax;

/// <summary>
/// The expression part of the language, as parsed. Templates bind it to something fast to run; conditions read it in a
/// strict profile of their own. Spans are positions in the text handed to the parser.
/// </summary>
public abstract record Expression(SourceSpan Span)
{
    /// <summary>null, true, false, a number (int, long, System.Numerics.BigInteger, float, double, decimal) or a string.</summary>
    public sealed record Literal(object? Value, SourceSpan Span) : Expression(Span);

    /// <summary>A bare name: a variable, a function, or the head of a path. Locals keep their <c>$</c>.</summary>
    public sealed record Name(string Identifier, SourceSpan Span) : Expression(Span);

    /// <summary><c>target.member</c>, or <c>target?.member</c> when null-tolerant.</summary>
    public sealed record Member(Expression Target, string Identifier, bool IsNullTolerant, SourceSpan Span) : Expression(Span);

    /// <summary><c>target[index]</c>, or <c>target?[index]</c> when null-tolerant.</summary>
    public sealed record Index(Expression Target, Expression At, bool IsNullTolerant, SourceSpan Span) : Expression(Span);

    public sealed record Unary(UnaryOperator Operator, Expression Operand, SourceSpan Span) : Expression(Span);

    public sealed record Binary(BinaryOperator Operator, Expression Left, Expression Right, SourceSpan Span) : Expression(Span)
    {
        /// <summary>Where the operator itself stands.</summary>
        public SourceSpan OperatorSpan { get; init; }
    }

    /// <summary><c>condition ? whenTrue : whenFalse</c>.</summary>
    public sealed record Choice(Expression Condition, Expression WhenTrue, Expression WhenFalse, SourceSpan Span) : Expression(Span);

    /// <summary>
    /// A call, whether written <c>f(a, b)</c> or <c>f a b</c>; a pipe <c>x | f a</c> is the call <c>f x a</c> with
    /// <see cref="IsPiped"/> set and x as its first argument.
    /// </summary>
    public sealed record Call(Expression Function, IReadOnlyList<Argument> Arguments, bool IsPiped, SourceSpan Span) : Expression(Span);

    /// <summary><c>[a, b]</c>.</summary>
    public sealed record ArrayLiteral(IReadOnlyList<Expression> Items, SourceSpan Span) : Expression(Span);

    /// <summary><c>{name: value}</c>.</summary>
    public sealed record ObjectLiteral(IReadOnlyList<KeyValuePair<string, Expression>> Members, SourceSpan Span) : Expression(Span);

    /// <summary><c>$"text {expression}"</c>: literals and expressions in turn.</summary>
    public sealed record Interpolation(IReadOnlyList<Expression> Parts, SourceSpan Span) : Expression(Span);

    /// <summary><c>++x</c>, <c>x--</c>: changes a variable by <paramref name="Step"/>; the prefix form gives the new value.</summary>
    public sealed record Increment(Expression Target, int Step, bool IsPrefix, SourceSpan Span) : Expression(Span);

    /// <summary>An expression that was written in parentheses.</summary>
    public sealed record Group(Expression Inner, SourceSpan Span) : Expression(Span);
}

/// <summary>An argument of a call; <paramref name="Name"/> is null where it is positional.</summary>
public sealed record Argument(string? Name, Expression Value);

public enum UnaryOperator { Not, Minus, Plus, FunctionReference, Spread }

public enum BinaryOperator
{
    Multiply, Divide, DivideInteger, Modulo, ShiftLeft, ShiftRight, Add, Subtract,
    Less, LessOrEqual, Greater, GreaterOrEqual, Equal, NotEqual,
    And, Or, Coalesce, CoalesceNotNull, RangeInclusive, RangeExclusive,
}
