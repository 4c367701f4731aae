using System.Globalization;
using System.Text;

namespace Nurture.Templating.Syntax;

internal sealed partial class Lexer
{
    private void ReadNumber(Position start)
    {
        if (Current == '0' && (Ahead() is 'x' or 'X' or 'b' or 'B'))
        {
            ReadHexOrBinary(start, isHex: Ahead() is 'x' or 'X');
            return;
        }

        var kind = TokenKind.Integer;
        SkipDigits(allowUnderscore: true);
        var hasUnderscore = _text.AsSpan(start.Offset, _at - start.Offset).Contains('_');
        if (Current == '.' && Ahead() != '.' && !char.IsLetter(Ahead()) && Ahead() != '_')
        {
            kind = TokenKind.Float;
            Step();
            SkipDigits(allowUnderscore: false);
            if (hasUnderscore)
            {
                Report(start, "A number with a fraction cannot hold `_`.");
            }
        }

        if (Current is 'e' or 'E')
        {
            Step();
            if (Current is '+' or '-')
            {
                Step();
            }

            if (!char.IsAsciiDigit(Current))
            {
                Report(start, "Expecting at least one digit after the exponent of a number.", "Write 1e3, for example.");
            }

            SkipDigits(allowUnderscore: false);
        }

        if (Current is 'f' or 'F' or 'd' or 'D' or 'm' or 'M' && !char.IsLetterOrDigit(Ahead()))
        {
            kind = TokenKind.Float;
            Step();
        }

        Add(kind, start);
    }

    private void SkipDigits(bool allowUnderscore)
    {
        while (char.IsAsciiDigit(Current) || allowUnderscore && Current == '_')
        {
            Step();
        }
    }

    private void ReadHexOrBinary(Position start, bool isHex)
    {
        StepTo(_at + 2);
        var digits = _at;
        while (Current == '_' || (isHex ? char.IsAsciiHexDigit(Current) : Current is '0' or '1'))
        {
            Step();
        }

        if (_at == digits)
        {
            Report(start, $"Expecting at least one {(Wording)(isHex ? "hexadecimal" : "binary")} digit.");
        }

        if (!isHex && Current == '.' && Ahead() is '0' or '1')
        {
            Step();
            SkipDigits(allowUnderscore: false);
            Add(TokenKind.BinaryFloat, start);
            return;
        }

        if (Current is 'u' or 'U')
        {
            Step();
        }

        Add(isHex ? TokenKind.HexInteger : TokenKind.BinaryInteger, start);
    }

    private void ReadVerbatim(Position start)
    {
        Step();
        var value = new StringBuilder();
        var last = start;
        while (!IsAtEnd)
        {
            last = Mark();
            if (Current == '`')
            {
                Step();
                if (Current != '`')
                {
                    Add(TokenKind.Text, start, value.ToString());
                    return;
                }
            }

            value.Append(Current);
            Step();
        }

        Report(last, "Unexpected end of file while parsing a verbatim string not terminated by a `");
        _unterminated = last;
        AddText(TokenKind.Text, start, value.ToString());
    }

    /// <summary>A part of a string. As published, one that is not terminated is nothing but its last character, which fits nowhere.</summary>
    private void AddText(TokenKind kind, Position start, string text)
    {
        if (_unterminated is { } last && !_recovers)
        {
            Add(TokenKind.Invalid, last);
        }
        else
        {
            Add(kind, start, text);
        }
    }

    /// <summary>
    /// Reads from behind <c>$"</c> or <c>}</c> to the next <c>{</c> (more follows) or to the closing quote. A brace that
    /// closes an expression always goes on with the text, so an object literal cannot stand inside.
    /// </summary>
    private void ReadInterpolationPart(Position start, TokenKind kind)
    {
        var quote = _interpolations.Peek().Quote;
        var value = new StringBuilder();
        if (!ReadQuoted(start, quote, value, isInterpolated: true))
        {
            _openBraces = _interpolations.Pop().OuterBraces;
            kind = kind == TokenKind.InterpolationStart ? TokenKind.Text : TokenKind.InterpolationEnd;
        }

        AddText(kind, start, value.ToString());
    }

    /// <summary>Reads to the closing quote, or to <c>{</c> in an interpolated string: true when more of it follows.</summary>
    private bool ReadQuoted(Position start, char quote, StringBuilder value, bool isInterpolated)
    {
        var last = start;
        while (!IsAtEnd)
        {
            last = Mark();
            var c = Current;
            if (c == '\\')
            {
                ReadEscape(value, isInterpolated);
                continue;
            }

            Step();
            if (c == quote)
            {
                return false;
            }

            if (isInterpolated && c == '{')
            {
                return true;
            }

            value.Append(c);
        }

        Report(last, $"Unexpected end of file while parsing a string not terminated by a {quote}", $"The string began at line {start.Line}, column {start.Column}.");
        _unterminated = last;
        return false;
    }

    private void ReadEscape(StringBuilder value, bool isInterpolated)
    {
        var start = Mark();
        Step();
        var c = Current;
        if (!IsAtEnd)
        {
            Step();
        }

        switch (c)
        {
            case '\'' or '"' or '\\': value.Append(c); break;
            case '0': value.Append('\0'); break;
            case 'b': value.Append('\b'); break;
            case 'f': value.Append('\f'); break;
            case 'n': value.Append('\n'); break;
            case 'r': value.Append('\r'); break;
            case 't': value.Append('\t'); break;
            case 'v': value.Append('\v'); break;
            case 'u': ReadHexEscape(start, value, 4); break;
            case 'x': ReadHexEscape(start, value, 2); break;
            case '\n': break;
            case '\r':
                if (Current == '\n')
                {
                    Step();
                }

                break;
            case '{' when isInterpolated: value.Append('{'); break;
            default:
                Report(start, $"Unexpected escape character `{c}` in string.", @"Allowed are \' \"" \\ \0 \b \f \n \r \t \v \u0000 \x00; write \\ for a backslash.");
                break;
        }
    }

    private void ReadHexEscape(Position start, StringBuilder value, int digits)
    {
        var from = _at;
        while (_at - from < digits && char.IsAsciiHexDigit(Current))
        {
            Step();
        }

        if (_at - from < digits)
        {
            Report(start, $"Expecting {digits} hexadecimal digits in an escape of a string.");
            return;
        }

        value.Append((char)int.Parse(_text.AsSpan(from, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
    }
}
