namespace Nurture.Intake;

/// <summary>What one request may hold; the first three are Segment's, so that its clients stay below them by themselves.</summary>
public static class IntakeLimits
{
    /// <summary>Of the whole body, unpacked.</summary>
    public const int RequestBytes = 500 * 1024;

    public const int ItemBytes = 32 * 1024;

    public const int ItemsPerRequest = 2_500;

    /// <summary>Of objects and arrays within an item, the item itself included.</summary>
    public const int Depth = 32;

    public const int MessageIdLength = 100;

    /// <summary>Of user ids, anonymous ids and group ids, in characters.</summary>
    public const int IdLength = 256;

    public const int EventNameLength = 200;

    public const int AttributeNameLength = 100;

    public const int AttributeTextLength = 4_000;

    public const int AttributesPerItem = 200;

    public const int RolesPerItem = 20;
}
