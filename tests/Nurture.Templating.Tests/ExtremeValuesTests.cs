using System.Numerics;
using Nurture.Templating.Builtins;

namespace Nurture.Templating.Tests;

/// <summary>Whatever the functions and operators are given, they end in a value or in a mistake at its place.</summary>
public sealed class ExtremeValuesTests
{
    private const int TriesEach = 250;

    private static readonly string[] Texts =
    [
        "", " ", "a", "abc", "-1", "7", "%", "%Y-%m-%d %Q %", "%d.%m", "(", "a*", "[a-", "(a)(b)?", "\\", "\\x", "$99999999999", "$1 $& $_", "{", "{{", "{{ 1 +", "[1, 2]", "\"\\ud800\"", "\ud800", "😀", "ß", "N2", "D", "X999",
        "yyyy", "C400", "tt", "g", "0.0#", "en-US", "ja", "ar-SA", "th-TH", "fr-CH", "xx-xx", "i", "imsx", "OrdinalIgnoreCase", "2026-01-05", "0001-01-01", "9999-12-31T23:59:59+14:00", "1.02:03:04", "99999999.0:0:0",
        "aGVsbG8=", "a.b.c", ".", "<p>&amp;</p>", "<", "tpl:a", new('x', 5000),
    ];

    private static readonly TemplateValue[] Numbers =
    [
        0, 1, -1, 2, 3, 15, 28, 400, int.MaxValue, int.MinValue, long.MaxValue, long.MinValue, TemplateValue.From(BigInteger.Pow(10, 40)), TemplateValue.From(-BigInteger.Pow(10, 400)),
        0.5, -1.5, 2.5, 1e15, 1e308, -1e308, double.Epsilon, double.NaN, double.PositiveInfinity, double.NegativeInfinity, TemplateValue.From(1.5f), TemplateValue.From(float.MaxValue), 1.10m, decimal.MaxValue, decimal.MinValue, 0m,
    ];

    private static readonly string[] Operators = ["+", "-", "*", "/", "//", "%", "<<", ">>", "==", "!=", "<", "<=", ">", ">=", "&&", "||", "??", "?!", "..", "..<"];

    private static readonly string[] Forms =
    [
        "v0 OP v1", "-v0", "+v0", "!v0", "v0[v1]", "v0.size", "v0.empty?", "$\"{v0}{v1}\"", "x = v0; x[v1] = v2; x", "x = v0; x.a = v1; x", "x = v0; x++; x", "x = v0; x OP= v1; x", "v0 ? v1 : v2", "[v0, v1] | array.sort",
        "for x in v0 offset: v1 limit: v2; x; for.changed; for.rindex; end", "for x in v0 reversed limit: v1; x; else; 1; end", "tablerow x in v0 cols: v1; x; end", "case v0; when v1, v2; 1; else; 2; end", "with v0; a; end",
        "import v0; a", "v0 v1 v2", "v0 | v1", "f = v0; f ^v1", "f(a, b...) = b; f ^v0 v1", "func f(a, b = 1); ret a OP b; end; f(v0, b: v1)", "{a: v0, b: [v1, v2]}", "wrap v0; v1; end", "capture x; v0; v1; end; x", "while v0; v1; break; end",
    ];

    private static readonly RenderOptions Options = Rendering.Options with
    {
        Limits = new RenderLimits { WorkSteps = 50_000, LoopIterations = 1_000, StringLength = 20_000, PatternTime = TimeSpan.FromMilliseconds(200) },
        OffsetAt = date => TimeSpan.FromHours(date.Day % 20 - 10),
        Loader = name => Template.Parse(name, name, TemplateOptions.Text),
    };

    public static IEnumerable<TheoryDataRow<string>> Functions() =>
        from member in Builtins.Functions.For(TemplateProfile.Mail)
        from function in member.Value.TryGetObject(out var family) ? family.Select(f => f.Value) : [member.Value]
        where function.Kind == TemplateValueKind.Function && function.AsFunction is BuiltinFunction
        select new TheoryDataRow<string>(function.AsFunction.Name);

    [Theory]
    [MemberData(nameof(Functions))]
    public void A_function_ends_in_a_value_or_in_a_mistake(string name)
    {
        var parts = name.Split('.');
        var root = Builtins.Functions.For(TemplateProfile.Mail)[parts[0]];
        var function = (BuiltinFunction)(parts.Length == 1 ? root : root.AsObject[parts[1]]).AsFunction;
        var random = new Random(1);
        for (var i = 0; i < TriesEach; i++)
        {
            var count = random.Next(function.Required, Math.Min(function.Maximum, function.Required + 3) + 1);
            EndsWell($"{{{{ {name}({string.Join(", ", Enumerable.Range(0, count).Select(at => $"v{at}"))}) }}}}", count, random);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void An_operator_and_a_statement_end_so_too(int seed)
    {
        var random = new Random(seed);
        foreach (var form in Forms)
        {
            for (var i = 0; i < TriesEach; i++) EndsWell($"{{{{ {form.Replace("OP", Operators[random.Next(Operators.Length)], StringComparison.Ordinal)} }}}}", 3, random);
        }
    }

    private static void EndsWell(string text, int count, Random random)
    {
        var model = new TemplateObject();
        for (var at = 0; at < count; at++) model[$"v{at}"] = Any(random, 0);
        foreach (var profile in new[] { TemplateOptions.Compatible, TemplateOptions.Html })
        {
            var template = Template.Parse(text, "mail", profile);
            if (!template.IsValid) continue;
            try
            {
                template.Render(model, Options with { Loader = name => Template.Parse(name, name, profile) });
            }
            catch (TemplateException mistake)
            {
                Assert.True(mistake is { Line: >= 1, Column: >= 1 } && mistake.Reason.Length > 0, $"{text}: {mistake.Message}");
            }
            catch (Exception exception)
            {
                Assert.Fail($"{text} with {string.Join("; ", model.Select(value => $"{value.Key} = {value.Value.Kind} {Shown(value.Value)}"))}\n{exception}");
            }
        }
    }

    private static string Shown(TemplateValue value) => value.Kind is TemplateValueKind.List or TemplateValueKind.Object ? "" : value.ToString();

    private static TemplateValue Any(Random random, int depth) => random.Next(depth < 2 ? 12 : 9) switch
    {
        0 => TemplateValue.Null,
        1 => random.Next(2) == 0,
        2 or 3 or 4 => Numbers[random.Next(Numbers.Length)],
        5 or 6 => Texts[random.Next(Texts.Length)],
        7 => new DateTimeOffset(random.NextInt64(DateTime.MinValue.AddDays(2).Ticks, DateTime.MaxValue.AddDays(-2).Ticks), TimeSpan.FromHours(random.Next(-12, 13))),
        8 => TemplateValue.From(random.Next(3) switch { 0 => TimeSpan.MinValue, 1 => TimeSpan.MaxValue, _ => TimeSpan.FromMinutes(random.Next()) }),
        9 => new TemplateList(Enumerable.Range(0, random.Next(4)).Select(_ => Any(random, depth + 1))),
        10 => new TemplateObject { ["a"] = Any(random, depth + 1), ["b"] = Any(random, depth + 1) },
        _ => Builtins.Functions.For(TemplateProfile.Mail)["string"].AsObject[random.Next(2) == 0 ? "upcase" : "append"],
    };
}
