namespace Nurture.Contacts;

/// <summary>What becomes of a user id and a browser's id that came in one message.</summary>
public enum IdentityDecision
{
    /// <summary>Both are one contact already, or the browser was with somebody else later than this message.</summary>
    Nothing,

    /// <summary>Nobody knew either: one new contact has both.</summary>
    CreateWithBoth,

    /// <summary>The browser's contact was nobody in particular; now it is this user.</summary>
    NameBrowsersContact,

    /// <summary>The browser was new; it is this user's.</summary>
    AttachBrowser,

    /// <summary>What the browser did before belongs to this user.</summary>
    MergeBrowsersContact,

    /// <summary>The browser is another user's; from now on it is this one's. Two known people are never made one by a browser.</summary>
    RepointBrowser,

    /// <summary>A new user takes the browser over from another.</summary>
    CreateAndRepointBrowser,

    /// <summary>A new user, and the browser has been with somebody else since.</summary>
    CreateApart,
}

/// <summary>
/// Who is who (DESIGN.md §4). Messages arrive in any order, so nothing here depends on it: a browser belongs to the user
/// of the latest message that names both.
/// </summary>
public static class IdentityRules
{
    public static IdentityDecision Decide(bool isUserKnown, BrowserLink? browser, DateTimeOffset at) => (isUserKnown, browser) switch
    {
        (false, null) => IdentityDecision.CreateWithBoth,
        (true, null) => IdentityDecision.AttachBrowser,
        (true, { IsSameContact: true }) => IdentityDecision.Nothing,
        (false, { IsKnownPerson: false }) => IdentityDecision.NameBrowsersContact,
        (true, { IsKnownPerson: false }) => IdentityDecision.MergeBrowsersContact,
        (false, { } other) => at >= other.LinkedAt ? IdentityDecision.CreateAndRepointBrowser : IdentityDecision.CreateApart,
        (true, { } other) => at >= other.LinkedAt ? IdentityDecision.RepointBrowser : IdentityDecision.Nothing,
    };
}

/// <summary>Where a browser's id points.</summary>
/// <param name="IsSameContact">To the very contact of the user.</param>
/// <param name="IsKnownPerson">To a contact that has a user id.</param>
/// <param name="LinkedAt">The time of the latest message that named the browser together with that person.</param>
public readonly record struct BrowserLink(bool IsSameContact, bool IsKnownPerson, DateTimeOffset LinkedAt);
