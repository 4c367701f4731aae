using System.Globalization;
using System.Numerics;

namespace Nurture.Templating.Syntax;

/// <summary>Literals, names, paths, explicit calls, and what stands in brackets.</summary>
internal sealed partial class Parser
{
    // Larger literals have no use, and cost more than linear time to read.
    private const int MaxLiteralDigits = 2000;

    private static readonly string[] LoopMembers = ["first", "last", "even", "odd", "index", "rindex", "length", "changed"];
    private static readonly string[] WhileMembers = ["first", "even", "odd", "index"];

    private Expression? ParseTerm()
    {
        var start = Current;
        switch (Kind)
        {
            case TokenKind.Identifier:
                return start.IsName("do") ? ParseAnonymousFunction() : ParsePath(ParseName());
            case TokenKind.Integer or TokenKind.HexInteger or TokenKind.BinaryInteger or TokenKind.Float or TokenKind.BinaryFloat:
                Take();
                return ParsePath(Leaf(new Expression.Literal(NumberOf(start), start.Span)));
            case TokenKind.Text:
                Take();
                return ParsePath(Leaf(new Expression.Literal(start.Text, start.Span)));
            case TokenKind.InterpolationStart:
                return ParseInterpolation() is { } interpolation ? ParsePath(interpolation) : null;
            case TokenKind.OpenParen:
                return ParseGroup() is { } group ? ParsePath(group) : null;
            case TokenKind.OpenBracket:
                return ParseMembersOf(ParseArray());
            case TokenKind.OpenBrace:
                return ParseMembersOf(ParseObject());
            default:
                return null;
        }
    }

    /// <summary>A list or an object that is written out has members, but <c>[1][0]</c> is a call.</summary>
    private Expression? ParseMembersOf(Expression? literal) =>
        literal is not null && Kind is TokenKind.Dot or TokenKind.QuestionDot ? ParsePath(literal) : literal;

    private Expression Leaf(Expression leaf)
    {
        _height = 1;
        return leaf;
    }

    private Expression ParseName()
    {
        var token = Take();
        var name = token.Text!;
        switch (name)
        {
            case "null": return Leaf(new Expression.Literal(null, token.Span));
            case "true": return Leaf(new Expression.Literal(true, token.Span));
            case "false": return Leaf(new Expression.Literal(false, token.Span));
        }

        if (name is "for" or "while" or "tablerow" && Kind == TokenKind.Dot && Next.Kind == TokenKind.Identifier)
        {
            var member = Next.Text!;
            var known = name == "while" ? WhileMembers : LoopMembers;
            if (!known.Contains(member) && !(name == "tablerow" && member == "col"))
            {
                Report(token.Span, $"The loop variable <{name}.{member}> is {(Wording)(name == "while" && LoopMembers.Contains(member) ? "invalid" : "not supported")}",
                    $"There are {string.Join(", ", known)}.");
            }
        }

        return Leaf(new Expression.Name(name, token.Span));
    }

    /// <summary>What may follow a term without a blank: members, indexes, explicit calls, <c>++</c> and <c>--</c>.</summary>
    private Expression? ParsePath(Expression head)
    {
        var path = head;
        while (path is not null)
        {
            if (Kind is TokenKind.Dot or TokenKind.QuestionDot)
            {
                path = ParseMember(path);
            }
            else if (Kind == TokenKind.OpenBracket && IsAdjacent)
            {
                path = ParseIndex(path, path.Span, isNullTolerant: false);
            }
            else if (Kind == TokenKind.Question && IsAdjacent && Next.Kind == TokenKind.OpenBracket && Next.Span.Start == Current.Span.End)
            {
                Take();
                path = ParseIndex(path, path.Span, isNullTolerant: true);
            }
            else if (Kind == TokenKind.OpenParen && IsAdjacent && path is not Expression.Literal)
            {
                path = ParseExplicitCall(path);
            }
            else if (Kind is TokenKind.PlusPlus or TokenKind.MinusMinus && IsAdjacent && path is Expression.Name or Expression.Member or Expression.Index)
            {
                var kind = Take().Kind;
                return Combined(0, MakeIncrement(path, kind, isPrefix: false, SpanFrom(path.Span)));
            }
            else
            {
                return path;
            }
        }

        return null;
    }

    private Expression? ParseMember(Expression target)
    {
        var isNullTolerant = Take().Kind == TokenKind.QuestionDot;
        var height = _height;
        if (Kind != TokenKind.Identifier)
        {
            Report(Current.Span, $"Unexpected token {Describe(Current)} after a dot. Expecting the name of a member.");
            return null;
        }

        var name = Take().Text!;
        if (name is "empty" or "blank" && Kind == TokenKind.Question && IsAdjacent)
        {
            Take();
            name += "?";
        }

        _height = height;
        return Combined(0, new Expression.Member(target, name, isNullTolerant, SpanFrom(target.Span)));
    }

