using System.Diagnostics;
using System.Globalization;
using System.Text;
using Nurture.Templating;
using Nurture.Templating.Syntax;

namespace Nurture.Conformance;

/// <summary>What so many fuzzed templates ended in.</summary>
/// <param name="Failures">Everything else than an output, a diagnostic or a <see cref="TemplateException"/> in its place.</param>
/// <param name="MostAllocated">By one template, in bytes.</param>
internal sealed record FuzzCounts(int Runs, int Rendered, int Refused, int Failed, IReadOnlyList<string> Failures, long MostAllocated, TimeSpan Longest)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"fuzz: {Runs} templates, {Rendered} rendered, {Refused} refused, {Failed} ended in an error, {Failures.Count} failures; at most {MostAllocated / 1024} kB allocated, {Longest.TotalMilliseconds:F0} ms");
}

/// <summary>Parses and renders mutated templates within small budgets: nothing else may come of them than the language promises.</summary>
internal static class FuzzRun
{
    // Of what a render within these budgets may need, parsing included.
    private const long MostBytes = 100_000_000;

    private static readonly RenderLimits Limits = new() { WorkSteps = 20_000, LoopIterations = 2_000, OutputBytes = 100_000, StringLength = 20_000 };

    public static FuzzCounts Of(int seed, int runs, IReadOnlyList<string> corpus, Action<int>? progress = null)
    {
        var mutations = new FuzzMutations(corpus, new Random(seed));
        var model = Model();
        var options = new RenderOptions { Now = new DateTimeOffset(2026, 3, 1, 9, 0, 0, TimeSpan.Zero), Limits = Limits, OffsetAt = _ => TimeSpan.FromHours(9) };
        var included = new[] { TemplateOptions.Html, TemplateOptions.Text, TemplateOptions.Compatible }.ToDictionary(o => o, o => new Dictionary<string, Template>(StringComparer.Ordinal)
        {
            ["foot"] = Template.Parse("{{ $1 }}{{ $a }}", "foot", o),
            ["self"] = Template.Parse("{{ if $n; include 'self' n: $n; end }}", "self", o),
        });
        var failures = new List<string>();
        var (rendered, refused, failed, most, longest) = (0, 0, 0, 0L, TimeSpan.Zero);
        for (var run = 0; run < runs; run++)
        {
            var text = mutations.Next();
            var profile = (run % 4) switch { 0 => TemplateOptions.Html, 1 => TemplateOptions.Text, _ => TemplateOptions.Compatible };
            var (before, clock) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());
            string? wrong = null;
            try
            {
                var template = Template.Parse(text, "fuzz", profile);
                wrong = Misplaced(text, template) ?? (run % 8 == 0 ? OfExpression(text) : null);
                if (template.IsValid)
                {
                    var rendering = Render(template, model, options with { Loader = name => included[profile].GetValueOrDefault(name) }, twice: run % 16 == 0, out var isError);
                    wrong ??= rendering;
                    _ = isError ? failed++ : rendered++;
                }
                else
                {
                    refused++;
                }
            }
            catch (Exception exception)
            {
                wrong = exception.ToString();
            }

            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            most = Math.Max(most, allocated);
            longest = Stopwatch.GetElapsedTime(clock) is var taken && taken > longest ? taken : longest;
            wrong ??= allocated > MostBytes ? $"It allocated {allocated} bytes." : null;
            if (wrong is not null)
            {
                failures.Add($"seed {seed}, run {run}, {(profile.Profile == TemplateProfile.Mail ? profile.IsHtml ? "html" : "text" : "compatible")}: {wrong}\n{text}");
            }

            if (run % 10_000 == 9_999)
            {
                progress?.Invoke(run + 1);
            }
        }

        return new FuzzCounts(runs, rendered, refused, failed, failures, most, longest);
    }

    private static string? Misplaced(string text, Template template)
    {
        var lines = text.Split('\n');
        foreach (var found in template.Diagnostics)
        {
            if (found.Span.Start < 0 || found.Span.End > text.Length || Misplaced(lines, found.Span.Line, found.Span.Column) || found.Message.Length == 0)
            {
                return $"A diagnostic lies outside the text: {found}";
            }
        }

        return template.WithoutCode().Length == text.Length ? null : "The text without its code is of another length.";
    }

    // Just behind the end of a line is a place too.
    private static bool Misplaced(string[] lines, int line, int column) => line < 1 || line > lines.Length || column < 1 || column > lines[line - 1].Length + 1;

    private static string? OfExpression(string text)
    {
        var expression = ExpressionParser.Parse(text);
        return expression.Diagnostics.FirstOrDefault(d => d.Span.Start < 0 || d.Span.End > text.Length) is { } outside ? $"A diagnostic lies outside the expression: {outside}" : null;
    }

    private static string? Render(Template template, TemplateValue model, RenderOptions options, bool twice, out bool isError)
    {
        var (output, failure) = Outcome(template, model, options);
        isError = failure is not null;
        if (failure is not null && failure.TemplateName == template.Name && Misplaced(template.Text.Split('\n'), failure.Line, failure.Column))
        {
            return $"An error lies outside the text: {failure.Message}";
        }

        if (output?.Length > options.Limits.OutputBytes)
        {
            return "The output is longer than may be.";
        }

        return twice && Outcome(template, model, options) is var again && (again.Output != output || again.Failure?.Message != failure?.Message)
            ? $"Rendered again it is not the same: {failure?.Message ?? output}\n{again.Failure?.Message ?? again.Output}"
            : null;
    }

    private static (string? Output, TemplateException? Failure) Outcome(Template template, TemplateValue model, RenderOptions options)
    {
        try
        {
            return (template.Render(model, options), null);
        }
        catch (TemplateException failure)
        {
            return (null, failure);
        }
    }

    private static TemplateObject Model()
    {
        TemplateValue.FromJson(Encoding.UTF8.GetBytes(
            """{"contact": {"first_name": "Ann <&>", "name": null}, "account": {"mrr": 12.5, "name": "R&D"}, "list": [{"title": "a"}, {"title": "b"}], "x": 1, "i": 0, "text": "日本語 😀"}"""))
            .TryGetObject(out var model);
        var cyclic = new TemplateObject();
        cyclic["self"] = cyclic;
        cyclic["list"] = new TemplateList([cyclic]);
        model!["cyclic"] = cyclic;
        TemplateValue deep = 1;
        for (var depth = 0; depth < 100; depth++)
        {
            deep = new TemplateList([deep]);
        }

        model["deep"] = deep;
        return model;
    }
}
