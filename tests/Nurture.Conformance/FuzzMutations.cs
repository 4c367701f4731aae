using Nurture.Templating;
using Nurture.Templating.Builtins;
using Nurture.Templating.Runtime;
using Nurture.Templating.Syntax;

namespace Nurture.Conformance;

/// <summary>Templates out of templates: characters, tokens and halves exchanged, values taken to their ends, all by one seeded generator.</summary>
internal sealed class FuzzMutations(IReadOnlyList<string> corpus, Random random)
{
    private const int MaxLength = 20_000;
    private const string Marks = "{}()[]|.$?:;-~%\"'`\\^@\n\0#&<>=!*/+,_ \t\r\u00e9\u65e5\ud83d\ude00\uffff";

    private static readonly string[] Words =
    [
        "if", "else", "end", "for", "in", "case", "when", "while", "break", "continue", "func", "import", "readonly", "with", "capture", "ret",
        "wrap", "do", "tablerow", "this", "null", "true", "false", "empty", "include", "include_join", "for.index", "$", "$$", "$0", "x", "list", "contact",
        "account", "limit:", "offset:", "reversed", "cols:", "@", "^", "..", "..<", "...", "??", "?!", "?.", "//", "<<", ">>", "{{", "}}", "{{-", "~}}", "{%{", "}%}",
    ];

    private static readonly string[] Ends =
    [
        "0", "-1", "1", "2147483647", "-2147483648", "9223372036854775807", "(-9223372036854775807 - 1)", "99999999999999999999", "1e300", "1.5e308", "(0.0/0.0)", "(1/0)",
        "79228162514264337593543950335m", "1e2000", "0.1f", "1e-320", "''", "\"\"", "null", "[]", "{}", "empty", "[null]", "(1..1000)", "('a' * 5000)", "\"\\ud83d\"", "\"\\n\"",
        "(1 << 2000)", "timespan.zero", "(timespan.parse '-10675199.02:48:05.4775808')", "date.now", "(date.parse '0001-01-01')", "(date.parse '9999-12-31T23:59:59Z')", "@string.upcase",
        "'th-TH'", "'ar-SA'", "'ja-JP'", "'xx'", "'%'", "'%g'", "'N99'", "'F1000'", "'(a|b)*'", "'.*b|a'", "'$_'", "'[', ']'", "cyclic", "deep", "this",
    ];

    private static readonly string[] Functions =
    [
        .. Nurture.Templating.Builtins.Functions.For(TemplateProfile.Mail)
            .SelectMany(family => family.Value.TryGetObject(out var members) ? members.Select(member => $"{family.Key}.{member.Key}") : []),
    ];

    public string Next()
    {
        var text = Pick(corpus);
        for (var times = random.Next(1, 7); times > 0; times--)
        {
            text = Changed(text);
            if (text.Length > MaxLength)
            {
                text = text[..MaxLength];
            }
        }

        return text;
    }

    private string Changed(string text) => random.Next(14) switch
    {
        0 => Cut(text, random.Next(12)),
        1 => text.Insert(Place(text), Marks[random.Next(Marks.Length)].ToString()),
        2 => Flipped(text),
        3 => text.Insert(Place(text), Piece(Pick(corpus))),
        4 => Spliced(text, Pick(corpus)),
        5 => Exchanged(text, () => Pick(Words)),
        6 => Exchanged(text, () => Pick(Ends)),
        7 => Exchanged(text, () => Token(Pick(corpus))),
        8 => Exchanged(text, () => ""),
        9 => Exchanged(text, () => $"({Call()})"),
        10 => text.Insert(Place(text), $"{{{{ {Call()} }}}}"),
        11 => Wrapped(text),
        12 => Doubled(text),
        _ => $"{text}{Pick(corpus)}",
    };

    private T Pick<T>(IReadOnlyList<T> from) => from[random.Next(from.Count)];

    private int Place(string text) => random.Next(text.Length + 1);

    private string Cut(string text, int length)
    {
        var at = Place(text);
        return text.Remove(at, Math.Min(length, text.Length - at));
    }

    private string Flipped(string text)
    {
        if (text.Length == 0)
        {
            return text;
        }

        var characters = text.ToCharArray();
        characters[random.Next(characters.Length)] ^= (char)(1 << random.Next(16));
        return new string(characters);
    }

    private string Piece(string text)
    {
        var at = Place(text);
        return text.Substring(at, Math.Min(random.Next(40), text.Length - at));
    }

    private string Spliced(string text, string other) => text[..Place(text)] + other[Place(other)..];

    /// <summary>One token given another text.</summary>
    private string Exchanged(string text, Func<string> with)
    {
        var tokens = Tokens(text);
        if (tokens.Count == 0)
        {
            return text + with();
        }

        var token = Pick(tokens).Span;
        return $"{text[..token.Start]} {with()} {text[token.End..]}";
    }

    private string Token(string text)
    {
        var tokens = Tokens(text);
        return tokens.Count == 0 ? text : TokenText(text, Pick(tokens));
    }

    private static string TokenText(string text, Token token) => text.Substring(token.Span.Start, Math.Min(token.Span.Length, 60));

    private static List<Token> Tokens(string text) => [.. Lexer.ReadTemplate(text).Tokens.Where(t => t.Kind is not (TokenKind.Raw or TokenKind.End))];

    private string Call() => $"{Pick(Functions)} {string.Join(' ', Enumerable.Range(0, random.Next(5)).Select(_ => random.Next(4) == 0 ? $"({Call()})" : Pick(Ends)))}";

    private string Wrapped(string text) => random.Next(6) switch
    {
        0 => $"{{{{ for i in 1..{random.Next(1, 3000)} }}}}{text}{{{{ end }}}}",
        1 => $"{{{{ while true }}}}{text}{{{{ end }}}}",
        2 => $"{{{{ capture x }}}}{text}{{{{ end }}}}{{{{ x | {Pick(Functions)} }}}}",
        3 => $"{{{{ func f }}}}{text}{{{{ f }}}}{{{{ end; f }}}}",
        4 => $"{{{{ with {Pick(Ends)} }}}}{text}{{{{ end }}}}",
        _ => string.Concat(Enumerable.Repeat("{{ if true }}", random.Next(1, 300))) + text,
    };

    private string Doubled(string text)
    {
        var piece = Piece(text);
        return text.Insert(Place(text), string.Concat(Enumerable.Repeat(piece, random.Next(1, 200))));
    }
}
