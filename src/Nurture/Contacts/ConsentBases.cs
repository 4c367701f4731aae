namespace Nurture.Contacts;

/// <summary>The names of <see cref="ConsentBasis"/> outside: <c>opt_in</c>.</summary>
public static class ConsentBases
{
    private static readonly Dictionary<string, ConsentBasis> ByName = Enum.GetValues<ConsentBasis>().ToDictionary(Name);

    public static IEnumerable<string> Names => ByName.Keys;

    public static string Name(this ConsentBasis basis) => basis switch
    {
        ConsentBasis.None => "none",
        ConsentBasis.OptIn => "opt_in",
        ConsentBasis.Relationship => "relationship",
        ConsentBasis.Published => "published",
    };

    public static bool TryParse(string name, out ConsentBasis basis) => ByName.TryGetValue(name.Trim().ToLowerInvariant(), out basis);
}
