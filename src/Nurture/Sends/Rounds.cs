using Nurture.Scenarios;

namespace Nurture.Sends;

/// <summary>A send that could be claimed now.</summary>
/// <param name="IsLate">Due for longer than <see cref="Rounds.Fresh"/>: part of a backlog.</param>
public readonly record struct Candidate(Guid Id, SendClass Class, string Scenario, DateTimeOffset NotBefore, bool IsLate);

/// <summary>
/// Whose turn it is when more is due than can leave: transactional first, then round by scenario, and within a scenario
/// what has just become due before its backlog, so that a new sign-up's welcome does not stand behind fifty thousand.
/// </summary>
public static class Rounds
{
    public static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);

    // Of four mails of a scenario one comes from its backlog, so that fresh ones can delay it but never starve it.
    private const int LateEvery = 4;

    public static IReadOnlyList<Candidate> Order(IEnumerable<Candidate> candidates, int limit)
    {
        var chosen = new List<Candidate>(limit);
        foreach (var lane in candidates.GroupBy(candidate => candidate.Class != SendClass.Transactional).OrderBy(lane => lane.Key))
        {
            var scenarios = lane.GroupBy(candidate => candidate.Scenario, StringComparer.Ordinal)
                .OrderBy(scenario => scenario.Key, StringComparer.Ordinal)
                .Select(FreshBeforeLate).ToList();
            while (scenarios.Count > 0 && chosen.Count < limit)
                scenarios.RemoveAll(queue =>
                {
                    if (chosen.Count < limit) chosen.Add(queue.Dequeue());
                    return queue.Count == 0;
                });
        }

        return chosen;
    }

    private static Queue<Candidate> FreshBeforeLate(IEnumerable<Candidate> scenario)
    {
        var due = scenario.OrderBy(candidate => candidate.NotBefore).ThenBy(candidate => candidate.Id).ToLookup(candidate => candidate.IsLate);
        var (fresh, late) = (new Queue<Candidate>(due[false]), new Queue<Candidate>(due[true]));
        var ordered = new Queue<Candidate>(fresh.Count + late.Count);
        while (fresh.Count + late.Count > 0)
        {
            var takesLate = fresh.Count == 0 || (late.Count > 0 && ordered.Count % LateEvery == LateEvery - 1);
            ordered.Enqueue(takesLate ? late.Dequeue() : fresh.Dequeue());
        }

        return ordered;
    }
}
