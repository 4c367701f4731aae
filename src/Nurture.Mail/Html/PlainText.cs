using System.Globalization;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;

namespace Nurture.Mail.Html;

/// <summary>
/// The plain text of an HTML mail: headings and paragraphs apart, lists with marks, links as <c>text (url)</c>, images by their
/// alternative text, table rows and buttons as lines. Lines are not wrapped, and end with LF.
/// </summary>
/// <remarks>Left out is what a reader does not see: hidden elements, the preheader, comments, styles, scripts.</remarks>
public static class PlainText
{
    private const int DeepestElement = 200;

    // Making one costs a quarter of parsing a mail; AngleSharp does not say that it may be shared between threads.
    [ThreadStatic]
    private static HtmlParser? parser;

    public static string FromHtml(string html)
    {
        using var document = (parser ??= new HtmlParser()).ParseDocument(html);
        var layout = new TextLayout();
        new Walk(layout).Children(document.Body!, 0);
        return layout.IsEmpty ? "" : layout + "\n";
    }

    private sealed class Walk(TextLayout layout)
    {
        private string? lastUrl;
        private int lastEnd;

        public void Children(INode node, int depth)
        {
            if (depth > DeepestElement)
            {
                layout.Text(node.TextContent); // nobody nests so deep on purpose
                return;
            }
            foreach (var child in node.ChildNodes)
            {
                if (child is IText text)
                    layout.Text(text.Data);
                else if (child is IElement element && !Visibility.IsHidden(element))
                    Element(element, depth + 1);
            }
        }

        private void Element(IElement element, int depth)
        {
            switch (element.LocalName)
            {
                case "br":
                    layout.LineBreak();
                    break;
                case "hr":
                    Block(2, () => layout.Text("---"));
                    break;
                case "img":
                    layout.Text(element.GetAttribute("alt") ?? "");
                    break;
                case "a" when Visibility.IsBox(element):
                    Block(1, () => Link(element, depth));
                    break;
                case "a":
                    Link(element, depth);
                    break;
                case "pre":
                    Block(2, () => layout.Preformatted(element.TextContent));
                    break;
                case "ul" or "ol":
                    Block(element.Closest("li") is null ? 2 : 1, () => List(element, depth));
                    break;
                case "blockquote":
                    Block(2, () => Indented("> ", "> ", element, depth));
                    break;
                case "dd":
                    Block(1, () => Indented("  ", "  ", element, depth));
                    break;
                case "tr":
                    Block(1, () => Row(element, depth));
                    break;
                case "h1" or "h2" or "h3" or "h4" or "h5" or "h6" or "p" or "table" or "dl":
                    Block(2, () => Children(element, depth));
                    break;
                case "div" or "section" or "article" or "header" or "footer" or "main" or "nav" or "aside" or "figure" or "figcaption"
                    or "address" or "center" or "form" or "fieldset" or "li" or "dt" or "td" or "th" or "caption" or "tbody" or "thead" or "tfoot":
                    Block(1, () => Children(element, depth));
                    break;
                default:
                    Children(element, depth);
                    break;
            }
        }

        private void Block(int lines, Action content)
        {
            layout.Break(lines);
            content();
            layout.Break(lines);
        }

        private void Indented(string first, string rest, IElement element, int depth)
        {
            layout.Push(first, rest);
            Children(element, depth);
            layout.Pop();
        }

        private void List(IElement list, int depth)
        {
            var number = int.TryParse(list.GetAttribute("start"), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var start) ? start : 1;
            foreach (var item in list.Children.Where(c => !Visibility.IsHidden(c)))
            {
                if (int.TryParse(item.GetAttribute("value"), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var own)) number = own;
                var mark = list.LocalName == "ol" ? string.Create(CultureInfo.InvariantCulture, $"{number++}. ") : "- ";
                Block(1, () => Indented(mark, new string(' ', mark.Length), item, depth));
            }
        }

        /// <summary>Cells of one line share a line; a row that holds more than that is layout, and its cells are blocks.</summary>
        private void Row(IElement row, int depth)
        {
            // Which of both it is shows when all have been walked, and tables nest: a second walk would double with each level.
            var before = lastEnd == layout.Length ? lastUrl : null;
            var cells = new List<TextLayout>();
            foreach (var cell in row.Children.Where(c => !Visibility.IsHidden(c)))
                cells.Add(Cell(cell, depth, ref before));
            var texts = cells.ConvertAll(c => c.ToString()).FindAll(t => t.Length > 0);
            if (!IsLayout(row) && texts.Count > 1 && texts.TrueForAll(t => !t.Contains('\n')))
            {
                layout.Text(string.Join(" | ", texts));
            }
            else
            {
                foreach (var cell in cells)
                    Block(1, () => layout.Append(cell));
            }

            (lastUrl, lastEnd) = (before, layout.Length);
        }

        /// <param name="before">Where the link leads that stands directly before it, and then the one with which it ends; null where there is none.</param>
        private static TextLayout Cell(IElement cell, int depth, ref string? before)
        {
            var aside = new TextLayout();
            aside.Break(1);
            var walk = new Walk(aside) { lastUrl = before };
            walk.Children(cell, depth);
            before = walk.lastEnd == aside.Length ? walk.lastUrl : null;
            return aside;
        }

        /// <summary>Its author says that the table is none, so its cells have nothing to do with each other.</summary>
        private static bool IsLayout(IElement row) => row.Closest("table")?.GetAttribute("role") is "presentation" or "none";

        private void Link(IElement link, int depth)
        {
            var text = Aside(link, depth).Replace('\n', ' ');
            var url = Links.Shown(link.GetAttribute("href"));
            if (url is null)
            {
                layout.Text(text);
            }
            else if (text.Length == 0 || Links.IsSame(text, url))
            {
                layout.Text(url);
            }
            else
            {
                // An image and its caption are often two links to one place, one directly after the other.
                if (url == lastUrl && layout.Length == lastEnd) layout.Text(text);
                else layout.Link(text, url);
            }

            (lastUrl, lastEnd) = (url ?? lastUrl, layout.Length);
        }

        private static string Aside(IElement element, int depth)
        {
            var aside = new TextLayout();
            new Walk(aside).Children(element, depth);
            return aside.ToString();
        }
    }
}
