using System.Text;
using Nurture.Server.Api;
using Nurture.Server.Hosting;
using Nurture.Server.Security;
using Nurture.Storage;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace Nurture.Server.Operation;

/// <summary>Who may read <c>/metrics</c>: configuration section <c>Nurture:Metrics</c>.</summary>
public sealed record MetricsOptions
{
    /// <summary>Whoever reaches the port; otherwise a key that may read the status.</summary>
    public bool Public { get; init; }
}

/// <summary>What operators watch: the measures, for Prometheus at <c>/metrics</c> and for others by OTLP.</summary>
public static class OperationSlice
{
    public const string Path = "/metrics";

    public static void AddOperation(this WebApplicationBuilder builder, Database database)
    {
        builder.AddSettings<MetricsOptions>("Nurture:Metrics");
        var services = builder.Services;
        services.AddSingleton(_ => new Measures(TimeProvider.System, database.Node));
        services.AddSingleton(provider => new Backlogs(
            provider.GetRequiredService<StatusStore>(), provider.GetRequiredService<SlotStore>(), provider.GetRequiredService<SendStore>(),
            provider.GetRequiredService<BusinessClock>(), TimeProvider.System));
        services.AddSingleton<RestoreStore>();
        services.AddSingleton<Gauges>();
        services.AddSingleton(_ => new PrometheusText(database.Node));
        services.AddSingleton(provider => Collected(provider.GetRequiredService<PrometheusText>(), builder.Configuration, database));
    }

    public static void MapOperation(this WebApplication app)
    {
        // Made now: an instrument that nobody listens to counts nothing.
        app.Services.GetRequiredService<Gauges>();
        app.Services.GetRequiredService<MeterProvider>();
        var metrics = app.MapGet(Path, (PrometheusText prometheus) => TypedResults.Text(prometheus.Scrape(), "text/plain; version=0.0.4", Encoding.UTF8));
        if (app.Services.GetRequiredService<MetricsOptions>().Public) metrics.AllowPublic("the operator opened it: Nurture__Metrics__Public");
        else metrics.RequirePermission(Permission.ReadStatus);
        app.MapGroup(ApiSlice.Root).WithTags("operation").MapOperationNow();
    }

    private static MeterProvider Collected(PrometheusText prometheus, IConfiguration configuration, Database database)
    {
        var meters = Sdk.CreateMeterProviderBuilder()
            // OpenTelemetry's own variables say where to, how, and how often; they may stand wherever ours may.
            .ConfigureServices(services => services.AddSingleton(configuration))
            .AddMeter(Measures.MeterName, "System.Runtime", "Npgsql")
            // Each statement would be timed otherwise; the slots' and the intake's commits are.
            .AddView(instrument => instrument.Meter.Name == "Npgsql" && !instrument.Name.StartsWith("db.client.connection", StringComparison.Ordinal) ? MetricStreamConfiguration.Drop : null)
            .ConfigureResource(resource =>
            {
                resource.AddAttributes([new("service.instance.id", database.Node)]);
                if (configuration["OTEL_SERVICE_NAME"] is null) resource.AddAttributes([new("service.name", "nurture")]);
            })
            .AddReader(new BaseExportingMetricReader(prometheus));
        if ((configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] ?? configuration["OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"]) is not null) meters.AddOtlpExporter();
        return meters.Build();
    }
}
