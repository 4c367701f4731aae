namespace Nurture.Templating.Syntax;

/// <summary>Statements that are not blocks, and what surrounds them: text, borders of code, ends of lines.</summary>
internal sealed partial class Parser
{
    private static readonly string[] BlockEnds = ["end", "else", "when"];

    // The indent of the code block that is being read, see Statement.Indent.
    private string? _indent;

    public Expression? ParseWholeExpression()
    {
        SkipNewLines();
        if (Kind == TokenKind.End)
        {
            Report(Current.Span, "Expecting an expression, but the text is empty.");
            return null;
        }

        var expression = ParseValue();
        if (expression is null)
        {
            ReportUnlessReported($"Unexpected token {Describe(Current)} while parsing expression");
            return null;
        }

        var wasNewLine = Kind == TokenKind.NewLine;
        SkipNewLines();
        if (Kind != TokenKind.End)
        {
            Report(Current.Span, $"Unexpected token {Describe(Current)} after the expression.",
                wasNewLine ? "An expression ends with its line; continue it behind a pipe or inside brackets." : null);
            return null;
        }

        return expression;
    }

    public Block ParseTemplate()
    {
        var statements = new List<Statement>();
        while (true)
        {
            ParseStatements(statements);
            if (Kind == TokenKind.End)
            {
                return new Block(statements);
            }

            if (Current.IsName("end"))
            {
                Report(Current.Span, "Found <end> statement without a corresponding beginning of a block");
                SkipStatement();
                continue;
            }

            // One mistake, said once: the `end` that its author wrote for it ends it.
            Report(Current.Span, $"A {Current.Text} condition must be preceded by another if/else/when condition or a for loop.");
            SkipStatement();
            ParseStatements(statements);
            if (Current.IsName("end"))
            {
                SkipStatement();
            }
        }
    }

    private void ReportUnlessReported(Wording message)
    {
        if (_diagnostics.Count == 0 && (_source.Diagnostics.Count == 0 || !_recovers))
        {
            Report(Current.Span, message);
        }
    }

    /// <summary>Reads up to the end of the text or to a word that ends or divides a block, which is left standing.</summary>
    private void ParseStatements(List<Statement> statements)
    {
        while (true)
        {
            switch (Kind)
            {
                case TokenKind.End:
                    return;
                case TokenKind.Raw:
                    var text = Take();
                    statements.Add(new Statement.Text(text.Text!, text.Span));
                    break;
                case TokenKind.CodeEnter:
                    _indent = IndentBefore(Current);
                    Take();
                    break;
                case TokenKind.CodeExit:
                    _indent = null;
                    Take();
                    break;
                case TokenKind.NewLine or TokenKind.Semicolon:
                    Take();
                    break;
                default:
                    if (IsBlockEnd())
                    {
                        return;
                    }

                    var indent = _indent;
                    if (ParseStatement() is { } statement)
                    {
                        statements.Add(indent is null ? statement : statement with { Indent = indent });
                    }

                    ExpectEndOfStatement();
                    break;
            }
        }
    }

    private bool IsBlockEnd() => Kind == TokenKind.Identifier && BlockEnds.Contains(Current.Text);

    private string? IndentBefore(Token enter)
    {
        if (enter.Text is not null || _position == 0 || Previous.Kind != TokenKind.Raw)
        {
            return null;
        }

        var raw = Previous.Text!;
        var lineStart = raw.LastIndexOf('\n') + 1;
        var beginsLine = lineStart > 0 || Previous.Span.Column == 1;
        var blanks = raw.AsSpan(lineStart);
        return beginsLine && blanks.Length > 0 && blanks.IsWhiteSpace() ? blanks.ToString() : null;
    }

    private void ExpectEndOfStatement()
    {
        if (!Current.EndsStatement)
        {
            GiveUp(Current.Span, $"Invalid token found {Describe(Current)}. Expecting <EOL>/end of line.");
        }
    }

    private void SkipStatement()
    {
        while (!Current.EndsStatement)
        {
            Take();
        }
    }

    private Statement? ParseStatement()
    {
        if (Kind == TokenKind.Identifier)
        {
            var isLoopMember = Next.Kind is TokenKind.Dot or TokenKind.QuestionDot;
            switch (Current.Text)
            {
                case "if": return ParseIf();
                case "case": return ParseCase();
                case "for" or "tablerow" when !isLoopMember: return ParseFor();
                case "while" when !isLoopMember: return ParseWhile();
                case "capture": return ParseCapture();
                case "with": return ParseWith();
                case "wrap": return ParseWrap();
                case "func": return ParseFunction();
                case "import": return ParseImport();
                case "readonly": return ParseReadOnly();
                case "ret": return ParseReturn();
                case "break": return new Statement.Break(Take().Span);
                case "continue": return new Statement.Continue(Take().Span);
            }
        }

        return ParseAssignmentOrPrint();
    }

    private Statement? ParseAssignmentOrPrint()
    {
        var start = Current;
        var expression = ParseExpression();
        if (expression is null)
        {
            ReportUnlessReported($"Unexpected token {Describe(start)} while parsing expression");
            if (_recovers)
            {
                SkipStatement();
            }

            return null;
        }

        if (!IsAssignment(Kind))
        {
            return new Statement.Print(expression, expression.Span);
        }

        if (Kind == TokenKind.Assign && expression is Expression.Call { IsPiped: false, Function: Expression.Name name } call && ParametersOf(call) is { } parameters)
        {
            return ParseInlineFunction(name, parameters, start.Span);
        }

        var target = CheckTarget(expression);
        var @operator = CompoundOperator(Take().Kind);
        if (ParseValue() is not { } value)
        {
            ReportExpected("<expression>", "assign expression", AssignmentSketch);
            return null;
        }

        return new Statement.Assign(target, @operator, value, SpanFrom(start.Span));
    }

    private Expression CheckTarget(Expression target)
    {
        while (target is Expression.Group group)
        {
            target = group.Inner;
        }

        if (target is not (Expression.Name or Expression.Member or Expression.Index))
        {
            Report(target.Span, "Unsupported target expression for assignment.", "Assign to a variable, a member or an element.");
        }
        else if (target is Expression.Name { Identifier: "this" })
        {
            Report(target.Span, "Cannot assign to `this`.", "Assign to a member of it: this.name = value.");
        }

        return target;
    }

    private Statement? ParseImport()
    {
        var start = Take();
        if (ParseValue() is not { } source)
        {
            ReportExpected("<expression>", "import statement", "import <expression>");
            return null;
        }

        return new Statement.Import(source, SpanFrom(start.Span));
    }

    private Statement? ParseReadOnly()
    {
        var start = Take();
        if (Kind != TokenKind.Identifier)
        {
            ReportExpected("<variable>", "readonly statement", "readonly <variable>");
            return null;
        }

        var name = Take();
        return new Statement.ReadOnly(new Expression.Name(name.Text!, name.Span), SpanFrom(start.Span));
    }

    private Statement ParseReturn()
    {
        var start = Take();
        var value = Current.EndsStatement ? null : ParseValue();
        return new Statement.Return(value, SpanFrom(start.Span));
    }
}
