using System.CommandLine;
using System.Text;
using System.Text.Json;
using NodaTime;
using NodaTime.Text;
using Nurture.Contacts;
using Nurture.Scenarios;
using Nurture.Scenarios.Testing;
using Nurture.Simulation;
using Nurture.Templating;

namespace Nurture.Cli;

/// <summary><c>nurture simulate SCENARIO</c>: what a scenario would do with an invented contact, on virtual time.</summary>
internal static class SimulateCommand
{
    private const string Person = "ann";

    private static readonly string[] PersonWords = ["roles", "basis", "refuses", "known_for"];

    private static readonly LocalDateTimePattern MomentPattern = LocalDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd HH:mm");

    public static Command Create()
    {
        var scenario = new Argument<string>("scenario") { Description = "Its name." };
        var contact = AttributeArguments.Pairs("--contact", "An attribute of the contact, and roles, basis, refuses, known_for: --contact locale=ja roles=admin,operator known_for=60d");
        var account = AttributeArguments.Pairs("--account", "An attribute of the account, and known_for: --account tier=high");
        var events = new Option<string[]>("--event")
        {
            Description = "What happens when, with its properties: --event 'signed_up@0d:{\"plan\":\"trial\"}' login@1d. Without any, the scenario's own trigger at the start.",
            HelpName = "name@moment[:{json}]",
            AllowMultipleArgumentsPerToken = true,
        };
        var until = new Option<string>("--until") { Description = "How long to look.", HelpName = "length", DefaultValueFactory = _ => "30d" };
        var start = new Option<string?>("--start") { Description = "The first moment, in the zone: \"2026-03-02 10:00\". Without it: now.", HelpName = "moment" };
        var zone = new Option<string?>("--zone") { Description = "The time zone: Asia/Tokyo. Without it: the policy's.", HelpName = "zone" };
        var scenarios = new Option<string?>("--scenarios") { Description = "The folder of scenarios. Without it: the folder scenarios, here or above.", HelpName = "folder" };
        var templates = new Option<string?>("--templates") { Description = "The folder of templates. Without it: the folder templates beside the scenarios.", HelpName = "folder" };
        var command = new Command("simulate", "Show what a scenario would do with an invented contact.") { scenario, contact, account, events, until, start, zone, scenarios, templates };
        command.SetAction(parsed =>
        {
            var library = ScenarioArguments.Load(parsed.GetValue(scenarios), parsed.GetValue(templates), out _);
            var asked = ScenarioArguments.Find(library, parsed.GetRequiredValue(scenario));
            var script = Script(library, asked, parsed.GetValue(contact) ?? [], parsed.GetValue(account) ?? [], parsed.GetValue(events) ?? [], parsed.GetValue(start), parsed.GetValue(zone));
            Show(library, asked, script, script.Start + Exact(parsed.GetRequiredValue(until), "--until"), new Screen(parsed.InvocationConfiguration.Output));
            return CommandLine.Good;
        });
        return command;
    }

    private static ScenarioTest Script(ScenarioLibrary library, Scenario scenario, string[] contact, string[] account, string[] events, string? start, string? zone)
    {
        var zoneId = zone ?? library.Policy.Zone;
        if (DateTimeZoneProviders.Tzdb.GetZoneOrNull(zoneId) is not { } clock) throw new CommandException($"\"{zoneId}\" is not a time zone. Write it as Asia/Tokyo.");
        var begin = StartOf(start, clock);
        var said = AttributeArguments.Words(contact, "--contact");
        return new ScenarioTest
        {
            Name = scenario.Name,
            Start = begin,
            Zone = zoneId,
            Account = AccountOf(library, AttributeArguments.Words(account, "--account"), begin),
            Contacts = [ContactOf(library, said, begin)],
            When = [.. (events.Length > 0 ? events.Select(written => EventOf(library, written, begin)) : OwnTrigger(scenario, begin)).OrderBy(happened => happened.At)],
            Span = default,
        };
    }

    private static TestAccount AccountOf(ScenarioLibrary library, Dictionary<string, string> said, DateTimeOffset begin)
    {
        var known = said.Remove("known_for", out var age) ? Exact(age, "known_for") : TimeSpan.Zero;
        var attributes = AttributeArguments.Typed(library.Plan, SubjectKind.Account, said, "--account");
        attributes.TryAdd("name", AttributeValue.From("Acme"));
        return new("acme", attributes, begin - known);
    }

    private static TestContact ContactOf(ScenarioLibrary library, Dictionary<string, string> said, DateTimeOffset begin)
    {
        var words = PersonWords.ToDictionary(word => word, word => said.Remove(word, out var value) ? value : null);
        var attributes = AttributeArguments.Typed(library.Plan, SubjectKind.Contact, said, "--contact");
        attributes.TryAdd("email", AttributeValue.From($"{Person}@acme.example"));
        attributes.TryAdd("name", AttributeValue.From("Ann"));
        return new TestContact
        {
            Id = Person,
            Attributes = attributes,
            Roles = List(words["roles"]),
            Refuses = [.. List(words["refuses"]).Select(topic => topic == "all" ? "*" : topic)],
            Basis = words["basis"] switch
            {
                null or "relationship" => ConsentBasis.Relationship,
                "none" => ConsentBasis.None,
                "opt_in" => ConsentBasis.OptIn,
                "published" => ConsentBasis.Published,
                var other => throw new CommandException($"\"{other}\" is not a basis. There are none, opt_in, relationship and published."),
            },
            CreatedAt = begin - (words["known_for"] is { } age ? Exact(age, "known_for") : TimeSpan.Zero),
        };
    }

