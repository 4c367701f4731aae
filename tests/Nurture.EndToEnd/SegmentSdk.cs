using System.Text.Json;
using System.Text.Json.Nodes;
using Nurture.Harness;

namespace Nurture.EndToEnd;

/// <summary>Segment's own package for Node, unmodified, as a product's server uses it.</summary>
internal static class SegmentSdk
{
    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "segment-node");

    public static async Task SendAsync(Uri server, string writeKey, IEnumerable<(string Call, JsonObject Message)> calls, CancellationToken cancel)
    {
        await InstallAsync(cancel);
        var lines = calls.Select(call => JsonSerializer.Serialize(new { call = call.Call, with = call.Message }));
        var (exitCode, output) = await ChildProcess.RunAsync("node", [Path.Combine(Folder, "send.mjs"), server.ToString().TrimEnd('/'), writeKey], cancel,
            input: string.Join('\n', lines) + "\n");
        Assert.True(exitCode == 0, output);
    }

    private static async Task InstallAsync(CancellationToken cancel)
    {
        var (wanted, installed) = (Path.Combine(Folder, "package-lock.json"), Path.Combine(Folder, "node_modules", ".package-lock.json"));
        if (File.Exists(installed) && File.GetLastWriteTimeUtc(installed) >= File.GetLastWriteTimeUtc(wanted))
            return;
        var (exitCode, output) = await ChildProcess.RunAsync("npm", ["ci"], cancel, folder: Folder);
        Assert.True(exitCode == 0, output);
    }
}
