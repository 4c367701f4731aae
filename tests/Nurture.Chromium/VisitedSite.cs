using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Nurture.Harness;

namespace Nurture.Chromium;

/// <summary>The company's own site: each page of it is the snippet of the intake's guide.</summary>
public sealed partial class VisitedSite : IDisposable
{
    private readonly HttpListener listener = new();
    private readonly string origin = $"http://localhost:{Network.FreePort()}";

    public VisitedSite(Uri nurture, string options = "{}")
    {
        var guide = File.ReadAllText(Path.Combine(Repository.Root, "src", "Nurture.Server", "Intake", "README.md"));
        var snippet = Snippet.Match(guide).Value.Replace("https://nurture.example.com", nurture.ToString().TrimEnd('/'), StringComparison.Ordinal)
            .Replace("WRITE_KEY", "dev", StringComparison.Ordinal).Replace("a.page();", $"a._loadOptions = {options}; a.page();", StringComparison.Ordinal);
        listener.Prefixes.Add($"{origin}/");
        listener.Start();
        _ = ServeAsync(Encoding.UTF8.GetBytes($"<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Acme</title>{snippet}</head><body>Acme</body></html>"));
    }

    public string At(string path) => origin + path;

    public void Dispose() => listener.Close();

    private async Task ServeAsync(byte[] page)
    {
        while (listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await listener.GetContextAsync();
            }
            catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            context.Response.ContentType = "text/html; charset=utf-8";
            await context.Response.OutputStream.WriteAsync(page);
            context.Response.Close();
        }
    }

    [GeneratedRegex("<script>.*?</script>", RegexOptions.Singleline)]
    private static partial Regex Snippet { get; }
}
