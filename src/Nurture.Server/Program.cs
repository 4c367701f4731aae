using Nurture.Server.Api;
using Nurture.Server.Arriving;
using Nurture.Server.Authoring;
using Nurture.Server.Broadcasts;
using Nurture.Server.Browser;
using Nurture.Server.Bulk;
using Nurture.Server.Delivery;
using Nurture.Server.Escalations;
using Nurture.Server.Health;
using Nurture.Server.HeldSessions;
using Nurture.Server.Hosting;
using Nurture.Server.Inbox;
using Nurture.Server.Intake;
using Nurture.Server.Notices;
using Nurture.Server.Operation;
using Nurture.Server.Publishing;
using Nurture.Server.Scheduling;
using Nurture.Server.Security;
using Nurture.Server.Segments;
using Nurture.Server.Slots;
using Nurture.Server.Tracking;
using Nurture.Server.Users;
using Nurture.Server.Watching;
using Nurture.Server.Web;
using Nurture.Server.Webhooks;
using Nurture.Storage;

try
{
    await using var app = await BuildAsync(args);
    await app.RunAsync();
    return 0;
}
catch (Exception refusal) when (refusal is SettingsException or DatabaseUnavailableException)
{
    await Console.Error.WriteLineAsync($"Nurture does not start.{Environment.NewLine}{refusal.Message}");
    return 1;
}

public partial class Program
{
    /// <summary>The server, put together but not started.</summary>
    /// <param name="also">Adds to it before it is built, as a host that embeds it does.</param>
    public static async Task<WebApplication> BuildAsync(string[] args, Action<WebApplicationBuilder>? also = null)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        var options = builder.AddSettings<NurtureOptions>("Nurture");
        builder.AddLogs(options);
        var database = await builder.AddDatabaseAsync(options);
        var clock = await builder.AddClocksAsync(database);
        builder.AddSecurity();
        await builder.AddFirstKeysAsync(database);
        builder.AddUsers(database);
        builder.AddOperation(database);
        await builder.AddIntakeAsync(database);
        builder.AddPublishing();
        builder.AddSlots();
        builder.AddScheduling(options, clock);
        await builder.AddDeliveryAsync(database, options);
        builder.AddNotices();
        builder.AddWebhooks();
        builder.AddTracking();
        builder.AddHealth();
        builder.AddEscalations();
        builder.AddBrowser();
        builder.AddApi();
        builder.AddAuthoring();
        builder.AddSegments();
        builder.AddArriving();
        builder.AddBroadcasts();
        builder.AddHeldSessions();
        builder.AddBulk();
        builder.AddWatching();
        builder.AddWebApp();
        also?.Invoke(builder);

        var app = builder.Build();
        app.UseCorrelation();
        app.UseApi();
        app.UseRateLimiter();
        app.UseEndpointSecurity();
        app.UseWebApp();
        app.MapHealth();
        app.MapDevelopmentClock();
        app.MapIntake();
        app.MapHooks();
        app.MapTracking();
        app.MapBrowser();
        app.MapInbox();
        app.MapApi();
        app.MapOperation();
        app.MapAuthoring();
        app.MapSegments();
        app.MapArriving();
        app.MapBroadcasts();
        app.MapHeldSessions();
        app.MapSchedules();
        app.MapBulk();
        app.MapWatching();

        app.UsePreparation();
        app.UseSlots();
        app.UseDelivery();
        app.UseWebhooks();
        app.UseScheduling();
        app.UseHeldSessions();
        app.UseBulk();
        app.UseWatching();
        app.UseEscalations();
        await app.UsePublishingAsync(CancellationToken.None);

        app.RequireEveryEndpointToNameItsAccess();
        app.ReportStart();
        return app;
    }
}
