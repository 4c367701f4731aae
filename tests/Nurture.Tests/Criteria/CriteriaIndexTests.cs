using Nurture.Contacts;
using Nurture.Criteria;
using Nurture.Tests.Conditions;

namespace Nurture.Tests.Criteria;

public class CriteriaIndexTests
{
    private static readonly DateTimeOffset Start = World.Start;

    [Fact]
    public void An_event_feeds_the_person_and_the_account_each_with_what_is_asked_of_them()
    {
        var person = World.Compile("count(\"login\", \"7d\") >= 2").Criteria.Single();
        var account = World.Compile("account.count(\"login\", \"7d\") >= 2").Criteria.Single();
        var people = World.Compile("account.people(\"login\", \"7d\") >= 2").Criteria.Single();
        var index = new CriteriaIndex([person, account, people]);
        var world = new World();

        Assert.True(index.Apply(World.Occurred("login", Start), world.Contact, world.Account));
        Assert.True(index.Apply(World.Occurred("login", Start, contactId: 2), null, world.Account));
        Assert.False(index.Apply(World.Occurred("page", Start), world.Contact, world.Account));

        Assert.Equal(1, world.Contact.Counters[person.Key].Count(person, Start));
        Assert.Equal(2, world.Account!.Counters[account.Key].Count(account, Start));
        Assert.Equal(2, world.Account.Counters[people.Key].Count(people, Start));
        Assert.False(world.Contact.Counters.ContainsKey(account.Key));
    }

    [Fact]
    public void A_where_reads_the_fields_of_the_event()
    {
        var criterion = World.Compile("count(\"order_placed\", \"7d\", where: event.total >= 100 && !one_of(event.order_id, \"test\")) >= 2").Criteria.Single();

        Assert.True(criterion.Matches(World.Occurred("order_placed", Start, """{"total": 100, "order_id": "o1"}""")));
        Assert.True(criterion.Matches(World.Occurred("order_placed", Start, """{"total": 100}""")));
        Assert.False(criterion.Matches(World.Occurred("order_placed", Start, """{"total": 99}""")));
        Assert.False(criterion.Matches(World.Occurred("order_placed", Start, """{"total": "100"}""")));
        Assert.False(criterion.Matches(World.Occurred("order_placed", Start, """{"total": 100, "order_id": "test"}""")));
        Assert.False(criterion.Matches(World.Occurred("order_placed", Start)));
    }

    [Fact]
    public void Filling_from_history_counts_nothing_twice()
    {
        var criterion = World.Compile("count(\"login\", \"7d\") >= 5").Criteria.Single();
        var index = new CriteriaIndex([criterion]);
        var contact = new World().Contact;
        OccurredEvent[] history = [.. Enumerable.Range(0, 4).Select(hour => World.Occurred("login", Start.AddHours(hour)))];
        index.Apply(history[3], contact, null);

        index.Fill([criterion.Key], history, contact);

        Assert.Equal(4, contact.Counters[criterion.Key].Count(criterion, Start.AddDays(1)));
    }

    [Rule(11)]
    [Fact]
    public void Merging_contacts_adds_what_both_did()
    {
        var criterion = World.Compile("count(\"login\", \"7d\") >= 5").Criteria.Single();
        var index = new CriteriaIndex([criterion]);
        var (one, other) = (new World().Contact, new World().Contact);
        index.Apply(World.Occurred("login", Start), one, null);
        index.Apply(World.Occurred("login", Start.AddHours(1)), other, null);

        index.Merge(one, other);

        Assert.Equal(2, one.Counters[criterion.Key].Count(criterion, Start.AddDays(1)));
    }

    [Fact]
    public void Trimming_forgets_counters_that_are_empty()
    {
        var criterion = World.Compile("count(\"login\", \"7d\") >= 5").Criteria.Single();
        var index = new CriteriaIndex([criterion]);
        var contact = new World().Contact;
        index.Apply(World.Occurred("login", Start), contact, null);

        index.Trim(contact, Start.AddDays(7).AddMilliseconds(-1));
        Assert.Single(contact.Counters);

        index.Trim(contact, Start.AddDays(7));
        Assert.Empty(contact.Counters);
    }

    [Fact]
    public void The_same_question_is_one_criterion()
    {
        var one = World.Compile("count(\"order_placed\", \"7d\", where: event.total>1) >= 2 && count(\"order_placed\",\"168h\",where: event.total > 1)>1");
        var contact = World.Compile("contact.count(\"order_placed\", \"1w\", where:  event.total > 1.0) >= 2");

        Assert.Single(one.Criteria);
        Assert.Equal(one.Criteria.Single().Key, contact.Criteria.Single().Key);
    }
}
