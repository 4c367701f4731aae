using Nurture.Server.Api;
using Nurture.Storage;

namespace Nurture.Server.Authoring;

/// <summary>Where scenarios are written: drafts, what is wrong with a text, how it would run, and what goes on in it once it is live.</summary>
public static class AuthoringSlice
{
    public static void AddAuthoring(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<DraftStore>();
        builder.Services.AddSingleton<ScenarioActivityStore>();
        builder.Services.AddSingleton<ScenarioActivities>();
        builder.Services.AddSingleton<Desk>();
        builder.Services.AddSingleton<Gallery>();
    }

    public static void MapAuthoring(this WebApplication app)
    {
        var api = app.MapGroup(ApiSlice.Root).MapGroup("").WithTags("authoring");
        api.MapDrafts();
        api.MapChecks();
        api.MapVocabulary();
        api.MapSchema();
        api.MapGallery();
        api.MapActivity();
    }
}
