using Nurture.Harness;

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
