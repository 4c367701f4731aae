using Nurture.Chaos.Load;
using Nurture.Chaos.Sink;

namespace Nurture.Chaos;

/// <summary>A run in which something went wrong, held against the run without.</summary>
public sealed record Verdict(int Acknowledged, int Lost, int Duplicated, int Twice, int Missing, int Uncertain)
{
    private const int Examples = 5;

    public bool IsGood => this is { Lost: 0, Duplicated: 0, Twice: 0, Missing: 0 };

    public override string ToString() =>
        $"acknowledged {Acknowledged}, lost {Lost}, duplicated {Duplicated}, mails twice {Twice}, missing {Missing}, uncertain {Uncertain}";

    public static Verdict Of(RunResult disturbed, RunResult undisturbed)
    {
        var (decided, expected) = (disturbed.Records.Decisions, undisturbed.Records.Decisions);
        var unseen = disturbed.Acknowledged.Where(planned => !disturbed.Records.Shows(planned)).Select(planned => $"{planned.Person.UserId} {planned.Proof}").ToList();
        var undecided = expected.Where(entry => decided.GetValueOrDefault(entry.Key) < entry.Value).Select(entry => entry.Key.ToString()).ToList();
        var repeated = decided.Where(entry => expected.GetValueOrDefault(entry.Key) < entry.Value).Select(entry => $"{entry.Value}× {entry.Key}").ToList();

        var mails = disturbed.Mails.GroupBy(mail => (mail.Recipient, mail.Token)).ToDictionary(group => group.Key, group => group.Count());
        var twice = mails.Where(entry => entry.Value > 1).Select(entry => $"{entry.Value}× {entry.Key}").ToList();
        var missing = undisturbed.Mails.Select(mail => (mail.Recipient, mail.Token)).Distinct()
            .Where(mail => !mails.ContainsKey(mail) && !disturbed.Records.Uncertain.Contains(mail)).Select(mail => mail.ToString()).ToList();

        Show("acknowledged events without their decision", unseen);
        Show("decisions of the undisturbed run that are missing", undecided);
        Show("decisions more often than in the undisturbed run", repeated);
        Show("mails twice", twice);
        Show("mails missing", missing);
        return new(disturbed.Acknowledged.Count, Math.Max(unseen.Count, undecided.Count), repeated.Count, twice.Count, missing.Count, disturbed.Records.Uncertain.Count);
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
