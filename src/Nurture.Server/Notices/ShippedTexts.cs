using System.Collections.Frozen;
using Nurture.Templates;

namespace Nurture.Server.Notices;

/// <summary>The texts of mails to colleagues, as the program brings them: nobody publishes them, so they are there from the first day.</summary>
internal static class ShippedTexts
{
    /// <summary>Stands in a document's name where a published one has its hash.</summary>
    public const string Hash = "shipped";

    private const string Folder = "notices/";

    private static readonly FrozenDictionary<string, MailTemplate> ByName = typeof(ShippedTexts).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(Folder, StringComparison.Ordinal))
        .Select(name => MailTemplate.Parse(Read(name), name[Folder.Length..]))
        .ToFrozenDictionary(text => $"{text.Name}.{text.Locale}");

    /// <summary>Null where the program brings no such text.</summary>
    public static MailTemplate? Find(string document) => ByName.GetValueOrDefault(document);

    /// <summary>A text in the reader's language and its layout, as sends name documents.</summary>
    public static string DocumentsOf(string template, string locale)
    {
        var language = Locales.Language(locale) == "ja" ? "ja" : "en";
        return $"{template}.{language}={Hash} {ByName[$"{template}.{language}"].Layout}.{language}={Hash}";
    }

    private static string Read(string name)
    {
        using var text = new StreamReader(typeof(ShippedTexts).Assembly.GetManifestResourceStream(name)!);
        return text.ReadToEnd();
    }
}
