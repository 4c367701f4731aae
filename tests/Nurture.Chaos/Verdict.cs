using Nurture.Chaos.Load;
using Nurture.Chaos.Sink;

namespace Nurture.Chaos;

/// <summary>The run with kills, held against the run without.</summary>
public sealed record Verdict(int Acknowledged, int Lost, int Duplicated, int Twice, int Missing, int Uncertain)
{
    private const int Examples = 5;

    public bool IsGood => this is { Lost: 0, Duplicated: 0, Twice: 0, Missing: 0 };

    public override string ToString() =>
        $"acknowledged {Acknowledged}, lost {Lost}, duplicated {Duplicated}, mails twice {Twice}, missing {Missing}, uncertain {Uncertain}";

    /// <param name="acknowledged">In the run with kills.</param>
    public static Verdict Of(IReadOnlyCollection<PlannedEvent> acknowledged, RunResult killed, RunResult undisturbed)
    {
        var (decided, expected) = (killed.Records.Decisions, undisturbed.Records.Decisions);
        var unseen = acknowledged.Where(planned => !killed.Records.Shows(planned)).Select(planned => $"{planned.Person.UserId} {planned.Proof}").ToList();
        var undecided = expected.Where(entry => decided.GetValueOrDefault(entry.Key) < entry.Value).Select(entry => entry.Key.ToString()).ToList();
        var repeated = decided.Where(entry => expected.GetValueOrDefault(entry.Key) < entry.Value).Select(entry => $"{entry.Value}× {entry.Key}").ToList();

        var mails = killed.Mails.GroupBy(mail => (mail.Recipient, mail.Token)).ToDictionary(group => group.Key, group => group.Count());
        var twice = mails.Where(entry => entry.Value > 1).Select(entry => $"{entry.Value}× {entry.Key}").ToList();
        var missing = undisturbed.Mails.Select(mail => (mail.Recipient, mail.Token)).Distinct()
            .Where(mail => !mails.ContainsKey(mail) && !killed.Records.Uncertain.Contains(mail)).Select(mail => mail.ToString()).ToList();

        Show("acknowledged events without their decision", unseen);
        Show("decisions of the run without kills that are missing", undecided);
        Show("decisions more often than in the run without kills", repeated);
        Show("mails twice", twice);
        Show("mails missing", missing);
        return new(acknowledged.Count, Math.Max(unseen.Count, undecided.Count), repeated.Count, twice.Count, missing.Count, killed.Records.Uncertain.Count);
    }

    private static void Show(string what, List<string> cases)
    {
        if (cases.Count == 0)
            return;
        Console.WriteLine($"{what}: {cases.Count}");
        foreach (var example in cases.Take(Examples))
            Console.WriteLine($"  {example}");
    }
}
