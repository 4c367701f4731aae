using System.Data.Common;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Harness;
using Nurture.Server.Tests.Api;
using Nurture.Storage;
using Nurture.Storage.Rebuilding;

namespace Nurture.Server.Tests.Rebuilding;

/// <summary>States are what checkpoint and events make them, and can be made again by these while the server runs.</summary>
public abstract class RebuildTests(string kind)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static readonly Mender Operator = new("cli", new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static string Onboarding(string audience) => $$"""
        scenario: onboarding
        title: Onboarding
        owner: m@example.com
        class: service
        trigger: { event: signed_up, where: trigger.plan == "trial" }
        audience: {{audience}}
        goal: { when: event("setup_completed"), within: 14d }
        steps:
          - send: { template: hello, id: first }
          - wait: 2d
          - send: { template: hello, id: second }
        """;

    private const string Company = """
        scenario: company
        title: The whole company
        owner: m@example.com
        subject: account
        class: service
        trigger: { event: signed_up }
        reentry: every time
        goal: { when: event("setup_completed"), within: 14d }
        steps:
          - wait: { for: 'account.count("signed_up", "7d") >= 2', up_to: 5d }
            timeout:
              - end: alone
          - send: { template: hello, to: 'role("admin", 2)', nobody: end }
        """;

    [Fact]
    public async Task All_that_happened_is_decided_again_to_the_same_states()
    {
        await using var api = await StartAsync();
        await LiveThroughAsync(api, "first");

        var report = await MadeAgain.AgreesAsync(api.Server.Database, Cancel);

        Assert.Null(report.From);
        Assert.Equal((await api.Server.CountAsync("states", Cancel), 0L), (report.Agreeing, report.Exempt));
        Assert.True(report.Agreeing >= 5, $"{report}");
        Assert.Equal(await api.Server.CountAsync("events", Cancel), report.Events);
    }

    [Fact]
    public async Task From_a_checkpoint_it_needs_nothing_that_was_before()
    {
        await using var api = await StartAsync();
        await LiveThroughAsync(api, "first");
        var checkpoints = new CheckpointStore(api.Server.Database);
        var shown = new List<int>();
        await checkpoints.MakeAsync(shown.Add, Cancel);
        var second = await checkpoints.MakeAsync(_ => { }, Cancel);
        await DropHeardAsync(api);
        await LiveThroughAsync(api, "second");

        var report = await MadeAgain.AgreesAsync(api.Server.Database, Cancel);

        Assert.Equal(Nurture.Contacts.Slots.Count, shown[^1]);
        // The clock may have come to the first of a month, and the server made another.
        Assert.True(report.From!.Id >= second.Id && report.Agreeing >= 10, $"{report}");
        Assert.Equal(0, await api.Server.CountAsync("turns where id <= (select min(turn) from checkpoint_ranges)", Cancel));

        var third = await checkpoints.MakeAsync(_ => { }, Cancel);
        Assert.Equal(third, await checkpoints.NewestAsync(Cancel));
        Assert.Equal((2, 0), (await api.Server.CountAsync("checkpoints", Cancel), await api.Server.CountAsync($"checkpoint_states where checkpoint_id < {second.Id}", Cancel)));
    }

    [Fact]
    public async Task A_checkpoint_that_was_interrupted_goes_on_where_it_was()
    {
        await using var api = await StartAsync();
        await InCompanyAsync(api, "ann", "acme", "admin");
        var checkpoints = new CheckpointStore(api.Server.Database);
        using var interrupted = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => checkpoints.MakeAsync(_ => interrupted.Cancel(), interrupted.Token));
        Assert.Null(await checkpoints.NewestAsync(Cancel));
        // What is copied already stands at an earlier place than the rest.
        await InCompanyAsync(api, "bob", "acme", "viewer");

        var made = await checkpoints.MakeAsync(_ => { }, Cancel);
        await InCompanyAsync(api, "carol", "acme", "viewer");

        var report = await MadeAgain.AgreesAsync(api.Server.Database, Cancel);

        Assert.Equal((1L, 1L, 4L), (made.Id, report.From!.Id, report.Agreeing));
    }

    [Fact]
    public async Task A_state_that_went_wrong_is_told_field_by_field_put_right_and_goes_on_without_mailing_twice()
    {
        await using var api = await StartAsync();
        var ann = await api.PersonAsync("ann", "ann@a.example", ApiServer.SignUp("ann"));
        var bob = await api.PersonAsync("bob", "bob@a.example", ApiServer.SignUp("bob"));
        await DamageAsync(api, ann, state =>
        {
            state.Set("seats", AttributeValue.From(77d), DateTimeOffset.UtcNow);
            state.Enrollments.Clear();
            state.DueAt = null;
        });

        var (looked, differing) = await MadeAgain.RunAsync(api.Server.Database, Cancel);
        var told = Assert.Single(differing);
        Assert.Equal((SubjectRef.Contact(ann), 0L), (told.Key.Subject, looked.Mended));
        Assert.Contains(told.Fields, field => field is { Field: "attributes.seats", MadeAgain: null });
        Assert.Contains(told.Fields, field => field is { Field: "enrollments[onboarding]", Live: null });
        Assert.Contains(told.Fields, field => field is { Field: "due_at", Live: null, MadeAgain: not null });
        Assert.Single((await MadeAgain.RunAsync(api.Server.Database, Cancel)).Differing);

        var (mended, _) = await MadeAgain.RunAsync(api.Server.Database, Cancel, Operator, new RebuildScope(Subject: SubjectRef.Contact(ann)));
        Assert.Equal((1L, 1L), (mended.Differing, mended.Mended));
        await MadeAgain.AgreesAsync(api.Server.Database, Cancel);
        await AdvanceAsync(api, "3d");

        Assert.Equal(["first", "second"], await StepsMailedAsync(api, ann));
        Assert.Equal(["first", "second"], await StepsMailedAsync(api, bob));
        await MadeAgain.AgreesAsync(api.Server.Database, Cancel);
        Assert.Contains($"cli state.rebuilt contact:{ann}", await api.AuditAsync());
    }

    [Fact]
    public async Task What_pages_show_of_a_state_is_put_right_with_it()
    {
        await using var api = await StartAsync();
        var ann = await api.PersonAsync("ann", "ann@a.example", ApiServer.SignUp("ann"));
        var before = await api.GetAsync($"contacts/{ann}");
        await DamageAsync(api, ann, state => state.Set("email", AttributeValue.From("wrong@a.example"), DateTimeOffset.UtcNow));
        await WriteAsync(api, "update contacts set email = 'wrong@a.example'");
        await WriteAsync(api, "delete from positions");

        await MadeAgain.RunAsync(api.Server.Database, Cancel, Operator);

        var after = await api.GetAsync($"contacts/{ann}");
        Assert.Equal($"{before["email"]} {before["enrollments"]}", $"{after["email"]} {after["enrollments"]}");
        Assert.Equal(1, await api.Server.CountAsync("positions where scenario = 'onboarding'", Cancel));
    }

    [Fact]
    public async Task Who_was_parked_since_nobody_could_read_the_state_is_made_again_and_resumed()
    {
        await using var api = await StartAsync();
        var ann = await api.PersonAsync("ann", "ann@a.example", ApiServer.SignUp("ann"));
        await WriteAsync(api, $"update states set doc = {Hex(api, "0100FFFFFFFFFFFFFFFFFFFFFFFF")}, due_at = null");
        await api.Server.SendAsync("/v1/track", """{"userId": "ann", "messageId": "m-2", "event": "setup_completed"}""", Cancel);
        await api.SettleAsync();
        Assert.Equal(1, await api.Server.CountAsync("parked where resumed_at is null", Cancel));

        var (report, differing) = await MadeAgain.RunAsync(api.Server.Database, Cancel, Operator);
        Assert.Equal(1, report.Mended);
        Assert.Contains(Assert.Single(differing).Fields, field => field.Field == "state" && field.Live!.Contains("cannot be read", StringComparison.Ordinal));
        await api.DoAsync(HttpMethod.Post, $"parked/contact:{ann}/resume");
        await AdvanceAsync(api, "3d");

        Assert.Equal(0, await api.Server.CountAsync("parked where resumed_at is null", Cancel));
        Assert.Equal(["first"], await StepsMailedAsync(api, ann));
        Assert.Equal(1, await api.Server.CountAsync($"journal where scenario = 'onboarding' and reason = {(short)Reason.GoalReached}", Cancel));
        await MadeAgain.AgreesAsync(api.Server.Database, Cancel);
    }

    [Fact]
    public async Task Who_was_parked_at_a_due_moment_and_missed_nothing_goes_on_too()
    {
        await using var api = await StartAsync();
        var ann = await api.PersonAsync("ann", "ann@a.example", ApiServer.SignUp("ann"));
        await WriteAsync(api, $"update states set doc = {Hex(api, "0100FFFFFFFFFFFFFFFFFFFFFFFF")}");
        await AdvanceAsync(api, "3d");
        Assert.Equal(1, await api.Server.CountAsync("parked where resumed_at is null and event_ids = ''", Cancel));

        await MadeAgain.RunAsync(api.Server.Database, Cancel, Operator);
        await api.DoAsync(HttpMethod.Post, $"parked/contact:{ann}/resume");

        Assert.Equal(["first", "second"], await StepsMailedAsync(api, ann));
        await MadeAgain.AgreesAsync(api.Server.Database, Cancel);
    }

    [Fact]
    public async Task Who_was_erased_is_in_no_checkpoint_and_is_not_made_again()
    {
        await using var api = await StartAsync();
        var ann = await InCompanyAsync(api, "ann", "acme", "admin");
        await InCompanyAsync(api, "bob", "acme", "viewer");
        var eve = await api.PersonAsync("eve", "eve@a.example", ApiServer.SignUp("eve"));
        var checkpoints = new CheckpointStore(api.Server.Database);
        await checkpoints.MakeAsync(_ => { }, Cancel);
        Assert.True(await IsInCheckpointAsync(api, "ann@a.example"));
        await api.Server.SendAsync("/v1/track", """{"userId": "ann", "messageId": "m-7", "event": "signed_up", "properties": {"plan": "trial"}}""", Cancel);
        await api.SettleAsync();

        await api.DoAsync(HttpMethod.Post, $"contacts/{ann}/erasure");
        await api.DoAsync(HttpMethod.Post, $"contacts/{eve}/erasure");
        await Poll.UntilAsync("the erasures are over", Patience, async () => await api.Server.CountAsync("contacts where is_erasing = 1", Cancel) == 0, Cancel);

        Assert.False(await IsInCheckpointAsync(api, "ann@a.example"));
        Assert.False(await IsInCheckpointAsync(api, "eve@a.example"));
        var (report, differing) = await MadeAgain.RunAsync(api.Server.Database, Cancel, Operator);
        Assert.Empty(differing);
        Assert.Equal(0, report.Mended);
        Assert.Equal(0, await api.Server.CountAsync($"states where kind = 1 and subject_id in ({ann}, {eve})", Cancel));
        Assert.Equal("erased", (await api.GetAsync($"contacts/{ann}"))["status"]!.GetValue<string>());

        await checkpoints.MakeAsync(_ => { }, Cancel);
        Assert.Equal(0, (await MadeAgain.AgreesAsync(api.Server.Database, Cancel)).Exempt);
    }

    [Fact]
    public async Task Where_events_are_gone_it_says_so_and_changes_nothing()
    {
        await using var api = await StartAsync();
        await api.PersonAsync("ann", "ann@a.example", ApiServer.SignUp("ann"));
        await DropHeardAsync(api);

        var refused = await Assert.ThrowsAsync<ReplayException>(() => MadeAgain.RunAsync(api.Server.Database, Cancel, Operator));

        Assert.Contains("of which the log has", refused.Message, StringComparison.Ordinal);
        await new CheckpointStore(api.Server.Database).MakeAsync(_ => { }, Cancel);
        await MadeAgain.AgreesAsync(api.Server.Database, Cancel);
    }

    private async Task<ApiServer> StartAsync()
    {
        var api = kind == TestDatabase.Postgres ? new PostgresApiServer() : new ApiServer();
        await api.InitializeAsync();
        await api.PublishAsync();
        await PublishAsync(api, "true == true");
        return api;
    }

    private static Task PublishAsync(ApiServer api, string audience) => api.DoAsync(HttpMethod.Post, "scenarios", new
    {
        files = new[] { new { file = "onboarding.yaml", text = Onboarding(audience) }, new { file = "company.yaml", text = Company } },
    });

    /// <summary>Sign-ups, a browser that turns out to be somebody, companies joined, a merge, refusals, a hold, waits, a late event, and another version meanwhile.</summary>
    private static async Task LiveThroughAsync(ApiServer api, string time)
    {
        await Track(api, $$"""{"anonymousId": "browser-{{time}}", "messageId": "{{time}}-1", "event": "signed_up", "properties": {"plan": "trial"} }""");
        await InCompanyAsync(api, $"ann-{time}", $"acme-{time}", "admin");
        await api.Server.SendAsync("/v1/identify", $$$"""{"anonymousId": "browser-{{{time}}}", "userId": "ann-{{{time}}}", "messageId": "{{{time}}}-2"}""", Cancel);
        await api.SettleAsync();
        await AdvanceAsync(api, "1d");
        var bob = await InCompanyAsync(api, $"bob-{time}", $"acme-{time}", "viewer");
        var carol = await api.PersonAsync($"carol-{time}", $"carol-{time}@a.example", ApiServer.SignUp($"carol-{time}"));
        await api.DoAsync(HttpMethod.Post, $"contacts/{carol}/refusals", new { topic = "*" });
        // The same person by another name, who was mailed already.
        await api.PersonAsync($"dan-{time}", $"dan-{time}@a.example", ApiServer.SignUp($"dan-{time}"));
        await api.Server.SendAsync("/v1/alias", $$"""{"previousId": "dan-{{time}}", "userId": "carol-{{time}}", "messageId": "{{time}}-3"}""", Cancel);
        await api.SettleAsync();
        var account = (await api.GetAsync($"contacts/{bob}"))["account_id"]!.GetValue<long>();
        await api.DoAsync(HttpMethod.Post, $"accounts/{account}/hold", new { until = DateTimeOffset.UtcNow.AddDays(200), because = "A merger" });
        await PublishAsync(api, $"""count("signed_up", "{(time == "first" ? 20 : 21)}d") >= 1""");
        await AdvanceAsync(api, "36h");
        await Track(api, $$"""{"userId": "bob-{{time}}", "messageId": "{{time}}-4", "timestamp": "{{DateTimeOffset.UtcNow.AddHours(12):O}}", "event": "setup_completed"}""");
        await AdvanceAsync(api, "4d");
        await api.DoAsync(HttpMethod.Delete, $"accounts/{account}/hold");
        await api.PersonAsync($"eve-{time}", $"eve-{time}@a.example", ApiServer.SignUp($"eve-{time}"));
    }

    private static Task<long> InCompanyAsync(ApiServer api, string user, string company, string role) => api.PersonAsync(user, $"{user}@a.example",
        $$$""",{"type":"group","userId":"{{{user}}}","groupId":"{{{company}}}","traits":{"role":"{{{role}}}" } },{"type":"track","userId":"{{{user}}}","event":"signed_up","properties":{"plan":"trial"}}""");

    private static async Task Track(ApiServer api, string message)
    {
        using var answer = await api.Server.SendAsync("/v1/track", message, Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await api.SettleAsync();
    }

    private static async Task AdvanceAsync(ApiServer api, string by)
    {
        using var moved = await api.Server.Http.PostAsync($"/dev/clock/advance?by={by}", null, Cancel);
        Assert.Equal(HttpStatusCode.OK, moved.StatusCode);
    }

    /// <summary>As retention drops what all slots have heard.</summary>
    private static Task DropHeardAsync(ApiServer api) =>
        WriteAsync(api, "delete from events where exists (select 1 from lanes l where l.lane = events.lane and (events.xid, events.id) <= (l.xid, l.event_id))");

    private static async Task<IReadOnlyList<string>> StepsMailedAsync(ApiServer api, long contact) =>
        [.. (await api.GetAsync($"sends?contact={contact}&scenario=onboarding"))["items"]!.AsArray().Select(send => send!["step"]!.GetValue<string>()).Order()];

    private static async Task DamageAsync(ApiServer api, long contact, Action<ContactState> damage)
    {
        var rows = await QueryAsync(api, $"select doc from states where kind = 1 and subject_id = {contact}", reader => reader.GetFieldValue<byte[]>(0));
        var due = await QueryAsync(api, $"select due_at from states where kind = 1 and subject_id = {contact}", reader => reader.IsDBNull(0) ? (long?)null : reader.GetInt64(0));
        var state = StateCodec.UnpackContact(Assert.Single(rows), null);
        state.DueAt = due[0] is { } at ? Instants.FromMilliseconds(at) : null;
        damage(state);
        await WriteAsync(api, $"update states set doc = {Hex(api, Convert.ToHexString(StateCodec.Pack(state).Doc))}, due_at = {state.DueAt?.ToMilliseconds().ToString() ?? "null"} where kind = 1 and subject_id = {contact}");
    }

    private static string Hex(ApiServer api, string digits) => api.Server.Database.IsPostgres ? $"'\\x{digits}'::bytea" : $"x'{digits}'";

    private static async Task<bool> IsInCheckpointAsync(ApiServer api, string text)
    {
        var docs = await QueryAsync(api, "select doc, rest from checkpoint_states",
            reader => new[] { reader.GetFieldValue<byte[]>(0), reader.IsDBNull(1) ? [] : reader.GetFieldValue<byte[]>(1) });
        return docs.SelectMany(pair => pair).Any(bytes => bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0);
    }

    private static async Task<List<T>> QueryAsync<T>(ApiServer api, string sql, Func<DbDataReader, T> read)
    {
        await using var connection = await api.Server.Database.OpenAsync(Cancel);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync(Cancel);
        var rows = new List<T>();
        while (await reader.ReadAsync(Cancel)) rows.Add(read(reader));
        return rows;
    }

    private static Task WriteAsync(ApiServer api, string sql) => api.Server.Database.WriteAsync(async (connection, transaction, cancel) =>
    {
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(cancel);
    }, Cancel);
}

public sealed class RebuildOnSqlite() : RebuildTests(TestDatabase.Sqlite);

public sealed class RebuildOnPostgres() : RebuildTests(TestDatabase.Postgres);
