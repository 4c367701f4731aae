using Nurture.Criteria;
using Nurture.Engine;
using Nurture.Escalations;

namespace Nurture.Contacts;

/// <summary>An attribute and when it was said: the later event wins, whatever order the two arrive in.</summary>
public readonly record struct StampedValue(AttributeValue Value, DateTimeOffset At);

/// <summary>
/// What the engine keeps of one subject, the only thing a decision reads. The stored form is <see cref="StateCodec"/>'s.
/// Loaded, advanced and saved by one slot worker at a time; never shared.
/// </summary>
public abstract class SubjectState
{
    /// <summary>Marks a person or an account by hand as ours or a test's; said false, it overrules the policy's own domains.</summary>
    public const string InternalAttribute = "internal";

    public long Id { get; init; }

    public DateTimeOffset CreatedAt { get; set; }

    public abstract SubjectKind Kind { get; }

    public SubjectRef Ref => new(Kind, Id);

    public Dictionary<string, StampedValue> Attributes { get; } = new(StringComparer.Ordinal);

    /// <summary>By <see cref="Criterion.Key"/>.</summary>
    public Dictionary<long, Counter> Counters { get; } = [];

    public List<Enrollment> Enrollments { get; } = [];

    /// <summary>Passages that are over, one per scenario and key, for re-entry rules.</summary>
    public List<Passage> Passages { get; } = [];

    /// <summary>By scenario: what a trigger on state last was, so that it fires when it turns true.</summary>
    public Dictionary<string, bool> TriggerMemory { get; } = new(StringComparer.Ordinal);

    /// <summary>Segments that are lists and have this subject written down.</summary>
    public SortedSet<string> Lists { get; } = new(StringComparer.Ordinal);

    /// <summary>By <c>scenario/split</c>: the arm that was drawn for it, kept for ever (SEMANTICS.md 40).</summary>
    public Dictionary<string, string> Splits { get; } = new(StringComparer.Ordinal);

    /// <summary>Entries that wait for something still unknown (SEMANTICS.md 19).</summary>
    public List<PendingEntry> PendingEntries { get; } = [];

    /// <summary>In force: of an account and all its people, or of a person who has none.</summary>
    public List<Hold> Holds { get; } = [];

    /// <summary>After a hold: sends that a hold would block wait until then, so that nobody is flooded.</summary>
    public DateTimeOffset QuietUntil { get; set; }

    /// <summary>Triggers on state of scenarios that went live up to then are remembered.</summary>
    public DateTimeOffset RememberedAt { get; set; }

    /// <summary>The latest moment that was decided for: what arrives late changes what follows, never what was.</summary>
    public DateTimeOffset LivedUntil { get; set; }

    /// <summary>The earliest moment at which anything changes if nothing happens.</summary>
    public DateTimeOffset? DueAt { get; set; }

    /// <summary>Fields of a newer format, kept as they came.</summary>
    public byte[] Unknown { get; set; } = [];

    /// <summary>Its passages go on without what the person said: the event stays as a fact, its words go.</summary>
    public virtual void Forget(long contactId) => ReplaceOf(contactId, happened => happened with { Properties = default });

    /// <summary>Somebody whom its passages know turned out to be somebody else, who did and was sent what that one did and was sent.</summary>
    public virtual void Rename(long contactId, long into)
    {
        ReplaceOf(contactId, happened => happened with { ContactId = into });
        foreach (var enrollment in Enrollments)
        {
            foreach (var send in enrollment.Sends.Where(send => send.RecipientId == contactId)) send.RecipientId = into;
            foreach (var approval in enrollment.Approvals.Where(approval => approval.RecipientId == contactId)) approval.RecipientId = into;
        }
    }

    /// <summary>What passages and entries that wait remember of what the person did.</summary>
    private void ReplaceOf(long contactId, Func<OccurredEvent, OccurredEvent> replace)
    {
        foreach (var enrollment in Enrollments)
        {
            enrollment.Trigger = Replaced(enrollment.Trigger);
            enrollment.Heard = Replaced(enrollment.Heard);
            foreach (var (key, happened) in enrollment.EventsSinceEntry.ToList()) enrollment.EventsSinceEntry[key] = Replaced(happened)!;
        }

        for (var i = 0; i < PendingEntries.Count; i++) PendingEntries[i] = PendingEntries[i] with { Trigger = Replaced(PendingEntries[i].Trigger) };

        OccurredEvent? Replaced(OccurredEvent? happened) => happened?.ContactId == contactId ? replace(happened) : happened;
    }

    public AttributeValue this[string attribute] => Attributes.TryGetValue(attribute, out var stamped) ? stamped.Value : default;

    /// <summary>Takes the value unless a later one is known; says whether anything changed.</summary>
    public bool Set(string attribute, AttributeValue value, DateTimeOffset at)
    {
        if (Attributes.TryGetValue(attribute, out var known) && known.At > at) return false;
        Attributes[attribute] = new(value, at);
        return known.Value != value;
    }
}
