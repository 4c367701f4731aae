using Nurture.Contacts;

namespace Nurture.Tests.Contacts;

/// <summary>
/// What several people do in several browsers, and who they are in the end: seeded, and said without any regard to the
/// order of arrival, so that it is the judge of every order.
/// </summary>
public sealed class Crowd
{
    public const string Namespace = "default";

    private static readonly DateTimeOffset Start = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    /// <param name="PreviousId">Of an alias; null for any other message.</param>
    public sealed record Said(DateTimeOffset At, string? UserId, string? AnonymousId, string? PreviousId = null, string? GroupId = null, bool IsIdentify = false);

    private Crowd(List<Said> messages) => Messages = messages;

    public IReadOnlyList<Said> Messages { get; }

    public static Crowd Of(int seed)
    {
        var random = new Random(seed);
        var users = Enumerable.Range(1, random.Next(1, 6)).Select(n => $"user-{n}").ToArray();
        var browsers = Enumerable.Range(1, random.Next(1, 6)).Select(n => $"browser-{n}").ToArray();
        // Each user is another one's former id once at most: said twice of an id never seen, it could be a browser's as well.
        var formers = new Queue<string>(users);
        var messages = new List<Said>();
        for (var n = random.Next(3, 30); n > 0; n--)
        {
            var at = Start.AddHours(messages.Count);
            var (user, browser) = (users[random.Next(users.Length)], browsers[random.Next(browsers.Length)]);
            messages.Add(random.Next(10) switch
            {
                0 or 1 => new(at, null, browser),
                2 => new(at, user, null, IsIdentify: true),
                3 or 4 => new(at, user, browser, IsIdentify: true),
                5 => new(at, user, browser),
                6 => new(at, user, null, GroupId: $"account-{random.Next(1, 4)}"),
                7 => new(at, null, browser, GroupId: $"account-{random.Next(1, 4)}"),
                8 when formers.Count > 0 && random.Next(2) == 0 => new(at, user, null, formers.Dequeue()),
                _ => new(at, user, null, browser),
            });
        }
        return new(messages);
    }

    /// <summary>The ids that were used as ids, each with a name for whose it is; equal names are one contact.</summary>
    public IReadOnlyDictionary<IdentityKey, string> Expected()
    {
        var users = Messages.Select(m => m.UserId).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var parent = Messages.SelectMany(m => new[] { m.UserId, m.PreviousId }).OfType<string>().Distinct().ToDictionary(id => id, id => id);
        foreach (var alias in Messages.Where(m => m.PreviousId is { } id && id.StartsWith("user", StringComparison.Ordinal)))
            parent[Root(alias.PreviousId!)] = Root(alias.UserId!);

        var expected = new Dictionary<IdentityKey, string>();
        foreach (var user in users) expected[new(Namespace, IdentityKind.User, user)] = Root(user);
        foreach (var browser in Messages.Select(m => m.AnonymousId).OfType<string>().Distinct())
        {
            var latest = Messages.Where(m => m.UserId is not null && (m.AnonymousId == browser || m.PreviousId == browser)).MaxBy(m => m.At);
            expected[new(Namespace, IdentityKind.Anonymous, browser)] = latest is null ? browser : Root(latest.UserId!);
        }
        return expected;

        string Root(string id) => parent[id] == id ? id : Root(parent[id]);
    }

    public IReadOnlyList<Said> Shuffled(int seed)
    {
        var order = Messages.ToArray();
        new Random(seed).Shuffle(order);
        return order;
    }

    /// <summary>Says where two groupings of the same ids differ; null when they are alike.</summary>
    public static string? Difference<T>(IReadOnlyDictionary<IdentityKey, string> expected, IReadOnlyDictionary<IdentityKey, T> actual) where T : notnull
    {
        foreach (var left in expected.Keys)
        {
            if (!actual.TryGetValue(left, out var one)) return $"{left} is nobody's";
            foreach (var right in expected.Keys)
            {
                if (!actual.TryGetValue(right, out var other)) return $"{right} is nobody's";
                var shouldBeOne = expected[left] == expected[right];
                if (shouldBeOne != one.Equals(other)) return $"{left.Value} and {right.Value} should be {(shouldBeOne ? "one contact" : "two contacts")}";
            }
        }
        return null;
    }
}
