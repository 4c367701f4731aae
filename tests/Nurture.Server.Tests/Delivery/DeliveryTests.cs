using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Nurture.Harness;
using Nurture.Scenarios;
using Nurture.Sends;
using Nurture.Server.Delivery;
using Nurture.Server.Hosting;
using Nurture.Storage;

namespace Nurture.Server.Tests.Delivery;

public sealed class DeliveryTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Lesson(2, 19)]
    [Fact]
    public async Task An_outside_judge_sees_each_mail_as_often_as_was_promised()
    {
        await using var sink = await OracleSink.StartAsync();
        await using var rig = await DeliveryRig.StartAsync(sink.Settings);
        var fine = new List<Guid>();
        for (var i = 0; i < 60; i++) fine.Add(await rig.PlanAsync($"ok{i}@example.com"));
        var soft = await rig.PlanAsync("soft@example.com");
        var hard = await rig.PlanAsync("hard@example.com");
        var full = await rig.PlanAsync("full@example.com", expires: TimeSpan.FromHours(1));
        var dropped = await rig.PlanAsync("drop1@example.com", SendClass.Marketing);
        var service = await rig.PlanAsync("drop2@example.com", SendClass.Service);
        var receipt = await rig.PlanAsync("drop3@example.com", SendClass.Transactional);

        await rig.DrainAsync();

        Assert.Equal(SendState.Planned, await rig.StateAsync(soft));
        Assert.Equal((SendState.Uncertain, SendState.Uncertain, SendState.Planned), (await rig.StateAsync(dropped), await rig.StateAsync(service), await rig.StateAsync(receipt)));

        await rig.AdvanceAsync(TimeSpan.FromHours(2));

        foreach (var id in fine) Assert.Equal(SendState.Sent, await rig.StateAsync(id));
        Assert.Equal((SendState.Sent, 3L), (await rig.StateAsync(soft), await rig.AttemptsAsync(soft)));
        Assert.Equal((SendState.Failed, 1L), (await rig.StateAsync(hard), await rig.AttemptsAsync(hard)));
        Assert.Equal(SendState.Expired, await rig.StateAsync(full));
        Assert.Equal((SendState.Uncertain, SendState.Uncertain, SendState.Sent), (await rig.StateAsync(dropped), await rig.StateAsync(service), await rig.StateAsync(receipt)));
        var taken = sink.Accepted().GroupBy(mail => mail.Recipient).ToDictionary(mails => mails.Key, mails => mails.ToList());
        Assert.Equal(2, taken["drop3@example.com"].Count);
        Assert.Single(taken["drop3@example.com"].Distinct());
        Assert.All(taken.Where(mails => mails.Key != "drop3@example.com"), mails => Assert.Single(mails.Value));
        Assert.Equal(64, taken.Count);
        Assert.DoesNotContain("hard@example.com", taken.Keys);
        Assert.Equal(1, await rig.ScalarAsync<long>("select count(*) from suppressions where reason = 'hard_bounce'"));
    }

    [Lesson(2, 19)]
    [Fact]
    public async Task Random_faults_lose_nothing_and_double_nothing()
    {
        await using var sink = await OracleSink.StartAsync(
            "--p-rcpt-451", ".2", "--p-data-451", ".05", "--p-421", ".05", "--p-drop-before-250", ".03", "--p-drop-in-data", ".03", "--max-per-conn", "10", "--seed", "3");
        await using var rig = await DeliveryRig.StartAsync(sink.Settings);
        var sends = new Dictionary<Guid, (string Address, bool IsTransactional)>();
        for (var i = 0; i < 300; i++)
            sends.Add(await rig.PlanAsync($"p{i}@example.com", i % 3 == 0 ? SendClass.Transactional : SendClass.Marketing), ($"p{i}@example.com", i % 3 == 0));

        for (var hour = 0; hour < 24; hour++) await rig.AdvanceAsync(TimeSpan.FromHours(1));

        var taken = sink.Accepted().ToLookup(mail => mail.Recipient);
        foreach (var (id, (address, isTransactional)) in sends)
        {
            var state = await rig.StateAsync(id);
            Assert.True(state == SendState.Sent || (state == SendState.Uncertain && !isTransactional), $"{address}: {state}");
            Assert.True(isTransactional ? taken[address].Any() : taken[address].Count() <= 1, $"{address} came {taken[address].Count()} times");
            if (state == SendState.Sent) Assert.NotEmpty(taken[address]);
            Assert.True(taken[address].Distinct().Count() <= 1, $"{address}: copies differ");
        }
    }

    [Fact]
    public async Task An_unreachable_server_costs_no_attempt_and_mail_leaves_when_it_is_back()
    {
        var port = Network.FreePort();
        await using var rig = await DeliveryRig.StartAsync(
            "--Nurture:Mail:Transport=smtp", "--Nurture:Mail:Host=127.0.0.1", $"--Nurture:Mail:Port={port}", "--Nurture:Mail:Security=None");
        var sends = new List<Guid>();
        for (var i = 0; i < 40; i++) sends.Add(await rig.PlanAsync($"p{i}@example.com"));
        var circuit = rig.Server.Services.GetRequiredService<Circuit>();
        await rig.DrainAsync();

        Assert.True(circuit.Remaining > TimeSpan.Zero);
        foreach (var id in sends) Assert.Equal((SendState.Planned, 0L), (await rig.StateAsync(id), await rig.AttemptsAsync(id)));

        await using var sink = await OracleSink.StartAtAsync(port);
        var waiting = Stopwatch.StartNew();
        while (await rig.ScalarAsync<long>("select count(*) from sends where state <> 4") > 0 && waiting.Elapsed < TimeSpan.FromSeconds(60))
            await rig.AdvanceAsync(TimeSpan.FromSeconds(20));

        Assert.Equal(40, sink.Accepted().Select(mail => mail.Recipient).Distinct().Count());
        Assert.Equal(40, sink.Accepted().Count);
        foreach (var id in sends) Assert.Equal((SendState.Sent, 1L), (await rig.StateAsync(id), await rig.AttemptsAsync(id)));
    }

    [Fact]
    public async Task A_server_that_stops_waits_for_its_answers()
    {
        await using var sink = await OracleSink.StartAsync("--delay-250", "0.3");
        var rig = await DeliveryRig.StartAsync([.. sink.Settings, "--Nurture:Mail:Connections=4"]);
        var sends = new List<Guid>();
        for (var i = 0; i < 12; i++) sends.Add(await rig.PlanAsync($"p{i}@example.com"));
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var draining = rig.Server.Services.GetRequiredService<DueMoments>().DrainAsync(enough.Token);
        while (sink.Accepted().Count == 0) await Task.Yield();

        var states = await rig.StopAsync();
        await enough.CancelAsync();
        try
        {
            await draining;
        }
        catch (OperationCanceledException)
        {
            // It asks for what is due until nothing is.
        }


        Assert.True(states.TryGetValue(SendState.Planned, out var planned), "all had left before the stop");
        Assert.Equal(sink.Accepted().Count, states[SendState.Sent]);
        Assert.Equal(12, planned + states[SendState.Sent]);
        await rig.DisposeAsync();
    }

    [Fact]
    public async Task A_mail_that_cannot_be_rendered_fails_alone_and_says_where()
    {
        await using var rig = await DeliveryRig.StartAsync();
        var broken = await rig.PlanAsync("a@example.com", template: "broken");
        var nowhere = await rig.PlanAsync("not an address");
        var fine = await rig.PlanAsync("b@example.com");

        await rig.DrainAsync();

        Assert.Equal((SendState.Failed, SendState.Failed, SendState.Sent), (await rig.StateAsync(broken), await rig.StateAsync(nowhere), await rig.StateAsync(fine)));
        var reply = await rig.ScalarAsync<string>("select reply from sends where id = @id", ("id", broken.ToByteArray(bigEndian: true)));
        Assert.Contains("broken.en(1,", reply, StringComparison.Ordinal);
        Assert.Contains("no_such_thing", reply, StringComparison.Ordinal);
        Assert.Equal("render_failed,no_address", string.Join(',', (await rig.DumpAsync("select reason from sends where state = 5 order by id")).Split("|\n", StringSplitOptions.RemoveEmptyEntries)
            .Select(reason => Nurture.Engine.Reasons.Code((Nurture.Engine.Reason)short.Parse(reason, null)))));
    }

    [Fact]
    public async Task Signed_mail_in_the_pickup_folder_keeps_every_rule_for_bulk_mail()
    {
        var folder = Directory.CreateTempSubdirectory("nurture-key-").FullName;
        var keyFile = Path.Combine(folder, "dkim.pem");
        using (var key = System.Security.Cryptography.RSA.Create(2048)) await File.WriteAllTextAsync(keyFile, key.ExportPkcs8PrivateKeyPem(), Cancel);
        await using var rig = await DeliveryRig.StartAsync(
            "--Nurture:Mail:Transport=pickup", "--Nurture:PublicUrl=https://mail.sender.example",
            "--Nurture:Dkim:Domain=sender.example", "--Nurture:Dkim:Selector=n1", $"--Nurture:Dkim:KeyFile={keyFile}");
        await rig.PlanAsync("taro@example.jp", locale: "ja", name: "山田 太郎");
        await rig.PlanAsync("bob@example.com", SendClass.Service);

        await rig.DrainAsync();

        var pickup = Path.Combine(Path.GetDirectoryName(rig.Server.Logs)!, "pickup");
        var mails = Directory.GetFiles(pickup, "*.eml");
        Assert.Equal(2, mails.Length);
        Assert.All(mails, mail => Assert.StartsWith("DKIM-Signature: v=1;", File.ReadAllText(mail), StringComparison.Ordinal));
        using var lint = Process.Start(new ProcessStartInfo("python3", [OracleSink.Tool("mime_lint.py"), "--bulk", .. mails]) { RedirectStandardOutput = true })!;
        var said = await lint.StandardOutput.ReadToEndAsync(Cancel);
        await lint.WaitForExitAsync(Cancel);
        Assert.True(lint.ExitCode == 0, said);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Composing_twice_gives_the_same_bytes()
    {
        await using var rig = await DeliveryRig.StartAsync("--Nurture:PublicUrl=https://mail.sender.example");
        await rig.Server.Services.GetRequiredService<SendStore>().StopAsync("test", rig.Clock.Now, Cancel);
        await rig.PlanAsync("bob@example.com");
        await rig.Server.Services.GetRequiredService<SendStore>().StartAsync(Cancel);
        var store = rig.Server.Services.GetRequiredService<SendStore>();
        var claimed = (await store.ClaimAsync("test", 1, TimeSpan.FromMinutes(1), rig.Clock.Now, null, null, Cancel)).Sends.Single();
        var documents = await rig.Server.Services.GetRequiredService<TemplateShelf>().FindAsync(claimed.Documents, Cancel);
        var composer = rig.Server.Services.GetRequiredService<MailComposer>();

        var (one, two) = (composer.Compose(claimed, documents, null), composer.Compose(claimed, documents, null));

        Assert.Equal(Encoding.UTF8.GetString(one.Bytes.Span), Encoding.UTF8.GetString(two.Bytes.Span));
        Assert.Equal($"{claimed.Id:N}@sender.example", one.MessageId);
    }

    [Rule(58)]
    [Fact]
    public async Task The_allow_list_lets_its_addresses_and_domains_through_and_nobody_else()
    {
        await using var rig = await DeliveryRig.StartAsync("--Nurture:Mail:AllowList:0=@Own.example", "--Nurture:Mail:AllowList:1=Boss@elsewhere.example");
        var (domain, address, other, similar) = (
            await rig.PlanAsync("a@own.EXAMPLE"), await rig.PlanAsync("boss@elsewhere.example"), await rig.PlanAsync("x@elsewhere.example"), await rig.PlanAsync("a@notown.example"));

        await rig.DrainAsync();

        Assert.Equal((SendState.Sent, SendState.Sent), (await rig.StateAsync(domain), await rig.StateAsync(address)));
        Assert.Equal((SendState.Skipped, SendState.Skipped), (await rig.StateAsync(other), await rig.StateAsync(similar)));
    }

    [Fact]
    public async Task While_all_sending_is_stopped_nothing_leaves_and_afterwards_everything_does()
    {
        await using var rig = await DeliveryRig.StartAsync();
        var store = rig.Server.Services.GetRequiredService<SendStore>();
        await store.StopAsync("marta", rig.Clock.Now, Cancel);
        var send = await rig.PlanAsync("a@example.com", SendClass.Transactional);

        await rig.DrainAsync();
        Assert.Equal(SendState.Planned, await rig.StateAsync(send));
        await store.StartAsync(Cancel);
        await rig.DrainAsync();

        Assert.Equal(SendState.Sent, await rig.StateAsync(send));
    }

    [Theory]
    [InlineData("--Nurture:Mail:Transport=smtp", "Host")]
    [InlineData("--Nurture:Mail:Transport=pigeon", "pigeon")]
    [InlineData("--Nurture:Mail:AllowList:0=everybody", "everybody")]
    [InlineData("--Nurture:Mail:Tranport=smtp", "Tranport")]
    [InlineData("--Nurture:Dkim:Domain=a.example", "KeyFile")]
    public async Task Settings_that_cannot_work_are_refused_by_name(string setting, string named)
    {
        var refusal = await Assert.ThrowsAsync<Nurture.Server.Hosting.SettingsException>(() => RunningServer.StartAsync("Development", setting));

        Assert.Contains(named, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Outside_development_mode_there_is_no_inbox()
    {
        await Assert.ThrowsAsync<Nurture.Server.Hosting.SettingsException>(() => RunningServer.StartAsync("Production", "--Nurture:Mail:Transport=inbox"));
        await using var server = await RunningServer.StartAsync("Production");

        Assert.Equal(System.Net.HttpStatusCode.NotFound, (await server.Http.GetAsync("/dev/inbox.json", Cancel)).StatusCode);
        Assert.Equal(System.Net.HttpStatusCode.NotFound, (await server.Http.DeleteAsync("/dev/inbox", Cancel)).StatusCode);
    }
}
