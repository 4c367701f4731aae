using Microsoft.Extensions.DependencyInjection.Extensions;
using Nurture.Server.Escalations;
using Nurture.Server.Health;
using Nurture.Server.Intake;
using Nurture.Server.Security;
using Nurture.Server.Users;
using Nurture.Server.Webhooks;
using Nurture.Storage;

namespace Nurture.Server.Api;

/// <summary>What programs use: <c>/api/v1</c>, additive only, each endpoint behind one permission.</summary>
public static class ApiSlice
{
    public const string Root = "/api/v1";

    public static void AddApi(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddHttpContextAccessor();
        services.TryAddSingleton<EventLog>();
        services.TryAddSingleton<SlotStore>();
        services.TryAddSingleton<SendStore>();
        services.TryAddSingleton<SourceStore>();
        services.TryAddSingleton<SettingsStore>();
        services.TryAddSingleton<SuppressionStore>();
        services.AddSingleton<ContactStore>();
        services.AddSingleton<AccountStore>();
        services.AddSingleton<AccountMergeStore>();
        services.AddSingleton<EnrollmentStore>();
        services.AddSingleton<JournalStore>();
        services.AddSingleton<CoverageStore>();
        services.AddSingleton<ParkedStore>();
        services.AddSingleton<DeadLetterStore>();
        services.AddSingleton<AuditStore>();
        services.AddSingleton<ExportStore>();
        services.AddSingleton<ErasureStore>();
        services.AddSingleton<RequestStore>();
        services.AddSingleton<StatusStore>();
        services.AddSingleton<OverviewStore>();
        services.AddSingleton<TimelineStore>();
        services.AddSingleton<StatesNow>();
        services.AddSingleton<TimelineEndpoints.Timelines>();
        services.AddSingleton<Previews>();
        services.AddSingleton<SubjectLines>();
        services.AddSingleton<Audited>();
        services.AddSingleton<ShownDiagnostics>();
        services.AddSingleton<ApiPublishing>();
        services.AddSingleton<ErasureWorker>();
        services.AddHostedService(provider => provider.GetRequiredService<ErasureWorker>());

        services.ConfigureHttpJsonOptions(json => ApiJson.Configure(json.SerializerOptions));
        // What cannot be bound is answered with its reason (ApiProblems), in every mode.
        services.Configure<RouteHandlerOptions>(routing => routing.ThrowOnBadRequest = true);
        services.AddOpenApi(ApiDocument.Name, ApiDocument.Configure);
    }

    /// <summary>Stands before whatever may refuse a request.</summary>
    public static void UseApi(this WebApplication app) => app.UseApiProblems();

    public static void MapApi(this WebApplication app)
    {
        app.MapOpenApi($"{Root}/openapi.json").AllowPublic("it says what there is, and nothing of what is kept");
        var api = app.MapGroup(Root);
        api.MapGroup("").WithTags("me").MapProfile();
        api.MapGroup("").WithTags("session").MapSession();
        api.MapGroup("").WithTags("users").MapUsers();
        api.MapGroup("").WithTags("overview").MapOverview();
        api.MapGroup("").WithTags("contacts").MapContacts();
        api.MapGroup("").WithTags("contacts").MapConsent();
        api.MapGroup("").WithTags("contacts").MapReplies();
        api.MapGroup("").WithTags("accounts").MapAccounts();
        api.MapGroup("").WithTags("accounts").MapAccountMerges();
        api.MapGroup("").WithTags("timelines").MapTimeline();
        api.MapGroup("").WithTags("enrollments").MapEnrollments();
        api.MapGroup("").WithTags("sends").MapSends();
        api.MapGroup("").WithTags("sends").MapSending();
        api.MapGroup("").WithTags("journal").MapJournal();
        api.MapGroup("").WithTags("journal").MapExplain();
        api.MapGroup("").WithTags("scenarios").MapScenarios();
        api.MapGroup("").WithTags("templates").MapTemplates();
        api.MapGroup("").WithTags("templates").MapPreviews();
        api.MapGroup("").WithTags("suppressions").MapSuppressions();
        api.MapGroup("").WithTags("imports").MapImports();
        api.MapGroup("").WithTags("accounts").MapCoverage();
        api.MapGroup("").WithTags("health").MapHealthScores();
        api.MapGroup("").WithTags("escalations").MapEscalations();
        api.MapGroup("").WithTags("operation").MapParked();
        api.MapGroup("").WithTags("sources").MapSources();
        api.MapGroup("").WithTags("sources").MapHookSecrets();
        api.MapGroup("").WithTags("webhooks").MapWebhooks();
        api.MapGroup("").WithTags("keys").MapKeys();
        api.MapGroup("").WithTags("operation").MapStatus();
    }
}
