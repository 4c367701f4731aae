using System.Text.Json;

namespace Nurture.Conformance;

/// <summary>One published case of the language: a template and what it must give.</summary>
internal sealed record PublishedCase(
    string Id, string Group, string Template, string? Expected, string? ErrorContains, bool IsError, bool IsTrimmed, JsonElement Source)
{
    public JsonElement? Option(string name) =>
        Source.TryGetProperty("options", out var options) && options.TryGetProperty(name, out var value) ? value : null;
}

/// <summary>A folder of published cases, in the form that its MANIFEST describes.</summary>
internal sealed class PublishedCases(string folder)
{
    public string Read(string path) => File.ReadAllText(Path.Combine(folder, path)).TrimStart('\uFEFF');

    public JsonElement ReadJson(string path)
    {
        using var document = JsonDocument.Parse(Read(path));
        return document.RootElement.Clone();
    }

    /// <summary>As <see cref="ReadJson"/>; an empty object or list where the folder has no such file.</summary>
    public JsonElement ReadJsonOr(string path, string otherwise)
    {
        if (File.Exists(Path.Combine(folder, path)))
        {
            return ReadJson(path);
        }

        using var document = JsonDocument.Parse(otherwise);
        return document.RootElement.Clone();
    }

    /// <summary>All but those of the modes the language does not have here.</summary>
    public List<PublishedCase> All()
    {
        var cases = new List<PublishedCase>();
        foreach (var file in ReadJsonOr("cases.json", "[]").EnumerateArray().Where(c => c.GetProperty("mode").GetString() == "scriban"))
        {
            cases.Add(new PublishedCase(
                file.GetProperty("id").GetString()!, file.GetProperty("group").GetString()!,
                Read(file.GetProperty("input").GetString()!), Read(file.GetProperty("expected").GetString()!), null,
                file.GetProperty("kind").GetString() == "error",
                file.TryGetProperty("compare", out var compare) && compare.GetString() == "trim", file));
        }

        foreach (var inline in ReadJsonOr("inline.json", "[]").EnumerateArray().Where(c => !c.TryGetProperty("mode", out _)))
        {
            var error = inline.TryGetProperty("errorContains", out var contains) ? contains.GetString() : null;
            cases.Add(new PublishedCase(
                inline.GetProperty("id").GetString()!, inline.GetProperty("group").GetString()!, inline.GetProperty("template").GetString()!,
                inline.TryGetProperty("expect", out var expect) ? expect.GetString() : null, error, error is not null, false, inline));
        }

        return cases;
    }
}
