using Nurture.Contacts;
using Nurture.Server.Hosting;
using Nurture.Server.Scheduling;
using Nurture.Server.Security;
using Nurture.Storage;

namespace Nurture.Server.Intake;

public static class IntakeSlice
{
    public static async Task AddIntakeAsync(this WebApplicationBuilder builder, Database database)
    {
        builder.AddSettings<IntakeOptions>("Nurture:Intake");
        builder.Services.AddSingleton<SourceStore>();
        builder.Services.AddSingleton<WriteKeys>();
        builder.Services.AddSingleton<PlanInForce>();
        builder.Services.AddSingleton<HookStore>();
        builder.Services.AddSingleton<IntakeStore>();
        builder.Services.AddSingleton<IntakeWriter>();
        builder.Services.AddHostedService(services => services.GetRequiredService<IntakeWriter>());
        builder.Services.AddSingleton<MessageRetention>();
        builder.Services.AddHostedService(services => services.GetRequiredService<MessageRetention>());
        builder.AddRecurringJob<MessageRetention>("forget-messages", "20 3 * * *", Misfire.Once, (retention, _, cancel) => retention.ForgetAsync(cancel));
        if (builder.Environment.IsDevelopment()) await AddDevelopmentSourceAsync(database);
    }

    private static Task AddDevelopmentSourceAsync(Database database) => new SourceStore(database).AddAsync(
        new Source(0, "Development", "default", SecretKeys.Development, ConsentBasis.Relationship, null, null, default, null),
        SecretKeys.Hash(SecretKeys.Development), TimeProvider.System.GetUtcNow(), CancellationToken.None);
}
