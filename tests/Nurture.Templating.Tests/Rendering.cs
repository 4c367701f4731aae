using System.Globalization;
using System.Text;

namespace Nurture.Templating.Tests;

/// <summary>Renders texts at a fixed moment.</summary>
internal static class Rendering
{
    public static RenderOptions Options { get; } = new() { Now = new DateTimeOffset(2026, 3, 1, 9, 0, 0, TimeSpan.Zero) };

    public static string Text(string text, string? model = null) => Render(text, TemplateOptions.Text, model);

    public static string Html(string text, string? model = null) => Render(text, TemplateOptions.Html, model);

    public static string Render(string text, TemplateOptions options, string? model = null, RenderOptions? renderOptions = null)
    {
        var template = Template.Parse(text, "mail", options);
        return template.Render(Model(model), renderOptions ?? Options);
    }

    public static TemplateValue Model(string? json) =>
        json is null ? TemplateValue.Null : TemplateValue.FromJson(Encoding.UTF8.GetBytes(json));

    public static TemplateException Fails(string text, string? model = null, TemplateOptions? options = null, RenderOptions? renderOptions = null) =>
        Assert.Throws<TemplateException>(() => Render(text, options ?? TemplateOptions.Text, model, renderOptions));

    public static TemplateLoader Loader(TemplateOptions options, params (string Name, string Text)[] templates)
    {
        var parsed = templates.ToDictionary(t => t.Name, t => Template.Parse(t.Text, t.Name, options));
        return name => parsed.GetValueOrDefault(name);
    }

    public static CultureInfo German { get; } = CultureInfo.GetCultureInfo("de-DE");
}
