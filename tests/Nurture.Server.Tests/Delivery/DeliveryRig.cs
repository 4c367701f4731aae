using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Nurture.Mail;
using Nurture.Scenarios;
using Nurture.Sends;
using Nurture.Server.Hosting;
using Nurture.Storage;
using Nurture.Templates;

namespace Nurture.Server.Tests.Delivery;

/// <summary>A running server with templates published and sends planned as slots would have, and a look at what became of them.</summary>
public sealed class DeliveryRig : IAsyncDisposable
{
    private const short Slot = 5;

    private DeliveryRig(RunningServer server) => Server = server;

    public RunningServer Server { get; }

    public BusinessClock Clock => Server.Services.GetRequiredService<BusinessClock>();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private readonly Dictionary<string, MailTemplate> templates = [];

    public static async Task<DeliveryRig> StartAsync(params string[] settings)
    {
        var rig = new DeliveryRig(await RunningServer.StartAsync("Development", settings));
        await rig.PublishAsync("welcome.en.html",
            """
            ---
            subject: "Welcome, {{ contact.name }} [{{ trigger.token }}]"
            layout: none
            ---
            <html><body><p>Hello {{ contact.name }}, <a href="https://app.example.com/start?a=1&amp;b=2">start here</a> or <a href="mailto:help@example.com">write</a>.</p>
            <p><a data-notrack href="https://example.com/plain">plain</a></p></body></html>
            """);
        await rig.PublishAsync("welcome.ja.html",
            """
            ---
            subject: "【重要】{{ contact.name }}様、トライアルのご案内です。ご利用開始までの三つの手順をお知らせいたします [{{ trigger.token }}]"
            layout: none
            ---
            <html lang="ja"><body><p>{{ contact.name }}様</p><p>いつもご利用ありがとうございます。<a href="https://app.example.com/開始?名前=花子">こちら</a>からどうぞ。</p></body></html>
            """);
        await rig.PublishAsync("broken.en.html",
            """
            ---
            subject: Broken
            layout: none
            ---
            <p>{{ contact.no_such_thing }}</p>
            """);
        return rig;
    }

    public async Task PublishAsync(string file, string text)
    {
        var template = MailTemplate.Parse(text, file);
        Assert.Empty(template.Diagnostics);
        templates[$"{template.Name}.{template.Locale}"] = template;
        await Server.Services.GetRequiredService<CatalogStore>()
            .PublishAsync([new DocumentDraft("template", $"{template.Name}.{template.Locale}", template.Hash, text)], "test", Clock.Now, Cancel);
    }

    public Task<long> ContactAsync(string name = "花子") => ScalarAsync<long>(
        "insert into contacts (slot, namespace, name, basis, created_at, updated_at) values (@slot, 'n', @name, 1, 0, 0) returning id", ("slot", Slot), ("name", name));

