using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using Nurture.Conditions;
using Nurture.Contacts;
using Nurture.Criteria;
using Nurture.Engine;
using Nurture.Scenarios;
using Nurture.Segments;
using Nurture.Sends;
using Nurture.Simulation;
using Nurture.Tests.Engine;

namespace Nurture.Tests.Segments;

/// <summary>
/// Random segments over random histories, late events and moves of the clock: at every moment that is looked at, a segment
/// has the members that a full reckoning from the events gives, and so has one whose counters are filled from history.
/// </summary>
public sealed class SegmentMembersTests
{
    private const int People = 4;
    private static readonly DateTimeOffset Start = World.Start;
    private static readonly string[] Names = ["login", "ordered"];

    private static readonly string[] ListKeepers =
    [
        "scenario: keep\ntitle: Keep\nowner: m@example.com\nclass: transactional\npurpose: x\ngoal: none\ntrigger: { event: joined }\nreentry: every time\nsteps:\n  - add_to: beta\n",
        "scenario: drop\ntitle: Drop\nowner: m@example.com\nclass: transactional\npurpose: x\ngoal: none\ntrigger: { event: went }\nreentry: every time\nsteps:\n  - remove_from: beta\n",
    ];

    [Fact]
    public void A_segments_members_at_any_moment_are_those_of_a_full_reckoning_from_the_events()
    {
        var (asked, inside) = (0, 0);
        for (var seed = 1; seed <= 250; seed++)
        {
            var random = new Random(seed);
            var drawn = Drawn.Of(random);
            var segments = SegmentTexts.Read(World.Plan, [.. drawn.Select(one => one.Text)]);
            var simulator = new Simulator(CatalogOf(segments), Start);
            var told = new Told();
            for (long person = 1; person <= People; person++)
                simulator.Tell(new Signal.Grouped(person, AccountOf(person), Slots.OfAccount(AccountOf(person)), [], Start), person);
            simulator.Drain();

            var at = Start;
            for (var i = random.Next(60); i > 0; i--)
            {
                if (random.Next(5) > 0) at += TimeSpan.FromMilliseconds(random.NextDouble() * TimeSpan.FromHours(40).TotalMilliseconds);
                at = at.Truncate();
                Check(seed, simulator, at, drawn, segments, told);
                Happen(simulator, told, random, at);
            }

            for (var i = 0; i < 5; i++) Check(seed, simulator, at += TimeSpan.FromHours(random.Next(1, 200)), drawn, segments, told);
        }

        Assert.True(inside > 1000 && asked - inside > 1000, $"{inside} of {asked}");

        void Check(int seed, Simulator simulator, DateTimeOffset at, IReadOnlyList<Drawn> drawn, SegmentSet segments, Told told)
        {
            simulator.AdvanceTo(at);
            var states = simulator.States.Select(pair => pair.State).ToList();
            var accounts = states.OfType<AccountState>().ToDictionary(account => account.Id);
            // Filled from the events alone, as before a segment goes live.
            var index = new CriteriaIndex(segments.Criteria);
            var filled = accounts.Values.ToDictionary(account => account.Id, account => Filled(index, new AccountState { Id = account.Id, CreatedAt = account.CreatedAt }, told.Of(account)));
            foreach (var state in states)
            {
                foreach (var one in drawn.Where(one => one.About == state.Kind))
                {
                    var segment = segments.Find(one.Name)!;
                    var expected = one.Has(told, state.Id, at) ? Truth.True : Truth.False;
                    var answer = segment.Is.Evaluate(Context(simulator, at, state, accounts));
                    Assert.True(answer == expected, $"seed {seed}: {state.Ref} at {at:O}: {one.Text}: {answer}, reckoned {expected}");
                    if (segment.Is.NextChange(Context(simulator, at, state, accounts)) is { } next)
                    {
                        var before = next.AddMilliseconds(-1);
                        Assert.True(one.Has(told, state.Id, before) == (answer == Truth.True), $"seed {seed}: {state.Ref} before {next:O}: {one.Text} turned without its moment");
                    }

                    SubjectState copy = state is ContactState contact ? Copy(contact, index, told) : filled[state.Id];
                    Assert.True(segment.Is.Evaluate(Context(simulator, at, copy, filled)) == expected, $"seed {seed}: {state.Ref} at {at:O}: {one.Text}, filled from history");
                    asked++;
                    if (expected == Truth.True) inside++;
                }
            }
        }
    }

