using Nurture.Harness;

namespace Nurture.Cli.Tests;

/// <param name="Output">Lines, without the empty one at the end.</param>
public sealed record Said(int Exit, IReadOnlyList<string> Output, string Error);

/// <summary>Types a command, as a person would, and reads what it printed.</summary>
internal static class Terminal
{
    public static string Scenarios { get; } = Path.Combine(Repository.Root, "scenarios");

    public static string Templates { get; } = Path.Combine(Repository.Root, "templates");

    public static Task<Said> TypeAsync(params string[] args) => TypeAsync(TestContext.Current.CancellationToken, args);

    public static async Task<Said> TypeAsync(CancellationToken cancel, params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exit = await CommandLine.RunAsync(args, output, error, cancel);
        return new(exit, output.ToString().ReplaceLineEndings("\n").TrimEnd('\n').Split('\n'), error.ToString().ReplaceLineEndings("\n").TrimEnd('\n'));
    }
}
