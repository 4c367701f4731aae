namespace Nurture.Templating.Syntax;

/// <summary>Operators, pipes, choices and calls. Tightest first: term, unary, range, product … coalesce, call, choice, pipe.</summary>
internal sealed partial class Parser
{
    private const string AssignmentSketch = "<target_expression> = <value_expression>";

    // Set while the source of a loop is read: `limit:`, `offset:`, `cols:` and `reversed` belong to the loop, not to a call.
    private bool _stopsAtLoopOptions;

    // How many `? … :` are open: there `name :` with a blank before the colon is not a named argument.
    private int _openChoices;

    /// <summary>Null when there is no expression here; the caller says what it expected.</summary>
    private Expression? ParseExpression()
    {
        if (!Enter())
        {
            return null;
        }

        var expression = ParseOperation(0, mayCall: true);
        while (expression is not null)
        {
            if (Kind == TokenKind.Pipe)
            {
                expression = ParsePipe(expression);
            }
            else if (Kind == TokenKind.Question)
            {
                expression = ParseChoice(expression);
            }
            else
            {
                break;
            }
        }

        Leave();
        return expression;
    }

    /// <summary>An expression that is not an assignment: a stray <c>=</c> is reported here, at the start of its target.</summary>
    private Expression? ParseValue()
    {
        var value = ParseExpression();
        if (value is not null && IsAssignment(Kind))
        {
            Report(value.Span, $"Error while parsing assign expression: Expression is only allowed for a top level assignment in: {AssignmentSketch}",
                "Compare with ==, or assign in a statement of its own.");
            Take();
            if (ParseValue() is null)
            {
                return null;
            }
        }

        return value;
    }

    private Expression? ParsePipe(Expression input)
    {
        Take();
        SkipNewLines();
        var height = _height;
        var target = ParseOperation(0, mayCall: true);
        if (target is null)
        {
            ReportExpected("<expression>", "pipe expression", "<expression> | <expression>");
            return null;
        }

        return Combined(height, PipeInto(input, target));
    }

    /// <summary>Makes the input the first argument of the function that is evaluated first on the right side.</summary>
    private Expression PipeInto(Expression input, Expression target)
    {
        var span = input.Span with { Length = Math.Max(target.Span.End, input.Span.End) - input.Span.Start };
        return target switch
        {
            Expression.Call { IsPiped: false } call => new Expression.Call(call.Function, [new Argument(null, input), .. call.Arguments], true, span),
            Expression.Binary binary => binary with { Left = PipeInto(input, binary.Left), Span = span },
            Expression.Unary { Operator: UnaryOperator.Not or UnaryOperator.Minus or UnaryOperator.Plus } unary =>
                unary with { Operand = PipeInto(input, unary.Operand), Span = span },
            _ => new Expression.Call(target, [new Argument(null, input)], true, span),
        };
    }

    private Expression? ParseChoice(Expression condition)
    {
        Take();
        var height = _height;
        _openChoices++;
        var whenTrue = ParseValue();
        _openChoices--;
        if (whenTrue is null)
        {
            ReportExpected("<expression>", "conditional expression", "<condition> ? <expression> : <expression>");
            return null;
        }

        height = Math.Max(height, _height);
        if (!TryTake(TokenKind.Colon))
        {
            ReportExpected("`:`", "conditional expression", "<condition> ? <expression> : <expression>");
            return null;
        }

        var whenFalse = ParseExpression();
        if (whenFalse is null)
        {
            ReportExpected("<expression>", "conditional expression", "<condition> ? <expression> : <expression>");
            return null;
        }

        return Combined(height, new Expression.Choice(condition, whenTrue, whenFalse, SpanFrom(condition.Span)));
    }

    private Expression? ParseOperation(int minimum, bool mayCall)
    {
        var left = ParseUnary(mayCall);
        while (left is not null && BinaryOperatorAt(Kind) is var (@operator, precedence) && precedence > minimum)
        {
            var operatorSpan = Take().Span;
            var height = _height;
            var right = ParseOperation(precedence, mayCall);
            if (right is null)
            {
                Report(Current.Span, $"Error while parsing binary expression: Expecting an <expression> to the right of the operator instead of {Describe(Current)} in: <expression> operator <expression>");
                return null;
            }

            left = Combined(height, new Expression.Binary(@operator, left, right, SpanFrom(left.Span)) { OperatorSpan = operatorSpan });
        }

        return left;
    }

    /// <summary>Notes the height of a tree made of the last expression and another one.</summary>
    private Expression Combined(int otherHeight, Expression made)
    {
        _height = Math.Max(otherHeight, _height) + 1;
        if (_height > MaxTreeHeight)
        {
            GiveUp(made.Span, $"This expression has more than {MaxTreeHeight} levels", "Cut it in parts and assign them to variables.");
        }

        return made;
    }

