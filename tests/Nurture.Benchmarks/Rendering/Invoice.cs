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
        new Order("A-20931", "EUR", 1, [.. Enumerable.Range(1, 10).Select(n => new Item(1000 + n, $"Seat {n} <team & guests>", FirstDay.AddDays(n), 19.5 * n, n % 3 == 0 ? "Delivered \"late\"" : null))]),
        new Company("Example", "Example KK", "1-2-3 Marunouchi, Tokyo"));

    public double Total => Trigger.Items.Sum(item => item.Price);

    /// <summary>As it stands in the ledger.</summary>
    public static byte[] Json { get; } = JsonSerializer.SerializeToUtf8Bytes(Sample, JsonSerializerOptions.Web);

    /// <summary>As templates take it: dates are dates.</summary>
    public TemplateObject ToModel()
    {
        var items = new TemplateList();
        foreach (var item in Trigger.Items)
        {
            var line = new TemplateObject();
            (line["id"], line["name"], line["at"], line["price"], line["note"]) = (item.Id, item.Name, item.At, item.Price, item.Note);
            items.Add(line);
        }

        var (contact, order, sender, model) = (new TemplateObject(), new TemplateObject(), new TemplateObject(), new TemplateObject());
        (contact["name"], contact["plan"], contact["isAdmin"]) = (Contact.Name, Contact.Plan, Contact.IsAdmin);
        (order["number"], order["currency"], order["reminders"], order["items"]) = (Trigger.Number, Trigger.Currency, Trigger.Reminders, items);
        (sender["name"], sender["organization"], sender["postal_address"]) = (Sender.Name, Sender.Organization, Sender.PostalAddress);
        (model["contact"], model["trigger"], model["sender"], model["total"]) = (contact, order, sender, Total);
        return model;
    }
}

internal sealed record Person(string Name, string Plan, bool IsAdmin)
{
    public bool IsOnTrial => Plan == "trial";
}

internal sealed record Order(string Number, string Currency, int Reminders, IReadOnlyList<Item> Items)
{
    public bool IsReminded => Reminders > 0;
}

internal sealed record Item(int Id, string Name, DateTimeOffset At, double Price, string? Note);

internal sealed record Company(string Name, string Organization, [property: JsonPropertyName("postal_address")] string PostalAddress);
