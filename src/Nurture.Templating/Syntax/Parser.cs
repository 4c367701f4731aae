using System.Runtime.CompilerServices;

namespace Nurture.Templating.Syntax;

/// <summary>
/// Recursive descent over the tokens of one source. Collects diagnostics and never throws; depth is counted, so that
/// hostile nesting ends in a diagnostic too.
/// </summary>
internal sealed partial class Parser
{
    public const int DefaultDepthLimit = 250;

    // Operators that follow each other on one level make a deep tree without any nesting in the text.
    private const int MaxTreeHeight = 1000;

    private readonly LexedSource _source;
    private readonly Token[] _tokens;
    private readonly int _depthLimit;
    private readonly bool _recovers;
    private readonly List<TemplateDiagnostic> _diagnostics = [];

    private int _position;
    private int _depth;

    // The height of the tree of the expression that was parsed last.
    private int _height;
    private bool _hasGivenUp;

    // Inside [ ] and { } a newline is a blank.
    private bool _ignoresNewLines;

    /// <param name="recovers">Whether it goes on behind a mistake, so that others are found too. As published, what stands there is another.</param>
    public Parser(LexedSource source, int depthLimit = DefaultDepthLimit, bool recovers = true)
    {
        _source = source;
        _tokens = source.Tokens;
        _depthLimit = depthLimit;
        _recovers = recovers;
    }

    /// <summary>What was wrong, the parser's findings before the lexer's.</summary>
    public IReadOnlyList<TemplateDiagnostic> Diagnostics => [.. _diagnostics, .. _source.Diagnostics];

    private Token Current => _tokens[_position];

    private TokenKind Kind => _tokens[_position].Kind;

    private Token Next => _tokens[Math.Min(_position + 1, _tokens.Length - 1)];

    private Token Previous => _tokens[Math.Max(_position - 1, 0)];

    private bool IsAdjacent => _position > 0 && Previous.Kind != TokenKind.NewLine && Previous.Span.End == Current.Span.Start;

    private Token Take()
    {
        var token = Current;
        if (_position < _tokens.Length - 1)
        {
            _position++;
        }

        if (_ignoresNewLines)
        {
            SkipNewLines();
        }

        return token;
    }

    private bool TryTake(TokenKind kind)
    {
        if (Kind != kind)
        {
            return false;
        }

        Take();
        return true;
    }

    private void SkipNewLines()
    {
        while (Kind == TokenKind.NewLine)
        {
            _position++;
        }
    }

    private SourceSpan SpanFrom(SourceSpan start)
    {
        var end = start.End;
        for (var i = _position - 1; i >= 0; i--)
        {
            if (_tokens[i].Kind != TokenKind.NewLine)
            {
                end = Math.Max(end, _tokens[i].Span.End);
                break;
            }
        }

        return start with { Length = end - start.Start };
    }

    private void Report(SourceSpan span, Wording message, Wording? hint = null)
    {
        var isSaid = _recovers && _diagnostics is [.., var last] && last.Span.Start == span.Start;
        if (!_hasGivenUp && !isSaid && _diagnostics.Count < LexedSource.MaxDiagnostics)
        {
            _diagnostics.Add(new TemplateDiagnostic(span, message, hint));
        }
    }

    /// <summary>Reports and ends the parsing: what follows could only be noise.</summary>
    private void GiveUp(SourceSpan span, Wording message, Wording? hint = null)
    {
        Report(span, message, hint);
        _hasGivenUp = true;
        _position = _tokens.Length - 1;
    }

    private void ReportExpected(string what, Wording kind, string sketch) =>
        Report(Current.Span, $"Error while parsing {kind}: Expecting {what} instead of {Describe(Current)} in: {sketch}");

    private bool Enter()
    {
        if (++_depth <= _depthLimit && RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            return true;
        }

        GiveUp(Current.Span, $"The statement depth limit `{_depthLimit}` was reached when parsing this statement", "Nest less deeply.");
        return false;
    }

    private void Leave() => _depth--;

    /// <summary>The token as a message quotes it.</summary>
    private Wording Describe(Token token) => token.Kind switch
    {
        TokenKind.End => Wording.Verbatim("`<EOF>`"),
        TokenKind.Raw => "the text after the code",
        _ => $"`{_source.Text.Substring(token.Span.Start, token.Span.Length).Replace("\r", "\\r").Replace("\n", "\\n").Replace("\t", "\\t")}`",
    };
}
