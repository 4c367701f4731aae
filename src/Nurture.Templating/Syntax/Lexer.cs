using System.Text;

namespace Nurture.Templating.Syntax;

/// <summary>
/// Cuts source into tokens. A template is raw text with <c>{{ code }}</c>; an expression is code alone. Never throws: what
/// cannot be read becomes a diagnostic, and the lexer goes on behind it.
/// </summary>
internal sealed partial class Lexer
{
    private const char EndOfText = '\0';

    private readonly string _text;
    private readonly bool _isCodeOnly;
    private readonly bool _recovers;
    private readonly List<Token> _tokens = [];
    private readonly List<TemplateDiagnostic> _diagnostics = [];
    private readonly List<SourceSpan> _escapeBlocks = [];

    // The quote of each interpolated string that is open around the current position, innermost last, with the number of
    // braces that were open outside it.
    private readonly Stack<(char Quote, int OuterBraces)> _interpolations = new();

    // The last character of a string that does not end.
    private Position? _unterminated;

    private int _at;
    private int _line = 1;
    private int _lineStart;
    private int _openBraces;

    private Lexer(string text, bool isCodeOnly, bool recovers)
    {
        _text = text;
        _isCodeOnly = isCodeOnly;
        _recovers = recovers;
    }

    /// <param name="recovers">Whether what is read goes on as if a mistake had not been made, so that one is said once.</param>
    public static LexedSource ReadTemplate(string text, bool recovers = true)
    {
        var lexer = new Lexer(text, isCodeOnly: false, recovers);
        lexer.ReadRawAndCode();
        return lexer.Finish();
    }

    public static LexedSource ReadCode(string text, bool recovers = true)
    {
        var lexer = new Lexer(text, isCodeOnly: true, recovers);
        while (lexer.ReadCodeToken())
        {
        }

        return lexer.Finish();
    }

    private LexedSource Finish()
    {
        _tokens.Add(new Token(TokenKind.End, SpanFrom(Mark())));
        return new LexedSource(_text, _tokens.ToArray(), _diagnostics, _escapeBlocks);
    }

    private char Current => _at < _text.Length ? _text[_at] : EndOfText;

    private char Ahead(int distance = 1) => _at + distance < _text.Length ? _text[_at + distance] : EndOfText;

    private bool IsAtEnd => _at >= _text.Length;

    private readonly record struct Position(int Offset, int Line, int Column);

    private Position Mark() => new(_at, _line, _at - _lineStart + 1);

    private SourceSpan SpanFrom(Position start) => new(start.Offset, _at - start.Offset, start.Line, start.Column);

    private void Step()
    {
        if (_text[_at++] == '\n')
        {
            _line++;
            _lineStart = _at;
        }
    }

    private void StepTo(int offset)
    {
        while (_at < offset)
        {
            Step();
        }
    }

    private void Add(TokenKind kind, Position start, string? text = null) => _tokens.Add(new Token(kind, SpanFrom(start), text));

    private void Report(Position start, Wording message, Wording? hint = null)
    {
        if (_diagnostics.Count < LexedSource.MaxDiagnostics)
        {
            _diagnostics.Add(new TemplateDiagnostic(SpanFrom(start), message, hint));
        }
    }

    /// <summary>Reads one token of code; false at the end of the text or of the code block.</summary>
    private bool ReadCodeToken()
    {
        SkipBlanksAndComments();
        if (IsAtEnd)
        {
            return false;
        }

        var start = Mark();
        var c = Current;
        if (c is '\n' or '\r')
        {
            ReadNewLines(start);
            return true;
        }

        if (IsCodeExit())
        {
            return false;
        }

        if (char.IsLetter(c) || c == '_' || c == '$' && Ahead() is not ('"' or '\''))
        {
            ReadIdentifier(start);
        }
        else if (c == '$')
        {
            Step();
            _interpolations.Push((Current, _openBraces));
            _openBraces = 0;
            Step();
            ReadInterpolationPart(start, TokenKind.InterpolationStart);
        }
        else if (char.IsAsciiDigit(c))
        {
            ReadNumber(start);
        }
        else if (c is '"' or '\'')
        {
            Step();
            var value = new StringBuilder();
            ReadQuoted(start, c, value, isInterpolated: false);
            AddText(TokenKind.Text, start, value.ToString());
        }
        else if (c == '`')
        {
            ReadVerbatim(start);
        }
        else if (c == '}' && _interpolations.Count > 0)
        {
            Step();
            ReadInterpolationPart(start, TokenKind.InterpolationMiddle);
        }
        else
        {
            ReadPunctuation(start);
        }

        return true;
    }

    private bool IsCodeExit() =>
        !_isCodeOnly && _interpolations.Count == 0 &&
        (Current is '-' or '~'
            ? Ahead() == '}' && Ahead(2) == '}' && _openBraces == 0
            : Current == '}' && Ahead() == '}' && _openBraces == 0);

    private void SkipBlanksAndComments()
    {
        while (!IsAtEnd)
        {
            if (Current == '#')
            {
                SkipComment();
            }
            else if (Current is not ('\n' or '\r') && char.IsWhiteSpace(Current))
            {
                Step();
            }
            else
            {
                return;
            }
        }
    }

    /// <summary><c># …</c> to the end of the line, <c>## … ##</c> over lines; both end before the end of the block too.</summary>
    private void SkipComment()
    {
        var isMultiLine = Ahead() == '#';
        StepTo(_at + (isMultiLine ? 2 : 1));
        while (!IsAtEnd)
        {
            if (isMultiLine && Current == '#' && Ahead() == '#')
            {
                StepTo(_at + 2);
                return;
            }

            if (!isMultiLine && Current is '\n' or '\r' || !_isCodeOnly && StartsBlockExit())
            {
                return;
            }

            Step();
        }
    }

    private bool StartsBlockExit() =>
        Current is '-' or '~' ? Ahead() == '}' && Ahead(2) == '}' : Current == '}' && Ahead() == '}';

    /// <summary>Lines that follow each other end one statement, so they are one token, placed at the first of them.</summary>
    private void ReadNewLines(Position start)
    {
        Step();
        Add(TokenKind.NewLine, start);
        while (!IsAtEnd)
        {
            if (Current == '#')
            {
                SkipComment();
            }
            else if (char.IsWhiteSpace(Current))
            {
                Step();
            }
            else
            {
                return;
            }
        }
    }

    private void ReadIdentifier(Position start)
    {
        if (Current == '$')
        {
            Step();
            if (Current == '$')
            {
                Step();
                Add(TokenKind.Identifier, start, "$$");
                return;
            }
        }

        while (!IsAtEnd && (char.IsLetterOrDigit(Current) || Current == '_'))
        {
            Step();
        }

        Add(TokenKind.Identifier, start, _text[start.Offset.._at]);
    }
}

/// <summary>A text cut into tokens, the last of which is <see cref="TokenKind.End"/>.</summary>
/// <param name="EscapeBlocks">Where <c>{%{ … }%}</c> stand, with their borders; of these the tokens have what is inside alone.</param>
internal sealed record LexedSource(string Text, Token[] Tokens, IReadOnlyList<TemplateDiagnostic> Diagnostics, IReadOnlyList<SourceSpan> EscapeBlocks)
{
    /// <summary>Nobody reads more; what is not even a template may have one a character.</summary>
    public const int MaxDiagnostics = 200;
}
