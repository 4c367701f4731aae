using Nurture.Harness;

namespace Nurture.Cli.Tests;

public sealed class ImportCommandTests : IDisposable
{
    private const string Nobody = "http://127.0.0.1:1";

    private readonly ScratchFolder scratch = new("cli-import");

    public void Dispose() => scratch.Dispose();

    [Fact]
    public async Task Every_error_is_said_at_its_line_and_nothing_is_sent()
    {
        var file = Write("""
            user_id,email,name,onboarded
            u1,ann@acme.example,Ann,true
            u2,bob(at)acme.example,Bob,maybe
            ,carl@acme.example,Carl,
            u4,dora@acme.example,Dora,,too,many
            u5,"eva@acme.example,Eva
            """);

        var said = await ImportAsync("contacts", file);

        Assert.Equal(1, said.Exit);
        Assert.Equal(
            [
                "line 3: email \"bob(at)acme.example\" is no address, such as hanako@acme.example",
                "line 3: onboarded is text, where true or false belongs",
                "line 4: user_id is needed (or anonymous_id): it is how events will name this contact",
                "line 5: it has 6 cells, and the head 4. A cell with a comma in it stands in double quotes",
                "line 6: its double quotes do not pair. A quote inside a cell is written twice, and the cell in quotes",
                "line 6: email \"eva@acme.example,Eva\" is no address, such as hanako@acme.example",
                "4 of 5 rows have errors; nothing was imported. Mend them, or import the others with --skip-errors.",
            ], said.Output);
    }

    [Fact]
    public async Task Columns_are_named_by_the_map_and_left_out_by_it()
    {
        var file = Write("ID;Mail;Remark\nu1;ann@acme.example;x\n");

        var unmapped = await ImportAsync("contacts", file);
        var mapped = await ImportAsync("contacts", file, "--map", "ID=user_id", "Mail=email", "Remark=", "--dry-run");

        Assert.Equal(2, unmapped.Exit);
        Assert.EndsWith("has no column \"user_id\". It has ID, Mail, Remark: say which one it is by --map ID=user_id", unmapped.Error);
        Assert.Equal(0, mapped.Exit);
        Assert.Equal("1 row: 1 sound, 0 with errors.", mapped.Output[^1]);
    }

    [Fact]
    public async Task A_column_that_nobody_knows_is_mentioned()
    {
        var said = await ImportAsync("contacts", Write("user_id,mail\nu1,ann@acme.example\n"), "--dry-run");

        Assert.Equal("mail: not in events.yaml, taken as further attributes. Say what a column is by --map mail=email, or leave it out by --map mail=", said.Output[0]);
    }

    [Fact]
    public async Task A_file_that_is_not_UTF_8_is_refused()
    {
        await File.WriteAllBytesAsync(scratch["sjis.csv"], [.. "user_id,name\nu1,"u8, 0x89, 0xD4, 0x8E, 0x71], TestContext.Current.CancellationToken);

        var said = await ImportAsync("contacts", scratch["sjis.csv"]);

        Assert.Equal((2, $"{scratch["sjis.csv"]} is not UTF-8. Save it as \"CSV UTF-8\"."), (said.Exit, said.Error));
    }

    [Fact]
    public async Task An_interruption_says_how_far_it_came()
    {
        var file = Write("user_id,email\nu1,ann@acme.example\n");

        var said = await Terminal.TypeAsync(new CancellationToken(canceled: true), "import", "contacts", file, "--scenarios", Terminal.Scenarios, "--server", Nobody);

        Assert.Equal(2, said.Exit);
        Assert.Equal("Interrupted. 0 of 1 row are in. Run the same command again for the rest: rows that are in already change nothing.", said.Output[^1]);
    }

    private Task<Said> ImportAsync(string kind, string file, params string[] more) =>
        Terminal.TypeAsync(["import", kind, file, "--scenarios", Terminal.Scenarios, "--server", Nobody, .. more]);

    private string Write(string text)
    {
        File.WriteAllText(scratch["rows.csv"], text);
        return scratch["rows.csv"];
    }
}
