using System.Globalization;
using System.Text;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Nurture.Server.Operation;

/// <summary>
/// What the SDK collected, in Prometheus' text format 0.0.4: OpenTelemetry's own exporter for it is not to be had. Names as in
/// OpenTelemetry's compatibility rules: dots become underscores, units are spelled out, counters end in <c>_total</c>.
/// </summary>
[ExportModes(ExportModes.Pull)]
public sealed class PrometheusText(string node) : BaseExporter<Metric>, IPullMetricExporter
{
    private readonly Lock gate = new();
    private readonly StringBuilder text = new();

    public Func<int, bool>? Collect { get; set; }

    /// <exception cref="InvalidOperationException">The collection did not end within ten seconds.</exception>
    public string Scrape()
    {
        lock (gate)
        {
            text.Clear();
            if (Collect?.Invoke(10_000) != true) throw new InvalidOperationException("The measures could not be collected within ten seconds.");
            return text.ToString();
        }
    }

    public override ExportResult Export(in Batch<Metric> batch)
    {
        foreach (var metric in batch)
            if (metric.MeterName != Measures.MeterName || metric.MeterTags?.Contains(new(Measures.NodeTag, node)) == true) Write(metric);
        return ExportResult.Success;
    }

    private void Write(Metric metric)
    {
        var isSum = metric.MetricType is MetricType.LongSum or MetricType.DoubleSum;
        var isHistogram = metric.MetricType == MetricType.Histogram;
        var name = NameOf(metric.Name, metric.Unit) + (isSum ? "_total" : "");
        if (metric.Description.Length > 0) text.Append("# HELP ").Append(name).Append(' ').Append(metric.Description.ReplaceLineEndings(" ")).Append('\n');
        text.Append("# TYPE ").Append(name).Append(' ').Append(isSum ? "counter" : isHistogram ? "histogram" : "gauge").Append('\n');
        foreach (ref readonly var point in metric.GetMetricPoints())
        {
            var labels = LabelsOf(point.Tags);
            switch (metric.MetricType)
            {
                case MetricType.LongSum or MetricType.LongSumNonMonotonic: Line(name, labels, point.GetSumLong()); break;
                case MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic: Line(name, labels, point.GetSumDouble()); break;
                case MetricType.LongGauge: Line(name, labels, point.GetGaugeLastValueLong()); break;
                case MetricType.DoubleGauge: Line(name, labels, point.GetGaugeLastValueDouble()); break;
                case MetricType.Histogram: Histogram(name, labels, point); break;
                default: throw new InvalidOperationException($"{metric.Name} is a {metric.MetricType}, which has no form in the text.");
            }
        }
    }

    private void Histogram(string name, string labels, in MetricPoint point)
    {
        long count = 0;
        foreach (var bucket in point.GetHistogramBuckets())
        {
            count += bucket.BucketCount;
            var bound = double.IsPositiveInfinity(bucket.ExplicitBound) ? "+Inf" : Number(bucket.ExplicitBound);
            Line($"{name}_bucket", $"{labels}{(labels.Length > 0 ? "," : "")}le=\"{bound}\"", count);
        }

        Line($"{name}_sum", labels, point.GetHistogramSum());
        Line($"{name}_count", labels, point.GetHistogramCount());
    }

    private void Line(string name, string labels, double value)
    {
        text.Append(name);
        if (labels.Length > 0) text.Append('{').Append(labels).Append('}');
        text.Append(' ').Append(Number(value)).Append('\n');
    }

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string LabelsOf(ReadOnlyTagCollection tags)
    {
        var labels = new StringBuilder();
        foreach (var (key, value) in tags)
        {
            if (labels.Length > 0) labels.Append(',');
            var escaped = Convert.ToString(value, CultureInfo.InvariantCulture)!.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
            labels.Append(Plain(key)).Append("=\"").Append(escaped).Append('"');
        }

        return labels.ToString();
    }

    private static string NameOf(string name, string unit)
    {
        var plain = Plain(name);
        // What stands in braces names what is counted; it is no unit.
        return unit switch
        {
            "s" => $"{plain}_seconds",
            "By" => $"{plain}_bytes",
            _ => plain,
        };
    }

    private static string Plain(string name) => string.Concat(name.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_' ? letter : '_'));
}