    private static ContactState Copy(ContactState contact, CriteriaIndex index, Told told)
    {
        var copy = new ContactState { Id = contact.Id, AccountId = contact.AccountId, CreatedAt = contact.CreatedAt };
        copy.Lists.UnionWith(contact.Lists);
        return Filled(index, copy, told.Of(contact));
    }

    private static T Filled<T>(CriteriaIndex index, T subject, IReadOnlyList<OccurredEvent> history) where T : SubjectState
    {
        index.Fill(index.All.Select(criterion => criterion.Key), history, subject);
        return subject;
    }

    private static void Happen(Simulator simulator, Told told, Random random, DateTimeOffset at)
    {
        var person = random.Next(1, People + 1);
        if (random.Next(6) == 0)
        {
            var isJoining = random.Next(2) == 0;
            if (isJoining) told.Listed.Add(person);
            else told.Listed.Remove(person);
            Tell(isJoining ? "joined" : "went", at);
            return;
        }

        // One in four is told late, up to nine days after it happened.
        Tell(Names[random.Next(2)], (random.Next(4) == 0 ? at.AddHours(-random.NextDouble() * 216) : at).Truncate());

        void Tell(string name, DateTimeOffset occurredAt)
        {
            // Now and then without the number, or with one below zero.
            var fields = random.Next(5) == 0 ? "{}" : string.Create(CultureInfo.InvariantCulture, $"{{\"total\":{(random.Next(-20, 60) / 10.0)}}}");
            var occurred = new OccurredEvent(told.Events.Count + 1, name, person, AccountOf(person), occurredAt, at, Encoding.UTF8.GetBytes(fields));
            told.Events.Add(occurred);
            simulator.Tell(new Signal.Occurred(occurred, false), person);
            simulator.Drain();
        }
    }

    private static long AccountOf(long person) => person <= 2 ? 1001 : 1002;

    private static ConditionContext Context(Simulator simulator, DateTimeOffset at, SubjectState state, Dictionary<long, AccountState> accounts) => new()
    {
        Catalog = simulator.Catalog,
        At = at,
        Contact = state as ContactState,
        Account = state is ContactState contact ? accounts.GetValueOrDefault(contact.AccountId) : (AccountState)state,
    };

    private static Catalog CatalogOf(SegmentSet segments)
    {
        var catalog = World.CatalogOf(SendPolicy.Default, segments, ListKeepers);
        return catalog with { CoveredSince = segments.Criteria.Select(criterion => criterion.Key).Distinct().ToFrozenDictionary(key => key, _ => DateTimeOffset.UnixEpoch) };
    }

    /// <summary>All that was told, which is what a full reckoning knows.</summary>
    private sealed class Told
    {
        public List<OccurredEvent> Events { get; } = [];

        public HashSet<long> Listed { get; } = [];

        public IReadOnlyList<OccurredEvent> Of(SubjectState subject) => [.. Events.Where(occurred => (subject.Kind == SubjectKind.Contact ? occurred.ContactId : occurred.AccountId) == subject.Id)];
    }

    /// <summary>A segment as text, and who belongs to it written a second time in the plainest way.</summary>
    private sealed record Drawn(string Name, SubjectKind About, string Is, Func<Told, long, DateTimeOffset, bool> Has)
    {
        private static readonly (string Sign, Func<double, double, bool> Holds)[] Relations =
            [("==", (a, b) => a == b), ("<", (a, b) => a < b), ("<=", (a, b) => a <= b), (">", (a, b) => a > b), (">=", (a, b) => a >= b)];

        private static readonly (string Text, TimeSpan? Length)[] Windows =
            [("6h", TimeSpan.FromHours(6)), ("3d", TimeSpan.FromDays(3)), ("14d", TimeSpan.FromDays(14)), ("ever", null)];

        public string Text => $"{Name}: {{ of: {(About == SubjectKind.Contact ? "contact" : "account")}, is: '{Is}' }}";

