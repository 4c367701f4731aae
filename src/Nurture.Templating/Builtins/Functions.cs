using Nurture.Templating.Runtime;

namespace Nurture.Templating.Builtins;

/// <summary>All that templates find without being given it: one object of functions a family, and a few names of their own.</summary>
internal static class Functions
{
    private static readonly TemplateObject Mail = Build(isMail: true);
    private static readonly TemplateObject Compatible = Build(isMail: false);

    public static TemplateObject For(TemplateProfile profile) => profile switch
    {
        TemplateProfile.Mail => Mail,
        TemplateProfile.Compatible => Compatible,
    };

    private static TemplateObject Build(bool isMail)
    {
        var root = new TemplateObject
        {
            ["array"] = Family(ArrayFunctions.All),
            ["date"] = Family(DateFunctions.All, DateFunctions.ParseFunction),
            ["html"] = Family(isMail ? [.. HtmlFunctions.All, .. HtmlFunctions.MailOnly] : HtmlFunctions.All),
            ["math"] = Family(MathFunctions.All),
            ["object"] = Family(ObjectFunctions.All),
            ["regex"] = Family(RegexFunctions.All),
            ["string"] = Family(StringFunctions.All),
            ["timespan"] = Family(TimeSpanFunctions.All),
            ["include"] = TemplateValue.From(new IncludeFunction()),
            ["include_join"] = TemplateValue.From(new BuiltinFunction("include_join", "names, separator, prefix?, suffix?", IncludeFunction.Join)),
            ["empty"] = TemplateValue.Empty,
            ["blank"] = TemplateValue.Empty,
        };
        if (isMail)
        {
            foreach (var function in FactFunctions.All)
            {
                root[function.Name] = TemplateValue.From(function);
            }

            root["name"] = Family(NameFunctions.All);
            root["raw"] = TemplateValue.From(new BuiltinFunction("raw", "value", HtmlFunctions.Raw));
        }

        return root;
    }

    private static TemplateObject Family(IEnumerable<BuiltinFunction> functions, TemplateFunction? own = null)
    {
        var family = new TemplateObject { Function = own };
        foreach (var function in functions)
        {
            family[function.Name[(function.Name.IndexOf('.') + 1)..]] = TemplateValue.From(function);
        }

        return family;
    }
}
