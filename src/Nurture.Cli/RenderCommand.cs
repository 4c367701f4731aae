using System.Buffers;
using System.Collections.Frozen;
using System.CommandLine;
using System.Text;
using Nurture.Contacts;
using Nurture.Mail;
using Nurture.Mail.Calendar;
using Nurture.Mail.Html;
using Nurture.Mail.Mime;
using Nurture.Scenarios;
using Nurture.Sends;
using Nurture.Sessions;
using Nurture.Simulation;
using Nurture.Templates;
using Nurture.Templating;

namespace Nurture.Cli;

/// <summary><c>nurture render [mail…]</c>: mails as they would leave, in files that a browser or a mail program opens.</summary>
internal static class RenderCommand
{
    // Where the links of nobody's mail lead.
    private const string Site = "https://example.com";

    public static Command Create()
    {
        var mails = new Argument<string[]>("mail") { Description = "Their names. Without any: every mail there is.", Arity = ArgumentArity.ZeroOrMore };
        var locale = new Option<string?>("--locale") { Description = "In this language alone. Without it: in each there is.", HelpName = "locale" };
        var contact = AttributeArguments.Pairs("--contact", "An attribute of the contact, beside those that are made up: --contact name=花子");
        var account = AttributeArguments.Pairs("--account", "An attribute of the account: --account plan=trial");
        var bare = new Option<bool>("--bare") { Description = "For somebody of whom only the address is known: no name, no account, no attributes." };
        var output = new Option<string?>("--out") { Description = "A folder to write each mail to, as name.locale.html, .txt and .eml. Without it: the texts are printed.", HelpName = "folder" };
        var scenarios = new Option<string?>("--scenarios") { Description = "The folder of scenarios. Without it: the folder scenarios, here or above.", HelpName = "folder" };
        var templates = new Option<string?>("--templates") { Description = "The folder of templates. Without it: the folder templates beside the scenarios.", HelpName = "folder" };
        var command = new Command("render", "Make mails as they would leave, for somebody made up.") { mails, locale, contact, account, bare, output, scenarios, templates };
        command.SetAction(parsed =>
        {
            var library = ScenarioArguments.Load(parsed.GetValue(scenarios), parsed.GetValue(templates), out _);
            var asked = Find(library.Templates, parsed.GetValue(mails) ?? [], parsed.GetValue(locale));
            var person = new Person(
                parsed.GetValue(bare),
                AttributeArguments.Typed(library.Plan, SubjectKind.Contact, AttributeArguments.Words(parsed.GetValue(contact) ?? [], "--contact"), "--contact"),
                AttributeArguments.Typed(library.Plan, SubjectKind.Account, AttributeArguments.Words(parsed.GetValue(account) ?? [], "--account"), "--account"));
            return Render(library, asked, person, parsed.GetValue(output), new Screen(parsed.InvocationConfiguration.Output));
        });
        return command;
    }

    private sealed record Person(bool IsBare, Dictionary<string, AttributeValue> Contact, Dictionary<string, AttributeValue> Account);

    private static List<MailTemplate> Find(MailTemplateLibrary library, string[] names, string? locale)
    {
        if (library.Names.Count == 0) throw new CommandException("There are no mails. Name their folder: --templates path/to/templates");
        foreach (var name in names.Where(name => !library.Names.Contains(name)))
            throw new CommandException($"There is no mail \"{name}\". There are {string.Join(", ", library.Names.Order(StringComparer.Ordinal))}.");
        var asked = library.All.Where(mail => !mail.IsLayout && (names.Length == 0 || names.Contains(mail.Name))).ToList();
        if (locale is null) return asked;
        var inIt = asked.FindAll(mail => Locales.Normalize(mail.Locale) == Locales.Normalize(locale));
        return inIt.Count > 0 ? inIt : throw new CommandException($"There is none in \"{locale}\". There {(asked.Count == 1 ? "is" : "are")} {string.Join(", ", asked.Select(mail => mail.Locale).Distinct().Order(StringComparer.Ordinal))}.");
    }

    private static int Render(ScenarioLibrary library, List<MailTemplate> asked, Person person, string? folder, Screen screen)
    {
        if (folder is not null) Directory.CreateDirectory(folder);
        var catalog = CatalogOf(library);
        var failed = 0;
        foreach (var mail in asked)
        {
            if (mail.Diagnostics.Where(problem => problem.Severity == Severity.Error).ToList() is { Count: > 0 } mistakes)
            {
                failed++;
                foreach (var mistake in mistakes) screen.Bad(mistake.ToString());
                continue;
            }

            var inlined = mail;
            try
            {
                (inlined, var layout) = InlinedStyles.Of(mail, library.Templates.LayoutOf(mail), CssInliner.Plan);
                var (inputs, sender) = InputsOf(catalog, mail, person);
                var options = new RenderOptions { Now = Now };
                var rendered = MailRenderer.Render(inlined, layout, inputs, options);
                var subjects = MailRenderer.Subjects(mail, inputs, options);
                var text = rendered.Text ?? PlainText.FromHtml(rendered.Html);
                screen.Line($"{mail.Name}.{mail.Locale}  {(subjects.Count == 0 ? rendered.Subject : string.Join("  ", subjects.Select(one => $"{one.Arm}: {one.Subject}")))}");
                if (folder is null) Print(rendered, text, screen);
                else Write(Path.Combine(folder, $"{mail.Name}.{mail.Locale}"), rendered, text, sender, inputs);
            }
            catch (TemplateException refused)
            {
                failed++;
                var (file, at) = inlined.PlaceOf(refused);
                screen.Bad($"{file}({at.Line},{at.Column}): {refused.Reason}{(refused.Hint is { } hint ? $" {hint}" : "")}");
            }
        }

        screen.Line($"{CommandLine.Count(asked.Count - failed, "mail")}{(folder is null ? "" : $" in {folder}")}{(failed == 0 ? "" : $"; {CommandLine.Count(failed, "mail")} could not be made")}.");
        return failed == 0 ? CommandLine.Good : CommandLine.FoundWrong;
    }

