using System.Text;
using System.Text.RegularExpressions;

namespace Nurture.Templates;

/// <summary>What to insert into a page, in the order of its text; told the page, and the same with neutral characters for its code.</summary>
public delegate IReadOnlyList<(int At, string Text)> StylePlan(string page, string markup);

/// <summary>
/// A mail and its layout with the layout's style rules written to the elements of both: found once for a pair of texts, so that
/// no mail costs more for it. Their code and their lines stay as they are.
/// </summary>
public static partial class InlinedStyles
{
    public static (MailTemplate Template, MailTemplate? Layout) Of(MailTemplate template, MailTemplate? layout, StylePlan plan)
    {
        if (layout is null)
        {
            var text = template.Body.Text;
            return (Changed(template, plan(text, template.Body.WithoutCode())), null);
        }

        var (outer, inner) = (layout.Body.Text, template.Body.Text);
        if (Content().Match(outer) is not { Success: true } place) return (template, Changed(layout, plan(outer, layout.Body.WithoutCode())));

        // As the reader gets it: the mail stands in the layout where that shows it.
        var (start, end) = (place.Index, place.Index + place.Length);
        var bare = layout.Body.WithoutCode();
        var insertions = plan(outer[..start] + inner + outer[end..], bare[..start] + template.Body.WithoutCode() + bare[end..]);
        return (
            Changed(template, insertions.Where(i => i.At >= start && i.At < start + inner.Length).Select(i => (i.At - start, i.Text))),
            Changed(layout, insertions.Where(i => i.At < start || i.At >= start + inner.Length).Select(i => i.At < start ? i : (i.At - inner.Length + place.Length, i.Text))));
    }

    private static MailTemplate Changed(MailTemplate template, IEnumerable<(int At, string Text)> insertions)
    {
        var page = template.Body.Text;
        var text = new StringBuilder(page.Length + 1024);
        var at = 0;
        foreach (var (place, inserted) in insertions)
        {
            text.Append(page, at, place - at).Append(inserted);
            at = place;
        }

        return text.Length == 0 ? template : template.WithBody(text.Append(page, at, page.Length - at).ToString());
    }

    [GeneratedRegex(@"\{\{[-~]?\s*content\s*[-~]?\}\}")]
    private static partial Regex Content();
}
