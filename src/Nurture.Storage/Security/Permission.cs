using System.Collections.Frozen;

namespace Nurture.Storage.Security;

/// <summary>What a caller may do: the closed list that endpoints name and keys are given. Names are stored with keys.</summary>
public sealed class Permission
{
    public static readonly Permission ReadContacts = new("contacts.read");
    public static readonly Permission WriteContacts = new("contacts.write");
    public static readonly Permission EraseContacts = new("contacts.erase");
    public static readonly Permission ExportContacts = new("contacts.export");
    public static readonly Permission ReadAccounts = new("accounts.read");
    public static readonly Permission WriteAccounts = new("accounts.write");
    public static readonly Permission MergeAccounts = new("accounts.merge");
    public static readonly Permission ReadEnrollments = new("enrollments.read");
    public static readonly Permission WriteEnrollments = new("enrollments.write");
    public static readonly Permission ReadSends = new("sends.read");
    public static readonly Permission ReadJournal = new("journal.read");
    public static readonly Permission ReadScenarios = new("scenarios.read");
    public static readonly Permission PublishScenarios = new("scenarios.publish");
    public static readonly Permission PauseScenarios = new("scenarios.pause");
    public static readonly Permission ReadTemplates = new("templates.read");
    public static readonly Permission WriteTemplates = new("templates.write");
    public static readonly Permission PrintRaw = new("templates.raw");
    public static readonly Permission ReadSuppressions = new("suppressions.read");
    public static readonly Permission WriteSuppressions = new("suppressions.write");
    public static readonly Permission Import = new("imports.write");
    public static readonly Permission ReadParked = new("parked.read");
    public static readonly Permission ResumeParked = new("parked.resume");
    public static readonly Permission ReadSources = new("sources.read");
    public static readonly Permission WriteSources = new("sources.write");
    public static readonly Permission ReadKeys = new("keys.read");
    public static readonly Permission WriteKeys = new("keys.write");
    public static readonly Permission ControlSending = new("sending.control");
    public static readonly Permission ReadDeadLetters = new("dead_letters.read");
    public static readonly Permission ReadAudit = new("audit.read");
    public static readonly Permission ReadStatus = new("status.read");
    public static readonly Permission ReadUsers = new("users.read");
    public static readonly Permission WriteUsers = new("users.write");
    public static readonly Permission ReadHealth = new("health.read");
    public static readonly Permission ReadEscalations = new("escalations.read");
    public static readonly Permission WorkEscalations = new("escalations.work");
    public static readonly Permission WriteHolds = new("holds.write");
    public static readonly Permission WriteScenarios = new("scenarios.write");
    public static readonly Permission ReadBroadcasts = new("broadcasts.read");
    public static readonly Permission WriteBroadcasts = new("broadcasts.write");
    public static readonly Permission SendTests = new("sends.test");
    public static readonly Permission ReadSessions = new("sessions.read");
    public static readonly Permission WriteSessions = new("sessions.write");
    public static readonly Permission ReadSchedules = new("schedules.read");

    public static readonly Permission ReadWebhooks = new("webhooks.read");
    public static readonly Permission WriteWebhooks = new("webhooks.write");

    private static readonly FrozenDictionary<string, Permission> ByName = typeof(Permission)
        .GetFields(System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.Static)
        .Select(field => field.GetValue(null)).OfType<Permission>()
        .ToFrozenDictionary(permission => permission.Name);

    private Permission(string name) => Name = name;

    public string Name { get; }

    public static IEnumerable<Permission> All => ByName.Values.OrderBy(permission => permission.Name, StringComparer.Ordinal);

    /// <summary>Null for a name that is not on the list.</summary>
    public static Permission? Find(string name) => ByName.GetValueOrDefault(name);

    public override string ToString() => Name;
}
