using NodaTime;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Scenarios;
using Nurture.Sends;
using Nurture.Sessions;
using Nurture.Templates;
using Nurture.Templating;

namespace Nurture.Simulation;

/// <summary>A mail that is looked at and not sent, with what its scenario would give it.</summary>
/// <param name="Scenario">The live one that sends it; null where none does.</param>
public sealed record MailSample(Catalog Catalog, MailTemplate Template, Scenario? Scenario, Step.Send? Step)
{
    private const string StrangersAddress = "somebody@acme.example";

    public static MailSample Of(Catalog catalog, MailTemplate template)
    {
        var (scenario, step) = catalog.Live.Values.Select(live => live.Scenario).OrderBy(live => live.Name, StringComparer.Ordinal)
            .Select(live => (live, Scenarios.Step.All(live.Steps).OfType<Step.Send>().FirstOrDefault(send => send.Template == template.Name)))
            .FirstOrDefault(found => found.Item2 is not null);
        return new(catalog, template, scenario, step);
    }

    /// <summary>Somebody made up.</summary>
    public static ContactState Person(string locale)
    {
        var isJapanese = Locales.Language(locale) == "ja";
        return isJapanese
            ? Bare(locale, ("name", "山田 花子"), ("last_name", "山田"), ("first_name", "花子"), ("email", "hanako@acme.example"))
            : Bare(locale, ("name", "Alex Example"), ("first_name", "Alex"), ("last_name", "Example"), ("email", "alex@acme.example"));
    }

    /// <summary>Somebody of whom nothing is known but how to write to them.</summary>
    public static ContactState Stranger(string locale) => Bare(locale, ("email", StrangersAddress));

    /// <summary>Made up too, with a day for each of its planned days, so that what reads them can be looked at.</summary>
    public static AccountState Company(string locale, TrackingPlan plan, DateTimeOffset now)
    {
        var account = new AccountState { Id = 0 };
        account.Set("name", AttributeValue.From(Locales.Language(locale) == "ja" ? "アクメ株式会社" : "Acme"), default);
        foreach (var planned in plan.AccountAttributes.Values.Where(planned => planned.Type == Contacts.ValueKind.Date))
            account.Set(planned.Name, AttributeValue.From(DateOnly.FromDateTime(now.UtcDateTime.AddDays(30))), default);
        return account;
    }

    /// <summary>The event that starts its scenario, with a value for each of its properties; null where no planned event does.</summary>
    public OccurredEvent? InventedTrigger() => Scenario?.Trigger is Trigger.Event starts && Catalog.Plan.Events.TryGetValue(starts.Names[0], out var planned) ? Invented(planned) : null;

    /// <param name="session">Null for the next one there is, where its scenario is about sessions.</param>
    /// <param name="site">Where its links lead: <c>https://example.com</c>. They belong to nobody.</param>
    public (TemplateObject Inputs, Sender Sender) Inputs(ContactState contact, AccountState? account, OccurredEvent? trigger, Session? session, string site, DateTimeOffset now)
    {
        var from = MailSender.Of(Catalog.Policy, Step?.From, Template, account);
        var reply = Template.Body.Names.Concat(Template.SubjectTexts.SelectMany(text => text.Names)).Any(name => name.Split('.', 2)[0] == "reply") ? InventedReply() : null;
        var facts = IsAboutSessions ? FactsOf(session ?? Next(now) ?? Webinar(now)) : null;
        var reads = MailReads.Whole(Template, Catalog.Mails.LayoutOf(Template));
        var inputs = MailRenderer.ReadInputs(
            MailInputs.Write(Catalog, reads, contact, account, trigger, null, reply, Scenario?.Row, session: facts, from: reply is null ? from : null, answers: AnswersFor(reads, contact, account, trigger, now)), Catalog.Policy.Sender);
        inputs["ask"] = AskLinks.Invent(Step?.Asks, Template.Locale, Catalog.Policy.Locale);
        LeadNowhere(inputs, (Step?.Class ?? Template.Class) == SendClass.Transactional, site);
        return (inputs, from ?? Catalog.Policy.Sender);
    }

    /// <summary>
    /// All that a mail may read, where its scenario is not known: any event's properties, a session, and a text for each column and
    /// answer that it names.
    /// </summary>
    internal static TemplateObject Whole(TrackingPlan plan, SendPolicy policy, MailTemplate template, MailTemplate? layout, DateTimeOffset now)
    {
        const string words = "Example text of usual length";
        var sample = new MailSample(new Catalog { Plan = plan, Policy = policy }, template, null, null);
        var names = MailReads.NamesIn(template).Concat(layout?.Body.Names ?? []).ToHashSet(StringComparer.Ordinal);
        var happened = Invented(new("example", "", false, plan.Events.Values.SelectMany(planned => planned.Properties).DistinctBy(property => property.Key).ToDictionary(property => property.Key, property => property.Value)));
        var reply = names.Any(name => name.Split('.')[0] == "reply") ? sample.InventedReply() : null;
        var (reads, person, company) = (MailReads.Whole(template, layout), Person(template.Locale), Company(template.Locale, plan, now));
        var inputs = MailRenderer.ReadInputs(
            MailInputs.Write(sample.Catalog, reads, person, company, happened, happened, reply, session: sample.FactsOf(sample.Webinar(now)), answers: sample.AnswersFor(reads, person, company, happened, now)), policy.Sender);
        inputs["ask"] = AskLinks.Invent(null, template.Locale, policy.Locale);
        LeadNowhere(inputs, isTransactional: false, "https://example.com");
        foreach (var root in (string[])["row", "response"])
        {
            var made = new TemplateObject();
            foreach (var name in names.Where(name => name.StartsWith(root + ".", StringComparison.Ordinal))) made[name.Split('.')[1]] = words;
            inputs[root] = made;
        }

        return inputs;
    }

