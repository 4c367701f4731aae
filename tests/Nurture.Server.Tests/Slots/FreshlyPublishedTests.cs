using Microsoft.Extensions.DependencyInjection;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Harness;
using Nurture.Server.Hosting;
using Nurture.Server.Publishing;
using Nurture.Server.Slots;
using Nurture.Storage;

namespace Nurture.Server.Tests.Slots;

public sealed class FreshlyPublishedTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_event_that_came_after_a_publication_is_not_decided_without_it()
    {
        using var scratch = new ScratchFolder("fresh");
        var machine = new InterruptedTime();
        await using var app = await Program.BuildAsync(
            ["--environment", "Production", "--urls", "http://127.0.0.1:0", $"--Nurture:DataDirectory={scratch.Path}"], builder => builder.Services.AddSingleton(new BusinessClock(machine)));
        var leases = await app.Services.GetRequiredService<SlotStore>().AcquireAsync(TimeSpan.FromMinutes(5), int.MaxValue, [], Cancel);

        // The worker has begun its turn: now somebody publishes, and then somebody signs up.
        machine.Interruption = async () =>
        {
            var published = await app.Services.GetRequiredService<Publisher>().PublishAsync(
                [new("scenario", "welcome.yaml", "scenario: welcome\ntitle: Welcome\nowner: m@example.com\nclass: transactional\ngoal: none\npurpose: x\ntrigger: { event: signed_up }\nsteps: [ wait: 3d ]\n")], "test", Cancel);
            Assert.Single(published.Versions);
            await app.Services.GetRequiredService<EventLog>().AppendAsync(
                [SignalCodec.Store(new Signal.Occurred(new OccurredEvent(0, "signed_up", 1, 0, TimeProvider.System.GetUtcNow(), TimeProvider.System.GetUtcNow(), "{}"u8.ToArray())), Nurture.Contacts.Slots.OfContact(1), new StoredAbout(TimeProvider.System.GetUtcNow()))], Cancel);
        };
        var (done, _) = await app.Services.GetRequiredService<SlotRunner>().TurnAsync(leases, Cancel);

        Assert.Equal(1, done);
        await using var connection = await app.Services.GetRequiredService<Database>().OpenAsync(Cancel);
        await using var command = connection.CreateCommand();
        command.CommandText = $"select count(*) from journal where reason = {(short)Reason.Entered}";
        Assert.Equal(1L, Convert.ToInt64(await command.ExecuteScalarAsync(Cancel), null));
    }

    /// <summary>The machine's time, which lets something happen before it is first told.</summary>
    private sealed class InterruptedTime : TimeProvider
    {
        public Func<Task>? Interruption { get; set; }

        public override DateTimeOffset GetUtcNow()
        {
            if (Interruption is { } interrupt)
            {
                Interruption = null;
                interrupt().GetAwaiter().GetResult();
            }

            return System.GetUtcNow();
        }
    }
}
