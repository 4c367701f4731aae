namespace Nurture.Server.Security;

/// <summary>Problem details (RFC 9457) whose <c>type</c> is stable and may be relied on.</summary>
public static class Problems
{
    public static string Type(string name) => $"urn:nurture:problem:{name}";
}
