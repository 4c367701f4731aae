using System.CommandLine;
using System.Text.Json;
using Bogus;
using NodaTime;
using Nurture.Cli.Demo;
using Nurture.Sessions;

namespace Nurture.Cli;

/// <summary>
/// <c>nurture demo</c>: fills a fresh development server with an invented company's customers, and lets months pass. All of
/// it happens over HTTP, on the development clock: what the pages show afterwards was decided, not written.
/// </summary>
internal static class DemoCommand
{
    // A look at the clock in the morning, at noon and in the afternoon of working days, one on others.
    private static readonly int[] Weekdays = [9, 13, 17];
    private static readonly int[] Weekends = [11];

    private static readonly DateTimeZone Zone = DateTimeZoneProviders.Tzdb["Asia/Tokyo"];

    public static Command Create()
    {
        var server = new ServerArguments();
        var accounts = Number("--accounts", "How many customers.", 36, 1, 500);
        var days = Number("--days", "How many days to let pass.", 75, 7, 365);
        var seed = Number("--seed", "The same number invents the same company.", 1, 0, int.MaxValue);
        var command = new Command("demo", "Fill a fresh development server with an invented company, and let months pass.") { accounts, days, seed };
        server.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            using var api = server.Connect(parsed);
            using var demo = DemoServer.Of(api);
            return await new Run(demo, parsed.GetValue(accounts), parsed.GetValue(days), parsed.GetValue(seed), new Screen(parsed.InvocationConfiguration.Output)).GoAsync(api.Server, cancel);
        });
        return command;
    }

    private static Option<int> Number(string name, string description, int standard, int least, int most)
    {
        var option = new Option<int>(name) { Description = description, HelpName = "number", DefaultValueFactory = _ => standard };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is var value && (value < least || value > most)) result.AddError($"{name} is from {least} to {most}.");
        });
        return option;
    }

    /// <summary>One filling of one server.</summary>
    private sealed class Run(DemoServer server, int accountCount, int days, int seed, Screen screen)
    {
        private readonly Randomizer random = new(seed + 1);
        private readonly Dictionary<string, int> openedOn = [];
        private readonly HashSet<string> goneAddresses = [];
        private Dictionary<string, (DemoAccount Account, DemoPerson Person)> byAddress = [];
        private long lastMail;
        private int mails, opened, clicked, unsubscribed, closed, broadcasts, registered;
        private readonly HashSet<string> registrants = new(StringComparer.OrdinalIgnoreCase);
        private int webinarOn = int.MaxValue;
        private bool hasHeld;

        public async Task<int> GoAsync(Uri address, CancellationToken cancel)
        {
            var now = await server.RequireFreshAsync(cancel);
            var accounts = new DemoPeople(seed).Accounts(accountCount, days);
            byAddress = accounts.SelectMany(account => account.People.Select(person => (account, person))).ToDictionary(pair => pair.person.Email, pair => (pair.account, pair.person), StringComparer.OrdinalIgnoreCase);
            var doing = new DemoDay(accounts, seed + 2);
            var first = Instant.FromDateTimeOffset(now).InZone(Zone).Date.PlusDays(1);
            var passed = 0;
            screen.Line($"{accounts.Count} customers with {byAddress.Count} people, {days} days from {first:uuuu-MM-dd} on, at {address}. Ctrl+C stops.");
            await screen.ProgressAsync("Days", days, async tell =>
            {
                for (; passed < days && !cancel.IsCancellationRequested; passed++)
                {
                    now = await DayAsync(passed, first.PlusDays(passed), accounts, doing, now);
                    if ((passed + 1) % 5 == 0 || passed + 1 == days) tell(passed + 1);
                }
            });

            await SummarizeAsync(doing, passed, CancellationToken.None);
            if (passed == days) return CommandLine.Good;
            screen.Line($"Interrupted after {CommandLine.Count(passed, "day")}. What is there is whole; to have more, begin again on a fresh server.");
            return CommandLine.CouldNot;
        }

        // A day that has begun is gone through, so that what is there is whole.
        private async Task<DateTimeOffset> DayAsync(int day, LocalDate date, IReadOnlyList<DemoAccount> accounts, DemoDay doing, DateTimeOffset now)
        {
            var cancel = CancellationToken.None;
            var hours = date.DayOfWeek is IsoDayOfWeek.Saturday or IsoDayOfWeek.Sunday ? Weekends : Weekdays;
            foreach (var (hour, clock) in Enumerable.Range(0, Weekdays.Length).Zip(Spread(hours)))
            {
                now = await server.AdvanceToAsync(date.At(new LocalTime(clock, 20 + hour)).InZoneLeniently(Zone).ToDateTimeOffset(), now, cancel);
                await server.SendAsync(doing.Messages(day, hour, now), cancel);
                // What was sent is decided, and what was decided has left, before its readers look.
                now = await server.AdvanceToAsync(now.AddSeconds(1), now, cancel);
                await ReadMailsAsync(doing, now, cancel);
                if (hour != 1) continue;
                await WorkAsync(accounts, day, now, cancel);
                if (day == days / 4) await DeclareAsync(day, date, cancel);
                if (day == webinarOn + 1) await AttendAsync(cancel);
                if (day == days / 2) await BroadcastAsync("What has changed", date.PlusDays(1), cancel);
                if (day == days - 1) await BroadcastAsync("What has changed, once more", date.PlusDays(3), cancel);
            }

            return now;
        }

        // On other days all of it happens around one hour.
        private static IEnumerable<int> Spread(int[] hours) => Enumerable.Range(0, Weekdays.Length).Select(i => hours[Math.Min(i, hours.Length - 1)]);

        private async Task ReadMailsAsync(DemoDay doing, DateTimeOffset now, CancellationToken cancel)
        {
            foreach (var (id, to) in await server.MailsAfterAsync(lastMail, cancel))
            {
                lastMail = id;
                mails++;
                if (!byAddress.TryGetValue(to, out var reader)) continue;
                var person = reader.Person;
                if (person.IsGone)
                {
                    // As the company's mail provider tells it.
                    if (goneAddresses.Add(to)) await server.PostAsync("suppressions", new { email = to, reason = "hard_bounce", note = "550 5.1.1 No such user here" }, cancel);
                    continue;
                }

                if (!random.Bool((float)person.Opens)) continue;
                var mail = await server.ReadAsync(id, cancel);
                if (mail.Picture is not null)
                {
                    await server.OpenAsync(mail.Picture, cancel);
                    opened++;
                }

                if (person.IsTired && mail.Unsubscribe is not null)
                {
                    await server.UnsubscribeAsync(mail.Unsubscribe, cancel);
                    unsubscribed++;
                    continue;
                }

                if (mail.Seat is not null && registrants.Add(to) && random.Bool(.6f))
                {
                    // Some things do not suit after all.
                    await server.AnswerAsync(mail.Seat, "register", cancel);
                    registered++;
                    if (random.Bool(.1f)) await server.AnswerAsync(mail.Seat, "cancel", cancel);
                }

                if (mail.Links.Count == 0 || !random.Bool((float)person.Clicks)) continue;
                clicked++;
                // The page it leads to reports itself, as the browser SDK does; sometimes on another device than the usual.
                if (await server.ClickAsync(mail.Links[0], cancel) is { } page && page.StartsWith("https://app.example.com", StringComparison.Ordinal))
                    await server.SendAsync([doing.Page(random.Bool(.3f) ? $"{person.Browser}-phone" : person.Browser, page, now)], cancel);
            }
        }

        /// <summary>What the customer success managers do each noon: take what is new, and close some of it after a few days.</summary>
        private async Task WorkAsync(IReadOnlyList<DemoAccount> accounts, int day, DateTimeOffset now, CancellationToken cancel)
        {
            foreach (var item in (await server.GetAsync("escalations?state=open&limit=100", cancel)).GetProperty("items").EnumerateArray())
            {
                var (id, status) = (item.GetProperty("id").GetString()!, item.GetProperty("status").GetString());
                if (openedOn.TryAdd(id, day)) continue;
                var age = day - openedOn[id];
                if (status == "open" && age >= 1 && random.Bool(.5f)) await server.PostAsync($"escalations/{id}/acknowledge", new { }, cancel);
                else if (status == "acknowledged" && age >= 3 && random.Bool(.14f)) await CloseAsync(id, item, accounts, day, cancel);
            }

            if (hasHeld || day < days / 2) return;
            var found = (await server.GetAsync("accounts?limit=50", cancel)).GetProperty("items").EnumerateArray().FirstOrDefault(account => Text(account, "tier") == "high");
            if (found.ValueKind != JsonValueKind.Object) return;
            hasHeld = true;
            await server.PostAsync($"accounts/{found.GetProperty("id").GetInt64()}/hold", new { until = now.AddDays(days), because = "Renewal talks: nothing automatic until they have signed" }, cancel);
        }

        private async Task CloseAsync(string id, JsonElement item, IReadOnlyList<DemoAccount> accounts, int day, CancellationToken cancel)
        {
            var isSaved = random.Bool(.4f);
            await server.PostAsync($"escalations/{id}/notes", new { text = isSaved ? "Called them: a new colleague had not been shown how it works. Showed it." : "Called twice and wrote; nobody answers." }, cancel);
            foreach (var task in (await server.GetAsync($"escalations/{id}", cancel)).GetProperty("tasks").EnumerateArray().Where(task => task.GetProperty("done_at").ValueKind == JsonValueKind.Null))
                await server.PostAsync($"tasks/{task.GetProperty("id").GetString()}/done", new { }, cancel);
            await server.PostAsync($"escalations/{id}/close", new { outcome = isSaved ? "saved" : "no_response", note = isSaved ? "They will use it for this quarter's report" : "No answer in a week", anyway = true }, cancel);
            closed++;
            var name = Text(item, "account_name");
            if (isSaved && accounts.FirstOrDefault(account => account.Name == name) is { } won) won.ReturnsOn = day + 1;
        }

        /// <summary>A webinar in two weeks with few seats, moved by an hour as soon as it is declared.</summary>
        private async Task DeclareAsync(int day, LocalDate date, CancellationToken cancel)
        {
            try
            {
                var starts = date.PlusDays(15).At(new LocalTime(14, 0)).InZoneLeniently(Zone).ToDateTimeOffset();
                var titles = new Dictionary<string, string> { ["en"] = "The first month: what teams that stay do", ["ja"] = "導入1か月で差がつく活用のコツ" };
                var session = await server.PostAsync("sessions", new { id = "demo-webinar", titles, starts_at = starts, zone = Zone.Id, link = "https://meet.example.com/demo-webinar", seats = 12, host = "Demo" }, cancel);
                webinarOn = day + 15;
                screen.Line($"A webinar is declared: {SessionWords.When(starts, session.GetProperty("ends_at").GetDateTimeOffset(), Zone, "en")}.");
            }
            catch (CommandException e)
            {
                screen.Line($"No webinar: {e.Message}");
            }
        }

        /// <summary>Two of three who had a seat came.</summary>
        private async Task AttendAsync(CancellationToken cancel)
        {
            var rows = (await server.GetAsync("sessions/demo-webinar/registrations?limit=500", cancel)).GetProperty("items").EnumerateArray()
                .Where(row => Text(row, "state") == "registered").Select(row => new { contact = row.GetProperty("contact_id").GetInt64(), attended = random.Bool(.66f) }).ToList();
            if (rows.Count > 0) await server.PostAsync("sessions/demo-webinar/attendance", new { rows }, cancel);
            await server.PostAsync("sessions/demo-webinar/attendance/complete", new { }, cancel);
        }

        /// <summary>One mail to everybody who has not been there for ten days, on a morning to come.</summary>
        private async Task BroadcastAsync(string title, LocalDate on, CancellationToken cancel)
        {
            try
            {
                var form = new { title, template = "whats-new", @class = "marketing", topic = "product-news", condition = "count(\"login\", \"10d\") == 0", at = $"{on:uuuu-MM-dd}T10:00", pace = "600/h" };
                var name = (await server.PostAsync("broadcasts", new { form }, cancel)).GetProperty("name").GetString();
                await server.PostAsync($"broadcasts/{name}/schedule", new { }, cancel);
                broadcasts++;
            }
            catch (CommandException e)
            {
                // Other templates than those that ship are no reason to stop.
                screen.Line($"No broadcast: {e.Message}");
            }
        }

        private async Task SummarizeAsync(DemoDay doing, int passed, CancellationToken cancel)
        {
            var waiting = (await server.GetAsync("status", cancel)).GetProperty("sends").GetProperty("planned").GetInt64();
            var open = (await server.GetAsync("escalations/counts", cancel)).GetProperty("open").GetInt64();
            screen.Line($"{CommandLine.Count(passed, "day")}: {doing.MessageCount} messages of the product and the web site.");
            screen.Line($"Mails: {mails} sent, {waiting} waiting; {opened} opened, {clicked} followed, {unsubscribed} unsubscribed, {goneAddresses.Count} came back.");
            screen.Line($"Escalations: {openedOn.Count} opened, {closed} closed, {open} open.{(hasHeld ? " One account is on hold." : "")} {CommandLine.Count(broadcasts, "broadcast")}, {CommandLine.Count(registered, "registration")} for the webinar.");
        }

        private static string? Text(JsonElement item, string name) => item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }
}
