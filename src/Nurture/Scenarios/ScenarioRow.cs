using System.Globalization;
using System.Text.Json;
using Nurture.Contacts;

namespace Nurture.Scenarios;

/// <summary>A row of a scenario's <c>for_each</c>: what <c>row.…</c> reads.</summary>
/// <param name="Title">What people read: its <c>title</c>, else its id.</param>
public sealed record ScenarioRow(string Id, string Title, IReadOnlyDictionary<string, RowValue> Values)
{
    /// <summary>What stands between a scenario's name and a row's id: <c>feature-tip:reports</c>.</summary>
    public const char Mark = ':';

    /// <summary>As mails read it, an object.</summary>
    internal void WriteJson(Utf8JsonWriter json, Func<string, bool> isRead)
    {
        json.WriteStartObject();
        foreach (var (name, value) in Values)
        {
            if (!isRead(name)) continue;
            json.WritePropertyName(name);
            if (!value.IsList) Write(json, value.Items[0]);
            else
            {
                json.WriteStartArray();
                foreach (var item in value.Items) Write(json, item);
                json.WriteEndArray();
            }
        }

        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, AttributeValue value)
    {
        if (value.Kind == ValueKind.Boolean) json.WriteBooleanValue(value.AsBoolean);
        else if (value.Kind == ValueKind.Number) json.WriteNumberValue(value.AsNumber);
        else json.WriteStringValue(value.AsText);
    }
}

/// <summary>A text, number or yes or no of a row, or a list of them.</summary>
public sealed record RowValue(IReadOnlyList<AttributeValue> Items, bool IsList)
{
    /// <summary>As a condition writes it: texts in quotes, a list with commas.</summary>
    internal string InCondition => string.Join(", ", Items.Select(item => item.Kind switch
    {
        ValueKind.Boolean => item.AsBoolean ? "true" : "false",
        ValueKind.Number => item.AsNumber.ToString("R", CultureInfo.InvariantCulture),
        _ => $"\"{item.AsText.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"",
    }));
}