    /// <summary>Of somebody made up what was never counted looks as it will.</summary>
    private MailAnswers AnswersFor(MailReads reads, ContactState contact, AccountState? account, OccurredEvent? trigger, DateTimeOffset now) =>
        new(MailFacts.Of([reads], Catalog.Plan, Catalog.Segments), new() { Catalog = Catalog, At = now, Contact = contact, Account = account, Trigger = trigger }, IsMadeUp: contact is { Id: 0, Email: not StrangersAddress });

    /// <summary>Gives a mail the links that only a mail to somebody has, as pages that change nothing.</summary>
    internal static void LeadNowhere(TemplateObject inputs, bool isTransactional, string site)
    {
        inputs["unsubscribe_url"] = isTransactional ? TemplateValue.Null : $"{site}/u/preview";
        if (inputs[SessionFacts.Name].TryGetObject(out var session)) session[SessionFacts.RegisterUrl] = session[SessionFacts.CancelUrl] = $"{site}/s/preview";
        AskLinks.Fill(inputs, value => $"{site}/a/preview?{Uri.EscapeDataString(value)}");
    }

    /// <summary>One made up, in two weeks, of which all is known.</summary>
    public Session Webinar(DateTimeOffset now) => UnsaidWebinar(now) with
    {
        Link = "https://example.com/session",
        Host = Locales.Language(Template.Locale) == "ja" ? "鈴木 一郎" : "Robin Example",
        Seats = 30,
        Taken = 21,
    };

    /// <summary>As <see cref="Webinar"/>, of which nobody has said yet where it is and who holds it.</summary>
    public Session UnsaidWebinar(DateTimeOffset now)
    {
        // At a full hour, as such things are.
        var start = new DateTimeOffset(now.UtcDateTime.Date.AddDays(14).AddHours(5), TimeSpan.Zero);
        return new()
        {
            Id = "example",
            Titles = new Dictionary<string, string> { ["en"] = "A first look", ["ja"] = "はじめての活用セミナー" },
            StartsAt = start,
            EndsAt = start.AddHours(1),
            Zone = Catalog.Policy.Zone,
            Locale = Template.Locale,
        };
    }

    private bool IsAboutSessions => Scenario?.Trigger.EventNames is { Count: > 0 } names && names.All(SessionEvents.IsOne);

    private Session? Next(DateTimeOffset now) => Catalog.Sessions.Values.Where(session => session.StartsAt > now).OrderBy(session => session.StartsAt).FirstOrDefault();

    private SessionFacts FactsOf(Session session) => new(session, Registration.Registered, DateTimeZoneProviders.Tzdb.GetZoneOrNull(Catalog.Policy.Zone) ?? DateTimeZone.Utc, Step?.HasCalendar == true);

    private Reply InventedReply() => Locales.Language(Template.Locale) == "ja"
        ? new(Catalog.Policy.Sender.Address, "その後のご状況について", "お世話になっております。\n\n先日お問い合わせいただいた件につきまして、ご状況はいかがでしょうか。\n\nご不明な点がございましたら、お気軽にご返信ください。")
        : new(Catalog.Policy.Sender.Address, "How is it going?", "Thank you for talking with me last week.\n\nHow has it been going since? If something still stands in the way, tell me in a line.\n\nRobin");

    private static ContactState Bare(string locale, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        var person = new ContactState { Id = 0, IsKnown = attributes.Length > 1 };
        person.Set("locale", AttributeValue.From(locale), default);
        foreach (var (name, value) in attributes) person.Set(name, AttributeValue.From(value), default);
        return person;
    }

    private static OccurredEvent Invented(PlannedEvent planned)
    {
        var values = planned.Properties.ToDictionary(property => property.Key, property => property.Value.Type switch
        {
            Contacts.ValueKind.Number => AttributeValue.From(1),
            Contacts.ValueKind.Boolean => AttributeValue.From(true),
            Contacts.ValueKind.Date => AttributeValue.From(new DateOnly(2026, 4, 1)),
            Contacts.ValueKind.Instant => AttributeValue.From(new DateTimeOffset(2026, 4, 1, 10, 0, 0, TimeSpan.Zero)),
            _ => AttributeValue.From(property.Key.EndsWith("_id", StringComparison.Ordinal) ? "1001" : property.Key.Replace('_', ' ')),
        });
        return new OccurredEvent(0, planned.Name, 0, 0, default, default, System.Text.Encoding.UTF8.GetBytes(SignalCodec.WriteJson(values)));
    }
}
