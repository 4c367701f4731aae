using Nurture.Scenarios;

namespace Nurture.Server.Intake;

/// <summary>The tracking plan that values are typed by; whoever loads the catalog says which.</summary>
public sealed class PlanInForce
{
    private volatile TrackingPlan plan = TrackingPlan.Empty;

    public TrackingPlan Plan
    {
        get => plan;
        set => plan = value;
    }
}
