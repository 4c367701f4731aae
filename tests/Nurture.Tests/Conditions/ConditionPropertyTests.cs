using System.Globalization;
using Nurture.Conditions;
using Nurture.Contacts;
using Nurture.Criteria;

namespace Nurture.Tests.Conditions;

/// <summary>
/// Random conditions over random streams of events, against a recount of everything that ever happened.
/// </summary>
public class ConditionPropertyTests
{
    private static readonly DateTimeOffset Start = World.Start;
    private static readonly string[] Names = ["login", "signed_up", "order_placed"];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_answer_is_that_of_a_recount_and_holds_until_the_next_change(bool isAskedByName)
    {
        for (var seed = 1; seed <= 400; seed++)
        {
            var random = new Random(seed);
            var model = Question.Random(random, random.Next(3));
            var condition = Compiled(model.Text, isAskedByName);
            var stream = Stream(random);
            var at = Start.AddDays(random.NextDouble() * 40).Truncate();
            OccurredEvent[] until = [.. stream.Where(occurred => occurred.OccurredAt <= at)];
            random.Shuffle(until);
            var world = Populated(random).Heard(condition, until);

            void Check(DateTimeOffset moment, Truth expected, string which)
            {
                var recounted = model.Answer(world, until, moment) ? Truth.True : Truth.False;
                var answer = condition.Evaluate(world.Context(moment, condition));
                Assert.True(recounted == answer, $"seed {seed}: {model.Text} {which} at {moment:O}: {answer}, recounted {recounted}");
                Assert.True(answer == expected, $"seed {seed}: {model.Text} {which} at {moment:O}: {answer}, which was {expected} at {at:O}");
            }

            var now = condition.Evaluate(world.Context(at, condition));
            Check(at, now, "now");

            var next = condition.NextChange(world.Context(at, condition));
            Assert.True(next is null || next > at, $"seed {seed}: {model.Text}: {next:O} is not after {at:O}");
            var end = next ?? at.AddDays(100);
            for (var i = 0; i < 12; i++) Check(at.AddMilliseconds(random.NextDouble() * (end - at).TotalMilliseconds).Truncate() is var sample && sample < end ? sample : at, now, "before the next change");
            Check(end.AddMilliseconds(-1) is var last && last >= at ? last : at, now, "a millisecond before the next change");

            if (next is not { } change) continue;
            var then = model.Answer(world, until, change) ? Truth.True : Truth.False;
            Check(change, condition.Evaluate(world.Context(change, condition)), "at the next change");
            if (model.IsOnePart) Assert.True(then != now, $"seed {seed}: {model.Text} at {at:O}: nothing changes at {change:O}");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_was_not_counted_makes_an_answer_unknown_and_never_wrong(bool isAskedByName)
    {
        var unknown = 0;
        for (var seed = 1; seed <= 400; seed++)
        {
            var random = new Random(seed);
            var model = Question.Random(random, random.Next(3));
            var condition = Compiled(model.Text, isAskedByName);
            var since = Start.AddDays(random.NextDouble() * 20).Truncate();
            var at = since.AddDays(random.NextDouble() * 20).Truncate();
            OccurredEvent[] happened = [.. Stream(random).Where(occurred => occurred.OccurredAt <= at)];
            var world = Populated(random).Heard(condition, happened.Where(occurred => occurred.OccurredAt >= since));
            world.CoveredSince = since;

            var now = condition.Evaluate(world.Context(at, condition));
            var next = condition.NextChange(world.Context(at, condition)) ?? at.AddDays(100);
            for (var i = 0; i <= 12; i++)
            {
                var moment = i == 12 ? next.AddMilliseconds(-1) : at.AddMilliseconds(random.NextDouble() * (next - at).TotalMilliseconds).Truncate();
                if (moment < at || moment >= next) continue;
                var answer = condition.Evaluate(world.Context(moment, condition));
                Assert.True(answer == now, $"seed {seed}: {model.Text} at {moment:O}: {answer}, which was {now} at {at:O}, next change {next:O}");
                if (answer == Truth.Unknown) unknown++;
                else Assert.True(model.Answer(world, happened, moment) == (answer == Truth.True), $"seed {seed}: {model.Text} at {moment:O} since {since:O}: {answer} is wrong");
            }
        }

        Assert.True(unknown > 0);
    }

    [Fact]
    public void Events_that_are_still_to_come_make_no_answer_wrong()
    {
        for (var seed = 1; seed <= 300; seed++)
        {
            var random = new Random(seed);
            var model = Question.Random(random, random.Next(3));
            if (model.Text.Contains("silent")) continue;
            var condition = World.Compile(model.Text);
            var happened = Stream(random);
            var world = Populated(random).Heard(condition, happened);
            var at = Start.AddDays(random.NextDouble() * 40).Truncate();

            var now = condition.Evaluate(world.Context(at, condition));
            var next = condition.NextChange(world.Context(at, condition)) ?? at.AddDays(100);
            for (var i = 0; i < 12; i++)
            {
                var moment = at.AddMilliseconds(random.NextDouble() * (next - at).TotalMilliseconds).Truncate();
                if (moment < at || moment >= next) continue;
                var answer = condition.Evaluate(world.Context(moment, condition));
                Assert.True(answer == now, $"seed {seed}: {model.Text} at {moment:O}: {answer}, which was {now} at {at:O}, next change {next:O}");
                if (answer != Truth.Unknown) Assert.True(model.Answer(world, happened, moment) == (answer == Truth.True), $"seed {seed}: {model.Text} at {moment:O}: {answer} is wrong");
            }
        }
    }

    /// <summary>As it stands, or as the segment of a segment, whose answers and moments are the same.</summary>
    private static Condition Compiled(string text, bool isAskedByName) => isAskedByName
        ? World.Compile("segment(\"outer\")", World.Scope() with { Segments = World.Segments($"outer: {{ is: 'segment(\"inner\")' }}", $"inner: {{ is: '{text}' }}") })
        : World.Compile(text);

    private static OccurredEvent[] Stream(Random random)
    {
        var quiet = random.Next(2) == 0 ? 0.2 : 1;
        return [.. Enumerable.Range(0, random.Next(40)).Select(_ =>
        {
            var at = Start.AddHours(random.Next(2) == 0 ? random.Next(960) : random.NextDouble() * 960 * quiet).Truncate();
            return World.Occurred(Names[random.Next(3)], at, $$"""{"total": {{random.Next(4)}}, "seats": {{random.Next(4)}}}""", contactId: random.Next(3) == 0 ? 1 : random.Next(2, 6));
        })];
    }

    private static World Populated(Random random)
    {
        var world = new World
        {
            Contact = new() { Id = 1, AccountId = 7, CreatedAt = Start.AddDays(-random.NextDouble() * 10).Truncate() },
            Account = new() { Id = 7, CreatedAt = Start.AddDays(-random.NextDouble() * 10).Truncate() },
            Zone = random.Next(2) == 0 ? "UTC" : "Asia/Tokyo",
        };
        if (random.Next(4) > 0) world.Contact.Set("trial_ends_at", AttributeValue.From(Start.AddHours(random.NextDouble() * 960).Truncate()), Start);
        if (random.Next(4) > 0) world.Account.Set("contract_end", AttributeValue.From(DateOnly.FromDateTime(Start.AddDays(random.Next(40)).Date)), Start);
        if (random.Next(4) > 0) world.Contact.Set("seats", AttributeValue.From((double)random.Next(4)), Start);
        return world;
    }

    /// <summary>A condition as text, and its meaning written a second time in the plainest way.</summary>
    private sealed record Question(string Text, Func<World, OccurredEvent[], DateTimeOffset, bool> Answer, bool IsOnePart)
    {
        private static readonly (string Sign, Func<double, double, bool> Holds)[] Relations =
            [("==", (a, b) => a == b), ("!=", (a, b) => a != b), ("<", (a, b) => a < b), ("<=", (a, b) => a <= b), (">", (a, b) => a > b), (">=", (a, b) => a >= b)];

        private static readonly (string Text, TimeSpan? Length)[] Windows =
            [("6h", TimeSpan.FromHours(6)), ("1d", TimeSpan.FromDays(1)), ("7d", TimeSpan.FromDays(7)), ("2w", TimeSpan.FromDays(14)), ("ever", null)];

        public static Question Random(Random random, int depth)
        {
            if (depth == 0) return OnePart(random);
            var (left, right) = (Random(random, depth - 1), Random(random, depth - 1));
            return random.Next(3) switch
            {
                0 => new($"({left.Text} && {right.Text})", (w, e, at) => left.Answer(w, e, at) && right.Answer(w, e, at), false),
                1 => new($"({left.Text} || {right.Text})", (w, e, at) => left.Answer(w, e, at) || right.Answer(w, e, at), false),
                _ => new($"not({left.Text})", (w, e, at) => !left.Answer(w, e, at), false),
            };
        }

        private static Question OnePart(Random random)
        {
            var name = Names[random.Next(3)];
            var (sign, holds) = Relations[random.Next(6)];
            var (windowText, window) = Windows[random.Next(5)];
            var isAccount = random.Next(2) == 0;
            var receiver = isAccount ? "account." : random.Next(2) == 0 ? "contact." : "";
            var number = random.Next(6);
            var least = name == "login" ? (int?)null : random.Next(2) == 0 ? null : random.Next(1, 4);
            var field = name == "signed_up" ? "seats" : "total";
            var where = least is null ? "" : $", where: event.{field} >= {least}";

            IEnumerable<OccurredEvent> Matching(OccurredEvent[] events, DateTimeOffset at, TimeSpan? within) => events.Where(occurred =>
                occurred.Name == name && occurred.OccurredAt <= at && (within is null || occurred.OccurredAt > at - within)
                && (isAccount || occurred.ContactId == 1) && (least is null || occurred[field].AsNumber >= least));

            double? DaysSince(OccurredEvent[] events, DateTimeOffset at) =>
                Matching(events, at, null).Select(occurred => (DateTimeOffset?)occurred.OccurredAt).Max() is { } last ? Math.Floor((at - last).TotalDays) : null;

            Question Measured(int which)
            {
                var (function, reckon) = ((string, Func<List<double>, double?>))(which switch
                {
                    0 => ("sum", all => all.Sum()),
                    1 => ("average", all => all.Count == 0 ? null : all.Average()),
                    2 => ("max", all => all.Count == 0 ? null : all.Max()),
                    _ => ("min", all => all.Count == 0 ? null : all.Min()),
                });
                return new($"{receiver}{function}(\"{name}\", event.{field}, \"{windowText}\"{where}) {sign} {number}",
                    (_, events, at) => reckon([.. Matching(events, at, window).Select(occurred => occurred[field].AsNumber)]) is { } value ? holds(value, number) : sign == "!=", true);
            }

            switch (random.Next(12))
            {
                case 0 or 1:
                    return new($"{receiver}count(\"{name}\", \"{windowText}\"{where}) {sign} {number}", (_, events, at) => holds(Matching(events, at, window).Count(), number), true);
                case 2:
                    return new($"{number} {sign} {receiver}count(\"{name}\", \"{windowText}\"{where})", (_, events, at) => holds(number, Matching(events, at, window).Count()), true);
                case 3:
                    isAccount = true;
                    return new($"account.people(\"{name}\", \"{windowText}\"{where}) {sign} {number}",
                        (_, events, at) => holds(Matching(events, at, window).Select(occurred => occurred.ContactId).Distinct().Count(), number), true);
                case 4:
                    return new($"{receiver}ever(\"{name}\"{where})", (_, events, at) => Matching(events, at, null).Any(), true);
                case 5:
                    return new($"{receiver}days_since(\"{name}\"{where}) {sign} {number}", (_, events, at) => DaysSince(events, at) is { } days ? holds(days, number) : sign == "!=", true);
                case 6:
                    var length = window ?? TimeSpan.FromDays(3);
                    return new($"{receiver}silent([\"{name}\", \"page\"], \"{length.TotalHours.ToString(CultureInfo.InvariantCulture)}h\")", (world, events, at) =>
                    {
                        least = null;
                        SubjectState subject = isAccount ? world.Account! : world.Contact;
                        return !Matching(events, at, length).Any() && at - subject.CreatedAt >= length;
                    }, true);
                case 8 or 9:
                    return Measured(random.Next(4));
                case 10:
                    var isFirst = random.Next(2) == 0;
                    return new($"days_since({receiver}{(isFirst ? "first" : "last")}(\"{name}\"{where})) {sign} {number}", (_, events, at) =>
                        Matching(events, at, null).Select(occurred => occurred.OccurredAt).Order().ToList() is { Count: > 0 } times ? holds(Math.Floor((at - (isFirst ? times[0] : times[^1])).TotalDays), number) : sign == "!=", true);
                case 7:
                    return random.Next(3) switch
                    {
                        0 => new($"days_until(contact.trial_ends_at) {sign} {number}",
                            (world, _, at) => world.Contact["trial_ends_at"] is { IsNull: false } ends ? holds(Math.Ceiling((ends.AsInstant - at).TotalDays), number) : sign == "!=", true),
                        1 => new($"contact.trial_ends_at {sign} now",
                            (world, _, at) => world.Contact["trial_ends_at"] is { IsNull: false } ends ? holds(ends.AsInstant.ToMilliseconds(), at.ToMilliseconds()) : sign == "!=", true),
                        _ => new($"days_since(contact.trial_ends_at) {sign} contact.seats",
                            (world, _, at) => world.Contact["trial_ends_at"] is { IsNull: false } ends && world.Contact["seats"] is { IsNull: false } seats
                                ? holds(Math.Floor((at - ends.AsInstant).TotalDays), seats.AsNumber) : sign == "!=", true),
                    };
                default:
                    return random.Next(2) == 0
                        ? new($"days_until(account.contract_end) {sign} {number}",
                            (world, _, at) => world.Account!["contract_end"] is { IsNull: false } end ? holds(end.AsDate.DayNumber - Today(world, at).DayNumber, number) : sign == "!=", true)
                        : new($"account.contract_end {sign} now",
                            (world, _, at) => world.Account!["contract_end"] is { IsNull: false } end ? holds(end.AsDate.DayNumber, Today(world, at).DayNumber) : sign == "!=", true);
            }
        }

        private static DateOnly Today(World world, DateTimeOffset at) => DateOnly.FromDateTime(at.AddHours(world.Zone == "UTC" ? 0 : 9).UtcDateTime);
    }
}
