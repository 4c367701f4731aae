using Nurture.Conditions;
using Nurture.Contacts;
using Nurture.Segments;
using Nurture.Tests.Conditions;

namespace Nurture.Tests.Segments;

/// <summary>What <c>segment("x")</c> answers, of whom.</summary>
public sealed class SegmentTests
{
    private static readonly SegmentSet Segments = World.Segments(
        "busy-accounts: { of: account, is: 'count(\"login\", \"7d\") >= 2' }",
        "busy-people: { is: 'count(\"login\", \"7d\") >= 2' }");

    [Fact]
    public void A_segment_of_accounts_asks_the_persons_account()
    {
        var condition = Compile("segment(\"busy-accounts\")", SubjectKind.Contact);
        var world = new World().Heard(condition, Login(contact: 1), Login(contact: 2));

        Assert.Equal(Truth.True, condition.Evaluate(world.Context(World.Start.AddDays(1), condition)));
        Assert.Equal(Truth.False, Ask(world, "segment(\"busy-people\")"));
        Assert.Equal(SubjectKind.Account, Assert.Single(condition.Criteria).Subject);
    }

    [Fact]
    public void Whoever_has_no_account_is_in_no_segment_of_accounts_that_is_known()
    {
        var condition = Compile("segment(\"busy-accounts\")", SubjectKind.Contact);
        var world = new World { Account = null };

        Assert.Equal(Truth.Unknown, condition.Evaluate(world.Context(World.Start, condition)));
        Assert.True(condition.ReadsAccount);
    }

    [Theory]
    [InlineData(SubjectKind.Contact)]
    [InlineData(SubjectKind.Account)]
    public void It_is_true_until_the_very_moment_that_it_names(SubjectKind subject)
    {
        var condition = Compile("segment(\"busy-accounts\")", subject);
        var world = new World { Subject = subject }.Heard(condition, Login(contact: 1), Login(contact: 2));

        var change = condition.NextChange(world.Context(World.Start.AddDays(1), condition))!.Value;

        Assert.Equal(World.Start.AddHours(1).AddDays(7), change);
        Assert.Equal(Truth.True, condition.Evaluate(world.Context(change.AddMilliseconds(-1), condition)));
        Assert.Equal(Truth.False, condition.Evaluate(world.Context(change, condition)));
    }

    [Fact]
    public void What_it_counts_is_counted_for_whoever_asks_it_and_unknown_until_then()
    {
        var condition = Compile("account.plan == \"trial\" && segment(\"busy-people\")", SubjectKind.Contact);
        var world = new World { CoveredSince = null };
        world.Account!.Set("plan", AttributeValue.From("trial"), World.Start);

        Assert.Equal("login", Assert.Single(condition.Criteria).EventName);
        Assert.Equal(Truth.Unknown, condition.Evaluate(world.Context(World.Start.AddDays(1), condition)));
    }

    [Fact]
    public void Its_meaning_is_another_when_a_segment_that_it_asks_is()
    {
        long MeaningWith(int least)
        {
            var all = World.Segments("outer: { is: segment(\"inner\") }", $"inner: {{ is: contact.seats > {least} }}", "aside: { is: contact.seats > 5 }");
            return SegmentSet.MeaningOf([all.Find("outer")!]);
        }

        Assert.Equal(MeaningWith(1), MeaningWith(1));
        Assert.NotEqual(MeaningWith(1), MeaningWith(2));
        Assert.Equal(0, SegmentSet.MeaningOf([]));
    }

    [Fact]
    public void What_was_published_before_reads_on_when_a_segment_is_gone_and_lets_nobody_in()
    {
        var condition = World.Compile("segment(\"gone\") || not(segment(\"gone\"))", World.Scope() with { Segments = Segments.ForPublished() });

        Assert.Equal(Truth.Unknown, condition.Evaluate(new World().Context(World.Start, condition)));
        Assert.Null(Segments.Find("gone"));
    }

    private static Condition Compile(string text, SubjectKind subject) => World.Compile(text, World.Scope(subject) with { Segments = Segments });

    private static Truth Ask(World world, string text)
    {
        var condition = Compile(text, world.Subject);
        return condition.Evaluate(world.Context(World.Start.AddDays(1), condition));
    }

    private static OccurredEvent Login(long contact) => World.Occurred("login", World.Start.AddHours(contact), contactId: contact);
}
