namespace Nurture.Storage;

/// <summary>A part of a list.</summary>
/// <param name="Next">What to go on after; null at the end.</param>
public sealed record Page<T, TKey>(IReadOnlyList<T> Items, TKey? Next)
    where TKey : struct;

internal static class Page
{
    /// <param name="found">One more than <paramref name="limit"/>, when there is more.</param>
    public static Page<T, TKey> Of<T, TKey>(List<T> found, int limit, Func<T, TKey> key)
        where TKey : struct =>
        found.Count > limit ? new(found[..limit], key(found[limit - 1])) : new(found, null);
}
