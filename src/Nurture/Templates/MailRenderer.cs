using System.Text.Json;
using Nurture.Sends;
using Nurture.Templating;

namespace Nurture.Templates;

/// <param name="Subject">One line.</param>
/// <param name="Html">A whole page.</param>
public sealed record RenderedMail(string Subject, string Html)
{
    /// <summary>What inboxes show beside the subject; empty where the template has none.</summary>
    public string Preheader { get; init; } = "";

    /// <summary>What its author wrote for readers without HTML; null where it is made from the HTML.</summary>
    public string? Text { get; init; }
}

/// <summary>One of several subjects, as it would leave.</summary>
public sealed record RenderedSubject(string Arm, string Subject);

/// <summary>
/// Template and inputs to a mail: a function of its arguments. The body is rendered first and set into the layout as
/// <c>content</c>; what the law wants in the footer is added where neither of them shows it.
/// </summary>
public static class MailRenderer
{
    /// <summary>The input that says which of several subjects the mail has.</summary>
    internal const string Arm = "arm";

    /// <param name="inputs"><c>contact</c>, <c>account</c>, <c>trigger</c>, <c>heard</c>, <c>row</c>, <c>ask</c>, <c>reply</c>, <c>sender</c>, <c>unsubscribe_url</c>, <c>locale</c>.</param>
    /// <exception cref="TemplateException">A template reads what this mail's inputs do not have.</exception>
    public static RenderedMail Render(MailTemplate template, MailTemplate? layout, TemplateObject inputs, RenderOptions options)
    {
        options = options with { Culture = Locales.CultureOf(template.Locale) };
        var model = new TemplateObject();
        foreach (var (name, value) in inputs) model[name] = value;
        if (!model.TryGet("locale", out _)) model["locale"] = template.Locale;

        var edited = model.TryGet("edited", out var own) && own.TryGetObject(out var words) ? words : null;
        var subject = edited is not null && edited["subject"].ToString() is { Length: > 0 } line ? OneLine(line) : OneLine(SubjectFor(template, model).Render(model, options));
        model["subject"] = subject;
        var preheader = template.Preheader?.Render(model, options).Trim() ?? "";
        model["preheader"] = preheader;
        // A human's own text stands where the template's would, in the same layout.
        var body = edited is not null && edited["paragraphs"].TryGetList(out var paragraphs) && paragraphs.Count > 0 ? Edited.Body : template.Body;
        // Their words are not in the author's text part.
        var text = template.TextPart is { } part && body == template.Body ? TextOf(template, part, model, options) : null;
        if (layout is not null) model["content"] = TemplateValue.Markup(body.Render(model, options));
        return new(subject, Page(template, body, layout, model, options)) { Preheader = preheader, Text = text };
    }

    /// <summary>The text part, with what the law wants where it does not show it.</summary>
    private static string TextOf(MailTemplate template, Template part, TemplateObject model, RenderOptions options)
    {
        var text = part.Render(model, options).Trim() + "\n";
        var (lacksSender, lacksUnsubscribe) = Footer.MissingIn(text, model, isHtml: false);
        return lacksSender || lacksUnsubscribe ? text + Footer.TextFor(template.Locale, lacksSender, lacksUnsubscribe).Render(model, options) : text;
    }

    /// <summary>The body alone, without its layout.</summary>
    /// <exception cref="TemplateException">The template reads what this mail's inputs do not have.</exception>
    public static string Body(MailTemplate template, TemplateObject inputs, RenderOptions options) => template.Body.Render(inputs, options with { Culture = Locales.CultureOf(template.Locale) });

    /// <summary>The subject line alone, for lists.</summary>
    /// <exception cref="TemplateException">The template reads what this mail's inputs do not have.</exception>
    public static string Subject(MailTemplate template, TemplateObject inputs, RenderOptions options) => OneLine(SubjectFor(template, inputs).Render(inputs, options with { Culture = Locales.CultureOf(template.Locale) }));

    /// <summary>Each of several subjects with its arm; empty where the mail has one.</summary>
    /// <exception cref="TemplateException">The template reads what this mail's inputs do not have.</exception>
    public static IReadOnlyList<RenderedSubject> Subjects(MailTemplate template, TemplateObject inputs, RenderOptions options) =>
        [.. template.Subjects.Select(one => new RenderedSubject(one.Name, OneLine(one.Text.Render(inputs, options with { Culture = Locales.CultureOf(template.Locale) }))))];

    private static Template SubjectFor(MailTemplate template, TemplateObject inputs) =>
        template.Subjects.Count > 0 && inputs.TryGet(Arm, out var arm) ? template.SubjectOf(arm.ToString()) : template.Subject;

    private static string OneLine(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    /// <summary>The inputs of a planned send, which are UTF-8 JSON.</summary>
    /// <param name="sender">Who writes, where they name nobody.</param>
    /// <exception cref="JsonException">They are not.</exception>
    public static TemplateObject ReadInputs(ReadOnlySpan<byte> json, Sender sender)
    {
        if (!TemplateValue.FromJson(json).TryGetObject(out var inputs)) throw new JsonException("The inputs of a mail are an object.");
        if (!inputs.TryGet("sender", out _))
        {
            inputs["sender"] = new TemplateObject
            {
                ["name"] = sender.Name,
                ["address"] = sender.Address,
                ["reply_to"] = sender.ReplyTo is { } replyTo ? replyTo : TemplateValue.Null,
                ["organization"] = sender.Organization,
                ["postal_address"] = sender.PostalAddress,
            };
        }

        return inputs;
    }

    private static string Page(MailTemplate template, Template own, MailTemplate? layout, TemplateObject model, RenderOptions options)
    {
        var page = (layout?.Body ?? own).Render(model, options);
        var (lacksSender, lacksUnsubscribe) = Footer.MissingIn(page, model, isHtml: true);
        return lacksSender || lacksUnsubscribe ? page.Insert(EndOfBody(page), Footer.For(template.Locale, lacksSender, lacksUnsubscribe).Render(model, options)) : page;
    }

    /// <summary>Where the last <c>&lt;/body&gt;</c> begins, or the page ends.</summary>
    private static int EndOfBody(string page) => page.LastIndexOf("</body>", StringComparison.OrdinalIgnoreCase) is >= 0 and var at ? at : page.Length;
}
