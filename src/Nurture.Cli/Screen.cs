using Spectre.Console;

namespace Nurture.Cli;

/// <summary>What a command prints: marks in color on a terminal, plain lines anywhere else.</summary>
internal sealed class Screen
{
    // A terminal breaks long lines itself, so that a path can be copied whole.
    private const int NeverBreak = 100_000;

    private readonly IAnsiConsole console;

    public Screen(TextWriter output)
    {
        var isConsole = ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected;
        console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = isConsole ? AnsiSupport.Detect : AnsiSupport.No,
            Interactive = isConsole ? InteractionSupport.Detect : InteractionSupport.No,
        });
        console.Profile.Width = NeverBreak;
    }

    public void Line(string text = "") => console.WriteLine(text);

    public void Good(string text) => console.MarkupLine($"[green]✓[/] {Markup.Escape(text)}");

    public void Bad(string text) => console.MarkupLine($"[red]✗[/] {Markup.Escape(text)}");

    public void Quiet(string text) => console.MarkupLine($"[grey]{Markup.Escape(text)}[/]");
}
