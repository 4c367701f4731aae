using System.Security.Cryptography;
using System.Text;
using Nurture.Chaos.Load;
using Nurture.Engine;
using Nurture.Harness;

namespace Nurture.Chaos;

/// <summary>What was decided about whom: external id, scenario, step, reason.</summary>
public readonly record struct Decision(string UserId, string Scenario, string Step, string Reason);

/// <summary>
/// What a run left in the database, read past the server: how often each decision stands in the journal, which events
/// left their trace on a contact, and which sends are admitted to be uncertain.
/// </summary>
public sealed class Records
{
    private const int UserIdentity = 1;

    /// <summary>
    /// What depends on when something was processed, not on what was decided: an event may be there before its wait begins
    /// or after, a send may find the next minute, and its fate is judged by the sink.
    /// </summary>
    private static readonly HashSet<Reason> Incidental =
    [
        Reason.Waiting, Reason.WaitingToSettle, Reason.Uncertain, Reason.MovedSlot, Reason.ContactMerged, Reason.AccountJoined,
        Reason.MembershipAdded, Reason.Prepared, Reason.Hit, Reason.LateEvent,
    ];

    private Records(IReadOnlyDictionary<Decision, int> decisions, IReadOnlySet<string> withTrait, IReadOnlySet<string> withCompany,
        IReadOnlySet<(string, string)> uncertain, int parked, int deadLetters) =>
        (Decisions, WithTrait, WithCompany, Uncertain, Parked, DeadLetters) = (decisions, withTrait, withCompany, uncertain, parked, deadLetters);

    public IReadOnlyDictionary<Decision, int> Decisions { get; }

    public IReadOnlySet<string> WithTrait { get; }

    public IReadOnlySet<string> WithCompany { get; }

    /// <summary>Recipient and step token.</summary>
    public IReadOnlySet<(string Recipient, string Token)> Uncertain { get; }

    public int Parked { get; }

    public int DeadLetters { get; }

    /// <summary>Over all decisions with their number, sorted: equal for two runs that decided the same.</summary>
    public string Hash
    {
        get
        {
            var lines = Decisions.Select(entry => $"{entry.Key.UserId}\t{entry.Key.Scenario}\t{entry.Key.Step}\t{entry.Key.Reason}\t{entry.Value}\n").Order(StringComparer.Ordinal);
            return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(lines))));
        }
    }

    public bool Shows(PlannedEvent planned) => planned.Proof switch
    {
        { Scenario: { } scenario } proof => Decisions.ContainsKey(new(planned.Person.UserId, scenario, proof.Step, proof.Reason)),
        var proof when proof == Proof.Trait => WithTrait.Contains(planned.Person.UserId),
        _ => WithCompany.Contains(planned.Person.UserId),
    };

    public static async Task<Records> ReadAsync(TestDatabase database, CancellationToken cancel)
    {
        var decisions = new Dictionary<Decision, int>();
        var journal = await database.QueryAsync($"""
            select i.value, j.scenario, coalesce(j.step, ''), j.reason, count(*)
            from journal j
            join contacts c on c.id = j.subject_id
            join identities i on i.kind = {UserIdentity} and i.subject_id = coalesce(c.merged_into, c.id)
            where j.kind = 1 and j.scenario is not null
            group by 1, 2, 3, 4
            """, row => (UserId: row.GetString(0), Scenario: row.GetString(1), Step: row.GetString(2), Reason: (Reason)row.GetInt16(3), Count: row.GetInt32(4)), cancel);
        foreach (var (userId, scenario, step, reason, count) in journal)
        {
            if (Incidental.Contains(reason))
                continue;
            var decision = new Decision(userId, scenario, reason == Reason.Entered ? "" : step, (reason == Reason.AlreadyTrue ? Reason.Heard : reason).Code());
            decisions[decision] = decisions.GetValueOrDefault(decision) + count;
        }

        var contacts = await database.QueryAsync($"""
            select i.value, c.attributes, c.account_id
            from identities i join contacts c on c.id = i.subject_id
            where i.kind = {UserIdentity}
            """, row => (UserId: row.GetString(0), HasTrait: row.GetString(1).Contains("chaos_number"), HasCompany: !row.IsDBNull(2)), cancel);
        var uncertain = await database.QueryAsync("select address, step from sends where state = 8", row => (row.GetString(0).ToLowerInvariant(), row.GetString(1)), cancel);
        return new Records(decisions,
            contacts.Where(contact => contact.HasTrait).Select(contact => contact.UserId).ToHashSet(),
            contacts.Where(contact => contact.HasCompany).Select(contact => contact.UserId).ToHashSet(),
            uncertain.ToHashSet(),
            (int)await database.CountAsync("select count(*) from parked where resumed_at is null", cancel),
            (int)await database.CountAsync("select count(*) from dead_letters", cancel));
    }
}
