using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Nurture.Contacts;
using Nurture.Scenarios.Yaml;
using Nurture.Templating.Syntax;

namespace Nurture.Scenarios;

/// <summary>
/// <c>for_each</c>: the scenario is read once for each row, with the row's values where <c>row.…</c> stands, so that each row
/// is typed, checked and counted as a scenario of its own.
/// </summary>
public sealed partial class ScenarioParser
{
    /// <summary>More is data, not a scenario.</summary>
    private const int MostRows = 200;

    /// <param name="Nodes">Its values as they stand in the file, by column.</param>
    private sealed record RowText(ScenarioRow Row, IReadOnlyDictionary<string, YamlNode> Nodes, SourceSpan Head, SourceSpan Span);

    private RowText? row;
    private IReadOnlySet<string> columns = new HashSet<string>();

    /// <summary>Where values stand that the row does not have: what else is said of them is no news.</summary>
    private readonly HashSet<int> missed = [];

    /// <summary>Ids of steps that no id was given, by where they stand: a step is called the same in every row.</summary>
    private Dictionary<int, string>? sharedIds;

    private static ParsedScenario ParseRows(ScenarioParser first, YamlNode.Mapping root, YamlNode.Entry forEach, string text, string file, ParseEnvironment environment)
    {
        var rows = first.ReadRows(forEach.Value);
        var columns = rows.SelectMany(one => one.Nodes.Keys).ToHashSet(StringComparer.Ordinal);
        var ids = new Dictionary<int, string>();
        var rest = root with { Entries = [.. root.Entries.Where(entry => entry != forEach)] };
        string? name = null;
        var read = new List<ParsedScenario>();
        foreach (var one in rows)
        {
            var parser = new ScenarioParser(text, file, environment) { row = one, columns = columns, sharedIds = ids };
            var scenario = parser.ReadScenario((YamlNode.Mapping)parser.Filled(rest), text, out name);
            if (scenario is not null)
            {
                var isNamed = root.Entries.Any(entry => entry is { Key.Value: "title", Value: YamlNode.Scalar title } && ReadsRow().IsMatch(title.Value));
                scenario = scenario with { Name = $"{scenario.Name}{ScenarioRow.Mark}{one.Row.Id}", Row = one.Row, Title = isNamed || scenario.Title.Length == 0 ? scenario.Title : $"{scenario.Title}: {one.Row.Title}" };
            }

            parser.source.Diagnostics.RemoveAll(said => said.Code != DiagnosticCodes.UnknownColumn && parser.missed.Contains(said.Span.Start));
            read.Add(new(parser.source.HasErrors ? null : scenario, parser.source.Sorted())
            {
                Draft = scenario, SaysNoGoal = parser.saysNoGoal, Name = name, Positions = parser.positions, File = file, RowSpan = one.Span,
            });
        }

        var written = root.Entries.FirstOrDefault(entry => entry.Key.Value == "title")?.Value is YamlNode.Scalar said ? ReadsRow().Replace(said.Value, "…") : "";
        var drafts = read.Select(one => one.Draft).OfType<Scenario>().ToList();
        var family = drafts.Count == 0 ? null : drafts[0] with { Name = name ?? "", Title = written is "…" ? name ?? "" : written, Row = null, Rows = drafts };
        var found = first.source.Sorted().Concat(MergeRows([.. read.Select(one => (one.RowSpan!.Value, one.Draft?.Row?.Id ?? "", one.Diagnostics))]))
            .OrderBy(d => d.Span.Line).ThenBy(d => d.Span.Column).ThenBy(d => d.Code, StringComparer.Ordinal).ToList();
        var isGood = drafts.Count == rows.Count && !found.Exists(d => d.Severity == Severity.Error);
        return new(isGood ? family : null, found)
        {
            Draft = family,
            Rows = drafts.Count == rows.Count ? read : [],
            Name = name,
            Positions = new Dictionary<string, SourceSpan>(read.Count > 0 ? read[0].Positions : first.positions) { ["for_each"] = forEach.Value.Span },
            File = file,
            SaysNoGoal = read.Exists(one => one.SaysNoGoal),
        };
    }

    /// <summary>What is said of every row is said once; what is said of some rows says of which, unless it stands in the row itself.</summary>
    internal static IEnumerable<Diagnostic> MergeRows(IReadOnlyList<(SourceSpan Span, string Id, IReadOnlyList<Diagnostic> Found)> rows)
    {
        foreach (var same in rows.SelectMany(one => one.Found.Distinct().Select(said => (one.Span, one.Id, Said: said))).GroupBy(one => one.Said))
        {
            var those = same.ToList();
            var isInRow = those.Exists(one => same.Key.Span.Start >= one.Span.Start && same.Key.Span.Start < one.Span.Start + one.Span.Length);
            yield return isInRow || those.Count == rows.Count ? same.Key
                : same.Key with { Said = those is [var only] ? (Wording)$"row {only.Id}: {same.Key.Said}" : (Wording)$"rows {Suggestions.Listed([.. those.Select(one => one.Id)])}: {same.Key.Said}" };
        }
    }

