using Nurture.Server.Api;
using Nurture.Server.Hosting;
using Nurture.Storage;

namespace Nurture.Server.HeldSessions;

/// <summary>Sessions that people register for: their documents, their seats, and the page behind a mail's link.</summary>
public static class HeldSessionsSlice
{
    public static void AddHeldSessions(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<SessionBook>();
        builder.Services.AddSingleton<SessionTelling>();
        builder.Services.AddSingleton<Seats>();
        builder.Services.AddHostedService(services => services.GetRequiredService<SessionTelling>());
    }

    public static void MapHeldSessions(this WebApplication app)
    {
        app.MapGroup(ApiSlice.Root).MapGroup("").WithTags("sessions").MapSessions();
        app.MapSeats();
    }

    /// <summary>Lets the development clock wait for what is told.</summary>
    public static void UseHeldSessions(this WebApplication app) =>
        app.Services.GetRequiredService<DueMoments>().Add("sessions", (_, _) => Task.FromResult<DateTimeOffset?>(null), app.Services.GetRequiredService<SessionTelling>().TellAsync);
}
