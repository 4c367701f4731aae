namespace Nurture.Templating.Syntax;

/// <summary>Raw text, the borders of code blocks, escape blocks, and what <c>-</c> and <c>~</c> remove around them.</summary>
internal sealed partial class Lexer
{
    private enum Trim { None, All, Line }

    private void ReadRawAndCode()
    {
        var trimNext = Trim.None;
        while (!IsAtEnd)
        {
            var opening = FindOpening(_at, out var percents);
            var trimBefore = opening < 0 ? Trim.None : TrimAt(opening + 2 + percents);
            AddRaw(opening < 0 ? _text.Length : opening, trimNext, trimBefore);
            if (opening < 0)
            {
                return;
            }

            trimNext = percents == 0 ? ReadBlock(trimBefore) : ReadEscapeBlock(percents, trimBefore);
        }
    }

    /// <summary>The next <c>{{</c>, or <c>{%{</c> with any number of percent signs; -1 when there is none.</summary>
    private int FindOpening(int from, out int percents)
    {
        percents = 0;
        for (var at = _text.IndexOf('{', from); at >= 0 && at + 1 < _text.Length; at = _text.IndexOf('{', at + 1))
        {
            if (_text[at + 1] == '{')
            {
                return at;
            }

            var count = 0;
            while (at + 1 + count < _text.Length && _text[at + 1 + count] == '%')
            {
                count++;
            }

            if (count > 0 && at + 1 + count < _text.Length && _text[at + 1 + count] == '{')
            {
                percents = count;
                return at;
            }
        }

        return -1;
    }

    private Trim TrimAt(int offset) =>
        offset >= _text.Length ? Trim.None : _text[offset] switch { '-' => Trim.All, '~' => Trim.Line, _ => Trim.None };

    private Trim ReadBlock(Trim trimBefore)
    {
        var start = Mark();
        StepTo(_at + (trimBefore == Trim.None ? 2 : 3));
        Add(TokenKind.CodeEnter, start, trimBefore == Trim.None ? null : "trimmed");
        while (ReadCodeToken())
        {
        }

        if (IsAtEnd)
        {
            return Trim.None;
        }

        start = Mark();
        var trimAfter = TrimAt(_at);
        StepTo(_at + (trimAfter == Trim.None ? 2 : 3));
        Add(TokenKind.CodeExit, start);
        return trimAfter;
    }

    private Trim ReadEscapeBlock(int percents, Trim trimBefore)
    {
        var start = Mark();
        StepTo(_at + 2 + percents + (trimBefore == Trim.None ? 0 : 1));
        var closing = "}" + new string('%', percents) + "}";
        var end = _text.IndexOf(closing, _at, StringComparison.Ordinal);
        if (end < 0)
        {
            AddRaw(_text.Length, Trim.None, Trim.None);
            return Trim.None;
        }

        var trimAfter = end > _at ? TrimAt(end - 1) : Trim.None;
        AddRaw(trimAfter == Trim.None ? end : end - 1, Trim.None, Trim.None);
        StepTo(end + closing.Length);
        _escapeBlocks.Add(SpanFrom(start));
        return trimAfter;
    }

    /// <summary>Adds the raw text up to an offset, without what the markers on its two sides take away.</summary>
    private void AddRaw(int end, Trim trimStart, Trim trimEnd)
    {
        var (from, to) = (_at, end);
        if (trimStart != Trim.None)
        {
            while (from < to && char.IsWhiteSpace(_text[from]))
            {
                if (_text[from++] == '\n' && trimStart == Trim.Line)
                {
                    break;
                }
            }
        }

        if (trimEnd != Trim.None)
        {
            while (to > from && char.IsWhiteSpace(_text[to - 1]) && !(trimEnd == Trim.Line && _text[to - 1] == '\n'))
            {
                to--;
            }
        }

        StepTo(from);
        var start = Mark();
        StepTo(to);
        if (to > from)
        {
            Add(TokenKind.Raw, start, _text[from..to]);
        }

        StepTo(end);
    }
}
