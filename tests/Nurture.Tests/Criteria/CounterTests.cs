using System.Globalization;
using System.Text;
using Nurture.Conditions;
using Nurture.Contacts;
using Nurture.Criteria;
using Nurture.Scenarios;

namespace Nurture.Tests.Criteria;

public class CounterTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Rule(23)]
    [Fact]
    public void A_window_includes_now_and_excludes_its_start()
    {
        var criterion = Logins(keep: 5);
        var counter = Counted(criterion, Login(10));

        Assert.Equal(0, counter.Count(criterion, Start.AddHours(10).AddMilliseconds(-1)));
        Assert.Equal(1, counter.Count(criterion, Start.AddHours(10)));
        Assert.Equal(1, counter.Count(criterion, Start.AddHours(34).AddMilliseconds(-1)));
        Assert.Equal(0, counter.Count(criterion, Start.AddHours(34)));
        Assert.Equal(Start.AddHours(34), counter.NextChange(criterion, Start.AddHours(10)));
        Assert.Null(counter.NextChange(criterion, Start.AddHours(34)));
    }

    [Fact]
    public void Only_the_latest_are_kept_and_it_says_when_there_may_be_more()
    {
        var criterion = Logins(keep: 3);
        var counter = Counted(criterion, Login(1), Login(2), Login(3), Login(4));

        Assert.Equal(3, counter.Times.Count);
        Assert.Equal(3, counter.Count(criterion, Start.AddHours(4)));
        Assert.True(counter.MayHaveMore(criterion, Start.AddHours(4)));
        Assert.False(counter.MayHaveMore(criterion, Start.AddHours(26)));
        Assert.Equal(2, counter.Count(criterion, Start.AddHours(26)));
    }

    [Fact]
    public void Events_of_any_order_leave_the_same_counter()
    {
        foreach (var criterion in new[] { Logins(4), People(4), Bucketed(), Measured(CriterionKind.Sum), Measured(CriterionKind.Max), First() })
        {
            for (var seed = 1; seed <= 50; seed++)
            {
                var random = new Random(seed);
                var events = Enumerable.Range(0, 40).Select(_ => Login(random.NextDouble() * 60, 1 + random.Next(6), random.Next(-50, 50) / 10m)).ToArray();

                var sorted = Counted(criterion, [.. events.OrderBy(occurred => occurred.OccurredAt)]);
                random.Shuffle(events);
                var shuffled = Counted(criterion, events);

                // Which of two persons of the same moment comes first may differ; nothing else may.
                Assert.True(sorted.Times.SequenceEqual(shuffled.Times) && sorted.Amounts.SequenceEqual(shuffled.Amounts) && IsSame(sorted, shuffled), $"seed {seed}: {criterion.Definition}");
                Assert.True(sorted.People.Order().SequenceEqual(shuffled.People.Order()), $"seed {seed}: {criterion.Definition}");
            }
        }
    }

    [Fact]
    public void Two_counters_merge_into_what_one_would_have_counted()
    {
        foreach (var criterion in new[] { Logins(4), People(4), Bucketed(), Logins(2) with { Window = null }, Measured(CriterionKind.Sum), Measured(CriterionKind.Min), First() })
        {
            for (var seed = 1; seed <= 50; seed++)
            {
                var random = new Random(seed);
                var events = Enumerable.Range(0, 30).Select(_ => Login(random.NextDouble() * 60, 1 + random.Next(6), random.Next(-50, 50) / 10m)).ToArray();
                var share = random.Next(30);

                var one = Counted(criterion, events[..share]);
                one.Merge(criterion, Counted(criterion, events[share..]));

                var whole = Counted(criterion, events);
                Assert.True(whole.Times.SequenceEqual(one.Times) && whole.Amounts.SequenceEqual(one.Amounts) && IsSame(whole, one), $"seed {seed}: {criterion.Definition}");
            }
        }
    }

    [Fact]
    public void A_person_counts_once_with_the_latest_time()
    {
        var criterion = People(3);
        var counter = Counted(criterion, Login(1, 1), Login(2, 2), Login(20, 1));

        Assert.Equal(2, counter.Count(criterion, Start.AddHours(20)));
        Assert.Equal(1, counter.Count(criterion, Start.AddHours(26)));
        Assert.Equal([2, 1], counter.People);
    }

    [Fact]
    public void What_the_account_itself_did_is_no_person()
    {
        Assert.False(People(3).Matches(Login(1, 0)));
        Assert.True(Logins(3).Matches(Login(1, 0)));
    }

    [Fact]
    public void Two_people_who_turn_out_to_be_one_count_once()
    {
        var criterion = People(5);
        var counter = Counted(criterion, Login(1, 1), Login(2, 2), Login(3, 3));

        counter.MergePerson(from: 3, into: 1);
        counter.MergePerson(from: 9, into: 1);

        Assert.Equal([2, 1], counter.People);
        Assert.Equal(2, counter.Count(criterion, Start.AddHours(3)));
    }

    [Fact]
    public void Trimming_changes_no_answer_from_then_on()
    {
        foreach (var criterion in new[] { Logins(8), People(8), Bucketed(), Measured(CriterionKind.Sum), Measured(CriterionKind.Max), First() })
        {
            for (var seed = 1; seed <= 50; seed++)
            {
                var random = new Random(seed);
                var events = Enumerable.Range(0, 30).Select(_ => Login(random.NextDouble() * 60, 1 + random.Next(6), random.Next(-50, 50) / 10m)).ToArray();
                var (whole, trimmed) = (Counted(criterion, events), Counted(criterion, events));
                var at = Start.AddHours(random.NextDouble() * 100);

                trimmed.Trim(criterion, at);

                for (var i = 0; i < 20; i++)
                {
                    var later = at.AddHours(i * 2.3).Truncate();
                    Assert.True(whole.Count(criterion, later) == trimmed.Count(criterion, later), $"seed {seed}: {criterion.Definition} at {later:O}");
                    if (criterion.IsMeasured) Assert.Equal(whole.Measure(criterion, later), trimmed.Measure(criterion, later));
                    Assert.Equal(whole.NextChange(criterion, later), trimmed.NextChange(criterion, later));
                }
            }
        }
    }

    [Fact]
    public void In_buckets_an_event_leaves_the_window_late_by_a_sixty_fourth_at_most()
    {
        var criterion = Bucketed();
        var part = TimeSpan.FromHours(24) / 64;
        for (var seed = 1; seed <= 50; seed++)
        {
            var random = new Random(seed);
            var events = Enumerable.Range(0, 500).Select(_ => Login(random.NextDouble() * 60)).ToArray();
            var at = Start.AddHours(60 + random.NextDouble() * 30).Truncate();
            var counter = Counted(criterion, events);

            var least = events.Count(occurred => occurred.OccurredAt > at.AddHours(-24));
            var most = events.Count(occurred => occurred.OccurredAt > at.AddHours(-24) - part);
            Assert.True(counter.Count(criterion, at) is var count && count >= least && count <= most, $"seed {seed}: {least} <= {count} <= {most}");
            Assert.True(counter.Times.Count <= 65);
        }
    }

    [Fact]
    public void For_ever_any_number_is_counted_exactly_in_one_bucket()
    {
        var criterion = Criterion.Of(SubjectKind.Contact, CriterionKind.Count, "login", null, "", null, 64, isBucketed: true);
        var counter = Counted(criterion, [.. Enumerable.Range(0, 1000).Select(hour => Login(hour))]);

        Assert.Equal(1000, counter.Count(criterion, Start.AddDays(9000)));
        Assert.Single(counter.Times);
    }

    [Fact]
    public void Keys_are_stored_and_so_never_change()
    {
        Assert.Equal("contact.count(\"login\", 1d) keep 3", Logins(3).Definition);
        Assert.Equal(5704439391824175361, Logins(3).Key);
        Assert.Equal("account.people(\"login\", 1d) keep 3", People(3).Definition);
        Assert.Equal("contact.count(\"login\", 1d) keep 64 in buckets", Bucketed().Definition);
        Assert.Equal(
            "contact.count(\"a \\\"b\\\"\", ever, where: event.x == 1) keep 1",
            Criterion.Of(SubjectKind.Contact, CriterionKind.Count, "a \"b\"", null, "event.x == 1", null, 1).Definition);
    }

    [Fact]
    public void A_counter_survives_being_stored()
    {
        foreach (var criterion in new[] { Logins(4), People(4), Bucketed(), Measured(CriterionKind.Sum), Measured(CriterionKind.Max), First() })
        {
            var account = new AccountState { Id = 7, CreatedAt = Start };
            var index = new CriteriaIndex([criterion with { Subject = SubjectKind.Account }]);
            foreach (var hour in Enumerable.Range(0, 30)) index.Apply(Login(hour, 1 + hour % 5, hour / 3m), null, account);

            var packed = StateCodec.Pack(account);
            var read = StateCodec.UnpackAccount(packed.Doc, packed.Rest);

            var (before, after) = (account.Counters[criterion.Key], read.Counters[criterion.Key]);
            Assert.Equal(before.Times, after.Times);
            Assert.Equal(before.People, after.People);
            Assert.Equal(before.Amounts, after.Amounts);
            Assert.True(IsSame(before, after), criterion.Definition);
        }
    }

    [Fact]
    public void Each_of_the_latest_numbers_leaves_a_sum_at_its_moment_and_older_ones_with_their_part()
    {
        var criterion = Measured(CriterionKind.Sum, keep: 64);
        var part = TimeSpan.FromHours(24) / 64;
        for (var seed = 1; seed <= 50; seed++)
        {
            var random = new Random(seed);
            var few = Enumerable.Range(0, 64).Select(_ => Login(random.NextDouble() * 60, number: random.Next(-99, 999) / 100m)).ToArray();
            var many = Enumerable.Range(0, 300).Select(_ => Login(random.NextDouble() * 60, number: 1)).ToArray();
            var at = Start.AddHours(60 + random.NextDouble() * 30).Truncate();

            Assert.Equal(few.Where(occurred => occurred.OccurredAt > at.AddHours(-24)).Sum(occurred => (decimal)occurred["total"].AsNumber), Counted(criterion, few).Measure(criterion, at).Value);

            var (value, amount) = Counted(criterion, many).Measure(criterion, at);
            var (least, most) = (many.Count(occurred => occurred.OccurredAt > at.AddHours(-24)), many.Count(occurred => occurred.OccurredAt > at.AddHours(-24) - part));
            Assert.True(value >= least && value <= most && amount == value, $"seed {seed}: {least} <= {value} <= {most}");
        }
    }

    [Fact]
    public void For_ever_any_sum_is_exact_and_kept_as_one_number()
    {
        var criterion = Measured(CriterionKind.Sum, keep: 64, isForEver: true);
        var counter = Counted(criterion, [.. Enumerable.Range(0, 1000).Select(hour => Login(hour, number: 0.1m))]);
        counter.Trim(criterion, Start.AddHours(1000));

        Assert.Equal((100m, 1000L), counter.Measure(criterion, Start.AddHours(1000)));
        Assert.Empty(counter.Times);
        Assert.Single(counter.Parts);
    }

    [Fact]
    public void What_carries_no_number_or_too_great_a_one_is_not_summed()
    {
        var criterion = Measured(CriterionKind.Sum);

        Assert.False(criterion.Matches(Login(1)));
        Assert.False(criterion.Matches(Login(1) with { Properties = "{\"total\":1e15}"u8.ToArray() }));
        Assert.False(criterion.Matches(Login(1) with { Properties = "{\"total\":\"12\"}"u8.ToArray() }));
        Assert.True(criterion.Matches(Login(1, number: -0.5m)));
        Assert.Equal("contact.sum(\"login\", event.total, 1d) keep 4", criterion.Definition);
    }

    private static bool IsSame(Counter one, Counter other) =>
        one.Values.SequenceEqual(other.Values) && one.Parts.SequenceEqual(other.Parts) && one.PartValues.SequenceEqual(other.PartValues) && one.PartAmounts.SequenceEqual(other.PartAmounts);

    private static Criterion Measured(CriterionKind kind, int keep = 4, bool isForEver = false) =>
        Criterion.Of(SubjectKind.Contact, kind, "login", null, "", isForEver ? null : TimeSpan.FromHours(24), keep,
            value: Condition.Compile("sum(\"login\", event.total, \"1d\") > 0", new ConditionScope { Subject = SubjectKind.Contact, Plan = TrackingPlan.Empty }, [])!.Criteria[0].Value);

    private static Criterion First() => Criterion.Of(SubjectKind.Contact, CriterionKind.First, "login", null, "", null, 1);

    private static Criterion Logins(int keep) => Criterion.Of(SubjectKind.Contact, CriterionKind.Count, "login", null, "", TimeSpan.FromHours(24), keep);

    private static Criterion People(int keep) => Criterion.Of(SubjectKind.Account, CriterionKind.People, "login", null, "", TimeSpan.FromHours(24), keep);

    private static Criterion Bucketed() => Criterion.Of(SubjectKind.Contact, CriterionKind.Count, "login", null, "", TimeSpan.FromHours(24), 64, isBucketed: true);

    private static OccurredEvent Login(double hour, long contactId = 1, decimal? number = null)
    {
        var at = Start.AddHours(hour).Truncate();
        return new(0, "login", contactId, 7, at, at, Encoding.UTF8.GetBytes(number is { } total ? string.Create(CultureInfo.InvariantCulture, $"{{\"total\":{total}}}") : "{}"));
    }

    private static Counter Counted(Criterion criterion, params OccurredEvent[] events)
    {
        var counter = new Counter();
        foreach (var occurred in events) counter.Add(criterion, occurred);
        return counter;
    }
}
