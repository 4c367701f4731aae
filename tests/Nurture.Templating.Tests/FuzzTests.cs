namespace Nurture.Templating.Tests;

public sealed class FuzzTests
{
    private const string Marks = "{}()[]|.$?:;-~%\"'`\\^@\n\0";

    private static readonly string[] Seeds =
    [
        "Hello {{ contact.first_name ?? \"there\" }}, {{ if account.mrr > 10 }}big{{ else if x }}y{{ else }}small{{ end }}",
        "{{~ for p in list offset: 1 limit: 2 reversed ~}} {{ p.title | string.upcase | html.escape }} {{ for.index }}{{ else }}none{{ end -}}",
        "{{ case x; when 1, 2 || 3; 'a'; else; 'b'; end; capture y; 1 + 2 * 3; end; y }}",
        "{{ func f(a, b = 2, c...); ret a + b; end; f 1; f(1, b: 3); g(x) = x * 2; g 4 }}",
        "{{ x = {a: 1, \"b\": [1, 2, {c: $\"n{1 + 2}\"}]}; x.b[2].c; x['a'] += 4; x.a++; -x.a }}",
        "{{ while i < 3; i = i + 1; end; [1, 2] | array.each do; ret $0 * 2; end | array.join ',' }}{%{ raw {{ }%}",
        "{{ date.now | date.add_days 3 | date.to_string '%d %B %Y' }}{{ 1..5 | array.size }}{{ 0x1F + 1e3 + 1.5m }}",
        "{{ with contact; first_name; z = 1; end; import contact; readonly z; include 'foot' 1 a: 2; ret 5 }}",
        "{{ a?.b.c; a ?? b ?! c; x.empty? ? `q``r` : '\\u00e9'; @string.upcase; ^[1]; wrap f 1; $$; end; 'x' | regex.replace '(a+)' '$1' }}",
    ];

    [Theory]
    [InlineData(1, 3000)]
    [InlineData(20261121, 3000)]
    public void Nothing_but_diagnostics_and_template_exceptions_comes_out(int seed, int runs)
    {
        var random = new Random(seed);
        var limits = new RenderLimits { WorkSteps = 20_000, OutputBytes = 100_000, StringLength = 20_000 };
        var options = Rendering.Options with { Limits = limits, Loader = Rendering.Loader(TemplateOptions.Html, ("foot", "{{ $1 }}{{ $a }}")) };
        var model = Rendering.Model("""{"contact": {"first_name": "Ann"}, "account": {"mrr": 12.5}, "list": [{"title": "a"}, {"title": "b"}], "x": 1, "i": 0}""");
        for (var run = 0; run < runs; run++)
        {
            var text = Mutated(random);
            var profile = random.Next(2) == 0 ? TemplateOptions.Html : TemplateOptions.Compatible;
            try
            {
                var template = Template.Parse(text, "fuzz", profile);
                Assert.All(template.Diagnostics, d => Assert.InRange(d.Span.Start, 0, text.Length));
                if (template.IsValid)
                {
                    template.Render(model, options);
                }
            }
            catch (TemplateException)
            {
                // What a broken template may end in.
            }
            catch (Exception exception)
            {
                Assert.Fail($"seed {seed}, run {run}: {exception.GetType().Name} for {text}\n{exception}");
            }
        }
    }

    private static string Mutated(Random random)
    {
        var text = Seeds[random.Next(Seeds.Length)];
        for (var i = random.Next(1, 5); i > 0; i--)
        {
            var at = random.Next(text.Length + 1);
            var length = Math.Min(random.Next(12), text.Length - at);
            var other = Seeds[random.Next(Seeds.Length)];
            var from = random.Next(other.Length);
            var piece = other.Substring(from, Math.Min(random.Next(15), other.Length - from));
            text = random.Next(4) switch
            {
                0 => text.Remove(at, length),
                1 => text.Insert(at, piece),
                2 => text.Remove(at, length).Insert(at, piece),
                _ => text.Insert(at, Marks[random.Next(Marks.Length)].ToString()),
            };
        }

        return text;
    }
}
