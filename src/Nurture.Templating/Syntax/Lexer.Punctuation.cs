namespace Nurture.Templating.Syntax;

internal sealed partial class Lexer
{
    private void ReadPunctuation(Position start)
    {
        var (kind, length) = (Current, Ahead(), Ahead(2)) switch
        {
            ('.', '.', '.') => (TokenKind.DotDotDot, 3),
            ('.', '.', '<') => (TokenKind.DotDotLess, 3),
            ('/', '/', '=') => (TokenKind.DivideIntegerAssign, 3),
            ('.', '.', _) => (TokenKind.DotDot, 2),
            ('?', '.', _) => (TokenKind.QuestionDot, 2),
            ('?', '?', _) => (TokenKind.Coalesce, 2),
            ('?', '!', _) => (TokenKind.CoalesceNotNull, 2),
            ('=', '=', _) => (TokenKind.Equal, 2),
            ('!', '=', _) => (TokenKind.NotEqual, 2),
            ('<', '=', _) => (TokenKind.LessOrEqual, 2),
            ('>', '=', _) => (TokenKind.GreaterOrEqual, 2),
            ('<', '<', _) => (TokenKind.ShiftLeft, 2),
            ('>', '>', _) => (TokenKind.ShiftRight, 2),
            ('&', '&', _) => (TokenKind.And, 2),
            ('|', '|', _) => (TokenKind.Or, 2),
            ('|', '>', _) => (TokenKind.Pipe, 2),
            ('+', '=', _) => (TokenKind.AddAssign, 2),
            ('-', '=', _) => (TokenKind.SubtractAssign, 2),
            ('*', '=', _) => (TokenKind.MultiplyAssign, 2),
            ('/', '=', _) => (TokenKind.DivideAssign, 2),
            ('%', '=', _) => (TokenKind.ModuloAssign, 2),
            ('+', '+', _) => (TokenKind.PlusPlus, 2),
            ('-', '-', _) => (TokenKind.MinusMinus, 2),
            ('/', '/', _) => (TokenKind.SlashSlash, 2),
            ('.', _, _) => (TokenKind.Dot, 1),
            (',', _, _) => (TokenKind.Comma, 1),
            (':', _, _) => (TokenKind.Colon, 1),
            (';', _, _) => (TokenKind.Semicolon, 1),
            ('?', _, _) => (TokenKind.Question, 1),
            ('(', _, _) => (TokenKind.OpenParen, 1),
            (')', _, _) => (TokenKind.CloseParen, 1),
            ('[', _, _) => (TokenKind.OpenBracket, 1),
            (']', _, _) => (TokenKind.CloseBracket, 1),
            ('{', _, _) => (TokenKind.OpenBrace, 1),
            ('}', _, _) => (TokenKind.CloseBrace, 1),
            ('=', _, _) => (TokenKind.Assign, 1),
            ('+', _, _) => (TokenKind.Plus, 1),
            ('-', _, _) => (TokenKind.Minus, 1),
            ('*', _, _) => (TokenKind.Star, 1),
            ('/', _, _) => (TokenKind.Slash, 1),
            ('%', _, _) => (TokenKind.Percent, 1),
            ('<', _, _) => (TokenKind.Less, 1),
            ('>', _, _) => (TokenKind.Greater, 1),
            ('!', _, _) => (TokenKind.Not, 1),
            ('|', _, _) => (TokenKind.Pipe, 1),
            ('&', _, _) => (TokenKind.Ampersand, 1),
            ('^', _, _) => (TokenKind.Caret, 1),
            ('@', _, _) => (TokenKind.At, 1),
            _ => (TokenKind.Invalid, 1),
        };
        StepTo(_at + length);
        _openBraces += kind switch { TokenKind.OpenBrace => 1, TokenKind.CloseBrace when _openBraces > 0 => -1, _ => 0 };
        Add(kind, start);
    }
}
