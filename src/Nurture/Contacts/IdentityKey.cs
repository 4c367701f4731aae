namespace Nurture.Contacts;

/// <summary>What somebody is known by. The numbers are stored.</summary>
public enum IdentityKind : byte
{
    User = 1,

    /// <summary>A browser, or an app on a device, whose user may not be known yet.</summary>
    Anonymous = 2,
    Email = 3,
    Account = 4,

    /// <summary>The former id of an alias that came before anything else of it: a user's or a browser's, that is still to be seen.</summary>
    Former = 5,
}

/// <summary>An id as sources say it; it means something within its namespace only.</summary>
public readonly record struct IdentityKey(string Namespace, IdentityKind Kind, string Value);
