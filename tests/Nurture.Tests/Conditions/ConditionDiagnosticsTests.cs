using Nurture.Conditions;
using Nurture.Contacts;
using Nurture.Scenarios;

namespace Nurture.Tests.Conditions;

public class ConditionDiagnosticsTests
{
    /// <summary>Text, code, column, a part of the message, a part of the hint.</summary>
    public static TheoryData<string, string, int, string, string> Mistakes => new()
    {
        // Shape.
        { "", "NUR200", 1, "is empty", "" },
        { "(contact.plan == \"pro\"", "NUR200", 1, "( is never closed", "" },
        { "contact.plan == \"pro\")", "NUR200", 22, ") closes nothing", "" },
        { "count(\"login\", \"3d\"] > 1", "NUR200", 20, "] does not close the (", "" },
        { "contact.plan == \"pro", "NUR200", 17, "never closed", "" },
        { "contact.plan == \"pro\" # yes", "NUR200", 23, "no comment", "above" },
        { "contact.plan == \"pro\" && ", "NUR200", 23, "breaks off after &&", "" },
        { "contact.plan = \"pro\"", "NUR200", 14, "single =", "==" },
        { "contact.plan == “pro”", "NUR200", 17, "no quotation mark", "\"" },
        { "contact.plan is \"pro\"", "NUR200", 1, "operator is missing", "==" },
        { "not contact.newsletter", "NUR200", 1, "brackets of not", "not(…)" },
        { "not (contact.newsletter) && true", "NUR200", 1, "bracket of not", "not(…)" },
        { "account.count (\"login\", \"3d\") > 1", "NUR200", 9, "bracket of count", "count(…)" },

        // Yes or no.
        { "count(\"login\", \"14d\")", "NUR201", 1, "is a number", "count(\"login\", \"14d\") >= 1" },
        { "contact.newsletter && count(\"login\", \"14d\")", "NUR201", 23, "is a number", ">= 1" },
        { "!contact.seats", "NUR201", 2, "is a number", "contact.seats >= 1" },
        { "contact.plan", "NUR201", 1, "is a text", "exists(contact.plan)" },
        { "account.contract_end", "NUR201", 1, "is a day", "days_since" },
        { "contact.role", "NUR201", 1, "roles", "contact.role == \"admin\"" },
        { "1", "NUR201", 1, "is a number", "Compare" },

        // Lengths.
        { "count(\"login\", 14d) >= 3", "NUR202", 16, "14d", "\"14d\"" },
        { "count(\"login\", 2w) >= 3", "NUR202", 16, "2w", "\"2w\"" },
        { "count(\"login\", 5bd) >= 3", "NUR202", 16, "5bd", "\"5bd\"" },
        { "count(\"login\") >= 3", "NUR203", 1, "needs a window", "\"14d\"" },
        { "count(\"login\", 14) >= 3", "NUR203", 16, "14 of what", "\"14d\"" },
        { "count(\"login\", \"14\") >= 3", "NUR203", 16, "no length", "m, h, d or w" },
        { "count(\"login\", \"1mo\") >= 3", "NUR203", 16, "no exact length", "m, h, d or w" },
        { "count(\"login\", \"0d\") >= 3", "NUR203", 16, "no length", "" },
        { "count(\"login\", contact.plan) >= 3", "NUR203", 16, "not computed", "\"14d\"" },
        { "silent([\"login\"], \"ever\")", "NUR203", 19, "no length", "" },

        // Numbers of events.
        { "sum(\"order_placed\", \"total\", \"7d\") > 1", "NUR209", 21, "\"total\" is a text", "event.total" },
        { "sum(\"order_placed.total\", \"7d\") > 1", "NUR209", 1, "2 arguments", "sum(\"x\", event.y, \"30d\"" },
        { "sum(\"order_placed\", event.totl, \"7d\") > 1", "NUR207", 21, "no field totl", "event.total" },
        { "sum(\"order_placed\", event.order_id, \"7d\") > 1", "NUR210", 21, "is a text", "" },
        { "max(\"order_placed\", 1, \"7d\") > 1", "NUR209", 21, "same for every event", "count(\"order_placed\"" },
        { "sum(\"order_placed\", contact.seats, \"7d\") > 1", "NUR212", 21, "event's own fields", "" },
        { "sum(\"order_placed\", event.total, 7d) > 1", "NUR202", 34, "7d", "\"7d\"" },
        { "sum(\"order_placed\", event.total, \"ever\")", "NUR201", 1, "is a number", "" },
        { "first(\"login\")", "NUR201", 1, "is a moment", "exists(first(\"login\"))" },
        { "first(\"login\") > 3", "NUR210", 18, "cannot be compared", "days_since" },
        { "sent.first(\"login\") > now", "NUR205", 1, "no function", "" },

        // Names.
        { "contact.plan == pro", "NUR204", 17, "pro is not known", "\"pro\"" },
        { "seats > 3", "NUR204", 1, "seats is not known", "account.seats" },
        { "acount.plan == \"pro\"", "NUR204", 1, "not known", "account.plan" },
        { "cuont(\"login\", \"14d\") >= 2", "NUR205", 1, "no function cuont", "Did you mean count?" },
        { "did(\"login\")", "NUR205", 1, "no function did", "event or ever" },
        { "people(\"login\", \"28d\") >= 3", "NUR205", 1, "of an account", "account.people(\"login\", \"28d\")" },
        { "contact.one_of(contact.plan, \"a\")", "NUR205", 1, "stands alone", "one_of(…)" },
        { "contact.plann == \"pro\"", "NUR206", 1, "contact.plann is not in the tracking plan", "contact.plan" },
        { "contact.contract_end < now", "NUR206", 1, "not in the tracking plan", "account.contract_end" },
        { "account.plan == \"pro\" && account.seets > 3", "NUR206", 26, "account.seets", "account.seats" },
        { "trigger.plann == \"x\"", "NUR207", 1, "no field plann", "trigger.plan" },
        { "count(\"order_placed\", \"7d\", where: event.totl > 1) > 1", "NUR207", 36, "no field totl", "event.total" },
        { "trigger.contact.email == \"x\"", "NUR207", 1, "not known", "id and role" },
        { "sent(\"wellcome\")", "NUR217", 6, "no template \"wellcome\"", "\"welcome\"" },

        // Arguments.
        { "count", "NUR209", 1, "needs its brackets", "count(" },
        { "has_role(admin)", "NUR209", 10, "a role", "\"admin\"" },
        { "has_role(\"a\", \"b\")", "NUR209", 1, "has 2 arguments", "has_role(\"admin\")" },
        { "event(\"login\", wher: event.x == 1)", "NUR209", 22, "no argument wher", "where:" },
        { "event(\"login\", since: \"stepp\")", "NUR209", 23, "no beginning", "\"step\"" },
        { "reachable(\"sms\", \"marketing\")", "NUR209", 11, "no channel", "\"mail\"" },
        { "reachable(\"mail\", \"markting\")", "NUR209", 19, "no class", "\"marketing\"" },
        { "days_until(\"login\") < 3", "NUR209", 12, "a day or a moment", "days_since(\"login\")" },
        { "days_since(contact.plan) < 3", "NUR209", 12, "contact.plan is a text", "" },
        { "exists(contact.plan == \"x\")", "NUR209", 8, "attribute or a field", "" },
        { "one_of(contact.plan, account.plan)", "NUR209", 22, "not written out", "contact.plan == account.plan" },
        { "account.people(\"login\", \"28d\") >= 100", "NUR209", 1, "up to 64", "" },
        { "ever(contact.plan)", "NUR209", 6, "an event's name", "" },

        // Types.
        { "contact.seats == \"3\"", "NUR210", 1, "a number and \"3\" a text", "3 without quotes" },
        { "contact.plan == 3", "NUR210", 1, "a text and 3 a number", "\"3\"" },
        { "count(\"login\", \"14d\") >= \"3\"", "NUR210", 1, "a number and \"3\" a text", "3 without quotes" },
        { "contact.newsletter == 1", "NUR210", 1, "yes or no and 1 a number", "not(contact.newsletter)" },
        { "contact.plan > \"a\"", "NUR210", 1, "no order", "" },
        { "contact.seats + \"a\" > 1", "NUR210", 17, "a text", "" },
        { "contact.seats / 0 > 1", "NUR210", 17, "divides by zero", "" },
        { "1 < contact.seats < 3", "NUR210", 1, "do not compare", "joined with &&" },
        { "account.contract_end < 30", "NUR210", 24, "30 is a number", "days_until" },
        { "one_of(contact.plan, \"pro\", 3)", "NUR210", 29, "3 a number", "\"3\"" },
        { "contact.role > \"a\"", "NUR210", 16, "Roles", "==" },
        { "account.contract_end < \"31.12.2026\"", "NUR220", 24, "no day", "\"2026-12-31\"" },
        { "contact.trial_ends_at < \"2026-12-31T09:00\"", "NUR220", 25, "which clock", "+09:00" },

        // Parts of the template language that are not for conditions.
        { "contact.seats > 3 and contact.newsletter", "NUR211", 19, "\"and\" is no operator", "&&" },
        { "contact.newsletter & contact.seats > 1", "NUR211", 20, "single &", "&&" },
        { "contact.plan == null", "NUR211", 17, "null", "exists" },
        { "contact.newsletter ? true : false", "NUR211", 1, "? … :", "" },
        { "contact.seats % 2 == 0", "NUR211", 1, "operator", "+ - * /" },
        { "contact[\"plan\"] == \"pro\"", "NUR211", 1, "index", "dots" },
        { "one_of(contact.plan, [\"a\"])", "NUR211", 22, "a list", "one_of(x" },

        // Place.
        { "event.total > 3", "NUR212", 1, "inside of where", "trigger" },
        { "count(\"order_placed\", \"7d\", where: contact.seats > 1) > 1", "NUR212", 36, "own fields", "outside" },
        { "count(\"order_placed\", \"7d\", where: trigger.plan == event.order_id) > 1", "NUR212", 36, "for everybody", "event(" },
        { "count(\"order_placed\", \"7d\", where: ever(\"login\")) > 1", "NUR212", 36, "ever(…) cannot", "outside" },
    };