    // To the minute: what is made twice in a row is the same.
    private static DateTimeOffset Now
    {
        get
        {
            var now = TimeProvider.System.GetUtcNow();
            return now - TimeSpan.FromTicks(now.Ticks % TimeSpan.TicksPerMinute);
        }
    }

    private static (TemplateObject Inputs, Sender Sender) InputsOf(Catalog catalog, MailTemplate mail, Person person)
    {
        var sample = MailSample.Of(catalog, mail);
        var contact = person.IsBare ? MailSample.Stranger(mail.Locale) : MailSample.Person(mail.Locale);
        foreach (var (name, value) in person.Contact) contact.Set(name, value, default);
        var account = person.IsBare ? new AccountState { Id = 0 } : MailSample.Company(mail.Locale, catalog.Plan, Now);
        foreach (var (name, value) in person.Account) account.Set(name, value, default);
        return sample.Inputs(contact, account, person.IsBare ? null : sample.InventedTrigger(), person.IsBare ? sample.UnsaidWebinar(Now) : sample.Webinar(Now), Site, Now);
    }

    private static Catalog CatalogOf(ScenarioLibrary library) => new()
    {
        Plan = library.Plan,
        Policy = library.Policy,
        Mails = library.Templates,
        Segments = library.Environment.Segments,
        Live = library.Scenarios.Where(read => read.Scenario is not null).SelectMany(read => read.Scenario!.Each())
            .Select(scenario => new PublishedScenario(scenario, ScenarioProgram.Of(scenario.Steps), false, default)).ToFrozenDictionary(live => live.Scenario.Name),
    };

    private static void Print(RenderedMail rendered, string text, Screen screen)
    {
        if (rendered.Preheader.Length > 0) screen.Quiet(rendered.Preheader);
        screen.Line();
        foreach (var line in text.Split('\n')) screen.Line(line);
    }

    private static void Write(string path, RenderedMail rendered, string text, Sender sender, TemplateObject inputs)
    {
        File.WriteAllText($"{path}.html", rendered.Html);
        File.WriteAllText($"{path}.txt", text);
        File.WriteAllBytes($"{path}.eml", Eml(Path.GetFileName(path), rendered, text, sender, inputs));
    }

    private static byte[] Eml(string id, RenderedMail rendered, string text, Sender sender, TemplateObject inputs)
    {
        var from = AddressOf(sender.Name, sender.Address, "policy.yaml: sender.address");
        var contact = inputs["contact"].TryGetObject(out var of) ? of : new TemplateObject();
        var to = AddressOf(contact["name"].ToString(), contact["email"].ToString(), "--contact email");
        var bytes = new ArrayBufferWriter<byte>(8 << 10);
        MimeWriter.Write(
            new EmailMessage
            {
                From = from,
                To = to,
                ReplyTo = sender.ReplyTo is { Length: > 0 } replyTo ? AddressOf(sender.Name, replyTo, "policy.yaml: sender.reply_to") : null,
                Subject = rendered.Subject,
                TextBody = text,
                HtmlBody = rendered.Html,
                Calendar = CalendarOf(inputs, from, to),
                Date = Now,
                MessageId = $"{id}@{from.WireDomain}",
                Headers = inputs["unsubscribe_url"].IsNull ? [] : ListUnsubscribe.Headers(new Uri(inputs["unsubscribe_url"].ToString())),
            },
            bytes);
        return bytes.WrittenSpan.ToArray();
    }

    private static CalendarEntry? CalendarOf(TemplateObject inputs, EmailAddress from, EmailAddress to) => CalendarFacts.In(inputs) is not { } facts ? null : new()
    {
        Uid = $"{facts.Id}@{from.WireDomain}",
        Sequence = facts.Sequence,
        IsCancelled = facts.IsCancelled,
        IsAccepted = facts.IsAccepted,
        Stamp = Now,
        StartsAt = facts.StartsAt,
        EndsAt = facts.EndsAt,
        Summary = facts.Title,
        Link = facts.Link,
        Organizer = from,
        Attendee = to,
    };

    private static EmailAddress AddressOf(string name, string address, string whose) => EmailAddress.TryParse(address, out var read, out var problem)
        ? read! with { DisplayName = name.Length > 0 && !name.Contains('@', StringComparison.Ordinal) ? name : null }
        : throw new CommandException($"{whose}: {problem}");
}
