using Nurture.Contacts;
using Nurture.Scenarios;

namespace Nurture.Engine;

/// <summary>Who of an account receives a send, chosen when it is released (SEMANTICS.md 6).</summary>
internal static class Recipients
{
    public static IReadOnlyList<long> Choose(Scenarios.Recipients rule, AccountState account, Enrollment enrollment)
    {
        var people = account.Members.Values.Where(member => !member.HasLeft);
        return rule switch
        {
            Scenarios.Recipients.TriggerContact => One(enrollment.Trigger?.ContactId),
            Scenarios.Recipients.HeardContact => One(enrollment.Heard?.ContactId),
            Scenarios.Recipients.MostActive =>
                [.. people.OrderByDescending(member => member.LastActiveAt).ThenBy(member => member.ContactId).Take(1).Select(member => member.ContactId)],
            Scenarios.Recipients.Roles roles =>
                [.. people.Where(member => roles.Names.Any(member.Roles.Contains)).OrderBy(member => Place(roles, member)).ThenBy(member => member.JoinedAt)
                    .ThenBy(member => member.ContactId).Take(roles.Limit ?? int.MaxValue).Select(member => member.ContactId)],
            _ => throw new InvalidOperationException($"No choice for {rule.GetType().Name}."),
        };

        IReadOnlyList<long> One(long? id) =>
            id is { } contact && account.Members.TryGetValue(contact, out var member) && !member.HasLeft ? [contact] : [];
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
