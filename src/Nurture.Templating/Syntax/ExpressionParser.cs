namespace Nurture.Templating.Syntax;

/// <summary>Reads a whole text as one expression: the conditions of scenarios are written in it.</summary>
public static class ExpressionParser
{
    /// <summary>
    /// Never throws. Blank lines before and after the expression are allowed; within it a newline may stand inside
    /// <c>[ ]</c> and <c>{ }</c> and after a pipe, and is a mistake elsewhere.
    /// </summary>
    public static ParsedExpression Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parser = new Parser(Lexer.ReadCode(text));
        var root = parser.ParseWholeExpression();
        var diagnostics = parser.Diagnostics;
        return new ParsedExpression(text, diagnostics.Count == 0 ? root : null, diagnostics);
    }
}
