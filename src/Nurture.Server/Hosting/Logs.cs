using Serilog;
using Serilog.Events;
using Serilog.Formatting.Json;

namespace Nurture.Server.Hosting;

/// <summary>
/// Structured logs on the console and, as JSON lines, in <c>logs/</c> of the data directory. At the information level and
/// above nothing names a person: ids, counts and codes only; addresses and values belong to the debug level.
/// </summary>
public static class Logs
{
    private const int KeptFiles = 14;
    private const long MaxFileBytes = 100 << 20;

    public static void AddLogs(this WebApplicationBuilder builder, NurtureOptions options)
    {
        var logs = new LoggerConfiguration()
            .MinimumLevel.Information()
            // Their lines carry paths and queries, and so addresses that were searched for.
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
            .MinimumLevel.Override("Microsoft.Hosting.Lifetime", LogEventLevel.Warning)
            .MinimumLevel.Override("Quartz", LogEventLevel.Warning)
            .ReadFrom.Configuration(builder.Configuration)
            .Enrich.FromLogContext()
            .WriteTo.File(new JsonFormatter(renderMessage: true), Path.Combine(options.DataPath, "logs", "nurture-.log"),
                rollingInterval: RollingInterval.Day, rollOnFileSizeLimit: true, fileSizeLimitBytes: MaxFileBytes, retainedFileCountLimit: KeptFiles);
        if (builder.Environment.IsDevelopment())
            logs.WriteTo.Console(outputTemplate: "{Timestamp:HH:mm:ss} {Level:u3} {Message:lj} {Correlation}{NewLine}{Exception}",
                formatProvider: System.Globalization.CultureInfo.InvariantCulture);
        else
            logs.WriteTo.Console(new JsonFormatter(renderMessage: true));

        builder.Logging.ClearProviders();
        builder.Logging.AddSerilog(logs.CreateLogger(), dispose: true);
    }
}
