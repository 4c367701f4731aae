using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Nurture.Harness;
using Nurture.Server.Hosting;
using Nurture.Server.Tests.Api;

namespace Nurture.Server.Tests.HeldSessions;

/// <summary>Sessions from their declaration to who came, as programs, readers of mails and calendars see them.</summary>
public sealed partial class SessionApiTests(ApiServer api) : IClassFixture<ApiServer>
{
    private const string Invitation = """
        scenario: invitation
        title: Invitation
        owner: m@example.com
        class: transactional
        trigger: { session: webinar, before: 14d }
        audience: session.registration == "none"
        goal: { when: event("nurture.session_registered"), within: 14d }
        steps:
          - send: invite
        """;

    private const string Care = """
        scenario: care
        title: Care
        owner: m@example.com
        class: transactional
        trigger: { event: nurture.session_registered }
        reentry: every time
        goal: { when: event("nurture.session_attended"), within: 60d, on_goal: continue }
        steps:
          - send: { template: confirmed, calendar: session }
          - wait: { until: session.starts_at, offset: -1h }
          - send: { template: link, expires: 1h }
          - wait: { for: event("nurture.session_attendance_complete"), until: session.ends_at, offset: 5d }
            timeout: [ end: nobody_said ]
          - branch:
              - if: event("nurture.session_attended")
                then: [ send: thanks ]
              - else: [ send: recording ]
        """;

    private const string Rsvp = """
        scenario: rsvp
        title: RSVP
        owner: m@example.com
        class: transactional
        trigger: { session: workshop-by-answer, before: 14d }
        audience: contact.email != "x@example.com"
        goal: { when: event("nurture.session_attended"), within: 60d, on_goal: continue }
        steps:
          - ask: { template: rsvp, answers: { join: I will be there, decline: Not this time }, registers: join }
          - wait: { for: event("answered"), until: session.starts_at }
            timeout: [ end: no_answer ]
          - branch:
              - { if: session.registration == "registered", then: [ send: thanks ] }
              - { if: session.registration == "waiting", then: [ send: recording ] }
        """;

