namespace Nurture.Templating.Syntax;

/// <summary>Statements that hold others, up to their <c>end</c>.</summary>
internal sealed partial class Parser
{
    private const string IfSketch = "if <expression> ... end|else|else if";
    private const string ForSketch = "for <variable> in <expression> ... end";

    private Block ParseBody()
    {
        var statements = new List<Statement>();
        if (Enter())
        {
            ParseStatements(statements);
            Leave();
        }

        return new Block(statements);
    }

    /// <summary>Takes <c>end</c>, or says that the block opened at a place has none.</summary>
    private void ExpectEnd(Token opening, Wording kind, string sketch)
    {
        if (Current.IsName("end"))
        {
            Take();
        }
        else if (Kind == TokenKind.End)
        {
            // As published, this is said of a block that was left in the middle too.
            _hasGivenUp &= _recovers;
            Report(opening.Span, $"Error while parsing {kind}: The <end> statement was not found in: {sketch}");
        }
        else
        {
            Report(Current.Span, $"Unexpected {Describe(Current)} in {kind}: {sketch}");
            SkipStatement();
        }
    }

    private Expression? ParseHeader(Wording kind, string sketch)
    {
        var value = ParseValue();
        if (value is null)
        {
            ReportExpected("<expression>", kind, sketch);
            SkipStatement();
        }

        ExpectEndOfStatement();
        return value;
    }

    private Statement? ParseIf()
    {
        var opening = Current;
        var branches = new List<Conditional>();
        Block? otherwise = null;
        var isComplete = true;
        while (true)
        {
            Take();
            if (ParseHeader("if statement", IfSketch) is { } condition)
            {
                branches.Add(new Conditional(condition, ParseBody()));
            }
            else
            {
                isComplete = false;
                ParseBody();
            }

            if (!Current.IsName("else"))
            {
                break;
            }

            Take();
            if (Current.IsName("if"))
            {
                continue;
            }

            ExpectEndOfStatement();
            otherwise = ParseBody();
            break;
        }

        ExpectEnd(opening, "if statement", IfSketch);
        return isComplete ? new Statement.If(branches, otherwise, SpanFrom(opening.Span)) : null;
    }

    private Statement? ParseCase()
    {
        const string sketch = "case <expression> ... when <expression> ... else ... end";
        var opening = Take();
        var subject = ParseHeader("case statement", sketch);
        var whens = new List<When>();
        Block? otherwise = null;
        SkipToFirstWhen();
        while (Current.IsName("when"))
        {
            Take();
            var values = ParseWhenValues();
            ExpectEndOfStatement();
            whens.Add(new When(values, ParseBody()));
        }

        if (Current.IsName("else") && whens.Count > 0)
        {
            Take();
            ExpectEndOfStatement();
            otherwise = ParseBody();
        }

        ExpectEnd(opening, "case statement", sketch);
        return subject is null ? null : new Statement.Case(subject, whens, otherwise, SpanFrom(opening.Span));
    }

    /// <summary>Text before the first <c>when</c> is dropped, code there is a mistake.</summary>
    private void SkipToFirstWhen()
    {
        while (Kind != TokenKind.End && !IsBlockEnd())
        {
            if (Kind is not (TokenKind.Raw or TokenKind.CodeEnter or TokenKind.CodeExit or TokenKind.NewLine or TokenKind.Semicolon))
            {
                Report(Current.Span, $"Unexpected statement/expression {Describe(Current)} in the body of a `case` statement. Only `when`/`else` are expected.");
                SkipStatement();
                continue;
            }

            Take();
        }
    }

    private List<Expression> ParseWhenValues()
    {
        var values = new List<Expression>();
        do
        {
            // `||` divides the values like the comma, so it is not read as an operator here.
            if (ParseOperation(30, mayCall: true) is not { } value)
            {
                ReportExpected("<expression>", "when statement", "when <expression>, <expression>");
                SkipStatement();
                break;
            }

            values.Add(value);
        }
        while (TryTake(TokenKind.Comma) || TryTake(TokenKind.Or));
        return values;
    }

