using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Nurture.Benchmarks.Intake;

/// <summary>What one would write first, with its code fixed: a request is an insert, and is answered after the commit. In a process of its own.</summary>
internal static class BaselineServer
{
    public const string Verb = "baseline-server";

    /// <param name="args">The kind, <c>ef</c> or <c>plain</c>; the address; the connection string, Npgsql's or SQLite's.</param>
    public static async Task<int> RunAsync(string[] args, CancellationToken cancel)
    {
        var (kind, url, connection) = (args[0], args[1], args[2]);
        var isPostgres = !connection.StartsWith("Data Source=", StringComparison.Ordinal);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddDbContextPool<Context>(options => _ = isPostgres ? options.UseNpgsql(connection) : options.UseSqlite(connection));
        await using var source = isPostgres ? NpgsqlDataSource.Create(connection) : null;
        await using var app = builder.Build();
        await using (var scope = app.Services.CreateAsyncScope())
        {
            var context = scope.ServiceProvider.GetRequiredService<Context>();
            await context.Database.EnsureCreatedAsync(cancel);
            if (!isPostgres) await context.Database.ExecuteSqlRawAsync("pragma journal_mode = wal", cancel);
        }

        app.MapGet("/readyz", () => Results.Ok());
        app.MapPost("/v1/track", async (HttpContext http) =>
        {
            using var message = await JsonDocument.ParseAsync(http.Request.Body, default, http.RequestAborted);
            var root = message.RootElement;
            var row = new Row
            {
                UserId = root.GetProperty("userId").GetString()!, Name = root.GetProperty("event").GetString()!, MessageId = root.GetProperty("messageId").GetString()!,
                At = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), Properties = root.GetProperty("properties").GetRawText(),
            };
            if (kind == "ef") await AddAsync(http.RequestServices.GetRequiredService<Context>(), row);
            else if (source is not null) await InsertAsync(source, row);
            else await InsertAsync(connection, row);
            http.Response.ContentLength = 16;
            await http.Response.WriteAsync("""{"success":true}""");
        });
        app.Urls.Add(url);
        await app.StartAsync(cancel);
        await app.WaitForShutdownAsync(cancel);
        return 0;
    }

    private static Task AddAsync(Context context, Row row)
    {
        context.Events.Add(row);
        return context.SaveChangesAsync();
    }

    private const string Insert = "insert into \"Events\" (\"UserId\", \"Name\", \"MessageId\", \"At\", \"Properties\") values (@user, @name, @message, @at, @properties)";

    private static async Task InsertAsync(NpgsqlDataSource source, Row row)
    {
        await using var command = source.CreateCommand(Insert);
        command.Parameters.AddWithValue("user", row.UserId);
        command.Parameters.AddWithValue("name", row.Name);
        command.Parameters.AddWithValue("message", row.MessageId);
        command.Parameters.AddWithValue("at", row.At);
        command.Parameters.AddWithValue("properties", row.Properties);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task InsertAsync(string connectionString, Row row)
    {
        await using var connection = new SqliteConnection(connectionString);
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = Insert;
        command.Parameters.AddWithValue("@user", row.UserId);
        command.Parameters.AddWithValue("@name", row.Name);
        command.Parameters.AddWithValue("@message", row.MessageId);
        command.Parameters.AddWithValue("@at", row.At);
        command.Parameters.AddWithValue("@properties", row.Properties);
        await command.ExecuteNonQueryAsync();
    }

    private sealed class Context(DbContextOptions<Context> options) : DbContext(options)
    {
        public DbSet<Row> Events => Set<Row>();

        protected override void OnModelCreating(ModelBuilder model) => model.Entity<Row>().HasIndex(row => row.MessageId).IsUnique();
    }

    private sealed class Row
    {
        public long Id { get; set; }

        public required string UserId { get; set; }

        public required string Name { get; set; }

        public required string MessageId { get; set; }

        public required long At { get; set; }

        public required string Properties { get; set; }
    }
}
