using System.Text.Json;
using Nurture.Templating;

namespace Nurture.Templates;

/// <param name="Subject">One line.</param>
/// <param name="Html">A whole page.</param>
public sealed record RenderedMail(string Subject, string Html)
{
    /// <summary>What inboxes show beside the subject; empty where the template has none.</summary>
    public string Preheader { get; init; } = "";
}

/// <summary>
/// Template and inputs to a mail: a function of its arguments. The body is rendered first and set into the layout as
/// <c>content</c>; what the law wants in the footer is added where neither of them shows it.
/// </summary>
public static class MailRenderer
{
    /// <param name="inputs"><c>contact</c>, <c>account</c>, <c>trigger</c>, <c>heard</c>, <c>reply</c>, <c>sender</c>, <c>unsubscribe_url</c>, <c>locale</c>.</param>
    /// <exception cref="TemplateException">A template reads what this mail's inputs do not have.</exception>
    public static RenderedMail Render(MailTemplate template, MailTemplate? layout, TemplateObject inputs, RenderOptions options)
    {
        options = options with { Culture = Locales.CultureOf(template.Locale) };
        var model = new TemplateObject();
        foreach (var (name, value) in inputs) model[name] = value;
        if (!model.TryGet("locale", out _)) model["locale"] = template.Locale;

        var subject = OneLine(template.Subject.Render(model, options));
        model["subject"] = subject;
        var preheader = template.Preheader?.Render(model, options).Trim() ?? "";
        model["preheader"] = preheader;
        var html = template.Body.Render(model, options);
        if (layout is not null)
        {
            model["content"] = TemplateValue.Markup(html);
            html = layout.Body.Render(model, options);
        }

        return new(subject, WithFooter(html, template, layout, model, options)) { Preheader = preheader };
    }

    /// <summary>The subject line alone, for lists.</summary>
    /// <exception cref="TemplateException">The template reads what this mail's inputs do not have.</exception>
    public static string Subject(MailTemplate template, TemplateObject inputs, RenderOptions options) => OneLine(template.Subject.Render(inputs, options with { Culture = Locales.CultureOf(template.Locale) }));

    private static string OneLine(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    /// <summary>The inputs of a planned send, which are UTF-8 JSON.</summary>
    public static TemplateObject ReadInputs(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        var inputs = new TemplateObject();
        foreach (var member in document.RootElement.EnumerateObject()) inputs[member.Name] = TemplateValue.FromJson(member.Value);
        return inputs;
    }

    private static string WithFooter(string html, MailTemplate template, MailTemplate? layout, TemplateObject model, RenderOptions options)
    {
        var names = template.Body.Names.Concat(layout?.Body.Names ?? []).ToArray();
        var lacksSender = !names.Any(Footer.ShowsSender);
        var lacksUnsubscribe = !names.Contains(Footer.UnsubscribeName);
        if (!lacksSender && !lacksUnsubscribe) return html;

        var footer = Footer.For(template.Locale, lacksSender, lacksUnsubscribe).Render(model, options);
        var end = html.LastIndexOf("</body>", StringComparison.OrdinalIgnoreCase);
        return end < 0 ? html + footer : html.Insert(end, footer);
    }
}
