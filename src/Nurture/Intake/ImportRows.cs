using System.Text.Json;
using Nurture.Contacts;
using Nurture.Scenarios;

namespace Nurture.Intake;

/// <summary>What is wrong with a row or a value: a stable code, and a sentence that names fields and never their values.</summary>
public sealed record RowError(string Code, string Detail);

/// <param name="Item">Null where there is an error: a row is taken whole or not at all, so that the corrected file can be given again.</param>
/// <param name="Basis">The row's own word on the ground for mailing; null where it says none.</param>
public sealed record ImportRow(IntakeItem? Item, ConsentBasis? Basis, IReadOnlyList<RowError> Errors);

/// <summary>
/// Rows of an import as the messages that they stand for, so that identities resolve and values are typed as in intake.
/// A row is a flat object: <c>user_id</c>, <c>anonymous_id</c>, <c>account_id</c>, <c>basis</c>, and attributes beside them
/// (or in <c>attributes</c>).
/// </summary>
public static class ImportRows
{
    private static readonly string[] ContactFields = ["user_id", "anonymous_id", "account_id", "basis", "attributes"];
    private static readonly string[] AccountFields = ["account_id", "attributes"];

    /// <param name="asOf">When the values were true: what was said later stands.</param>
    public static ImportRow Contact(JsonElement row, TrackingPlan plan, DateTimeOffset asOf)
    {
        var read = new Reading(row, SubjectKind.Contact, plan, ContactFields);
        var (user, browser, group) = (read.Id("user_id"), read.Id("anonymous_id"), read.Id("account_id"));
        var basis = read.Basis();
        if (read.Errors.Count == 0 && user is null && browser is null) read.Errors.Add(new(Refusal.MissingId.Code(), "user_id is needed (or anonymous_id): it is how events will name this contact"));
        return read.Errors.Count > 0
            ? new(null, basis, read.Errors)
            : new(new IntakeItem.Described(read.Attributes, read.Roles, group) { OccurredAt = asOf, UserId = user, AnonymousId = browser }, basis, []);
    }

    public static ImportRow Account(JsonElement row, TrackingPlan plan, DateTimeOffset asOf)
    {
        var read = new Reading(row, SubjectKind.Account, plan, AccountFields);
        var group = read.Id("account_id");
        if (read.Errors.Count == 0 && group is null) read.Errors.Add(new(Refusal.MissingGroupId.Code(), "account_id is needed: it is how events will name this account"));
        return read.Errors.Count > 0
            ? new(null, null, read.Errors)
            : new(new IntakeItem.Grouped(group!, read.Attributes, []) { OccurredAt = asOf }, null, []);
    }

    /// <summary>Attributes that somebody says by hand, typed by the plan; JSON's null clears.</summary>
    public static (IReadOnlyDictionary<string, AttributeValue> Attributes, IReadOnlyList<RowError> Errors) Attributes(JsonElement said, SubjectKind of, TrackingPlan plan)
    {
        var read = new Reading(said, of, plan, []);
        if (read.Roles.Count > 0) read.Errors.Add(new(Refusal.AttributeWrongType.Code(), "roles are no attribute: they belong to the contact's place in an account, and come with identify or group"));
        return (read.Attributes, read.Errors);
    }

    private sealed class Reading
    {
        private readonly JsonElement row;
        private readonly Traits traits;

        public Reading(JsonElement row, SubjectKind of, TrackingPlan plan, string[] fields)
        {
            this.row = row;
            traits = new(of, plan, (refusal, detail) => Errors.Add(new(refusal.Code(), detail)));
            if (row.ValueKind != JsonValueKind.Object)
            {
                Errors.Add(new(Refusal.NotAnObject.Code(), $"it is {Traits.Kind(row)}, where an object belongs"));
                return;
            }

            if (JsonText.FaultOf(row.Raw()) is { } fault)
            {
                Errors.Add(new(fault.Code(), "it holds text or a number that cannot be stored (U+0000, half a surrogate pair, beyond a double, or nested too deep)"));
                return;
            }

            foreach (var member in row.EnumerateObject())
            {
                if (!fields.Contains(member.Name)) traits.Read(member.Name, member.Value);
                else if (member.Name == "attributes" && member.Value.ValueKind == JsonValueKind.Object) traits.Read(member.Value);
                else if (member.Name == "attributes") Errors.Add(new(Refusal.WrongType.Code(), $"attributes is {Traits.Kind(member.Value)}, where an object belongs"));
            }
        }

        public List<RowError> Errors { get; } = [];

        public IReadOnlyDictionary<string, AttributeValue> Attributes => traits.Attributes;

        public List<string> Roles => traits.Roles;

        /// <summary>Numbers are ids too: tables hold them.</summary>
        public string? Id(string name)
        {
            if (row.ValueKind != JsonValueKind.Object || !row.TryGetProperty(name, out var value)) return null;
            switch (value.ValueKind)
            {
                case JsonValueKind.Null: return null;
                case JsonValueKind.Number: return value.GetRawText();
                case JsonValueKind.String when value.GetString()!.Trim() is var id:
                    if (id.Length <= IntakeLimits.IdLength) return id.Length == 0 ? null : id;
                    Errors.Add(new(Refusal.IdTooLong.Code(), $"{name} has {id.Length} characters; {IntakeLimits.IdLength} are allowed"));
                    return null;
                default:
                    Errors.Add(new(Refusal.WrongType.Code(), $"{name} is {Traits.Kind(value)}, where text belongs"));
                    return null;
            }
        }

        public ConsentBasis? Basis()
        {
            if (row.ValueKind != JsonValueKind.Object || !row.TryGetProperty("basis", out var value) || value.ValueKind == JsonValueKind.Null) return null;
            if (value.ValueKind == JsonValueKind.String && ConsentBases.TryParse(value.GetString()!, out var basis)) return basis;
            Errors.Add(new(Refusal.WrongType.Code(), $"basis must be one of {string.Join(", ", ConsentBases.Names)}"));
            return null;
        }
    }
}
