using Nurture.Harness;

namespace Nurture.Benchmarks.Measuring;

/// <summary>What stands against the server, in a process of its own as the server is.</summary>
internal static class BaselineProcess
{
    /// <param name="arguments">Of this program; the address to listen at among them.</param>
    /// <param name="log">What it prints.</param>
    /// <returns>Started, and answering at <c>/readyz</c>; the caller disposes it.</returns>
    public static async Task<ChildProcess> StartReadyAsync(Uri address, IEnumerable<string> arguments, string log, CancellationToken cancel)
    {
        var process = ChildProcess.Start("dotnet", [typeof(BaselineProcess).Assembly.Location, .. arguments], log);
        using var http = new HttpClient { BaseAddress = address };
        await Poll.UntilAsync("the baseline is ready", TimeSpan.FromMinutes(1), async () =>
        {
            try
            {
                using var answer = await http.GetAsync("/readyz", cancel);
                return answer.IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;   // nobody listens yet
            }
        }, cancel);
        return process;
    }
}
