using Nurture.Conditions;
using Nurture.Contacts;
using Nurture.Criteria;
using Nurture.Scenarios;
using Nurture.Segments;
using Nurture.Sends;

namespace Nurture.Escalations;

/// <summary>How soon a case wants a human.</summary>
public enum EscalationPriority : byte
{
    Low = 1,
    Normal = 2,
    High = 3,
    Urgent = 4,
}

/// <param name="Due">From the opening of the case, in business days or exact.</param>
/// <param name="If">Asked of the account when the case is opened; null for every case.</param>
public sealed record PlaybookTask(string Title, Duration? Due, bool IsRequired, Condition? If = null);

/// <summary>Which sends a hold keeps back: all of a class, and those about a topic; what is transactional goes in any case.</summary>
public sealed record Blocked(IReadOnlyList<SendClass> Classes, IReadOnlyList<string> Topics)
{
    /// <summary>Where nothing else is said (SEMANTICS.md 36).</summary>
    public static Blocked Standard { get; } = new([SendClass.Marketing, SendClass.Service], []);

    public bool Includes(SendClass of, string? topic) => of != SendClass.Transactional && (Classes.Contains(of) || (topic is not null && Topics.Contains(topic)));

    public Blocked And(Blocked other) => new([.. Classes.Union(other.Classes).Order()], [.. Topics.Union(other.Topics).Order(StringComparer.Ordinal)]);

    public bool Equals(Blocked? other) => other is not null && Classes.SequenceEqual(other.Classes) && Topics.SequenceEqual(other.Topics);

    public override int GetHashCode() => HashCode.Combine(Classes.Count, Topics.Count);
}

/// <summary>How a case of the type keeps an account silent meanwhile.</summary>
/// <param name="Blocks">What waits.</param>
/// <param name="Most">After this the hold ends, whatever became of the case: a forgotten one must not silence a customer for ever.</param>
/// <param name="Quiet">How long after the case is closed sends go on waiting.</param>
public sealed record HoldRule(Blocked Blocks, Duration Most, TimeSpan Quiet);

/// <summary>A hold that one event opens and another one closes (SEMANTICS.md 48).</summary>
/// <param name="Key">The property that tells one opening from another, such as a ticket's number; empty where there is one at a time.</param>
/// <param name="Rule">Its <c>Most</c> ends it where the closing event never comes.</param>
public sealed record HoldPair(string Name, string Title, string OpenedBy, string ClosedBy, string Key, HoldRule Rule)
{
    public string SourceOf(OccurredEvent happened) => Key.Length > 0 && happened[Key].ToString() is { Length: > 0 } key ? $"event:{Name}/{key}" : $"event:{Name}";

    public bool Owns(string source) => source == $"event:{Name}" || source.StartsWith($"event:{Name}/", StringComparison.Ordinal);
}

/// <summary>A declared cause to call a human (SEMANTICS.md 47).</summary>
public sealed record EscalationType
{
    public required string Name { get; init; }

    public required string Title { get; init; }

    /// <summary>An account has one open case of a family.</summary>
    public required string Family { get; init; }

    public EscalationPriority Priority { get; init; } = EscalationPriority.Normal;

    /// <summary>Where cases wait that nobody owns.</summary>
    public required string Queue { get; init; }

    /// <summary>Whether the account's owner gets it; else it waits in the queue.</summary>
    public bool ToOwner { get; init; } = true;

    /// <summary>Until somebody has taken it; null for no promise.</summary>
    public Duration? Acknowledge { get; init; }

    public Duration? Resolve { get; init; }

    /// <summary>After this a case that nobody took is called to mind again.</summary>
    public Duration? Remind { get; init; }

    /// <summary>In which its clocks run: the team's; null where they run always.</summary>
    public AllowedHours? Hours { get; init; }

    /// <summary>Null where it keeps nobody silent.</summary>
    public HoldRule? Hold { get; init; }

