using Nurture.Escalations;

namespace Nurture.Engine;

/// <summary>A case that is put aside: its clocks stand still meanwhile.</summary>
internal sealed partial class Advance
{
    private void PutAside(EscalationState escalation, DateTimeOffset from, DateTimeOffset? until)
    {
        TakeUp(escalation, from);
        escalation.SnoozedUntil = until;
        if (until > from) escalation.Pauses.Add(new(from, until.Value));
    }

    /// <summary>Ends what is put aside, now or when it was to end; the clocks have then stood still for so long.</summary>
    private void TakeUp(EscalationState escalation, DateTimeOffset at)
    {
        if (escalation.SnoozedUntil is null) return;
        escalation.SnoozedUntil = null;
        if (escalation.Pauses is not [.., var planned]) return;
        var pause = planned with { Until = at < planned.Until ? at : planned.Until };
        escalation.Pauses[^1] = pause;
        escalation.Clocks = After(escalation, pause);
    }

    /// <summary>The clocks as they will have run, if the case stays aside for as long as was said.</summary>
    private CaseClocks ClocksOf(EscalationState escalation) =>
        escalation is { SnoozedUntil: not null, Pauses: [.., var running] } ? After(escalation, running) : escalation.Clocks;

    private CaseClocks After(EscalationState escalation, CasePause pause) => escalation.Clocks.After(pause, catalog.Escalations.Find(escalation.Type)?.Hours, Company);
}
