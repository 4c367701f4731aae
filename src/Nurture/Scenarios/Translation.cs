using System.Collections.Frozen;
using Nurture.Simulation;
using Nurture.Templating;

namespace Nurture.Scenarios;

/// <summary>Says what authors are told in their language. A form that <c>JapaneseDiagnostics.txt</c> does not have stays English.</summary>
public static class Translation
{
    private static readonly FrozenDictionary<string, string> Japanese = Read();

    public static string In(this Wording wording, Language language) => language switch
    {
        Language.English => wording.ToString(),
        Language.Japanese => wording.Say(english => Find(english) ?? english),
    };

    /// <summary>As <see cref="Exception.Message"/> has it.</summary>
    public static string In(this TemplateException failure, Language language) =>
        $"{failure.TemplateName}({failure.Line},{failure.Column}) : error : {failure.Said.In(language)}{(failure.Advice is null ? "" : " " + failure.Advice.In(language))}";

    /// <summary>The Japanese form; null where there is none.</summary>
    internal static string? Find(string english) => Japanese.GetValueOrDefault(Key(english));

    internal static IEnumerable<string> EnglishForms => Japanese.Keys;

    // A sentence gets its full stop where it is reported.
    internal static string Key(string english) => english.TrimEnd('.');

    private static FrozenDictionary<string, string> Read()
    {
        using var file = new StreamReader(typeof(Translation).Assembly.GetManifestResourceStream("JapaneseDiagnostics.txt")!);
        var forms = new Dictionary<string, string>(StringComparer.Ordinal);
        while (file.ReadLine() is { } english)
        {
            if (english.Length == 0 || english.StartsWith('#')) continue;
            var japanese = file.ReadLine();
            forms.Add(Key(english), japanese is null or "" ? throw new InvalidDataException($"JapaneseDiagnostics.txt has no Japanese below \"{english}\".") : japanese == "=" ? english : japanese);
        }

        return forms.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
