using System.Buffers;
using Nurture.Benchmarks.Load;
using Nurture.Benchmarks.Loop;
using Nurture.Benchmarks.Measuring;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Harness;
using Nurture.Mail;
using Nurture.Mail.Mime;
using Nurture.Mail.Smtp;
using Nurture.Scenarios;
using Nurture.Sends;
using Nurture.Server.Hosting;
using Nurture.Server.Publishing;
using Nurture.Storage;

namespace Nurture.Benchmarks.Mailing;

/// <summary>
/// Mails of 3 kB to a mail server on this machine, which is a process of its own. The transport alone against a socket written
/// by hand; and the whole of delivery, from planned rows over claims, rendering and signing to the written results.
/// </summary>
internal static class MailBenchmark
{
    private const int Connections = 16;
    private const double LeastPerSecond = 2500;

    public static async Task RunAsync(Setting setting)
    {
        using var scratch = new ScratchFolder("mail");
        var (sink, port) = await LoadSink.StartProcessAsync(scratch, setting.Cancel);
        await using (sink)
        {
            var key = await SigningKey.WriteAsync(scratch, setting.Cancel);
            var message = await ComposeAsync(key, setting.Cancel);
            if (setting.Asks("transport")) await TransportAsync(setting, port, message);
            if (setting.Asks("ledger")) await LedgerAsync(setting, port, key, message);
        }
    }

    private static async Task TransportAsync(Setting setting, int port, ReadOnlyMemory<byte> message)
    {
        await using var transport = new SmtpTransport(new SmtpOptions { Host = "127.0.0.1", Port = port, Security = SmtpSecurity.None, MaxConnections = Connections });
        var envelope = new MailEnvelope(EmailAddress.Parse("bench@sender.test"), EmailAddress.Parse("user@contacts.test"));
        var mails = setting.Few(40_000, 10_000);
        var cpu = Cpu.OfThis();
        await SendAsync(2_000);
        await BareSocket.RunAsync(port, Connections, 2_000, message, setting.Cancel);
        await new Comparison(setting.Rounds).RunAsync("mail.transport", "mail",
            () => cpu.TimeAsync(() => BareSocket.RunAsync(port, Connections, mails, message, setting.Cancel)), () => cpu.TimeAsync(() => SendAsync(mails)), 0.7);

        async Task<long> SendAsync(int count)
        {
            var left = count;
            await Task.WhenAll(Enumerable.Range(0, Connections).Select(async _ =>
            {
                while (Interlocked.Decrement(ref left) >= 0)
                {
                    var offer = await transport.OfferAsync(envelope, message, setting.Cancel);
                    if (offer is not MailOffer.Accepted(var transaction)) throw new IOException($"Refused: {offer}");
                    await using (transaction)
                    {
                        if (await transaction.FinishAsync(setting.Cancel) is { Kind: not SendOutcomeKind.Sent } outcome) throw new IOException($"Not sent: {outcome}");
                    }
                }
            }));
            return count;
        }
    }

    private static async Task LedgerAsync(Setting setting, int port, string key, ReadOnlyMemory<byte> message)
    {
        var files = LoopCatalog.Files(1);
        files["templates/bench.en.html"] = "---\nsubject: 'Your week at Example'\nlayout: none\n---\n" + Body("{{ contact.name ?? \"there\" }}");
        await using var stand = await Stand.CreateAsync(setting.Store, files, setting.Cancel, SigningKey.Settings(key, port).Select(pair => $"{pair.Key}={pair.Value}"));
        var mails = setting.Few(20_000, 5_000);
        var first = await new Seeding(stand.Get<Database>()).ContactsAsync(mails, setting.Cancel);
        await stand.StartAsync(setting.Cancel);
        var cpu = await Cpu.OfAsync(stand.Database, setting.Cancel);
        var lap = 0;
        // The code of a whole server is compiled twice before it is as fast as it stays.
        for (var warm = 0; warm < 2; warm++) await LapAsync(mails);
        var (_, own) = await new Comparison(setting.Rounds).RunAsync("mail.ledger", "mail",
            () => cpu.TimeAsync(() => BareSocket.RunAsync(port, Connections, mails, message, setting.Cancel)), () => LapAsync(mails), null);
        Comparison.Row("mail.ledger", own.PerSecond / LeastPerSecond, "of the goal", $"goal {LeastPerSecond} mails/s");

        async Task<Lap> LapAsync(int count)
        {
            await PlanAsync(stand, first, count, lap++, setting.Cancel);
            return await cpu.TimeAsync(async () =>
            {
                stand.Get<WorkSignals>().Sends.Raise();
                await Quiet.UntilSentAsync(stand, setting.Cancel);
                return count;
            });
        }
    }

