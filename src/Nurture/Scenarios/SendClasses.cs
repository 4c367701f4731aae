using Nurture.Scenarios.Yaml;

namespace Nurture.Scenarios;

/// <summary>How authors write a class, and what it brings.</summary>
internal static class SendClasses
{
    public static SendClass? Read(YamlSource source, YamlNode? node) => source.OneOf(node, "a class",
        ("marketing", SendClass.Marketing), ("service", SendClass.Service), ("transactional", SendClass.Transactional));

    /// <summary>How long a mail may wait to leave where its step does not say (SEMANTICS.md 32).</summary>
    public static TimeSpan ExpiryOf(SendClass of) => of switch
    {
        SendClass.Transactional => TimeSpan.FromHours(24),
        SendClass.Service => TimeSpan.FromDays(3),
        SendClass.Marketing => TimeSpan.FromDays(7),
    };

    public static string Word(SendClass sendClass) => sendClass.ToString().ToLowerInvariant();
}