    private List<RowText> ReadRows(YamlNode node)
    {
        var rows = new List<RowText>();
        if (node is YamlNode.Scalar { Value: var named } && RowFile.IsOne(named))
        {
            source.Error(DiagnosticCodes.BadRows, node.Span, $"the rows are in {named}, which is not here", "The file stands beside the scenario and is given together with it; or write the rows here.");
            return rows;
        }

        if (node is not YamlNode.Sequence { Items.Count: > 0 } list)
        {
            source.Error(DiagnosticCodes.BadRows, node.Span, "for_each: is a list of rows", "Each row has an id and what differs: - { id: reports, event: report_opened, template: tip-reports }.");
            return rows;
        }

        if (list.Items.Count > MostRows)
            source.Error(DiagnosticCodes.BadRows, list.Items[MostRows].Span, $"a scenario has {MostRows} rows at most, and this one has {list.Items.Count}", "What there are more of is an attribute or an event's property: key: trigger.order_id.");
        foreach (var item in list.Items.Take(MostRows))
        {
            if (source.Map(item, "a row", "For example - { id: reports, event: report_opened }.") is not { } mapping) continue;
            var nodes = mapping.Entries.ToDictionary(entry => entry.Key.Value, entry => entry.Value, StringComparer.Ordinal);
            var head = mapping.Entries.Count > 0 ? mapping.Entries[0].Key.Span : mapping.Span;
            if ((nodes.GetValueOrDefault("id") ?? nodes.GetValueOrDefault("name")) is not { } idNode)
            {
                source.Error(DiagnosticCodes.BadRows, head, "a row has an id, by which its passages are known from version to version", "For example id: reports.");
                continue;
            }

            var id = source.Name(idNode, "a row");
            if (id is null) continue;
            if (rows.Find(other => other.Row.Id == id) is { } earlier)
            {
                source.Error(DiagnosticCodes.BadRows, idNode.Span, $"the row on line {environment.Rows?.LineOf(earlier.Head.Line) ?? earlier.Head.Line} is called \"{id}\" already");
                continue;
            }

            var values = new Dictionary<string, RowValue>(StringComparer.Ordinal);
            foreach (var (column, value) in mapping.Entries)
            {
                if (!ColumnPattern().IsMatch(column.Value))
                    source.Error(DiagnosticCodes.BadRows, column.Span, $"\"{column.Value}\" cannot be read as row.{column.Value}", "A column is called in letters, digits and _: row.template.");
                else if (value is YamlNode.Mapping || value is YamlNode.Sequence many && many.Items.Any(one => one is not YamlNode.Scalar))
                    source.Error(DiagnosticCodes.BadRows, value.Span, $"row.{column.Value} is a text, a number, true or false, or a list of them, not {Values.Shape(value)}");
                else values[column.Value] = ValueOf(value);
            }

            values["id"] = new([AttributeValue.From(id)], false);
            var title = values.GetValueOrDefault("title") is { IsList: false, Items: [{ Kind: ValueKind.Text } said] } ? said.AsText : id;
            rows.Add(new(new ScenarioRow(id, title, values), nodes.ContainsKey("id") ? nodes : new Dictionary<string, YamlNode>(nodes) { ["id"] = idNode }, head, mapping.Span));
        }

        return rows;
    }

    private static RowValue ValueOf(YamlNode node) => node is YamlNode.Sequence list
        ? new([.. list.Items.OfType<YamlNode.Scalar>().Select(One)], true)
        : new([One((YamlNode.Scalar)node)], false);

