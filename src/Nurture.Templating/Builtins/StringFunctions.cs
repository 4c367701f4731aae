using System.Globalization;
using System.Text;
using Nurture.Templating.Runtime;

namespace Nurture.Templating.Builtins;

/// <summary><c>string.*</c>: cutting, joining and casing. Text arguments take the printed form of anything.</summary>
internal static partial class StringFunctions
{
    public static readonly BuiltinFunction[] All =
    [
        new("string.append", "text, with", Append),
        new("string.base64_decode", "text", Base64Decode),
        new("string.base64_encode", "text", Base64Encode),
        new("string.capitalize", "text", Capitalize),
        new("string.capitalizewords", "text", CapitalizeWords),
        new("string.contains", "text, value", Contains),
        new("string.downcase", "text", Downcase),
        new("string.empty", "text", Empty),
        new("string.ends_with", "text, value", EndsWith),
        new("string.equals_ignore_case", "text, value", EqualsIgnoreCase),
        new("string.escape", "text", Escape),
        new("string.handleize", "text", Handleize),
        new("string.hmac_sha1", "text, secret_key", HmacSha1),
        new("string.hmac_sha256", "text, secret_key", HmacSha256),
        new("string.hmac_sha512", "text, secret_key", HmacSha512),
        new("string.index_of", "text, search, start_index?, count?, string_comparison?", IndexOf),
        new("string.literal", "text", Literal),
        new("string.lstrip", "text", LeftStrip),
        new("string.md5", "text", Md5),
        new("string.pad_left", "text, width", PadLeft),
        new("string.pad_right", "text, width", PadRight),
        new("string.pluralize", "number, singular, plural", Pluralize),
        new("string.prepend", "text, with", Prepend),
        new("string.remove", "text, remove", Remove),
        new("string.remove_first", "text, remove", RemoveFirst),
        new("string.remove_last", "text, remove", RemoveLast),
        new("string.replace", "text, match, replace", Replace),
        new("string.replace_first", "text, match, replace, from_end?", ReplaceFirst),
        new("string.rstrip", "text", RightStrip),
        new("string.sha1", "text", Sha1),
        new("string.sha256", "text", Sha256),
        new("string.sha512", "text", Sha512),
        new("string.size", "text", Size),
        new("string.slice", "text, start, length?", Slice),
        new("string.slice1", "text, start, length?", Slice1),
        new("string.split", "text, match", Split),
        new("string.starts_with", "text, value", StartsWith),
        new("string.strip", "text", Strip),
        new("string.strip_newlines", "text", StripNewLines),
        new("string.to_double", "text", ToDouble),
        new("string.to_float", "text", ToFloat),
        new("string.to_int", "text", ToInt),
        new("string.to_long", "text", ToLong),
        new("string.truncate", "text, length, ellipsis?", Truncate),
        new("string.truncatewords", "text, count, ellipsis?", TruncateWords),
        new("string.upcase", "text", Upcase),
        new("string.whitespace", "text", Whitespace),
    ];

    /// <summary>A text that is not longer than its argument, but for what is written instead of single characters.</summary>
    private static TemplateValue Result(in Call call, string text)
    {
        if (call.Context.Template.Options.IsMail)
        {
            call.CheckText(text.Length);
        }

        call.Context.Charge(1 + text.Length / RenderContext.CharactersPerStep, call.Span);
        return text;
    }

    /// <summary>Joins two texts.</summary>
    /// <example>"Hello" | string.append " World" → Hello World</example>
    public static TemplateValue Append(in Call call) => Joined(call, call.Text(0), call.Text(1));

    /// <summary>Joins two texts, the second in front.</summary>
    /// <example>"World" | string.prepend "Hello " → Hello World</example>
    public static TemplateValue Prepend(in Call call) => Joined(call, call.Text(1), call.Text(0));

    private static TemplateValue Joined(in Call call, string first, string second)
    {
        call.ChargeText((long)first.Length + second.Length);
        return first + second;
    }

    /// <summary>The first letter in upper case.</summary>
    /// <example>"test" | string.capitalize → Test</example>
    public static TemplateValue Capitalize(in Call call) =>
        call.Text(0) is { Length: > 0 } text ? Result(call, char.ToUpperInvariant(text[0]) + text[1..]) : "";

    /// <summary>The first letter of each word in upper case.</summary>
    /// <example>"this is easy" | string.capitalizewords → This Is Easy</example>
    public static TemplateValue CapitalizeWords(in Call call)
    {
        var text = call.Text(0);
        call.ChargeText(text.Length);
        return string.Create(text.Length, text, static (made, from) =>
        {
            for (var i = 0; i < from.Length; i++)
            {
                made[i] = i == 0 || char.IsWhiteSpace(from[i - 1]) ? char.ToUpperInvariant(from[i]) : from[i];
            }
        });
    }

