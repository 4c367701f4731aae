using System.Text.Json.Nodes;

namespace Nurture.Chaos.Load;

/// <summary>
/// Somebody in the workload, wholly determined by a number, so that every run sends the same. What becomes of the events
/// does not hang on how fast they are processed: whoever listens has a day for it, whoever leaves never comes back.
/// </summary>
public sealed record Person(int Number)
{
    public string UserId => $"u{Number:D6}";

    public string AnonymousId => $"browser-{Number:D6}";

    public string GroupId => $"g{Number / 64:D5}";

    public string Email => $"{UserId}@chaos.test";

    private bool Listens => Number % 2 == 0;

    private bool ComesAnonymously => Number % 4 == 1;

    private bool HasCompany => Number % 4 == 2;

    /// <summary>In the order in which they are sent, each only after the answer to the one before.</summary>
    public IEnumerable<PlannedEvent> Events()
    {
        if (ComesAnonymously)
            yield return new(this, "track", Proof.Entered("chaos-visit"), Visit(("anonymousId", AnonymousId)));

        var identify = new JsonObject { ["userId"] = UserId, ["traits"] = new JsonObject { ["email"] = Email, ["name"] = $"Person {Number}", ["chaos_number"] = Number } };
        if (ComesAnonymously)
            identify["anonymousId"] = AnonymousId;
        yield return new(this, "identify", Proof.Trait, identify);

        if (HasCompany)
            yield return new(this, "group", Proof.Company, new() { ["userId"] = UserId, ["groupId"] = GroupId, ["traits"] = new JsonObject { ["name"] = $"Company {Number / 64}" } });

        yield return Track("signed_up", Proof.Entered("chaos-welcome"), new() { ["plan"] = "trial", ["path"] = Listens ? "listens" : "leaves" });
        yield return Track("ordered", Proof.Entered("chaos-order"), new() { ["order_id"] = $"o{Number}" });
        yield return Track("feature_used", Proof.Entered("chaos-use"), new() { ["feature"] = "export" });
        if (Listens)
            yield return Track("confirmed", Proof.Heard("chaos-welcome", "wait-to-confirm"), []);
        else if (!ComesAnonymously)
            yield return new(this, "track", Proof.Entered("chaos-visit"), Visit(("userId", UserId)));
    }

    private PlannedEvent Track(string name, Proof proof, JsonObject properties) =>
        new(this, "track", proof, new() { ["userId"] = UserId, ["event"] = name, ["properties"] = properties });

    private static JsonObject Visit((string Name, string Value) who) => new() { [who.Name] = who.Value, ["event"] = "visited", ["properties"] = new JsonObject { ["page"] = "/pricing" } };
}

/// <summary>Where it shows in the end that an event was not lost.</summary>
/// <param name="Scenario">Null for what stands on the person itself.</param>
public sealed record Proof(string? Scenario, string Step, string Reason)
{
    /// <summary>The person has the trait that the identify call set.</summary>
    public static Proof Trait { get; } = new(null, "", "trait");

    /// <summary>The person belongs to the company that the group call named.</summary>
    public static Proof Company { get; } = new(null, "", "company");

    public static Proof Entered(string scenario) => new(scenario, "", "entered");

    public static Proof Heard(string scenario, string step) => new(scenario, step, "heard");
}

public sealed record PlannedEvent(Person Person, string Type, Proof Proof, JsonObject Message);