    private Expression? ParseIndex(Expression target, SourceSpan start, bool isNullTolerant)
    {
        var height = _height;
        var outer = (_ignoresNewLines, _stopsAtLoopOptions, _openChoices);
        (_ignoresNewLines, _stopsAtLoopOptions, _openChoices) = (true, false, 0);
        Take();
        var at = ParseValue();
        if (at is null)
        {
            ReportExpected("<index_expression>", "indexer expression", "<expression>[<index_expression>]");
        }

        (_ignoresNewLines, _stopsAtLoopOptions, _openChoices) = outer;
        if (!TryTake(TokenKind.CloseBracket))
        {
            Report(Current.Span, $"Unexpected {Describe(Current)}. Expecting ']'");
            return null;
        }

        return at is null ? null : Combined(height, new Expression.Index(target, at, isNullTolerant, SpanFrom(start)));
    }

    private Expression? ParseExplicitCall(Expression function)
    {
        var height = _height;
        var outer = (_stopsAtLoopOptions, _openChoices);
        (_stopsAtLoopOptions, _openChoices) = (false, 0);
        Take();
        var arguments = new List<Argument>();
        while (Kind != TokenKind.CloseParen)
        {
            string? name = null;
            if (IsNamedArgument())
            {
                name = Take().Text;
                Take();
            }

            var value = ParseValue();
            if (value is null)
            {
                Report(Current.Span, $"Expecting an <expression> for the argument instead of {Describe(Current)}");
                return null;
            }

            height = Math.Max(height, _height);
            arguments.Add(new Argument(name, value));
            if (!TryTake(TokenKind.Comma))
            {
                break;
            }
        }

        (_stopsAtLoopOptions, _openChoices) = outer;
        if (!TryTake(TokenKind.CloseParen))
        {
            Report(Current.Span, $"Invalid token {Describe(Current)}. Expecting a closing `)`.");
            return null;
        }

        return Combined(height, new Expression.Call(function, arguments, false, SpanFrom(function.Span)));
    }

    private Expression? ParseGroup()
    {
        var outer = (_stopsAtLoopOptions, _openChoices);
        (_stopsAtLoopOptions, _openChoices) = (false, 0);
        var start = Take();
        var inner = ParseValue();
        if (inner is null)
        {
            Report(Current.Span, $"Expecting an <expression> instead of {Describe(Current)} in: ( <expression> )");
            return null;
        }

        (_stopsAtLoopOptions, _openChoices) = outer;
        if (!TryTake(TokenKind.CloseParen))
        {
            Report(Current.Span, $"Invalid token {Describe(Current)}. Expecting a closing `)`.");
            return null;
        }

        return Combined(0, new Expression.Group(inner, SpanFrom(start.Span)));
    }

    private Expression? ParseArray()
    {
        var outer = (_ignoresNewLines, _stopsAtLoopOptions, _openChoices);
        (_ignoresNewLines, _stopsAtLoopOptions, _openChoices) = (true, false, 0);
        var start = Take();
        var items = new List<Expression>();
        var height = 0;
        while (Kind != TokenKind.CloseBracket && ParseValue() is { } item)
        {
            items.Add(item);
            height = Math.Max(height, _height);
            if (!TryTake(TokenKind.Comma))
            {
                break;
            }
        }

        (_ignoresNewLines, _stopsAtLoopOptions, _openChoices) = outer;
        if (!TryTake(TokenKind.CloseBracket))
        {
            Report(Current.Span, $"Unexpected token found {Describe(Current)} while expecting `]`.");
            return null;
        }

        _height = height;
        return Combined(0, new Expression.ArrayLiteral(items, SpanFrom(start.Span)));
    }

    private Expression? ParseObject()
    {
        var outer = (_ignoresNewLines, _stopsAtLoopOptions, _openChoices);
        (_ignoresNewLines, _stopsAtLoopOptions, _openChoices) = (true, false, 0);
        var start = Take();
        var members = new List<KeyValuePair<string, Expression>>();
        var isWhole = TryParseMembers(members, out var height);
        (_ignoresNewLines, _stopsAtLoopOptions, _openChoices) = outer;
        if (isWhole && !TryTake(TokenKind.CloseBrace))
        {
            Report(Current.Span, $"Unexpected token {Describe(Current)} in an object. Expecting a member name or `}}`.");
            isWhole = false;
        }

        // As published, what was read of it stands for it, and the rest for what follows.
        if (!isWhole && _recovers)
        {
            return null;
        }

        _height = height;
        return Combined(0, new Expression.ObjectLiteral(members, SpanFrom(start.Span)));
    }

    private bool TryParseMembers(List<KeyValuePair<string, Expression>> members, out int height)
    {
        height = 0;
        while (Kind is TokenKind.Identifier or TokenKind.Text)
        {
            var name = Take().Text!;
            if (!TryTake(TokenKind.Colon))
            {
                Report(Current.Span, $"Unexpected token {Describe(Current)}. Expecting a colon : after the member name in an object.");
                return false;
            }

            if (ParseValue() is not { } value)
            {
                Report(Current.Span, $"Unexpected token {Describe(Current)}. Expecting an expression for the value of the member.");
                return false;
            }

            members.Add(new(name, value));
            height = Math.Max(height, _height);
            if (!TryTake(TokenKind.Comma))
            {
                break;
            }
        }

        return true;
    }

