namespace Nurture.Templates;

/// <summary>Every mail and layout there is, by name and locale. Immutable.</summary>
public sealed class MailTemplateLibrary
{
    private readonly Dictionary<string, Dictionary<string, MailTemplate>> byName = new(StringComparer.Ordinal);
    private readonly Dictionary<MailTemplate, MailReads> reads;

    /// <param name="defaultLocale">Whom nothing better fits reads this one.</param>
    public MailTemplateLibrary(IEnumerable<MailTemplate> templates, string defaultLocale)
    {
        DefaultLocale = defaultLocale;
        foreach (var template in templates)
        {
            if (!byName.TryGetValue(template.Name, out var locales)) byName.Add(template.Name, locales = new(StringComparer.Ordinal));
            locales[Locales.Normalize(template.Locale)] = template;
        }

        reads = byName.Values.SelectMany(locales => locales.Values).Where(template => !template.IsLayout).ToDictionary(template => template, template => MailReads.Of(template, LayoutOf(template)));
        Names = byName.Where(entry => !MailTemplate.IsLayoutName(entry.Key)).Select(entry => entry.Key).ToHashSet(StringComparer.Ordinal);
    }

    public static MailTemplateLibrary Empty { get; } = new([], "en");

    public string DefaultLocale { get; }

    /// <summary>The mails' names, layouts not among them.</summary>
    public IReadOnlySet<string> Names { get; }

    public IEnumerable<MailTemplate> All => byName.Values.SelectMany(locales => locales.Values).OrderBy(t => t.Name, StringComparer.Ordinal).ThenBy(t => t.Locale, StringComparer.Ordinal);

    public IReadOnlyCollection<string> LocalesOf(string name) => byName.TryGetValue(name, out var locales) ? [.. locales.Values.Select(t => t.Locale)] : [];

    /// <summary>The template for somebody who reads <paramref name="locale"/>: that one, else another of the language, else the default locale's; null where there is none of these.</summary>
    public MailTemplate? Find(string name, string? locale)
    {
        if (!byName.TryGetValue(name, out var locales)) return null;
        return (string.IsNullOrEmpty(locale) ? null : Best(locales, locale)) ?? Best(locales, DefaultLocale);
    }

    /// <summary>The layout a mail is set in: in its own language where there is one. Null for a mail without.</summary>
    public MailTemplate? LayoutOf(MailTemplate template) => template.Layout is null ? null : Find(template.Layout, template.Locale);

    /// <summary>What the mail of that name for somebody who reads <paramref name="locale"/> takes from its inputs.</summary>
    public MailReads ReadsOf(string name, string locale) => Find(name, locale) is { } template ? reads.GetValueOrDefault(template, MailReads.Everything) : MailReads.Everything;

    /// <summary>What all mails take, each by itself.</summary>
    public IEnumerable<MailReads> Reads => reads.Values;

    /// <summary>One of its mails alone, or all of its mails where it is a layout that they stand in; with their layouts.</summary>
    public MailTemplateLibrary OnlyThat(MailTemplate mail) =>
        new([.. All.Where(known => known.IsLayout || mail.IsLayout || (known.Name, known.Locale) == (mail.Name, mail.Locale))], DefaultLocale);

    private static MailTemplate? Best(Dictionary<string, MailTemplate> locales, string locale)
    {
        if (locales.TryGetValue(Locales.Normalize(locale), out var exact)) return exact;
        var language = Locales.Language(locale);
        return locales.TryGetValue(language, out var plain)
            ? plain
            : locales.Where(entry => Locales.Language(entry.Key) == language).OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => entry.Value).FirstOrDefault();
    }
}
