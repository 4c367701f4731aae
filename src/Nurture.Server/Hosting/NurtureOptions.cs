using System.ComponentModel.DataAnnotations;

namespace Nurture.Server.Hosting;

/// <summary>Where this server keeps its things: configuration section <c>Nurture</c>, environment <c>Nurture__…</c>.</summary>
public sealed record NurtureOptions : IValidatableObject
{
    /// <summary>SQLite file, logs, pickup folder; relative to the current directory.</summary>
    [Required]
    public string DataDirectory { get; init; } = "data";

    /// <summary>An Npgsql connection string; without one the database is SQLite in <see cref="DataDirectory"/>.</summary>
    public string? Postgres { get; init; }

    [Required]
    public string ScenariosDirectory { get; init; } = "scenarios";

    [Required]
    public string TemplatesDirectory { get; init; } = "templates";

    /// <summary>What links in mails begin with; the first listening address where not given.</summary>
    public string? PublicUrl { get; init; }

    public string DataPath => Path.GetFullPath(DataDirectory);

    /// <summary>The directory itself where it exists, else the nearest one of that name upward, as far as the repository's root; null where there is none.</summary>
    public static string? FindUpward(string directory)
    {
        if (Path.IsPathRooted(directory)) return Directory.Exists(directory) ? directory : null;
        for (var at = new DirectoryInfo(Directory.GetCurrentDirectory()); at is not null; at = at.Parent)
        {
            var candidate = Path.Combine(at.FullName, directory);
            if (Directory.Exists(candidate)) return candidate;
            if (Path.Exists(Path.Combine(at.FullName, ".git")) || File.Exists(Path.Combine(at.FullName, "Nurture.sln"))) return null;
        }
        return null;
    }

    public IEnumerable<ValidationResult> Validate(ValidationContext context)
    {
        if (PublicUrl is { } url && !(Uri.TryCreate(url, UriKind.Absolute, out var parsed) && parsed.Scheme is "http" or "https"))
            yield return new($"\"{url}\" is not an address that links can begin with, such as https://nurture.example.com.", [nameof(PublicUrl)]);
        if (Postgres is { } text && !text.Contains('=', StringComparison.Ordinal))
            yield return new("the value is not a connection string, such as Host=db;Username=nurture;Password=…;Database=nurture.", [nameof(Postgres)]);
    }
}
