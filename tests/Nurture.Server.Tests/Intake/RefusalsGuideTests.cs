using System.Text.RegularExpressions;
using Nurture.Intake;

namespace Nurture.Server.Tests.Intake;

public sealed class RefusalsGuideTests
{
    [Fact]
    public void The_guide_names_every_reason_there_is_and_no_other()
    {
        var guide = File.ReadAllText(Find("src/Nurture.Server/Intake/README.md"));
        var table = guide[guide.IndexOf("## Refusals", StringComparison.Ordinal)..];

        var named = table.Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .SelectMany(line => Regex.Matches(line.Split('|')[1], "`([a-z_]+)`").Select(match => match.Groups[1].Value));

        Assert.Equal(Enum.GetValues<Refusal>().Select(refusal => refusal.Code()).Order(), named.Order());
    }

    private static string Find(string path)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var file = Path.Combine(folder.FullName, path);
            if (File.Exists(file)) return file;
        }
        throw new InvalidOperationException($"{path} is not above {AppContext.BaseDirectory}.");
    }
}
