using System.Text.Json;
using Nurture.Contacts;
using Nurture.Engine;

namespace Nurture.Storage;

/// <summary>Subjects as pages show them.</summary>
public static class Profiles
{
    public static ContactProfile Of(ContactState contact) => new(
        contact.Id, contact.Email, NameOf(contact), Text(contact, "locale"), Text(contact, "zone"), contact.Status, string.Join(',', contact.Roles),
        SignalCodec.WriteJson(contact.Attributes.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => KeyValuePair.Create(pair.Key, pair.Value.Value))),
        contact.Basis, SignalCodec.WriteJson(contact.Refusals.Select(pair => KeyValuePair.Create(pair.Key, AttributeValue.From(pair.Value)))),
        contact.LastActiveAt == default ? null : contact.LastActiveAt, contact.IsInternal);

    public static AccountProfile Of(AccountState account) => new(
        account.Id, Text(account, "name"), Text(account, "tier"), Text(account, "stage"), Text(account, "owner"),
        SignalCodec.WriteJson(account.Attributes.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => KeyValuePair.Create(pair.Key, pair.Value.Value))),
        account.Health?.Score, account.Health?.Band, account.Health?.BandSince,
        account.Holds.Count == 0 ? null : account.Holds.Max(hold => hold.Until), account.Escalations.Count == 0 ? null : account.Escalations[0].Id, account.IsInternal);

    /// <summary>An account as far as its attributes go, of those that a page shows: dates and moments are texts, and the tracking plan says what they are.</summary>
    public static AccountState Account(long id, string attributes)
    {
        var account = new AccountState { Id = id };
        using var json = JsonDocument.Parse(attributes);
        foreach (var attribute in json.RootElement.EnumerateObject())
        {
            account.Set(attribute.Name, attribute.Value.ValueKind switch
            {
                JsonValueKind.String => AttributeValue.From(attribute.Value.GetString()!),
                JsonValueKind.Number => AttributeValue.From(attribute.Value.GetDouble()),
                JsonValueKind.True or JsonValueKind.False => AttributeValue.From(attribute.Value.GetBoolean()),
                _ => AttributeValue.Null,
            }, default);
        }

        return account;
    }

    private static string? NameOf(ContactState contact) =>
        Text(contact, "name") ?? (string.Join(' ', new[] { Text(contact, "first_name"), Text(contact, "last_name") }.OfType<string>()) is { Length: > 0 } full ? full : null);

    private static string? Text(SubjectState subject, string attribute) => subject[attribute] is { Kind: ValueKind.Text } value ? value.AsText : null;
}
