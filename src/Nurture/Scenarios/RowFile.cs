using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Nurture.Intake;
using Nurture.Scenarios.Yaml;
using Nurture.Templating.Syntax;

namespace Nurture.Scenarios;

/// <summary>
/// <c>for_each: features.csv</c>: the rows of a file beside the scenario are written to the end of its text, so that a version
/// holds all that it means. What is then said of a row is said of its line in the file.
/// </summary>
public sealed partial class RowFile
{
    private const string Mark = "for_each:";
    private static readonly string[] Endings = [".csv", ".yaml", ".yml"];

    private readonly string scenarioFile;
    private readonly int keyLine;
    private readonly int moved;
    private readonly int before;
    private readonly bool isYaml;
    private readonly YamlSource rows;

    // Of each line that was written, the file's line that it comes from.
    private readonly List<int> from;

    private RowFile(string scenarioFile, YamlSource rows, int keyLine, int moved, int before, bool isYaml, List<int> from) =>
        (this.scenarioFile, this.rows, this.keyLine, this.moved, this.before, this.isYaml, this.from) = (scenarioFile, rows, keyLine, moved, before, isYaml, from);

    /// <summary>As it stands, with the rows in it.</summary>
    public string Text { get; private init; } = "";

    public string Scenario => scenarioFile;

    /// <summary>Of the file of rows.</summary>
    public string File => rows.File;

    /// <summary>What is wrong with the file of rows; where anything is, nothing of it is in the text.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics => rows.Sorted();

    /// <summary>The file that a scenario's rows stand in; null where it has none, or they stand in the scenario.</summary>
    public static string? NamedBy(string text) => Key().Match(text) is { Success: true } match && IsOne(match.Groups["file"].Value) ? match.Groups["file"].Value : null;

    public static bool IsOne(string file) => Endings.Any(ending => file.EndsWith(ending, StringComparison.Ordinal));

    /// <param name="file">The scenario's, as its diagnostics name it.</param>
    /// <param name="rowsFile">As its own diagnostics name it.</param>
    public static RowFile Read(string text, string file, string rowsText, string rowsFile)
    {
        text = text.Replace("\r\n", "\n");
        var key = Key().Match(text);
        var rows = new YamlSource(rowsText, rowsFile);
        var isYaml = !rowsFile.EndsWith(".csv", StringComparison.Ordinal);
        var (written, from) = isYaml ? OfYaml(rows) : OfCsv(rows);
        var note = $"# the rows of {key.Groups["file"].Value} stand at the end";
        var kept = text[..key.Index] + note + text[(key.Index + key.Length)..];
        if (kept.Length > 0 && kept[^1] != '\n') kept += '\n';
        return new(file, rows, text[..key.Index].Count(c => c == '\n') + 1, note.Length - key.Length, kept.Count(c => c == '\n') + 1, isYaml, from)
        {
            Text = rows.HasErrors ? text : $"{kept}{Mark}\n{string.Join('\n', written)}\n",
        };
    }

    /// <summary>What is said of the text with the rows in it, of the file and line that an author knows.</summary>
    public Diagnostic Place(Diagnostic said)
    {
        if (said.File != scenarioFile || rows.HasErrors || said.Span.Line <= keyLine) return said;
        if (said.Span.Line < before) return said with { Span = said.Span with { Start = said.Span.Start - moved } };
        var line = LineOf(said.Span.Line);
        var start = rows.LineSpan(line);
        return said with
        {
            File = rows.File,
            Span = isYaml && said.Span.Line > before ? start with { Start = start.Start - start.Column + Math.Max(1, said.Span.Column - 2), Length = said.Span.Length, Column = Math.Max(1, said.Span.Column - 2) } : start,
        };
    }

    /// <summary>The file's line of a line of the text that belongs to the rows; any other line itself.</summary>
    internal int LineOf(int line) => line > before && line - before - 1 < from.Count ? from[line - before - 1] : line >= before ? 1 : line;

    private static (List<string> Written, List<int> From) OfYaml(YamlSource rows)
    {
        var root = YamlReader.Read(rows);
        if (root is not YamlNode.Sequence { Items.Count: > 0 } && !rows.HasErrors)
            rows.Error(DiagnosticCodes.BadRows, rows.LineSpan(1), "a file of rows is a list of them", "Each begins with its id: - { id: reports, event: report_opened }.");
        var lines = rows.Text.TrimEnd('\n').Split('\n');
        return ([.. lines.Select(line => line is "---" or "" ? "" : $"  {line}")], [.. Enumerable.Range(1, lines.Length)]);
    }

    private static (List<string> Written, List<int> From) OfCsv(YamlSource rows)
    {
        var records = CsvText.Rows(rows.Text).Where(record => record.Cells.Any(cell => cell.Trim().Length > 0)).ToList();
        var names = records.Count == 0 ? [] : records[0].Cells.Select(cell => cell.Trim()).ToList();
        var (written, from) = (new List<string>(), new List<int>());
        if (!names.Contains("id") && !names.Contains("name"))
            rows.Error(DiagnosticCodes.BadRows, rows.LineSpan(1), "the first line names the columns, and none is called id", "For example id,title,event,template.");
        else if (names.FirstOrDefault(name => name.Length > 0 && names.Count(other => other == name) > 1) is { } twice)
            rows.Error(DiagnosticCodes.BadRows, rows.LineSpan(1), $"there are two columns \"{twice}\"");
        else if (records.Count == 1)
            rows.Error(DiagnosticCodes.BadRows, rows.LineSpan(1), "there is no row below the names of the columns");
        foreach (var (line, cells) in records.Skip(1))
        {
            if (cells.Count > names.Count) rows.Error(DiagnosticCodes.BadRows, rows.LineSpan(line), $"this row has {cells.Count} cells, and there are {names.Count} columns", "A cell with a comma stands in double quotes.");
            var values = cells.Take(names.Count).Select((cell, i) => (Name: names[i], Cell: cell.Trim())).Where(one => one.Name.Length > 0 && one.Cell.Length > 0);
            written.Add($"  - {{ {string.Join(", ", values.Select(one => $"{Quoted(one.Name)}: {(one.Cell.Contains('|', StringComparison.Ordinal) ? $"[ {string.Join(", ", one.Cell.Split('|', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Quoted))} ]" : Quoted(one.Cell))}"))} }}");
            from.Add(line);
        }

        return (written, from);
    }

    /// <summary>What YAML reads as the same text; numbers, true and false without quotes, since that is what they are.</summary>
    private static string Quoted(string cell) => Plain().IsMatch(cell) ? cell : $"'{cell.ReplaceLineEndings(" ").Replace("'", "''", StringComparison.Ordinal)}'";

    [GeneratedRegex(@"^for_each:[ \t]+(['""]?)(?<file>[A-Za-z0-9_][A-Za-z0-9_.-]*)\1(?=[ \t]*(#.*)?$)", RegexOptions.Multiline)]
    private static partial Regex Key();

    [GeneratedRegex(@"^(true|false|-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,9})?|[A-Za-z_][A-Za-z0-9_-]*)\z")]
    private static partial Regex Plain();
}
