using Nurture.Scenarios;
using Nurture.Sends;
using Nurture.Server.Hosting;
using Nurture.Server.Publishing;
using Nurture.Storage;

namespace Nurture.Server.Watching;

/// <summary>Decides tests of subjects when their time is over, and tells those who wait which one they get. Every node looks; the test's lock says who decides.</summary>
internal sealed class SubjectArms(SubjectTestStore store, CatalogSource catalogs, BusinessClock clock, WorkSignals signals, ILogger<SubjectArms> logger) : BackgroundService
{
    private const int MostAtOnce = 2000;

    // Of machine time.
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);

    private long told;
    private long drained;

    /// <param name="Left">Mails that left with it, of those by which it is decided.</param>
    /// <param name="Clicked">In how many of them a human clicked.</param>
    /// <param name="OthersLeft">Mails that left with it since, to the others.</param>
    public sealed record ShownArm(string Arm, string? Subject, long Left, long Clicked, long OthersLeft, long OthersClicked);

    /// <param name="State"><c>waiting</c> for its first mail, <c>running</c>, <c>undecided</c> where its time is over and one of its subjects has not left yet, <c>decided</c>.</param>
    /// <param name="DecideAt">When it is decided, or was to be.</param>
    /// <param name="Arms">In their order; once it is decided, as they had come off then.</param>
    public sealed record ShownTest(
        string Step, int Version, string State, double Share, DateTimeOffset? BeganAt, DateTimeOffset? DecideAt, DateTimeOffset? DecidedAt, string? Winner, IReadOnlyList<ShownArm> Arms);

    /// <summary>Returns how many were told.</summary>
    public async Task<int> TurnAsync(CancellationToken cancel)
    {
        var (now, done) = (clock.Now, 0);
        foreach (var of in await store.OpenAsync(now, cancel))
        {
            if (SendOf(of, (await catalogs.CurrentAsync(cancel)).Catalog)?.SubjectTest is not { } test) continue;
            while (await store.NextAsync(of, test, cancel) <= now)
            {
                var answered = await store.AnswerAsync(of, test, MostAtOnce, now, cancel);
                done += answered;
                if (answered > 0) signals.Events.Raise();
                if (answered < MostAtOnce) break;
            }
        }

        Interlocked.Add(ref told, done);
        return done;
    }

    /// <summary>As <see cref="TurnAsync"/>; what was told in the background meanwhile is work for others, too.</summary>
    public async Task<int> DrainAsync(CancellationToken cancel)
    {
        await TurnAsync(cancel);
        var (before, now) = (drained, Interlocked.Read(ref told));
        drained = now;
        return (int)(now - before);
    }

    public async Task<DateTimeOffset?> NextAsync(DateTimeOffset after, CancellationToken cancel)
    {
        DateTimeOffset? next = null;
        var catalog = (await catalogs.CurrentAsync(cancel)).Catalog;
        foreach (var of in await store.OpenAsync(DateTimeOffset.MaxValue, cancel))
        {
            if (SendOf(of, catalog)?.SubjectTest is { } test && await store.NextAsync(of, test, cancel) is { } at && at > after && !(next <= at)) next = at;
        }

        return next;
    }

    /// <summary>The tests of a scenario: those of its live version, and those of earlier ones.</summary>
    public async Task<IReadOnlyList<ShownTest>> ListAsync(string scenario, CancellationToken cancel)
    {
        var catalog = (await catalogs.CurrentAsync(cancel)).Catalog;
        var kept = await store.ListAsync(scenario, cancel);
        var fresh = catalog.Live.GetValueOrDefault(scenario) is { } live
            ? Step.All(live.Scenario.Steps).OfType<Step.Send>().Where(send => send.SubjectTest is not null).Select(send => new SubjectTestKey(scenario, live.Scenario.Version, send.Id)).Except(kept.Select(one => one.Of))
            : [];
        var shown = new List<ShownTest>();
        foreach (var one in fresh.Select(of => new KeptSubjectTest(of, SubjectTestState.NotBegun, null, [])).Concat(kept))
        {
            var send = SendOf(one.Of, catalog);
            if (send?.SubjectTest is not { } test) continue;
            var figures = one.State.BeganAt is null ? [] : await store.FiguresAsync(one.Of, cancel);
            var mail = catalog.Mails.Find(send.Template, null);
            shown.Add(new(one.Of.Step, one.Of.Version, StateOf(test, one.State), test.Share, one.State.BeganAt, one.State.DecideAt, one.DecidedAt, one.State.Winner, [.. test.Arms.Select(arm =>
            {
                var (now, then) = (figures.FirstOrDefault(of => of.Tested.Arm == arm), one.DecidedBy.FirstOrDefault(result => result.Arm == arm));
                return new ShownArm(arm, mail?.Subjects.FirstOrDefault(subject => subject.Name == arm)?.Text.Text, then?.Left ?? now?.Tested.Left ?? 0, then?.Clicked ?? now?.Tested.Clicked ?? 0, now?.Others.Left ?? 0, now?.Others.Clicked ?? 0);
            })]));
        }

        return shown;
    }

    protected override async Task ExecuteAsync(CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(LookAgain);
        do
        {
            try
            {
                await TurnAsync(cancel);
            }
            catch (Exception failure) when (!cancel.IsCancellationRequested)
            {
                logger.LogError(failure, "With which subjects mails leave could not be answered; it is tried again");
            }
        }
        while (await timer.WaitForNextTickAsync(cancel));
    }

    private static string StateOf(SubjectTest test, SubjectTestState state) =>
        state.Winner is not null ? "decided" : state.BeganAt is null ? "waiting" : SubjectTests.IsRunning(test, state) ? "running" : "undecided";

    private static Step.Send? SendOf(SubjectTestKey of, Catalog catalog) =>
        catalog.Versions.GetValueOrDefault((of.Scenario, of.Version))?.Program.Nodes.GetValueOrDefault(of.Step)?.Step as Step.Send;
}