    private Expression? ParseUnary(bool mayCall)
    {
        var start = Current;
        UnaryOperator? @operator = Kind switch
        {
            TokenKind.Not => UnaryOperator.Not,
            TokenKind.Minus => UnaryOperator.Minus,
            TokenKind.Plus => UnaryOperator.Plus,
            TokenKind.At => UnaryOperator.FunctionReference,
            TokenKind.Caret => UnaryOperator.Spread,
            _ => null,
        };
        if (@operator is null && Kind is not (TokenKind.PlusPlus or TokenKind.MinusMinus))
        {
            return ParseCallOrTerm(mayCall);
        }

        if (!Enter())
        {
            return null;
        }

        Take();
        var operand = ParseUnary(mayCall && @operator is not (UnaryOperator.FunctionReference or UnaryOperator.Spread));
        Leave();
        if (operand is null)
        {
            ReportExpected("<expression>", "unary expression", "<operator> <expression>");
            return null;
        }

        Expression made = @operator is { } known
            ? new Expression.Unary(known, operand, SpanFrom(start.Span))
            : MakeIncrement(operand, start.Kind, isPrefix: true, SpanFrom(start.Span));
        made = Combined(0, made);

        // `@f 1 2` is the call of what `@f` stands for.
        return mayCall && @operator is UnaryOperator.FunctionReference && StartsArgument() ? ParseArguments(made) : made;
    }

    private Expression MakeIncrement(Expression target, TokenKind kind, bool isPrefix, SourceSpan span)
    {
        if (target is not (Expression.Name or Expression.Member or Expression.Index))
        {
            Report(target.Span, "Unsupported target expression for assignment.", "++ and -- change a variable or a member.");
        }

        return new Expression.Increment(target, kind == TokenKind.PlusPlus ? 1 : -1, isPrefix, span);
    }

    private Expression? ParseCallOrTerm(bool mayCall)
    {
        var term = ParseTerm();
        return term is not null && mayCall && StartsArgument() ? ParseArguments(term) : term;
    }

    private bool StartsArgument()
    {
        if (_stopsAtLoopOptions && Kind == TokenKind.Identifier && (Next.Kind == TokenKind.Colon || Current.IsName("reversed")))
        {
            return false;
        }

        return Kind switch
        {
            TokenKind.Identifier or TokenKind.Integer or TokenKind.HexInteger or TokenKind.BinaryInteger or TokenKind.Float or TokenKind.BinaryFloat
                or TokenKind.Text or TokenKind.InterpolationStart or TokenKind.OpenParen or TokenKind.OpenBracket
                or TokenKind.OpenBrace or TokenKind.Not or TokenKind.At or TokenKind.Caret => true,
            _ => false,
        };
    }

    /// <summary>The arguments of <c>f a b name: c</c>: each an operation without calls of its own.</summary>
    private Expression? ParseArguments(Expression function)
    {
        var arguments = new List<Argument>();
        var height = _height;
        while (StartsArgument())
        {
            string? name = null;
            if (IsNamedArgument())
            {
                name = Take().Text;
                Take();
            }

            var value = ParseOperation(0, mayCall: false);
            if (value is null)
            {
                Report(Current.Span, $"Expecting an <expression> for the argument instead of {Describe(Current)}");
                return null;
            }

            arguments.Add(new Argument(name, value));
            height = Math.Max(height, _height);
        }

        _height = height;
        return Combined(0, new Expression.Call(function, arguments, false, SpanFrom(function.Span)));
    }

    private bool IsNamedArgument() =>
        Kind == TokenKind.Identifier && Next.Kind == TokenKind.Colon && (_openChoices == 0 || Current.Span.End == Next.Span.Start);

    private static (BinaryOperator, int)? BinaryOperatorAt(TokenKind kind) => kind switch
    {
        TokenKind.DotDot => (BinaryOperator.RangeInclusive, 130),
        TokenKind.DotDotLess => (BinaryOperator.RangeExclusive, 130),
        TokenKind.Star => (BinaryOperator.Multiply, 110),
        TokenKind.Slash => (BinaryOperator.Divide, 110),
        TokenKind.SlashSlash => (BinaryOperator.DivideInteger, 110),
        TokenKind.Percent => (BinaryOperator.Modulo, 110),
        TokenKind.ShiftLeft => (BinaryOperator.ShiftLeft, 110),
        TokenKind.ShiftRight => (BinaryOperator.ShiftRight, 110),
        TokenKind.Plus => (BinaryOperator.Add, 100),
        TokenKind.Minus => (BinaryOperator.Subtract, 100),
        TokenKind.Less => (BinaryOperator.Less, 80),
        TokenKind.LessOrEqual => (BinaryOperator.LessOrEqual, 80),
        TokenKind.Greater => (BinaryOperator.Greater, 80),
        TokenKind.GreaterOrEqual => (BinaryOperator.GreaterOrEqual, 80),
        TokenKind.Equal => (BinaryOperator.Equal, 70),
        TokenKind.NotEqual => (BinaryOperator.NotEqual, 70),
        TokenKind.And => (BinaryOperator.And, 40),
        TokenKind.Or => (BinaryOperator.Or, 30),
        TokenKind.Coalesce => (BinaryOperator.Coalesce, 20),
        TokenKind.CoalesceNotNull => (BinaryOperator.CoalesceNotNull, 20),
        _ => null,
    };
}
