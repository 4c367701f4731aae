using System.Text;

namespace Nurture.Mail.Tests.Support;

/// <summary>Text of the kinds that break mail writers, from a seed.</summary>
internal sealed class RandomText(int seed)
{
    private static readonly string[] Words =
    [
        "hello", "a", "Ünïcödé", "日本語のとても長い件名です", "重要", "السلام", "עליכם", "👩‍👩‍👧‍👦", "🇯🇵", "é́́", "नमस्ते", "=?utf-8?Q?x?=", "=20", "\"quoted\"",
        "back\\slash", "(comment)", "<angle>", "a@b", "semi;colon", "com,ma", "From", ".", "..", "?", "_", "=", "𠮷野家", "\u00a0", "\ufeff",
        "http://example.com/a/rather/long/path/that/goes/on/and/on/and/on/and/on?with=query&and=more#end", "İstanbul", "ﷺ", "㍿",
    ];

    private readonly Random random = new(seed);

    public int Next(int below) => random.Next(below);

    /// <summary>One line, without control characters but the tab.</summary>
    public string Line(int maxWords)
    {
        var text = new StringBuilder();
        for (var i = random.Next(maxWords + 1); i > 0; i--)
        {
            text.Append(random.Next(12) switch
            {
                0 => new string('x', random.Next(200)),
                1 => Scalars(random.Next(30)),
                _ => Words[random.Next(Words.Length)],
            });
            text.Append(random.Next(10) switch { 0 => "  ", 1 => "", 2 => "\t", _ => " " });
        }
        return text.ToString();
    }

    public string Text(int maxLines)
    {
        var text = new StringBuilder();
        for (var i = random.Next(maxLines + 1); i > 0; i--)
        {
            text.Append(random.Next(6) switch { 0 => "From here", 1 => ".", 2 => "", _ => Line(12) });
            text.Append(random.Next(5) switch { 0 => "\r", 1 => "\n", 2 => " \n", 3 => "\n\r", _ => "\r\n" });
        }
        return text.Append(random.Next(2) == 0 ? "" : Line(3)).ToString();
    }

    private string Scalars(int count)
    {
        var text = new StringBuilder();
        while (count-- > 0)
        {
            int value;
            do
                value = random.Next(0x20, 0x30000);
            while (!Rune.IsValid(value) || Rune.IsControl(new Rune(value)));
            text.Append(new Rune(value).ToString());
        }
        return text.ToString();
    }
}