        public static IReadOnlyList<Drawn> Of(Random random)
        {
            var drawn = new List<Drawn> { new("beta", SubjectKind.Contact, "listed", (told, id, _) => told.Listed.Contains(id)) };
            for (var i = 0; i < 3; i++) drawn.Add(Plain(random, $"contacts-{i}", SubjectKind.Contact));
            for (var i = 0; i < 2; i++) drawn.Add(Plain(random, $"accounts-{i}", SubjectKind.Account));
            for (var i = 0; i < 2; i++)
            {
                var (one, other) = (drawn[random.Next(drawn.Count)], drawn[random.Next(drawn.Count)]);
                // A segment of contacts cannot be asked about an account; one of accounts asks a person's account.
                var of = one.About == SubjectKind.Account && other.About == SubjectKind.Account && random.Next(2) == 0 ? SubjectKind.Account : SubjectKind.Contact;
                bool Asked(Drawn segment, Told told, long id, DateTimeOffset at) => segment.Has(told, of == SubjectKind.Contact && segment.About == SubjectKind.Account ? AccountOf(id) : id, at);
                drawn.Add(random.Next(2) == 0
                    ? new($"joined-{i}", of, $"segment(\"{one.Name}\") || segment(\"{other.Name}\")", (told, id, at) => Asked(one, told, id, at) || Asked(other, told, id, at))
                    : new($"joined-{i}", of, $"segment(\"{one.Name}\") && not(segment(\"{other.Name}\"))", (told, id, at) => Asked(one, told, id, at) && !Asked(other, told, id, at)));
            }

            return drawn;
        }

        private static Drawn Plain(Random random, string name, SubjectKind of)
        {
            var asksAccount = of == SubjectKind.Account || random.Next(3) == 0;
            var receiver = of == SubjectKind.Contact && asksAccount ? "account." : "";
            var (sign, holds) = Relations[random.Next(Relations.Length)];
            var (window, length) = Windows[random.Next(Windows.Length)];
            var happening = Names[random.Next(Names.Length)];
            var number = random.Next(-1, 6);
            var day = Start.AddDays(random.Next(20));

            List<OccurredEvent> Matching(Told told, long id, DateTimeOffset at, TimeSpan? within) =>
            [
                .. told.Events.Where(occurred => occurred.Name == happening && occurred.OccurredAt <= at && (within is null || occurred.OccurredAt > at - within)
                    && (asksAccount ? occurred.AccountId == (of == SubjectKind.Contact ? AccountOf(id) : id) : occurred.ContactId == id)),
            ];

            List<decimal> Numbers(Told told, long id, DateTimeOffset at) => [.. Matching(told, id, at, length).Select(occurred => occurred["total"]).Where(total => !total.IsNull).Select(total => (decimal)total.AsNumber)];

            bool Compared(decimal? value) => value is { } known && holds((double)known, number);

            return random.Next(8) switch
            {
                0 => new(name, of, $"{receiver}count(\"{happening}\", \"{window}\") {sign} {number}", (told, id, at) => holds(Matching(told, id, at, length).Count, number)),
                1 or 2 => new(name, of, $"{receiver}sum(\"{happening}\", event.total, \"{window}\") {sign} {number}", (told, id, at) => Compared(Numbers(told, id, at).Sum())),
                3 => new(name, of, $"{receiver}average(\"{happening}\", event.total, \"{window}\") {sign} {number}", (told, id, at) => Compared(Numbers(told, id, at) is { Count: > 0 } all ? all.Average() : null)),
                4 => new(name, of, $"{receiver}max(\"{happening}\", event.total, \"{window}\") {sign} {number}", (told, id, at) => Compared(Numbers(told, id, at) is { Count: > 0 } all ? all.Max() : null)),
                5 => new(name, of, $"{receiver}min(\"{happening}\", event.total, \"{window}\") {sign} {number}", (told, id, at) => Compared(Numbers(told, id, at) is { Count: > 0 } all ? all.Min() : null)),
                6 => new(name, of, $"days_since({receiver}first(\"{happening}\")) {sign} {number}",
                    (told, id, at) => Matching(told, id, at, null) is { Count: > 0 } all && holds(Math.Floor((at - all.Min(occurred => occurred.OccurredAt)).TotalDays), number)),
                _ => new(name, of, $"{receiver}last(\"{happening}\") {sign} \"{day:yyyy-MM-ddTHH:mm:ss}Z\"",
                    (told, id, at) => Matching(told, id, at, null) is { Count: > 0 } all && holds(all.Max(occurred => occurred.OccurredAt).ToMilliseconds(), day.ToMilliseconds())),
            };
        }
    }
}
