namespace Nurture.Chaos;

public sealed record ChaosOptions
{
    public int Kills { get; init; } = 50;

    public int Events { get; init; } = 100_000;

    public string Store { get; init; } = "sqlite";

    public int Seed { get; init; } = 1;

    /// <summary>The pace of the run with kills, so that there is load until the last one.</summary>
    public double EventsPerSecond { get; init; } = 1000;

    public const string Usage = """
        dotnet run -c Release --project tests/Nurture.Chaos -- [options]
          --kills N         how often the server is killed (50)
          --events N        how many events are sent, at least (100000)
          --store NAME      sqlite or postgres (sqlite)
          --rate N          events a second while there are kills (1000)
          --seed N          when it is killed (1)
          --quick           a short form: 5 kills, 4000 events
        dotnet run … -- sink --port N --journal FILE [--delay MS] [--drop P] [--cut P] [--refuse P] [--seed N]
          the mail server that judges: journals each mail to disk before it answers
            --delay MS      up to this long before the answer      --drop P    share of mails journaled, never answered
            --cut P         share of connections closed in DATA    --refuse P  share of mails answered 451
        """;

    public static ChaosOptions Parse(Arguments arguments)
    {
        var quick = arguments.Flag("quick");
        return new()
        {
            Kills = arguments.Number("kills", quick ? 5 : 50),
            Events = arguments.Number("events", quick ? 4000 : 100_000),
            Store = arguments.Text("store", "sqlite"),
            Seed = arguments.Number("seed", 1),
            EventsPerSecond = arguments.Number("rate", quick ? 500 : 1000),
        };
    }
}

/// <summary><c>--name value</c> and <c>--flag</c>; what nobody asked for is a mistake.</summary>
public sealed class Arguments
{
    private readonly Dictionary<string, string> given = [];

    public Arguments(IReadOnlyList<string> arguments)
    {
        for (var i = 0; i < arguments.Count; i++)
        {
            if (!arguments[i].StartsWith("--", StringComparison.Ordinal))
                throw new ArgumentException($"{arguments[i]} is not an option.");
            var name = arguments[i][2..];
            given[name] = i + 1 < arguments.Count && !arguments[i + 1].StartsWith("--", StringComparison.Ordinal) ? arguments[++i] : "";
        }
    }

    public bool Flag(string name) => given.Remove(name);

    public string Text(string name, string otherwise) => given.Remove(name, out var value) ? value : otherwise;

    public int Number(string name, int otherwise) =>
        !given.Remove(name, out var text) ? otherwise : int.TryParse(text, out var number) && number >= 0 ? number : throw new ArgumentException($"""--{name} "{text}" is not a number.""");

    public double Share(string name) =>
        !given.Remove(name, out var text) ? 0 : double.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var share) && share is >= 0 and <= 1 ? share : throw new ArgumentException($"""--{name} "{text}" is not a share between 0 and 1.""");

    public void RequireNoneLeft()
    {
        if (given.Count > 0)
            throw new ArgumentException($"There is no option --{given.Keys.First()}.");
    }
}