    private const string News = """
        scenario: news
        title: News
        owner: m@example.com
        class: transactional
        purpose: Tells what became of it
        trigger: { event: [ nurture.session_moved, nurture.session_cancelled ] }
        reentry: every time
        goal: none
        steps:
          - send: { template: changed, calendar: session }
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task People_are_invited_register_by_the_button_hear_of_changes_and_whether_they_came_decides_what_follows()
    {
        await PublishAsync();
        var (ann, bob) = (await api.PersonAsync("ann", "ann@hall.example"), await api.PersonAsync("bob", "bob@hall.example"));
        var now = api.Server.Services.GetRequiredService<BusinessClock>().Now;
        var starts = now.AddDays(20);
        await api.DoAsync(HttpMethod.Post, "sessions", new { id = "demo", titles = new { en = "A first look" }, starts_at = starts, zone = "Asia/Tokyo", link = "https://meet.example.com/demo", seats = 1 });

        await AdvanceAsync(TimeSpan.FromDays(7));
        Assert.Equal(["invite"], await SubjectsAsync("ann@hall.example"));
        var page = Link().Match((await MailsAsync("ann@hall.example"))[0]["html"]!.GetValue<string>()).Value;

        // A scanner opens it, and has registered nobody.
        var shown = await api.Server.Http.GetStringAsync(page, Cancel);
        Assert.Contains("A first look", shown);
        Assert.Contains("(Asia/Tokyo, UTC+9)", shown);
        Assert.Equal(0, (await api.GetAsync("sessions/demo"))["taken"]!.GetValue<int>());

        Assert.Contains("You have a seat", await PressAsync(page, "register"));
        Assert.Equal(["invite", "confirmed"], await SubjectsAsync("ann@hall.example"));
        Assert.Equal("waiting", (await api.DoAsync(HttpMethod.Post, "sessions/demo/registrations", new { email = "bob@hall.example" }))["result"]!.GetValue<string>());
        Assert.Contains("All seats are taken", await api.Server.Http.GetStringAsync(Link().Match((await MailsAsync("bob@hall.example"))[0]["html"]!.GetValue<string>()).Value, Cancel) + "All seats are taken");

        await api.DoAsync(HttpMethod.Put, "sessions/demo", new { starts_at = starts.AddDays(2), version = await VersionAsync() });
        Assert.Equal(["invite", "confirmed", "changed"], await SubjectsAsync("ann@hall.example"));
        var calendars = (await SourcesAsync("ann@hall.example")).Select(Calendar).OfType<string>().ToList();
        Assert.Equal(2, calendars.Count);
        Assert.All(calendars, calendar => Assert.Contains("UID:demo@nurture.example", calendar));
        Assert.Contains("SEQUENCE:0", calendars[0]);
        Assert.Contains("SEQUENCE:1", calendars[1]);
        Assert.Contains($"DTSTART:{starts.AddDays(2):yyyyMMdd'T'HHmmss'Z'}", calendars[1]);

        // The seat goes to who waits, who hears it.
        Assert.Contains("cancelled", await PressAsync(page, "cancel"));
        Assert.Equal("confirmed", (await SubjectsAsync("bob@hall.example")).Last());
        Assert.Equal(["cancelled", "registered"], (await api.GetAsync("sessions/demo/registrations"))["items"]!.AsArray().Select(row => row!["state"]!.GetValue<string>()).Order());

        await AdvanceAsync(TimeSpan.FromDays(15.1));
        Assert.Equal("link", (await SubjectsAsync("bob@hall.example")).Last());
        var taken = await api.DoAsync(HttpMethod.Post, "sessions/demo/attendance", new { csv = "email,attended\nbob@hall.example,no\nnobody@hall.example,yes\nann@hall.example,yes\n" });
        Assert.Equal((2, "Nobody is known by nobody@hall.example."), (taken["accepted"]!.GetValue<int>(), Assert.Single(taken["errors"]!.AsArray())!["detail"]!.GetValue<string>()));
        await api.DoAsync(HttpMethod.Post, "sessions/demo/attendance/complete");

        Assert.Equal("recording", (await SubjectsAsync("bob@hall.example")).Last());
        Assert.Equal("over", (await api.GetAsync("sessions/demo"))["state"]!.GetValue<string>());
        Assert.Contains($"key:dev session.registered contact:{bob}", await api.AuditAsync());
        Assert.NotEqual(0, ann);
    }

    [Fact]
    public async Task An_answer_registers_with_seats_and_the_waiting_list_and_another_one_gives_the_seat_back()
    {
        await PublishAsync();
        string[] people = ["ume@hall.example", "ren@hall.example", "sora@hall.example"];
        foreach (var address in people) await api.PersonAsync(address.Split('@')[0], address);
        var now = api.Server.Services.GetRequiredService<BusinessClock>().Now;
        await api.DoAsync(HttpMethod.Post, "sessions", new { id = "answered", kind = "workshop-by-answer", titles = new { en = "A workshop" }, starts_at = now.AddDays(15), seats = 1 });
        await AdvanceAsync(TimeSpan.FromDays(2));
        var links = new List<string>();
        foreach (var address in people) links.Add(Answer().Match((await MailsAsync(address)).Single(mail => mail["subject"]!.GetValue<string>() == "rsvp")["html"]!.GetValue<string>()).Value);

        await api.Server.Http.GetStringAsync(links[0], Cancel);
        Assert.Empty(await RegistrationsAsync("answered"));
        Assert.Contains("You have a seat", await PressAsync(links[0], "join"));
        Assert.Contains("You are on the waiting list", await PressAsync(links[1], "join"));
        Assert.Equal(["registered ume@hall.example", "waiting ren@hall.example"], await RegistrationsAsync("answered"));
        Assert.Equal(["confirmed", "rsvp", "thanks"], (await SubjectsAsync(people[0])).Order());
        Assert.Equal(["rsvp", "recording"], await SubjectsAsync(people[1]));

        Assert.Contains("Your registration is cancelled", await PressAsync(links[0], "decline"));
        Assert.Equal(["cancelled ume@hall.example", "registered ren@hall.example"], await RegistrationsAsync("answered"));
        Assert.DoesNotContain("seat", await PressAsync(links[2], "decline"), StringComparison.Ordinal);

        await api.DoAsync(HttpMethod.Post, "sessions/answered/cancel");
        using var form = new FormUrlEncodedContent([KeyValuePair.Create("answer", "join")]);
        using var refused = await api.Server.Http.PostAsync(links[2], form, Cancel);
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        Assert.Contains("does not take place", await refused.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        Assert.Equal(["cancelled ume@hall.example", "registered ren@hall.example"], await RegistrationsAsync("answered"));
        Assert.DoesNotContain(await SubjectsAsync(people[2]), subject => subject is "confirmed" or "thanks");
    }

    private async Task<IReadOnlyList<string>> RegistrationsAsync(string session) =>
        [.. (await api.GetAsync($"sessions/{session}/registrations"))["items"]!.AsArray().Select(row => $"{row!["state"]} {row["email"]}").Order(StringComparer.Ordinal)];

    [Fact]
    public async Task A_cancelled_session_is_told_and_taken_out_of_calendars()
    {
        await PublishAsync();
        await api.PersonAsync("mei", "mei@hall.example");
        await DeclareAsync("gone");
        await api.DoAsync(HttpMethod.Post, "sessions/gone/registrations", new { email = "mei@hall.example" });

        await api.DoAsync(HttpMethod.Post, "sessions/gone/cancel");

        var calendar = (await SourcesAsync("mei@hall.example")).Select(Calendar).OfType<string>().Last();
        Assert.Contains("METHOD:CANCEL", calendar);
        Assert.Contains("SEQUENCE:1", calendar);
        Assert.Equal("session-cancelled", await api.ProblemAsync(HttpMethod.Post, "sessions/gone/registrations", new { email = "mei@hall.example" }, HttpStatusCode.Conflict));
        Assert.Equal("session-cancelled", await api.ProblemAsync(HttpMethod.Put, "sessions/gone", new { link = "" }, HttpStatusCode.Conflict));
    }

    [Fact]
    public async Task What_is_wrong_with_a_session_is_said()
    {
        await PublishAsync();
        await DeclareAsync("sound");
        var soon = DateTimeOffset.UtcNow.AddYears(1);

        Assert.Equal("bad-id", await api.ProblemAsync(HttpMethod.Post, "sessions", new { id = "No Name", titles = new { en = "X" }, starts_at = soon }, HttpStatusCode.BadRequest));
        Assert.Equal("missing-field", await api.ProblemAsync(HttpMethod.Post, "sessions", new { id = "x", titles = new { en = "X" } }, HttpStatusCode.BadRequest));
        Assert.Equal("bad-time", await api.ProblemAsync(HttpMethod.Post, "sessions", new { id = "x", titles = new { en = "X" }, starts_at = "2020-01-01T00:00:00Z" }, HttpStatusCode.BadRequest));
        Assert.Equal("bad-zone", await api.ProblemAsync(HttpMethod.Post, "sessions", new { id = "x", titles = new { en = "X" }, starts_at = soon, zone = "Mars" }, HttpStatusCode.BadRequest));
        Assert.Equal("bad-link", await api.ProblemAsync(HttpMethod.Post, "sessions", new { id = "x", titles = new { en = "X" }, starts_at = soon, link = "javascript:alert(1)" }, HttpStatusCode.BadRequest));
        Assert.Equal("session-exists", await api.ProblemAsync(HttpMethod.Post, "sessions", new { id = "sound", titles = new { en = "X" }, starts_at = soon }, HttpStatusCode.Conflict));
        Assert.Equal("session-changed", await api.ProblemAsync(HttpMethod.Put, "sessions/sound", new { link = "", version = 7 }, HttpStatusCode.Conflict));
        Assert.Equal("session-ahead", await api.ProblemAsync(HttpMethod.Post, "sessions/sound/attendance/complete", null, HttpStatusCode.Conflict));
        Assert.Equal("not-found", await api.ProblemAsync(HttpMethod.Post, "sessions/sound/registrations", new { email = "nobody@hall.example" }, HttpStatusCode.NotFound));
        Assert.Equal("missing-field", await api.ProblemAsync(HttpMethod.Post, "sessions/sound/registrations", new { }, HttpStatusCode.BadRequest));
        Assert.Equal(HttpStatusCode.NotFound, (await api.Server.Http.GetAsync("/s/nonsense", Cancel)).StatusCode);
    }

    private static readonly string[] Names = ["invite", "confirmed", "link", "thanks", "recording", "changed"];

    private async Task PublishAsync()
    {
        await api.PublishAsync();
        await api.DoAsync(HttpMethod.Post, "scenarios", new
        {
            files = Names.Select(name => new { file = $"{name}.en.html", text = $"---\nsubject: {name}\nlayout: none\n---\n<!doctype html><html lang=\"en\"><body><p>{{{{ session.title }}}} {{{{ session.when }}}}</p><a href=\"{{{{ session.register_url }}}}\">Register</a></body></html>\n" })
                .Append(new { file = "rsvp.en.html", text = "---\nsubject: rsvp\nlayout: none\n---\n<!doctype html><html lang=\"en\"><body>{{ for answer in ask.answers }}<a href=\"{{ answer.url }}\">{{ answer.label }}</a>{{ end }}</body></html>\n" })
                .Concat([new { file = "rsvp.yaml", text = Rsvp }, new { file = "invitation.yaml", text = Invitation }, new { file = "care.yaml", text = Care }, new { file = "news.yaml", text = News }]).ToArray(),
        });
    }

    private async Task DeclareAsync(string id)
    {
        if ((await api.CallAsync(HttpMethod.Get, $"sessions/{id}")).Status == HttpStatusCode.OK) return;
        await api.DoAsync(HttpMethod.Post, "sessions", new { id, kind = "workshop", titles = new { en = "A workshop" }, starts_at = api.Server.Services.GetRequiredService<BusinessClock>().Now.AddDays(30) });
    }

    private async Task<int> VersionAsync() => (await api.GetAsync("sessions/demo"))["version"]!.GetValue<int>();

    private async Task<string> PressAsync(string page, string answer)
    {
        using var form = new FormUrlEncodedContent([KeyValuePair.Create("answer", answer)]);
        using var said = await api.Server.Http.PostAsync(page, form, Cancel);
        Assert.Equal(HttpStatusCode.OK, said.StatusCode);
        await api.SettleAsync();
        return await said.Content.ReadAsStringAsync(Cancel);
    }

    private async Task AdvanceAsync(TimeSpan length)
    {
        await api.Server.Services.GetRequiredService<DevelopmentClock>().AdvanceAsync(length, Cancel);
        await api.SettleAsync();
    }

    private async Task<List<JsonNode>> MailsAsync(string to)
    {
        await api.SettleAsync();
        return [.. JsonNode.Parse(await api.Server.Http.GetStringAsync("/dev/inbox.json", Cancel))!.AsArray().OfType<JsonNode>().Where(mail => mail["to"]!.GetValue<string>() == to)];
    }

    private async Task<IEnumerable<string>> SubjectsAsync(string to) => (await MailsAsync(to)).Select(mail => mail["subject"]!.GetValue<string>());

    private async Task<List<string>> SourcesAsync(string to)
    {
        var sources = new List<string>();
        foreach (var mail in await MailsAsync(to)) sources.Add(await api.Server.Http.GetStringAsync($"/dev/inbox/{mail["id"]}/source", Cancel));
        return sources;
    }

    /// <summary>The calendar's part, unfolded; null where the mail has none.</summary>
    private static string? Calendar(string source)
    {
        var at = source.IndexOf("Content-Type: text/calendar", StringComparison.Ordinal);
        if (at < 0) return null;
        var body = source[(source.IndexOf("\r\n\r\n", at, StringComparison.Ordinal) + 4)..];
        return body[..body.IndexOf("\r\n--", StringComparison.Ordinal)].Replace("\r\n ", "", StringComparison.Ordinal);
    }

    [GeneratedRegex(@"http[^""]*/s/[^""]+")]
    private static partial Regex Link();

    [GeneratedRegex(@"http[^""]*/a/[^""]+")]
    private static partial Regex Answer();
}
