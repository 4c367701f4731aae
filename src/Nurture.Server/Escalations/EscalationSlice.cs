using Nurture.Contacts;
using Nurture.Notices;
using Nurture.Server.Hosting;
using Nurture.Server.Notices;
using Nurture.Server.Publishing;
using Nurture.Server.Scheduling;
using Nurture.Storage;

namespace Nurture.Server.Escalations;

/// <summary>What customer success managers work on. What they do is told to the account's slot, which alone changes a case.</summary>
public static class EscalationSlice
{
    public static void AddEscalations(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<EscalationStore>();
        builder.Services.AddSingleton<ApprovalStore>();
        builder.Services.AddSingleton<Working>();
        builder.Services.AddSingleton<CaseBudgetStore>();
        builder.Services.AddSingleton<CaseBudgets>();
        builder.Services.AddHostedService(services => services.GetRequiredService<CaseBudgets>());
        builder.Services.AddSingleton<EscalationReminders>();
        builder.Services.AddHostedService(services => services.GetRequiredService<EscalationReminders>());
    }

    /// <summary>Makes the development clock stop where a case is called to mind, and wait for the budget's answers.</summary>
    public static void UseEscalations(this WebApplication app)
    {
        var reminders = app.Services.GetRequiredService<EscalationReminders>();
        app.Services.GetRequiredService<DueMoments>().Add("reminders", app.Services.GetRequiredService<EscalationStore>().NextReminderAsync, reminders.RemindAsync);
        app.Services.GetRequiredService<DueMoments>().Add("case-budgets", (_, _) => Task.FromResult<DateTimeOffset?>(null), app.Services.GetRequiredService<CaseBudgets>().AnswerAsync);
    }
}

/// <summary>
/// Calls cases to mind that nobody took in time: once each, in the case's story, in the queue and by mail. Every node looks;
/// who is first with a case locks it.
/// </summary>
public sealed class EscalationReminders(
    EscalationStore store, ColleagueList colleagues, CatalogSource catalogs, BusinessClock clock, WorkSignals signals, ILogger<EscalationReminders> logger)
    : BackgroundService
{
    private const int Chunk = 200;

    // Of machine time. Nobody reads a reminder sooner than its mail takes.
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(10);

    /// <summary>Returns how many were called to mind.</summary>
    public async Task<int> RemindAsync(CancellationToken cancel)
    {
        if (await store.NextReminderAsync(DateTimeOffset.MinValue, cancel) is not { } first || first > clock.Now) return 0;
        var done = 0;
        var policy = (await catalogs.CurrentAsync(cancel)).Catalog.Policy;
        var people = await colleagues.ReadAsync(policy, cancel);
        IReadOnlyList<EscalationView> reminded;
        do
        {
            var now = clock.Now;
            reminded = await store.RemindAsync(now, Chunk, view => people.Address(NoticeOf(view, now)), cancel);
            foreach (var view in reminded) logger.LogWarning("Nobody has taken the case {Escalation} ({Type}) since {OpenedAt}", view.Row.Id, view.Row.Type, view.Row.OpenedAt);
            if (reminded.Count > 0) signals.Sends.Raise();
            done += reminded.Count;
        }
        while (reminded.Count == Chunk);
        return done;
    }

    protected override async Task ExecuteAsync(CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(LookAgain);
        do
        {
            try
            {
                await RemindAsync(cancel);
            }
            catch (Exception failure) when (!cancel.IsCancellationRequested)
            {
                logger.LogError(failure, "Cases that nobody took could not be called to mind; it is tried again");
            }
        }
        while (await timer.WaitForNextTickAsync(cancel));
    }

    private static Notice NoticeOf(EscalationView view, DateTimeOffset now) =>
        new(NoticeKind.Untaken, SubjectRef.Account(view.Row.AccountId), view.Row.Id, "untaken", view.Row.Assignee, new(view.Row.Title, view.AccountName), now, "");
}
