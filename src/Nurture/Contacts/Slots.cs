namespace Nurture.Contacts;

/// <summary>
/// The unit of order and ownership (DESIGN.md §4): an account and its people share one slot; a contact of no account has
/// its own. The numbers here are stored with every row and may never change.
/// </summary>
public static class Slots
{
    public const int Count = 4096;

    public static short OfContact(long contactId) => Of(contactId, 0x6A09E667F3BCC909UL);

    public static short OfAccount(long accountId) => Of(accountId, 0xBB67AE8584CAA73BUL);

    // SplitMix64's finalizer (Steele, Lea, Flood 2014), so that ids given out one after another spread over all slots.
    private static short Of(long id, ulong salt)
    {
        var z = (ulong)id + salt;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return (short)((z ^ (z >> 31)) >> 52);
    }
}
