using System.Reflection;
using Nurture.Scenarios;
using Nurture.Server.Api;
using Nurture.Server.Security;

namespace Nurture.Server.Authoring;

/// <summary>The scenarios that ship to begin with; they are part of the program, so that they are there wherever it runs.</summary>
internal sealed class Gallery
{
    private const string Folder = "gallery/";

    public IReadOnlyList<GalleryEntry> Entries { get; } = [.. Read().OrderBy(entry => entry.Order).Select(entry => entry.Entry)];

    private static IEnumerable<(string Order, GalleryEntry Entry)> Read()
    {
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var resource in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Folder, StringComparison.Ordinal)))
        {
            using var stream = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            var (entry, diagnostics) = GalleryEntry.Read(stream.ReadToEnd(), resource);
            yield return (resource, entry ?? throw new InvalidOperationException($"A gallery entry cannot be read: {diagnostics[0]}"));
        }
    }
}

internal static class GalleryEndpoints
{
    /// <param name="Title">By language.</param>
    public sealed record ShownEntry(string Name, IReadOnlyDictionary<string, string> Title, IReadOnlyDictionary<string, string> About, IReadOnlyList<ShownParameter> Parameters);

    public sealed record ShownParameter(string Name, string Is, string Default, bool IsOptional, IReadOnlyDictionary<string, string> Title);

    /// <param name="Values">By parameter: name, title and owner, and those of the entry.</param>
    public sealed record GivenValues(IReadOnlyDictionary<string, string>? Values);

    public sealed record Filled(string Name, string Text);

    public static void MapGallery(this IEndpointRouteBuilder api)
    {
        api.MapGet("/gallery", (Gallery gallery) => new ApiPage<ShownEntry>([.. gallery.Entries.Select(Show)], null))
            .RequirePermission(Permission.ReadScenarios).WithSummary("Scenarios to begin with, and what each asks.");
        api.MapPost("/gallery/{name}", (string name, GivenValues given, Gallery gallery) =>
        {
            var entry = gallery.Entries.FirstOrDefault(entry => entry.Name == name) ?? throw RefusedException.NotFound($"gallery entry \"{name}\"");
            var values = given.Values ?? throw RefusedException.Missing("values", "{ \"name\": \"first-week\" }");
            if (entry.Fill(values, out var problems) is { } text) return new Filled(values["name"].Trim(), text);
            throw new RefusedException(StatusCodes.Status422UnprocessableEntity, "bad-values", "Some values cannot stand there.", string.Join(' ', problems.Select(problem => $"{problem.Key}: {problem.Value}")))
            {
                Members = { ["problems"] = problems },
            };
        }).RequirePermission(Permission.WriteScenarios).WithSummary("The text of a new scenario, made of a gallery entry. It keeps nothing.");
    }

    private static ShownEntry Show(GalleryEntry entry) => new(entry.Name, entry.Titles, entry.Summaries,
        [.. entry.Parameters.Select(parameter => new ShownParameter(parameter.Name, ApiJson.Word(parameter.Kind), parameter.Default, parameter.IsOptional, parameter.Titles))]);
}
