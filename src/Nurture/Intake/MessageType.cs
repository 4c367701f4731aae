namespace Nurture.Intake;

public enum MessageType
{
    Track,
    Identify,
    Page,
    Screen,
    Group,
    Alias,
}

public static class MessageTypes
{
    public static MessageType? Find(string name) => name switch
    {
        "track" => MessageType.Track,
        "identify" => MessageType.Identify,
        "page" => MessageType.Page,
        "screen" => MessageType.Screen,
        "group" => MessageType.Group,
        "alias" => MessageType.Alias,
        _ => null,
    };

    public static string Name(this MessageType type) => type switch
    {
        MessageType.Track => "track",
        MessageType.Identify => "identify",
        MessageType.Page => "page",
        MessageType.Screen => "screen",
        MessageType.Group => "group",
        MessageType.Alias => "alias",
    };
}
