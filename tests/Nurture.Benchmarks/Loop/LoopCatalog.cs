using System.Text;

namespace Nurture.Benchmarks.Loop;

/// <summary>
/// Scenarios that wait for the same event again, and then mail three of five contacts: half of all events enter, half end a
/// passage, three in ten send. Each asks two criteria at its door, by name where there are segments.
/// </summary>
internal static class LoopCatalog
{
    public static string EventOf(int scenario) => $"used_{scenario:00}";

    /// <param name="segments">At most two for each scenario: what it asks at its door has a name then.</param>
    public static Dictionary<string, string> Files(int scenarios, int segments = 0)
    {
        var plan = new StringBuilder("events:\n  viewed: { description: Nobody waits for it., properties: { note: text } }\n");
        var files = new Dictionary<string, string>
        {
            ["templates/bench.en.html"] = "---\nsubject: 'Hello'\nlayout: none\n---\n<p>Hello {{ contact.name ?? \"there\" }}.</p>\n",
            ["scenarios/policy.yaml"] = "zone: UTC\nlocale: en\nsender: { name: Bench, address: bench@sender.test, organization: Bench, postal_address: '1 Loopback, Localhost' }\n",
        };
        for (var n = 0; n < scenarios; n++)
        {
            plan.Append($"  {EventOf(n)}: {{ description: Measured., properties: {{ note: text }} }}\n  left_{n:00}: {{ description: Never happens. }}\n");
            files[$"scenarios/bench-{n:00}.yaml"] = $$"""
                scenario: bench-{{n:00}}
                title: Measured {{n}}
                owner: bench@bench.test
                class: transactional
                purpose: To be measured
                trigger: { event: {{EventOf(n)}} }
                audience: '{{Asked(n)}} && {{Asked(n + scenarios)}}'
                reentry: every time
                goal: none
                steps:
                  - wait: { for: event("{{EventOf(n)}}"), up_to: 30d }
                  - branch:
                      - if: contact.mailed == "yes"
                        then:
                          - send: { template: bench, id: nudge }
                """;
        }

        if (segments > 0) files["scenarios/segments.yaml"] = "segments:\n" + string.Concat(Enumerable.Range(0, segments).Select(n => $"  asked-{n:00}: {{ is: '{Condition(n)}' }}\n"));
        files["scenarios/events.yaml"] = plan.Append("contact: { email: text, name: text, mailed: text, note: text }\naccount: { name: text }\n").ToString();
        return files;

        string Asked(int n) => n < segments ? $"segment(\"asked-{n:00}\")" : Condition(n);

        string Condition(int n) => n < scenarios ? $"count(\"{EventOf(n)}\", \"14d\") < 50" : $"count(\"left_{n - scenarios:00}\", \"30d\") == 0";
    }
}
