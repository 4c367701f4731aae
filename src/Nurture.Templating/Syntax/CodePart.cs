namespace Nurture.Templating.Syntax;

/// <summary>
/// A piece of a template that is no text: <c>{{ code }}</c>, or an escape block with what it holds. For those who bring the
/// text around it into another form, and must leave the code as it is.
/// </summary>
/// <param name="Prints">Something stands in its place when the template is rendered.</param>
/// <param name="Closes">How many blocks that were opened before it end here.</param>
/// <param name="IsBetween">An <c>else</c> or <c>when</c> of a block that was opened before it.</param>
/// <param name="Opens">How many blocks begin here and end further on.</param>
/// <param name="IsLoop">One that it opens may run several times.</param>
public sealed record CodePart(SourceSpan Span, bool Prints, int Closes, bool IsBetween, int Opens, bool IsLoop)
{
    private static readonly HashSet<string> Openers = new(["if", "for", "while", "case", "capture", "with", "wrap", "tablerow", "func"], StringComparer.Ordinal);

    private static readonly HashSet<string> Silent = new(["import", "readonly", "break", "continue", "ret"], StringComparer.Ordinal);

    /// <summary>In the order of the text. What is never closed reaches to the text's end.</summary>
    public static IReadOnlyList<CodePart> In(string text)
    {
        var parts = new List<CodePart>();
        var code = new List<Token>();
        Token? enter = null;
        var source = Lexer.ReadTemplate(text);
        foreach (var token in source.Tokens)
        {
            if (token.Kind == TokenKind.CodeEnter)
            {
                enter = token;
                code.Clear();
            }
            else if (enter is { } begin && token.Kind is TokenKind.CodeExit or TokenKind.End)
            {
                parts.Add(Of(code, begin.Span with { Length = (token.Kind == TokenKind.End ? text.Length : token.Span.End) - begin.Span.Start }));
                enter = null;
            }
            else
            {
                code.Add(token);
            }
        }

        parts.AddRange(source.EscapeBlocks.Select(span => new CodePart(span, true, 0, false, 0, false)));
        return [.. parts.OrderBy(part => part.Span.Start)];
    }

    private static CodePart Of(List<Token> tokens, SourceSpan span)
    {
        var (prints, closes, isBetween, opens, isLoop) = (false, 0, false, 0, false);
        var (from, depth) = (0, 0);
        for (var i = 0; i <= tokens.Count; i++)
        {
            if (i < tokens.Count)
            {
                depth += tokens[i].Kind switch
                {
                    TokenKind.OpenParen or TokenKind.OpenBracket or TokenKind.OpenBrace => 1,
                    TokenKind.CloseParen or TokenKind.CloseBracket or TokenKind.CloseBrace => -1,
                    _ => 0,
                };
                if (depth > 0 || !tokens[i].EndsStatement)
                {
                    continue;
                }
            }

            Statement(tokens[from..i]);
            from = i + 1;
        }

        return new CodePart(span, prints, closes, isBetween, opens, isLoop);

        void Statement(List<Token> statement)
        {
            if (statement.Count == 0)
            {
                return;
            }

            // A function without a name begins in the middle of a statement.
            for (var i = 1; i < statement.Count; i++)
            {
                opens += statement[i - 1].Kind != TokenKind.Dot && (statement[i].IsName("do") || statement[i].IsName("func")) ? 1 : 0;
            }

            var word = statement[0].Kind == TokenKind.Identifier ? statement[0].Text! : "";
            if (word == "end")
            {
                (opens, closes) = opens > 0 ? (opens - 1, closes) : (opens, closes + 1);
            }
            else if (word is "else" or "when")
            {
                isBetween |= opens == 0;
            }
            else if (Openers.Contains(word))
            {
                opens++;
                isLoop |= word is "for" or "while" or "tablerow";
            }
            else if (!Silent.Contains(word) && !statement.Exists(token => token.Kind is >= TokenKind.Assign and <= TokenKind.ModuloAssign))
            {
                prints = true;
            }
        }
    }
}