    private static TestAction.Event EventOf(ScenarioLibrary library, string written, DateTimeOffset begin)
    {
        var brace = written.IndexOf(":{", StringComparison.Ordinal);
        var (head, json) = brace < 0 ? (written, "{}") : (written[..brace], written[(brace + 1)..]);
        var parts = head.Split('@', 2);
        var (name, moment) = (parts[0], parts.Length > 1 ? parts[1] : "0d");
        if (library.Plan.Events.Count > 0 && !library.Plan.Events.ContainsKey(name) && name is not ("page" or "screen"))
            throw new CommandException($"--event: events.yaml knows no event \"{name}\". There are {string.Join(", ", library.Plan.Events.Keys)}.");
        try
        {
            using var read = JsonDocument.Parse(json);
        }
        catch (JsonException e)
        {
            throw new CommandException($"--event {written}: what follows the colon is no JSON object ({e.Message.TrimEnd('.')}). For example '{name}@{moment}:{{\"plan\":\"trial\"}}', in single quotes.");
        }

        return new(begin + Exact(moment, "--event"), Person, name, Encoding.UTF8.GetBytes(json), default);
    }

    private static IEnumerable<TestAction.Event> OwnTrigger(Scenario scenario, DateTimeOffset begin) =>
        scenario.Trigger is Trigger.Event trigger ? [new(begin, Person, trigger.Names[0], default, default)] : [];

    private static DateTimeOffset StartOf(string? written, DateTimeZone zone)
    {
        if (written is null)
        {
            var now = TimeProvider.System.GetUtcNow();
            return now - TimeSpan.FromTicks(now.Ticks % TimeSpan.TicksPerMinute);
        }

        if (MomentPattern.Parse(written) is not { Success: true } read) throw new CommandException($"--start \"{written}\" is not a moment. For example \"2026-03-02 10:00\".");
        return read.Value.InZoneLeniently(zone).ToDateTimeOffset().ToUniversalTime();
    }

    private static TimeSpan Exact(string written, string what)
    {
        var length = TimeSpan.Zero;
        foreach (var part in written.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!Lengths.TryRead(part, out var one)) throw new CommandException($"{what}: \"{written}\" is not a length. Write 30m, 12h, 3d or 2w.");
            length += one;
        }

        return length;
    }

    private static string[] List(string? written) => written?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    private static void Show(ScenarioLibrary library, Scenario scenario, ScenarioTest script, DateTimeOffset until, Screen screen)
    {
        var rehearsal = Rehearsal.Play(script, scenario, library.Environment, until);
        var time = new VirtualTime(script.Start, script.Zone);
        screen.Line($"{scenario.Name}, from {time.Date(script.Start)} {script.Zone}");
        var lines = TraceLine.Columns(rehearsal.Trace, time);
        for (var i = 0; i < lines.Count; i++) screen.Line($"  {lines[i]}{SubjectOf(rehearsal.Trace[i].Mail, library)}");
        foreach (var poisoned in rehearsal.Simulator.Poisoned) screen.Bad($"{poisoned.Step ?? scenario.Name} broke: {poisoned.Error.Split('\n')[0].Trim()}");
        foreach (var (subject, step, due) in rehearsal.Positions())
            screen.Line($"  {time.Text(until)}  {subject} stands on {step}{(due is { } moment && moment < DateTimeOffset.MaxValue ? $" until {time.Text(moment)}" : "")}");
        if (!rehearsal.Simulator.Journal.Any(entry => entry.Scenario.Length > 0)) screen.Line($"  Nobody entered. {TriggerOf(scenario)}");
    }

    private static string SubjectOf(SimulatedSend? mail, ScenarioLibrary library)
    {
        if (mail is null || ScenarioArguments.TemplatesOf(library) is not { } templates) return "";
        try
        {
            return $"  \"{MailPreview.Render(mail, templates, library.Policy.Sender).Subject}\"";
        }
        catch (TemplateException e)
        {
            return $"  cannot be rendered: {e.Message}";
        }
    }

    private static string TriggerOf(Scenario scenario) => scenario.Trigger switch
    {
        Trigger.Event { Where: { } where } trigger => $"It begins by {string.Join(" or ", trigger.Names)} where {where.Text}: give one by --event '{trigger.Names[0]}@0d:{{…}}'.",
        Trigger.Event trigger => $"It begins by {string.Join(" or ", trigger.Names)}.",
        Trigger.Inactivity trigger => $"It begins when {string.Join(" and ", trigger.Names)} have been missing: look longer by --until.",
        Trigger.Turning trigger => $"It begins when {trigger.When.Text} turns true: let events happen with --event, or say attributes with --{trigger.Of.ToString().ToLowerInvariant()}.",
        Trigger.Changed trigger => $"It begins when {trigger.Of.ToString().ToLowerInvariant()}.{trigger.Attribute} changes, which nothing that was played does.",
        Trigger.ByHand => "It begins by hand, by a program or by another scenario.",
        Trigger.DateAttribute trigger => $"It begins by the date {trigger.Attribute}: give one by --{trigger.Of.ToString().ToLowerInvariant()} {trigger.Attribute}=2026-03-02.",
        Trigger.Session trigger => $"It begins before a session ({trigger.Named}): write a test with given: sessions:, which nurture test plays.",
        Trigger.Schedule trigger => $"It begins by its schedule, {trigger.Timing}: look longer by --until, or from another --start.",
        Trigger.Band => "It begins by a band of health, which nothing that was played comes to: let events happen with --event, and look longer by --until.",
        _ => throw new InvalidOperationException($"No words for {scenario.Trigger.GetType().Name}."),
    };
}
