using Nurture.Templates;
using Nurture.Templating;

namespace Nurture.Tests.Templates;

/// <summary>敬称 and the order of names, by the mail's language.</summary>
public sealed class NameTests
{
    [Theory]
    [InlineData("ja", "花子", "山田", "アクメ株式会社", "アクメ株式会社<br>山田 花子 様")]
    [InlineData("ja", "花子", "山田", null, "山田 花子 様")]
    [InlineData("ja", null, null, "R&D", "R&amp;D 御中")]
    [InlineData("ja", null, null, null, "ご担当者様")]
    [InlineData("ja", "<b>", "x", "R&D", "R&amp;D<br>x &lt;b&gt; 様")]
    [InlineData("en", "Ann", "Smith", "Acme", "Dear Ann,")]
    [InlineData("en-GB", null, "Smith", "Acme", "Dear Smith,")]
    [InlineData("en", null, null, "R&D", "Dear R&amp;D team,")]
    [InlineData("en", "", " ", null, "Hello,")]
    public void A_letter_begins_as_its_language_does(string locale, string? first, string? last, string? account, string expected)
    {
        Assert.Equal(expected, Printed("{{ name.salutation contact account }}", locale, first, last, account));
    }

    [Theory]
    [InlineData("ja", "花子", "山田", "山田 花子/山田")]
    [InlineData("en", "花子", "山田", "山田 花子/花子")]
    [InlineData("ja", "Ann", "Smith", "Smith Ann/Smith")]
    [InlineData("en", "Ann", "Smith", "Ann Smith/Ann")]
    [InlineData("en", null, null, "nobody/nobody")]
    public void The_family_name_stands_where_the_language_or_the_script_has_it(string locale, string? first, string? last, string expected)
    {
        Assert.Equal(expected, Printed("""{{ (name.full contact) ?? "nobody" }}/{{ (name.short contact) ?? "nobody" }}""", locale, first, last, null));
    }

    [Fact]
    public void A_mail_that_addresses_somebody_keeps_their_names_and_nothing_else()
    {
        var reads = MailReads.Of(MailTemplate.Parse("---\nsubject: x\nlayout: none\n---\n{{ name.salutation contact account }}", "welcome.ja.html"), null);

        Assert.Equal([true, true, true, false, true, false],
            new[] { ("contact", "name"), ("contact", "first_name"), ("contact", "last_name"), ("contact", "job_title"), ("account", "name"), ("account", "mrr") }.Select(read => reads.Includes(read.Item1, read.Item2)));
    }

    [Fact]
    public void A_name_of_the_reader_s_own_goes_before_the_family_of_functions()
    {
        Assert.Equal("x Ann", Template.Parse("{{ name = 'x' }}{{ name }}{{ with contact }} {{ name }}{{ end }}", "a", TemplateOptions.Html)
            .Render(new TemplateObject { ["contact"] = new TemplateObject { ["name"] = "Ann" } }, new RenderOptions { Now = default }));
    }

    private static string Printed(string body, string locale, string? first, string? last, string? account)
    {
        var contact = new TemplateObject();
        if (first is not null) contact["first_name"] = first;
        if (last is not null) contact["last_name"] = last;
        var inputs = new TemplateObject { ["contact"] = contact, ["sender"] = new TemplateObject { ["organization"] = "", ["postal_address"] = "" }, ["unsubscribe_url"] = TemplateValue.Null };
        if (account is not null) inputs["account"] = new TemplateObject { ["name"] = account };
        return MailRenderer.Body(MailTemplate.Parse($"---\nsubject: x\nlayout: none\n---\n{body}", $"welcome.{locale}.html"), inputs, new RenderOptions { Now = default });
    }
}
