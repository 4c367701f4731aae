using System.Security.Cryptography;
using Nurture.Mail;
using Nurture.Mail.Dkim;
using Nurture.Mail.Smtp;
using Nurture.Sends;
using Nurture.Server.Hosting;
using Nurture.Server.Inbox;
using Nurture.Storage;

namespace Nurture.Server.Delivery;

public static class DeliverySlice
{
    public static async Task AddDeliveryAsync(this WebApplicationBuilder builder, Database database, NurtureOptions options)
    {
        var mail = builder.AddSettings<MailOptions>("Nurture:Mail");
        var dkim = builder.AddSettings<DkimOptions>("Nurture:Dkim");
        var kind = mail.Transport ?? (builder.Environment.IsDevelopment() ? MailTransportKind.Inbox : MailTransportKind.Pickup);
        if (kind == MailTransportKind.Inbox && !builder.Environment.IsDevelopment())
            throw new SettingsException(["Nurture__Mail__Transport: the built-in inbox is for development mode; mail leaves by smtp, or goes into the pickup folder."]);

        var services = builder.Services;
        services.AddSingleton(new LinkTokens(await new SettingsStore(database).LinkKeyAsync(CancellationToken.None)));
        services.AddSingleton(new AllowList(mail.AllowList));
        services.AddSingleton(new MailRoute(kind));
        services.AddSingleton<SendStore>();
        services.AddSingleton<InboxStore>();
        services.AddSingleton<TemplateShelf>();
        services.AddSingleton(provider => new Circuit(TimeProvider.System, provider.GetRequiredService<ILogger<Circuit>>()));
        services.AddSingleton<IMailTransport>(provider => kind switch
        {
            MailTransportKind.Inbox => new InboxTransport(provider.GetRequiredService<InboxStore>(), provider.GetRequiredService<BusinessClock>()),
            MailTransportKind.Smtp => new SmtpTransport(Smtp(mail, provider.GetRequiredService<ILogger<SmtpTransport>>())),
            MailTransportKind.Pickup => new PickupFolderTransport(Path.Combine(options.DataPath, "pickup")),
        });
        var signer = SignerOf(dkim);
        services.AddSingleton(provider => new MailComposer(provider.GetRequiredService<LinkTokens>(), provider.GetRequiredService<PublicAddress>(), signer));
        services.AddSingleton<LedgerWriter>();
        services.AddSingleton<SendAttempt>();
        services.AddSingleton<TestMails>();
        services.AddSingleton<DeliveryWorker>();
        services.AddHostedService(provider => provider.GetRequiredService<DeliveryWorker>());

        services.AddSingleton(new StartupFact("mail", kind switch
        {
            MailTransportKind.Inbox => "caught by the built-in inbox, /dev/inbox.json",
            MailTransportKind.Smtp => $"by SMTP to {mail.Host}, {mail.Security}",
            MailTransportKind.Pickup => $"nothing leaves; written to {Path.Combine(options.DataPath, "pickup")}",
        } + (signer is null ? ", unsigned" : $", signed for {dkim.Domain}")));
        if (kind == MailTransportKind.Smtp && options.PublicUrl?.StartsWith("https://", StringComparison.OrdinalIgnoreCase) != true)
            services.AddSingleton(new StartupFact("links in mails", "without https: set Nurture__PublicUrl, or mail readers will not offer to unsubscribe by one click"));
        if (await new RestoreStore(database).FindAsync(CancellationToken.None) is { } restored)
        {
            services.AddSingleton(new StartupFact("nothing is sent", $"this database was restored from a backup{(restored.NewestEventAt is { } newest ? $" whose newest event is of {newest:u}" : "")}, which does not know what left since. Confirm it in the web app (Settings → Sending), by POST /api/v1/sending/confirm, or by: nurture restored confirm") { IsWarning = true });
        }
        if (mail.AllowList.Count > 0) services.AddSingleton(new StartupFact("mail goes only to", $"{mail.AllowList.Count} addresses and domains of the allow-list"));
    }

    /// <summary>Makes the development clock stop at sends that become due.</summary>
    public static void UseDelivery(this WebApplication app)
    {
        var worker = app.Services.GetRequiredService<DeliveryWorker>();
        app.Services.GetRequiredService<DueMoments>().Add("sends", worker.NextDueAsync, worker.DrainAsync);
    }

    private static SmtpOptions Smtp(MailOptions mail, ILogger logger) => new()
    {
        Host = mail.Host!,
        Port = mail.Port ?? (mail.Security == SmtpSecurity.Implicit ? 465 : 587),
        Security = mail.Security,
        Credentials = mail.User is { } user ? new SmtpCredentials(user, mail.Password!) : null,
        HelloName = mail.HelloName,
        MaxConnections = mail.Connections,
        // Conversations name recipients.
        ConnectionFailed = (outcome, transcript) => logger.LogDebug("A mail connection failed ({Phase}): {Reply}\n{Transcript}", outcome.Phase, outcome.Text, transcript),
    };

    private static DkimSigner? SignerOf(DkimOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.KeyFile)) return null;
        try
        {
            using var key = RSA.Create();
            key.ImportFromPem(File.ReadAllText(options.KeyFile));
            return new DkimSigner(options.Domain!, options.Selector!, key);
        }
        catch (Exception problem) when (problem is ArgumentException or CryptographicException or MailFormatException)
        {
            throw new SettingsException([$"Nurture__Dkim__KeyFile: {problem.Message}"]);
        }
    }
}