    public async Task<Guid> PlanAsync(
        string address, SendClass sendClass = SendClass.Marketing, string template = "welcome", string locale = "en", string? topic = null,
        long? contact = null, string name = "Bob", TimeSpan? expires = null, string token = "t1", string scenario = "trial")
    {
        var id = Guid.CreateVersion7();
        var now = Clock.Now.ToUnixTimeMilliseconds();
        var document = templates[$"{template}.{locale}"];
        var inputs = JsonSerializer.Serialize(new
        {
            contact = new { id = 1, name },
            trigger = new { token },
            sender = new { name = "株式会社サンプル", address = "hello@sender.example", reply_to = "support@sender.example", organization = "Sample Inc.", postal_address = "1-2-3 Chiyoda, Tokyo" },
        });
        await ExecuteAsync(
            """
            insert into sends (slot, id, kind, subject_id, enrollment_id, scenario, version, step, occurrence, recipient_id, address, address_hash,
                class, topic, template, documents, locale, inputs, seed, state, is_counted, planned_at, not_before, expires_at, correlation, cause_id)
            values (@slot, @id, 1, @contact, 9, @scenario, 1, 'welcome', 0, @contact, @address, @hash, @class, @topic, @template, @documents, @locale, @inputs, 7, 1, 1,
                @now, @now, @expires, 'cor-1', 0)
            """,
            ("slot", Slot), ("id", id.ToByteArray(bigEndian: true)), ("contact", contact ?? 1), ("scenario", scenario), ("address", address),
            ("hash", Encoding.UTF8.GetBytes(address)), ("class", (int)sendClass), ("topic", topic), ("template", template),
            ("documents", $"{document.Name}.{document.Locale}={document.Hash}"), ("locale", locale), ("inputs", Encoding.UTF8.GetBytes(inputs)),
            ("now", now), ("expires", now + (long)(expires ?? TimeSpan.FromDays(3)).TotalMilliseconds));
        await ExecuteAsync(
            "insert into outbox (slot, id, class, scenario, state, not_before) values (@slot, @id, @class, @scenario, 1, @now)",
            ("slot", Slot), ("id", id.ToByteArray(bigEndian: true)), ("class", (int)sendClass), ("scenario", scenario), ("now", now));
        return id;
    }

    /// <summary>Until everything that is due now has been through.</summary>
    public Task DrainAsync() => Server.Services.GetRequiredService<DueMoments>().DrainAsync(Cancel);

    public Task AdvanceAsync(TimeSpan by) => Server.Services.GetRequiredService<DevelopmentClock>().AdvanceAsync(by, Cancel);

    public async Task<SendState> StateAsync(Guid id) => (SendState)await ScalarAsync<long>("select state from sends where id = @id", ("id", id.ToByteArray(bigEndian: true)));

    public Task<long> AttemptsAsync(Guid id) => ScalarAsync<long>("select attempts from sends where id = @id", ("id", id.ToByteArray(bigEndian: true)));

    public async Task<JsonElement> InboxAsync() => JsonDocument.Parse(await Server.Http.GetStringAsync("/dev/inbox.json", Cancel)).RootElement;

    public Task ExecuteAsync(string sql, params (string Name, object? Value)[] args) => ScalarAsync<object>(sql, args);

    public Task<T> ScalarAsync<T>(string sql, params (string Name, object? Value)[] args) =>
        Server.Database.WriteAsync(async (connection, transaction, cancel) =>
        {
            await using var command = connection.CreateCommand();
            (command.Transaction, command.CommandText) = (transaction, sql);
            foreach (var (name, value) in args)
            {
                var parameter = command.CreateParameter();
                (parameter.ParameterName, parameter.Value) = ($"@{name}", value ?? DBNull.Value);
                command.Parameters.Add(parameter);
            }
            return (T)(await command.ExecuteScalarAsync(cancel))!;
        }, Cancel);

    /// <summary>All rows of a query as one text, to see whether anything changed.</summary>
    public async Task<string> DumpAsync(string sql)
    {
        await using var connection = await Server.Database.OpenAsync(Cancel);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync(Cancel);
        var text = new StringBuilder();
        while (await reader.ReadAsync(Cancel))
        {
            for (var i = 0; i < reader.FieldCount; i++) text.Append(reader.GetValue(i) is byte[] bytes ? Convert.ToHexString(bytes) : reader.GetValue(i)).Append('|');
            text.Append('\n');
        }
        return text.ToString();
    }

    /// <summary>Stops the workers as a server does that ends in peace. How many sends are in which state then.</summary>
    public async Task<Dictionary<SendState, int>> StopAsync()
    {
        await Server.Services.GetRequiredService<Nurture.Server.Delivery.DeliveryWorker>().StopAsync(Cancel);
        return (await DumpAsync("select state, count(*) from sends group by state")).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('|')).ToDictionary(row => (SendState)int.Parse(row[0], null), row => int.Parse(row[1], null));
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
