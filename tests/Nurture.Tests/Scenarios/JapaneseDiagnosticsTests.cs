using System.Text.RegularExpressions;
using Nurture.Scenarios;
using Nurture.Simulation;
using Nurture.Templating;

namespace Nurture.Tests.Scenarios;

public sealed partial class JapaneseDiagnosticsTests
{
    private const string Table = "src/Nurture/Scenarios/JapaneseDiagnostics.txt";

    [Fact]
    public void Whatever_authors_are_told_is_there_in_Japanese()
    {
        var missing = WordingsInSource.All.Forms.Where(one => !CodeWord().IsMatch(one.Key) && Translation.Find(one.Key) is null).ToList();

        Assert.True(missing.Count == 0, $"Add to {Table}, under the heading of their files, each with its Japanese on the line below it (\"=\" where that is the same):\n\n"
            + string.Join("\n\n", missing.Select(one => $"# {one.Value}\n{one.Key}")));
    }

    [Fact]
    public void Every_text_can_be_translated() =>
        Assert.True(WordingsInSource.All.Unreadable.Count == 0, "These are put together before they become a wording. Write (Wording)$\"…\" in one branch of a choice, declare variables as Wording, "
            + "and what is the same in every language as Wording.Verbatim(…):\n" + string.Join('\n', WordingsInSource.All.Unreadable));

    [Fact]
    public void The_Japanese_has_the_parts_of_the_English()
    {
        var differing = Translation.EnglishForms.Where(english => !PartsOf(english).SequenceEqual(PartsOf(Translation.Find(english)!)));

        Assert.True(!differing.Any(), $"The Japanese has other parts in {Table}:\n" + string.Join('\n', differing));
    }

    [Fact]
    public void Nothing_is_translated_that_nobody_says()
    {
        var said = WordingsInSource.All.Forms.Keys.Select(Translation.Key).ToHashSet(StringComparer.Ordinal);

        Assert.True(Translation.EnglishForms.All(said.Contains), $"Take out of {Table}:\n" + string.Join('\n', Translation.EnglishForms.Where(english => !said.Contains(english))));
    }

    [Fact]
    public void A_mistake_is_told_in_the_language_of_its_reader()
    {
        var said = ScenarioLibrary.Check("scenario: trial\nsubject: contact\ntrigger: { event: signed_up }\nsteps:\n  - wait: 3 days\n", "trial.yaml", Fixtures.Environment).Diagnostics.First(one => one.Code == DiagnosticCodes.NotALength);

        Assert.Equal("NUR011 trial.yaml(5,11): \"3 days\" is not a length of time. Write 3d.", said.ToString());
        Assert.Equal("NUR011 trial.yaml(5,11): \"3 days\" は時間の長さではありません。3d と書きます。", said.ToString(Language.Japanese));
    }

    [Fact]
    public void What_stands_in_a_text_is_told_as_it_is_and_words_are_translated()
    {
        Wording shape = "a list";
        Wording said = $"{"{1} {x}"} is a text, not {shape}";

        Assert.Equal("{1} {x} is a text, not a list.", said.AsSentence().ToString());
        Assert.Equal("{1} {x}はテキストで書きます。リストは使えません。", said.AsSentence().In(Language.Japanese));
    }

    private static IEnumerable<string> PartsOf(string form) => Part().Matches(form).Select(part => part.Value).Order(StringComparer.Ordinal);

    [GeneratedRegex(@"\{\d\}")]
    private static partial Regex Part();

    // A key or a type of the languages that authors write, which is the same everywhere.
    [GeneratedRegex(@"^[a-z_]+$")]
    private static partial Regex CodeWord();
}
