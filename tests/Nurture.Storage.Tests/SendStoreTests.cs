using System.Diagnostics;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Scenarios;
using Nurture.Sends;
using Nurture.Storage.Tests.Databases;
using static Nurture.Storage.Tests.SendStoreRows;

namespace Nurture.Storage.Tests;

public abstract class SendStoreTests(DatabaseFixture fixture) : IAsyncLifetime
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    // A lease that is over when it begins, for an owner that was frozen or killed right after its statement.
    private static readonly TimeSpan Lapsed = TimeSpan.FromSeconds(-1);

    private SendStore store = null!;
    private SendStoreRows rows = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        (store, rows) = (new SendStore(fixture.Database), new SendStoreRows(fixture.Database));
        await rows.ClearAsync();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<IReadOnlyList<ClaimedSend>> ClaimAsync(string owner = "one", int limit = 100, TimeSpan? lease = null, DateTimeOffset? now = null, Func<string, bool>? isAllowed = null) =>
        (await store.ClaimAsync(owner, limit, lease ?? Lease, now ?? Noon, isAllowed, null, Cancel)).Sends;

    private async Task<IReadOnlySet<Guid>> HandAsync(IEnumerable<ClaimedSend> sends, TimeSpan? lease = null) =>
        (await store.WriteAsync([.. sends.Select(send => new HandOver(send, $"{send.Id:N}@example.com"))], [], lease ?? Lease, Noon, Cancel)).MayGo;

    private async Task<int> CompleteAsync(IEnumerable<ClaimedSend> sends, Attempt attempt, DateTimeOffset? now = null) =>
        (await store.WriteAsync([], [.. sends.Select(send => new Completion(send, attempt))], Lease, now ?? Noon, Cancel)).Told;

    [Lesson(1)]
    [Fact]
    public async Task A_claim_takes_what_is_due_and_nothing_twice()
    {
        var due = await rows.PlanAsync();
        var later = await rows.PlanAsync(notBefore: Noon.AddMilliseconds(1));

        var first = await ClaimAsync();
        var second = await ClaimAsync("two");
        var third = await ClaimAsync(now: Noon.AddMinutes(1));

        Assert.Equal([due], first.Select(send => send.Id));
        Assert.Empty(second);
        Assert.Equal([later], third.Select(send => send.Id));
        Assert.Equal(("one", "a@example.com", "{}", SendClass.Marketing), (first[0].Owner, first[0].Address, System.Text.Encoding.UTF8.GetString(first[0].Inputs), first[0].Class));
        Assert.Equal(SendState.Claimed, (await rows.LookAsync(due)).State);
    }

    [Fact]
    public async Task Claims_go_round_with_transactional_mail_first_and_respect_the_limit()
    {
        await rows.PlanManyAsync(300, i => i, "flood", notBefore: Noon.AddHours(-1));
        var welcome = await rows.PlanAsync(scenario: "welcome");
        var receipt = await rows.PlanAsync(scenario: "zz-receipt", sendClass: SendClass.Transactional);

        var claimed = await ClaimAsync(limit: 3);

        Assert.Equal(receipt, claimed[0].Id);
        Assert.Contains(welcome, claimed.Select(send => send.Id));
        Assert.Equal(3, claimed.Count);
        Assert.Equal(299, (await ClaimAsync(limit: 1000)).Count);
    }

    [Rule(45, 58)]
    [Fact]
    public async Task Nothing_of_a_paused_scenario_or_while_all_sending_is_stopped_is_claimed()
    {
        var send = await rows.PlanAsync();
        await rows.ExecuteAsync("insert into scenario_switches (name, paused_at, paused_by) values ('trial', 1, 'me')");

        Assert.Empty(await ClaimAsync());
        Assert.Null(await store.NextDueAsync(DateTimeOffset.MinValue, Cancel));
        await rows.ExecuteAsync("update scenario_switches set paused_at = null");
        await store.StopAsync("marta", Noon, Cancel);
        Assert.Empty(await ClaimAsync());
        Assert.Equal(new SendingStop("marta", Noon), await store.StoppedAsync(Cancel));
        Assert.Equal(SendState.Planned, (await rows.LookAsync(send)).State);
        await store.StartAsync(Cancel);
        Assert.Single(await ClaimAsync());
        Assert.Empty(await rows.ToldAsync());
    }

    [Rule(58)]
    [Fact]
    public async Task What_an_identity_that_is_stopped_would_send_waits_and_leaves_when_it_is_started_again()
    {
        var theirs = await rows.PlanManyAsync(150, i => i);
        await rows.ExecuteAsync("update outbox set identity = 'support'");
        var others = await rows.PlanAsync();
        await store.StopIdentityAsync("support", "marta", Noon, Cancel);
        await store.StopIdentityAsync("support", "ken", Noon.AddHours(1), Cancel);

        var claimed = new List<Guid>();
        for (var i = 0; i < 10; i++) claimed.AddRange((await ClaimAsync()).Select(send => send.Id));

        Assert.Equal([others], claimed);
        // None of them is looked at again while they wait.
        Assert.Null(await store.NextDueAsync(DateTimeOffset.MinValue, Cancel));
        Assert.Equal((0, 0), await store.RecoverAsync(Noon, 100, Cancel));
        Assert.Equal(new IdentitySending("support", new SendingStop("marta", Noon), 150), (await store.IdentitiesAsync(Cancel)).Single(one => one.Identity == "support"));
        Assert.Equal(new SendingStop("marta", Noon), await store.StopOfAsync(theirs[0], Cancel));
        Assert.Null(await store.StopOfAsync(others, Cancel));
        Assert.Equal(SendState.Planned, (await rows.LookAsync(theirs[0])).State);

        Assert.True(await store.StartIdentityAsync("support", Cancel));
        Assert.NotEmpty(await ClaimAsync());
        Assert.Empty(await rows.ToldAsync());
    }

    [Rule(32)]
    [Fact]
    public async Task What_has_expired_is_ended_and_its_enrollment_told()
    {
        var expired = await rows.PlanManyAsync(250, i => i, expiresAt: Noon);
        var alive = await rows.PlanAsync(notBefore: Noon.AddMilliseconds(-1), expiresAt: Noon.AddMilliseconds(1));

        var claim = await store.ClaimAsync("one", 10, Lease, Noon, null, null, Cancel);

        Assert.Equal([alive], claim.Sends.Select(send => send.Id));
        Assert.True(claim.Ended > 10);
        while ((await store.ClaimAsync("one", 10, Lease, Noon, null, null, Cancel)).Ended > 0) { }
        Assert.Equal((SendState.Expired, Reason.Expired), ((await rows.LookAsync(expired[^1])).State, (await rows.LookAsync(expired[^1])).Reason!.Value));
        Assert.Equal(expired.Select(id => (id, Reason.Expired)).Order(), (await rows.ToldAsync()).Order());
    }

    [Rule(30)]
    [Fact]
    public async Task The_claim_asks_again_who_may_be_mailed()
    {
        var merged = await rows.ContactAsync();
        var earlier = await rows.ContactAsync(mergedInto: await rows.ContactAsync(mergedInto: merged));
        var (refusing, topical, left, erased) = (await rows.ContactAsync(), await rows.ContactAsync(), await rows.ContactAsync(status: ContactStatus.Left), await rows.ContactAsync(status: ContactStatus.Erased));
        var silent = await rows.ContactAsync(basis: ConsentBasis.None);
        await rows.RefuseAsync(refusing, "*");
        await rows.RefuseAsync(topical, "news");
        await rows.RefuseAsync(merged, "*");
        await rows.SuppressAsync("gone@example.com");
        var expected = new Dictionary<Guid, Reason?>
        {
            [await rows.PlanAsync(refusing)] = Reason.Unsubscribed,
            [await rows.PlanAsync(refusing, sendClass: SendClass.Service, topic: "news")] = Reason.Unsubscribed,
            [await rows.PlanAsync(refusing, sendClass: SendClass.Transactional)] = null,
            [await rows.PlanAsync(topical, topic: "news")] = Reason.TopicRefused,
            [await rows.PlanAsync(topical, topic: "offers")] = null,
            [await rows.PlanAsync(topical)] = null,
            [await rows.PlanAsync(topical, sendClass: SendClass.Transactional, topic: "news")] = null,
            [await rows.PlanAsync(earlier)] = Reason.Unsubscribed,
            [await rows.PlanAsync(left, sendClass: SendClass.Transactional)] = Reason.ContactLeft,
            [await rows.PlanAsync(erased, sendClass: SendClass.Transactional)] = Reason.Erased,
            [await rows.PlanAsync(topical, address: "gone@example.com", sendClass: SendClass.Transactional)] = Reason.Suppressed,
            [await rows.PlanAsync(refusing, address: "gone@example.com")] = Reason.Suppressed,
            [await rows.PlanAsync(topical, address: "")] = Reason.NoAddress,
            [await rows.PlanAsync(silent)] = Reason.NoConsent,
            [await rows.PlanAsync(silent, sendClass: SendClass.Service)] = null,
        };

        var claimed = await ClaimAsync();

        Assert.Equal(expected.Where(pair => pair.Value is null).Select(pair => pair.Key).Order(), claimed.Select(send => send.Id).Order());
        foreach (var (id, reason) in expected.Where(pair => pair.Value is not null))
            Assert.Equal((SendState.Skipped, reason), ((await rows.LookAsync(id)).State, (await rows.LookAsync(id)).Reason));
        Assert.Equal(
            expected.Where(pair => pair.Value is not null).Select(pair => (pair.Key, pair.Value!.Value)).Order(), (await rows.ToldAsync()).Order());
    }

    [Rule(30, 36, 48)]
    [Fact]
    public async Task The_claim_puts_off_what_a_hold_of_the_account_or_of_the_person_alone_blocks_by_class_or_topic()
    {
        var account = await rows.AccountAsync("{}");
        var (colleague, loner) = (await rows.ContactAsync(account: account), await rows.ContactAsync());
        await rows.HoldAsync("holds", account, [], "tips,news", Noon.AddDays(1));
        await rows.HoldAsync("contact_holds", loner, [SendClass.Marketing], "", Noon.AddDays(2));
        var (tip, letter) = (await rows.PlanAsync(colleague, sendClass: SendClass.Service, topic: "tips"), await rows.PlanAsync(loner));
        Guid[] free = [await rows.PlanAsync(colleague), await rows.PlanAsync(colleague, sendClass: SendClass.Transactional, topic: "tips"), await rows.PlanAsync(loner, sendClass: SendClass.Service)];

        Assert.Equal(free.Order(), (await ClaimAsync()).Select(send => send.Id).Order());

        Assert.Equal([tip], (await ClaimAsync(now: Noon.AddDays(1))).Select(send => send.Id));
        Assert.Equal([letter], (await ClaimAsync(now: Noon.AddDays(2))).Select(send => send.Id));
    }

    [Rule(36)]
    [Fact]
    public async Task The_claim_asks_again_whether_the_accounts_contract_lives()
    {
        var (live, over) = (await rows.AccountAsync("""{"contract_end":"2027-01-31"}"""), await rows.AccountAsync("""{"contract_end":"2026-10-31","mrr":100}"""));
        var (served, former, alone) = (await rows.ContactAsync(account: live), await rows.ContactAsync(account: over), await rows.ContactAsync());
        var refused = await rows.PlanAsync(former, sendClass: SendClass.Service);
        Guid[] allowed =
        [
            await rows.PlanAsync(served, sendClass: SendClass.Service), await rows.PlanAsync(alone, sendClass: SendClass.Service),
            await rows.PlanAsync(former), await rows.PlanAsync(former, sendClass: SendClass.Transactional),
        ];
        var plan = TrackingPlanReader.Read("account: { contract_end: date }", "events.yaml").Plan;
        var policy = SendPolicyReader.Read("service_basis: days_until(account.contract_end) >= 0\nsender: { name: A, address: a@example.com, organization: O, postal_address: P }", "policy.yaml", plan).Policy;
        var catalog = new Catalog { Policy = policy };

        var claim = await store.ClaimAsync("one", 100, Lease, Noon, null, account => policy.ServiceBasis!.IsGivenBy(account, catalog, Noon), Cancel);

        Assert.Equal(allowed.Order(), claim.Sends.Select(send => send.Id).Order());
        Assert.Equal((SendState.Skipped, Reason.NoContract), ((await rows.LookAsync(refused)).State, (await rows.LookAsync(refused)).Reason!.Value));
    }

    [Rule(58)]
    [Fact]
    public async Task With_an_allow_list_others_are_skipped()
    {
        var staff = await rows.PlanAsync(address: "me@own.example");
        var stranger = await rows.PlanAsync(address: "you@other.example");

        var claimed = await ClaimAsync(isAllowed: address => address.EndsWith("@own.example", StringComparison.Ordinal));

        Assert.Equal([staff], claimed.Select(send => send.Id));
        Assert.Equal([(stranger, Reason.NotAllowListed)], await rows.ToldAsync());
    }

    [Fact]
    public async Task What_was_cancelled_after_the_claim_is_not_handed_over()
    {
        var (kept, cancelled) = (await rows.PlanAsync(), await rows.PlanAsync());
        var claimed = await ClaimAsync();
        await rows.EndAsync(cancelled, SendState.Cancelled);

        var handed = await HandAsync(claimed);
        await CompleteAsync(claimed, new Attempt.Accepted("250 ok"));

        Assert.Equal([kept], handed);
        Assert.Equal(SendState.Sent, (await rows.LookAsync(kept)).State);
        Assert.Equal($"{kept:N}@example.com", (await rows.LookAsync(kept)).MessageId);
        Assert.Equal(SendState.Cancelled, (await rows.LookAsync(cancelled)).State);
    }

    [Fact]
    public async Task A_claim_whose_lease_ran_out_hands_nothing_over()
    {
        var send = await rows.PlanAsync();
        var claimed = await ClaimAsync(lease: Lapsed);

        Assert.Empty(await HandAsync(claimed));
        Assert.Equal(SendState.Claimed, (await rows.LookAsync(send)).State);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_frozen_owner_that_wakes_does_no_harm(bool isSameOwner)
    {
        var send = await rows.PlanAsync();
        var frozen = await ClaimAsync(lease: Lapsed);
        var recovered = await store.RecoverAsync(Noon, 100, Cancel);
        var taken = await ClaimAsync(isSameOwner ? "one" : "two");

        Assert.Equal((1, 0), recovered);
        Assert.Empty(await HandAsync(frozen));
        Assert.Equal(0, await CompleteAsync(frozen, new Attempt.Refused("550 from the past")));
        await store.RenewAsync(frozen, Lapsed, Cancel);
        Assert.Equal([send], await HandAsync(taken));
        Assert.Equal(0, await CompleteAsync(frozen, new Attempt.Accepted("250 from the past")));
        Assert.Equal(SendState.Handed, (await rows.LookAsync(send)).State);
        await CompleteAsync(taken, new Attempt.Accepted("250 ok"));
        Assert.Equal((SendState.Sent, "250 ok"), ((await rows.LookAsync(send)).State, (await rows.LookAsync(send)).Reply));
        Assert.Empty(await rows.ToldAsync());
    }

    [Lesson(19)]
    [Theory]
    [InlineData(SendClass.Marketing)]
    [InlineData(SendClass.Service)]
    public async Task Handed_over_without_an_answer_is_uncertain_and_never_sent_again(SendClass sendClass)
    {
        var send = await rows.PlanAsync(sendClass: sendClass);
        await HandAsync(await ClaimAsync(), Lapsed);

        Assert.Equal((1, 1), await store.RecoverAsync(Noon, 100, Cancel));

        Assert.Equal((SendState.Uncertain, Reason.Uncertain), ((await rows.LookAsync(send)).State, (await rows.LookAsync(send)).Reason!.Value));
        Assert.Equal([(send, Reason.Uncertain)], await rows.ToldAsync());
        Assert.Equal((0, 0), await store.RecoverAsync(Noon, 100, Cancel));
        Assert.Empty(await ClaimAsync(now: Noon.AddDays(6)));
    }

    [Fact]
    public async Task A_transactional_mail_without_an_answer_is_sent_again_later_under_the_same_name()
    {
        var send = await rows.PlanAsync(sendClass: SendClass.Transactional);
        var first = await ClaimAsync();
        await HandAsync(first, Lapsed);
        await store.RecoverAsync(Noon, 100, Cancel);

        Assert.Empty(await ClaimAsync(now: Noon.AddMinutes(9)));
        var again = Assert.Single(await ClaimAsync("two", now: Noon.AddMinutes(10)));

        Assert.Equal((1, true), (again.Attempts, again.MayHaveLeft));
        Assert.Equal((first[0].Seed, first[0].PlannedAt), (again.Seed, again.PlannedAt));
        Assert.Equal($"{send:N}@example.com", (await rows.LookAsync(send)).MessageId);
        Assert.Empty(await rows.ToldAsync());
    }

    [Fact]
    public async Task A_transactional_mail_that_may_have_left_ends_uncertain_not_expired_or_skipped()
    {
        var (late, suppressed) = (await rows.PlanAsync(sendClass: SendClass.Transactional, expiresAt: Noon.AddMinutes(20)), await rows.PlanAsync(sendClass: SendClass.Transactional, address: "b@example.com"));
        await HandAsync(await ClaimAsync(), Lapsed);
        await store.RecoverAsync(Noon, 100, Cancel);
        await rows.SuppressAsync("b@example.com");

        Assert.Empty(await ClaimAsync(now: Noon.AddMinutes(30)));

        Assert.Equal(new[] { (late, Reason.Uncertain), (suppressed, Reason.Uncertain) }.Order(), (await rows.ToldAsync()).Order());
        Assert.Equal((SendState.Uncertain, SendState.Uncertain), ((await rows.LookAsync(late)).State, (await rows.LookAsync(suppressed)).State));
    }

    [Fact]
    public async Task A_repeated_transactional_mail_that_is_deferred_past_its_time_ends_uncertain()
    {
        var send = await rows.PlanAsync(sendClass: SendClass.Transactional, expiresAt: Noon.AddMinutes(11));
        await HandAsync(await ClaimAsync(), Lapsed);
        await store.RecoverAsync(Noon, 100, Cancel);

        await CompleteAsync(await ClaimAsync(now: Noon.AddMinutes(10)), new Attempt.Deferred("451"), Noon.AddMinutes(10.9));

        Assert.Equal(SendState.Uncertain, (await rows.LookAsync(send)).State);
        Assert.Equal([(send, Reason.Uncertain)], await rows.ToldAsync());
    }

    [Fact]
    public async Task What_is_called_off_after_it_may_have_left_stays_uncertain()
    {
        var (unanswered, planned) = (await rows.PlanAsync(sendClass: SendClass.Transactional), await rows.PlanAsync(sendClass: SendClass.Transactional, notBefore: Noon.AddHours(1)));
        await HandAsync(await ClaimAsync(), Lapsed);
        await store.RecoverAsync(Noon, 100, Cancel);

        await new SlotStore(fixture.Database, new EventLog(fixture.Database)).CommitAsync(
            new SlotCommit { RecordedAt = Noon, CancelledSends = [new(SubjectRef.Contact(1), 9, Reason.GoalReached, Noon)] }, Cancel);

        Assert.Equal((SendState.Uncertain, Reason.Uncertain), ((await rows.LookAsync(unanswered)).State, (await rows.LookAsync(unanswered)).Reason!.Value));
        Assert.Equal((SendState.Cancelled, Reason.GoalReached), ((await rows.LookAsync(planned)).State, (await rows.LookAsync(planned)).Reason!.Value));
        Assert.Empty(await ClaimAsync(now: Noon.AddHours(2)));
    }

    [Fact]
    public async Task A_mail_that_is_called_off_before_it_left_tells_that_it_counts_no_more()
    {
        var send = await rows.PlanAsync(notBefore: Noon.AddHours(1));

        await new SlotStore(fixture.Database, new EventLog(fixture.Database)).CommitAsync(
            new SlotCommit { RecordedAt = Noon, CancelledSends = [new(SubjectRef.Contact(1), 9, Reason.GoalReached, Noon)] }, Cancel);

        var told = Assert.Single((await rows.SignalsAsync()).OfType<Signal.SendEnded>());
        Assert.Equal((send, Reason.Cancelled, Noon.AddHours(1), 1), (told.SendId, told.Reason, told.CountedAt, told.RecipientId));
    }

    [Fact]
    public async Task An_answer_that_comes_after_all_makes_an_uncertain_mail_sent()
    {
        var send = await rows.PlanAsync();
        var claimed = await ClaimAsync();
        await HandAsync(claimed, Lapsed);
        await store.RecoverAsync(Noon, 100, Cancel);

        await CompleteAsync(claimed, new Attempt.Unanswered("gone"));
        await CompleteAsync(claimed, new Attempt.Refused("554 no"));
        Assert.Equal(SendState.Uncertain, (await rows.LookAsync(send)).State);
        await CompleteAsync(claimed, new Attempt.Accepted("250 ok"));

        Assert.Equal((SendState.Sent, null), ((await rows.LookAsync(send)).State, (await rows.LookAsync(send)).Reason));
        Assert.Single(await rows.ToldAsync());
    }

    [Fact]
    public async Task A_renewed_lease_keeps_a_slow_answer_from_being_given_up()
    {
        var claimed = await rows.PlanAsync() is var send ? await ClaimAsync() : [];
        await HandAsync(claimed, Lapsed);

        await store.RenewAsync(claimed, Lease, Cancel);

        Assert.Equal((0, 0), await store.RecoverAsync(Noon, 100, Cancel));
        Assert.Equal(SendState.Handed, (await rows.LookAsync(send)).State);
    }

    [Fact]
    public async Task A_deferred_mail_is_claimed_again_when_its_pause_is_over_and_expires_in_the_end()
    {
        var send = await rows.PlanAsync(expiresAt: Noon.AddHours(1));
        var now = Noon;
        var attempts = 0;
        while (await ClaimAsync(now: now) is { Count: 1 } claimed)
        {
            Assert.Equal(attempts++, claimed[0].Attempts);
            await CompleteAsync(claimed, new Attempt.Deferred("451 later"), now);
            now = (await rows.LookAsync(send)).NotBefore;
            Assert.Empty(await ClaimAsync(now: now.AddMilliseconds(-1)));
        }

        Assert.Equal(SendState.Expired, (await rows.LookAsync(send)).State);
        Assert.Equal(5, attempts);
        Assert.Equal([(send, Reason.Expired)], await rows.ToldAsync());
    }

    [Fact]
    public async Task What_was_not_tried_is_planned_again_without_counting()
    {
        var send = await rows.PlanAsync();

        await CompleteAsync(await ClaimAsync(), new Attempt.NotTried("no connection", TimeSpan.FromSeconds(5)));

        var (state, reason, notBefore, attempts, _, _) = await rows.LookAsync(send);
        Assert.Equal((SendState.Planned, null, Noon.AddSeconds(5), 0), (state, reason, notBefore, attempts));
    }

    [Fact]
    public async Task An_unknown_address_is_suppressed_for_everybody_and_a_refused_sender_is_not()
    {
        var bounced = await rows.PlanAsync(address: "hard@example.com");
        var refused = await rows.PlanAsync(address: "ok@example.com");
        var claimed = await ClaimAsync();
        await CompleteAsync(claimed.Where(send => send.Id == bounced), new Attempt.AddressUnknown("550 5.1.1 user unknown"));
        await CompleteAsync(claimed.Where(send => send.Id == refused), new Attempt.Refused("550 5.7.1 blocked"));

        var (again, other) = (await rows.PlanAsync(2, "other", address: "hard@example.com"), await rows.PlanAsync(2, "other", address: "ok@example.com"));

        Assert.Equal([other], (await ClaimAsync()).Select(send => send.Id));
        Assert.Equal(
            new[] { (bounced, Reason.Bounced), (refused, Reason.Refused), (again, Reason.Suppressed) }.Order(), (await rows.ToldAsync()).Order());
    }

    [Lesson(2)]
    [Fact]
    public async Task A_failed_render_ends_its_own_mail_only()
    {
        var (broken, fine) = (await rows.PlanAsync(), await rows.PlanAsync());
        var claimed = await ClaimAsync();

        await CompleteAsync(claimed.Where(send => send.Id == broken), new Attempt.NotRendered("welcome.en(3,4): nobody"));
        await HandAsync(claimed.Where(send => send.Id == fine));
        await CompleteAsync(claimed.Where(send => send.Id == fine), new Attempt.Accepted("250"));

        Assert.Equal((SendState.Failed, Reason.RenderFailed), ((await rows.LookAsync(broken)).State, (await rows.LookAsync(broken)).Reason!.Value));
        Assert.Equal(SendState.Sent, (await rows.LookAsync(fine)).State);
    }

    [Fact]
    public async Task Nothing_can_be_sent_without_having_been_handed_over()
    {
        var send = await rows.PlanAsync();

        await CompleteAsync(await ClaimAsync(), new Attempt.Accepted("250"));

        Assert.Equal(SendState.Claimed, (await rows.LookAsync(send)).State);
    }

    [Fact]
    public async Task The_next_due_moment_is_the_earliest_after_the_given_one()
    {
        await rows.PlanAsync(scenario: "a", notBefore: Noon.AddHours(2));
        await rows.PlanAsync(scenario: "b", notBefore: Noon.AddHours(1), sendClass: SendClass.Transactional);
        await rows.PlanAsync(scenario: "b", notBefore: Noon);

        Assert.Equal(Noon, await store.NextDueAsync(DateTimeOffset.MinValue, Cancel));
        Assert.Equal(Noon.AddHours(1), await store.NextDueAsync(Noon, Cancel));
        Assert.Equal(Noon.AddHours(2), await store.NextDueAsync(Noon.AddHours(1), Cancel));
        Assert.Null(await store.NextDueAsync(Noon.AddHours(2), Cancel));
    }

    [Lesson(1)]
    [Fact]
    public async Task Owners_that_race_share_the_work_and_claim_nothing_twice()
    {
        var planned = await rows.PlanManyAsync(400, i => i);

        var claims = await Task.WhenAll(Enumerable.Range(0, 6).Select(owner => Task.Run(async () =>
        {
            var mine = new List<ClaimedSend>();
            while (await ClaimAsync($"owner{owner}", 7) is { Count: > 0 } claimed) mine.AddRange(claimed);
            return mine;
        }, Cancel)));

        Assert.Equal(planned.Order(), claims.SelectMany(mine => mine).Select(send => send.Id).Order());
    }

    [Fact]
    public async Task A_refusal_is_told_once_and_can_be_taken_back()
    {
        var target = await rows.ContactAsync();
        var merged = await rows.ContactAsync(mergedInto: target);

        Assert.True(await store.RefuseAsync(merged, "*", true, Noon, "c", Cancel));
        Assert.False(await store.RefuseAsync(target, "*", true, Noon.AddMinutes(1), "c", Cancel));
        Assert.True(await store.RefuseAsync(merged, "*", false, Noon.AddMinutes(2), "c", Cancel));
        Assert.False(await store.RefuseAsync(merged, "*", false, Noon.AddMinutes(3), "c", Cancel));
        Assert.False(await store.RefuseAsync(987654321, "*", true, Noon, "c", Cancel));

        Assert.Equal(
            [new Signal.Refused(target, "*", true, Noon), new Signal.Refused(target, "*", false, Noon.AddMinutes(2))], await rows.SignalsAsync());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Nothing_claimed_after_an_unsubscribe_or_erasure_has_committed_leaves(int seed)
    {
        var random = new Random(seed);
        var contacts = new List<long>();
        for (var i = 0; i < 40; i++) contacts.Add(await rows.ContactAsync());
        foreach (var contact in contacts)
            await rows.PlanManyAsync(10, _ => contact, scenario: $"s{contact % 3}", address: $"{contact}@example.com");
        var offsets = contacts.ToDictionary(contact => contact, _ => random.Next(10));
        var committed = new System.Collections.Concurrent.ConcurrentDictionary<long, long>();
        var claimsBegun = 0;
        var erasures = new ErasureStore(fixture.Database, new EventLog(fixture.Database));

        var claimers = Enumerable.Range(0, 3).Select(owner => Task.Run(async () =>
        {
            var claims = new List<(long Started, ClaimedSend Send)>();
            while (true)
            {
                var started = Stopwatch.GetTimestamp();
                Interlocked.Increment(ref claimsBegun);
                var claim = await store.ClaimAsync($"owner{owner}", 3, Lease, Noon, null, null, Cancel);
                if (claim.Sends.Count == 0 && claim.Ended == 0) return claims;
                claims.AddRange(claim.Sends.Select(send => (started, send)));
                await HandAsync(claim.Sends);
            }
        }, Cancel)).ToList();
        var refusers = contacts.Select(contact => Task.Run(async () =>
        {
            while (Volatile.Read(ref claimsBegun) < offsets[contact] * 8 && claimers.Any(claimer => !claimer.IsCompleted)) await Task.Yield();
            if (contact % 2 == 0) await store.RefuseAsync(contact, "*", true, Noon, "c", Cancel);
            else await erasures.BeginAsync(contact, HashOf, Noon, "c", Cancel);
            committed[contact] = Stopwatch.GetTimestamp();
        }, Cancel)).ToList();
        await Task.WhenAll(refusers);
        var claimed = (await Task.WhenAll(claimers)).SelectMany(claims => claims).ToList();

        var wrong = claimed.Where(claim => committed[claim.Send.RecipientId] < claim.Started);
        Assert.Empty(wrong);
        Assert.True((await rows.ToldAsync()).Count > 0, $"seed {seed}: no refusal came in time to matter");
    }

    [Fact]
    public async Task A_hit_is_recorded_and_nothing_else_happens()
    {
        var contact = await rows.ContactAsync();
        var send = await rows.PlanAsync(contact);

        var linked = await store.FindLinkedAsync(5, send, Cancel);
        await store.RecordHitAsync(linked!, isClick: true, isMachine: false, Noon, Cancel);
        await store.RecordHitAsync(linked!, isClick: false, isMachine: true, Noon.AddSeconds(1), Cancel);

        Assert.Equal(
            [new Signal.Hit(SubjectRef.Contact(contact), 9, send, "welcome", contact, true, Noon), new Signal.Hit(SubjectRef.Contact(contact), 9, send, "welcome", contact, false, Noon.AddSeconds(1), true)],
            await rows.SignalsAsync());
        Assert.Equal(SendState.Planned, (await rows.LookAsync(send)).State);
        Assert.Null(await store.FindLinkedAsync(6, send, Cancel));
    }
}

public sealed class SendStoreOnSqlite(SqliteFixture fixture) : SendStoreTests(fixture), IClassFixture<SqliteFixture>;

public sealed class SendStoreOnPostgres(PostgresFixture fixture) : SendStoreTests(fixture), IClassFixture<PostgresFixture>;
