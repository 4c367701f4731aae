using System.Text;

namespace Nurture.Intake;

/// <summary>Text by RFC 4180, as spreadsheets write it: with commas, semicolons or tabs, whichever the first line has most of.</summary>
internal static class CsvText
{
    /// <summary>Each record's line and cells, the empty ones among them.</summary>
    public static IEnumerable<(int Line, List<string> Cells)> Rows(string text)
    {
        text = text.TrimStart('\uFEFF');
        var end = text.IndexOf('\n', StringComparison.Ordinal);
        var head = end < 0 ? text : text[..end];
        var divider = new[] { ',', ';', '\t' }.MaxBy(candidate => head.Count(c => c == candidate));
        var (cells, cell, isQuoted, line, began) = (new List<string>(), new StringBuilder(), false, 1, 1);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\n') line++;
            if (isQuoted)
            {
                if (c != '"') cell.Append(c);
                else if (i + 1 < text.Length && text[i + 1] == '"') cell.Append(text[i++]);
                else isQuoted = false;
            }
            else if (c == '"' && cell.Length == 0) isQuoted = true;
            else if (c == divider) Next();
            else if (c == '\n')
            {
                Next();
                yield return (began, cells);
                (cells, began) = ([], line);
            }
            else if (c != '\r') cell.Append(c);
        }

        Next();
        yield return (began, cells);

        void Next()
        {
            cells.Add(cell.ToString());
            cell.Clear();
        }
    }
}
