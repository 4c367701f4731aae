using Nurture.Server.Api;
using Nurture.Storage;

namespace Nurture.Server.Broadcasts;

/// <summary>One mail to many at one time, written as a form; and what leaves this week.</summary>
public static class BroadcastsSlice
{
    public static void AddBroadcasts(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<BroadcastStore>();
        builder.Services.AddSingleton<AudienceCounts>();
        builder.Services.AddSingleton<MailCalendar>();
    }

    public static void MapBroadcasts(this WebApplication app)
    {
        var api = app.MapGroup(ApiSlice.Root).MapGroup("").WithTags("broadcasts");
        api.MapBroadcastForms();
        api.MapAudienceCounts();
        api.MapMailCalendar();
    }
}
