namespace Nurture.Cli.Tests;

public class SimulateCommandTests
{
    [Fact]
    public async Task A_scenario_is_shown_with_its_mails_as_this_contact_would_get_them()
    {
        var said = await SimulateAsync("trial-onboarding", "--contact", "locale=ja", "name=花子", "--event", "signed_up@0d:{\"plan\":\"trial\"}", "login@5d", "--until", "8d");

        Assert.Equal(0, said.Exit);
        Assert.Equal("trial-onboarding, from Monday 2026-03-02 10:00 Asia/Tokyo", said.Output[0]);
        Assert.Equal("  day 0 10:00  event     signed_up by ann {\"plan\":\"trial\"}", said.Output[1]);
        Assert.Contains(said.Output, line => line.StartsWith("  day 0 10:00  send      welcome to ann  \"", StringComparison.Ordinal) && line.Contains('花'));
        Assert.Contains(said.Output, line => line.StartsWith("  day 4 09:00  send      setup-help to ann  \"", StringComparison.Ordinal));
        Assert.Contains("  day 5 10:00  event     login by ann", said.Output);
    }

    [Fact]
    public async Task Where_somebody_stands_at_the_end_is_said()
    {
        var said = await SimulateAsync("trial-onboarding", "--event", "signed_up:{\"plan\":\"trial\"}", "--until", "1d");

        Assert.Equal("  day 1 10:00  acme stands on wait-setup_completed until day 3 10:00", said.Output[^1]);
    }

    [Fact]
    public async Task When_nobody_enters_it_is_said_how_the_scenario_begins()
    {
        var said = await SimulateAsync("trial-onboarding");

        Assert.Equal(
            [
                "trial-onboarding, from Monday 2026-03-02 10:00 Asia/Tokyo",
                "  day 0 10:00  event  signed_up by ann",
                "  Nobody entered. It begins by signed_up where trigger.plan == \"trial\": give one by --event 'signed_up@0d:{…}'.",
            ], said.Output);
    }

    [Fact]
    public async Task The_reason_of_no_entry_is_told()
    {
        var said = await SimulateAsync("trial-onboarding", "--account", "tier=high", "--event", "signed_up:{\"plan\":\"trial\"}");

        Assert.Equal("  day 0 10:00  no entry  acme: audience_false", said.Output[^1]);
    }

    [Theory]
    [InlineData("--contact onboarded=maybe", "--contact: \"onboarded\" is a boolean, and \"maybe\" is not. Write true or false.")]
    [InlineData("--contact onboarded", "--contact onboarded has no value. Write --contact onboarded=value.")]
    [InlineData("--until soon", "--until: \"soon\" is not a length. Write 30m, 12h, 3d or 2w.")]
    [InlineData("--zone Tokyo", "\"Tokyo\" is not a time zone. Write it as Asia/Tokyo.")]
    public async Task A_mistake_is_said_with_what_would_be_right(string mistake, string error)
    {
        var said = await SimulateAsync(["trial-onboarding", .. mistake.Split(' ')]);

        Assert.Equal((2, error), (said.Exit, said.Error));
    }

    [Fact]
    public async Task An_attribute_that_nobody_planned_is_said_with_those_there_are()
    {
        var said = await SimulateAsync("trial-onboarding", "--contact", "tier=high");

        Assert.Equal(2, said.Exit);
        Assert.StartsWith("--contact: events.yaml knows no attribute \"tier\". There are email, name, ", said.Error);
    }

    private static Task<Said> SimulateAsync(params string[] args) =>
        Terminal.TypeAsync(["simulate", .. args, "--start", "2026-03-02 10:00", "--scenarios", Terminal.Scenarios]);
}
