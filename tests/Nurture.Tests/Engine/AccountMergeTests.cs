using System.Text;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Escalations;
using Nurture.Health;
using Nurture.Notices;
using Nurture.Scenarios;
using Nurture.Sends;
using Nurture.Simulation;

namespace Nurture.Tests.Engine;

/// <summary>Two accounts turn out to be one (SEMANTICS.md 11): the first account of a world merges into the second.</summary>
public sealed class AccountMergeTests
{
    private const string Types = """
        types:
          stalled: { title: Stalled, sla: { acknowledge: 2d }, hold: { max: 21d, quiet: 1d }, cool_down: 14d, outcomes: [ saved, lost ] }
          silent: { title: Silent, hold: { max: 9d, quiet: 3d }, outcomes: [ saved, lost ] }
          billing: { title: Billing, family: money, hold: none, outcomes: [ paid ] }
        """;

    private static string Calling(string name, string trigger, string type, string subject = "account") => $$"""
        scenario: {{name}}
        title: {{name}}
        owner: m@example.com
        subject: {{subject}}
        class: transactional
        purpose: x
        trigger: { event: {{trigger}} }
        reentry: every time
        goal: none
        steps:
          - escalate: { type: {{type}}, because: They are stuck, up_to: 60d }
            outcome:
              saved:
                - send: { template: saved-{{name}}{{(subject == "account" ? ", to: trigger.contact, nobody: end" : "")}} }
              not_opened: []
              otherwise:
                - send: { template: otherwise-{{name}}{{(subject == "account" ? ", to: trigger.contact, nobody: end" : "")}} }
        """;

    private const string Greeting = """
        scenario: greeting
        title: Greeting
        owner: m@example.com
        subject: account
        class: transactional
        purpose: x
        trigger: { event: started }
        goal: none
        exit: [ account.plan == "closed" ]
        steps:
          - wait: { for: event("ready"), up_to: 9d }
            timeout: []
          - send: { template: hello, to: 'role("admin")', nobody: end }
        """;

    private static World Company(params string[] scenarios) => World.WithHealth(World.NobodyScored, Types, scenarios).Person(1, account: 1, "admin").Person(2, account: 2, "user");

    private static long Neighbor(long account) => Enumerable.Range(2000, 100_000).First(id => Slots.OfAccount(id) == Slots.OfAccount(account));

    private static EscalationState TheCase(World world) => Assert.Single(world.Account(2).Escalations);

    private static World Close(World world, string outcome) => world.Work(2, EscalationAct.Close, outcome);

    [Rule(11, 50)]
    [Fact]
    public void A_band_that_moves_since_accounts_are_one_is_told_to_nobody_and_starts_nothing()
    {
        const string Health = """
            health: seats
            measures: [ { id: seats, weight: 1, value: account.seats, scale: [[0, 0], [10, 100]] } ]
            bands: { healthy: { from: 70, none: x }, watch: { from: 40, none: x }, at_risk: {}, unknown: { none: x } }
            """;
        var told = World.RescuedAtRisk.Replace("scenario: rescue", "scenario: told", StringComparison.Ordinal).Replace("{ band: at_risk }", "{ event: nurture.band_changed }", StringComparison.Ordinal);
        var world = World.WithHealth(Health, Types, World.RescuedAtRisk, told).Person(1, account: 1).Person(2, account: 2).SayAccount(2, ("seats", 10)).SayAccount(1, ("seats", 1)).Pass("1h");

        world.MergeAccounts(1, 2).Pass("1h");

        Assert.Equal(HealthBand.AtRisk, world.Account(2).Health!.Band);
        var since = world.Simulator.Journal.Where(entry => entry.At > World.Start).ToList();
        Assert.Contains(since, entry => entry.Reason == Reason.BandChanged);
        Assert.DoesNotContain(since, entry => entry.Scenario.Length > 0);
    }

