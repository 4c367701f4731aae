using System.Net;
using Nurture.Server.Hosting;
using Nurture.Storage;

namespace Nurture.Server.Webhooks;

/// <summary>Calls that scenarios make to endpoints of others.</summary>
public static class WebhooksSlice
{
    public static void AddWebhooks(this WebApplicationBuilder builder)
    {
        builder.AddSettings<WebhookOptions>("Nurture:Webhooks");
        var services = builder.Services;
        services.AddSingleton<EndpointStore>();
        services.AddSingleton<CallStore>();
        services.AddSingleton(provider => new Egress(provider.GetRequiredService<WebhookOptions>(), Dns.GetHostAddressesAsync));
        services.AddSingleton<CallSender>();
        services.AddSingleton<CallWorker>();
        services.AddHostedService(provider => provider.GetRequiredService<CallWorker>());
    }

    /// <summary>Makes the development clock stop at calls that become due.</summary>
    public static void UseWebhooks(this WebApplication app)
    {
        var worker = app.Services.GetRequiredService<CallWorker>();
        app.Services.GetRequiredService<DueMoments>().Add("calls", worker.NextDueAsync, worker.DrainAsync);
    }
}