    /// <summary>All letters in lower case.</summary>
    /// <example>"TeSt" | string.downcase → test</example>
    public static TemplateValue Downcase(in Call call) => call.IsNull(0) ? TemplateValue.Null : Result(call, call.Text(0).ToLowerInvariant());

    /// <summary>All letters in upper case.</summary>
    /// <example>"test" | string.upcase → TEST</example>
    public static TemplateValue Upcase(in Call call) => call.IsNull(0) ? TemplateValue.Null : Result(call, call.Text(0).ToUpperInvariant());

    /// <summary>Whether the text holds another one, which must not be empty.</summary>
    /// <example>"This is easy" | string.contains "easy" → true</example>
    public static TemplateValue Contains(in Call call) =>
        call.Text(1) is { Length: > 0 } value && Charged(call, call.Text(0), value).Contains(value, StringComparison.Ordinal);

    /// <summary>The text, paid for as one that another is looked for in.</summary>
    private static string Charged(in Call call, string text, string sought)
    {
        call.ChargeSearch(text, sought);
        return text;
    }

    /// <summary>Whether the text begins so.</summary>
    /// <example>"This is easy" | string.starts_with "This" → true</example>
    public static TemplateValue StartsWith(in Call call) =>
        !call.IsNull(0) && !call.IsNull(1) && call.Text(0).StartsWith(call.Text(1), Comparison(call));

    /// <summary>Whether the text ends so.</summary>
    /// <example>"This is easy" | string.ends_with "easy" → true</example>
    public static TemplateValue EndsWith(in Call call) =>
        !call.IsNull(0) && !call.IsNull(1) && call.Text(0).EndsWith(call.Text(1), Comparison(call));

    // The compatible profile compares by the rules of a language, which pass over what is not seen; by no machine's, but by the invariant one.
    private static StringComparison Comparison(in Call call) => call.Context.Template.Options.IsMail ? StringComparison.Ordinal : StringComparison.InvariantCulture;

