using Nurture.Contacts;
using Nurture.Templates;

namespace Nurture.Scenarios;

/// <summary>What a mail asks, to be answered with a click. An answer given again takes the place of the one before.</summary>
/// <param name="IsScale">The answers are numbers, and one is a score.</param>
public sealed record Question(IReadOnlyList<Answer> Answers, bool IsScale)
{
    /// <summary>By locale, what the page behind the links asks; empty where it does without.</summary>
    public Titles Text { get; init; } = Titles.None;

    /// <summary>Whether the page has a field for a few words of one's own.</summary>
    public bool TakesComment { get; init; }

    /// <summary>Where the answer is written to; null for nowhere.</summary>
    public AttributeRef? Sets { get; init; }

    /// <summary>The answer that registers for the passage's session, and any other gives the seat back; null where none does.</summary>
    public string? Registers { get; init; }
}

/// <param name="Value">What is kept and compared.</param>
/// <param name="Titles">What people read.</param>
public sealed record Answer(string Value, Titles Titles);

public sealed record AttributeRef(SubjectKind Of, string Name)
{
    public override string ToString() => $"{(Of == SubjectKind.Contact ? "contact" : "account")}.{Name}";

    /// <summary>Null for what is no attribute's path.</summary>
    public static AttributeRef? Parse(string path) => path.Split('.', 2) switch
    {
        ["contact", { Length: > 0 } name] => new(SubjectKind.Contact, name),
        ["account", { Length: > 0 } name] => new(SubjectKind.Account, name),
        _ => null,
    };
}

/// <summary>A short text in the languages that its author wrote.</summary>
/// <param name="ByLocale">The empty locale is for everybody.</param>
public sealed record Titles(IReadOnlyDictionary<string, string> ByLocale)
{
    public static Titles None { get; } = new(new Dictionary<string, string>());

    public static Titles Of(string text) => new(new Dictionary<string, string> { [""] = text });

    /// <summary>For a reader of <paramref name="locale"/>: in it, else in its language, else in the default one; null where nothing is written.</summary>
    public string? In(string locale, string otherwise) => Find(locale) ?? Find(Locales.Language(Locales.Normalize(locale))) ?? Find(otherwise) ?? Find("") ?? ByLocale.Values.FirstOrDefault();

    private string? Find(string locale) => ByLocale.FirstOrDefault(pair => string.Equals(pair.Key, locale, StringComparison.OrdinalIgnoreCase)).Value;
}
