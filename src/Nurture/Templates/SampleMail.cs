using System.Text;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Scenarios;
using Nurture.Sends;
using Nurture.Sessions;
using Nurture.Templating;

namespace Nurture.Templates;

/// <summary>Somebody made up, for whom a mail is made that nobody gets: to be looked at, and to be measured.</summary>
public static class SampleMail
{
    private const string Words = "Example text of usual length";

    internal static readonly DateTimeOffset Now = new(2026, 4, 1, 10, 0, 0, TimeSpan.Zero);

    public static ContactState Contact(string locale)
    {
        var isJapanese = Locales.Language(locale) == "ja";
        var person = new ContactState { Id = 0 };
        person.Set("name", AttributeValue.From(isJapanese ? "山田 花子" : "Alex Example"), default);
        person.Set("email", AttributeValue.From(isJapanese ? "hanako@acme.example" : "alex@acme.example"), default);
        person.Set("locale", AttributeValue.From(locale), default);
        return person;
    }

    public static AccountState Account(string locale)
    {
        var account = new AccountState { Id = 0 };
        account.Set("name", AttributeValue.From(Locales.Language(locale) == "ja" ? "アクメ株式会社" : "Acme"), default);
        return account;
    }

    /// <summary>With a value for each of its properties, so that what reads them can be looked at before it ever happened.</summary>
    public static OccurredEvent Event(PlannedEvent planned)
    {
        var values = planned.Properties.ToDictionary(property => property.Key, property => property.Value.Type switch
        {
            ValueKind.Number => AttributeValue.From(1),
            ValueKind.Boolean => AttributeValue.From(true),
            ValueKind.Date => AttributeValue.From(new DateOnly(2026, 4, 1)),
            ValueKind.Instant => AttributeValue.From(Now),
            _ => AttributeValue.From(property.Key.EndsWith("_id", StringComparison.Ordinal) ? "1001" : property.Key.Replace('_', ' ')),
        });
        return new OccurredEvent(0, planned.Name, 0, 0, default, default, Encoding.UTF8.GetBytes(SignalCodec.WriteJson(values)));
    }

    /// <summary>Two weeks from now, for an hour.</summary>
    public static Session Session(string locale, string zone, DateTimeOffset now) => new()
    {
        Id = "example",
        Titles = new Dictionary<string, string> { ["en"] = "A first look", ["ja"] = "はじめての活用セミナー" },
        StartsAt = now.AddDays(14),
        EndsAt = now.AddDays(14).AddHours(1),
        Zone = zone,
        Link = "https://example.com/session",
        Locale = locale,
    };

    /// <summary>All that a mail may read, where its scenario is not known: any event's properties, and a text for each column and answer that it names.</summary>
    internal static TemplateObject InputsFor(MailTemplate template, MailTemplate? layout, TrackingPlan plan, SendPolicy policy)
    {
        var catalog = new Catalog { Plan = plan, Policy = policy };
        var names = MailReads.NamesIn(template).Concat(layout?.Body.Names ?? []).ToHashSet(StringComparer.Ordinal);
        var happened = Event(new("example", "", false, plan.Events.Values.SelectMany(planned => planned.Properties).DistinctBy(property => property.Key).ToDictionary(property => property.Key, property => property.Value)));
        var session = new SessionFacts(Session(template.Locale, policy.Zone, Now), Registration.Registered, NodaTime.DateTimeZoneProviders.Tzdb.GetZoneOrNull(policy.Zone) ?? NodaTime.DateTimeZone.Utc, false);
        var isReply = names.Any(name => name.Split('.')[0] == "reply");
        var inputs = MailRenderer.ReadInputs(MailInputs.Write(catalog, MailReads.Everything, Contact(template.Locale), Account(template.Locale), happened, happened,
            isReply ? new Reply("alex@example.com", Words, Words) : null, session: session, from: MailSender.Of(policy, null, template, null)), policy.Sender);
        inputs["ask"] = AskLinks.Invent(null, template.Locale, policy.Locale);
        AskLinks.Fill(inputs, _ => "https://example.com/a/preview");
        inputs["unsubscribe_url"] = "https://example.com/u/preview";
        if (inputs[SessionFacts.Name].TryGetObject(out var facts)) facts[SessionFacts.RegisterUrl] = facts[SessionFacts.CancelUrl] = "https://example.com/s/preview";
        foreach (var root in (string[])["row", "response"])
        {
            var made = new TemplateObject();
            foreach (var name in names.Where(name => name.StartsWith(root + ".", StringComparison.Ordinal))) made[name.Split('.')[1]] = Words;
            inputs[root] = made;
        }

        return inputs;
    }
}
