using System.Text;
using System.Text.Json;
using Nurture.Contacts;
using Nurture.Intake;
using Nurture.Scenarios;

namespace Nurture.Tests.Intake;

public sealed class IntakeRequestTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, 250, TimeSpan.Zero);

    private const string Good = """{"type":"track","userId":"u","event":"login","messageId":"good"}""";

    [Fact]
    public void A_batch_of_all_six_types_is_read_in_its_order()
    {
        var batch = Read("""
            {"writeKey":"dev","sentAt":"2026-11-21T12:00:00.250Z","context":{"groupId":"acme"},"batch":[
             {"type":"identify","userId":"u","anonymousId":"a","traits":{"firstName":"花子","email":" hanako@example.com "}},
             {"type":"track","userId":"u","event":"signed_up","properties":{"plan":"trial"}},
             {"type":"page","anonymousId":"a","userId":null,"name":"Pricing","context":{"page":{"url":"https://example.com/p","title":"P"}}},
             {"type":"screen","userId":"u","name":"Home"},
             {"type":"group","userId":"u","groupId":"acme","traits":{"name":"Acme","employees":40,"role":"admin"}},
             {"type":"alias","userId":"u","previousId":"a"}]}
            """);

        Assert.Empty(batch.Refused);
        var identify = Assert.IsType<IntakeItem.Described>(batch.Items[0]);
        Assert.Equal("花子", identify.Attributes["first_name"].AsText);
        Assert.Equal("hanako@example.com", identify.Attributes["email"].AsText);
        var track = Assert.IsType<IntakeItem.Occurred>(batch.Items[1]);
        Assert.Equal(("signed_up", """{"plan":"trial"}""", "acme"), (track.Name, Text(track.Properties), track.GroupId));
        var page = Assert.IsType<IntakeItem.Occurred>(batch.Items[2]);
        Assert.Equal(("page", """{"name":"Pricing","title":"P","url":"https://example.com/p"}""", null), (page.Name, Text(page.Properties), page.UserId));
        Assert.Equal("screen", Assert.IsType<IntakeItem.Occurred>(batch.Items[3]).Name);
        var group = Assert.IsType<IntakeItem.Grouped>(batch.Items[4]);
        Assert.Equal(40, group.Attributes["employees"].AsNumber);
        Assert.Equal(["admin"], group.Roles);
        Assert.Equal("a", Assert.IsType<IntakeItem.Aliased>(batch.Items[5]).PreviousId);
    }

    [Fact]
    public void The_path_says_what_a_single_message_is()
    {
        var batch = Read("""{"writeKey":"dev","userId":"u","traits":{"name":"U"}}""", MessageType.Identify);

        Assert.Equal("U", Assert.IsType<IntakeItem.Described>(Assert.Single(batch.Items)).Attributes["name"].AsText);
    }

    [Theory]
    [InlineData("""[1]""", "not_an_object")]
    [InlineData("""{"type":"track","userId":"u","event":"x","properties":{"a":"\u0000"}}""", "nul_character")]
    [InlineData("""{"type":"track","userId":"u","event":"x","properties":{"a\u0000b":1}}""", "nul_character")]
    [InlineData("""{"type":"track","userId":"u","event":"x","properties":{"a":"\ud83d"}}""", "malformed_text")]
    [InlineData("""{"type":"track","userId":"u","event":"x","properties":{"a":"\ud83dx"}}""", "malformed_text")]
    [InlineData("""{"type":"track","userId":"u","event":"x","properties":{"a":"\ude00"}}""", "malformed_text")]
    [InlineData("""{"type":"track","userId":"u","event":"x","properties":{"a":"\ud83d\ud83d\ude00"}}""", "malformed_text")]
    [InlineData("""{"type":"track","userId":"u","event":"x","properties":{"a":1e400}}""", "number_too_large")]
    [InlineData("""{"type":"track","userId":"u","event":"x","properties":{"a":[{"b":-1e999}]}}""", "number_too_large")]
    [InlineData("""{"type":"track","userId":"u","event":"x","properties":"plan"}""", "wrong_type")]
    [InlineData("""{"type":"track","userId":{"id":1},"event":"x"}""", "wrong_type")]
    [InlineData("""{"type":"track","userId":"u","event":["x"]}""", "wrong_type")]
    [InlineData("""{"type":"track","userId":"u","event":"x","messageId":5}""", "wrong_type")]
    [InlineData("""{"type":"track","userId":"u","event":"x","timestamp":"yesterday"}""", "bad_timestamp")]
    [InlineData("""{"type":"track","event":"x"}""", "missing_id")]
    [InlineData("""{"type":"track","userId":" ","anonymousId":null,"event":"x"}""", "missing_id")]
    [InlineData("""{"type":"identify","traits":{}}""", "missing_id")]
    [InlineData("""{"type":"track","userId":"u"}""", "missing_event")]
    [InlineData("""{"type":"track","userId":"u","event":"  "}""", "missing_event")]
    [InlineData("""{"type":"track","userId":"u","event":"nurture.band_changed"}""", "reserved_event")]
    [InlineData("""{"type":"group","userId":"u"}""", "missing_group_id")]
    [InlineData("""{"type":"alias","userId":"u"}""", "missing_previous_id")]
    [InlineData("""{"type":"alias","previousId":"u"}""", "missing_user_id")]
    [InlineData("""{"type":"charge","userId":"u"}""", "unknown_type")]
    [InlineData("""{"userId":"u"}""", "unknown_type")]
    public void One_bad_item_is_refused_with_its_reason_and_fails_nobody_else(string bad, string code)
    {
        var batch = Read($$"""{"batch":[{{Good}},{{bad}},{{Good.Replace("good", "better", StringComparison.Ordinal)}}]}""");

        Assert.Equal(["good", "better"], batch.Items.Select(item => item.MessageId));
        var refused = Assert.Single(batch.Refused);
        Assert.Equal(code, refused.Refusal.Code());
        Assert.Equal(bad, Encoding.UTF8.GetString(refused.Payload));
    }

    [Fact]
    public void Nesting_is_counted_from_the_item_however_deep_the_body_goes()
    {
        var fits = $$$"""{"type":"track","userId":"u","event":"x","messageId":"fits","properties":{{{Nested(31)}}}}""";
        var deep = $$$"""{"type":"track","userId":"u","event":"x","properties":{{{Nested(32)}}}}""";
        var abyss = $$$"""{"type":"track","userId":"u","event":"x","properties":{{{Nested(2500)}}}}""";

        var batch = Read($$"""{"batch":[{{fits}},{{deep}},{{abyss}}]}""");

        Assert.Equal("fits", Assert.Single(batch.Items).MessageId);
        Assert.Equal([Refusal.TooDeep, Refusal.TooDeep], batch.Refused.Select(letter => letter.Refusal));

        static string Nested(int depth) => string.Concat(Enumerable.Repeat("{\"a\":", depth - 1)) + "{}" + new string('}', depth - 1);
    }

    [Fact]
    public void An_item_larger_than_32_kB_is_refused_and_its_beginning_kept()
    {
        var large = $$$"""{"type":"track","userId":"u","event":"x","properties":{"a":"{{{new string('x', IntakeLimits.ItemBytes)}}}"}}""";

        var batch = Read($$"""{"batch":[{{large}},{{Good}}]}""");

        Assert.Single(batch.Items);
        var refused = Assert.Single(batch.Refused);
        Assert.Equal((Refusal.TooLarge, IntakeLimits.ItemBytes), (refused.Refusal, refused.Payload.Length));
    }

    [Fact]
    public void Bytes_that_are_no_UTF8_are_one_items_fault()
    {
        var bytes = Encoding.Latin1.GetBytes($$"""{"batch":[{{Good}},{"type":"track","userId":"u","event":"caf{{(char)0xE9}}"}]}""");

        using var request = IntakeRequest.Open(bytes, out _);
        var batch = request!.Read(null, null, Now, TrackingPlan.Empty);

        Assert.Single(batch.Items);
        Assert.Equal(Refusal.MalformedText, Assert.Single(batch.Refused).Refusal);
    }

    [Fact]
    public void A_shared_context_that_is_malformed_refuses_the_items_that_would_have_it()
    {
        var batch = Read($$"""{"context":{"x":"\ud800"},"batch":[{{Good}}]}""");

        Assert.Equal(Refusal.MalformedText, Assert.Single(batch.Refused).Refusal);
    }

    [Theory]
    [InlineData("", RequestRefusal.MalformedJson)]
    [InlineData("{\"batch\":[", RequestRefusal.MalformedJson)]
    [InlineData("{\"batch\":[{\"a\":\"\u0001\"}]}", RequestRefusal.MalformedJson)]
    [InlineData("[]", RequestRefusal.NotAnObject)]
    [InlineData("{\"batch\":{}}", RequestRefusal.NoItems)]
    public void What_is_no_request_is_refused_as_a_whole(string body, RequestRefusal expected)
    {
        Assert.Null(IntakeRequest.Open(Encoding.UTF8.GetBytes(body), out var refusal));
        Assert.Equal(expected, refusal);
    }

    [Fact]
    public void A_batch_holds_2500_items_and_no_more()
    {
        using var full = IntakeRequest.Open(Encoding.UTF8.GetBytes($"{{\"batch\":[{string.Join(',', Enumerable.Repeat("1", 2500))}]}}"), out _);
        var over = IntakeRequest.Open(Encoding.UTF8.GetBytes($"{{\"batch\":[{string.Join(',', Enumerable.Repeat("1", 2501))}]}}"), out var refusal);

        Assert.Equal(2500, full!.Count);
        Assert.Null(over);
        Assert.Equal(RequestRefusal.TooManyItems, refusal);
    }

    [Fact]
    public void A_message_id_may_have_100_characters()
    {
        var batch = Read($$"""
            {"batch":[{"type":"track","userId":"u","event":"x","messageId":"{{new string('m', 100)}}"},
                      {"type":"track","userId":"u","event":"x","messageId":"{{new string('m', 101)}}"}]}
            """);

        Assert.Single(batch.Items);
        Assert.Equal(Refusal.MessageIdTooLong, Assert.Single(batch.Refused).Refusal);
    }

    [Fact]
    public void A_source_that_may_only_send_some_types_has_the_others_refused()
    {
        using var request = IntakeRequest.Open(Encoding.UTF8.GetBytes($$"""{"batch":[{{Good}},{"type":"alias","userId":"u","previousId":"v"}]}"""), out _);

        var batch = request!.Read(null, new HashSet<MessageType> { MessageType.Track }, Now, TrackingPlan.Empty);

        Assert.Single(batch.Items);
        Assert.Equal(Refusal.TypeNotAllowed, Assert.Single(batch.Refused).Refusal);
    }

    [Fact]
    public void Traits_get_the_plans_types_and_a_wrong_one_is_refused_by_itself()
    {
        var plan = new TrackingPlan
        {
            ContactAttributes = new[]
            {
                new PlannedAttribute("seats", ValueKind.Number, "", default),
                new PlannedAttribute("is_owner", ValueKind.Boolean, "", default),
                new PlannedAttribute("trial_ends", ValueKind.Instant, "", default),
                new PlannedAttribute("born_on", ValueKind.Date, "", default),
                new PlannedAttribute("zip", ValueKind.Text, "", default),
                new PlannedAttribute("score", ValueKind.Number, "", default),
            }.ToDictionary(attribute => attribute.Name),
        };

        var batch = Read("""
            {"type":"identify","userId":"u","traits":{"seats":"12","isOwner":"true","trialEnds":1795262400,"bornOn":"1990-02-03T10:00:00+09:00",
             "zip":1000001,"score":"many","tags":["a"],"address":{"city":"東京"},"company":{"name":"Acme"},"nickname":null,"roles":["admin","operator"]}}
            """, plan: plan);

        var identify = Assert.IsType<IntakeItem.Described>(Assert.Single(batch.Items));
        Assert.Equal(12, identify.Attributes["seats"].AsNumber);
        Assert.True(identify.Attributes["is_owner"].AsBoolean);
        Assert.Equal(new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero), identify.Attributes["trial_ends"].AsInstant);
        Assert.Equal(new DateOnly(1990, 2, 3), identify.Attributes["born_on"].AsDate);
        Assert.Equal("1000001", identify.Attributes["zip"].AsText);
        Assert.Equal("東京", identify.Attributes["address.city"].AsText);
        Assert.True(identify.Attributes["nickname"].IsNull);
        Assert.Equal(["admin", "operator"], identify.Roles);
        Assert.DoesNotContain(identify.Attributes.Keys, name => name is "score" or "tags" or "company" or "roles");
        var letter = Assert.Single(batch.Refused);
        Assert.Equal(
            (Refusal.AttributeWrongType, "score is text, where a number belongs; tags is a list, where text, a number, true or false belongs"),
            (letter.Refusal, letter.Detail));
    }

    [Fact]
    public void However_many_attributes_are_refused_an_item_is_one_dead_letter()
    {
        var batch = Read($$$"""{"type":"identify","userId":"u","traits":{ {{{string.Join(',', Enumerable.Range(1, 500).Select(n => $"\"a{n}\":[]"))}}} } }""");

        Assert.Empty(Assert.IsType<IntakeItem.Described>(Assert.Single(batch.Items)).Attributes);
        Assert.EndsWith("; and 490 more", Assert.Single(batch.Refused).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Planned_properties_of_an_event_get_their_types_too()
    {
        var plan = new TrackingPlan
        {
            Events = new Dictionary<string, PlannedEvent>
            {
                ["paid"] = new("paid", "", false, new[]
                {
                    new PlannedAttribute("amount", ValueKind.Number, "", default),
                    new PlannedAttribute("first", ValueKind.Boolean, "", default),
                    new PlannedAttribute("due", ValueKind.Date, "", default),
                }.ToDictionary(property => property.Name)),
            },
        };

        var batch = Read("""{"type":"track","userId":"u","event":"paid","properties":{"amount":"12.5","first":"perhaps","due":"2026-12-01","note":"x"}}""", plan: plan);

        Assert.Equal("""{"amount":12.5,"due":"2026-12-01","note":"x"}""", Text(Assert.IsType<IntakeItem.Occurred>(batch.Items[0]).Properties));
        Assert.Equal("properties.first is text, where true or false belongs", Assert.Single(batch.Refused).Detail);
    }

    [Theory]
    [InlineData("firstName", "first_name")]
    [InlineData("createdAt", "created_at")]
    [InlineData("companyURL", "company_url")]
    [InlineData("HTTPServer", "http_server")]
    [InlineData("Last Login-date", "last_login_date")]
    [InlineData("plan2Name", "plan2_name")]
    [InlineData("snake_case", "snake_case")]
    public void Trait_names_become_snake_case(string given, string expected) => Assert.Equal(expected, AttributeNames.Normalize(given));

    [Theory]
    [InlineData("11:58:00Z", null, "11:58:00")] // History: as it is.
    [InlineData("12:58:00Z", null, "12:00:00.250")] // To come: clamped.
    [InlineData("10:58:00Z", "11:00:00.000Z", "11:58:00.250")] // The client's clock is an hour late.
    [InlineData("20:58:00Z", "20:59:00.000Z", "11:59:00.250")] // Or nine hours ahead.
    [InlineData("21:00:00Z", "20:59:00.000Z", "12:00:00.250")] // Happened after it was sent.
    [InlineData("11:58:00.1239Z", null, "11:58:00.123")] // Truncated to milliseconds.
    [InlineData("20:58:00+09:00", null, "11:58:00")]
    [InlineData("11:58:00", null, "11:58:00")] // No offset is UTC.
    public void Times_are_corrected_by_the_clients_own_clock(string timestamp, string? sentAt, string expected)
    {
        var batch = Read($$"""
            {"batch":[{"type":"track","userId":"u","event":"x","timestamp":"2026-11-21T{{timestamp}}"}]{{(sentAt is null ? "" : $",\"sentAt\":\"2026-11-21T{sentAt}\"")}}}
            """);

        Assert.Equal(DateTimeOffset.Parse($"2026-11-21T{expected}Z", null), Assert.Single(batch.Items).OccurredAt);
    }

    [Fact]
    public void Without_a_timestamp_it_happened_on_reception() =>
        Assert.Equal(Now, Assert.Single(Read($$"""{"batch":[{{Good}}]}""").Items).OccurredAt);

    [Fact]
    public void Whatever_the_bytes_reading_ends_in_items_and_refusals_and_never_in_an_exception()
    {
        var whole = Encoding.UTF8.GetBytes($$$"""
            {"sentAt":"2026-11-21T12:00:00Z","context":{"groupId":"g","timezone":"Asia/Tokyo"},"batch":[{{{Good}}},
            {"type":"identify","userId":"u","traits":{"a":1.5e3,"b":"\u00e9\ud83d\ude00","c":[1,{"d":null}],"roles":["x"]},"timestamp":"2026-11-21T11:00:00Z"},
            {"type":"page","anonymousId":"a","name":"n","context":{"page":{"url":"u"}} },{"type":"group","groupId":"g","traits":{"e":true}},{"type":"alias","userId":"u","previousId":"a"}]}
            """);
        for (var seed = 0; seed < 4000; seed++)
        {
            var random = new Random(seed);
            var bytes = whole.ToArray();
            for (var n = random.Next(1, 4); n > 0; n--) bytes[random.Next(bytes.Length)] = (byte)(random.Next(3) == 0 ? random.Next(256) : "{}[]\",:\\u0d8e1-ntf"[random.Next(18)]);

            var failure = Record.Exception(() =>
            {
                using var request = IntakeRequest.Open(bytes, out _);
                request?.Read(null, null, Now, TrackingPlan.Empty);
            });

            Assert.True(failure is null, $"seed {seed}: {failure}");
        }
    }

    private static IntakeBatch Read(string body, MessageType? type = null, TrackingPlan? plan = null)
    {
        using var request = IntakeRequest.Open(Encoding.UTF8.GetBytes(body), out var refusal);
        Assert.True(request is not null, refusal.ToString());
        return request.Read(type, null, Now, plan ?? TrackingPlan.Empty);
    }

    private static string Text(ReadOnlyMemory<byte> json)
    {
        using var _ = JsonDocument.Parse(json);
        return Encoding.UTF8.GetString(json.Span);
    }
}