    /// <summary>Whether two texts are the same but for upper and lower case.</summary>
    /// <example>"Nurture" | string.equals_ignore_case "NURTURE" → true</example>
    public static TemplateValue EqualsIgnoreCase(in Call call) =>
        string.Equals(call.TextOrNull(0), call.TextOrNull(1), StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether the text is empty or null.</summary>
    /// <example>"" | string.empty → true</example>
    public static TemplateValue Empty(in Call call) => call.Text(0).Length == 0;

    /// <summary>Whether the text is empty, null or only blanks.</summary>
    /// <example>"  " | string.whitespace → true</example>
    public static TemplateValue Whitespace(in Call call) => string.IsNullOrWhiteSpace(call.Text(0));

    /// <summary>Special characters written as escapes.</summary>
    /// <example>"a\tb" | string.escape → a\tb</example>
    public static TemplateValue Escape(in Call call)
    {
        var text = new StringBuilder();
        ValuePrinter.AppendEscaped(text, call.Text(0));
        return Result(call, text.ToString());
    }

    /// <summary>The text as a literal of the language, with its quotes.</summary>
    /// <example>"a\"b" | string.literal → "a\"b"</example>
    public static TemplateValue Literal(in Call call)
    {
        if (call.IsNull(0))
        {
            return "null";
        }

        var text = new StringBuilder();
        ValuePrinter.AppendQuoted(text, call.Text(0));
        return Result(call, text.ToString());
    }

    /// <summary>A text for use in an address: lower-case letters and digits, hyphens for all else.</summary>
    /// <example>'100% M &amp; Ms!!!' | string.handleize → 100-m-ms</example>
    public static TemplateValue Handleize(in Call call)
    {
        var made = new StringBuilder();
        foreach (var c in call.Text(0))
        {
            if (char.IsLetterOrDigit(c))
            {
                made.Append(char.ToLowerInvariant(c));
            }
            else if (made.Length == 0 || made[^1] != '-')
            {
                made.Append('-');
            }
        }

        return Result(call, made.ToString().TrimEnd('-'));
    }

    /// <summary>Where a text first occurs, -1 when it does not; a start, a count of characters and a .NET comparison may be given.</summary>
    /// <example>"The quick brown fox" | string.index_of "quick" → 4</example>
    public static TemplateValue IndexOf(in Call call)
    {
        var text = call.Text(0);
        var start = call.Int(2);
        var count = call.IsNull(3) ? text.Length - start : call.Int(3);
        if (start < 0 || start > text.Length || count < 0 || count > text.Length - start)
        {
            throw call.Fail($"The part from {start} with {count} characters lies outside the text, which has {text.Length}.");
        }

        var comparison = Comparison(call);
        if (call.TextOrNull(4) is { } name && !(Enum.TryParse(name, out comparison) && Enum.IsDefined(comparison)))
        {
            throw call.Context.Error(call.Site.Argument(4), $"There is no comparison `{name}`.", $"There are {string.Join(", ", Enum.GetNames<StringComparison>())}.");
        }

        var sought = call.Text(1);
        call.ChargeSearch(text, sought);
        if (comparison is not (StringComparison.Ordinal or StringComparison.OrdinalIgnoreCase))
        {
            // By the rules of a language each place costs as many times more.
            call.Context.Charge((long)count * (1 + sought.Length), call.Span);
        }

        return text.IndexOf(sought, start, count, comparison);
    }

    /// <summary>Without blanks at the start.</summary>
    /// <example>'   many spaces' | string.lstrip → many spaces</example>
    public static TemplateValue LeftStrip(in Call call) => Result(call, call.Text(0).TrimStart());

    /// <summary>Without blanks at the end.</summary>
    /// <example>('many spaces   ' | string.rstrip) + '.' → many spaces.</example>
    public static TemplateValue RightStrip(in Call call) => Result(call, call.Text(0).TrimEnd());

    /// <summary>Without blanks at both ends.</summary>
    /// <example>'   many spaces   ' | string.strip → many spaces</example>
    public static TemplateValue Strip(in Call call) => Result(call, call.Text(0).Trim());

    /// <summary>Without line breaks.</summary>
    /// <example>"two\r\nlines" | string.strip_newlines → twolines</example>
    public static TemplateValue StripNewLines(in Call call) => Result(call, call.Text(0).Replace("\r", "").Replace("\n", ""));

    /// <summary>Blanks in front, up to a width.</summary>
    /// <example>"42" | string.pad_left 5 →    42</example>
    public static TemplateValue PadLeft(in Call call)
    {
        var width = Width(call);
        return call.Text(0).PadLeft(width);
    }

    /// <summary>Blanks behind, up to a width.</summary>
    /// <example>("42" | string.pad_right 5) + "." → 42   .</example>
    public static TemplateValue PadRight(in Call call)
    {
        var width = Width(call);
        return call.Text(0).PadRight(width);
    }

    private static int Width(in Call call)
    {
        var width = Math.Max(0, call.Int(1));
        call.ChargeText(width);
        return width;
    }

    /// <summary>One word or the other: the singular for exactly one.</summary>
    /// <example>3 | string.pluralize "seat" "seats" → seats</example>
    public static TemplateValue Pluralize(in Call call) => call[call.Int(0) == 1 ? 1 : 2];

    /// <summary>Without every occurrence of a text.</summary>
    /// <example>"a-b-c" | string.remove "-" → abc</example>
    public static TemplateValue Remove(in Call call) => Replaced(call, call.Text(0), call.Text(1), "");

    /// <summary>Without the first occurrence of a text, in upper or lower case.</summary>
    /// <example>"a-b-c" | string.remove_first "-" → ab-c</example>
    public static TemplateValue RemoveFirst(in Call call) => ReplacedOnce(call, call.Text(1), "", isLast: false);

    /// <summary>Without the last occurrence of a text, in upper or lower case.</summary>
    /// <example>"a-b-c" | string.remove_last "-" → a-bc</example>
    public static TemplateValue RemoveLast(in Call call) => ReplacedOnce(call, call.Text(1), "", isLast: true);

    /// <summary>Replaces every occurrence of a text.</summary>
    /// <example>"Hello, world" | string.replace "world" "you" → Hello, you</example>
    public static TemplateValue Replace(in Call call) => Replaced(call, call.Text(0), call.Text(1), call.Text(2));

    /// <summary>Replaces the first occurrence of a text (or the last), in upper or lower case.</summary>
    /// <example>"Hello, hello" | string.replace_first "hello" "bye" → bye, hello</example>
    /// <example>"Hello, hello" | string.replace_first "hello" "bye" true → Hello, bye</example>
    public static TemplateValue ReplaceFirst(in Call call) => ReplacedOnce(call, call.Text(1), call.Text(2), isLast: call[3].IsTrue);

    private static TemplateValue Replaced(in Call call, string text, string match, string with)
    {
        if (match.Length == 0 || text.Length == 0)
        {
            return text;
        }

        call.ChargeSearch(text, match);
        var count = 0L;
        for (var at = text.IndexOf(match, StringComparison.Ordinal); at >= 0; at = text.IndexOf(match, at + match.Length, StringComparison.Ordinal))
        {
            count++;
        }

        call.ChargeText(text.Length + count * (with.Length - match.Length));
        return text.Replace(match, with, StringComparison.Ordinal);
    }

    private static TemplateValue ReplacedOnce(in Call call, string match, string with, bool isLast)
    {
        var text = call.Text(0);
        if (match.Length == 0)
        {
            return text;
        }

        call.ChargeText((long)text.Length + with.Length);
        call.ChargeSearch(text, match);
        var at = isLast ? text.LastIndexOf(match, StringComparison.OrdinalIgnoreCase) : text.IndexOf(match, StringComparison.OrdinalIgnoreCase);
        return at < 0 ? text : string.Concat(text.AsSpan(0, at), with, text.AsSpan(at + match.Length));
    }

    /// <summary>The number of characters.</summary>
    /// <example>"test" | string.size → 4</example>
    public static TemplateValue Size(in Call call) => call.Text(0).Length;

    /// <summary>The part from a position (from the end when negative), to the end or of a length.</summary>
    /// <example>"hello" | string.slice 1 → ello</example>
    /// <example>"hello" | string.slice (-3) 2 → ll</example>
    public static TemplateValue Slice(in Call call) => Sliced(call, call.Text(0), call.IsNull(2) ? call.Text(0).Length : call.Int(2));

    /// <summary>The character at a position (from the end when negative), or a part of a length.</summary>
    /// <example>"hello" | string.slice1 0 → h</example>
    public static TemplateValue Slice1(in Call call) => Sliced(call, call.Text(0), call.Int(2, whenNull: 1));

    private static TemplateValue Sliced(in Call call, string text, int length)
    {
        var start = call.Int(1);
        if (start < 0)
        {
            // A part that would begin before the text loses what lies before it.
            start += text.Length;
            (start, length) = start < 0 ? (0, Math.Max(0, length) + start) : (start, length);
        }

        return start >= text.Length || length <= 0 ? "" : Result(call, text.Substring(start, Math.Min(length, text.Length - start)));
    }

    /// <summary>The parts between separators, empty ones left out.</summary>
    /// <example>"a, b, c" | string.split ", " → ["a", "b", "c"]</example>
    public static TemplateValue Split(in Call call)
    {
        var parts = call.NewList();
        var text = call.Text(0);
        call.ChargeText(text.Length);
        var separator = call.Text(1);
        foreach (var part in Charged(call, text, separator).Split(separator, StringSplitOptions.RemoveEmptyEntries))
        {
            call.Context.Charge(1, call.Span);
            parts.Add(part);
        }

        return parts;
    }

    /// <summary>Cut to a length, the ellipsis (three dots) included.</summary>
    /// <example>"The cat came back" | string.truncate 10 → The cat...</example>
    public static TemplateValue Truncate(in Call call)
    {
        var (text, length, ellipsis) = (call.Text(0), call.Int(1), call.TextOrNull(2) ?? "...");
        return text.Length <= length ? text : Result(call, string.Concat(text.AsSpan(0, (int)Math.Max(0, (long)length - ellipsis.Length)), ellipsis));
    }

    /// <summary>Cut to a number of words, with three dots behind.</summary>
    /// <example>"The cat came back" | string.truncatewords 2 → The cat...</example>
    public static TemplateValue TruncateWords(in Call call)
    {
        var text = call.Text(0);
        call.ChargeText(text.Length);
        var words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return words.Length == 0 ? "" : string.Join(' ', words.Take(Math.Max(0, call.Int(1)))) + "...";
    }

    /// <summary>A whole number read from text; null when it is none.</summary>
    /// <example>("123" | string.to_int) + 1 → 124</example>
    public static TemplateValue ToInt(in Call call) =>
        int.TryParse(call.Text(0), NumberStyles.Integer, call.Culture, out var number) ? number : TemplateValue.Null;

    /// <summary>A large whole number read from text; null when it is none.</summary>
    /// <example>("12345678912" | string.to_long) + 1 → 12345678913</example>
    public static TemplateValue ToLong(in Call call) =>
        long.TryParse(call.Text(0), NumberStyles.Integer, call.Culture, out var number) ? number : TemplateValue.Null;

    /// <summary>A number of single precision read from text; null when it is none.</summary>
    /// <example>("123.5" | string.to_float) + 1 → 124.5</example>
    public static TemplateValue ToFloat(in Call call) =>
        float.TryParse(call.Text(0), NumberStyles.Float | NumberStyles.AllowThousands, call.Culture, out var number) ? TemplateValue.From(number) : TemplateValue.Null;

    /// <summary>A number read from text; null when it is none.</summary>
    /// <example>("123.4" | string.to_double) + 1 → 124.4</example>
    public static TemplateValue ToDouble(in Call call) =>
        double.TryParse(call.Text(0), NumberStyles.Float | NumberStyles.AllowThousands, call.Culture, out var number) ? number : TemplateValue.Null;
}
