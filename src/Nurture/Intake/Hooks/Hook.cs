using Nurture.Conditions;
using Nurture.Contacts;

namespace Nurture.Intake.Hooks;

public enum HookEncoding { Hex, Base64 }

/// <summary>How another system proves that a request is its own.</summary>
/// <param name="IsStandard">Standard Webhooks: its headers, and a secret that begins with <c>whsec_</c>; the rest is not looked at.</param>
/// <param name="Header">Where the HMAC-SHA256 stands, after <paramref name="Prefix"/>.</param>
/// <param name="TimestampHeader">Where the moment stands, in seconds; null where none is sent.</param>
/// <param name="SignsTimestamp">What is signed is the moment, a dot and the body; else the body.</param>
/// <param name="Tolerance">A moment further away is refused, so that nobody sends a request anew.</param>
public sealed record HookSignature(bool IsStandard, string Header, string Prefix, HookEncoding Encoding, string? TimestampHeader, bool SignsTimestamp, TimeSpan Tolerance)
{
    public static HookSignature Standard { get; } = new(true, "webhook-signature", "v1,", HookEncoding.Base64, "webhook-timestamp", true, TimeSpan.FromMinutes(5));
}

/// <summary>Where a value stands in the body, or one that is written out.</summary>
/// <param name="Path">Without <c>body.</c>; a number is the place in a list, from 0. Null for a written value.</param>
public sealed record HookValue(string? Path, AttributeValue Written)
{
    public override string ToString() => Path is null ? Written.ToString() : $"body.{Path}";
}

/// <summary>An event that a body makes, where it is as asked.</summary>
public sealed record HookEvent
{
    /// <summary>Null takes every body.</summary>
    public Condition? When { get; init; }

    public required string Event { get; init; }

    public HookValue? User { get; init; }

    public HookValue? Email { get; init; }

    public HookValue? Account { get; init; }

    /// <summary>When it happened: ISO 8601, or seconds or milliseconds since 1970; the reception where not given.</summary>
    public HookValue? At { get; init; }

    public IReadOnlyDictionary<string, HookValue> Properties { get; init; } = new Dictionary<string, HookValue>();

    public IReadOnlyDictionary<string, HookValue> Traits { get; init; } = new Dictionary<string, HookValue>();

    public IReadOnlyDictionary<string, HookValue> AccountTraits { get; init; } = new Dictionary<string, HookValue>();
}

/// <summary>One address at which another system tells what happened there.</summary>
public sealed record Hook(string Name, string Title, HookSignature Signature, IReadOnlyList<HookEvent> Events)
{
    /// <summary>Where the request's own id stands; null for the scheme's, or the body itself.</summary>
    public HookValue? Id { get; init; }

    public string? IdHeader { get; init; }
}

/// <summary>All of hooks.yaml.</summary>
public sealed record HookSet(IReadOnlyDictionary<string, Hook> ByName)
{
    public static HookSet None { get; } = new(new Dictionary<string, Hook>());

    public Hook? Find(string name) => ByName.GetValueOrDefault(name);
}
