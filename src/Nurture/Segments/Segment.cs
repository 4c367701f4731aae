using Nurture.Conditions;
using Nurture.Contacts;
using Nurture.Criteria;

namespace Nurture.Segments;

/// <summary>A named condition, published once and asked by name: <c>segment("active-trials")</c>.</summary>
/// <param name="Title">What people read; the name where the file gives none.</param>
/// <param name="Of">Whom it is about: a contact, or an account.</param>
/// <param name="Is">Unknown of everybody where it could not be read, so that it lets nobody in.</param>
public sealed record Segment(string Name, string Title, string About, SubjectKind Of, Condition Is)
{
    /// <summary>What <c>is:</c> says of a segment that is a list.</summary>
    public const string Listed = "listed";

    /// <summary>Who belongs to it is written down, by hand, by a program or by a scenario, and not asked.</summary>
    public bool IsList { get; init; }
}

/// <summary>All declared segments, by name. Immutable.</summary>
public sealed class SegmentSet(IReadOnlyDictionary<string, Segment> byName)
{
    private bool answersForGone;

    public static SegmentSet None { get; } = new(new Dictionary<string, Segment>());

    public IReadOnlyDictionary<string, Segment> ByName => byName;

    /// <summary>What must be counted for all of them, whether anything asks them or not: a broadcast may ask tomorrow.</summary>
    public IEnumerable<Criterion> Criteria => byName.Values.SelectMany(segment => segment.Is.Criteria);

    public Segment? Find(string name) =>
        byName.GetValueOrDefault(name) ?? (answersForGone ? new(name, name, "", SubjectKind.Account, Condition.Unanswered) : null);

    /// <summary>For what was published before: a segment that it asks and that is gone is unknown of everybody, so that an old version reads for ever.</summary>
    public SegmentSet ForPublished() => new(byName) { answersForGone = true };

    /// <summary>A number of what the segments mean now, those that they ask included: another one when a definition changed; 0 where there is none.</summary>
    public static long MeaningOf(IEnumerable<Segment> asked)
    {
        var all = new SortedDictionary<string, Segment>(StringComparer.Ordinal);
        Collect(asked);
        return all.Count == 0 ? 0 : Criterion.Hash(string.Join('\n', all.Values.Select(segment => $"{segment.Name} {segment.Of} {segment.Is.Text}")));

        void Collect(IEnumerable<Segment> segments)
        {
            foreach (var segment in segments)
            {
                if (all.TryAdd(segment.Name, segment)) Collect(segment.Is.Segments);
            }
        }
    }
}
