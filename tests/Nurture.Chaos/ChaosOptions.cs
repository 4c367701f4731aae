using Nurture.Chaos.Disturbances;
using Nurture.Harness;

namespace Nurture.Chaos;

public sealed record ChaosOptions
{
    public int Kills { get; init; } = 50;

    public int Events { get; init; } = 100_000;

    public string Store { get; init; } = "sqlite";

    public int Seed { get; init; } = 1;

    public bool IsQuick { get; init; }

    /// <summary>The most that is sent while something goes wrong, so that there is load until the last of it.</summary>
    public double EventsPerSecond { get; init; } = 1000;

    /// <summary>What goes wrong, each in a run of its own.</summary>
    public required IReadOnlyList<Disturbance> Disturbances { get; init; }

    public const string Usage = """
        dotnet run -c Release --project tests/Nurture.Chaos -- [options]
          What goes wrong, each in a run of its own, all held against one run without:
          --kill            the server is killed (what is done where nothing is named)
          --kill-database   PostgreSQL is killed, with all its processes
          --nodes 3 --freeze    of several servers one is frozen for longer than its leases, and one is killed
          --restart         each server (one on sqlite, else --nodes) is asked to end and starts again, one after the other
          --disk-full       the disk of the database is full for a while (needs to mount a small one, as root)
          --poison          the states of some people cannot be read for a while
          --clock           the server's clock jumps an hour ahead and back again (needs a C compiler)
          --kills N         how often something is killed (50)
          --events N        how many events are sent, at least (100000)
          --store NAME      sqlite or postgres (sqlite); databases that are killed and several servers are postgres
          --rate N          events a second at most while something goes wrong (1000)
          --seed N          when it goes wrong (1)
          --quick           a short form: 5 kills of the server, 3 of the database, 4000 events
        dotnet run … -- sink --port N --journal FILE [--delay MS] [--drop P] [--cut P] [--refuse P] [--seed N]
          the mail server that judges: journals each mail to disk before it answers
            --delay MS      up to this long before the answer      --drop P    share of mails journaled, never answered
            --cut P         share of connections closed in DATA    --refuse P  share of mails answered 451
        """;

    public static ChaosOptions Parse(Arguments arguments)
    {
        var quick = arguments.Flag("quick");
        var nodes = arguments.Number("nodes", 3);
        var store = arguments.Text("store", "sqlite");
        var given = new List<Disturbance>();
        if (arguments.Flag("kill")) given.Add(new ServerKills());
        if (arguments.Flag("kill-database")) given.Add(new DatabaseKills());
        if (arguments.Flag("freeze")) given.Add(new Freeze(nodes));
        if (arguments.Flag("restart")) given.Add(new RollingRestart(store == TestDatabase.Postgres ? nodes : 1));
        if (arguments.Flag("disk-full")) given.Add(new DiskFull());
        if (arguments.Flag("poison")) given.Add(new Poison());
        if (arguments.Flag("clock")) given.Add(new ClockJumps());
        return new()
        {
            Kills = arguments.Number("kills", quick ? 5 : 50),
            Events = arguments.Number("events", quick ? 4000 : 100_000),
            Store = store,
            Seed = arguments.Number("seed", 1),
            IsQuick = quick,
            EventsPerSecond = arguments.Number("rate", quick ? 500 : 1000),
            Disturbances = given.Count > 0 ? given : [new ServerKills()],
        };
    }
}
