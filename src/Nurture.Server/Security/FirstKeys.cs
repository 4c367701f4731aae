using System.ComponentModel.DataAnnotations;
using Nurture.Contacts;
using Nurture.Server.Hosting;
using Nurture.Storage;

namespace Nurture.Server.Security;

/// <summary>
/// Keys that a deployment brings itself (<c>Nurture__Bootstrap__…</c>), so that a fresh database can be reached at all
/// outside of development mode.
/// </summary>
public sealed record FirstKeysOptions : IValidatableObject
{
    private const int ShortestKey = 20;

    public string? WriteKey { get; init; }

    public string? ApiKey { get; init; }

    public IEnumerable<ValidationResult> Validate(ValidationContext context)
    {
        if (!IsGood(WriteKey, SecretKeys.WritePrefix)) yield return new(Problem(SecretKeys.WritePrefix), [nameof(WriteKey)]);
        if (!IsGood(ApiKey, SecretKeys.ApiPrefix)) yield return new(Problem(SecretKeys.ApiPrefix), [nameof(ApiKey)]);
    }

    private static bool IsGood(string? key, string prefix) =>
        string.IsNullOrEmpty(key) || (key.Length >= ShortestKey && key.StartsWith(prefix, StringComparison.Ordinal));

    private static string Problem(string prefix) => $"a key begins with {prefix} and has at least {ShortestKey} characters, made at random: openssl rand -hex 32.";
}

public static class FirstKeys
{
    private const string Name = "bootstrap";

    /// <summary>Creates the keys of the section <c>Nurture:Bootstrap</c> where they never were; one that was revoked stays revoked.</summary>
    public static async Task AddFirstKeysAsync(this IHostApplicationBuilder builder, Database database)
    {
        var options = builder.AddSettings<FirstKeysOptions>("Nurture:Bootstrap");
        var now = TimeProvider.System.GetUtcNow();
        if (options.WriteKey is { Length: > 0 } writeKey)
        {
            var source = new Source(0, Name, Name, SecretKeys.Hint(writeKey), ConsentBasis.Relationship, null, null, now, null);
            await new SourceStore(database).AddAsync(source, SecretKeys.Hash(writeKey), now, CancellationToken.None);
        }
        if (options.ApiKey is { Length: > 0 } apiKey)
        {
            // The audit log knows callers by the names of their keys, so another key has another name.
            await new ApiKeyStore(database).AddAsync($"{Name} {SecretKeys.Hint(apiKey)}", SecretKeys.Hash(apiKey), SecretKeys.Hint(apiKey), Scopes.Everything, now, CancellationToken.None);
        }
    }
}
