using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using HandlebarsDotNet;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Nurture.Benchmarks.Mailing;
using Nurture.Mail;
using Nurture.Mail.Dkim;
using Nurture.Mail.Mime;

namespace Nurture.Benchmarks.Whole;

/// <summary>
/// The obvious way, with its code fixed: a request inserts contact, event, decision and send by EF Core in one transaction, renders
/// by Handlebars.Net, signs, hands the mail over on a kept connection, and marks it sent. In a process of its own.
/// </summary>
internal static class EfSignUps
{
    public const string Verb = "baseline-sign-ups";

    /// <param name="args">The address; the connection string, Npgsql's or SQLite's; the key's file; the mail server's port.</param>
    public static async Task<int> RunAsync(string[] args, CancellationToken cancel)
    {
        var (url, connection, key, port) = (args[0], args[1], args[2], int.Parse(args[3], System.Globalization.CultureInfo.InvariantCulture));
        var isPostgres = !connection.StartsWith("Data Source=", StringComparison.Ordinal);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddDbContextPool<Context>(options => _ = isPostgres ? options.UseNpgsql(connection) : options.UseSqlite(connection));
        await using var app = builder.Build();
        await using (var scope = app.Services.CreateAsyncScope())
        {
            var context = scope.ServiceProvider.GetRequiredService<Context>();
            await context.Database.EnsureCreatedAsync(cancel);
            if (!isPostgres) await context.Database.ExecuteSqlRawAsync("pragma journal_mode = wal", cancel);
        }

        var signer = await SigningKey.ReadAsync(key, cancel);
        var template = Handlebars.Compile(SignUps.Mail("{{name}}"));
        var connections = new ConcurrentBag<PlainSmtp>();
        app.MapGet("/readyz", () => Results.Ok());
        app.MapPost("/v1/batch", async (HttpContext http, Context context) =>
        {
            using var message = await JsonDocument.ParseAsync(http.Request.Body, default, http.RequestAborted);
            var (who, what) = (message.RootElement.GetProperty("batch")[0], message.RootElement.GetProperty("batch")[1]);
            var (user, traits) = (who.GetProperty("userId").GetString()!, who.GetProperty("traits"));
            var (email, name) = (traits.GetProperty("email").GetString()!, traits.GetProperty("name").GetString()!);
            var now = DateTimeOffset.UtcNow;
            var contact = new Contact { UserId = user, Email = email, Name = name };
            var send = new Send { Contact = contact, Template = "welcome", PlannedAt = now.ToUnixTimeMilliseconds() };
            await using (var transaction = await context.Database.BeginTransactionAsync())
            {
                context.AddRange(contact, new Event { Contact = contact, Name = what.GetProperty("event").GetString()!, MessageId = what.GetProperty("messageId").GetString()!, At = send.PlannedAt, Properties = what.GetProperty("properties").GetRawText() });
                if (what.GetProperty("properties").GetProperty("plan").GetString() == "trial") context.AddRange(new Decision { Contact = contact, Said = "welcomed", At = send.PlannedAt }, send);
                await context.SaveChangesAsync();
                await transaction.CommitAsync();
            }

            if (!connections.TryTake(out var smtp)) smtp = await PlainSmtp.OpenAsync(port);
            await smtp.SendAsync(email, Compose(signer, template, email, name, send.Id, now));
            connections.Add(smtp);
            send.IsSent = true;
            await context.SaveChangesAsync();
            http.Response.ContentLength = 16;
            await http.Response.WriteAsync("""{"success":true}""");
        });
        app.Urls.Add(url);
        await app.StartAsync(cancel);
        await app.WaitForShutdownAsync(cancel);
        return 0;
    }

    private static ReadOnlyMemory<byte> Compose(DkimSigner signer, HandlebarsTemplate<object, object> template, string email, string name, long id, DateTimeOffset now)
    {
        var (plain, signed) = (new ArrayBufferWriter<byte>(4096), new ArrayBufferWriter<byte>(4096));
        MimeWriter.Write(new EmailMessage
        {
            From = EmailAddress.Parse("bench@sender.test"), To = EmailAddress.Parse(email), Subject = "Welcome to Example", Date = now, MessageId = $"{id}@sender.test",
            TextBody = $"Welcome, {name}. Your trial has begun: https://app.example.com/setup?from=mail\n", HtmlBody = template(new { name }),
        }, plain);
        signer.Sign(plain.WrittenSpan, now, signed);
        signed.Write(plain.WrittenSpan);
        return signed.WrittenMemory;
    }

    /// <summary>One command, one answer.</summary>
    private sealed class PlainSmtp(Socket socket)
    {
        private readonly byte[] replies = new byte[4096];

        public static async Task<PlainSmtp> OpenAsync(int port)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(IPAddress.Loopback, port);
            var smtp = new PlainSmtp(socket);
            await smtp.ReadAsync();
            await smtp.AskAsync("EHLO bench.test\r\n");
            return smtp;
        }

        public async Task SendAsync(string to, ReadOnlyMemory<byte> message)
        {
            await AskAsync("MAIL FROM:<bench@sender.test>\r\n");
            await AskAsync($"RCPT TO:<{to}>\r\n");
            await AskAsync("DATA\r\n");
            await socket.SendAsync(message);
            await AskAsync(".\r\n");
        }

        private async Task AskAsync(string command)
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes(command));
            await ReadAsync();
        }

        private async Task ReadAsync()
        {
            var read = await socket.ReceiveAsync(replies);
            if (read == 0 || replies[0] is not ((byte)'2' or (byte)'3')) throw new IOException($"Answered: {Encoding.ASCII.GetString(replies, 0, read)}");
        }
    }

    private sealed class Context(DbContextOptions<Context> options) : DbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder model)
        {
            model.Entity<Contact>().HasIndex(contact => contact.UserId).IsUnique();
            model.Entity<Event>().HasIndex(happened => happened.MessageId).IsUnique();
            model.Entity<Decision>();
            model.Entity<Send>();
        }
    }

    private sealed class Contact
    {
        public long Id { get; set; }

        public required string UserId { get; set; }

        public required string Email { get; set; }

        public required string Name { get; set; }
    }

    private sealed class Event
    {
        public long Id { get; set; }

        public Contact? Contact { get; set; }

        public required string Name { get; set; }

        public required string MessageId { get; set; }

        public required long At { get; set; }

        public required string Properties { get; set; }
    }

    private sealed class Decision
    {
        public long Id { get; set; }

        public Contact? Contact { get; set; }

        public required string Said { get; set; }

        public required long At { get; set; }
    }

    private sealed class Send
    {
        public long Id { get; set; }

        public Contact? Contact { get; set; }

        public required string Template { get; set; }

        public required long PlannedAt { get; set; }

        public bool IsSent { get; set; }
    }
}
