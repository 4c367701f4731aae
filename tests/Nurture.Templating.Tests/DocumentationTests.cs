using System.Text.RegularExpressions;
using System.Xml.Linq;
using Nurture.Templating.Builtins;

namespace Nurture.Templating.Tests;

/// <summary>What the documentation says is run: the examples of the functions and those of the language sheet.</summary>
public sealed partial class DocumentationTests
{
    private const char Arrow = '→';

    private static readonly TemplateLoader Loader = Rendering.Loader(TemplateOptions.Html, ("a", "[a]"), ("b", "[b]"));

    [GeneratedRegex("```scriban\n(.*?)```\n+(?:→|gives)\n+```(?:text|html)?\n(.*?)```", RegexOptions.Singleline | RegexOptions.NonBacktracking)]
    private static partial Regex SheetExample();

    private static Dictionary<string, List<string>> Examples()
    {
        var file = Path.ChangeExtension(typeof(Template).Assembly.Location, ".xml");
        return XDocument.Load(file).Descendants("member")
            .Where(m => m.Attribute("name")!.Value.StartsWith("M:Nurture.Templating.Builtins.", StringComparison.Ordinal) && m.Element("example") is not null)
            .ToDictionary(m => m.Attribute("name")!.Value.Split('(')[0], m => m.Elements("example").Select(e => e.Value.Trim('\n')).ToList());
    }

    public static IEnumerable<TheoryDataRow<string>> AllFunctions() =>
        from member in Functions.For(TemplateProfile.Mail)
        from function in member.Value.TryGetObject(out var family) ? family.Select(f => f.Value) : [member.Value]
        where function.Kind == TemplateValueKind.Function && function.AsFunction is BuiltinFunction
        select new TheoryDataRow<string>(function.AsFunction.Name);

    [Theory]
    [MemberData(nameof(AllFunctions))]
    public void Every_function_has_examples_and_does_what_they_say(string name)
    {
        var root = Functions.For(TemplateProfile.Mail);
        var parts = name.Split('.');
        var value = parts.Length == 1 ? root[name] : root[parts[0]].AsObject[parts[1]];
        var method = ((BuiltinFunction)value.AsFunction).Body.Method;

        var examples = Examples()[$"M:{method.DeclaringType!.FullName}.{method.Name}"];

        Assert.NotEmpty(examples);
        foreach (var example in examples)
        {
            var arrow = example.LastIndexOf(Arrow);
            var (input, expected) = (example[..(arrow - 1)], example[(arrow + 2)..].Replace('⏎', '\n'));
            var options = input.Contains("| raw", StringComparison.Ordinal) ? TemplateOptions.Html : TemplateOptions.Text;
            Assert.Equal(expected, Rendering.Render($"{{{{ {input} }}}}", options, null, Rendering.Options with { Loader = Loader }));
        }
    }

    [Fact]
    public void The_examples_of_the_language_sheet_give_what_it_shows()
    {
        var sheet = Find("templates/README.md");
        Assert.SkipWhen(sheet is null, "The language sheet is not above the tests.");
        const string model = """
            {"contact": {"first_name": "Ann", "email": "ann@example.com", "trial_ends": "2026-03-15T00:00:00Z"},
             "account": {"name": "R&D Ltd", "mrr": 1234.5, "seats": 3, "features": ["Reports", "Alerts", "API"], "plan": "pro"}}
            """;
        var loader = Rendering.Loader(TemplateOptions.Html, ("layout", "<body>{{ content }}<p>{{ $note }}</p></body>\n"));

        var examples = SheetExample().Matches(File.ReadAllText(sheet!).Replace("\r\n", "\n"));

        Assert.True(examples.Count >= 8, $"Only {examples.Count} examples were found.");
        foreach (Match example in examples)
        {
            Assert.Equal(example.Groups[2].Value.TrimEnd(), Rendering.Render(example.Groups[1].Value, TemplateOptions.Html, model, Rendering.Options with { Loader = loader }).TrimEnd());
        }
    }

    private static string? Find(string path)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, path)))
            {
                return Path.Combine(folder.FullName, path);
            }
        }

        return null;
    }
}