    [Rule(11)]
    [Fact]
    public void Rule_11_two_open_cases_of_a_family_become_one_and_both_passages_go_on_by_its_outcome()
    {
        var world = Company(Calling("one", "stuck", "stalled"), Calling("other", "quiet", "silent")).Do(1, "stuck").Pass("1h").Do(2, "quiet");
        var (older, younger) = (world.Account(1).Escalations[0].Id, world.Account(2).Escalations[0].Id);

        world.MergeAccounts(1, 2);

        Assert.Equal(older, TheCase(world).Id);
        Assert.Equal(("merged", ""), (world.Simulator.Carried.OfType<Effect.EscalationChanged>().Last(change => change.EscalationId == younger) is var closed ? (closed.Outcome, closed.ClosedBy) : default));
        Assert.Equal(new Effect.EscalationMerged(younger, older), Assert.Single(world.Simulator.Carried.OfType<Effect.EscalationMerged>()) with { Slot = 0 });
        Assert.Empty(world.Mails);
        Close(world, "saved");
        Assert.Equal(["saved-one 1", "saved-other 2"], world.Mails.Order());
        Assert.Empty(world.Account(2).Escalations);
        Assert.Single(world.Simulator.Journal, entry => entry.Reason == Reason.EscalationClosed);
    }

    [Fact]
    public void The_case_that_somebody_took_stays_though_it_is_the_younger_one()
    {
        var world = Company(Calling("one", "stuck", "stalled"), Calling("other", "quiet", "silent")).Do(1, "stuck").Pass("1h").Do(2, "quiet").Work(2, EscalationAct.Acknowledge);
        var taken = TheCase(world).Id;

        world.MergeAccounts(1, 2);

        Assert.Equal((taken, "csm@example.com"), (TheCase(world).Id, TheCase(world).Assignee));
        Close(world, "saved");
        Assert.Equal(["saved-one 1", "saved-other 2"], world.Mails.Order());
    }

    [Fact]
    public void Two_who_worked_on_cases_that_are_one_now_both_learn_whose_it_is()
    {
        var world = Company(Calling("one", "stuck", "stalled"), Calling("other", "quiet", "silent")).Do(1, "stuck").Pass("1h").Do(2, "quiet")
            .Work(2, EscalationAct.Acknowledge).Work(1, EscalationAct.Assign, assignee: "ann@example.com");

        world.MergeAccounts(1, 2);

        var told = world.Simulator.Carried.OfType<Effect.ColleaguesTold>().Select(effect => effect.Notice).Where(notice => notice.Kind == NoticeKind.CaseMerged).ToList();
        Assert.Equal(["ann@example.com", "csm@example.com"], told.Select(notice => notice.To).Order());
        Assert.All(told, notice => Assert.Equal(("csm@example.com", TheCase(world).Id), (notice.Facts.By, notice.EscalationId)));
    }

    [Rule(55)]
    [Fact]
    public void What_was_the_former_owners_goes_to_the_owner_of_the_account_that_it_is_now()
    {
        var world = Company(Calling("one", "stuck", "stalled")).SayAccount(1, ("owner", "ann@example.com")).Do(1, "stuck").Work(1, EscalationAct.Assign, assignee: "ann@example.com").Pass("1h").SayAccount(2, ("owner", "bob@example.com"));

        world.MergeAccounts(1, 2);

        Assert.Equal("bob@example.com", TheCase(world).Assignee);
        Assert.Equal(["ann@example.com", "bob@example.com"], world.Simulator.Carried.OfType<Effect.ColleaguesTold>().Select(effect => effect.Notice).Where(notice => notice.Kind == NoticeKind.OwnerChanged).Select(notice => notice.To).Order());
        Assert.Contains(new Effect.OwnerChanged(1002, "ann@example.com", "bob@example.com"), world.Simulator.Carried.OfType<Effect.OwnerChanged>().Select(change => change with { Slot = 0 }));
    }

    [Fact]
    public void People_who_wait_for_a_case_of_their_former_account_hear_the_outcome_of_the_one_that_it_became()
    {
        var world = Company(Calling("one", "stuck", "stalled", "contact"), Calling("other", "quiet", "silent")).Do(2, "quiet").Pass("1h").Do(1, "stuck");

        Close(world.MergeAccounts(1, 2), "saved");

        Assert.Equal(["saved-one 1", "saved-other 2"], world.Mails.Order());
    }

    [Fact]
    public void A_case_of_another_family_comes_along_and_what_is_done_with_it_reaches_it_by_either_account()
    {
        var world = Company(Calling("one", "stuck", "stalled"), Calling("bill", "overdue", "billing")).Do(1, "stuck").Do(2, "overdue");
        var theirs = world.Account(1).Escalations[0].Id;

        world.MergeAccounts(1, 2);
        world.TellAccount(1, former => new Signal.EscalationWorked(former, theirs, EscalationAct.Close, "csm@example.com", "", "saved", "", null, world.Now));

        Assert.Equal("billing", TheCase(world).Type);
        Assert.Equal(["saved-one 1"], world.Mails);
    }

