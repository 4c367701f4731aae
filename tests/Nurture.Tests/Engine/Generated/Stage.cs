using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Simulation;

namespace Nurture.Tests.Engine.Generated;

/// <summary>A simulator and whoever watches it: all that is told to the one is told to the other.</summary>
internal sealed class Stage(Simulator simulator, MailJudge? judge = null)
{
    private readonly Dictionary<long, long> merged = [];

    public Simulator Simulator => simulator;

    public DateTimeOffset Now => simulator.Now;

    public static implicit operator Simulator(Stage stage) => stage.Simulator;

    public void Tell(Signal signal, long contactId = 0, long accountId = 0)
    {
        judge?.Hear(signal, Who(contactId));
        simulator.Tell(signal, contactId, accountId);
    }

    public void Suppress(long contact)
    {
        foreach (var one in new[] { contact, Who(contact) })
        {
            simulator.Suppress(one);
            judge?.Suppress(one);
        }
    }

    /// <summary>One of them is the other one too, unless that one is nobody of their own any more.</summary>
    public void Merge(long from, long into, DateTimeOffset at)
    {
        if (Who(from) != from || Who(into) != into || from == into) return;
        var (slot, hop) = simulator.RouteOf(into);
        Tell(new Signal.MergedInto(from, into, slot, hop, at), from);
        merged[from] = into;
    }

    public void Play(Happening happening)
    {
        AdvanceBefore(happening.At);
        happening.Tell(this);
        simulator.Drain();
        judge?.Look(simulator);
    }

    public void AdvanceTo(DateTimeOffset moment)
    {
        simulator.AdvanceTo(moment);
        judge?.Look(simulator);
    }

    private void AdvanceBefore(DateTimeOffset moment)
    {
        simulator.AdvanceBefore(moment);
        judge?.Look(simulator);
    }

    /// <summary>Whom a signal about somebody reaches.</summary>
    private long Who(long contact) => merged.TryGetValue(contact, out var into) ? Who(into) : contact;
}
