using System.Text.RegularExpressions;
using Nurture.Mail.Html;

namespace Nurture.Templates;

/// <summary>
/// A mail and its layout with the layout's style rules written to the elements of both: found once for a pair of texts, so that
/// no mail costs more for it. Their code and their lines stay as they are.
/// </summary>
public static partial class InlinedStyles
{
    public static (MailTemplate Template, MailTemplate? Layout) Of(MailTemplate template, MailTemplate? layout)
    {
        if (layout is null)
        {
            var text = template.Body.Text;
            return (Changed(template, CssInliner.Plan(text, template.Body.WithoutCode())), null);
        }

        var (outer, inner) = (layout.Body.Text, template.Body.Text);
        if (Content().Match(outer) is not { Success: true } place) return (template, Changed(layout, CssInliner.Plan(outer, layout.Body.WithoutCode())));

        // As the reader gets it: the mail stands in the layout where that shows it.
        var (start, end) = (place.Index, place.Index + place.Length);
        var bare = layout.Body.WithoutCode();
        var insertions = CssInliner.Plan(outer[..start] + inner + outer[end..], bare[..start] + template.Body.WithoutCode() + bare[end..]);
        return (
            Changed(template, insertions.Where(i => i.At >= start && i.At < start + inner.Length).Select(i => i with { At = i.At - start })),
            Changed(layout, insertions.Where(i => i.At < start || i.At >= start + inner.Length).Select(i => i.At < start ? i : i with { At = i.At - inner.Length + place.Length })));
    }

    private static MailTemplate Changed(MailTemplate template, IEnumerable<PageInsertion> insertions)
    {
        var list = insertions.ToList();
        return list.Count == 0 ? template : template.WithBody(CssInliner.Apply(template.Body.Text, list));
    }

    [GeneratedRegex(@"\{\{[-~]?\s*content\s*[-~]?\}\}")]
    private static partial Regex Content();
}
