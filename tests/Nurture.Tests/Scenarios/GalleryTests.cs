using Nurture.Scenarios;
using Nurture.Simulation;

namespace Nurture.Tests.Scenarios;

/// <summary>Every scenario of the gallery is good to begin with, as it stands.</summary>
public sealed class GalleryTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 1, 0, 0, TimeSpan.Zero);
    private static readonly ScenarioLibrary Library = ScenarioLibrary.Load(Path.Combine(Fixtures.Root, "scenarios"), Path.Combine(Fixtures.Root, "templates"));

    public static TheoryData<string> Entries => [.. Directory.GetFiles(Path.Combine(Fixtures.Root, "scenarios", "gallery"), "*.yaml").Select(file => Path.GetFileNameWithoutExtension(file)!).Order()];

    [Theory, MemberData(nameof(Entries))]
    public void An_entry_speaks_both_languages_and_is_called_as_its_file(string name)
    {
        var entry = Read(name);

        Assert.Equal(name, entry.Name);
        Assert.All([entry.Titles, entry.Summaries, .. entry.Parameters.Select(parameter => parameter.Titles)], words => Assert.Equal(["en", "ja"], words.Keys.Order()));
    }

    [Theory, MemberData(nameof(Entries))]
    public void With_its_defaults_it_has_nothing_to_complain_about(string name)
    {
        var parsed = ScenarioLibrary.Check(Filled(name), "gallery.yaml", Library.Environment);

        Assert.Empty(parsed.Diagnostics);
        Assert.Equal("of-the-gallery", parsed.Scenario!.Name);
    }

    [Theory, MemberData(nameof(Entries))]
    public void With_its_defaults_it_mails_an_invented_contact(string name)
    {
        var scenario = ScenarioLibrary.Check(Filled(name), "gallery.yaml", Library.Environment).Scenario!;
        var script = Invention.For(scenario, Library.Plan, Library.Policy, Start).ToScript(scenario, Library.Plan, out var problem);

        var rehearsal = Rehearsal.Play(script!, scenario, Library.Environment, Start + TimeSpan.FromDays(120));

        Assert.Null(problem);
        Assert.Contains(rehearsal.Trace, line => line.Mail is not null);
        Assert.Empty(rehearsal.Simulator.Poisoned);
        Assert.All(rehearsal.Trace.Where(line => line.Mail is not null), line => MailPreview.Render(line.Mail!, Library.Templates, Library.Policy.Sender));
    }

    [Fact]
    public void What_cannot_stand_at_a_place_is_said_by_parameter()
    {
        var text = Read("first-week").Fill(new Dictionary<string, string> { ["name"] = "Not a name", ["days"] = "three days", ["first"] = "welcome" }, out var problems);

        Assert.Null(text);
        Assert.Equal(["days", "name"], problems.Keys.Order());
    }

    [Fact]
    public void A_value_never_breaks_out_of_its_place()
    {
        var text = Read("first-week").Fill(new Dictionary<string, string>
        {
            ["name"] = "mine", ["title"] = "It's: a \"title\" # with, traps\nholdout: 50%", ["owner"] = "m@example.com", ["audience"] = "one_of(account.plan, \"pro\", \"it's\")",
        }, out _)!;

        var parsed = ScenarioLibrary.Check(text, "gallery.yaml", Library.Environment);

        Assert.Empty(parsed.Diagnostics);
        Assert.Equal("It's: a \"title\" # with, traps holdout: 50%", parsed.Scenario!.Title);
        Assert.Equal(0, parsed.Scenario.Holdout);
        Assert.Equal("one_of(account.plan, \"pro\", \"it's\")", parsed.Scenario.Audience!.Text);
    }

    [Fact]
    public void A_line_whose_value_is_left_empty_is_left_out() => Assert.DoesNotContain("audience:", Filled("first-week"));

    private static string Filled(string name) =>
        Read(name).Fill(new Dictionary<string, string> { ["name"] = "of-the-gallery", ["title"] = "Of the gallery", ["owner"] = "m@example.com" }, out _)!;

    private static GalleryEntry Read(string name)
    {
        var (entry, diagnostics) = GalleryEntry.Read(File.ReadAllText(Path.Combine(Fixtures.Root, "scenarios", "gallery", $"{name}.yaml")), $"{name}.yaml");
        Assert.True(entry is not null, string.Join('\n', diagnostics));
        return entry;
    }
}
