using Nurture.Benchmarks.Loop;

namespace Nurture.Benchmarks.Whole;

/// <summary>People who sign up: who they are and that they did in one request, and a mail to those who came by themselves.</summary>
internal static class SignUps
{
    public const string Event = "signed_up";

    public static string Address(string id) => $"{id}@contacts.test";

    public static string Json(string id) => $$$"""
        {"batch":[{"type":"identify","userId":"{{{id}}}","messageId":"i-{{{id}}}","traits":{"email":"{{{Address(id)}}}","name":"User {{{id}}}"}},{"type":"track","userId":"{{{id}}}","messageId":"t-{{{id}}}","event":"{{{Event}}}","properties":{"plan":"trial"}}]}
        """;

    /// <summary>What the mail says, with the name as a template language writes it.</summary>
    public static string Mail(string name) => $"""
        <html><body style="font-family:system-ui,Helvetica,Arial,sans-serif;color:#1f2328"><h1>Welcome, {name}</h1>
        <p>your trial has begun. Most teams begin with three steps: verify your domain, import what you already have, and invite the two or three people who will use it most.</p>
        <p><a href="https://app.example.com/setup?from=mail">Open the set-up guide</a>: it takes about fifteen minutes, and you can stop and go on at any time.</p>
        <p>If something is unclear, simply answer this mail.</p></body></html>
        """;

    /// <summary>The scenario that welcomes them, beside what the loop's catalog has.</summary>
    public static Dictionary<string, string> Files()
    {
        var files = LoopCatalog.Files(1);
        files["scenarios/events.yaml"] = files["scenarios/events.yaml"].Replace("events:\n", $"events:\n  {Event}: {{ description: Measured., properties: {{ plan: text }} }}\n", StringComparison.Ordinal);
        files["templates/welcome.en.html"] = $"---\nsubject: 'Welcome to Example'\nlayout: none\n---\n{Mail("{{ contact.name ?? \"friend\" }}")}";
        files["scenarios/welcome.yaml"] = $$"""
            scenario: welcome
            title: Measured welcome
            owner: bench@bench.test
            class: service
            trigger:
              event: {{Event}}
              where: trigger.plan == "trial"
            audience: 'count("left_00", "30d") == 0'
            reentry: once
            goal: { when: event("left_00"), within: 14d }
            steps:
              - send: { template: welcome, id: welcome }
            """;
        return files;
    }
}
