namespace Nurture.Health;

/// <summary>How a score reads, from worst to best; the numbers are stored.</summary>
public enum HealthBand : byte
{
    /// <summary>Too little is known to say.</summary>
    Unknown = 0,

    AtRisk = 1,
    Watch = 2,
    Healthy = 3,
}

public static class HealthBands
{
    public static IReadOnlyList<string> Words { get; } = ["unknown", "at_risk", "watch", "healthy"];

    /// <summary>As texts and tables have it: <c>at_risk</c>.</summary>
    public static string Word(HealthBand band) => Words[(int)band];

    public static HealthBand? Find(string word) => Words.Index().FirstOrDefault(known => known.Item == word) is { Item: not null } found ? (HealthBand)found.Index : null;
}

/// <summary>What is kept of an account's health.</summary>
/// <param name="Version">The definition's: a new one re-bases the score and moves no trigger.</param>
/// <param name="Score">0 to 100; null while too little is known.</param>
public sealed record HealthState(string Definition, int Version, double? Score, HealthBand Band, DateTimeOffset BandSince, long Meaning = 0);

/// <summary>Why a score or band is another one. The numbers are stored.</summary>
public enum HealthCause : byte
{
    Start = 1,

    /// <summary>What the account's people did, or did not do.</summary>
    Behaviour = 2,

    /// <summary>Something became known or ceased to be.</summary>
    Data = 3,

    /// <summary>Another definition reads the same facts.</summary>
    Definition = 4,

    /// <summary>Nothing: the closing value of a day.</summary>
    Snapshot = 5,
}