    [Fact]
    public void What_was_meant_for_a_case_that_became_part_of_another_is_done_with_that_one()
    {
        var world = Company(Calling("one", "stuck", "stalled"), Calling("other", "quiet", "silent")).Do(2, "quiet").Pass("1h").Do(1, "stuck");
        var younger = world.Account(1).Escalations[0].Id;

        world.MergeAccounts(1, 2);
        world.TellAccount(1, former => new Signal.EscalationWorked(former, younger, EscalationAct.Close, "csm@example.com", "", "saved", "", null, world.Now));

        Assert.Empty(world.Account(2).Escalations);
        Assert.Equal(["saved-one 1", "saved-other 2"], world.Mails.Order());
    }

    [Fact]
    public void Of_two_live_passages_of_a_scenario_the_older_goes_on_and_mails_whoever_has_the_role_in_either()
    {
        var world = Company(Greeting).Do(1, "started").Pass("1h").Do(2, "started").MergeAccounts(1, 2);

        Assert.Single(world.Account(2).Enrollments);
        Assert.Contains("merged wait-ready", world.Decisions("greeting"));
        world.Do(2, "ready");
        Assert.Equal(["hello 1"], world.Mails);
    }

    [Fact]
    public void The_later_word_of_the_two_counts_and_passages_ask_it()
    {
        var world = Company(Greeting).SayAccount(2, ("plan", "closed"), ("seats", 3)).Do(1, "started").Pass("1h").SayAccount(1, ("plan", "open"));

        world.MergeAccounts(1, 2);

        Assert.Equal(("open", "3"), (world.Account(2)["plan"].ToString(), world.Account(2)["seats"].ToString()));
        Assert.DoesNotContain("exit_true wait-ready", world.Decisions("greeting"));
        Assert.Contains("exit_true wait-ready", world.Pass("1h").SayAccount(1, ("plan", "closed")).Decisions("greeting"));
    }

    [Fact]
    public void The_longer_silence_stays()
    {
        var world = Company(Calling("one", "stuck", "stalled"), Calling("other", "quiet", "silent")).Do(2, "quiet").Pass("1h").Do(1, "stuck");
        world.TellAccount(1, id => new Signal.HoldRequested(id, world.Now.AddDays(5), "x", "csm@example.com", world.Now));
        world.TellAccount(2, id => new Signal.HoldRequested(id, world.Now.AddDays(2), "x", "csm@example.com", world.Now));

        world.MergeAccounts(1, 2);

        var stays = Hold.SourceOf(TheCase(world).Id);
        Assert.Equal([(stays, World.Start.AddHours(1).AddDays(21), TimeSpan.FromDays(3)), ("user:csm@example.com", world.Now.AddDays(5), TimeSpan.FromDays(3))],
            world.Account(2).Holds.Select(hold => (hold.Source, hold.Until, hold.Quiet)).OrderBy(hold => hold.Source));
    }

    [Fact]
    public void An_account_that_merged_keeps_nothing_but_where_it_went()
    {
        var world = Company(Greeting, Calling("one", "stuck", "stalled")).SayAccount(1, ("plan", "open")).Do(1, "started").Do(1, "stuck").MergeAccounts(1, 2);

        var gone = world.Account(1);
        Assert.Equal((1002, null), (gone.MergedInto, gone.DueAt));
        Assert.Empty(gone.Members);
        Assert.Empty(gone.Enrollments);
        Assert.Empty(gone.Escalations);
        Assert.Empty(gone.Attributes);
        Assert.Equal([1L, 2L], world.Account(2).Members.Keys.Order());
    }

    [Fact]
    public void Accounts_merge_in_chains_and_what_names_the_first_reaches_the_last()
    {
        var world = Company(Greeting, Calling("one", "stuck", "stalled")).Person(3, account: 3).Do(1, "stuck").MergeAccounts(1, 2).MergeAccounts(2, 3);

        world.SayAccount(1, ("plan", "pro")).TellAccount(1, id => new Signal.HoldRequested(id, world.Now.AddDays(5), "x", "csm@example.com", world.Now)).Person(4, account: 1, "admin");

        var last = world.Account(3);
        Assert.Equal("pro", last["plan"].ToString());
        Assert.Equal([1L, 2L, 3L, 4L], last.Members.Keys.Order());
        Assert.Equal([1001L, 1002L], last.Absorbed);
        Assert.Single(last.Escalations);
        Assert.Contains(last.Holds, hold => hold.Source == "user:csm@example.com");
        world.Do(1, "started").Do(3, "ready");
        Assert.Equal(["hello 1", "hello 4"], world.Mails.Order());
    }

