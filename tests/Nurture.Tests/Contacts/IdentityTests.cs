using Nurture.Contacts;

namespace Nurture.Tests.Contacts;

public sealed class IdentityTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private readonly IdentityBook book = new();
    private int minutes;

    [Fact]
    public void Whoever_somebody_is_in_the_end_does_not_depend_on_the_order_of_arrival()
    {
        for (var seed = 0; seed < 400; seed++)
        {
            var crowd = Crowd.Of(seed);
            var expected = crowd.Expected();
            for (var order = 0; order < 12; order++)
            {
                var shuffled = new IdentityBook();
                foreach (var said in order == 0 ? crowd.Messages : crowd.Shuffled(order)) Tell(shuffled, said);

                var actual = expected.Keys.ToDictionary(key => key, key => shuffled[key].Contact);
                var difference = Crowd.Difference(expected, actual);
                Assert.True(difference is null, $"crowd {seed}, order {order}: {difference}");
            }
        }
    }

    private static void Tell(IdentityBook book, Crowd.Said said)
    {
        if (said.PreviousId is { } previous) book.Alias(Crowd.Namespace, previous, said.UserId!, said.At, null);
        else book.Resolve(Crowd.Namespace, said.UserId, said.AnonymousId, said.At, null);
    }

    [Fact]
    public void A_visitor_who_signs_up_stays_one_contact()
    {
        var visitor = Browser("a");

        var user = Both("u", "a");

        Assert.Same(visitor, user);
        Assert.True(user.IsKnown);
        Assert.Empty(Merges);
    }

    [Fact]
    public void What_a_known_user_did_in_a_new_browser_before_signing_in_is_merged()
    {
        var user = User("u");
        var visitor = Browser("a");

        Both("u", "a");

        Assert.Same(user, visitor.Now);
        Assert.Equal([(visitor, user)], Merges);
    }

    [Lesson(13)]
    [Fact]
    public void A_shared_browser_goes_from_one_user_to_the_next_and_they_stay_two()
    {
        var first = Both("u1", "a");

        var second = Both("u2", "a");

        Assert.NotSame(first, second);
        Assert.Same(second, Browser("a"));
        Assert.Same(first, User("u1"));
        Assert.Empty(Merges);
    }

    [Fact]
    public void A_message_of_yesterday_does_not_take_the_browser_back()
    {
        var second = Both("u2", "a");

        var first = book.Resolve("default", "u1", "a", Noon.AddDays(-1), null);

        Assert.NotSame(first, second);
        Assert.Same(second, Browser("a"));
    }

    [Fact]
    public void An_alias_makes_two_known_people_one()
    {
        var old = User("old");
        var target = User("new");

        Alias("old", "new");

        Assert.Same(target, old.Now);
        Assert.Same(target, User("old"));
    }

    [Fact]
    public void An_alias_from_a_browser_that_is_another_users_leaves_the_two_users_apart()
    {
        var first = Both("u1", "a");

        var second = Alias("a", "u2");

        Assert.NotSame(first, second);
        Assert.Same(second, Browser("a"));
        Assert.Empty(Merges);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_alias_of_an_id_never_seen_holds_for_its_first_message_be_it_a_users_or_a_browsers(bool isUser)
    {
        var target = Alias("old", "new");

        Assert.Same(target, isUser ? User("old") : Browser("old"));
    }

    [Fact]
    public void Namespaces_are_worlds_apart()
    {
        var here = User("u");

        var there = book.Resolve("other", "u", null, Noon, null);

        Assert.NotSame(here, there);
    }

    [Fact]
    public void A_browser_that_a_mails_link_names_goes_to_whoever_says_who_they_are_and_nobody_is_merged()
    {
        // Known by an address alone, as imports are.
        var reader = new Identified { Id = 1 };
        book.Visit(new("default", IdentityKind.Anonymous, "a"), reader, Next(), "send:1");
        Assert.Same(reader, Browser("a"));

        var colleague = Both("u", "a");

        Assert.NotSame(reader, colleague);
        Assert.Same(colleague, Browser("a"));
        Assert.Empty(Merges);
    }

    [Fact]
    public void What_a_browser_did_before_it_came_by_a_mails_link_stays_where_it_is()
    {
        var visitor = Browser("a");
        var reader = User("u");

        book.Visit(new("default", IdentityKind.Anonymous, "a"), reader, Next(), "send:1");

        Assert.Same(reader, Browser("a"));
        Assert.Null(visitor.MergedInto);
        Assert.True(book[new("default", IdentityKind.Anonymous, "a")].IsWeak);
    }

    [Fact]
    public void A_mails_link_takes_a_browser_from_another_mails_link_but_not_from_who_signed_in()
    {
        var (ann, bob) = (User("ann"), User("bob"));
        var browser = new IdentityKey("default", IdentityKind.Anonymous, "a");

        book.Visit(browser, ann, Next(), "send:1");
        book.Visit(browser, bob, Next(), "send:2");
        Assert.Same(bob, Browser("a"));

        Both("bob", "a");
        book.Visit(browser, ann, Next(), "send:3");
        Assert.Same(bob, Browser("a"));
        Assert.False(book[browser].IsWeak);
    }

    private IEnumerable<(Identified, Identified)> Merges => book.Changes.OfType<IdentityChange.Merged>().Select(merge => (merge.From, merge.Into));

    private Identified User(string id) => book.Resolve("default", id, null, Next(), null);

    private Identified Browser(string id) => book.Resolve("default", null, id, Next(), null);

    private Identified Both(string user, string browser) => book.Resolve("default", user, browser, Next(), null);

    private Identified Alias(string previous, string user) => book.Alias("default", previous, user, Next(), null);

    private DateTimeOffset Next() => Noon.AddMinutes(minutes++);
}
