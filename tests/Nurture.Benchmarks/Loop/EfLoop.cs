using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Nurture.Harness;

namespace Nurture.Benchmarks.Loop;

/// <summary>
/// The obvious way, with its code fixed: a transaction per event in EF Core that loads the customer's state, changes it, and
/// adds a log row, three sends in ten, and the place in the log.
/// </summary>
internal sealed class EfLoop : IAsyncDisposable
{
    private readonly ScratchFolder scratch;
    private readonly DbContextOptions<Context> options;
    private readonly Random random = new(1);
    private readonly int customers;
    private long place;

    private EfLoop(ScratchFolder scratch, TestDatabase database, DbContextOptions<Context> options, int customers) =>
        (this.scratch, Database, this.options, this.customers) = (scratch, database, options, customers);

    public TestDatabase Database { get; }

    public static async Task<EfLoop> CreateAsync(string store, int customers, int stateBytes, CancellationToken cancel)
    {
        var scratch = new ScratchFolder("baseline");
        Directory.CreateDirectory(scratch["data"]);
        var database = await TestDatabase.CreateAsync(store, scratch, cancel);
        var builder = new DbContextOptionsBuilder<Context>();
        if (database.Settings["Nurture__Postgres"] is { } postgres) builder.UseNpgsql(postgres);
        else builder.UseSqlite($"Data Source={scratch["data/nurture.db"]}");
        var loop = new EfLoop(scratch, database, builder.Options, customers);
        await loop.SeedAsync(stateBytes, cancel);
        return loop;
    }

    private async Task SeedAsync(int stateBytes, CancellationToken cancel)
    {
        await using (var context = new Context(options))
        {
            await context.Database.EnsureCreatedAsync(cancel);
            // As the server's: a commit is on disk.
            if (Database.Kind == TestDatabase.Sqlite) await context.Database.ExecuteSqlRawAsync("pragma journal_mode = wal", cancel);
            context.Places.Add(new Place { Id = 1 });
            await context.SaveChangesAsync(cancel);
        }

        var note = new string('x', stateBytes - 60);
        for (var from = 0; from < customers; from += 1000)
        {
            await using var context = new Context(options);
            context.Customers.AddRange(Enumerable.Range(from + 1, 1000).Select(id => new Customer { Id = id, State = $$"""{"count":0,"waiting":false,"note":"{{note}}"}""" }));
            await context.SaveChangesAsync(cancel);
        }
    }

    /// <summary>That many events, one after the other.</summary>
    public async Task<long> RunAsync(int events, CancellationToken cancel)
    {
        for (var n = 0; n < events; n++)
        {
            await using var context = new Context(options);
            await using var transaction = await context.Database.BeginTransactionAsync(cancel);
            var id = random.Next(customers) + 1;
            var customer = await context.Customers.SingleAsync(c => c.Id == id, cancel);
            var state = JsonNode.Parse(customer.State)!;
            state["count"] = (int)state["count"]! + 1;
            state["waiting"] = !(bool)state["waiting"]!;
            customer.State = state.ToJsonString();
            customer.DueAt = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() + random.Next(1_000_000);
            context.Log.Add(new LogRow { CustomerId = id, At = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), Said = "went on" });
            if (random.Next(10) < 3) context.Sends.Add(new Send { Id = Guid.NewGuid(), CustomerId = id, Template = "bench", State = 1 });
            (await context.Places.SingleAsync(p => p.Id == 1, cancel)).At = ++place;
            await context.SaveChangesAsync(cancel);
            await transaction.CommitAsync(cancel);
        }

        return events;
    }

    public async ValueTask DisposeAsync()
    {
        Npgsql.NpgsqlConnection.ClearAllPools();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        await Database.DisposeAsync();
        scratch.Dispose();
    }

    private sealed class Context(DbContextOptions<Context> options) : DbContext(options)
    {
        public DbSet<Customer> Customers => Set<Customer>();

        public DbSet<LogRow> Log => Set<LogRow>();

        public DbSet<Send> Sends => Set<Send>();

        public DbSet<Place> Places => Set<Place>();

        protected override void OnModelCreating(ModelBuilder model) => model.Entity<Customer>().HasIndex(customer => customer.DueAt);
    }

    private sealed class Customer
    {
        public int Id { get; set; }

        public long DueAt { get; set; }

        public string State { get; set; } = "";
    }

    private sealed class LogRow
    {
        public long Id { get; set; }

        public int CustomerId { get; set; }

        public long At { get; set; }

        public string Said { get; set; } = "";
    }

    private sealed class Send
    {
        public Guid Id { get; set; }

        public int CustomerId { get; set; }

        public string Template { get; set; } = "";

        public short State { get; set; }
    }

    private sealed class Place
    {
        public int Id { get; set; }

        public long At { get; set; }
    }
}