    private Statement? ParseFor()
    {
        var opening = Take();
        var isTable = opening.IsName("tablerow");
        Wording kind = isTable ? "tablerow statement" : "for statement";
        var variable = ParseCallOrTerm(mayCall: false);
        Expression? source = null;
        var options = new LoopOptions(null, null, null, false, isTable);
        if (variable is null)
        {
            ReportExpected("<variable>", kind, ForSketch);
            SkipStatement();
        }
        else if (!Current.IsName("in"))
        {
            Report(opening.Span, $"Error while parsing {kind}: Expecting 'in' word instead of {Describe(Current)} in: {ForSketch}");
            SkipStatement();
        }
        else
        {
            variable = CheckTarget(variable);
            Take();
            _stopsAtLoopOptions = true;
            source = ParseValue();
            if (source is null)
            {
                ReportExpected("<expression>", kind, ForSketch);
                SkipStatement();
            }
            else
            {
                options = ParseLoopOptions(options);
            }

            _stopsAtLoopOptions = false;
        }

        ExpectEndOfStatement();
        var body = ParseBody();
        Block? otherwise = null;
        if (Current.IsName("else"))
        {
            Take();
            ExpectEndOfStatement();
            otherwise = ParseBody();
        }

        ExpectEnd(opening, kind, ForSketch);
        return source is null ? null : new Statement.For(variable!, source, options, body, otherwise, SpanFrom(opening.Span));
    }

    private LoopOptions ParseLoopOptions(LoopOptions options)
    {
        while (Kind == TokenKind.Identifier)
        {
            var name = Take();
            if (name.Text == "reversed")
            {
                options = options with { IsReversed = true };
                continue;
            }

            if (name.Text is not ("offset" or "limit" or "cols") || name.Text == "cols" && !options.IsTable || !TryTake(TokenKind.Colon))
            {
                Report(name.Span, $"Unsupported argument `{name.Text}` of a loop.", $"There are offset: n, limit: n{(options.IsTable ? ", cols: n" : "")} and reversed.");
                SkipStatement();
                return options;
            }

            if (ParseOperation(0, mayCall: false) is not { } value)
            {
                ReportExpected("<expression>", "for statement", ForSketch);
                return options;
            }

            options = name.Text switch
            {
                "offset" => options with { Offset = value },
                "limit" => options with { Limit = value },
                _ => options with { Columns = value },
            };
        }

        return options;
    }

    private Statement? ParseWhile()
    {
        const string sketch = "while <expression> ... end";
        var opening = Take();
        var condition = ParseHeader("while statement", sketch);
        var body = ParseBody();
        ExpectEnd(opening, "while statement", sketch);
        return condition is null ? null : new Statement.While(condition, body, SpanFrom(opening.Span));
    }

    private Statement? ParseCapture()
    {
        const string sketch = "capture <variable> ... end";
        var opening = Take();
        var target = ParseHeader("capture statement", sketch);
        var body = ParseBody();
        ExpectEnd(opening, "capture statement", sketch);
        return target is null ? null : new Statement.Capture(CheckTarget(target), body, SpanFrom(opening.Span));
    }

    private Statement? ParseWith()
    {
        const string sketch = "with <expression> ... end";
        var opening = Take();
        var target = ParseHeader("with statement", sketch);
        var body = ParseBody();
        ExpectEnd(opening, "with statement", sketch);
        return target is null ? null : new Statement.With(target, body, SpanFrom(opening.Span));
    }

    private Statement? ParseWrap()
    {
        const string sketch = "wrap <function_call> ... end";
        var opening = Take();
        var call = ParseHeader("wrap statement", sketch);
        var body = ParseBody();
        ExpectEnd(opening, "wrap statement", sketch);
        return call is null ? null : new Statement.Wrap(call, new FunctionDeclaration(null, null, body, null, opening.Span), SpanFrom(opening.Span));
    }
}