    [Rule(3)]
    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_is_answered_with_its_place_and_what_would_be_right(string text, string code, int column, string message, string hint)
    {
        var diagnostics = new List<Diagnostic>();

        var condition = Condition.Compile(text, World.Scope(), diagnostics);

        Assert.Null(condition);
        var said = Assert.Single(diagnostics, found => found.Severity == Severity.Error);
        Assert.Equal((code, column), (said.Code, said.Span.Column));
        Assert.Contains(message, said.Message);
        Assert.Contains(hint, said.Hint ?? "");
        Assert.True(ConditionDiagnostics.All.ContainsKey(code));
    }

    public static TheoryData<string, string, int, string, string> Doubts => new()
    {
        { "count(\"logn\", \"14d\") >= 2", "NUR208", 7, "\"logn\"", "\"login\"" },
        { "contact.plan != \"pro\"", "NUR213", 1, "contact.plan is not known", "exists(contact.plan) && contact.plan != \"pro\"" },
        { "trigger.plan != \"pro\"", "NUR213", 1, "trigger.plan is not known", "not(trigger.plan == \"pro\")" },
        { "opened(\"welcome\")", "NUR214", 1, "no proof", "not(clicked(\"welcome\"))" },
        { "ever(\"setup_completed\")", "NUR215", 1, "fact of the account", "account.ever(\"setup_completed\")" },
        { "contact.count(\"setup_completed\", \"7d\") > 0", "NUR215", 1, "fact of the account", "account.count(\"setup_completed\", \"7d\")" },
        { "event(\"setup_completed\")", "NUR215", 1, "fact of the account", "account.event(\"setup_completed\")" },
        { "count(\"login\", \"14d\") > 64", "NUR216", 1, "parts of 315m", "" },
        { "count(\"login\", \"14d\") > contact.seats", "NUR216", 1, "Up to 64", "written out" },
        { "account.people(\"login\", \"14d\") > account.seats * 0.5", "NUR216", 1, "up to 64", "" },
        { "sum(\"order_placed\", event.total, \"14d\") > 100", "NUR216", 1, "parts of 315m", "" },
        { "count(\"login\", \"14d\") >= 0", "NUR218", 1, "always true", "" },
        { "count(\"login\", \"14d\") == 2.5", "NUR218", 1, "always false", "" },
        { "account.tier == \"hgih\"", "NUR219", 17, "\"hgih\"", "\"high\"" },
        { "one_of(contact.status, \"gone\")", "NUR219", 24, "\"gone\"", "\"left\"" },
    };

