using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Nurture.Conformance;

/// <summary>What fuzzed templates are made from: templates that use all of the language, and those of folders that are named.</summary>
internal static partial class FuzzCorpus
{
    private const int MaxLength = 8_000;

    public static IReadOnlyList<string> Own { get; } =
    [
        "Hello {{ contact.first_name ?? \"there\" }}, {{ if account.mrr > 10 }}big{{ else if x }}y{{ else }}small{{ end }}",
        "{{~ for p in list offset: 1 limit: 2 reversed ~}} {{ p.title | string.upcase | html.escape }} {{ for.index }}{{ else }}none{{ end -}}",
        "{{ case x; when 1, 2 || 3; 'a'; else; 'b'; end; capture y; 1 + 2 * 3; end; y }}",
        "{{ func f(a, b = 2, c...); ret a + b; end; f 1; f(1, b: 3); g(x) = x * 2; g 4 }}",
        "{{ x = {a: 1, \"b\": [1, 2, {c: $\"n{1 + 2}\"}]}; x.b[2].c; x['a'] += 4; x.a++; -x.a }}",
        "{{ while i < 3; i = i + 1; end; [1, 2] | array.each do; ret $0 * 2; end | array.join ',' }}{%{ raw {{ }%}",
        "{{ date.now | date.add_days 3 | date.to_string '%d %B %Y' }}{{ 1..5 | array.size }}{{ 0x1F + 1e3 + 1.5m }}",
        "{{ with contact; first_name; z = 1; end; import contact; readonly z; include 'foot' 1 a: 2; ret 5 }}",
        "{{ a?.b.c; a ?? b ?! c; x.empty? ? `q``r` : '\\u00e9'; @string.upcase; ^[1]; wrap f 1; $$; end; 'x' | regex.replace '(a+)' '$1' }}",
        "{{ tablerow i in 1..7 cols: 3 limit: 5 }}{{ tablerow.col }}{{ i }}{{ end }}\n  {{ 'a\nb' }}\n{{- $x = 5; $x *= 2; $x // 3 -}}",
        "{{ x = [3, 1, 2]; x[5] = null; x[-1]; x << 4; 0 >> x; x / 2; x % 2; x * 2; x == x; x | array.sort | array.reverse | object.to_json }}",
        "{{ d = date.parse '2026-02-28T10:00:00+09:00'; d.year; d - date.now; (timespan.from_days 3).total_hours; date.parse_to_string '2026/01/05' '%F' }}",
        "{{ object.eval '1 + x'; object.eval_template 'a {{ x }}'; '{\"a\": [1, null]}' | object.from_json | object.keys; object.kind x; object.typeof list }}",
        "{{ 12345678901234567890 * 98765432109876543210; 1 << 100; 5 % 3; -7 // 2; 1.5f + 2.5; 10 / 4 | math.round 2 | math.format 'N2' 'de-DE' }}",
        "{{ 'a-b' | string.split '-' | array.join '+'; 'abc' | string.slice (-2) 1; 'x' | string.pad_left 5; 'A b' | string.handleize | string.md5 }}",
        "{{ include_join ['foot', 'foot'] 'tpl:foot' '<' '>'; include 'self' n: 3; this.x; this['y'] = 4; y; include x ?? 'foot' }}",
        "{{ do; for a in list; if a.title == 'a'; continue; end; break; end; ret 1; end }}{{ f = do (a, b); a; b; end; f 1 2 }}",
        "{{ html.newline_to_br \"a\\nb\"; '<p>a</p>' | html.strip | html.url_encode; html.raw '<b>'; '&' | raw; 'a b' | html.url_escape }}",
    ];

    /// <summary>The templates of a file or of all files in a folder: in Markdown and C# those that stand as examples there.</summary>
    public static IEnumerable<string> Read(string path)
    {
        IEnumerable<string> files = File.Exists(path) ? [path] : Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal);
        return files.SelectMany(ReadFile).Where(text => text.Length is > 0 and <= MaxLength);
    }

    private static IEnumerable<string> ReadFile(string file)
    {
        switch (Path.GetExtension(file))
        {
            case ".cs":
                return Example().Matches(File.ReadAllText(file)).Select(m => $"{{{{ {XElement.Parse(m.Value).Value.Split(" → ")[0]} }}}}");
            case ".md":
                return Fence().Matches(File.ReadAllText(file)).Select(m => m.Groups[1].Value);
            case ".json":
                using (var json = JsonDocument.Parse(File.ReadAllText(file)))
                {
                    return [.. Texts(json.RootElement).Where(text => text.Contains("{{", StringComparison.Ordinal))];
                }

            case ".html" or ".txt" or ".sbn" or ".scriban" or "":
                var whole = File.ReadAllText(file);
                return whole.Length <= MaxLength ? [whole] : whole.Split('\n');
            default:
                return [];
        }
    }

    private static IEnumerable<string> Texts(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.String => [json.GetString()!],
        JsonValueKind.Array => json.EnumerateArray().SelectMany(Texts),
        JsonValueKind.Object => json.EnumerateObject().SelectMany(p => Texts(p.Value)),
        _ => [],
    };

    [GeneratedRegex("<example>.*?</example>")]
    private static partial Regex Example();

    [GeneratedRegex("```scriban\n(.*?)\n```", RegexOptions.Singleline)]
    private static partial Regex Fence();
}
