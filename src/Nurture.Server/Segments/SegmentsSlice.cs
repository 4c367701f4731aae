using Nurture.Server.Api;

namespace Nurture.Server.Segments;

/// <summary>Segments: their definitions, who asks them, and who belongs to them.</summary>
public static class SegmentsSlice
{
    public static void AddSegments(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<SubjectStates>();
        builder.Services.AddSingleton<SegmentCensus>();
        builder.Services.AddSingleton<SegmentEstimates>();
    }

    public static void MapSegments(this WebApplication app)
    {
        var api = app.MapGroup(ApiSlice.Root).MapGroup("").WithTags("segments");
        api.MapSegmentLists();
        api.MapSegmentFile();
    }
}
