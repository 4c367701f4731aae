using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Scenarios;
using Nurture.Segments;

namespace Nurture.Conditions;

/// <summary>What a condition is asked about. A reader of states, nothing more: asking changes nothing.</summary>
public readonly record struct ConditionContext
{
    public required Catalog Catalog { get; init; }

    /// <summary>The moment it is asked for, inclusive: an event exactly at it counts.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The person asked about; null in an account scenario.</summary>
    public ContactState? Contact { get; init; }

    /// <summary>The person's primary account, or the account asked about; null where there is none.</summary>
    public AccountState? Account { get; init; }

    /// <summary>Null outside a passage: triggers, audiences, segments.</summary>
    public Enrollment? Enrollment { get; init; }

    /// <summary><c>trigger.…</c>; the enrollment's own where it is not given.</summary>
    public OccurredEvent? Trigger { get; init; }

    /// <summary>The event whose own fields a <c>where</c> reads.</summary>
    public OccurredEvent? Event { get; init; }

    /// <summary>What happened since entry, by the predicate's key, where somebody else than the passage's scenario asks: a mail of it. Null for what the passage remembers.</summary>
    public IReadOnlyDictionary<string, OccurredEvent>? Remembered { get; init; }

    /// <summary>An event that arrived later than this after it happened is not heard; null hears all.</summary>
    public TimeSpan? MostLate { get; init; }

    /// <summary>Somebody is about to enter, and who they are may still be told: an address that is not there is unknown, not missing (SEMANTICS.md 19).</summary>
    public bool IsSettling { get; init; }

    /// <summary>Whether a repeat goes round once more: a mail of any turn may have been clicked meanwhile.</summary>
    public bool IsOfAllTurns { get; init; }
}

/// <summary>What a condition may name, where it stands.</summary>
public sealed record ConditionScope
{
    public required SubjectKind Subject { get; init; }

    public required TrackingPlan Plan { get; init; }

    /// <summary>What <c>segment("x")</c> may name.</summary>
    public SegmentSet Segments { get; init; } = SegmentSet.None;

    /// <summary>Events whose fields <c>trigger.…</c> may read; null where there is no trigger event to read.</summary>
    public IReadOnlyList<string>? TriggerEvents { get; init; }

    /// <summary>Whether <c>session.…</c> may be read: what starts it is about a session.</summary>
    public bool HasSession => TriggerEvents is { Count: > 0 } && TriggerEvents.All(Sessions.SessionEvents.IsOne);

    /// <summary>Events whose fields <c>heard.…</c> may read, after a wait for them; none means any, null that no wait has heard anything.</summary>
    public IReadOnlyList<string>? HeardEvents { get; init; }

    /// <summary>A hook asks the JSON of a request, <c>body.…</c>, and nothing else: nobody is known yet.</summary>
    public bool HasBody { get; init; }

    /// <summary>Asked of a stored row: attributes of the account and the clock, and nothing that only a state knows.</summary>
    public bool IsOfAttributesAlone { get; init; }

    /// <summary>What <c>response.…</c> may read: what webhooks before it declare of their answers; null where none may be.</summary>
    public IReadOnlyCollection<string>? Responses { get; init; }

    /// <summary>Whether <c>event(…)</c>, <c>sent(…)</c>, <c>clicked(…)</c> may be asked: inside a passage.</summary>
    public bool HasEnrollment { get; init; }

    /// <summary>A mail asks: it is published by itself, and any scenario may send it.</summary>
    public bool IsMail { get; init; }

    /// <summary>Whether <c>event(…)</c> means since the iteration began: inside a repeat.</summary>
    public bool IsInRepeat { get; init; }

    /// <summary>Templates that the scenario sends, for <c>sent</c>, <c>clicked</c>, <c>opened</c>; null where unknown.</summary>
    public IReadOnlyCollection<string>? SentTemplates { get; init; }

    /// <summary>Templates and steps of the scenario that ask something; null where nobody knows them.</summary>
    public IReadOnlyCollection<string>? Asks { get; init; }

    /// <summary>Where the text stands, for diagnostics: the position of its first character.</summary>
    public string File { get; init; } = "";

    public Nurture.Templating.Syntax.SourceSpan Origin { get; init; } = new(0, 0, 1, 1);
}

/// <summary>
/// <c>event("x")</c>: true once such an event happened since entry, since the step began or since the iteration of a
/// repeat began; the trigger itself excluded (SEMANTICS.md 23).
/// </summary>
/// <param name="Key">Stored with the enrollment: the same question asked twice is remembered once.</param>
/// <param name="By">By anyone of the account, or by this person.</param>
public sealed record EventPredicate(string Key, string EventName, Condition? Where, SubjectKind By, Since Since);

/// <summary>From when on an event is one that was asked for.</summary>
public enum Since { Entry, Step, Iteration }
