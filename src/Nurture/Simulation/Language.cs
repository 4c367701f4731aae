namespace Nurture.Simulation;

/// <summary>In what sentences for people are written.</summary>
public enum Language
{
    English,
    Japanese,
}

public static class Languages
{
    /// <summary>Of a locale such as <c>ja-JP</c>; English for every language that there are no sentences in.</summary>
    public static Language Of(string? locale) =>
        locale is not null && Templates.Locales.Language(locale) == "ja" ? Language.Japanese : Language.English;
}
