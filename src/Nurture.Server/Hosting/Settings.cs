using System.ComponentModel.DataAnnotations;

namespace Nurture.Server.Hosting;

/// <summary>What is wrong with the configuration, said so that an operator can mend it; the server does not start.</summary>
public sealed class SettingsException(IReadOnlyList<string> problems) : Exception(string.Join(Environment.NewLine, problems))
{
    public IReadOnlyList<string> Problems => problems;
}

public static class Settings
{
    /// <summary>Reads a slice's options from its section, checks them at once, and makes them available as a singleton.</summary>
    /// <exception cref="SettingsException">Something is unknown, unreadable or not allowed.</exception>
    public static T AddSettings<T>(this IHostApplicationBuilder builder, string section) where T : class, new()
    {
        var options = Read<T>(builder.Configuration, section);
        builder.Services.AddSingleton(options);
        return options;
    }

    public static T Read<T>(IConfiguration configuration, string section) where T : class, new()
    {
        var from = configuration.GetSection(section);
        var known = typeof(T).GetProperties().Where(property => property.CanWrite).Select(property => property.Name).ToList();

        // Only values: a section below this one belongs to another slice.
        var problems = from.GetChildren()
            .Where(child => child.Value is not null && !known.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
            .Select(child => $"{Key(section, child.Key)} is not a setting. There are {string.Join(", ", known)}.")
            .ToList();
        if (problems.Count > 0) throw new SettingsException(problems);

        T options;
        try
        {
            options = from.Get<T>() ?? new T();
        }
        catch (InvalidOperationException unreadable)
        {
            throw new SettingsException([$"{section}: {unreadable.Message} {unreadable.InnerException?.Message}".TrimEnd()]);
        }

        var broken = new List<ValidationResult>();
        if (Validator.TryValidateObject(options, new ValidationContext(options), broken, validateAllProperties: true)) return options;
        throw new SettingsException([.. broken.Select(result => $"{Key(section, result.MemberNames.FirstOrDefault() ?? "")}: {result.ErrorMessage}")]);
    }

    private static string Key(string section, string name) => $"{section}:{name}".Replace(":", "__", StringComparison.Ordinal).TrimEnd('_');
}
