using System.Text.Json;
using System.Text.Json.Serialization;
using Nurture.Templating;

namespace Nurture.Benchmarks.Rendering;

/// <summary>What the measured mail says, in the forms that the contenders take it in.</summary>
internal sealed record Invoice(Person Contact, Order Trigger, Company Sender)
{
    private static readonly DateTimeOffset FirstDay = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    // Names with characters that must be escaped, as real ones have.
    public static Invoice Sample { get; } = new(
        new Person("Ann O'Hara & Sons", "trial", true),
        new Order("A-20931", FirstDay, "EUR", 1, [.. Enumerable.Range(1, 5).Select(n => new Item(1000 + n, $"Seat {n} <team & guests>", 2 * n))]),
        new Company("Example", "Example KK", "1-2-3 Marunouchi, Tokyo"));

    [JsonPropertyName("unsubscribe_url")]
    public string UnsubscribeUrl => "https://mail.example.com/u/3f9b2c71d0a84e55";

    public double Total => 1072.5;

    /// <summary>As it stands in the ledger.</summary>
    public static byte[] Json { get; } = JsonSerializer.SerializeToUtf8Bytes(Sample, JsonSerializerOptions.Web);

    /// <summary>As templates take it: dates are dates.</summary>
    public TemplateObject ToModel()
    {
        var items = new TemplateList();
        foreach (var item in Trigger.Items)
        {
            var line = new TemplateObject();
            (line["id"], line["name"], line["quantity"]) = (item.Id, item.Name, item.Quantity);
            items.Add(line);
        }

        var (contact, order, sender, model) = (new TemplateObject(), new TemplateObject(), new TemplateObject(), new TemplateObject());
        (contact["name"], contact["plan"], contact["is_admin"]) = (Contact.Name, Contact.Plan, Contact.IsAdmin);
        (order["number"], order["placed_at"], order["currency"], order["reminders"], order["items"]) = (Trigger.Number, Trigger.PlacedAt, Trigger.Currency, Trigger.Reminders, items);
        (sender["name"], sender["organization"], sender["postal_address"]) = (Sender.Name, Sender.Organization, Sender.PostalAddress);
        (model["contact"], model["trigger"], model["sender"], model["total"], model["unsubscribe_url"]) = (contact, order, sender, Total, UnsubscribeUrl);
        return model;
    }
}

internal sealed record Person(string Name, string Plan, [property: JsonPropertyName("is_admin")] bool IsAdmin)
{
    public bool IsOnTrial => Plan == "trial";
}

internal sealed record Order(string Number, [property: JsonPropertyName("placed_at")] DateTimeOffset PlacedAt, string Currency, int Reminders, IReadOnlyList<Item> Items)
{
    public bool IsReminded => Reminders > 0;
}

internal sealed record Item(int Id, string Name, int Quantity);

internal sealed record Company(string Name, string Organization, [property: JsonPropertyName("postal_address")] string PostalAddress);
