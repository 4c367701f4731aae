namespace Nurture.Templating.Syntax;

internal enum TokenKind
{
    End, Raw, CodeEnter, CodeExit, NewLine, Semicolon,
    Identifier, Integer, HexInteger, BinaryInteger, Float, BinaryFloat, Text,

    /// <summary><c>$"abc{</c>: the first literal part of an interpolated string; middle and end parts follow.</summary>
    InterpolationStart, InterpolationMiddle, InterpolationEnd,

    Dot, QuestionDot, DotDot, DotDotLess, DotDotDot, Comma, Colon, Question,
    OpenParen, CloseParen, OpenBracket, CloseBracket, OpenBrace, CloseBrace,
    Assign, AddAssign, SubtractAssign, MultiplyAssign, DivideAssign, DivideIntegerAssign, ModuloAssign,
    Plus, Minus, Star, Slash, SlashSlash, Percent, PlusPlus, MinusMinus,
    Equal, NotEqual, Less, LessOrEqual, Greater, GreaterOrEqual,
    And, Or, Not, Coalesce, CoalesceNotNull, ShiftLeft, ShiftRight,
    Pipe, Ampersand, Caret, At, Invalid,
}

/// <summary>
/// A word of the source. <paramref name="Text"/> is the name of an identifier, the decoded value of a string part, or the
/// raw text that is left after whitespace control.
/// </summary>
internal readonly record struct Token(TokenKind Kind, SourceSpan Span, string? Text = null)
{
    public bool IsName(string name) => Kind == TokenKind.Identifier && Text == name;

    public bool EndsStatement => Kind is TokenKind.NewLine or TokenKind.Semicolon or TokenKind.CodeExit or TokenKind.Raw or TokenKind.End;
}