    private static async Task PlanAsync(Stand stand, long first, int count, int lap, CancellationToken cancel)
    {
        var published = await stand.Get<CatalogSource>().CurrentAsync(cancel);
        var (hash, now) = (stand.Get<AddressHash>(), DateTimeOffset.UtcNow.Truncate());
        var commit = new SlotCommit { RecordedAt = now };
        for (var id = first; id < first + count; id++)
        {
            var recipient = new ContactState { Id = id };
            recipient.Set("name", AttributeValue.From($"User {id}"), now);
            var (address, passage) = ($"user-{id}@contacts.test", Draws.EnrollmentId(recipient.Ref, "bench-00", "", lap));
            var sendId = Draws.SendId(recipient.Ref, passage, "nudge", 0, id);
            commit.Sends.Add(new PlannedSend((short)(id % Slots.Count), new SendDraft
            {
                Id = sendId, Subject = recipient.Ref, EnrollmentId = passage, Scenario = "bench-00", Version = 1, Step = "nudge", RecipientId = id, Address = address, Class = SendClass.Service,
                Template = "bench", Locale = "en", Inputs = MailInputs.Write(published.Catalog, published.Catalog.Mails.ReadsOf("bench", "en"), recipient, null, null, null), Seed = Draws.Seed(sendId), PlannedAt = now, ExpiresAt = now.AddDays(1), Correlation = "benchmark",
            }, published.DocumentsOf("bench", "en"), hash.Of(address)));
        }

        await stand.Get<SlotStore>().CommitAsync(commit, cancel);
    }

    private static string Body(string name) =>
        $"""
        <html><body style="font-family:system-ui,Helvetica,Arial,sans-serif;color:#1f2328"><h1>Hello {name},</h1>
        <p>your team opened the set-up guide four times this week and finished two of its three steps.</p>
        <p><a href="https://app.example.com/setup?from=mail">Finish the third one</a>: it takes about five minutes, and you can stop at any time.</p>
        <p>If something is unclear, simply answer this mail.</p></body></html>
        """;

    private static async Task<ReadOnlyMemory<byte>> ComposeAsync(string key, CancellationToken cancel)
    {
        var (plain, signed) = (new ArrayBufferWriter<byte>(), new ArrayBufferWriter<byte>());
        MimeWriter.Write(new EmailMessage
        {
            From = EmailAddress.Parse("bench@sender.test"), To = EmailAddress.Parse("user@contacts.test"), Subject = "Your week at Example", Date = DateTimeOffset.UtcNow, MessageId = "1@sender.test",
            TextBody = new string('t', 60) + "\n", HtmlBody = string.Concat(Enumerable.Repeat(Body("Ann"), 3)),
        }, plain);
        (await SigningKey.ReadAsync(key, cancel)).Sign(plain.WrittenSpan, DateTimeOffset.UtcNow, signed);
        signed.Write(plain.WrittenSpan);
        Comparison.Row("mail.transport", signed.WrittenCount, "bytes/mail");
        return signed.WrittenMemory;
    }
}
