namespace Nurture.Cli.Tests;

public class CommandLineTests
{
    [Fact]
    public async Task Help_names_every_command()
    {
        var said = await Terminal.TypeAsync("--help");

        Assert.Equal(0, said.Exit);
        Assert.Contains("  nurture [command] [options]", said.Output);
        foreach (var command in new[] { "lint", "schema", "test", "simulate", "explain", "import", "migrate", "doctor", "backup", "restored", "key", "source" })
            Assert.Contains(said.Output, line => line.StartsWith($"  {command} ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nothing_at_all_shows_the_help() => Assert.Equal((await Terminal.TypeAsync("--help")).Output, (await Terminal.TypeAsync()).Output);

    [Theory]
    [InlineData("testt", "Unrecognized command or argument 'testt'.\nSee: nurture --help")]
    [InlineData("import contacts", "Required argument missing for command: 'contacts'.\nSee: nurture import contacts --help")]
    [InlineData("key add ci", "Option '--scopes' is required.\nSee: nurture key add --help")]
    [InlineData("test nowhere", "nowhere does not exist.")]
    [InlineData("import contacts nowhere.csv", "There is no file nowhere.csv.")]
    [InlineData("doctor --data nowhere", "There is no database nowhere/nurture.db. Name its folder by --data, or make it: nurture migrate")]
    [InlineData("migrate --postgres here", "--postgres is not a connection string. Write it as \"Host=db;Username=nurture;Password=…;Database=nurture\".")]
    [InlineData("migrate --postgres a=b --data here", "--data and --postgres name two databases. Give one of them.")]
    [InlineData("explain --contact 1 --server nurture", "\"nurture\" is not the address of a server. Write it as http://127.0.0.1:5080.")]
    [InlineData("explain --contact 1 --server https://nurture.example", "https://nurture.example/ wants a key. Give one by --key, or in NURTURE_KEY.")]
    public async Task What_cannot_be_done_is_said_in_words_and_ends_in_two(string typed, string error)
    {
        var said = await Terminal.TypeAsync(typed.Split(' '));

        Assert.Equal((2, error), (said.Exit, said.Error));
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_said_in_one_line()
    {
        var said = await Terminal.TypeAsync("explain", "--contact", "1", "--server", "http://127.0.0.1:1");

        Assert.Equal(2, said.Exit);
        Assert.StartsWith("No server answers at http://127.0.0.1:1/ (", said.Error);
        Assert.EndsWith("Start it, or name another by --server.", said.Error);
        Assert.DoesNotContain('\n', said.Error);
    }
}
