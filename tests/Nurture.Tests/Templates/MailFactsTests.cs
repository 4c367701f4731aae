using System.Text;
using Nurture.Conditions;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Scenarios;
using Nurture.Segments;
using Nurture.Sends;
using Nurture.Simulation;
using Nurture.Templates;
using Nurture.Templating;
using Nurture.Tests.Engine;

namespace Nurture.Tests.Templates;

/// <summary>Mails ask what conditions ask, and are told the same.</summary>
public sealed class MailFactsTests
{
    private const string Welcome = """
        scenario: hello
        title: Hello
        owner: m@example.com
        class: transactional
        trigger: { event: signed_up }
        goal: none
        purpose: x
        steps:
          - send: welcome
          - wait: 1d
          - send: second
          - wait: 9d
        """;

    private static readonly SegmentSet Segments = SegmentsReader.Read("segments: { active-trials: { is: 'account.plan == \"trial\" && count(\"login\", \"14d\") > 2' } }", "segments.yaml", World.Plan).Segments;

    public static TheoryData<string> Examples =>
    [
        .. ConditionFunctions.All.Select(function => function.Example).Where(example => !example.StartsWith("event(", StringComparison.Ordinal)),
        .. ConditionNames.All.Where(name => name.Path is not ("heard.x" or "response.x" or "session.x")).Select(name => name.Example),
    ];

    [Rule(4)]
    [Theory]
    [MemberData(nameof(Examples))]
    public void A_mail_is_told_what_a_condition_answers(string example)
    {
        foreach (var isBusy in new[] { false, true })
        {
            var world = Told($"{{{{ if {example} }}}}yes{{{{ else }}}}no{{{{ end }}}}", isBusy).Pass("1d");

            var mistakes = new List<Diagnostic>();
            var condition = Condition.Compile(example, new() { Subject = SubjectKind.Contact, Plan = World.Plan, Segments = Segments, TriggerEvents = [], HeardEvents = [], HasEnrollment = true }, mistakes);
            Assert.True(condition is not null, string.Join('\n', mistakes));
            var (ann, acme) = (world.Simulator.States.Select(pair => pair.State).OfType<ContactState>().Single(), world.Simulator.States.Select(pair => pair.State).OfType<AccountState>().Single());
            var answer = condition.Evaluate(new() { Catalog = world.Simulator.Catalog, At = world.Now, Contact = ann, Account = acme, Enrollment = ann.Enrollments[0] });
            Assert.Equal(answer == Truth.True ? "yes" : "no", BodyOf(world, "second"));
        }
    }

