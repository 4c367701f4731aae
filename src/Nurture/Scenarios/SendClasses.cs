using Nurture.Scenarios.Yaml;

namespace Nurture.Scenarios;

/// <summary>How authors write a class.</summary>
internal static class SendClasses
{
    public static SendClass? Read(YamlSource source, YamlNode? node) => source.OneOf(node, "a class",
        ("marketing", SendClass.Marketing), ("service", SendClass.Service), ("transactional", SendClass.Transactional));

    public static string Word(SendClass sendClass) => sendClass.ToString().ToLowerInvariant();
}
