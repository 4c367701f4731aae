namespace Nurture.Storage.Security;

/// <summary>What a person is, and so may do: a named set of permissions. The list is closed; its names are stored with users.</summary>
public sealed class Role
{
    // What says who the colleagues are, what they did, or how programs get in, is no matter of everybody.
    private static readonly Permission[] OfTheHouse = [Permission.ReadUsers, Permission.ReadAudit, Permission.ReadKeys];

    private static readonly Permission[] Customers =
        [.. Reads, Permission.WorkEscalations, Permission.WriteHolds, Permission.WriteContacts, Permission.WriteAccounts, Permission.WriteSessions, Permission.ReadUsers, Permission.ReadAudit];

    public static readonly Role Admin = new("admin", [.. Permission.All]);

    public static readonly Role Marketer = new("marketer",
    [
        .. Reads, Permission.WriteScenarios, Permission.PublishScenarios, Permission.PauseScenarios, Permission.WriteTemplates, Permission.WriteBroadcasts, Permission.WriteSessions, Permission.SendTests, Permission.WriteEnrollments,
    ]);

    public static readonly Role CsManager = new("cs_manager", [.. Customers, Permission.ExportContacts, Permission.EraseContacts, Permission.MergeAccounts]);

    public static readonly Role Csm = new("csm", Customers);

    public static readonly Role Viewer = new("viewer", [.. Reads]);

    private Role(string name, Permission[] permissions) => (Name, Scopes) = (name, Scopes.Of(permissions));

    public string Name { get; }

    public Scopes Scopes { get; }

    public static IReadOnlyList<Role> All { get; } = [Admin, Marketer, CsManager, Csm, Viewer];

    /// <summary>Null for a name that is not on the list.</summary>
    public static Role? Find(string? name) => All.FirstOrDefault(role => role.Name == name);

    /// <summary>What may be looked at by everybody who is in.</summary>
    private static IEnumerable<Permission> Reads =>
        Permission.All.Where(permission => permission.Name.EndsWith(".read", StringComparison.Ordinal) && !OfTheHouse.Contains(permission));

    public override string ToString() => Name;
}
