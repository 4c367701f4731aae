using System.Text.Json;
using Nurture.Contacts;
using Nurture.Scenarios;

namespace Nurture.Intake;

/// <summary>
/// Traits as attributes: names in snake_case, values typed by the plan, <c>role</c> and <c>roles</c> apart. An attribute
/// that cannot be taken is refused by itself; the others stand.
/// </summary>
internal sealed class Traits(SubjectKind of, TrackingPlan plan, Action<Refusal, string> refuse)
{
    /// <summary>What Segment's own traits are, where the plan says nothing else.</summary>
    private static readonly HashSet<string> Texts =
        ["email", "name", "first_name", "last_name", "phone", "title", "username", "locale", "zone", "external_id", "tier", "stage", "owner"];

    /// <summary>
    /// Whether the plan, or Nurture itself, knows what the trait is, and of which type: null for one whose value may be
    /// several attributes, or none.
    /// </summary>
    public static bool IsKnown(SubjectKind of, TrackingPlan plan, string given, out ValueKind? type)
    {
        var name = AttributeNames.Normalize(given);
        var planned = plan.Attribute(of, given) ?? plan.Attribute(of, name);
        type = planned?.Type ?? (name == SubjectState.InternalAttribute ? ValueKind.Boolean : Texts.Contains(name) ? ValueKind.Text : null);
        return type is not null || given is "role" or "roles" || name is "timezone" or "time_zone" || (of == SubjectKind.Contact && name == "company")
            || (of == SubjectKind.Contact ? plan.ContactAttributes : plan.AccountAttributes).Keys.Any(known => known.StartsWith($"{name}.", StringComparison.Ordinal));
    }

    public Dictionary<string, AttributeValue> Attributes { get; } = new(StringComparer.Ordinal);

    public List<string> Roles { get; } = [];

    public void Read(JsonElement traits)
    {
        foreach (var trait in traits.EnumerateObject()) Read("", trait.Name, trait.Value);
    }

    /// <summary>One of them.</summary>
    public void Read(string name, JsonElement value) => Read("", name, value);

    private void Read(string prefix, string given, JsonElement value)
    {
        var path = prefix + given;
        if (prefix.Length == 0 && given is "role" or "roles")
        {
            ReadRoles(given, value);
            return;
        }

        // Named in the plan as it is, or in snake_case like all the rest.
        var planned = plan.Attribute(of, path);
        var name = planned is null ? AttributeNames.Normalize(path) : path;
        planned ??= plan.Attribute(of, name);
        if (name is "timezone" or "time_zone" && planned is null) name = "zone";
        if (planned is null && of == SubjectKind.Contact && name == "company") return;
        if (planned is null && value.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in value.EnumerateObject()) Read($"{name}.", member.Name, member.Value);
            return;
        }

        if (name.Length > IntakeLimits.AttributeNameLength)
        {
            refuse(Refusal.AttributeNameTooLong, $"an attribute's name has {name.Length} characters; {IntakeLimits.AttributeNameLength} are allowed");
            return;
        }
        if (Attributes.Count == IntakeLimits.AttributesPerItem)
        {
            refuse(Refusal.TooManyAttributes, $"{name} is one more than the {IntakeLimits.AttributesPerItem} attributes that are allowed");
            return;
        }

        ValueKind? type = planned?.Type ?? (Texts.Contains(name) ? ValueKind.Text : null);
        type ??= name == SubjectState.InternalAttribute ? ValueKind.Boolean : null;
        var typed = type is { } expected ? Coercion.To(expected, value) : Coercion.AsItIs(value);
        if (typed is not { } taken)
            refuse(Refusal.AttributeWrongType, $"{path} is {Kind(value)}, where {(type is { } t ? Name(t) : "text, a number, true or false")} belongs");
        else if (taken.Kind == ValueKind.Text && taken.AsText.Length > IntakeLimits.AttributeTextLength)
            refuse(Refusal.AttributeTooLong, $"{path} has {taken.AsText.Length} characters; {IntakeLimits.AttributeTextLength} are allowed");
        else
            Attributes[name] = taken.Kind == ValueKind.Text ? AttributeValue.From(taken.AsText.Trim()) : taken;
    }

    private void ReadRoles(string name, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Null:
                break;
            case JsonValueKind.String:
                AddRole(value.GetString()!);
                break;
            case JsonValueKind.Array when value.EnumerateArray().All(role => role.ValueKind == JsonValueKind.String):
                foreach (var role in value.EnumerateArray()) AddRole(role.GetString()!);
                break;
            default:
                refuse(Refusal.AttributeWrongType, $"{name} is {Kind(value)}, where text or a list of texts belongs");
                break;
        }
    }

    private void AddRole(string role)
    {
        role = role.Trim();
        if (role.Length == 0 || Roles.Contains(role)) return;
        if (role.Length > IntakeLimits.AttributeNameLength || Roles.Count == IntakeLimits.RolesPerItem)
            refuse(Refusal.TooManyRoles, $"{IntakeLimits.RolesPerItem} roles of {IntakeLimits.AttributeNameLength} characters are allowed");
        else Roles.Add(role);
    }

    public static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "text",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "true or false",
        JsonValueKind.Null => "null",
        JsonValueKind.Undefined => "absent",
    };

    public static string Name(ValueKind type) => type switch
    {
        ValueKind.Null => "nothing",
        ValueKind.Boolean => "true or false",
        ValueKind.Number => "a number",
        ValueKind.Text => "text",
        ValueKind.Instant => "an instant such as 2026-11-21T09:00:00Z",
        ValueKind.Date => "a date such as 2026-11-21",
    };
}