    [Rule(3, 8, 41)]
    [Theory]
    [MemberData(nameof(Doubts))]
    public void A_doubt_is_a_warning_and_the_condition_stands(string text, string code, int column, string message, string hint)
    {
        var diagnostics = new List<Diagnostic>();

        var condition = Condition.Compile(text, World.Scope(), diagnostics);

        Assert.NotNull(condition);
        var said = Assert.Single(diagnostics);
        Assert.Equal((code, Severity.Warning, column), (said.Code, said.Severity, said.Span.Column));
        Assert.Contains(message, said.Message);
        Assert.Contains(hint, said.Hint ?? "");
    }

    [Theory]
    [InlineData("event(\"login\")", "count(\"login\", \"14d\") >= 1")]
    [InlineData("account.event(\"login\")", "account.ever(\"login\")")]
    [InlineData("sent(\"welcome\")", "goal, exit or a step")]
    [InlineData("trigger.plan == \"x\"", "")]
    [InlineData("heard.plan == \"x\"", "after a wait")]
    public void What_needs_a_passage_is_refused_outside_of_one(string text, string hint)
    {
        var scope = World.Scope() with { HasEnrollment = false, HeardEvents = null, TriggerEvents = null };
        var diagnostics = new List<Diagnostic>();

        Assert.Null(Condition.Compile(text, scope, diagnostics));
        Assert.Equal(ConditionDiagnostics.NotHere, Assert.Single(diagnostics).Code);
        Assert.Contains(hint, diagnostics[0].Hint ?? "");
    }