    /// <summary>After a case is closed, for how long no new one of the family is opened.</summary>
    public TimeSpan CoolDown { get; init; }

    /// <summary>At most so many new cases of the type for whoever gets them, a colleague or a queue; null for as many as there are.</summary>
    public Pace? Budget { get; init; }

    /// <summary>How a human may close it.</summary>
    public required IReadOnlyList<string> Outcomes { get; init; }

    public IReadOnlyList<PlaybookTask> Playbook { get; init; } = [];

    /// <summary>Whether new cases are opened at all.</summary>
    public bool IsOff { get; init; }
}

/// <param name="Languages">Spoken, as <c>ja</c>; empty where that is not said.</param>
public sealed record PoolMember(string Address, IReadOnlyList<string> Languages);

/// <summary>All declared types, by name.</summary>
public sealed record EscalationTypes(IReadOnlyDictionary<string, EscalationType> ByName)
{
    public static EscalationTypes None { get; } = new(new Dictionary<string, EscalationType>());

    /// <summary>Outcomes that the product itself gives.</summary>
    public const string RecoveredByItself = "recovered_by_itself";

    public const string NotOpened = "not_opened";

    /// <summary>How a case stands that became part of another one, since their accounts merged. Nobody hears it as an outcome.</summary>
    public const string Merged = "merged";

    /// <summary>Under this name a human's mails from cases stand in the ledger; no scenario can be called so.</summary>
    public const string MailScenario = "nurture.escalation";

    /// <summary>The template that they are written in: <c>reply.subject</c>, <c>reply.paragraphs</c>.</summary>
    public const string MailTemplate = "case-reply";

    /// <summary>Who may be given accounts by a step <c>assign</c>, by the pool's name.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<PoolMember>> Pools { get; init; } = new Dictionary<string, IReadOnlyList<PoolMember>>();

    /// <summary>At most so many new cases of all types for whoever gets them, a colleague or a queue; null for as many as there are.</summary>
    public Pace? Budget { get; init; }

    /// <summary>How a human's reply holds their account, until its owner releases it (SEMANTICS.md 41).</summary>
    public HoldRule Replies { get; init; } = new(Blocked.Standard, new Duration(TimeSpan.Zero, BusinessDays: 3), TimeSpan.FromDays(1));

    /// <summary>What is said of such a hold.</summary>
    public string RepliesTitle { get; init; } = "A person has replied";

    /// <summary>What holds an account between two events.</summary>
    public IReadOnlyList<HoldPair> Holds { get; init; } = [];

    /// <summary>Who a colleague's manager is, by the colleague's address; <c>otherwise</c> is everybody else's.</summary>
    public IReadOnlyDictionary<string, string> Managers { get; init; } = new Dictionary<string, string>();

    /// <summary>Null where nobody is named.</summary>
    public string? ManagerOf(string address) => Managers.FirstOrDefault(pair => string.Equals(pair.Key, address, StringComparison.OrdinalIgnoreCase)).Value ?? Managers.GetValueOrDefault("otherwise");

    /// <summary>How urgent cases of the type are; of one that is gone as of any.</summary>
    public EscalationPriority PriorityOf(string type) => Find(type)?.Priority ?? EscalationPriority.Normal;

    public bool HasBudget(EscalationType type) => (type.Budget ?? Budget) is not null;

    /// <summary>What must be counted for playbooks.</summary>
    public IEnumerable<Criterion> Criteria => Asked.SelectMany(condition => condition.Criteria);

    /// <summary>Segments that playbooks name.</summary>
    public IEnumerable<Segment> Segments => Asked.SelectMany(condition => condition.Segments).Distinct();

    private IEnumerable<Condition> Asked => ByName.Values.SelectMany(type => type.Playbook).Select(task => task.If).OfType<Condition>();

    public EscalationType? Find(string name) => ByName.GetValueOrDefault(name);
}
