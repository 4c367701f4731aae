using System.Text.RegularExpressions;
using Nurture.Scenarios.Yaml;

namespace Nurture.Scenarios;

/// <summary>What the author of a gallery entry asks for.</summary>
public enum ParameterKind { Text, Name, Template, Event, Topic, Length, Time, Condition }

/// <param name="Default">As <see cref="GalleryEntry.Fill"/> takes it; an empty one may stay empty, and its line is then left out.</param>
/// <param name="Titles">By language.</param>
public sealed record GalleryParameter(string Name, ParameterKind Kind, string Default, IReadOnlyDictionary<string, string> Titles)
{
    public bool IsOptional => Default.Length == 0;
}

/// <summary>
/// A scenario to begin with: a file of <c>scenarios/gallery</c>. A head says what it is for and what it asks; after the line
/// <c>---</c> follows a scenario's text, where <c>${name}</c> stands for a value.
/// </summary>
public sealed partial record GalleryEntry(
    string Name, IReadOnlyDictionary<string, string> Titles, IReadOnlyDictionary<string, string> Summaries, IReadOnlyList<GalleryParameter> Parameters, string Body)
{
    private static readonly Dictionary<string, string> Untitled = [];

    /// <summary>What every entry asks, without saying so.</summary>
    private static readonly GalleryParameter[] OfAll =
        [new("name", ParameterKind.Name, "", Untitled), new("title", ParameterKind.Text, "", Untitled), new("owner", ParameterKind.Text, "", Untitled)];

    /// <summary>Null exactly when a diagnostic is an error.</summary>
    public static (GalleryEntry? Entry, IReadOnlyList<Diagnostic> Diagnostics) Read(string text, string file)
    {
        text = text.Replace("\r\n", "\n");
        var cut = text.IndexOf("\n---\n", StringComparison.Ordinal);
        var source = new YamlSource(cut < 0 ? text : text[..(cut + 1)], file);
        if (cut < 0) source.Error(DiagnosticCodes.MissingKey, source.Span(0, 1), "the line --- is missing, after which the scenario begins");
        if (YamlReader.Read(source) is not { } root || source.Map(root, "a gallery entry", "It has gallery:, title:, about: and parameters:.") is not { } mapping) return (null, source.Sorted());

        var fields = new Fields(source, mapping, "a gallery entry");
        var name = source.Name(fields.Required("gallery", "Its name: gallery: welcome-series."), "a gallery entry");
        var titles = ReadWords(source, fields.Required("title", "By language: title: { en: Welcome, ja: ようこそ }."), "title");
        var summaries = ReadWords(source, fields.Required("about", "By language, in a sentence or two."), "about");
        var parameters = new List<GalleryParameter>();
        foreach (var item in source.List(fields.Required("parameters", "- { name: welcome, is: template, default: welcome, title: { en: …, ja: … } }"), "parameters")?.Items ?? [])
        {
            if (ReadParameter(source, item) is { } parameter) parameters.Add(parameter);
        }

        fields.RefuseOthers();
        if (source.HasErrors || name is null) return (null, source.Sorted());
        var entry = new GalleryEntry(name, titles, summaries, parameters, text[(cut + "\n---\n".Length)..]);
        foreach (var asked in Placeholder().Matches(entry.Body).Select(match => match.Groups[1].Value).Distinct())
        {
            if (!entry.Asks.Any(parameter => parameter.Name == asked))
                source.Error(DiagnosticCodes.UnknownWord, source.Span(0, 1), $"the text uses ${{{asked}}}, and no parameter is called so", Suggestions.For(asked, entry.Asks.Select(p => p.Name), "There are"));
        }

        return (source.HasErrors ? null : entry, source.Sorted());
    }

    /// <summary>The scenario's text with these values; the defaults where none is given.</summary>
    /// <param name="problems">By parameter, what cannot stand there; the text is null where there is one.</param>
    public string? Fill(IReadOnlyDictionary<string, string> values, out IReadOnlyDictionary<string, string> problems)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        var written = Asks.ToDictionary(parameter => parameter.Name, parameter =>
        {
            var value = values.GetValueOrDefault(parameter.Name)?.Trim() is { } given && (given.Length > 0 || parameter.IsOptional) ? given : parameter.Default;
            if (value.Length == 0) return "";
            if (Problem(parameter.Kind, value) is { } problem) found[parameter.Name] = problem;
            return parameter.Kind switch
            {
                ParameterKind.Text or ParameterKind.Condition => PlainText().IsMatch(value) ? value : YamlTraps.Quoted(value.ReplaceLineEndings(" ")),
                ParameterKind.Time => $"\"{value}\"",
                ParameterKind.Name or ParameterKind.Template or ParameterKind.Event or ParameterKind.Topic or ParameterKind.Length => value,
            };
        }, StringComparer.Ordinal);
        if (written["name"].Length == 0) found["name"] = "It needs a name.";
        problems = found;
        if (found.Count > 0) return null;
        var lines = Body.Split('\n').Where(line => !Placeholder().Matches(line).Any(match => written[match.Groups[1].Value].Length == 0));
        return Placeholder().Replace(string.Join('\n', lines), match => written[match.Groups[1].Value]);
    }

    private IEnumerable<GalleryParameter> Asks => OfAll.Concat(Parameters);

    private static string? Problem(ParameterKind kind, string value) => kind switch
    {
        ParameterKind.Text or ParameterKind.Condition => null,
        ParameterKind.Name or ParameterKind.Template or ParameterKind.Topic => Values.IsName(value) ? null : "A name has small letters, digits, - and _.",
        ParameterKind.Event => EventName().IsMatch(value) ? null : "An event's name has letters, digits and _.",
        ParameterKind.Length => Values.TryLength(value, out _) ? null : "A length is written 30m, 12h, 3d or 2w.",
        ParameterKind.Time => TimeOfDay().IsMatch(value) ? null : "A time of day is written 09:00.",
    };

    private static GalleryParameter? ReadParameter(YamlSource source, YamlNode item)
    {
        if (source.Map(item, "a parameter") is not { } mapping) return null;
        var fields = new Fields(source, mapping, "a parameter");
        var name = source.Name(fields.Required("name"), "a parameter");
        var kind = source.OneOf(fields.Required("is"), "a kind of parameter",
            [.. Enum.GetValues<ParameterKind>().Select(kind => (kind.ToString().ToLowerInvariant(), kind))]);
        var standard = source.Text(fields.RequiredOrNothing("default", "default: with nothing behind it, where it may be left empty."), "default");
        var titles = ReadWords(source, fields.Required("title"), "title");
        fields.RefuseOthers();
        return name is null || kind is null ? null : new(name, kind.Value, standard ?? "", titles);
    }

    private static Dictionary<string, string> ReadWords(YamlSource source, YamlNode? node, Wording what)
    {
        var words = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in source.Map(node, what)?.Entries ?? [])
        {
            if (source.Text(value, what) is { } text) words[key.Value] = text;
        }

        return words;
    }

    [GeneratedRegex(@"\$\{([a-z_]+)\}")]
    private static partial Regex Placeholder();

    /// <summary>What YAML leaves alone, in braces too.</summary>
    [GeneratedRegex(@"^[\p{L}0-9][\p{L}0-9 @._-]*\z")]
    private static partial Regex PlainText();

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9_.]*\z")]
    private static partial Regex EventName();

    [GeneratedRegex(@"^([01][0-9]|2[0-3]):[0-5][0-9]\z")]
    private static partial Regex TimeOfDay();
}
