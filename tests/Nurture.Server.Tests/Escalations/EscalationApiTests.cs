using System.Net;
using System.Text.Json.Nodes;
using Nurture.Server.Tests.Api;
using Nurture.Storage;

namespace Nurture.Server.Tests.Escalations;

/// <summary>A customer success manager's day: from the score that falls to the outcome that the scenario hears.</summary>
public abstract class EscalationApiTests(ApiServer api)
{
    private const string Health = """
        health: standard
        measures:
          - { id: sign-ins, title: Sign-ins, weight: 60, value: 'count("signed_up", "7d")', scale: [[0, 0], [1, 100]], absent: zero }
          - { id: set-up, title: Set-up, weight: 40, value: 'ever("setup_completed")', scale: [[0, 0], [1, 100]] }
        margin: 10
        bands: { healthy: { from: 70, none: x }, watch: { from: 40, none: x }, at_risk: {}, unknown: { none: x } }
        """;

    private const string Types = """
        types:
          drop:
            title: Health has dropped
            sla: { acknowledge: 4h, resolve: 5bd }
            hold: { max: 21d, quiet: 3d }
            outcomes: [ saved, lost ]
            playbook: [ { task: Call them, due: 1bd, required: true }, Write it down ]
        """;

    private const string Rescue = """
        scenario: rescue
        title: Rescue
        owner: m@example.com
        subject: account
        class: service
        trigger: { band: at_risk }
        reentry: every time
        goal: { when: event("setup_completed"), within: 60d }
        steps:
          - escalate: { type: drop, because: They fell silent, up_to: 21d }
            outcome:
              saved:
                - send: { template: hello, to: most_active, nobody: end }
              otherwise: []
        """;

    private const string Visit = """
        scenario: visit
        title: Visit
        owner: m@example.com
        class: service
        trigger: { event: signed_up }
        goal: { when: event("setup_completed"), within: 60d }
        steps:
          - task: { title: Visit them, queue: field, outcomes: [ welcome_there, closed_door ], up_to: 30d }
            outcome:
              welcome_there: [ send: hello ]
              otherwise: []
        """;

    private const string Proposal = """
        scenario: proposal
        title: Proposal
        owner: m@example.com
        class: service
        trigger: { event: signed_up }
        reentry: every time
        goal: { when: event("setup_completed"), within: 60d }
        steps:
          - send: { template: hello, approve: owner, up_to: 30d }
        """;

    private const string Offers = """
        scenario: offers
        title: Offers
        owner: m@example.com
        class: marketing
        trigger: { event: signed_up }
        goal: { when: event("setup_completed"), within: 60d }
        steps: [ wait: 30d ]
        """;

    private const string Budget = """
        types: { scarce: { title: Scarce, queue: care, budget: 1/d, hold: none } }
        """;

    private const string Stuck = """
        scenario: stuck
        title: Stuck
        owner: m@example.com
        subject: account
        class: service
        trigger: { event: signed_up, where: trigger.plan == "stuck" }
        goal: { when: event("setup_completed"), within: 60d }
        steps:
          - escalate: { type: scarce, up_to: 9d }
            outcome: { not_opened: [ wait: 30d ], otherwise: [] }
        """;

