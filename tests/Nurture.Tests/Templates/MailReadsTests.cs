using System.Text.Json;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Scenarios;
using Nurture.Sends;
using Nurture.Templates;
using Nurture.Templating;
using Nurture.Tests.Scenarios;

namespace Nurture.Tests.Templates;

/// <summary>What is kept of people with a mail: what its texts read, and nothing that changes what they say.</summary>
public sealed class MailReadsTests
{
    private static readonly Sender Sender = new() { Name = "Example", Address = "hello@example.com", Organization = "Example Inc.", PostalAddress = "Tokyo" };

    [Theory]
    [InlineData("Hello {{ contact.first_name }}", """{"contact":{"first_name":"Ann","name":"Ann & Co"}}""")]
    [InlineData("{{ if account.seats > 3 }}many{{ end }}", """{"contact":{"name":"Ann & Co"},"account":{"seats":5}}""")]
    [InlineData("{{ trigger.feature }}", """{"contact":{"name":"Ann & Co"},"trigger":{"feature":"reports","used":3}}""")]
    [InlineData("{{ sender.name }}", """{"contact":{"name":"Ann & Co"}}""")]
    public void Only_what_is_read_is_kept(string body, string kept) => Assert.Equal(kept, System.Text.Encoding.UTF8.GetString(Packed(body)));

    [Theory]
    [InlineData("{{ contact[trigger.feature] }}")]
    [InlineData("{{ with contact; first_name; end }}")]
    [InlineData("{{ c = contact; c.first_name }}")]
    [InlineData("{{ for p in contact; p.key; end }}")]
    [InlineData("{{ if false; contact = {}; end; contact.first_name }}")]
    [InlineData("{{ import contact; first_name }}")]
    [InlineData("{{ this.contact.first_name }}")]
    [InlineData("{{ this['contact'].first_name }}")]
    [InlineData("{{ name = 'contact'; this[name].first_name }}")]
    [InlineData("{{ object.eval 'contact.first_name' }}")]
    [InlineData("{{ 'contact.first_name' | object.eval }}")]
    [InlineData("{{ object['eval'] 'contact.first_name' }}")]
    [InlineData("{{ o = object; o.eval 'contact.first_name' }}")]
    [InlineData("{{ object.eval_template '{{ contact.first_name }}' }}")]
    [InlineData("{{ trigger | object.keys | array.join ',' }} {{ account | object.size }}")]
    [InlineData("{{ func f; ret contact.first_name; end; f }}")]
    [InlineData("{{ first = contact.first_name ?? 'there' }}{{ first }}")]
    public void A_mail_says_the_same_with_what_is_kept_as_with_everything(string body)
    {
        var (packed, whole) = (Text(body, Packed(body)), Text(body, Whole()));

        Assert.Equal(whole, packed);
        Assert.DoesNotContain("error", whole);
    }

    [Fact]
    public void Every_mail_that_ships_says_the_same_with_what_is_kept_as_with_everything()
    {
        var library = ScenarioLibrary.Load(Path.Combine(Fixtures.Root, "scenarios"), Path.Combine(Fixtures.Root, "templates"));
        var catalog = new Catalog { Plan = library.Environment.Plan, Policy = library.Policy, Mails = library.Templates };

        var row = library.Scenarios.SelectMany(parsed => parsed.Scenario!.Rows).First().Row;
        var at = new DateTimeOffset(2026, 12, 3, 5, 0, 0, TimeSpan.Zero);
        var session = new Nurture.Sessions.SessionFacts(
            new() { Id = "demo", Titles = new Dictionary<string, string> { ["en"] = "A first look" }, StartsAt = at, EndsAt = at.AddHours(1), Zone = "Asia/Tokyo", Link = "https://x/s" }, Nurture.Sessions.Registration.Registered, NodaTime.DateTimeZone.Utc, false);
        foreach (var template in library.Templates.All.Where(template => !template.IsLayout))
        {
            var packed = MailInputs.Write(catalog, library.Templates.ReadsOf(template.Name, template.Locale), Ann(), Acme(), Used(), Used(), Answer, row, session: session);
            var whole = MailInputs.Write(catalog, MailReads.Everything, Ann(), Acme(), Used(), Used(), Answer, row, session: session);

            Assert.Equal(Page(whole).Html, Page(packed).Html);
            Assert.True(packed.Length < whole.Length, template.Name);

            RenderedMail Page(byte[] inputs)
            {
                var model = MailRenderer.ReadInputs(inputs, library.Policy.Sender);
                model["unsubscribe_url"] = "https://x/u/1";
                if (model["session"].TryGetObject(out var told)) told["register_url"] = told["cancel_url"] = "https://x/s/1";
                model["ask"] = AskLinks.Invent(null, "en", "en");
                AskLinks.Fill(model, value => $"https://x/a/{value}");
                return MailRenderer.Render(template, library.Templates.LayoutOf(template), model, new RenderOptions { Now = DateTimeOffset.UnixEpoch });
            }
        }
    }

    private static Reply Answer { get; } = new("ann@example.com", "Your set-up", "Dear Ann");

    private static byte[] Packed(string body)
    {
        var library = new MailTemplateLibrary([Mail(body)], "en");
        return MailInputs.Write(new Catalog { Mails = library }, library.ReadsOf("welcome", "en"), Ann(), Acme(), Used(), null);
    }

    private static byte[] Whole() => MailInputs.Write(new Catalog(), MailReads.Everything, Ann(), Acme(), Used(), null);

    private static string Text(string body, byte[] inputs)
    {
        var model = MailRenderer.ReadInputs(inputs, Sender);
        model["unsubscribe_url"] = "https://x/u/1";
        try
        {
            return MailRenderer.Render(Mail(body), null, model, new RenderOptions { Now = DateTimeOffset.UnixEpoch }).Html;
        }
        catch (TemplateException refused)
        {
            return $"error: {refused.Message}";
        }
    }

    private static MailTemplate Mail(string body) => MailTemplate.Parse($"---\nsubject: x\nlayout: none\n---\n{body}", "welcome.en.html");

    private static ContactState Ann()
    {
        var ann = new ContactState { Id = 1 };
        ann.Set("name", AttributeValue.From("Ann & Co"), default);
        ann.Set("first_name", AttributeValue.From("Ann"), default);
        ann.Set("reports", AttributeValue.From("yes"), default);
        ann.Set("role", AttributeValue.From("admin"), default);
        return ann;
    }

    private static AccountState Acme()
    {
        var acme = new AccountState { Id = 2 };
        acme.Set("name", AttributeValue.From("Acme"), default);
        acme.Set("seats", AttributeValue.From(5), default);
        return acme;
    }

    private static OccurredEvent Used() => new(1, "feature_used", 1, 2, default, default, JsonSerializer.SerializeToUtf8Bytes(new { feature = "reports", used = 3 }));
}
