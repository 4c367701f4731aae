namespace Nurture.Templating.Syntax;

/// <summary>The statement part of the language, as parsed.</summary>
internal abstract record Statement(SourceSpan Span)
{
    /// <summary>The blanks that stand alone before the code block on its line: with auto-indent they precede every line written.</summary>
    public string? Indent { get; init; }

    public sealed record Text(string Value, SourceSpan Span) : Statement(Span);

    /// <summary>An expression on its own: its value is printed.</summary>
    public sealed record Print(Expression Value, SourceSpan Span) : Statement(Span);

    /// <summary><c>target = value</c>; with an operator, <c>target += value</c> and the like.</summary>
    public sealed record Assign(Expression Target, BinaryOperator? Operator, Expression Value, SourceSpan Span) : Statement(Span);

    public sealed record If(IReadOnlyList<Conditional> Branches, Block? Else, SourceSpan Span) : Statement(Span);

    public sealed record Case(Expression Subject, IReadOnlyList<When> Whens, Block? Else, SourceSpan Span) : Statement(Span);

    public sealed record For(
        Expression Variable, Expression Source, LoopOptions Options, Block Body, Block? Else, SourceSpan Span) : Statement(Span);

    public sealed record While(Expression Condition, Block Body, SourceSpan Span) : Statement(Span);

    public sealed record Break(SourceSpan Span) : Statement(Span);

    public sealed record Continue(SourceSpan Span) : Statement(Span);

    public sealed record Capture(Expression Target, Block Body, SourceSpan Span) : Statement(Span);

    public sealed record With(Expression Target, Block Body, SourceSpan Span) : Statement(Span);

    public sealed record Import(Expression Source, SourceSpan Span) : Statement(Span);

    public sealed record ReadOnly(Expression.Name Name, SourceSpan Span) : Statement(Span);

    public sealed record Return(Expression? Value, SourceSpan Span) : Statement(Span);

    public sealed record Wrap(Expression Call, FunctionDeclaration Body, SourceSpan Span) : Statement(Span);

    public sealed record Function(FunctionDeclaration Declaration, SourceSpan Span) : Statement(Span);
}

internal sealed record Block(IReadOnlyList<Statement> Statements);

internal sealed record Conditional(Expression Condition, Block Body);

internal sealed record When(IReadOnlyList<Expression> Values, Block Body);

/// <param name="IsTable">Written <c>tablerow</c>: the items become cells, <paramref name="Columns"/> in a row.</param>
internal sealed record LoopOptions(Expression? Offset, Expression? Limit, Expression? Columns, bool IsReversed, bool IsTable);

/// <param name="Name">Null for <c>do … end</c>.</param>
/// <param name="Parameters">Null when declared without parentheses: such a function finds its arguments in <c>$</c> alone.</param>
/// <param name="Body">Null for the inline form <c>f(x) = value</c>.</param>
internal sealed record FunctionDeclaration(
    string? Name, IReadOnlyList<FunctionParameter>? Parameters, Block? Body, Expression? Value, SourceSpan Span);

internal sealed record FunctionParameter(string Name, Expression.Literal? Default, bool IsRest);

/// <summary><c>do … end</c> where an expression can stand.</summary>
internal sealed record FunctionLiteral(FunctionDeclaration Declaration, SourceSpan Span) : Expression(Span);
