using System.Text;

namespace Nurture.Benchmarks.Loop;

/// <summary>
/// Scenarios that wait for the same event again, and then mail three of five contacts: half of all events enter, half end a
/// passage, three in ten send. Each asks two criteria at its door.
/// </summary>
internal static class LoopCatalog
{
    public static string EventOf(int scenario) => $"used_{scenario:00}";

    public static Dictionary<string, string> Files(int scenarios)
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
                audience: 'count("{{EventOf(n)}}", "14d") < 50 && count("left_{{n:00}}", "30d") == 0'
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

        files["scenarios/events.yaml"] = plan.Append("contact: { email: text, name: text, mailed: text, note: text }\naccount: { name: text }\n").ToString();
        return files;
    }
}