    [Fact]
    public void Accounts_that_share_a_slot_merge_as_others_do()
    {
        var neighbor = Neighbor(1001) - 1000;
        var world = Company(Greeting, Calling("one", "stuck", "stalled")).Person(3, account: neighbor, "admin").Do(1, "stuck").Do(1, "started").Do(3, "started");

        world.MergeAccounts(1, neighbor).Do(3, "ready");

        Assert.Equal([1L, 3L], world.Account(neighbor).Members.Keys.Order());
        Assert.Equal(["hello 1", "hello 3"], world.Mails.Order());
        Assert.Single(world.Account(neighbor).Escalations);
        Assert.Equal(1000 + neighbor, world.Account(1).MergedInto);
    }

    [Fact]
    public void Merging_starts_nothing()
    {
        const string Grown = """
            scenario: grown
            title: Grown
            owner: m@example.com
            subject: account
            class: transactional
            purpose: x
            goal: none
            trigger: { condition: account.seats >= 10 }
            steps:
              - send: { template: grown, to: most_active, nobody: end }
            """;
        const string Changed = """
            scenario: changed
            title: Changed
            owner: m@example.com
            subject: account
            class: transactional
            purpose: x
            goal: none
            trigger: { changed: account.seats }
            steps:
              - send: { template: changed, to: most_active, nobody: end }
            """;
        var world = World.Of(Grown, Changed).Person(1, account: 1).Person(2, account: 2).SayAccount(2, ("seats", 3)).Pass("1h").SayAccount(1, ("seats", 30));
        var before = world.Mails.Count;

        world.MergeAccounts(1, 2).Pass("2d");

        Assert.Equal("30", world.Account(2)["seats"].ToString());
        Assert.Equal(before, world.Mails.Count);
    }

    [Fact]
    public void Who_stood_still_when_their_account_merged_follows_when_they_are_resumed()
    {
        var world = Company(Greeting);
        var key = world.Simulator.States.Single(pair => pair.Key.Subject == SubjectRef.Contact(1)).Key;
        world.Simulator.Poisoned.Add(new Poisoned(key, null, "a test"));
        world.MergeAccounts(1, 2).Do(1, "started");

        world.Simulator.Resume(key);

        Assert.Equal([1L, 2L], world.Account(2).Members.Keys.Order());
        Assert.Equal(1002, ((ContactState)world.Simulator.States.Single(pair => pair.Key.Subject == SubjectRef.Contact(1)).State).AccountId);
        Assert.Single(world.Account(2).Enrollments);
    }

