using Nurture.Contacts;
using Nurture.Scenarios;

namespace Nurture.Engine;

/// <summary>Who of an account receives a send, chosen when it is released (SEMANTICS.md 6).</summary>
internal static class Recipients
{
    public static IReadOnlyList<long> Choose(Scenarios.Recipients rule, AccountState account, Enrollment enrollment) => Choose(rule, account, enrollment, static _ => true).Ids;

    /// <summary>Those who can be reached before those who cannot, of whom it is said why; whom the rule names singly it names all the same.</summary>
    /// <returns>Also whether any of them can be reached, where the rule leaves a choice.</returns>
    public static (IReadOnlyList<long> Ids, bool IsReached) Choose(Scenarios.Recipients rule, AccountState account, Enrollment enrollment, Func<long, bool> isReachable)
    {
        var people = account.Members.Values.Where(member => !member.HasLeft);
        return rule switch
        {
            Scenarios.Recipients.TriggerContact => (One(enrollment.Trigger?.ContactId), true),
            Scenarios.Recipients.HeardContact => (One(enrollment.Heard?.ContactId), true),
            Scenarios.Recipients.MostActive => Reached(people.OrderByDescending(member => member.LastActiveAt).ThenBy(member => member.ContactId), 1),
            Scenarios.Recipients.Roles roles => Reached(
                people.Where(member => roles.Names.Any(member.Roles.Contains)).OrderBy(member => Place(roles, member)).ThenBy(member => member.JoinedAt).ThenBy(member => member.ContactId),
                roles.Limit ?? int.MaxValue),
            _ => throw new InvalidOperationException($"No choice for {rule.GetType().Name}."),
        };

        IReadOnlyList<long> One(long? id) =>
            id is { } contact && account.Members.TryGetValue(contact, out var member) && !member.HasLeft ? [contact] : [];

        (IReadOnlyList<long>, bool) Reached(IEnumerable<Member> inOrder, int most)
        {
            var (reached, others) = (new List<long>(), new List<long>());
            foreach (var member in inOrder)
            {
                if (reached.Count == most) break;
                (isReachable(member.ContactId) ? reached : others).Add(member.ContactId);
            }

            var isReached = reached.Count > 0;
            reached.AddRange(others.Take(most - reached.Count));
            return (reached, isReached);
        }
    }

    /// <summary>Everybody whom a send of the scenario may choose now: what to load before deciding.</summary>
    public static IEnumerable<long> Possible(Scenario scenario, AccountState account, Enrollment enrollment)
    {
        foreach (var rule in Step.All(scenario.Steps).OfType<Step.Send>().SelectMany(step => step.Recipients))
        {
            foreach (var id in Choose(rule, account, enrollment)) yield return id;
        }
    }

    /// <summary>Where a person stands in the order of a rule's roles; all alike where it names none.</summary>
    public static int PlaceOf(Scenarios.Recipients? rule, Member member) => rule is Scenarios.Recipients.Roles roles ? Place(roles, member) : 0;

    private static int Place(Scenarios.Recipients.Roles roles, Member member)
    {
        for (var i = 0; i < roles.Names.Count; i++)
        {
            if (member.Roles.Contains(roles.Names[i])) return i;
        }

        return roles.Names.Count;
    }
}
