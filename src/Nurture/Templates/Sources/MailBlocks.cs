using System.Net;
using System.Text;
using Nurture.Scenarios;
using Nurture.Scenarios.Yaml;
using Nurture.Templating;
using Nurture.Templating.Syntax;

namespace Nurture.Templates.Sources;

/// <summary>A mail as a list of blocks, for those who write no HTML: each becomes what it looks like.</summary>
internal sealed class MailBlocks
{
    private const string Kinds = "There are salutation, heading, subheading, text, button, image, list, numbered, divider, columns and html.";

    private readonly YamlSource source;
    private readonly MadeBody made;
    private readonly StringBuilder html = new();

    private MailBlocks(YamlSource source, MadeBody made) => (this.source, this.made) = (source, made);

    /// <returns>HTML with neutral words.</returns>
    public static string ToHtml(YamlSource source, MadeBody made, YamlNode? blocks)
    {
        var writer = new MailBlocks(source, made);
        writer.All(blocks, "blocks", isInColumn: false);
        return writer.html.ToString();
    }

    private void All(YamlNode? node, string what, bool isInColumn)
    {
        foreach (var item in source.List(node, what)?.Items ?? []) One(item, isInColumn);
    }

    private void One(YamlNode item, bool isInColumn)
    {
        if (item is YamlNode.Scalar { Value: "divider" or "salutation" } word)
        {
            Plain(word.Value, word.Span);
            return;
        }

        if (item is not YamlNode.Mapping mapping)
        {
            source.Error(DiagnosticCodes.BadBlock, item.Span, item is YamlNode.Scalar { Value: { Length: > 0 } said } ? $"no block is called \"{said}\"" : "this is no block", $"A text is - text: …. {Kinds}");
            return;
        }

        var fields = new Fields(source, mapping, "a block");
        var condition = fields["if"];
        var kind = mapping.Entries.Select(entry => entry.Key).FirstOrDefault(key => key.Value != "if");
        if (kind is null)
        {
            source.Error(DiagnosticCodes.BadBlock, fields.HeadSpan, "this block says nothing", Kinds);
            return;
        }

        var expression = Condition(condition);
        if (expression is not null) html.Append(expression);
        Content(kind, fields, isInColumn);
        if (expression is not null) html.Append(made.Hold("{{ end }}", _ => condition!.Span)).Append('\n');
        fields.RefuseOthers();
    }

    private string? Condition(YamlNode? node)
    {
        if (source.Text(node, "if") is not { } written) return null;
        var positions = new ScalarPositions(source, (YamlNode.Scalar)node!);
        if (!IsSound($"{{{{ if {written} }}}}{{{{ end }}}}", offset => positions.Span(offset - "{{ if ".Length, 1))) return null;
        return made.Hold($"{{{{ if {written} }}}}", offset => positions.Span(offset - "{{ if ".Length, 1)) + "\n";
    }

    private void Plain(string kind, SourceSpan at)
    {
        if (kind == "divider") html.Append("<hr>\n");
        else html.Append("<p>").Append(made.Hold("{{ name.salutation contact account }}", _ => at)).Append("</p>\n");
    }

    /// <summary>With a greeting of its own where one is given; languages that begin with none do without.</summary>
    private void Salutation(YamlNode? greeting, SourceSpan at)
    {
        if (greeting is YamlNode.Scalar { IsEmpty: true } or null || source.Text(greeting, "the greeting") is not { } words)
        {
            Plain("salutation", at);
            return;
        }

        if (words.AsSpan().ContainsAny("{}\"\\"))
            source.Error(DiagnosticCodes.BadBlock, greeting.Span, "a greeting is plain words", "- salutation: Hello");
        html.Append("<p>").Append(made.Hold($"{{{{ name.salutation contact account greeting: \"{words}\" }}}}", _ => greeting.Span)).Append("</p>\n");
    }

    private void Content(YamlNode.Scalar kind, Fields fields, bool isInColumn)
    {
        switch (kind.Value)
        {
            case "salutation":
                Salutation(fields.RequiredOrNothing("salutation"), kind.Span);
                break;
            case "divider":
                fields.RequiredOrNothing("divider");
                Plain("divider", kind.Span);
                break;
            case "heading" or "subheading":
                var level = kind.Value == "heading" ? "h1" : "h2";
                html.Append('<').Append(level).Append('>').Append(Line(fields[kind.Value], kind.Value)).Append("</").Append(level).Append(">\n");
                break;
            case "text":
                if (Sound(fields["text"], "text") is var (text, at)) html.Append(MarkdownText.ToHtml(made, text, at, takesHtml: false));
                break;
            case "html":
                if (Sound(fields["html"], "html") is var (markup, place)) html.Append(MarkdownText.Masked(made, markup, place)).Append('\n');
                break;
            case "list" or "numbered":
                var list = kind.Value == "list" ? "ul" : "ol";
                html.Append('<').Append(list).Append(">\n");
                foreach (var item in source.List(fields[kind.Value], kind.Value)?.Items ?? []) html.Append("<li>").Append(Line(item, "an item")).Append("</li>\n");
                html.Append("</").Append(list).Append(">\n");
                break;
            case "button": Button(fields["button"]); break;
            case "image": Image(fields["image"]); break;
            case "columns": Columns(fields["columns"], isInColumn); break;
            default:
                source.Error(DiagnosticCodes.BadBlock, kind.Span, $"no block is called \"{kind.Value}\"", Suggestions.For(kind.Value, ["salutation", "heading", "subheading", "text", "button", "image", "list", "numbered", "divider", "columns", "html"], null) ?? Kinds);
                _ = fields[kind.Value];
                break;
        }
    }

