using Nurture.Server.Api;
using Nurture.Server.Hosting;
using Nurture.Storage;

namespace Nurture.Server.Bulk;

/// <summary>Starting many by hand, and working on many passages at once.</summary>
public static class BulkSlice
{
    public static void AddBulk(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<BulkStore>();
        builder.Services.AddSingleton<Chosen>();
        builder.Services.AddSingleton<EntryTrial>();
        builder.Services.AddSingleton<BulkWorks>();
        builder.Services.AddHostedService(services => services.GetRequiredService<BulkWorks>());
    }

    public static void MapBulk(this WebApplication app) => app.MapGroup(ApiSlice.Root).MapGroup("").WithTags("enrollments").MapBulk();

    /// <summary>Makes the development clock stop at each step of work that keeps a pace.</summary>
    public static void UseBulk(this WebApplication app)
    {
        var works = app.Services.GetRequiredService<BulkWorks>();
        app.Services.GetRequiredService<DueMoments>().Add("bulk", works.NextAsync, works.DrainAsync);
    }
}
