using System.Numerics;

namespace Nurture.Templating.Syntax;

/// <summary>Declarations of functions: <c>func</c>, the inline form, and <c>do</c>.</summary>
internal sealed partial class Parser
{
    private const string FunctionSketch = "func <variable> ... end";
    private const int MaxParameters = 63;

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

    private Statement? ParseFunction()
    {
        var opening = Take();
        if (Kind != TokenKind.Identifier)
        {
            ReportExpected("<variable>", "function statement", FunctionSketch);
            SkipStatement();
            return null;
        }

        var name = Take();
        var parameters = Kind == TokenKind.OpenParen ? ParseParameters() : null;
        ExpectEndOfStatement();
        var body = ParseFunctionBody();
        ExpectEnd(name, "function statement", FunctionSketch);
        var span = SpanFrom(opening.Span);
        return new Statement.Function(new FunctionDeclaration(name.Text, parameters, body, null, span), span);
    }

    private Expression? ParseAnonymousFunction()
    {
        const string sketch = "do ... end";
        if (!Enter())
        {
            return null;
        }

        var outer = (_ignoresNewLines, _stopsAtLoopOptions, _openChoices);
        (_ignoresNewLines, _stopsAtLoopOptions, _openChoices) = (false, false, 0);
        var opening = Take();
        var parameters = Kind == TokenKind.OpenParen ? ParseParameters() : null;
        ExpectEndOfStatement();
        var body = ParseFunctionBody();
        (_ignoresNewLines, _stopsAtLoopOptions, _openChoices) = outer;
        ExpectEnd(opening, "do statement", sketch);
        Leave();
        var span = SpanFrom(opening.Span);
        return Leaf(new FunctionLiteral(new FunctionDeclaration(null, parameters, body, null, span), span));
    }

    private Block ParseFunctionBody()
    {
        var outer = _indent;
        var body = ParseBody();
        _indent = outer;
        return body;
    }

    private List<FunctionParameter> ParseParameters()
    {
        var parameters = new List<FunctionParameter>();
        Take();
        while (Kind == TokenKind.Identifier)
        {
            var name = Take();
            var isRest = TryTake(TokenKind.DotDotDot);
            var @default = !isRest && TryTake(TokenKind.Assign) ? ParseDefault() : null;
            var last = parameters.Count > 0 ? parameters[^1] : null;
            if (last is { IsRest: true } && @default is not null)
            {
                Report(name.Span, "Cannot declare an optional parameter after a variable parameter (`...`).");
            }
            else if (last is { IsRest: true } or { Default: not null } && @default is null && !isRest)
            {
                Report(name.Span, "Cannot declare a normal parameter after an optional parameter.");
            }
            else if (last is { IsRest: true } && isRest)
            {
                Report(name.Span, "Cannot declare multiple variable parameters (`...`).");
            }

            else if (parameters.Count == MaxParameters)
            {
                Report(name.Span, $"A function may not have more than {MaxParameters} parameters.");
            }

            parameters.Add(new FunctionParameter(name.Text!, @default, isRest));
            if (!TryTake(TokenKind.Comma))
            {
                break;
            }
        }

        if (!TryTake(TokenKind.CloseParen))
        {
            Report(Current.Span, $"Invalid token {Describe(Current)}. Expecting a closing `)`.");
            SkipStatement();
        }

        return parameters;
    }

    private Expression.Literal ParseDefault()
    {
        var start = Current.Span;
        var value = ParseUnary(mayCall: false);
        if (value is Expression.Literal literal)
        {
            return literal;
        }

        if (value is Expression.Unary { Operator: UnaryOperator.Minus, Operand: Expression.Literal { Value: not (null or bool or string) and var number } })
        {
            return new Expression.Literal(Negated(number), value.Span);
        }

        Report(start, "The default of a parameter must be a literal.");
        return new Expression.Literal(null, start);
    }

    private static object Negated(object number) => number switch
    {
        int value when value != int.MinValue => (object)-value,
        int value => -(long)value,
        long value when value != long.MinValue => -value,
        long value => -(BigInteger)value,
        BigInteger value => -value,
        float value => -value,
        double value => -value,
        decimal value => -value,
        _ => throw new ArgumentException($"A {number.GetType().Name} is not a number of the language."),
    };

    /// <summary>The parameters of <c>f(x, y) = …</c>, when what was read as a call can be such a head.</summary>
    private List<FunctionParameter>? ParametersOf(Expression.Call call)
    {
        if (_source.Text[call.Span.End - 1] != ')')
        {
            return null;
        }

        var parameters = new List<FunctionParameter>();
        foreach (var argument in call.Arguments)
        {
            if (argument is not { Name: null, Value: Expression.Name name })
            {
                return null;
            }

            parameters.Add(new FunctionParameter(name.Identifier, null, false));
        }

        return parameters;
    }

    private Statement? ParseInlineFunction(Expression.Name name, List<FunctionParameter> parameters, SourceSpan start)
    {
        Take();
        if (ParseValue() is not { } value)
        {
            ReportExpected("<expression>", "function statement", "<variable>(<parameters>) = <expression>");
            return null;
        }

        var span = SpanFrom(start);
        return new Statement.Function(new FunctionDeclaration(name.Identifier, parameters, null, value, span), span);
    }
}
