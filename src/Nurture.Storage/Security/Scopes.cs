using System.Diagnostics.CodeAnalysis;

namespace Nurture.Storage.Security;

/// <summary>The permissions of a key: stored as their names with a blank between, or <c>*</c> for all there are.</summary>
public sealed class Scopes
{
    public const string Everything = "*";

    private readonly HashSet<Permission> permissions;

    private Scopes(HashSet<Permission> permissions) => this.permissions = permissions;

    public static Scopes All { get; } = new([.. Permission.All]);

    public static Scopes Of(IEnumerable<Permission> permissions) => new([.. permissions]);

    public IEnumerable<Permission> Permissions => permissions;

    public bool Allow(Permission permission) => permissions.Contains(permission);

    public override string ToString() =>
        permissions.Count == Permission.All.Count() ? Everything : string.Join(' ', permissions.Select(p => p.Name).Order(StringComparer.Ordinal));

    /// <param name="unknown">The first name that is no permission, when it says false.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out Scopes? scopes, [NotNullWhen(false)] out string? unknown)
    {
        (scopes, unknown) = (null, null);
        var found = new HashSet<Permission>();
        foreach (var name in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (name == Everything) found.UnionWith(Permission.All);
            else if (Permission.Find(name) is { } permission) found.Add(permission);
            else
            {
                unknown = name;
                return false;
            }
        }
        scopes = new(found);
        return true;
    }

    /// <summary>What was stored; a permission that this build no longer has gives nothing.</summary>
    public static Scopes Stored(string text) => new([.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .SelectMany(name => name == Everything ? Permission.All : Permission.Find(name) is { } permission ? [permission] : [])]);
}
