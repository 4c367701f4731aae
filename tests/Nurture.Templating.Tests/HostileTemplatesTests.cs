using System.Diagnostics;

namespace Nurture.Templating.Tests;

/// <summary>Templates that mean harm end with a clear error, quickly and in little memory.</summary>
public sealed class HostileTemplatesTests
{
    public static TheoryData<string, string> Templates { get; } = new()
    {
        { "{{ for a in 1..10000; for b in 1..10000; for c in 1..10000; end; end; end }}", "limit" },
        { "{{ while true; end }}", "limit" },
        { "{{ while true; x = 1..10000; end }}", "limit" },
        { "{{ for a in 1..100; for b in 1..100000; end; end }}", "LoopLimit" },
        { "{{ 1..2000000000 }}", "LoopLimit" },
        { "{{ 1..1e300 }}", "LoopLimit" },
        { "{{ x = 'a'; for i in 1..60; x = x + x; end }}", "LimitToString" },
        { "{{ 'abc' * 2000000000 }}", "LimitToString" },
        { "{{ x = 'a' * 1000000; for i in 1..10000; y = x + 'b'; end }}", "limit" },
        { "{{ 'x' | string.pad_left 2000000000 }}", "LimitToString" },
        { "{{ x = 'a' * 100000; x | string.replace 'a' x }}", "LimitToString" },
        { "{{ x = 'a' * 100000; for i in 1..1000; x; end }}", "exceeds the limit" },
        { "{{ x = 'a' * 100000; for i in 1..1000; capture y; x; end; end }}", "exceeds the limit" },
        { "{{ [1] | array.insert_at 2000000000 1 }}", "limit" },
        { "{{ x = []; x[2000000000] = 1 }}", "limit" },
        { "{{ [1, 2] * 2000000000 }}", "maximum supported array length" },
        { "{{ [1, 2] * 1000000000 }}", "limit" },
        { "{{ x = [1]; for i in 1..60; x = x + x; end }}", "limit" },
        { "{{ x = {}; x.x = x; x }}", "reference loops" },
        { "{{ x = []; x[0] = x; x }}", "reference loops" },
        { "{{ x = {}; x.x = x; x | object.to_json }}", "reference loops" },
        { "{{ x = []; x[0] = x; y = []; y[0] = y; x == y }}", "reference loops" },
        { "{{ func f; f; end; f }}", "recursive depth limit" },
        { "{{ f(x) = f(x + 1); f(1) }}", "recursive depth limit" },
        { "{{ f(x) = x < 40 ? f(x + 1) + f(x + 1) : 1; f(1) }}", "limit" },
        { "{{ include 'self' }}", "recursive depth limit" },
        { "{{ include 'twice' n: 40 }}", "limit" },
        { "{{ '{{ \"x\" | object.eval_template }}' | object.eval_template | object.eval_template }}{{ x = 'object.eval x'; object.eval x }}", "recursive depth limit" },
        { "{{ 2 | math.times 1; x = 3; for i in 1..100; x = x * x; end }}", "binary digits" },
        { "{{ 1 << 2000000 }}", "Shift amount" },
        { "{{ 5 | math.format 'N999999999' }}", "too many digits" },
        { "{{ 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!' | regex.match `^(?=a)(a+)+$` }}", "cannot be used" },
        { "{{ regex.match 'a' `((a{1000}){1000}){1000}` }}", "cannot be used" },
        { "{{ x = 'a' * 100000; for i in 1..1000; x | regex.replace 'a' 'b'; end }}", "limit" },
        { "{{ x = 'a' * 1000; x | regex.replace 'a' ('b' * 10000) }}", "limit" },
        { "{{ x = 'a,' * 100000; x | string.split ',' | array.sort }}", "limit" },
        { "{{ [1, 2, 3] | array.each do; while true; end; end }}", "limit" },
        { "{{ x = 1..9000; for i in 1..1000; x | array.uniq; end }}", "limit" },
        { "{{ x = [0]; for i in 1..30; x = [x]; end; x }}", "too deeply nested" },
        { "{{ '<' * 1000000 | html.escape }}", "LimitToString" },
        { "{{ date.now | date.add_years 100000 }}", "years 1 to 9999" },
        { "{{ date.now | date.add_days 1e300 }}", "years 1 to 9999" },
        { "{{ x = date.now - timespan.from_days 10000000 }}", "years 1 to 9999" },
        { "{{ a = 1; a.b.c = 2 }}", "member" },
        { "{{ include_join (1..9000) 'x' }}", "no such template" },
        { "{{ 9223372036854775807 | math.divided_by 0 | math.times 'x' | string.pad_right 99999999 }}", "LimitToString" },
    };

    [Theory]
    [MemberData(nameof(Templates))]
    public void A_hostile_template_ends_in_a_clear_error(string text, string reason)
    {
        var loader = Rendering.Loader(TemplateOptions.Text,
            ("self", "{{ include 'self' }}"),
            ("twice", "{{ if $n > 0; include 'twice' n: ($n - 1); include 'twice' n: ($n - 1); end }}"));
        var clock = Stopwatch.StartNew();
        var before = GC.GetAllocatedBytesForCurrentThread();

        var failure = Rendering.Fails(text, renderOptions: Rendering.Options with { Loader = loader });

        Assert.Contains(reason, failure.Reason);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), $"It took {clock.Elapsed}.");
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 2_000_000_000, "It allocated more than two gigabytes.");
    }

    [Theory]
    [InlineData("{{ ", "(", "1")]
    [InlineData("{{ ", "[", "1")]
    [InlineData("{{ ", "{a:", "1")]
    [InlineData("{{ ", "!", "1")]
    [InlineData("{{ ", "- ", "1")]
    [InlineData("{{ ", "x.y[", "1")]
    [InlineData("{{ ", "f(", "1")]
    [InlineData("{{ ", "1 + ", "1")]
    [InlineData("{{ ", "a | ", "b")]
    [InlineData("{{ x", ".y", "")]
    [InlineData("{{ ", "a ? b : ", "c")]
    [InlineData("", "{{ if true }}", "x")]
    [InlineData("", "{{ for x in y }}", "x")]
    [InlineData("", "{{ capture x }}", "x")]
    [InlineData("{{ ", "do;", "1")]
    [InlineData("{{ ", "$\"{", "1")]
    [InlineData("{{ ", "func f;", "1")]
    public void Endless_nesting_is_a_diagnostic(string start, string part, string end) =>
        Assert.NotEmpty(Template.Parse(start + string.Concat(Enumerable.Repeat(part, 20_000)) + end, "mail", TemplateOptions.Text).Diagnostics);

    [Fact]
    public void The_deepest_nesting_allowed_runs_on_a_small_stack()
    {
        var deep = "{{ " + string.Concat(Enumerable.Repeat("(", 200)) + "1" + string.Concat(Enumerable.Repeat(" + 1)", 200)) + " }}";
        var wide = "{{ 1" + string.Concat(Enumerable.Repeat(" + 1", 900)) + " }}";
        var outputs = new List<string>();

        var thread = new Thread(() => outputs.AddRange([Rendering.Text(deep), Rendering.Text(wide)]), maxStackSize: 1024 * 1024);
        thread.Start();
        thread.Join();

        Assert.Equal(["201", "901"], outputs);
    }
}
