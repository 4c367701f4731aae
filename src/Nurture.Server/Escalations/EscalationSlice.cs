using Nurture.Server.Hosting;
using Nurture.Server.Scheduling;
using Nurture.Storage;

namespace Nurture.Server.Escalations;

/// <summary>What customer success managers work on. What they do is told to the account's slot, which alone changes a case.</summary>
public static class EscalationSlice
{
    public static void AddEscalations(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<EscalationStore>();
        builder.Services.AddSingleton<Working>();
        builder.Services.AddSingleton<EscalationReminders>();
        builder.AddRecurringJob<EscalationReminders>("escalation-reminders", "0 * * * *", Misfire.Once, (reminders, _, cancel) => reminders.RemindAsync(cancel));
    }
}

/// <summary>Calls cases to mind that nobody took in time: once each, in the case's story and in the queue.</summary>
public sealed class EscalationReminders(EscalationStore store, BusinessClock clock, ILogger<EscalationReminders> logger)
{
    private const int Chunk = 200;

    public async Task RemindAsync(CancellationToken cancel)
    {
        IReadOnlyList<EscalationView> reminded;
        do
        {
            reminded = await store.RemindAsync(clock.Now, Chunk, cancel);
            foreach (var view in reminded) logger.LogWarning("Nobody has taken the case {Escalation} ({Type}) since {OpenedAt}", view.Row.Id, view.Row.Type, view.Row.OpenedAt);
        }
        while (reminded.Count == Chunk);
    }
}
