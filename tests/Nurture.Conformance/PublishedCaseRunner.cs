using System.Globalization;
using System.Text.Json;
using Nurture.Templating;
using Nurture.Templating.Builtins;
using Nurture.Templating.Runtime;

namespace Nurture.Conformance;

/// <summary>Runs a published case as its manifest says.</summary>
internal sealed class PublishedCaseRunner(PublishedCases cases)
{
    private readonly JsonElement _model = cases.ReadJsonOr("model.json", "{}");
    private readonly JsonElement _includes = cases.ReadJsonOr("includes.json", """{ "scriban": {} }""").GetProperty("scriban");

    /// <summary>The output, or the messages of what went wrong.</summary>
    public string Run(PublishedCase published)
    {
        var options = TemplateOptions.Compatible with
        {
            HasStrictVariables = published.Option("StrictVariables")?.GetBoolean() ?? false,
            ToleratesNullTargets = published.Option("EnableRelaxedTargetAccess")?.GetBoolean() ?? false,
            RefusesStatementCalls = published.Option("ErrorForStatementFunctionAsExpression")?.GetBoolean() ?? false,
            MaxNesting = published.Option("ExpressionDepthLimit")?.GetInt32() ?? 250,
        };
        var template = Template.Parse(published.Template, "text", options);
        if (!template.IsValid)
        {
            return string.Join('\n', template.Diagnostics.Select(d => $"text({d.Span.Line},{d.Span.Column}) : error : {d.Message}"));
        }

        try
        {
            var output = template.Render(Model(published), RenderOptionsFor(published, options));
            return published.Source.TryGetProperty("normalizeCRLF", out _) ? output.Replace("\r\n", "\n") : output;
        }
        catch (TemplateException exception)
        {
            return $"{exception.TemplateName}({exception.Line},{exception.Column}) : error : {exception.Reason}";
        }
    }

    private RenderOptions RenderOptionsFor(PublishedCase published, TemplateOptions options)
    {
        var limits = new RenderLimits
        {
            LoopIterations = published.Option("LoopLimit")?.GetInt32() ?? 1000,
            StringLength = published.Option("LimitToString")?.GetInt32() ?? 1_048_576,
            ObjectDepth = published.Option("ObjectRecursionLimit")?.GetInt32() ?? 20,
        };
        var includes = published.Source.TryGetProperty("includes", out var own) ? own : _includes;
        TemplateLoader loader = name => name == "null" ? null : Template.Parse(TextOf(includes, name), name, options);
        return new RenderOptions
        {
            Now = new DateTimeOffset(2026, 3, 1, 9, 0, 0, TimeSpan.Zero),
            Limits = limits,
            Loader = published.Source.TryGetProperty("noLoader", out _) ? null : loader,
        };
    }

    private static string TextOf(JsonElement includes, string name) =>
        includes.TryGetProperty(name, out var text) || includes.TryGetProperty("*", out text) ? text.GetString()! : name;

    private TemplateValue Model(PublishedCase published)
    {
        var isInline = published.Group.StartsWith("inline", StringComparison.Ordinal);
        var source = !isInline || published.Source.TryGetProperty("defaultModel", out _) ? _model
            : published.Source.TryGetProperty("model", out var own) ? own
            : default;
        var model = source.ValueKind == JsonValueKind.Object ? TemplateValue.FromJson(JsonSerializer.SerializeToUtf8Bytes(source)).AsObject : [];
        if (!isInline)
        {
            model["special_concat_strings"] = TemplateValue.From(new BuiltinFunction("special_concat_strings", "a?, b?, c?", ConcatStrings));
            model["special_concat_string_and_params"] = TemplateValue.From(new BuiltinFunction("special_concat_string_and_params", "a, args...", ConcatStringAndParams));
            model["special_concat_params"] = TemplateValue.From(new BuiltinFunction("special_concat_params", "args...", ConcatParams));
        }

        return model;
    }

    private static TemplateValue ConcatStrings(in Call call) =>
        $"a: {call.TextOrNull(0) ?? "default_a"}, b: {call.TextOrNull(1) ?? "default_b"}, c: {call.TextOrNull(2) ?? "default_c"}";

    private static TemplateValue ConcatStringAndParams(in Call call)
    {
        var text = $"a: {call.Text(0)}";
        for (var i = 1; i < call.Count; i++)
        {
            text += string.Create(CultureInfo.InvariantCulture, $", v{i - 1}: {call.Text(i)}");
        }

        return text;
    }

    private static TemplateValue ConcatParams(in Call call)
    {
        var parts = new List<string>();
        for (var i = 0; i < call.Count; i++)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"v{i}: {call.Text(i)}"));
        }

        return string.Join(", ", parts);
    }
}
