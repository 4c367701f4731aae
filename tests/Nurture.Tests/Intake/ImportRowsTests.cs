using System.Text.Json;
using Nurture.Contacts;
using Nurture.Intake;
using Nurture.Scenarios;

namespace Nurture.Tests.Intake;

public class ImportRowsTests
{
    private static readonly DateTimeOffset AsOf = new(2026, 3, 2, 10, 0, 0, TimeSpan.Zero);

    private static readonly TrackingPlan Plan = new()
    {
        ContactAttributes = new Dictionary<string, PlannedAttribute> { ["seats"] = new("seats", ValueKind.Number, "", default) },
        AccountAttributes = new Dictionary<string, PlannedAttribute> { ["contract_end"] = new("contract_end", ValueKind.Date, "", default) },
    };

    [Fact]
    public void A_row_is_what_identify_would_have_said()
    {
        var row = ImportRows.Contact(Json("""{"user_id":17,"account_id":"acme","basis":"opt_in","email":" a@b.example ","seats":"5","roles":["admin"],"attributes":{"city":"大阪"}}"""), Plan, AsOf);

        var described = Assert.IsType<IntakeItem.Described>(row.Item);
        Assert.Empty(row.Errors);
        Assert.Equal(("17", "acme", AsOf, ConsentBasis.OptIn), (described.UserId!, described.GroupId!, described.OccurredAt, row.Basis!.Value));
        Assert.Equal(["admin"], described.Roles);
        Assert.Equal(AttributeValue.From(5), described.Attributes["seats"]);
        Assert.Equal(AttributeValue.From("a@b.example"), described.Attributes["email"]);
        Assert.Equal(AttributeValue.From("大阪"), described.Attributes["city"]);
    }

    [Theory]
    [InlineData("""{"email":"a@b.example"}""", "missing_id")]
    [InlineData("""{"user_id":"u","seats":"many"}""", "attribute_wrong_type")]
    [InlineData("""{"user_id":"u","basis":"because"}""", "wrong_type")]
    [InlineData("""{"user_id":["u"]}""", "wrong_type")]
    [InlineData("""{"user_id":"u","name":"a\u0000b"}""", "nul_character")]
    [InlineData("""["u"]""", "not_an_object")]
    public void A_row_with_a_fault_is_refused_whole(string json, string code)
    {
        var row = ImportRows.Contact(Json(json), Plan, AsOf);

        Assert.Null(row.Item);
        Assert.Equal(code, Assert.Single(row.Errors).Code);
    }

    [Fact]
    public void An_accounts_row_is_what_group_would_have_said()
    {
        var row = ImportRows.Account(Json("""{"account_id":"acme","name":"Acme","contract_end":"2026-12-31"}"""), Plan, AsOf);

        var grouped = Assert.IsType<IntakeItem.Grouped>(row.Item);
        Assert.Equal(("acme", default(string)), (grouped.GroupId, grouped.UserId));
        Assert.Equal(AttributeValue.From(new DateOnly(2026, 12, 31)), grouped.Attributes["contract_end"]);
        Assert.Equal("missing_group_id", Assert.Single(ImportRows.Account(Json("""{"name":"Acme"}"""), Plan, AsOf).Errors).Code);
    }

    private static JsonElement Json(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
