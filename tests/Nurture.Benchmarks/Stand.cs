using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Nurture.Harness;
using Nurture.Intake;
using Nurture.Server.Hosting;
using Nurture.Server.Intake;
using Nurture.Server.Publishing;
using Nurture.Storage;

namespace Nurture.Benchmarks;

/// <summary>
/// The server's parts, put together in this process on a database of their own and not started: a benchmark turns what it
/// measures by hand, or starts them all. Its scenarios are live, nobody is in it.
/// </summary>
public sealed class Stand : IAsyncDisposable
{
    private readonly ScratchFolder scratch;
    private readonly WebApplication parts;
    private bool isStarted;

    private Stand(ScratchFolder scratch, TestDatabase database, WebApplication parts) => (this.scratch, Database, this.parts) = (scratch, database, parts);

    public TestDatabase Database { get; }

    public T Get<T>() where T : notnull => parts.Services.GetRequiredService<T>();

    /// <param name="files">What is published, by path: <c>scenarios/a.yaml</c>, <c>templates/b.en.html</c>.</param>
    /// <param name="also">Further settings: <c>Nurture:Mail:Transport=smtp</c>.</param>
    public static async Task<Stand> CreateAsync(string store, IReadOnlyDictionary<string, string> files, CancellationToken cancel, params IEnumerable<string> also)
    {
        var scratch = new ScratchFolder("benchmark");
        await Catalogs.WriteAsync(scratch, files, cancel);
        var database = await TestDatabase.CreateAsync(store, scratch, cancel);
        List<string> settings =
        [
            "--environment", "Development", "--urls", "http://127.0.0.1:0", $"--Nurture:DataDirectory={scratch["data"]}",
            $"--Nurture:ScenariosDirectory={scratch["scenarios"]}", $"--Nurture:TemplatesDirectory={scratch["templates"]}", "--Serilog:MinimumLevel:Default=Warning",
        ];
        settings.AddRange(also.Select(setting => $"--{setting}"));
        if (database.Settings["Nurture__Postgres"] is { } postgres) settings.Add($"--Nurture:Postgres={postgres}");
        var stand = new Stand(scratch, database, await Program.BuildAsync([.. settings]));
        await stand.GoLiveAsync(cancel);
        return stand;
    }

    /// <summary>All workers work by themselves from here on.</summary>
    public async Task StartAsync(CancellationToken cancel)
    {
        isStarted = true;
        await parts.StartAsync(cancel);
    }

    private async Task GoLiveAsync(CancellationToken cancel)
    {
        var preparation = Get<Preparation>();
        await preparation.StartAsync(cancel);
        await Poll.UntilAsync("the scenarios are live", TimeSpan.FromMinutes(1), async () => (await Get<CatalogSource>().CurrentAsync(cancel)) is { Preparing.Count: 0, Catalog: { Live.Count: > 0, PreparingSegments: null } }, cancel);
        await preparation.StopAsync(cancel);
    }

    /// <summary>A request's body as intake takes it, read.</summary>
    public async Task<Submission> ReadAsync(string json, CancellationToken cancel)
    {
        var sender = await Get<WriteKeys>().FindAsync("dev", cancel) ?? throw new InvalidOperationException("The write key dev is not there.");
        using var request = IntakeRequest.Open(Encoding.UTF8.GetBytes(json), out var refusal) ?? throw new InvalidOperationException($"Refused: {refusal}");
        var now = Get<BusinessClock>().Now;
        var batch = request.Read(null, null, now, Get<PlanInForce>().Plan);
        return batch.Refused.Count == 0 ? new Submission(sender.SourceId, sender.Namespace, sender.Basis, batch, now, "benchmark") : throw new InvalidOperationException($"Refused: {batch.Refused[0]}");
    }

    public async ValueTask DisposeAsync()
    {
        if (isStarted) await parts.StopAsync(CancellationToken.None);
        await parts.DisposeAsync();
        await Database.DisposeAsync();
        scratch.Dispose();
    }
}
