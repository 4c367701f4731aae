using Nurture.Server.Api;

namespace Nurture.Server.Arriving;

/// <summary>What arrives, held against the tracking plan.</summary>
public static class ArrivingSlice
{
    public static void AddArriving(this WebApplicationBuilder builder) => builder.Services.AddSingleton<EventSurvey>();

    public static void MapArriving(this WebApplication app) => app.MapGroup(ApiSlice.Root).MapGroup("").WithTags("events").MapArrivingEvents();
}
