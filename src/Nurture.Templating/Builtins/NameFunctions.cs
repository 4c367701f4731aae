using System.Globalization;
using System.Net;
using Nurture.Templating.Runtime;

namespace Nurture.Templating.Builtins;

/// <summary><c>name.*</c>: how people are called and addressed, in the mail's language or the one given. A person has <c>name</c>, or <c>first_name</c> and <c>last_name</c>.</summary>
internal static class NameFunctions
{
    /// <summary>Whose members are read, though the person is handed over as a whole.</summary>
    public const string Family = "name.";

    public static readonly BuiltinFunction[] All =
    [
        new("name.full", "person, locale?", Full),
        new("name.short", "person, locale?", Short),
        new("name.salutation", "person, account?, greeting?, locale?", Salutation),
    ];

    /// <summary>Family name and first name in the order of the language; null where nobody is known. A name in Han, kana or hangul begins with the family in every language.</summary>
    /// <example>{first_name: "花子", last_name: "山田"} | name.full locale: "ja" → 山田 花子</example>
    /// <example>{first_name: "Ann", last_name: "Smith"} | name.full → Ann Smith</example>
    /// <example>{name: "Ann Smith"} | name.full → Ann Smith</example>
    public static TemplateValue Full(in Call call) => Printed(FullName(call, IsFamilyFirst(LanguageOf(call, 1))));

    /// <summary>How somebody is called in a running text: the first name, in Japanese the family name; all of it where only that is known.</summary>
    /// <example>{first_name: "花子", last_name: "山田"} | name.short locale: "ja" → 山田</example>
    /// <example>{first_name: "Ann", last_name: "Smith"} | name.short → Ann</example>
    public static TemplateValue Short(in Call call) => Printed(ShortName(call, LanguageOf(call, 1)));

    /// <summary>The line that a letter begins with. In Japanese the account, the person and 様; 御中 where only the account is known. In other languages a greeting and the short name.</summary>
    /// <example>name.salutation {first_name: "Ann"} {name: "Acme"} → Dear Ann,</example>
    /// <example>name.salutation {first_name: "Ann"} greeting: "Hello" → Hello Ann,</example>
    /// <example>name.salutation {} {name: "Acme"} → Dear Acme team,</example>
    /// <example>name.salutation {} → Hello,</example>
    /// <example>name.salutation {first_name: "花子", last_name: "山田"} {name: "アクメ株式会社"} locale: "ja" → アクメ株式会社⏎山田 花子 様</example>
    /// <example>name.salutation {} {name: "アクメ株式会社"} locale: "ja" → アクメ株式会社 御中</example>
    /// <example>name.salutation {} locale: "ja" → ご担当者様</example>
    public static TemplateValue Salutation(in Call call)
    {
        var account = Member(call, call.Object(1), "name");
        var language = LanguageOf(call, 3);
        if (language == "ja")
        {
            var person = FullName(call, isFamilyFirst: true);
            return (account, person) switch
            {
                (null, null) => "ご担当者様",
                (not null, null) => $"{account} 御中",
                (null, not null) => $"{person} 様",
                _ => Lines(call, account, $"{person} 様"),
            };
        }

        var greeting = call.TextOrNull(2) is { Length: > 0 } given ? given : null;
        var called = ShortName(call, language) ?? (account is null ? null : $"{account} team");
        return called is null ? $"{greeting ?? "Hello"}," : $"{greeting ?? "Dear"} {called},";
    }

    private static TemplateValue Printed(string? name) => name is null ? TemplateValue.Null : name;

    private static string? ShortName(in Call call, string language)
    {
        var person = call.Object(0);
        return Member(call, person, language == "ja" ? "last_name" : "first_name") ?? FullName(call, IsFamilyFirst(language));
    }

    private static string? FullName(in Call call, bool isFamilyFirst)
    {
        var person = call.Object(0);
        var (first, last) = (Member(call, person, "first_name"), Member(call, person, "last_name"));
        if (first is null || last is null) return Member(call, person, "name") ?? last ?? first;
        return isFamilyFirst || IsFamilyFirstScript(last) ? $"{last} {first}" : $"{first} {last}";
    }

    private static string? Member(in Call call, TemplateObject? of, string name)
    {
        if (of is null || of[name] is not { IsNull: false } value) return null;
        var text = call.Context.Print(value, call.Span).Trim();
        call.ChargeText(text.Length);
        return text.Length > 0 ? text : null;
    }

    private static string LanguageOf(in Call call, int at) =>
        call.TextOrNull(at) is { Length: > 0 } locale ? locale.Split('-', '_')[0].ToLowerInvariant() : call.Culture.TwoLetterISOLanguageName;

    private static bool IsFamilyFirst(string language) => language is "ja" or "zh" or "ko" or "hu" or "vi";

    private static bool IsFamilyFirstScript(string name) => name.Any(c => char.GetUnicodeCategory(c) == UnicodeCategory.OtherLetter && c is >= '\u3040' and <= '\u9fff' or >= '\uac00' and <= '\ud7af' or >= '\uf900' and <= '\ufaff');

    private static TemplateValue Lines(in Call call, string first, string second) => call.Context.Template.Options.IsHtml
        ? TemplateValue.Markup($"{WebUtility.HtmlEncode(first)}<br>{WebUtility.HtmlEncode(second)}")
        : $"{first}\n{second}";
}