    [Rule(4)]
    [Fact]
    public void Values_are_printed_and_kept_with_the_send()
    {
        var world = Told("""
            {{ count("login", "14d") }} times, {{ sum("ordered", event.total, "30d") }}, since {{ first("login") | date.to_string "%F" }};
            {{ for role in contact.role }}{{ role }} {{ end }}; {{ account.tier }}; {{ account.health.band ?? "unscored" }}; {{ contact.is_known }}; {{ now }}
            """, isBusy: true);
        var before = BodyOf(world, "welcome");

        world.Do(1, "login").Say(1, ("name", "Other")).Pass("2h");

        Assert.Equal("4 times, 1200, since 2026-03-02; admin ; tech; unscored; true; 2026-03-02T10:00:00.000Z", string.Join(' ', before.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
        Assert.Equal(before, BodyOf(world, "welcome"));
    }

    [Rule(4)]
    [Theory]
    [InlineData("{{ x = \"2026-03-05\"; days_until x }}", "3")]
    [InlineData("{{ x = \"2026-03-01T09:00:00Z\"; days_since x }}", "1")]
    [InlineData("{{ x = contact.email; x | one_of \"a\" \"c1@example.com\" }}", "true")]
    [InlineData("{{ for role in contact.role; one_of(role, \"admin\"); end }}", "true")]
    [InlineData("{{ count = 3; count }}", "3")]
    [InlineData("{{ func count(x); ret x + 1; end; count(4) }}", "5")]
    [InlineData("{{ contact.role.size }} {{ contact.role[0] }}", "1 admin")]
    [InlineData("{{ !(count(\"login\", \"7d\") >= 3 && contact.is_known) }}", "false")]
    [InlineData("{{ count(\"login\", \"7d\") > 1 ? \"often\" : \"seldom\" }}", "often")]
    [InlineData("{{ x = 3; count(\"login\", \"7d\") + x }}", "7")]
    public void What_only_the_mail_knows_is_asked_there(string body, string printed) => Assert.Equal(printed, BodyOf(Told(body, isBusy: true), "welcome").Trim());

    [Rule(4, 13)]
    [Fact]
    public void What_was_not_counted_is_unknown_and_never_zero()
    {
        var world = Told("{{ if count(\"login\", \"14d\") < 100 }}few{{ else }}?{{ end }} {{ if !(count(\"login\", \"14d\") >= 100) }}few{{ else }}?{{ end }}", isBusy: true, isCovered: false);

        Assert.Equal("? ?", BodyOf(world, "welcome").Trim());
        Assert.Contains(world.Simulator.Catalog.Index.Criteria.All, criterion => criterion.EventName == "login");
    }

    [Rule(4)]
    [Fact]
    public void In_a_scenario_of_an_account_a_mail_asks_whom_it_is_to()
    {
        const string scenario = """
            scenario: hello
            title: Hello
            owner: m@example.com
            subject: account
            class: transactional
            trigger: { event: signed_up }
            goal: none
            purpose: x
            steps:
              - send: { template: welcome, to: 'roles("admin", "user")', nobody: end }
            """;
        var world = World.Of(Segments, Mails("{{ count(\"login\", \"14d\") }} of {{ account.count(\"login\", \"14d\") }}"), scenario).Person(1, 1, "admin").Person(2, 1, "user");

        world.Do(1, "login").Do(2, "login").Do(2, "login").Do(1, "signed_up");

        Assert.Equal(["1 of 3", "2 of 3"], world.Simulator.Sends.Select(send => Render(send, world.Simulator.Catalog).Trim()).Order());
    }

    [Rule(4, 23)]
    [Fact]
    public void A_mail_is_told_what_happened_since_entry_though_its_scenario_asks_nothing_of_it()
    {
        var world = World.Of(Segments, Mails("{{ event(\"ordered\", where: event.total >= 100) }} {{ event(\"ordered\") }} {{ account.event(\"login\") }} {{ event(\"login\") }} {{ event(\"signed_up\") }}"), Welcome)
            .Person(1, 1).Person(2, 1).Do(1, "ordered", """{"total":300}""").Do(2, "login").Pass("1h").Do(1, "signed_up");

        world.Do(1, "ordered", """{"total":50}""").Do(2, "login").Pass("1d");

        Assert.Equal("false false false false false", BodyOf(world, "welcome"));
        Assert.Equal("false true true false false", BodyOf(world, "second"));
    }

    [Rule(4, 18, 23)]
    [Fact]
    public void A_mail_of_a_passage_with_a_key_is_told_of_its_own()
    {
        var world = World.Of(Segments, Mails("{{ event(\"delivered\") }}"), Welcome.Replace("trigger: { event: signed_up }", "trigger: { event: ordered }\nkey: trigger.order_id", StringComparison.Ordinal)).Person(1)
            .Do(1, "ordered", """{"order_id":"a"}""").Do(1, "ordered", """{"order_id":"b"}""").Do(1, "delivered", """{"order_id":"b"}""").Pass("2d");

        Assert.Equal(["false", "true"], world.Simulator.Sends.Where(send => send.Draft.Template == "second").Select(send => Render(send, world.Simulator.Catalog)).Order());
    }

    [Rule(4, 23)]
    [Fact]
    public void A_mail_in_a_repeat_is_told_what_happened_since_its_turn_began()
    {
        var scenario = Welcome[..Welcome.IndexOf("steps:", StringComparison.Ordinal)] + "steps:\n  - repeat:\n      times: 3\n      steps: [ wait: 1d, send: welcome ]\n";
        var world = World.Of(Segments, Mails("{{ event(\"login\") }} {{ event(\"login\", since: \"entry\") }}"), scenario).Person(1).Do(1, "signed_up").Pass("36h").Do(1, "login").Pass("5d");

        Assert.Equal(["false false", "true true", "false true"], world.Simulator.Sends.Select(send => Render(send, world.Simulator.Catalog)));
    }

    [Rule(2)]
    [Theory]
    [InlineData("{{ heard.reason }}", "")]
    [InlineData("{{ heard.reason ?? \"none\" }}", "none")]
    [InlineData("{{ if heard.reason == \"late\" }}late{{ else }}other{{ end }}", "other")]
    [InlineData("{{ if heard }}heard{{ else }}silence{{ end }}", "silence")]
    [InlineData("{{ heard.name }}{{ trigger.colour }}", "")]
    public void What_nobody_heard_is_nothing(string body, string printed) => Assert.Equal(printed, BodyOf(Told(body, isBusy: false), "welcome"));

    [Rule(2)]
    [Theory]
    [InlineData("{{ heard.reason }}", "- send: welcome", "welcome.en.html prints heard.reason, and no wait has heard anything before this step: nothing stands there then.")]
    [InlineData("{{ heard.reason }}", "- wait: { for: contact.onboarded, up_to: 9d }\n- send: welcome", "welcome.en.html prints heard.reason, and no wait has heard anything before this step: nothing stands there then.")]
    [InlineData("{{ heard.reason }}", "- wait: { for: event(\"login\"), up_to: 9d }\n- send: welcome", null)]
    [InlineData("{{ heard.reason }}", "- wait: { for: event(\"login\"), up_to: 9d }\n  timeout: [ send: welcome ]\n- end: done", "welcome.en.html prints heard.reason, and no wait has heard anything before this step: nothing stands there then.")]
    [InlineData("{{ heard.reason ?? \"none\" }}", "- send: welcome", null)]
    [InlineData("{{ if heard.reason }}{{ heard.reason }}{{ end }}", "- send: welcome", null)]
    [InlineData("{{ trigger.colour }}", "- send: welcome", "welcome.en.html prints trigger.colour, and signed_up carries no such property: nothing stands there then.")]
    [InlineData("{{ trigger.plan }} {{ trigger.name }}", "- send: welcome", null)]
    public void What_a_mail_prints_of_an_event_that_it_never_has_is_said(string body, string steps, string? said)
    {
        var plan = World.Plan with { Events = new[] { "signed_up", "login" }.ToDictionary(name => name, name => new PlannedEvent(name, "", false, new Dictionary<string, PlannedAttribute> { [name == "login" ? "reason" : "plan"] = new("x", ValueKind.Text, "", default) })) };
        var mails = Mails(body);
        var environment = new ParseEnvironment { Plan = plan, Templates = mails.Names, MailTemplates = mails };
        var text = Welcome[..Welcome.IndexOf("steps:", StringComparison.Ordinal)] + "steps:\n" + string.Join('\n', steps.Split('\n').Select(line => "  " + line));

        var found = ScenarioLinter.Lint(ScenarioParser.Parse(text, "hello.yaml", environment), environment).Where(one => one.Code == DiagnosticCodes.NothingHeard);

        Assert.Equal(said is null ? [] : [said], found.Select(one => one.Message));
    }

    [Rule(44)]
    [Theory]
    [InlineData("{{ trigger.plan }}", true)]
    [InlineData("{{ trigger.plan ?? \"none\" }}", false)]
    public void Who_starts_a_scenario_gives_what_its_mails_print(string body, bool isSaid)
    {
        var mails = Mails(body);
        var environment = new ParseEnvironment { Plan = World.Plan, Templates = mails.Names, MailTemplates = mails };
        var started = ScenarioParser.Parse(Welcome, "hello.yaml", environment).Scenario!;
        var starting = ScenarioParser.Parse(Welcome.Replace("scenario: hello", "scenario: first", StringComparison.Ordinal).Replace("send: welcome", "start: hello", StringComparison.Ordinal), "first.yaml", environment);

        var found = ScenarioReferences.Check(starting, new Dictionary<string, Scenario> { ["hello"] = started }, mails);

        Assert.Equal(isSaid, found.Any(one => one.Code == DiagnosticCodes.StartedWithout));
    }

    [Rule(4)]
    [Theory]
    [InlineData("{{ count(contact.plan, \"14d\") }}", "NUR209 Here an event's name is expected, written out in quotes, not contact.plan.")]
    [InlineData("{{ x = \"login\"; count(x, \"14d\") }}", "NUR302 `count` is answered before the mail is made, and `x` is known only while it is.")]
    [InlineData("{{ for x in account.features; ever(x); end }}", "NUR302 `ever` is answered before the mail is made, and `x` is known only while it is.")]
    [InlineData("{{ \"login\" | count \"14d\" }}", "NUR302 `count` is answered before the mail is made, and nothing can be piped into it.")]
    [InlineData("{{ segment(\"actve-trials\") }}", "NUR221 segments.yaml defines no segment \"actve-trials\".")]
    [InlineData("{{ count(\"login\") }}", "NUR203 count needs a window.")]
    [InlineData("{{ if account.health.band == \"sick\" }}x{{ end }}", "NUR219 \"sick\" is none of the values that this can have.")]
    [InlineData("{{ has_role }}", "NUR303 mails have no \"has_role\".")]
    [InlineData("{{ account.health.grade }}", "NUR303 \"account\" has no attribute \"health\".")]
    public void What_cannot_be_asked_is_said_where_it_stands(string body, string said)
    {
        var mail = Mail(body);
        var found = mail.Diagnostics.Concat(MailTemplateLinter.Lint(new([mail], "en"), World.Plan, SendPolicy.Default, segments: Segments)).Where(one => one.Code is not (DiagnosticCodes.NoPreheader or DiagnosticCodes.MayBeEmpty)).ToList();

        Assert.Contains(said, found.Select(one => $"{one.Code} {one.Message}"));
        Assert.All(found, one => Assert.Equal(5, one.Span.Line));
    }

    [Rule(4)]
    [Fact]
    public void A_text_of_a_step_asks_what_its_scenario_asks()
    {
        const string scenario = """
            scenario: hello
            title: Hello
            owner: m@example.com
            subject: account
            class: service
            trigger: { event: signed_up }
            goal: none
            purpose: x
            steps:
              - wait: 1d
              - webhook: { endpoint: crm, body: { said: '{{ count("login", "14d") }} by {{ account.people("login", "14d") }}, {{ event("login") ? "again" : "not since" }}' } }
            """;
        var world = World.Of(scenario).Person(1, 1, "admin").Person(2, 1).Do(1, "login").Do(1, "signed_up").Pass("1h");

        world.Do(2, "login").Pass("2d");

        Assert.Contains("\"2 by 2, again\"", Encoding.UTF8.GetString(Assert.Single(world.Simulator.Calls).Draft.Body));
    }

    [Rule(4)]
    [Fact]
    public void A_test_of_a_scenario_answers_by_its_history()
    {
        const string test = """
            scenario: hello
            tests:
              - name: Two logins before, one after
                start: "2026-03-02 10:00"
                given:
                  account: { id: acme, known_for: 30d }
                  contacts: [ { id: ann, email: ann@acme.example, roles: [ admin ] } ]
                  history: [ { ago: 10d, contact: ann, event: login }, { ago: 20d, contact: ann, event: login }, { ago: 1d, contact: ann, event: login } ]
                when: [ { at: 0m, contact: ann, event: signed_up } ]
                expect: [ { at: 0m, send: welcome, to: ann } ]
            """;
        var mails = Mails("{{ count(\"login\", \"14d\") }} {{ contact.has_role(\"admin\") }} {{ segment(\"active-trials\") }}");
        var environment = new ParseEnvironment { Plan = World.Plan, Segments = Segments, Templates = mails.Names, MailTemplates = mails };
        var scenario = ScenarioParser.Parse(Welcome, "hello.yaml", environment).Scenario! with { Version = 1 };
        var (file, mistakes) = Nurture.Scenarios.Testing.ScenarioTestParser.Parse(test, "hello.yaml", environment);
        Assert.Empty(mistakes);

        var rehearsal = Rehearsal.Play(file!.Tests[0], scenario, environment, World.Start + TimeSpan.FromDays(3));

        Assert.All(rehearsal.Simulator.Sends, send => Assert.Equal("2 true false", Render(send, rehearsal.Simulator.Catalog).Trim()));
        Assert.Equal(2, rehearsal.Simulator.Sends.Count);
    }

    [Rule(4)]
    [Fact]
    public void What_everybody_has_is_printed_without_a_warning() =>
        Assert.DoesNotContain(MailTemplateLinter.Lint(new([Mail("{{ contact.created_at }} {{ contact.status }} {{ account.tier }} {{ account.is_on_hold }}")], "en"), World.Plan, SendPolicy.Default, segments: Segments), one => one.Code == DiagnosticCodes.MayBeEmpty);

    [Rule(4)]
    [Fact]
    public void What_an_event_does_not_carry_is_what_conditions_take_it_for()
    {
        var plan = World.Plan with
        {
            Events = new Dictionary<string, PlannedEvent>
            {
                ["signed_up"] = new("signed_up", "", false, new Dictionary<string, PlannedAttribute> { ["plan"] = new("plan", ValueKind.Text, "", AttributeValue.From("free")), ["seats"] = new("seats", ValueKind.Number, "", default) }),
            },
        };
        var mail = Mail("{{ trigger.plan }} {{ trigger.seats ?? \"none\" }} {{ trigger.seats > 3 }} {{ trigger.name }} {{ one_of(trigger.plan, \"free\") }} {{ exists(trigger.plan) }}");
        var catalog = new Catalog { Plan = plan, Mails = new([mail], "en") };
        var trigger = new OccurredEvent(1, "signed_up", 1, 0, World.Start, World.Start, "{}"u8.ToArray());
        var ann = new ContactState { Id = 1 };

        var inputs = MailInputs.Write(catalog, catalog.Mails.ReadsOf("welcome", "en"), ann, null, trigger, null, answers: new(catalog.Index.Facts, new() { Catalog = catalog, At = World.Start, Contact = ann, Trigger = trigger }));

        Assert.Equal("free none false signed_up true false", MailRenderer.Body(mail, MailRenderer.ReadInputs(inputs, SendPolicy.Default.Sender), new RenderOptions { Now = World.Start }));
    }

    [Rule(4)]
    [Fact]
    public void A_value_of_a_step_is_what_a_condition_reads()
    {
        var scenario = Welcome.Replace("- wait: 1d", "- webhook: { endpoint: crm, body: { tier: account.tier, known: contact.is_known, on_hold: account.is_on_hold, plan: trigger.plan, ends: account.contract_end, score: account.health.score } }", StringComparison.Ordinal);
        var world = World.Of(scenario).Person(1, 1, "admin").SayAccount(1, ("contract_end", new DateOnly(2026, 3, 20)));

        world.Do(1, "signed_up", """{"plan":"trial"}""");

        Assert.Equal("""{"tier":"tech","known":true,"on_hold":false,"plan":"trial","ends":"2026-03-20","score":null}""", Encoding.UTF8.GetString(Assert.Single(world.Simulator.Calls).Draft.Body));
    }

    [Rule(4)]
    [Fact]
    public void A_value_of_a_step_is_one_and_roles_are_several()
    {
        var parsed = ScenarioParser.Parse(Welcome.Replace("- wait: 1d", "- webhook: { endpoint: crm, body: { role: contact.role } }", StringComparison.Ordinal), "hello.yaml", new ParseEnvironment { Plan = World.Plan });

        Assert.Equal("contact.role is several roles, and here is one value.", Assert.Single(parsed.Diagnostics).Message);
    }

    [Rule(4)]
    [Fact]
    public void The_examples_of_the_language_sheet_ask_without_complaint()
    {
        var sheet = File.ReadAllText(Path.Combine(Scenarios.Fixtures.Root, "templates/README.md"));
        var section = sheet[sheet.IndexOf("## Asking what conditions ask", StringComparison.Ordinal)..];
        var plan = World.Plan;

        var mail = Mail(section.Split("```html\n")[1].Split("```")[0]);

        Assert.Empty(mail.Diagnostics);
        Assert.Equal(4, MailReads.Of(mail, null).Facts.Count);
        Assert.Empty(MailFacts.Check(mail, plan, Segments));
    }

    [Rule(4)]
    [Fact]
    public void A_text_of_a_step_that_cannot_ask_says_so_at_its_place()
    {
        var parsed = ScenarioParser.Parse(Welcome.Replace("- wait: 1d", "- notify: { who: account.owner, about: '{{ segment(\"gone\") }}' }", StringComparison.Ordinal), "hello.yaml", new ParseEnvironment { Plan = World.Plan, Segments = Segments });

        var said = Assert.Single(parsed.Diagnostics);
        Assert.Equal(("NUR221", 10, 54), (said.Code, said.Span.Line, said.Span.Column));
    }

    [Rule(4)]
    [Fact]
    public void A_mail_that_is_looked_at_has_values()
    {
        var catalog = new Catalog { Plan = World.Plan, Segments = Segments };
        var mail = Mail("{{ count(\"login\", \"14d\") }} {{ ever(\"login\") }} {{ account.health.score }} {{ contact.is_known }} {{ segment(\"active-trials\") }}");

        Assert.Equal("3 true 3 true false", Shown(MailSample.Person("en")));
        Assert.Equal("   false false", Shown(MailSample.Stranger("en")));

        string Shown(ContactState contact)
        {
            var now = World.Start;
            var (inputs, _) = MailSample.Of(catalog, mail).Inputs(contact, new AccountState { Id = 0 }, null, null, "https://example.com", now);
            return MailRenderer.Body(mail, inputs, new RenderOptions { Now = now });
        }
    }

    private static World Told(string body, bool isBusy, bool isCovered = true)
    {
        var world = isCovered ? World.Of(Segments, Mails(body), Welcome) : World.Of(Segments, MailTemplateLibrary.Empty, Welcome);
        if (!isCovered) world.Simulator.Catalog = world.Simulator.Catalog with { Revision = 2, Mails = Mails(body) };
        world.Person(1, 1, "admin");
        if (isBusy)
        {
            world.Say(1, ("name", "Ann"), ("locale", "ja"), ("score", 5)).SayAccount(1, ("plan", "trial"), ("contract_end", new DateOnly(2026, 3, 20)), ("owner", "csm@example.com"));
            for (var i = 0; i < 4; i++) world.Do(1, "login").Do(1, "ordered", """{"total":300}""");
        }

        return world.Do(1, "signed_up", """{"plan":"trial"}""");
    }

    private static MailTemplate Mail(string body, string name = "welcome") => MailTemplate.Parse($"---\nsubject: x\nlayout: none\n---\n{body}", $"{name}.en.html");

    private static MailTemplateLibrary Mails(string body) => new([Mail(body), Mail(body, "second")], "en");

    private static string BodyOf(World world, string template) => Render(world.Simulator.Sends.Single(send => send.Draft.Template == template), world.Simulator.Catalog);

    private static string Render(SimulatedSend send, Catalog catalog) => MailRenderer.Body(
        catalog.Mails.Find(send.Draft.Template, "en")!, MailRenderer.ReadInputs(send.Draft.Inputs, SendPolicy.Default.Sender), new RenderOptions { Now = send.Draft.PlannedAt, Seed = Draws.Seed(send.Draft.Id) });
}