    private static AttributeValue One(YamlNode.Scalar scalar) =>
        scalar is { IsPlain: true, Value: "true" or "false" } ? AttributeValue.From(scalar.Value == "true")
        : scalar.IsPlain && double.TryParse(scalar.Value, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? AttributeValue.From(number)
        : AttributeValue.From(scalar.Value);

    /// <summary>With the row's value for each value that is <c>row.…</c>, and for each <c>{{ row.… }}</c> in a text.</summary>
    private YamlNode Filled(YamlNode node)
    {
        switch (node)
        {
            case YamlNode.Mapping mapping: return mapping with { Entries = [.. mapping.Entries.Select(entry => entry with { Value = Filled(entry.Value) })] };
            case YamlNode.Sequence list:
                // A list of the row stands for its items.
                return list with { Items = [.. list.Items.SelectMany(item => Filled(item) is var filled && item is YamlNode.Scalar && filled is YamlNode.Sequence several ? several.Items : [filled])] };
            case YamlNode.Scalar scalar when WholeRead().Match(scalar.Value) is { Success: true } whole:
                return Find(whole.Groups[1].Value, scalar.Span) switch
                {
                    YamlNode.Scalar value => value with { Written = scalar.Value },
                    { } value => value,
                    null => scalar,
                };
            case YamlNode.Scalar scalar when InText().IsMatch(scalar.Value):
                var text = InText().Replace(scalar.Value, read => Find(read.Groups[1].Value, scalar.Span) is YamlNode.Scalar value ? value.Value : read.Value);
                return scalar with { Value = text, Written = InText().Replace(scalar.Value, "") };
            default: return node;
        }
    }

    private YamlNode? Find(string column, SourceSpan at)
    {
        if (row!.Nodes.TryGetValue(column, out var value)) return value;
        missed.Add(at.Start);
        if (columns.Contains(column))
            source.Error(DiagnosticCodes.UnknownColumn, row.Head, $"row \"{row.Row.Id}\" has no \"{column}\", which line {at.Line} reads", $"Add {column}: to it.");
        else
            source.Error(DiagnosticCodes.UnknownColumn, at, $"no row has \"{column}\"", Suggestions.For(column, columns, "They have"));
        return null;
    }

    /// <summary>A condition in which <c>row.…</c> is written out, and where each part of it came from.</summary>
    private sealed record WrittenOut(string Text, IReadOnlyList<(int Start, int Length, int From, int FromLength, SourceSpan Row)> Parts)
    {
        /// <summary>Where a stretch of the text stands: in the row, or (as a stretch of what was written) in the condition.</summary>
        public (SourceSpan? Row, int Start, int Length) Place(int start, int length)
        {
            var (moved, end) = (0, start + length);
            foreach (var part in Parts)
            {
                if (start >= part.Start && end <= part.Start + part.Length && length > 0) return (part.Row, part.From, part.FromLength);
                if (part.Start + part.Length <= start) moved += part.FromLength - part.Length;
            }

            var grown = Parts.Where(part => part.Start >= start && part.Start + part.Length <= end).Sum(part => part.FromLength - part.Length);
            return (null, start + moved, Math.Max(0, length + grown));
        }
    }

    private WrittenOut? WriteOut(string condition, SourceSpan at)
    {
        if (row is null || !condition.Contains("row.", StringComparison.Ordinal)) return null;
        var (text, parts, from) = (new StringBuilder(), new List<(int, int, int, int, SourceSpan)>(), 0);
        foreach (Match read in InCondition().Matches(condition))
        {
            if (!read.Groups["column"].Success) continue;
            text.Append(condition, from, read.Index - from);
            from = read.Index + read.Length;
            var column = read.Groups["column"].Value;
            if (Find(column, at) is null) return new("true", [(0, 0, 0, 0, at)]);
            var written = row.Row.Values.TryGetValue(column, out var value) ? value.InCondition : "\"\"";
            parts.Add((text.Length, written.Length, read.Index, read.Length, row.Nodes.GetValueOrDefault(column)?.Span ?? row.Head));
            text.Append(written);
        }

        text.Append(condition, from, condition.Length - from);
        return parts.Count == 0 ? null : new(text.ToString(), parts);
    }

    /// <summary>What a step without an id is called after: what is written, not what a row has there.</summary>
    private static string Called(YamlNode? node, string value) => node is YamlNode.Scalar { Written: { } written } ? Values.Slug(written) is { Length: > 0 } slug ? slug : "row" : value;

    [GeneratedRegex(@"^row\.([A-Za-z_][A-Za-z0-9_]*)\z")]
    private static partial Regex WholeRead();

    [GeneratedRegex(@"\{\{\s*row\.([A-Za-z_][A-Za-z0-9_]*)\s*\}\}")]
    private static partial Regex InText();

    [GeneratedRegex(@"^row\.[A-Za-z_][A-Za-z0-9_]*\z|\{\{\s*row\.[A-Za-z_][A-Za-z0-9_]*\s*\}\}")]
    private static partial Regex ReadsRow();

    [GeneratedRegex(@"""(?:[^""\\]|\\.)*""|(?<![\w.])row\.(?<column>[A-Za-z_][A-Za-z0-9_]*)(?![\w(])")]
    private static partial Regex InCondition();

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_]*\z")]
    private static partial Regex ColumnPattern();
}
