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

    /// <summary>Shows that something is under way, where somebody is looking.</summary>
    public Task WhileAsync(string what, Func<Task> work) =>
        console.Profile.Capabilities.Interactive ? console.Status().StartAsync(what, _ => work()) : work();

    /// <summary>Shows how far something is: a bar on a terminal, a line each time anywhere else.</summary>
    /// <param name="work">Is given what to call with the number that is done.</param>
    public async Task ProgressAsync(string what, long total, Func<Action<long>, Task> work)
    {
        if (!console.Profile.Capabilities.Interactive)
        {
            await work(done => Line($"  {done} of {total}"));
            return;
        }

        console.Profile.Width = Math.Max(40, Console.WindowWidth);
        await console.Progress().StartAsync(context =>
        {
            var bar = context.AddTask(Markup.Escape(what), maxValue: total);
            return work(done => bar.Value = done);
        });
        console.Profile.Width = NeverBreak;
    }

    /// <summary>Passes on every tenth of what is reported: for work that goes by small steps.</summary>
    public static Action<int> ByTenths(long total, Action<long> show)
    {
        var shown = -1L;
        return done =>
        {
            if (done * 10 / total is var tenth && tenth != shown) show(total * (shown = tenth) / 10);
        };
    }

    public void Quiet(string text) => console.MarkupLine($"[grey]{Markup.Escape(text)}[/]");
}