    private void Button(YamlNode? node)
    {
        if (source.Map(node, "a button", "- button: { label: Open the guide, link: \"https://example.com\" }") is not { } mapping) return;
        var fields = new Fields(source, mapping, "a button");
        var (label, link) = (Line(fields.Required("label", "What stands on it."), "label"), Address(fields.Required("link", "Where it leads."), "link"));
        fields.RefuseOthers();
        html.Append("<p><a class=\"button\" href=\"").Append(link).Append("\">").Append(label).Append("</a></p>\n");
    }

    private void Image(YamlNode? node)
    {
        if (source.Map(node, "an image", "- image: { src: \"https://example.com/a.png\", alt: What it shows }") is not { } mapping) return;
        var fields = new Fields(source, mapping, "an image");
        var src = Address(fields.Required("src", "Where the picture is."), "src");
        var alt = fields.RequiredOrNothing("alt", "What it shows, for those who do not see it; alt: \"\" for a mere ornament.") is YamlNode.Scalar { IsEmpty: false } said ? Attribute(said, "alt") : "";
        var width = source.Whole(fields["width"], "width", 1);
        var link = fields["link"] is { } leads ? Address(leads, "link") : null;
        fields.RefuseOthers();
        html.Append("<p>");
        if (link is not null) html.Append("<a href=\"").Append(link).Append("\">");
        html.Append("<img src=\"").Append(src).Append("\" alt=\"").Append(alt).Append('"');
        if (width is { } pixels) html.Append(System.Globalization.CultureInfo.InvariantCulture, $" width=\"{pixels}\"");
        html.Append(" style=\"max-width:100%;height:auto;border:0\">").Append(link is null ? "" : "</a>").Append("</p>\n");
    }

    private void Columns(YamlNode? node, bool isInColumn)
    {
        if (isInColumn && node is not null) source.Error(DiagnosticCodes.BadBlock, node.Span, "there are no columns within columns", "Many readers are narrow: put them below each other.");
        var columns = source.List(node, "columns")?.Items ?? [];
        if (node is not null && columns.Count is not (2 or 3)) source.Error(DiagnosticCodes.BadBlock, node.Span, $"there are two columns or three, and here {(columns.Count == 1 ? "is 1" : $"are {columns.Count}")}", "columns: [ [ text: Left ], [ text: Right ] ].");
        html.Append("<table role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\"><tr>\n");
        foreach (var column in columns)
        {
            html.Append(System.Globalization.CultureInfo.InvariantCulture, $"<td valign=\"top\" width=\"{100 / columns.Count}%\" style=\"padding-right:16px\">\n");
            All(column, "a column", isInColumn: true);
            html.Append("</td>\n");
        }

        html.Append("</tr></table>\n");
    }

    private string Line(YamlNode? node, string what) => Sound(node, what) is var (text, at) ? MarkdownText.LineToHtml(made, text, at) : "";

    private string Attribute(YamlNode? node, string what) => Sound(node, what) is var (text, at) ? WebUtility.HtmlEncode(MarkdownText.Masked(made, text, at)) : "";

    private string Address(YamlNode? node, string what)
    {
        if (node is YamlNode.Scalar { Value: { Length: > 0 } written } && !written.StartsWith("{{", StringComparison.Ordinal)
            && !(Uri.TryCreate(written.Split("{{")[0], UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http" or "mailto" or "tel"))
            source.Error(DiagnosticCodes.BadBlock, node.Span, $"\"{written}\" is no address", "All of it: https://example.com/page, mailto:hello@example.com or tel:+81312345678.");
        return Attribute(node, what);
    }

    /// <summary>A text whose code is whole by itself, with where its characters stand; else what is wrong with it is said.</summary>
    private (string Text, Func<int, SourceSpan> At)? Sound(YamlNode? node, string what)
    {
        if (source.Text(node, what) is not { } text) return null;
        var positions = new ScalarPositions(source, (YamlNode.Scalar)node!);
        return IsSound(text, offset => positions.Span(offset, 1)) ? (text, offset => positions.Span(offset, 1)) : null;
    }

    private bool IsSound(string text, Func<int, SourceSpan> at)
    {
        var read = Template.Parse(text, "block", MailFacts.Html);
        foreach (var found in read.Diagnostics) source.Error(DiagnosticCodes.BadTemplate, at(found.Span.Start) with { Length = found.Span.Length }, found.Message, found.Hint);
        return read.IsValid;
    }
}
