namespace Nurture.Templating.Syntax;

internal sealed partial class Parser
{
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
            if (_diagnostics.Count == 0)
            {
                Report(Current.Span, $"Unexpected token {Describe(Current)} while parsing expression");
            }

            return null;
        }

        var wasNewLine = Kind == TokenKind.NewLine;
        SkipNewLines();
        if (Kind != TokenKind.End)
        {
            Report(Current.Span, $"Unexpected token {Describe(Current)} after the expression.", wasNewLine ? "An expression ends with its line; continue it behind a pipe or inside brackets." : null);
            return null;
        }

        return expression;
    }
}
