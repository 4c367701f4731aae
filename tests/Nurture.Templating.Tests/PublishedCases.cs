using System.Text.Json;

namespace Nurture.Templating.Tests;

/// <summary>One published case of the language: a template and what it must give.</summary>
internal sealed record PublishedCase(
    string Id, string Group, string Template, string? Expected, string? ErrorContains, bool IsError, bool IsTrimmed, JsonElement Source)
{
    public JsonElement? Option(string name) =>
        Source.TryGetProperty("options", out var options) && options.TryGetProperty(name, out var value) ? value : null;
}

/// <summary>The published cases, which lie beside the repository, not in it.</summary>
internal static class PublishedCases
{
    /// <summary>Null when the folder is not there.</summary>
    public static string? Folder { get; } = Find();

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("NURTURE_CASES") is { Length: > 0 } named)
        {
            return Path.Combine(named, "scriban");
        }

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var cases = Path.Combine(folder.FullName, "shared", "cases", "scriban");
            if (File.Exists(Path.Combine(cases, "cases.json")))
            {
                return cases;
            }
        }

        return null;
    }

    public static string Read(string path) => File.ReadAllText(Path.Combine(Folder!, path)).TrimStart('\uFEFF');

    public static JsonElement ReadJson(string path) => JsonDocument.Parse(Read(path)).RootElement;

    /// <summary>All but those of the modes the language does not have here.</summary>
    public static List<PublishedCase> All()
    {
        var cases = new List<PublishedCase>();
        foreach (var file in ReadJson("cases.json").EnumerateArray().Where(c => c.GetProperty("mode").GetString() == "scriban"))
        {
            cases.Add(new PublishedCase(
                file.GetProperty("id").GetString()!, file.GetProperty("group").GetString()!,
                Read(file.GetProperty("input").GetString()!), Read(file.GetProperty("expected").GetString()!), null,
                file.GetProperty("kind").GetString() == "error",
                file.TryGetProperty("compare", out var compare) && compare.GetString() == "trim", file));
        }

        foreach (var inline in ReadJson("inline.json").EnumerateArray().Where(c => !c.TryGetProperty("mode", out _)))
        {
            var error = inline.TryGetProperty("errorContains", out var contains) ? contains.GetString() : null;
            cases.Add(new PublishedCase(
                inline.GetProperty("id").GetString()!, inline.GetProperty("group").GetString()!, inline.GetProperty("template").GetString()!,
                inline.TryGetProperty("expect", out var expect) ? expect.GetString() : null, error, error is not null, false, inline));
        }

        return cases;
    }
}
