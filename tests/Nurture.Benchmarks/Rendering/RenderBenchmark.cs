using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using HandlebarsDotNet;
using Nurture.Benchmarks.Measuring;
using Nurture.Sends;
using Nurture.Templates;
using Nurture.Templating;

namespace Nurture.Benchmarks.Rendering;

/// <summary>
/// One mail of 6 kB. The template alone, from values that are there, against Handlebars.Net and against C# written by hand; and
/// as production renders it, from the ledger's JSON with a subject line, against Handlebars.Net behind System.Text.Json.
/// </summary>
internal static class RenderBenchmark
{
    private const double MostMicroseconds = 8;
    private const int MostBytes = 8 * 1024;

    private static readonly CultureInfo English = CultureInfo.GetCultureInfo("en");

    public static async Task RunAsync(Setting setting)
    {
        var buffer = new ArrayBufferWriter<byte>(16 * 1024);
        var layout = Template.Parse(MailTexts.NurtureLayout, "layout", TemplateOptions.Html);
        var options = new RenderOptions { Now = DateTimeOffset.UnixEpoch, Culture = English, Loader = _ => layout };
        var template = Template.Parse(MailTexts.Nurture, "measured", TemplateOptions.Html);
        var model = Invoice.Sample.ToModel();
        var handlebars = Compile();
        var byHand = new HandWritten(English);
        // As a send's row has it, where dates are text and nothing is summed up.
        var mail = Parsed("measured.en.html", $"---\nsubject: 'Your order {{{{ trigger.number }}}}'\n---\n{MailTexts.NurtureBody(" date.parse |", "1072.5")}");
        var mailLayout = Parsed("layout.en.html", MailTexts.NurtureLayout);

        void Ours() => template.Render(Fresh(), model, options);
        void ByHand() => byHand.Write(Invoice.Sample, Fresh());
        void Theirs() => handlebars(Invoice.Sample);
        void OursFromJson() => MailRenderer.Render(mail, mailLayout, MailRenderer.ReadInputs(Invoice.Json, SendPolicy.Default.Sender), options);
        void TheirsFromJson() => handlebars(JsonSerializer.Deserialize<Invoice>(Invoice.Json, JsonSerializerOptions.Web)!);
        RequireSame(template.Render(model, options), handlebars(Invoice.Sample));
        ByHand();
        RequireSame(template.Render(model, options), Encoding.UTF8.GetString(buffer.WrittenSpan));
        Comparison.Row("render.mail", buffer.WrittenCount, "bytes");

        await CompareAsync("render.template", Theirs, Ours, 1, MostBytes);
        await CompareAsync("render.by-hand", ByHand, Ours, 1 / 3.0, MostBytes);
        await CompareAsync("render.production", TheirsFromJson, OursFromJson, 1, null);

        ArrayBufferWriter<byte> Fresh()
        {
            buffer.ResetWrittenCount();
            return buffer;
        }

        async Task CompareAsync(string name, Action baseline, Action ours, double goal, int? mostBytes)
        {
            foreach (var work in new[] { baseline, ours }) Repeat(work, setting.Few(5_000, 2_000));
            var cpu = Cpu.OfThis();
            var renders = setting.Few(40_000, 10_000);
            var (_, own) = await new Comparison(setting.Rounds).RunAsync(name, "render",
                () => cpu.TimeAsync(() => Task.FromResult(Repeat(baseline, renders))), () => cpu.TimeAsync(() => Task.FromResult(Repeat(ours, renders))), goal);
            // Of one thread that does nothing else; and whoever else is busy takes no part in it.
            Comparison.Row(name, own.Microseconds, "µs/render", mostBytes is null ? "" : string.Create(CultureInfo.InvariantCulture, $"goal at most {MostMicroseconds}"));
            Comparison.Row($"{name}.baseline.allocated", Allocated(baseline), "bytes/render");
            Comparison.Row($"{name}.allocated", Allocated(ours), "bytes/render", mostBytes is { } most ? string.Create(CultureInfo.InvariantCulture, $"goal at most {most}") : "");
        }
    }

    private static MailTemplate Parsed(string file, string text)
    {
        var mail = MailTemplate.Parse(text, file);
        return mail.IsValid ? mail : throw new InvalidOperationException(string.Join(Environment.NewLine, mail.Diagnostics));
    }

    private static HandlebarsTemplate<object, object> Compile()
    {
        var engine = Handlebars.Create();
        engine.RegisterHelper("date", (output, _, arguments) => output.WriteSafeString(((DateTimeOffset)arguments[0]!).ToString("dd MMM yyyy", English)));
        engine.RegisterHelper("money", (output, _, arguments) => output.WriteSafeString(((double)arguments[0]!).ToString("N2", English)));
        engine.RegisterTemplate("layout", MailTexts.HandlebarsLayout);
        return engine.Compile(MailTexts.Handlebars);
    }

    // Each writes an apostrophe in its own way.
    private static void RequireSame(string one, string other)
    {
        if (WebUtility.HtmlDecode(one) != WebUtility.HtmlDecode(other)) throw new InvalidOperationException($"The contenders do not render the same:\n{one}\n{other}");
    }

    private static long Repeat(Action work, int times)
    {
        for (var n = 0; n < times; n++) work();
        return times;
    }

    private static double Allocated(Action work)
    {
        const int Times = 1000;
        var before = GC.GetAllocatedBytesForCurrentThread();
        Repeat(work, Times);
        return (GC.GetAllocatedBytesForCurrentThread() - before) / (double)Times;
    }
}
