using System.Collections.Concurrent;
using System.Globalization;
using Nurture.Benchmarks.Load;
using Nurture.Benchmarks.Loop;
using Nurture.Benchmarks.Mailing;
using Nurture.Benchmarks.Measuring;
using Nurture.Harness;

namespace Nurture.Benchmarks.Whole;

/// <summary>
/// Fifty thousand people whose wait ends at one instant, all to be mailed, on a started server: when the first of them has its mail,
/// and how long a sign-up's welcome takes meanwhile, against the same on the quiet server before.
/// </summary>
internal static class WaveBenchmark
{
    private const double MostSeconds = 2;
    private static readonly TimeSpan BetweenSignUps = TimeSpan.FromMilliseconds(200);

    public static async Task RunAsync(Setting setting)
    {
        using var scratch = new ScratchFolder("wave");
        var accepted = new ConcurrentDictionary<string, DateTimeOffset>();
        var ofTheWave = 0;
        await using var sink = new LoadSink((recipient, _) =>
        {
            if (accepted.TryAdd(recipient, DateTimeOffset.UtcNow) && IsOfTheWave(recipient)) Interlocked.Increment(ref ofTheWave);
        });
        sink.Start();
        var key = await SigningKey.WriteAsync(scratch, setting.Cancel);
        // A whole minute, far enough to start twice and to seed before it.
        var due = DateTimeOffset.FromUnixTimeSeconds((DateTimeOffset.UtcNow.ToUnixTimeSeconds() + setting.Few(110, 40)) / 60 * 60 + 60);
        await using var server = await ServerStand.StartAsync(setting.Store, Files(due), SigningKey.Settings(key, sink.Port), setting.Cancel);
        await HttpLoad.RunAsync(server.Address, "/v1/batch", 1, 1, _ => $$$"""
            {"batch":[{"type":"identify","userId":"user-1","messageId":"1","traits":{"email":"user-1@contacts.test","name":"First"}},
                      {"type":"track","userId":"user-1","messageId":"2","event":"{{{LoopCatalog.EventOf(0)}}}","properties":{"note":"as it came"}}]}
            """, setting.Cancel);
        await server.UntilSomebodyWaitsAsync(setting.Cancel);
        var people = setting.Few(50_000, 2_000);
        await server.SeedAsync(async seeding =>
        {
            var first = await seeding.ReadAsync(1, setting.Cancel) ?? throw new InvalidOperationException("Nobody waits.");
            await seeding.AddAsync(first, people, null, setting.Cancel);
        }, setting.Cancel);

        // Until the code has been compiled for speed: nobody measures a server's first mail.
        var warm = setting.Few(3_000, 500);
        await HttpLoad.RunAsync(server.Address, "/v1/batch", 16, warm, n => SignUps.Json($"warm-{n}"), setting.Cancel);
        await Poll.UntilAsync("the server is warm", TimeSpan.FromMinutes(1), () => Task.FromResult(accepted.Count >= warm), setting.Cancel);
        if (due - DateTimeOffset.UtcNow < TimeSpan.FromSeconds(10)) throw new InvalidOperationException("Seeding took too long: there is no quiet time left before the wave.");

        var quiet = await SignUpAsync(server, "quiet", accepted, () => DateTimeOffset.UtcNow < due - TimeSpan.FromSeconds(1), setting.Cancel);
        var busy = await SignUpAsync(server, "busy", accepted, () => Volatile.Read(ref ofTheWave) < people, setting.Cancel);
        var wave = accepted.Where(mail => IsOfTheWave(mail.Key)).Select(mail => mail.Value - due).Order().ToList();

        Comparison.Row("wave", people, "mails");
        Comparison.Row("wave.first", wave[0].TotalSeconds, "s", $"goal at most {MostSeconds}");
        Comparison.Row("wave.all", wave[^1].TotalSeconds, "s");
        Comparison.Row("wave.all", people / wave[^1].TotalSeconds, "mail/s");
        Print("wave.welcome.baseline", quiet);
        Print("wave.welcome", busy);
        Comparison.Row("wave.welcome.p50", At(busy, 0.5) / At(quiet, 0.5), "ratio", "of the waits: less is better");
        Comparison.Row("wave.welcome.p95", At(busy, 0.95) / At(quiet, 0.95), "ratio");
    }

    private static bool IsOfTheWave(string recipient) => recipient.StartsWith("user-", StringComparison.Ordinal) && recipient != "user-1@contacts.test";

    private static Dictionary<string, string> Files(DateTimeOffset due)
    {
        var files = SignUps.Files();
        var at = due.ToString("HH:mm", CultureInfo.InvariantCulture);
        files["scenarios/bench-00.yaml"] = $$"""
            scenario: bench-00
            title: Measured wave
            owner: bench@bench.test
            class: service
            trigger: { event: {{LoopCatalog.EventOf(0)}} }
            reentry: once
            goal: { when: event("left_00"), within: 14d }
            steps:
              - wait: { until: "{{at}}", zone: company }
              - send: { template: welcome, id: wave }
            """;
        return files;
    }

    /// <summary>Signs somebody up again and again, and waits for their welcomes. Answers how long they took from intake's answer on, in order.</summary>
    private static async Task<List<double>> SignUpAsync(ServerStand server, string name, ConcurrentDictionary<string, DateTimeOffset> accepted, Func<bool> goesOn, CancellationToken cancel)
    {
        var answered = new List<(string Recipient, DateTimeOffset At)>();
        using var timer = new PeriodicTimer(BetweenSignUps);
        while (goesOn())
        {
            var id = $"{name}-{answered.Count}";
            await HttpLoad.RunAsync(server.Address, "/v1/batch", 1, 1, _ => SignUps.Json(id), cancel);
            answered.Add((SignUps.Address(id), DateTimeOffset.UtcNow));
            await timer.WaitForNextTickAsync(cancel);
        }

        await Poll.UntilAsync("the last welcome has been accepted", TimeSpan.FromMinutes(2), () => Task.FromResult(answered.TrueForAll(one => accepted.ContainsKey(one.Recipient))), cancel);
        // A mail can be out before the answer has been read here.
        return [.. answered.Select(one => Math.Max(0, (accepted[one.Recipient] - one.At).TotalMilliseconds)).Order()];
    }

    private static void Print(string name, List<double> milliseconds)
    {
        Comparison.Row($"{name}.p50", At(milliseconds, 0.5), "ms", $"of {milliseconds.Count}");
        Comparison.Row($"{name}.p95", At(milliseconds, 0.95), "ms");
        Comparison.Row($"{name}.worst", milliseconds[^1], "ms");
    }

    private static double At(List<double> sorted, double share) => sorted[Math.Min(sorted.Count - 1, (int)(share * sorted.Count))];
}
