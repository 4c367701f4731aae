namespace Nurture.Templating.Tests;

/// <summary>
/// Templates that mean harm end with a clear error at its place, within the budget of work, output and depth, and in little
/// memory. HostileTemplates.txt has them.
/// </summary>
public sealed class HostileTemplatesTests
{
    // Of all that one render allocates, most of it garbage again at once.
    private const long MostBytes = 512_000_000;

    private static readonly Dictionary<string, (string Text, string Reason)> Hostile = new(StringComparer.Ordinal);
    private static readonly Dictionary<string, string> Included = new(StringComparer.Ordinal);

    static HostileTemplatesTests()
    {
        var (name, reason) = ("", (string?)null);
        foreach (var line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "HostileTemplates.txt")))
        {
            if (line.StartsWith("== ", StringComparison.Ordinal))
            {
                var end = line.LastIndexOf(": ", StringComparison.Ordinal);
                (name, reason) = (line[3..end], line[(end + 2)..]);
            }
            else if (line.StartsWith("-- ", StringComparison.Ordinal))
            {
                (name, reason) = (line[3..], null);
            }
            else if (line.StartsWith("{{", StringComparison.Ordinal) && reason is null)
            {
                Included.Add(name, line);
            }
            else if (line.StartsWith("{{", StringComparison.Ordinal))
            {
                Hostile.Add(name, (line, reason!));
            }
        }
    }

    public static TheoryData<string> Names => [.. Hostile.Keys];

    [Fact]
    public void There_are_more_than_a_hundred_of_them() => Assert.InRange(Hostile.Count, 100, int.MaxValue);

    [Theory]
    [MemberData(nameof(Names))]
    public void A_hostile_template_ends_in_a_clear_error_at_its_place(string name)
    {
        var (text, reason) = Hostile[name];

        var (failure, allocated) = Run(text, TemplateOptions.Html);

        Assert.NotNull(failure);
        Assert.Contains(reason, failure.Reason);
        Assert.InRange(failure.Reason.Length, 1, 1000);
        Assert.InRange(failure.Line, 1, 1);
        Assert.InRange(failure.Column, 1, Math.Max(text.Length, Included.Values.Max(t => t.Length)) + 1);
        Assert.InRange(allocated, 0, MostBytes);
    }

    /// <summary>There output that is too long is cut off, so some of them end well.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void A_hostile_template_stays_in_bounds_in_the_compatible_profile_too(string name)
    {
        var (_, allocated) = Run(Hostile[name].Text, TemplateOptions.Compatible);

        Assert.InRange(allocated, 0, MostBytes);
    }

    private static (TemplateException? Failure, long Allocated) Run(string text, TemplateOptions profile)
    {
        var loader = Rendering.Loader(profile, [.. Included.Select(i => (i.Key, i.Value))]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            Rendering.Render(text, profile, renderOptions: Rendering.Options with { Loader = loader });
            return (null, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        catch (TemplateException failure)
        {
            return (failure, GC.GetAllocatedBytesForCurrentThread() - before);
        }
    }

    [Theory]
    [InlineData("{{ ", "(", "1")]
    [InlineData("{{ ", "[", "1")]
    [InlineData("{{ ", "{a:", "1")]
    [InlineData("{{ ", "!", "1")]
    [InlineData("{{ ", "- ", "1")]
    [InlineData("{{ ", "@", "x")]
    [InlineData("{{ ", "++", "x")]
    [InlineData("{{ ", "x.y[", "1")]
    [InlineData("{{ ", "f(", "1")]
    [InlineData("{{ ", "f (", "1")]
    [InlineData("{{ ", "1 + ", "1")]
    [InlineData("{{ ", "1 ?? ", "1")]
    [InlineData("{{ ", "a | ", "b")]
    [InlineData("{{ x", ".y", "")]
    [InlineData("{{ x", "?.y", "")]
    [InlineData("{{ ", "a ? b : ", "c")]
    [InlineData("{{ ", "a ? ", "c")]
    [InlineData("", "{{ if true }}", "x")]
    [InlineData("{{ if a }}", "{{ else if b }}", "x")]
    [InlineData("", "{{ for x in y }}", "x")]
    [InlineData("", "{{ while y }}", "x")]
    [InlineData("", "{{ case y }}{{ when 1 }}", "x")]
    [InlineData("", "{{ with y }}", "x")]
    [InlineData("", "{{ wrap y }}", "x")]
    [InlineData("", "{{ capture x }}", "x")]
    [InlineData("{{ ", "do;", "1")]
    [InlineData("{{ ", "$\"{", "1")]
    [InlineData("{{ ", "func f;", "1")]
    [InlineData("{{ ", "@@ ", "")]
    [InlineData("{{ ", "\"\\q\" ", "")]
    public void Endless_nesting_is_a_diagnostic(string start, string part, string end)
    {
        var text = start + string.Concat(Enumerable.Repeat(part, 20_000)) + end;
        var before = GC.GetAllocatedBytesForCurrentThread();

        var found = Template.Parse(text, "mail", TemplateOptions.Text).Diagnostics;

        Assert.InRange(found.Count, 1, 1000);
        Assert.All(found, d => Assert.InRange(d.Span.Start, 0, text.Length));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200_000_000);
    }

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

    /// <summary>What is caught and thrown on again holds its stack until all is caught.</summary>
    [Theory]
    [InlineData("{{ x = include 'deep' }}")]
    [InlineData("{{ capture x; include 'deep'; end }}")]
    [InlineData("{{ x = include_join ['deep'] '' }}")]
    [InlineData("{{ x = object.eval_template \"{{ include 'deep' }}\" }}")]
    [InlineData("{{ f(x) = (include 'deep'); [1] | array.each @f }}")]
    public void An_error_within_all_that_may_be_within_each_other_comes_out_on_a_small_stack(string text)
    {
        TemplateException? failure = null;
        foreach (var profile in new[] { TemplateOptions.Html, TemplateOptions.Compatible })
        {
            var loader = Rendering.Loader(profile, ("deep", $"{{{{ if true; if true; if true }}}}{text}{{{{ end; end; end }}}}"));
            var thread = new Thread(() => failure = Rendering.Fails(text, options: profile, renderOptions: Rendering.Options with { Loader = loader }), maxStackSize: 512 * 1024);
            thread.Start();
            thread.Join();

            // Which of the two comes first depends on how far the code has been compiled by then.
            Assert.Matches("recursive depth limit|nested too deeply", failure!.Reason);
        }
    }

    [Fact]
    public void A_number_of_more_digits_than_any_is_a_diagnostic() =>
        Assert.Contains("digits", Template.Parse("{{ " + new string('9', 1_000_000) + " }}", "mail", TemplateOptions.Text).Diagnostics[0].Message);

    [Fact]
    public void Locals_without_number_are_part_of_what_a_call_costs()
    {
        var locals = string.Concat(Enumerable.Range(0, 10_000).Select(i => $"$v{i} = 1;"));
        var text = $"{{{{ func f; if false; {locals} end; end; for i in 1..9999; f; end }}}}";

        var (failure, allocated) = Run(text, TemplateOptions.Html);

        Assert.Contains("limit", failure!.Reason);
        Assert.InRange(allocated, 0, MostBytes);
    }
}