    private Expression? ParseInterpolation()
    {
        var outer = (_ignoresNewLines, _stopsAtLoopOptions, _openChoices);
        (_ignoresNewLines, _stopsAtLoopOptions, _openChoices) = (false, false, 0);
        var start = Current;
        var parts = new List<Expression>();
        var height = 0;
        while (true)
        {
            var text = Take();
            if (text.Text!.Length > 0)
            {
                parts.Add(new Expression.Literal(text.Text, text.Span));
            }

            if (text.Kind == TokenKind.InterpolationEnd)
            {
                break;
            }

            if (ParseValue() is not { } value)
            {
                Report(Current.Span, $"Unexpected token {Describe(Current)} while parsing expression");
                return null;
            }

            parts.Add(value);
            height = Math.Max(height, _height);
            if (Kind is not (TokenKind.InterpolationMiddle or TokenKind.InterpolationEnd))
            {
                Report(Current.Span, Kind == TokenKind.Invalid
                    ? (Wording)$"Unexpected token {Describe(Current)} while parsing expression"
                    : $"Unexpected token {Describe(Current)} in an interpolated string. Expecting `}}`.");
                return null;
            }
        }

        (_ignoresNewLines, _stopsAtLoopOptions, _openChoices) = outer;
        _height = height;
        return Combined(0, new Expression.Interpolation(parts, SpanFrom(start.Span)));
    }

    private object NumberOf(Token token)
    {
        var text = _source.Text.Substring(token.Span.Start, token.Span.Length).Replace("_", "");
        if (text.Length > MaxLiteralDigits)
        {
            Report(token.Span, $"A number may not have more than {MaxLiteralDigits} digits.");
            return 0;
        }

        return token.Kind switch
        {
            TokenKind.HexInteger => FromBits(text, BigInteger.Parse("0" + text[2..].TrimEnd('u', 'U'), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)),
            TokenKind.BinaryInteger => FromBits(text, BigInteger.Parse("0" + text[2..].TrimEnd('u', 'U'), NumberStyles.AllowBinarySpecifier, CultureInfo.InvariantCulture)),
            TokenKind.Float => FloatOf(token, text),
            TokenKind.BinaryFloat => BinaryFloatOf(text),
            _ => IntegerOf(token, text),
        };
    }

    // Without a suffix the bits are those of a signed int or long, so 0xFFFFFFFF is -1.
    private static object FromBits(string text, BigInteger value) =>
        text[^1] is 'u' or 'U' ? Shrunk(value)
        : value <= uint.MaxValue ? (object)unchecked((int)(uint)value)
        : value <= ulong.MaxValue ? (object)unchecked((long)(ulong)value)
        : value;

    private static object Shrunk(BigInteger value) =>
        value >= int.MinValue && value <= int.MaxValue ? (object)(int)value
        : value >= long.MinValue && value <= long.MaxValue ? (object)(long)value
        : value;

    private object IntegerOf(Token token, string text)
    {
        var exponentAt = text.IndexOfAny(['e', 'E']);
        if (exponentAt < 0)
        {
            return Shrunk(BigInteger.Parse(text, CultureInfo.InvariantCulture));
        }

        if (!char.IsAsciiDigit(text[^1]))
        {
            // The lexer has said that a digit is missing.
            return 0;
        }

        if (!int.TryParse(text.AsSpan(exponentAt + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var exponent) || exponent > MaxLiteralDigits)
        {
            Report(token.Span, $"The exponent of a whole number must lie below {MaxLiteralDigits}.");
            return 0;
        }

        return exponent < 0
            ? double.Parse(text, CultureInfo.InvariantCulture)
            : Shrunk(BigInteger.Parse(text.AsSpan(0, exponentAt), NumberStyles.None, CultureInfo.InvariantCulture) * BigInteger.Pow(10, exponent));
    }

    /// <summary><c>0b1.1</c>: each digit behind the point is worth half of the one before.</summary>
    private static object BinaryFloatOf(string text)
    {
        var digits = text[2..].Replace(".", "");
        var decimals = text.Length - 1 - text.IndexOf('.');
        return Math.ScaleB((double)BigInteger.Parse("0" + digits, NumberStyles.AllowBinarySpecifier, CultureInfo.InvariantCulture), -decimals);
    }

    private object FloatOf(Token token, string text)
    {
        switch (text[^1])
        {
            case 'f' or 'F':
                return float.TryParse(text[..^1], NumberStyles.Float, CultureInfo.InvariantCulture, out var single) ? single : 0f;
            case 'm' or 'M':
                if (decimal.TryParse(text[..^1], NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
                {
                    return value;
                }

                Report(token.Span, "This number does not fit a decimal.");
                return 0m;
            default:
                return double.TryParse(text.TrimEnd('d', 'D'), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : 0d;
        }
    }
}
