using System.Globalization;
using System.Text.Json.Nodes;
using Bogus;

namespace Nurture.Cli.Demo;

/// <summary>What the people of the demo do, hour by hour, as the messages that a product and a web site send.</summary>
internal sealed class DemoDay(IReadOnlyList<DemoAccount> accounts, int seed)
{
    private const int TrialDays = 14;

    private static readonly string[] Features = ["schedules", "alerts", "integrations", "approvals", "sharing"];
    private static readonly string[] SetUpSteps = ["domain", "import", "colleagues", "settings"];
    private static readonly string[] Pages = ["/pricing", "/features", "/docs/start", "/blog/what-is-new"];
    private static readonly string[] Questions = ["import", "billing", "sharing"];

    private readonly Randomizer random = new(seed);
    private int messages;

    public int MessageCount => messages;

    /// <param name="day">From 0.</param>
    /// <param name="hour">Which of the day's looks at the clock, from 0.</param>
    public IReadOnlyList<JsonObject> Messages(int day, int hour, DateTimeOffset now)
    {
        var said = new List<JsonObject>();
        foreach (var account in accounts)
        {
            var age = day - account.BeginsOn;
            if (age == -1 && hour == 1) said.Add(Page(account.People[0].Browser, random.ArrayElement(Pages), now));
            if (age < 0) continue;
            if (age == 0 && hour == 0) Begin(account, said, now);
            if (age > 0 && hour == 0 && age <= account.People.Count - 1) Invite(account, account.People[age], said, now);
            SetUp(account, age, hour, said, now);
            Decide(account, age, day, hour, said, now);
            foreach (var person in account.People.Take(age + 1))
            {
                if (random.Double() < LoginShare(account, age, day)) Use(account, person, said, now);
            }
        }

        return said;
    }

    private static double LoginShare(DemoAccount account, int age, int day)
    {
        if (account.ReturnsOn <= day) return .15;
        return account.Story switch
        {
            DemoStory.Devoted => .35,
            DemoStory.Steady => .12,
            DemoStory.Trial => .2,
            DemoStory.Stalled => age == 0 ? .5 : 0,
            DemoStory.Fading or DemoStory.Leaving => day < account.FadesOn ? .25 : 0,
            _ => throw new InvalidOperationException($"No habits of {account.Story}."),
        };
    }

    private void Begin(DemoAccount account, List<JsonObject> said, DateTimeOffset now)
    {
        var founder = account.People[0];
        said.Add(Page(founder.Browser, "/sign-up", now));
        Meet(account, founder, said, now);
        said.Add(Track(founder, "signed_up", now, ("plan", account.Plan)));
    }

    private void Invite(DemoAccount account, DemoPerson person, List<JsonObject> said, DateTimeOffset now)
    {
        said.Add(Track(account.People[0], "colleague_invited", now));
        Meet(account, person, said, now);
    }

    private void Meet(DemoAccount account, DemoPerson person, List<JsonObject> said, DateTimeOffset now)
    {
        said.Add(Message("identify", now, ("userId", person.UserId), ("anonymousId", person.Browser), ("traits", new JsonObject
        {
            ["email"] = person.Email,
            ["name"] = person.Name,
            ["first_name"] = person.FirstName,
            ["last_name"] = person.LastName,
            ["job_title"] = person.JobTitle,
            ["locale"] = account.Locale,
            ["zone"] = account.Zone,
        })));
        var traits = AccountTraits(account, account.Plan, now);
        traits["role"] = person.Role;
        said.Add(Message("group", now, ("userId", person.UserId), ("groupId", account.Id), ("traits", traits)));
    }

    private static JsonObject AccountTraits(DemoAccount account, string plan, DateTimeOffset now)
    {
        var traits = new JsonObject
        {
            ["name"] = account.Name,
            ["plan"] = plan,
            ["tier"] = account.Tier,
            ["stage"] = plan == "trial" ? "onboarding" : "adoption",
            ["owner"] = account.Owner,
            ["zone"] = account.Zone,
            ["locale"] = account.Locale,
        };
        if (plan == "trial") traits["trial_ends_on"] = Day(now.AddDays(TrialDays));
        else
        {
            traits["mrr"] = account.Mrr;
            traits["contract_end"] = Day(now.AddDays(account.Story is DemoStory.Leaving or DemoStory.Fading ? 120 : 365));
        }

        return traits;
    }

    private void SetUp(DemoAccount account, int age, int hour, List<JsonObject> said, DateTimeOffset now)
    {
        if (account.Story == DemoStory.Stalled || hour != 1 || age < 0 || age > account.SetUpDays) return;
        var founder = account.People[0];
        if (age < account.SetUpDays)
        {
            foreach (var step in SetUpSteps.Skip(age * 2).Take(2)) said.Add(Track(founder, "setup_step_completed", now, ("step", step)));
        }
        else said.Add(Track(founder, "setup_completed", now));
    }

    private void Decide(DemoAccount account, int age, int day, int hour, List<JsonObject> said, DateTimeOffset now)
    {
        if (hour != 1) return;
        var founder = account.People[0];
        if (account.Story == DemoStory.Trial && age == TrialDays - 1)
        {
            said.Add(Track(founder, "subscription_started", now, ("plan", "pro")));
            said.Add(Message("group", now, ("userId", founder.UserId), ("groupId", account.Id), ("traits", AccountTraits(account, "pro", now))));
        }

        if (account.Story is DemoStory.Devoted or DemoStory.Trial && age == account.SetUpDays + 2) said.Add(Track(founder, "report_created", now));
        if (account.Story == DemoStory.Leaving && day == account.FadesOn + 9) said.Add(Track(founder, "subscription_cancelled", now, ("reason", "too_little_used")));
    }

    private void Use(DemoAccount account, DemoPerson person, List<JsonObject> said, DateTimeOffset now)
    {
        said.Add(Track(person, "login", now));
        if (random.Bool(.6f)) said.Add(Track(person, "feature_used", now, ("feature", random.ArrayElement(Features))));
        if (random.Bool(.02f)) said.Add(Track(person, "help_requested", now, ("about", random.ArrayElement(Questions))));
        if (random.Bool(.1f)) said.Add(Page(person.Browser, random.ArrayElement(Pages), now));
    }

    private JsonObject Track(DemoPerson person, string name, DateTimeOffset now, params ReadOnlySpan<(string Name, string Value)> properties)
    {
        var values = new JsonObject();
        foreach (var (key, value) in properties) values[key] = value;
        return Message("track", now, ("userId", person.UserId), ("event", name), ("properties", values));
    }

    /// <summary>As the browser SDK reports it; the address of a page that a mail's link led to is whole.</summary>
    public JsonObject Page(string browser, string address, DateTimeOffset now)
    {
        var url = new Uri(new Uri("https://app.example.com"), address);
        JsonObject Where() => new() { ["path"] = url.AbsolutePath, ["search"] = url.Query, ["url"] = url.AbsoluteUri, ["title"] = url.AbsolutePath.Trim('/') };
        return Message("page", now, ("anonymousId", browser), ("userId", null), ("properties", Where()), ("context", new JsonObject { ["page"] = Where() }));
    }

    private JsonObject Message(string type, DateTimeOffset now, params ReadOnlySpan<(string Name, JsonNode? Value)> fields)
    {
        var message = new JsonObject { ["type"] = type, ["messageId"] = $"demo-{seed}-{++messages}", ["timestamp"] = now.ToString("O", CultureInfo.InvariantCulture) };
        foreach (var (name, value) in fields) message[name] = value;
        return message;
    }

    private static string Day(DateTimeOffset at) => at.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