    [Fact]
    public void An_account_that_stood_still_goes_with_all_that_it_missed_when_it_is_resumed()
    {
        var world = Company(Greeting);
        var key = new SubjectKey(Slots.OfAccount(1001), SubjectRef.Account(1001));
        world.Simulator.Poisoned.Add(new Poisoned(key, null, "a test"));
        world.MergeAccounts(1, 2).SayAccount(1, ("plan", "pro"));

        world.Simulator.Resume(key);

        Assert.Equal("pro", world.Account(2)["plan"].ToString());
        Assert.Equal([1L, 2L], world.Account(2).Members.Keys.Order());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1000)]
    [InlineData(2000)]
    public void Whatever_order_the_slots_run_in_nothing_is_lost_or_counted_twice(int firstSeed)
    {
        for (var seed = firstSeed; seed < firstSeed + 100; seed++) Run(seed);
    }

    private const string Watching = """
        scenario: watching
        title: Watching
        owner: m@example.com
        subject: account
        class: transactional
        trigger: { event: started }
        audience: account.count("used", "365d") < 60
        goal: none
        purpose: test
        steps:
          - wait: { for: event("used"), up_to: 30d }
            timeout: []
        """;

    /// <summary>People join, use and are known by accounts that merge meanwhile, in slots that lag behind each other.</summary>
    private static void Run(int seed)
    {
        var random = new Random(seed);
        // The last shares a slot with the first.
        long[] ids = [1001, 1002, 1003, Neighbor(1001)];
        var simulator = new Simulator(World.CatalogOf(SendPolicy.Default, Watching), World.Start);
        var (merged, homes, uses, plans) = (new Dictionary<long, long>(), new Dictionary<long, long>(), new List<(long Account, long At)>(), new Dictionary<long, StampedValue>());
        var now = World.Start;
        for (var step = 0; step < 60; step++)
        {
            now += TimeSpan.FromSeconds(random.Next(1, 100));
            simulator.AdvanceClock(now);
            var (person, account) = (random.Next(1, 7), ids[random.Next(4)]);
            switch (random.Next(9))
            {
                case 0 or 1:
                    simulator.Tell(new Signal.Grouped(person, account, Slots.OfAccount(account), ["admin"], now), person);
                    homes.TryAdd(person, account);
                    break;
                case 2:
                    simulator.Tell(new Signal.AccountDescribed(account, new Dictionary<string, AttributeValue> { ["seats"] = AttributeValue.From(step) }, now), accountId: account);
                    plans[account] = new(AttributeValue.From(step), now);
                    break;
                case 3 when random.Next(2) == 0:
                    var into = ids[random.Next(4)];
                    if (into == account || merged.ContainsKey(account) || merged.ContainsKey(into)) break;
                    simulator.Tell(new Signal.AccountMergedInto(account, into, Slots.OfAccount(into), now), accountId: account);
                    merged[account] = into;
                    break;
                default:
                    // Half of them name an account, their own or another one, by whichever name it has or had.
                    var named = random.Next(2) == 0 ? account : 0;
                    simulator.Tell(new Signal.Occurred(new OccurredEvent(0, "used", person, named, now, now, Encoding.UTF8.GetBytes("{}"))), person);
                    if (named != 0 || homes.TryGetValue(person, out named)) uses.Add((named, now.ToUnixTimeMilliseconds()));
                    break;
            }

            for (var turns = random.Next(4); turns > 0 && simulator.WaitingSlots.Any(); turns--) RunOne();
        }

        while (simulator.WaitingSlots.Any()) RunOne();

        Assert.True(simulator.Poisoned.Count == 0, $"seed {seed}: {string.Join('\n', simulator.Poisoned)}");
        var states = simulator.States.ToList();
        foreach (var (person, home) in homes)
        {
            var contact = states.Select(pair => pair.State).OfType<ContactState>().Single(state => state.Id == person);
            Assert.True(contact.AccountId == Now(home), $"seed {seed}: contact {person} is of {contact.AccountId}, not {Now(home)}");
            Assert.True(states.Exists(pair => pair.Key == new SubjectKey(Slots.OfAccount(Now(home)), contact.Ref)), $"seed {seed}: contact {person} is not where its account is");
        }

        foreach (var account in states.Select(pair => pair.State).OfType<AccountState>())
        {
            var isGone = merged.ContainsKey(account.Id);
            var (people, used) = (homes.Where(home => !isGone && Now(home.Value) == account.Id).Select(home => home.Key).Order(), uses.Where(use => !isGone && Now(use.Account) == account.Id).Select(use => use.At).Order());
            Assert.True(people.SequenceEqual(account.Members.Keys.Order()), $"seed {seed}: account {account.Id} has {string.Join(',', account.Members.Keys)}, not {string.Join(',', people)}");
            Assert.True(used.SequenceEqual(account.Counters.Values.SelectMany(counter => counter.Times).Order()), $"seed {seed}: account {account.Id} was used {account.Counters.Values.Sum(counter => counter.Times.Count)} times, not {used.Count()}");
            var seats = plans.Where(plan => !isGone && Now(plan.Key) == account.Id).Select(plan => plan.Value).OrderBy(value => value.At).LastOrDefault().Value;
            Assert.True(seats == account["seats"], $"seed {seed}: account {account.Id} says {account["seats"]}, not {seats}");
            Assert.False(account.IsGathering, $"seed {seed}: account {account.Id} still waits for people");
        }

        long Now(long account) => merged.TryGetValue(account, out var into) ? Now(into) : account;

        void RunOne()
        {
            var waiting = simulator.WaitingSlots.Order().ToList();
            simulator.DrainOne(waiting[random.Next(waiting.Count)]);
        }
    }
}