    [Theory]
    [InlineData("contact.seats > 1")]
    [InlineData("contact.role == \"admin\"")]
    [InlineData("contact.count(\"login\", \"7d\") > 1")]
    [InlineData("contact.has_role(\"admin\")")]
    [InlineData("reachable(\"mail\", \"marketing\")")]
    public void An_account_scenario_has_no_one_person_to_ask(string text)
    {
        var diagnostics = new List<Diagnostic>();

        Assert.Null(Condition.Compile(text, World.Scope(SubjectKind.Account), diagnostics));
        Assert.Equal(ConditionDiagnostics.NotHere, Assert.Single(diagnostics).Code);
    }

    [Fact]
    public void Every_mistake_of_a_condition_is_shown_at_once_at_its_place_in_the_file()
    {
        var scope = World.Scope() with { Origin = new(100, 0, 12, 9) };
        var diagnostics = new List<Diagnostic>();

        Condition.Compile("contact.plann == \"x\"\n  && count(\"login\", \"3d\")\n  && 4 == \"4\"", scope, diagnostics);

        Assert.Equal(["NUR206 (12,9)", "NUR201 (13,14)", "NUR210 (14,14)"], diagnostics.Select(said => $"{said.Code} ({said.Span.Line},{said.Span.Column})"));
        Assert.Equal(100 + 26, diagnostics[1].Span.Start);
        Assert.StartsWith("NUR206 trial.yaml(12,9): contact.plann is not", diagnostics[0].ToString());
    }

    [Fact]
    public void Without_a_tracking_plan_any_name_is_taken_and_typed_by_what_it_turns_out_to_be()
    {
        var scope = World.Scope() with { Plan = TrackingPlan.Empty };
        var diagnostics = new List<Diagnostic>();

        Assert.NotNull(Condition.Compile("contact.anything > 3 && ever(\"whatever\") && trigger.x == \"y\" && account.flag && trigger.d < \"2026-01-01\"", scope, diagnostics));
        Assert.Empty(diagnostics);
    }

    [Fact]
    public void Whatever_is_typed_is_answered_and_never_thrown()
    {
        string[] pieces =
        [
            "contact", ".", "plan", "account.", "seats", "count", "(", ")", "\"login\"", ",", "\"14d\"", "14d", "==", "!=", ">=", "&&", "||", "!", "3", "-", "+", "*", "/", "where:", "event.total",
            "trigger.plan", "not(", "one_of(", "[", "]", "{", "}", "?", ":", "|", "null", "true", "now", "\"", "'", "#", "$", "@", "..", "has_role(", "days_since(", "\n", "=", "and", "1e400", "0x1F", "“",
        ];
        for (var seed = 1; seed <= 5_000; seed++)
        {
            var random = new Random(seed);
            var text = string.Join(random.Next(2) == 0 ? " " : "", Enumerable.Range(0, random.Next(1, 12)).Select(_ => pieces[random.Next(pieces.Length)]));
            var diagnostics = new List<Diagnostic>();
            try
            {
                var condition = Condition.Compile(text, World.Scope(), diagnostics);
                Assert.True(condition is null == diagnostics.Any(said => said.Severity == Severity.Error), $"seed {seed}: {text}");
                condition?.Evaluate(new World().Context(World.Start, condition));
                condition?.NextChange(new World().Context(World.Start, condition));
            }
            catch (Exception error) when (error is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"seed {seed}: {text}\n{error}");
            }
        }
    }
}
