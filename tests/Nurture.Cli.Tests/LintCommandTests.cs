using System.CommandLine;

namespace Nurture.Cli.Tests;

public sealed class LintCommandTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("nurture-lint-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_mistake_is_printed_at_its_line_and_ends_in_one()
    {
        Write("scenarios/first-week.yaml", "scenario: first-week\ntitle: The first week\nowner: me\nclass: service\ntrigger: { event: signed_up }\ngoal: { when: event(\"login\"), within: 14d }\nsteps:\n  - send: wellcome\n");
        Write("templates/welcome.en.html", "---\nsubject: Hello\npreheader: To you\nlayout: none\n---\n<p>Hello</p>\n");

        var (exit, output) = Lint(Path.Combine(folder, "scenarios"));

        Assert.Equal(1, exit);
        Assert.Equal(
            [
                $"NUR014 {folder}/scenarios/first-week.yaml(8,11): template \"wellcome\" is not defined. Did you mean \"welcome\"?",
                "1 scenario, 0 tests, 1 template file: 1 error, 0 warnings.",
            ], output);
    }

    [Fact]
    public void Mistakes_are_told_in_Japanese()
    {
        Write("scenarios/first-week.yaml", "scenario: first-week\ntitle: The first week\nclass: service\ntrigger: { event: signed_up }\ngoal: { when: event(\"login\"), within: 14d }\nsteps:\n  - send: wellcome\n");
        Write("templates/welcome.en.html", "---\nsubject: Hello\npreheader: To you\nlayout: none\n---\n<p>Hello</p>\n");

        var (exit, output) = Lint(Path.Combine(folder, "scenarios"), "--language", "ja");

        Assert.Equal(1, exit);
        Assert.Equal(
            [
                $"NUR102 {folder}/scenarios/first-week.yaml(1,11): 警告: このシナリオには責任者がいません。問題があったときの連絡先です:owner: marketing@example.com",
                $"NUR014 {folder}/scenarios/first-week.yaml(7,11): テンプレート \"wellcome\" は定義されていません。もしかして \"welcome\" ですか。",
                "シナリオ 1件、テスト 0件、テンプレート 1件:エラー 1件、警告 1件。",
            ], output);
    }

    [Fact]
    public void A_warning_alone_ends_in_zero()
    {
        Write("scenarios/first-week.yaml", "scenario: first-week\nowner: me\nclass: service\ntrigger: { event: signed_up }\ngoal: { when: event(\"login\"), within: 14d }\nsteps:\n  - send: welcome\n");
        Write("templates/welcome.en.html", "---\nsubject: Hello\npreheader: To you\nlayout: none\n---\n<p>Hello</p>\n");

        var (exit, output) = Lint(Path.Combine(folder, "scenarios"));

        Assert.Equal(0, exit);
        Assert.StartsWith($"NUR103 {folder}/scenarios/first-week.yaml(1,11): warning: ", output[0]);
        Assert.Equal("1 scenario, 0 tests, 1 template file: 0 errors, 1 warning.", output[^1]);
    }

    [Fact]
    public void A_single_file_is_held_against_what_stands_around_it()
    {
        Write("scenarios/events.yaml", "events:\n  signed_up:\n  login:\n");
        Write("scenarios/good.yaml", "scenario: good\ntitle: Good\nowner: me\nclass: service\ntrigger: { event: signed_up }\ngoal: { when: event(\"login\"), within: 14d }\nsteps:\n  - send: welcome\n");
        Write("scenarios/bad.yaml", "scenario: [");
        Write("templates/welcome.en.html", "---\nsubject: Hello\npreheader: To you\nlayout: none\n---\n<p>Hello</p>\n");

        var (exit, output) = Lint(Path.Combine(folder, "scenarios/good.yaml"));

        Assert.Equal(0, exit);
        Assert.Equal(["1 scenario, 0 tests, 0 template files: 0 errors, 0 warnings."], output);
    }

    [Fact]
    public void A_path_that_does_not_exist_is_said()
    {
        var (exit, output) = Lint(Path.Combine(folder, "nowhere"));

        Assert.Equal(1, exit);
        Assert.Equal([$"{folder}/nowhere does not exist."], output);
    }

    private void Write(string file, string text)
    {
        var path = Path.Combine(folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    private static (int Exit, string[] Output) Lint(params string[] arguments)
    {
        using var output = new StringWriter();
        var root = new RootCommand { LintCommand.Create() };

        var exit = root.Parse(["lint", .. arguments.Contains("--language") ? [] : new[] { "--language", "en" }, .. arguments]).Invoke(new InvocationConfiguration { Output = output, Error = output });

        return (exit, output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
    }
}