    private const string Answers = """
        types: { drop: { title: Health has dropped } }
        holds:
          setup: { title: They are being set up, opened_by: signed_up, closed_by: setup_completed, up_to: 9d }
        replies: { title: They wrote to us, up_to: 3bd }
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Rule(41, 48)]
    [Fact]
    public async Task A_reply_that_is_told_ends_marketing_and_holds_the_account_until_it_is_released()
    {
        await api.PublishAsync();
        await api.DoAsync(HttpMethod.Post, "scenarios", new { files = new[] { new { file = "escalations.yaml", text = Answers }, new { file = "offers.yaml", text = Offers } } });
        var id = await api.PersonAsync("writer", "writer@w.example", """,{"type":"group","userId":"writer","groupId":"writers"},{"type":"track","userId":"writer","event":"signed_up","properties":{"plan":"paid"}}""");
        var account = (await api.GetAsync("accounts?query=writers"))["items"]![0]!["id"]!.GetValue<long>();
        Assert.Equal(["event:setup"], await SourcesAsync());

        await api.DoAsync(HttpMethod.Post, "replies", new { email = "Writer@w.example", kind = "automatic" });
        Assert.Equal(["event:setup"], await SourcesAsync());
        Assert.Contains("offers", await ScenariosAsync());
        await api.DoAsync(HttpMethod.Post, "replies", new { email = "Writer@w.example", kind = "human" });
        Assert.Equal(["event:setup", $"reply:{id}"], await SourcesAsync());
        Assert.DoesNotContain("offers", await ScenariosAsync());

        await api.PersonAsync("writer", "writer@w.example", """,{"type":"track","userId":"writer","event":"setup_completed"}""");
        Assert.Equal([$"reply:{id}"], await SourcesAsync());
        Assert.Equal("missing-field", await api.ProblemAsync(HttpMethod.Post, "replies", new { email = "writer@w.example" }, HttpStatusCode.BadRequest));
        Assert.Equal("not-found", await api.ProblemAsync(HttpMethod.Post, "replies", new { email = "nobody@w.example", kind = "human" }, HttpStatusCode.NotFound));
        await api.DoAsync(HttpMethod.Delete, $"accounts/{account}/hold");
        Assert.Empty(await SourcesAsync());

        async Task<IEnumerable<string>> SourcesAsync() => (await api.GetAsync($"holds?account={account}"))["items"]!.AsArray().Select(hold => hold!["source"]!.GetValue<string>()).Order(StringComparer.Ordinal);
        async Task<IEnumerable<string>> ScenariosAsync() => (await api.GetAsync($"contacts/{id}"))["enrollments"]!.AsArray().Select(enrollment => enrollment!["scenario"]!.GetValue<string>());
    }

    [Rule(41)]
    [Fact]
    public async Task A_reply_of_a_person_without_an_account_holds_that_person_until_they_are_released()
    {
        await api.PublishAsync();
        var id = await api.PersonAsync("loner", "loner@w.example");

        await api.DoAsync(HttpMethod.Post, "replies", new { email = "loner@w.example", kind = "human" });

        var hold = Assert.Single((await api.GetAsync($"contacts/{id}"))["holds"]!.AsArray())!;
        Assert.Equal($"reply:{id}", hold["source"]!.GetValue<string>());
        Assert.Equal(["marketing", "service"], hold["blocks"]!.AsArray().Select(blocked => blocked!.GetValue<string>()));
        await api.DoAsync(HttpMethod.Delete, $"contacts/{id}/hold");
        Assert.Empty((await api.GetAsync($"contacts/{id}"))["holds"]!.AsArray());
        Assert.Contains(await api.AuditAsync(), row => row.EndsWith($" contact.released contact:{id}", StringComparison.Ordinal));
        Assert.Equal("not-found", await api.ProblemAsync(HttpMethod.Delete, "contacts/999999/hold", null, HttpStatusCode.NotFound));
    }

    [Rule(41, 48)]
    [Fact]
    public async Task What_held_a_person_holds_the_account_that_they_join()
    {
        await api.PublishAsync();
        var id = await api.PersonAsync("joiner", "joiner@w.example");
        await api.DoAsync(HttpMethod.Post, "replies", new { contact = id, kind = "human" });

        await api.PersonAsync("joiner", "joiner@w.example", """,{"type":"group","userId":"joiner","groupId":"joiners"}""");

        var account = (await api.GetAsync("accounts?query=joiners"))["items"]![0]!["id"]!.GetValue<long>();
        Assert.Empty((await api.GetAsync($"contacts/{id}"))["holds"]!.AsArray());
        Assert.Equal([$"reply:{id}"], (await api.GetAsync($"holds?account={account}"))["items"]!.AsArray().Select(held => held!["source"]!.GetValue<string>()));
    }

    [Fact]
    public async Task A_reply_that_is_told_again_is_one_reply()
    {
        await api.PublishAsync();
        var id = await api.PersonAsync("again", "again@w.example");
        var at = DateTimeOffset.UtcNow.AddHours(-30);
        var longest = new string('a', 998);

        foreach (var (messageId, moment) in new (string?, DateTimeOffset?)[] { ("<1@w.example>", null), ("<1@w.example>", null), ("<2@w.example>", at), ("<2@w.example>", at), (longest, null), (longest, null), (null, null), (null, null) })
            await api.DoAsync(HttpMethod.Post, "replies", new { contact = id, kind = "human", at = moment, message_id = messageId });

        Assert.Equal(5, await api.Server.CountAsync($"events where contact_id = {id} and name = 'nurture.replied'", Cancel));
        Assert.Equal(5, (await api.AuditAsync()).Count(row => row.EndsWith($" contact.replied contact:{id}", StringComparison.Ordinal)));
        Assert.Equal("too-long", await api.ProblemAsync(HttpMethod.Post, "replies", new { contact = id, kind = "human", message_id = longest + "a" }, HttpStatusCode.BadRequest));
    }

    [Rule(46)]
    [Fact]
    public async Task A_case_beyond_the_budget_is_not_opened_and_is_listed_as_that()
    {
        await api.PublishAsync();
        await api.DoAsync(HttpMethod.Post, "scenarios", new { files = new[] { new { file = "escalations.yaml", text = Budget }, new { file = "stuck.yaml", text = Stuck } } });
        foreach (var name in new[] { "first", "second" })
        {
            await api.PersonAsync($"budget-{name}", $"{name}@b.example",
                $$$""",{"type":"group","userId":"budget-{{{name}}}","groupId":"b-{{{name}}}","traits":{"name":"{{{name}}}"}},{"type":"track","userId":"budget-{{{name}}}","event":"signed_up","properties":{"plan":"stuck"}}""");
        }

        Assert.Equal(["first"], (await api.GetAsync("escalations?type=scarce"))["items"]!.AsArray().Select(one => one!["account_name"]!.GetValue<string>()));
        var refused = Assert.Single((await api.GetAsync("escalations/not-opened"))["items"]!.AsArray())!;
        Assert.Equal(("second", "Scarce", "care", "stuck"), (refused["account_name"]!.GetValue<string>(), refused["title"]!.GetValue<string>(), refused["taker"]!.GetValue<string>(), refused["scenario"]!.GetValue<string>()));
        await api.SettleAsync();
        var why = (await api.GetAsync($"journal?subject=account:{refused["account_id"]}&scenario=stuck"))["items"]!.AsArray().Select(one => one!["reason"]!.GetValue<string>());
        Assert.Contains("escalation_not_opened", why);
    }

    [Fact]
    public async Task An_account_that_falls_silent_reaches_a_human_who_saves_it()
    {
        var (account, contact) = await CompanyAsync("silent");
        var csm = await api.SignedInAsync(Role.Csm, "csm-silent@example.com");

        await AdvanceAsync("8d");
        var shown = await api.GetAsync($"accounts/{account}");
        Assert.Equal("at_risk", shown["health_band"]!.GetValue<string>());
        Assert.Equal("Health has dropped", shown["hold"]!["because"]!.GetValue<string>());
        var health = await api.GetAsync($"accounts/{account}/health");
        Assert.Equal(health["score"]!.GetValue<double>(), health["parts"]!.AsArray().Sum(part => part!["share"]!.GetValue<double>()), 1);
        // At risk before its first sign-up, then watched, then silent.
        Assert.Equal(["start", "behaviour", "behaviour"], health["history"]!.AsArray().Select(point => point!["cause"]!.GetValue<string>()).Where(cause => cause != "snapshot"));

        var item = Assert.Single((await csm.DoAsync(HttpMethod.Get, $"escalations?account={account}"))["items"]!.AsArray())!;
        Assert.Equal(("open", "They fell silent"), (item["status"]!.GetValue<string>(), item["cause"]!["text"]!.GetValue<string>()));
        var id = item["id"]!.GetValue<string>();

        await DoAsync(csm, HttpMethod.Post, $"escalations/{id}/acknowledge");
        await DoAsync(csm, HttpMethod.Post, $"escalations/{id}/notes", new { text = "Their admin left." });
        await DoAsync(csm, HttpMethod.Post, $"escalations/{id}/reply", new { contact, subject = "Shall we talk?", text = "Dear you,\n\nshall we?" });
        var whole = await csm.DoAsync(HttpMethod.Get, $"escalations/{id}");
        Assert.Equal(("acknowledged", "csm-silent@example.com"), (whole["status"]!.GetValue<string>(), whole["assignee"]!.GetValue<string>()));
        Assert.Equal(["evidence", "acknowledge", "note", "reply"], whole["story"]!.AsArray().Select(entry => entry!["kind"]!.GetValue<string>()).Where(kind => kind is not "reminder"));
        Assert.Contains(whole["received"]!.AsArray(), send => send!["template"]!.GetValue<string>() == "case-reply");

        var (refused, why) = await csm.CallAsync(HttpMethod.Post, $"escalations/{id}/close", new { outcome = "saved" });
        Assert.Equal((HttpStatusCode.Conflict, "urn:nurture:problem:tasks-open"), (refused, why!["type"]!.GetValue<string>()));
        var task = whole["tasks"]![0]!["id"]!.GetValue<string>();
        await DoAsync(csm, HttpMethod.Post, $"tasks/{task}/done");
        await DoAsync(csm, HttpMethod.Post, $"escalations/{id}/close", new { outcome = "saved", note = "They stay." });

        var closed = await csm.DoAsync(HttpMethod.Get, $"escalations/{id}");
        Assert.Equal(("closed", "saved"), (closed["status"]!.GetValue<string>(), closed["outcome"]!.GetValue<string>()));
        Assert.Null((await api.GetAsync($"accounts/{account}"))["hold_until"]);
        Assert.Contains((await api.GetAsync($"sends?contact={contact}"))["items"]!.AsArray(), send => send!["scenario"]!.GetValue<string>() == "rescue" && send["state"]!.GetValue<string>() == "sent");
        var events = (await api.GetAsync($"accounts/{account}/timeline?limit=100"))["items"]!.AsArray().Select(moment => moment!["code"]?.GetValue<string>()).ToList();
        Assert.Contains("escalation_closed", events);
    }

    [Fact]
    public async Task A_task_is_done_with_an_outcome_and_the_scenario_that_waits_goes_on()
    {
        var (account, contact) = await CompanyAsync("visited");
        await api.DoAsync(HttpMethod.Post, "scenarios", new { files = new[] { new { file = "visit.yaml", text = Visit } } });
        await api.PersonAsync("visited", "visited@a.example", ApiServer.SignUp("visited"));
        var csm = await api.SignedInAsync(Role.Csm, "csm-visit@example.com");
        var task = (await csm.DoAsync(HttpMethod.Get, $"tasks?account={account}"))["items"]!.AsArray().Single(one => one!["title"]!.GetValue<string>() == "Visit them")!;
        var id = task["id"]!.GetValue<string>();
        Assert.Equal(("field", null, "welcome_there closed_door"), (task["queue"]!.GetValue<string>(), task["assignee"]?.GetValue<string>(), string.Join(' ', task["outcomes"]!.AsArray().Select(one => one!.GetValue<string>()))));

        Assert.Equal((contact, true), (task["contact_id"]!.GetValue<long>(), task["account_name"]!.GetValue<string>() == (await api.GetAsync($"accounts/{account}"))["name"]!.GetValue<string>()));
        Assert.NotEmpty(task["contact_name"]!.GetValue<string>());

        Assert.Equal(HttpStatusCode.BadRequest, (await csm.CallAsync(HttpMethod.Post, $"tasks/{id}/done")).Item1);
        Assert.Equal(HttpStatusCode.BadRequest, (await csm.CallAsync(HttpMethod.Post, $"tasks/{id}/done", new { outcome = "forgotten" })).Item1);
        await DoAsync(csm, HttpMethod.Post, $"tasks/{id}/done", new { outcome = "welcome_there" });

        Assert.Contains((await api.GetAsync($"sends?contact={contact}&scenario=visit"))["items"]!.AsArray(), send => send!["template"]!.GetValue<string>() == "hello");
        var events = (await api.GetAsync($"accounts/{account}/timeline?limit=100"))["items"]!.AsArray().Select(moment => moment!.ToJsonString()).ToList();
        Assert.Contains(events, moment => moment.Contains("nurture.task_done", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_mail_that_waits_for_approval_leaves_with_the_words_of_who_approved_it()
    {
        var (account, contact) = await CompanyAsync("proposed");
        await api.DoAsync(HttpMethod.Post, "scenarios", new { files = new[] { new { file = "proposal.yaml", text = Proposal } } });
        await api.PersonAsync("proposed", "proposed@a.example", ApiServer.SignUp("proposed"));
        var csm = await api.SignedInAsync(Role.Csm, "csm-proposal@example.com");
        var waiting = Assert.Single((await csm.DoAsync(HttpMethod.Get, $"approvals?account={account}"))["items"]!.AsArray())!;
        var id = waiting["id"]!.GetValue<string>();
        Assert.Empty((await api.GetAsync($"sends?contact={contact}&scenario=proposal"))["items"]!.AsArray());

        var mail = (await csm.DoAsync(HttpMethod.Get, $"approvals/{id}"))["mail"]!;
        Assert.Contains("Welcome.", mail["html"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.DoesNotContain("<", mail["text"]!.GetValue<string>(), StringComparison.Ordinal);
        await DoAsync(csm, HttpMethod.Post, $"approvals/{id}/approve", new { subject = "A word from me", text = "First things first.\n\nThen <the rest>." });

        Assert.Empty((await csm.DoAsync(HttpMethod.Get, $"approvals?account={account}"))["items"]!.AsArray());
        var send = Assert.Single((await api.GetAsync($"sends?contact={contact}&scenario=proposal"))["items"]!.AsArray())!;
        var sent = await api.GetAsync($"sends/{send["id"]!.GetValue<string>()}/mail");
        Assert.Equal("A word from me", sent["subject"]!.GetValue<string>());
        Assert.Contains("Then &lt;the rest&gt;.", sent["html"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.DoesNotContain("Welcome.", sent["html"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Conflict, (await csm.CallAsync(HttpMethod.Post, $"approvals/{id}/decline")).Item1);
    }

    [Fact]
    public async Task What_is_planned_when_a_hold_begins_waits_for_its_end()
    {
        var (account, contact) = await CompanyAsync("held");
        // Planned, and not yet claimed: all sending is stopped meanwhile.
        await api.DoAsync(HttpMethod.Post, "sending/stop");
        await api.PersonAsync("held", "held@a.example", ApiServer.SignUp("held"));
        await api.DoAsync(HttpMethod.Post, $"accounts/{account}/hold", new { until = DateTimeOffset.UtcNow.AddDays(300), because = "A merger" });
        await api.DoAsync(HttpMethod.Post, "sending/start");
        var waiting = Assert.Single((await api.GetAsync($"sends?contact={contact}&scenario=welcome"))["items"]!.AsArray(), send => send!["state"]!.GetValue<string>() == "planned")!;

        await api.DoAsync(HttpMethod.Delete, $"accounts/{account}/hold");

        var left = (await api.GetAsync($"sends?contact={contact}&scenario=welcome"))["items"]!.AsArray().Single(send => send!["id"]!.GetValue<string>() == waiting["id"]!.GetValue<string>())!;
        Assert.Equal("sent", left["state"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("escalations?state=lost", "bad-word")]
    [InlineData("escalations?after=x", "bad-after")]
    public async Task A_wrong_question_is_answered_with_what_would_be_right(string path, string problem) =>
        Assert.Equal(problem, await api.ProblemAsync(HttpMethod.Get, path, null, HttpStatusCode.BadRequest));

    [Fact]
    public async Task A_hold_needs_an_end_and_a_reason()
    {
        var (account, _) = await CompanyAsync("endless");

        Assert.Equal("missing-field", await api.ProblemAsync(HttpMethod.Post, $"accounts/{account}/hold", new { because = "x" }, HttpStatusCode.BadRequest));
        Assert.Equal("missing-field", await api.ProblemAsync(HttpMethod.Post, $"accounts/{account}/hold", new { until = DateTimeOffset.UtcNow.AddDays(200) }, HttpStatusCode.BadRequest));
        Assert.Equal("bad-moment", await api.ProblemAsync(HttpMethod.Post, $"accounts/{account}/hold", new { because = "x", until = DateTimeOffset.UtcNow.AddYears(-3) }, HttpStatusCode.BadRequest));
    }

    [Fact]
    public async Task A_definition_that_leaves_a_band_unanswered_is_not_published()
    {
        await PublishAsync();

        var problem = await api.CallAsync(HttpMethod.Post, "scenarios", new { files = new[] { new { file = "health.yaml", text = Health.Replace("watch: { from: 40, none: x }", "watch: { from: 40 }", StringComparison.Ordinal) } } });

        Assert.Equal(HttpStatusCode.UnprocessableEntity, problem.Status);
        Assert.Contains("No scenario answers the band", problem.Body!["detail"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    private async Task<(long Account, long Contact)> CompanyAsync(string name)
    {
        await PublishAsync();
        var contact = await api.PersonAsync(name, $"{name}@a.example",
            $$$""",{"type":"group","userId":"{{{name}}}","groupId":"g-{{{name}}}","traits":{"name":"{{{name}}}"}},{"type":"track","userId":"{{{name}}}","event":"signed_up","properties":{"plan":"pro"}}""");
        var account = (await api.GetAsync($"accounts?query=g-{name}"))["items"]!.AsArray().Single()!["id"]!.GetValue<long>();
        return (account, contact);
    }

    private async Task PublishAsync()
    {
        await api.PublishAsync();
        await api.DoAsync(HttpMethod.Post, "scenarios", new
        {
            files = new[]
            {
                new { file = "escalations.yaml", text = Types }, new { file = "health.yaml", text = Health }, new { file = "rescue.yaml", text = Rescue },
                new { file = "case-reply.en.html", text = ApiServer.Mail.Replace("<p>Welcome.</p>", "{{ for p in reply.paragraphs }}<p>{{ p }}</p>{{ end }}", StringComparison.Ordinal) },
            },
        });
    }

    private async Task AdvanceAsync(string by)
    {
        using var moved = await api.Server.Http.PostAsync($"/dev/clock/advance?by={by}", null, Cancel);
        Assert.Equal(HttpStatusCode.OK, moved.StatusCode);
    }

    private async Task DoAsync(Browser browser, HttpMethod method, string path, object? body = null)
    {
        var (status, answer) = await browser.CallAsync(method, path, body);
        Assert.True((int)status is >= 200 and < 300, $"{method} {path}: {status} {answer}");
        await api.SettleAsync();
    }
}

public sealed class EscalationApiOnSqlite(ApiServer api) : EscalationApiTests(api), IClassFixture<ApiServer>;

public sealed class EscalationApiOnPostgres(PostgresApiServer api) : EscalationApiTests(api), IClassFixture<PostgresApiServer>;
